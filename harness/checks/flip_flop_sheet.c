/* The same windows against the datasheet's guaranteed limits, which every part of a batch keeps:
 * what is closer works with most parts, and nobody promises it. */
#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    if (!context->nominal->survey)
        check_not_run(report, check, "the receive path was not surveyed");
    measure_windows(report, check, context, true);
    return true;
}

const struct check check_flip_flop_sheet = {
    .id = "flip-flop-sheet",
    .title = "flip-flops keep the windows their datasheet guarantees",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "the part's datasheet, limits",
    .run = run,
};
