/* A linear system x' = A x taken apart into its modes, so that x(t) is known at any time
 * without stepping:  x(t) = sum over k of  P_k x(0) exp(lambda_k t).
 */
#ifndef MODELS_LINE_TRANSMITTER_MODES_H
#define MODELS_LINE_TRANSMITTER_MODES_H

#include <stdbool.h>

#define MODES_N 5 /* states */

struct modes_complex {
    double re, im;
};

/* Modes with re, im of their rate per unit of time, im >= 0: of a conjugate pair only one
 * stands here, and its projector counts twice. */
struct modes {
    unsigned n;
    struct modes_complex rate[MODES_N];
    struct modes_complex projector[MODES_N][MODES_N][MODES_N];
};

/* False when two modes lie too close to be told apart (critical damping): a system a
 * thousandth different has them. Or when rounding leaves nothing of them. */
bool modes_find(double a[MODES_N][MODES_N], struct modes *modes);

#endif
