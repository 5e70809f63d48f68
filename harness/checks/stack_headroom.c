/* The stack at its deepest in the regressions, against one more interrupt on top of it. */
#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    uint32_t free_octets = context->nominal->stack_free;
    const double frame = 104;
    if (free_octets == UINT32_MAX) {
        check_not_run(report, check, "the vector table puts the stack into no RAM of the chip");
        return true;
    }
    measure(report, check,
            &(struct measure){.name = "stack never used",
                              .net = "",
                              .unit = "octets",
                              .advice = "a larger stack, or fewer local buffers",
                              .value = free_octets,
                              .limit = frame,
                              .slack = free_octets - frame});
    return true;
}

const struct check check_stack_headroom = {
    .id = "stack-headroom",
    .title = "the stack keeps its distance from the data",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "ARMv7-M ARM B1.5.6: one more exception frame with FP registers, 104 octets",
    .run = run,
};
