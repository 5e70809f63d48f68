/* What is weaker than a signal may be is crosstalk: the receiver is to make nothing of it. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {0.02, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4};

static void apply(struct board_line *line, double x) {
    line->cable_m = 0;
    line->amplitude_v = x;
}

static const struct curve_spec spec = {
    .name = "squelch",
    .most = "largest amplitude rejected",
    .x_name = "differential peak",
    .x_unit = "V",
    .base = 0.02,
    .low = NAN,
    .high = 0.3,
    .step = 0.005,
    .frames = 6,
    .rejects = true,
    .advice = "a receiver with a squelch; with a quiet cable it does without",
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_squelch = {
    .id = "squelch",
    .title = "signals below 300 mV are not taken for frames",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "14.3.1.3.2: below 300 mV peak is no signal; from memory, check",
    .curve = &spec,
    .run = curve_run,
};
