/* The gap between two frames, which repeaters shrink. The board alone: what a firmware does in it
 * is another matter. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {2, 4, 6, 8, 12, 16, 24, 32, 40, 47, 64, 96};

static void apply(struct board_line *line, double x) {
    line->gap = BOARD_GAP_FIXED;
    line->gap_ns = x * 100; /* of the nominal bit */
}

static const struct curve_spec spec = {
    .name = "gap",
    .least = "smallest gap taken",
    .x_name = "gap",
    .x_unit = "bit",
    .base = 96,
    .low = 47,
    .high = NAN,
    .step = 0.5,
    .frames = 12,
    .advice = "shorten the one-shot that ends a frame",
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_gap_shrink = {
    .id = "gap-shrink",
    .title = "frames 47 bit times apart are taken",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "IEEE 802.3 4.4.2: repeaters shrink the gap to 47 bit times; from memory, check",
    .curve = &spec,
    .run = curve_run,
};
