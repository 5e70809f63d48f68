/* Overruns and partial octets of the chip's blocks. */
#include <inttypes.h>

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_nominal *n = context->nominal;
    if (n->firmware.lost)
        check_found(report, check, "SPI or DMA lost data %" PRIu64 " times", n->firmware.lost);
    return true;
}

const struct check check_firmware_data_lost = {
    .id = "firmware-data-lost",
    .title = "SPI and DMA lose nothing",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "the reference manual: OVR, TEIF, a partial octet",
    .run = run,
};
