/* The differential peak at the receiver, from the weakest signal the standard knows to the
 * strongest. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.585, 0.7, 0.9, 1.2, 1.6, 2, 2.5, 3.1, 3.5};

static void apply(struct board_line *line, double x) {
    line->cable_m = 0;
    line->amplitude_v = x;
}

static const struct curve_spec spec = {
    .name = "amplitude range",
    .least = "smallest amplitude taken",
    .most = "largest amplitude taken",
    .x_name = "differential peak",
    .x_unit = "V",
    .base = 2.5,
    .low = 0.585,
    .high = 3.1,
    .step = 0.005,
    .frames = 12,
    .advice = NULL,
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_amplitude_range = {
    .id = "amplitude-range",
    .title = "frames from 585 mV to 3.1 V are taken",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "14.3.1.3.1: 585 mV to 3.1 V; from memory, check",
    .curve = &spec,
    .run = curve_run,
};
