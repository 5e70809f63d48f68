/* The setup time of the receiving SPI slave at its pins. */
#include "harness/checks/check.h"
#include "harness/checks/run_margins.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    static const char *const ROWS[] = {"spi setup", NULL};
    run_margins_judge(
        check, context, report, ROWS,
        "move the data earlier: sample the line ahead of its delay, or delay the clock");
    return true;
}

const struct check check_spi_setup = {
    .id = "spi-setup",
    .title = "MOSI stands long enough before SCK rises",
    .of = CHECK_TIMING,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "the chip datasheet, SPI characteristics, tsu(SI)",
    .run = run,
};
