/* The partner's bit clock off its rate. The standard asks for little; oscillators without a
 * crystal are 10,000 ppm off. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {-80000, -40000, -20000, -10000, -5000, -1000, -100, 0,
                              100,    1000,   5000,   10000,  20000, 40000, 80000};

static void apply(struct board_line *line, double x) {
    line->ppm = x;
}

static const struct curve_spec spec = {
    .name = "clock offset",
    .least = "slowest clock understood",
    .most = "fastest clock understood",
    .x_name = "partner's clock off by",
    .x_unit = "ppm",
    .base = 0,
    .low = -100,
    .high = 100,
    .step = 250,
    .frames = 8,
    .advice = NULL,
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_clock_offset = {
    .id = "clock-offset",
    .title = "a partner 100 ppm off is understood",
    .of = CHECK_LINE,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "IEEE 802.3 7.3.2: 10 Mb/s +-0.01 %; from memory, check",
    .curve = &spec,
    .run = curve_run,
};
