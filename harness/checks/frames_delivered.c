/* The firmware delivers what comes to its pins. At the standard's smallest gap a driver that arms
 * its receiver anew for each frame may lose some, which TCP mends: no reason not to order. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/frames.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct run_result *run = context->nominal->run;
    struct frames_lost lost = frames_lost(run);
    struct run_capture total;
    run_result_total(run, &total);
    if (!lost.by_firmware)
        return true;
    struct check_finding *f = check_found(
        report, check, "the firmware %s does not deliver %" PRIu64 " of %" PRIu64 " frames",
        run->firmware, lost.by_firmware, total.sent);
    if (lost.first_firmware) {
        size_t n = strlen(f->text);
        snprintf(f->text + n, sizeof f->text - n, "; the first: %.250s",
                 lost.first_firmware->detail);
        snprintf(f->net, sizeof f->net, "%s", lost.first_firmware->net);
    }
    return true;
}

const struct check check_frames_delivered = {
    .id = "frames-delivered",
    .title = "the firmware delivers every regression frame",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "captures/gate.tsv at the smallest gap, IEEE 802.3 4.4.2",
    .run = run,
};
