/* A requirement of the receiver as a curve: frames from a partner whose line has one figure off,
 * octets compared at the MCU's pins, without firmware. The points lie denser where passing ends.
 */
#ifndef HARNESS_CHECKS_CURVE_H
#define HARNESS_CHECKS_CURVE_H

#include "harness/checks/check.h"

struct curve_score {
    size_t sent, recovered;
    size_t mended; /* not recovered, but nothing is wrong except the first bit */
    size_t heard;  /* frames of which any octet came */
};

/* `frames` frames on this line, the smallest gap of `gap_ns` between them (0: the standard's).
 * False with `err` when the board cannot be simulated, or no such line be made. */
bool curve_probe(const struct board *board, const struct board_line *line, size_t frames,
                 struct curve_score *score, struct sim_err *err);

struct curve_spec {
    const char *name, *x_name, *x_unit;
    const char *least, *most; /* what the ends are called: "largest jitter taken"; NULL: no such */
    const double *grid;       /* ascending, a few points */
    size_t n_grid;
    double base;      /* where a good board passes; the curve is followed from there */
    double low, high; /* in which it must pass, NAN: no such side */
    double step;      /* how closely the ends are found */
    size_t frames;
    bool rejects;       /* nothing is to be heard, instead of everything recovered */
    bool mends;         /* drawn without a mending driver as well */
    const char *advice; /* NULL: none */
    void (*apply)(struct board_line *line, double x);
};

/* A check's `run`: draws check->curve, with a margin at each required end; findings where it does
 * not reach. The first bit is clocked late on some boards, and drivers mend it: a frame with
 * nothing else wrong counts as recovered. A board that fails at the base is told as not run: what
 * is wrong then is no matter of the line. */
bool curve_run(const struct check *check, const struct check_context *context,
               struct check_report *report, struct sim_err *err);

#endif
