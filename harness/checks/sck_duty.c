/* The duty of the slave's clock. ST states 30 to 70 % and nothing of what happens outside. */
#include "harness/checks/check.h"
#include "harness/checks/run_margins.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    static const char *const ROWS[] = {"spi sck low", "spi sck high", NULL};
    run_margins_judge(check, context, report, ROWS,
                      "change the time of the one-shot that makes the clock");
    return true;
}

const struct check check_sck_duty = {
    .id = "sck-duty",
    .title = "the duty of SCK is 30 to 70 %",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "ST SPI characteristics: duty of the slave clock 30-70 %",
    .run = run,
};
