/* The clock period of the receiving SPI slave: what the chip takes, and what its bus clock
 * does. One bit that comes early makes a period short; the chip's limit is for a whole clock. */
#include "harness/checks/check.h"
#include "harness/checks/run_margins.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    static const char *const ROWS[] = {"spi period", "spi period, 2 PCLK", NULL};
    run_margins_judge(check, context, report, ROWS, "a faster bus clock, or a SPI that takes more");
    return true;
}

const struct check check_spi_period = {
    .id = "spi-period",
    .title = "SCK is no faster than the SPI slave",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "the chip datasheet, SPI characteristics, fSCK; the bus clock of the firmware",
    .run = run,
};
