/* What the model of the chip lacks was not tried: whatever the firmware does with it. */
#include <inttypes.h>

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_nominal *n = context->nominal;
    if (n->firmware.unmodelled)
        check_found(report, check, "%" PRIu64 " accesses to what is not modelled: %s",
                    n->firmware.unmodelled, n->unmodelled);
    return true;
}

const struct check check_firmware_unmodelled = {
    .id = "firmware-unmodelled",
    .title = "nothing is used that is not modelled",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "the chip tables: what is a stub",
    .run = run,
};
