/* What the manual forbids, or what has no effect: it works here, and may not on the chip. */
#include <inttypes.h>

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_nominal *n = context->nominal;
    if (n->firmware.misuses)
        check_found(report, check, "%" PRIu64 " mistakes: %s", n->firmware.misuses, n->misuse);
    return true;
}

const struct check check_firmware_misuse = {
    .id = "firmware-misuse",
    .title = "the firmware does nothing its manual forbids",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "the reference manual of the chip",
    .run = run,
};
