/* A cable between the partner and the board: what it takes of the signal's amplitude, and how it
 * moves the edges by the bits before them. Category 3 is what 10BASE-T was made for, and the
 * worse one. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {1, 10, 25, 50, 75, 100, 125, 150};

static void apply(struct board_line *line, double x) {
    line->cable_m = x;
    line->category = BOARD_CAT3;
    line->amplitude_v = 2.2; /* the weakest transmitter: 14.3.1.2.1 */
}

static const struct curve_spec spec = {
    .name = "cable length",
    .most = "longest cable taken",
    .x_name = "category 3 cable",
    .x_unit = "m",
    .base = 1,
    .low = NAN,
    .high = 100,
    .step = 1,
    .frames = 12,
    .mends = true,
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_cable_length = {
    .id = "cable-length",
    .title = "a hundred metres of cable are taken",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "IEEE 802.3 14.1.1.3: 100 m of twisted pair; from memory, check",
    .curve = &spec,
    .run = curve_run,
};
