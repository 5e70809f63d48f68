/* The hold time of the receiving SPI slave at its pins. */
#include "harness/checks/check.h"
#include "harness/checks/run_margins.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    static const char *const ROWS[] = {"spi hold", NULL};
    run_margins_judge(check, context, report, ROWS, "move the data later: sample the delayed line");
    return true;
}

const struct check check_spi_hold = {
    .id = "spi-hold",
    .title = "MOSI stands long enough after SCK rises",
    .of = CHECK_TIMING,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "the chip datasheet, SPI characteristics, th(SI)",
    .run = run,
};
