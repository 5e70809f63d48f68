/* A firmware that ends in a fault answers nobody any more. */
#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    if (context->nominal->ended[0])
        check_found(report, check, "%s", context->nominal->ended);
    return true;
}

const struct check check_firmware_ends = {
    .id = "firmware-ends",
    .title = "the firmware does not end",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "a fault, a lockup or a breakpoint ends it",
    .run = run,
};
