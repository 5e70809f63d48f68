/* Bits added to the preamble, or lost: transmitters and repeaters do both. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/curve.h"

static const double GRID[] = {-56, -40, -24, -16, -8, -7, -6, -5, -4, -3, -2,
                              -1,  0,   1,   2,   3,  4,  5,  6,  7,  8};

static void apply(struct board_line *line, double x) {
    line->preamble_bits = (int)lround(x);
}

static const struct curve_spec spec = {
    .name = "preamble length",
    .least = "shortest preamble understood",
    .most = "longest preamble understood",
    .x_name = "bits added",
    .x_unit = "bit",
    .base = 0,
    .low = -2,
    .high = 2,
    .step = 1,
    .frames = 6,
    .advice = "start octets at the SFD, by a circuit that finds it",
    .grid = GRID,
    .n_grid = sizeof GRID / sizeof *GRID,
    .apply = apply,
};

const struct check check_preamble_length = {
    .id = "preamble-length",
    .title = "a preamble two bits shorter or longer is understood",
    .of = CHECK_LINE,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_CURVES,
    .source = "14.2.1.1: a transmit path may lose 2 bits; from memory, check; switches that "
              "lengthen it were observed",
    .curve = &spec,
    .run = curve_run,
};
