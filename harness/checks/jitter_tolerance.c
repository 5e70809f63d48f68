/* Each edge of a frame moved at random, uniformly, by up to x either way. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {0, 2, 4, 6, 8, 10, 12, 13.5, 15, 18};

static void apply(struct board_line *line, double x) {
    line->jitter_rms_ns = 0;
    line->jitter_peak_ns = x;
}

static const struct curve_spec spec = {
    .name = "jitter tolerance",
    .most = "largest jitter taken",
    .x_name = "peak jitter, either way",
    .x_unit = "ns",
    .base = 0,
    .low = NAN,
    .high = 13.5,
    .step = 0.125,
    .frames = 24,
    .mends = true,
    .advice = "move the bit clock's sampling to the middle of the half bit",
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_jitter_tolerance = {
    .id = "jitter-tolerance",
    .title = "edges up to 13.5 ns off their place are taken",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "14.3.1.3.1: zero crossings +-13.5 ns off; as CS8952, p. 6",
    .curve = &spec,
    .run = curve_run,
};
