/* An exponential as samples: straight lines between them are true to WAVE_CURVE_TRUE. */
#ifndef HARNESS_WAVE_CURVE_H
#define HARNESS_WAVE_CURVE_H

#include "sim/circuit.h"

#define WAVE_CURVE_TRUE 0.018 /* V: finer makes files larger */
#define WAVE_CURVE_STEP 1e-4  /* V: samples are rounded to it */

struct wave_curve {
    struct circuit_curve at; /* the present one */
    sim_time next;           /* of the next sample, SIM_NEVER: none before it is switched */
    double last;             /* written last, NAN: nothing */
};

double wave_curve_volt(const struct wave_curve *curve, sim_time time);
/* The next sample after one at `time`. */
sim_time wave_curve_next(const struct wave_curve *curve, sim_time time);
/* Rounded, and other than `last`: readers leave out what is no change, and a straight line would
 * begin too early. */
double wave_curve_round(double volt, double last);

#endif
