/* A board whose simulation has to be given up: a loop of next to no delay that never comes to rest,
 * or more edges between two looks at the MCU than any adapter makes. */
#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_nominal *nominal = context->nominal;
    if (!nominal)
        check_not_run(report, check, "the board was not simulated");
    else if (nominal->unsound[0])
        check_found(report, check, "the board does not come to rest: %s", nominal->unsound);
    else if (!nominal->run)
        check_not_run(report, check, "%.180s", nominal->why_not);
    return true;
}

const struct check check_unsound = {
    .id = "endless-oscillation",
    .title = "the board comes to rest",
    .of = CHECK_TIMING,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "2^20 transitions within 10 us: sim/circuit_run.c",
    .run = run,
};
