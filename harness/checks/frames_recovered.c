/* Every regression frame comes whole to the MCU's pins. */
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
    if (!total.sent)
        check_not_run(report, check, "no frame was sent");
    if (!lost.by_board)
        return true;
    struct check_finding *f =
        check_found(report, check, "%" PRIu64 " of %" PRIu64 " regression frames %s", lost.by_board,
                    total.sent, "do not come whole to the MCU");
    if (lost.first_board) {
        const struct run_failure *first = lost.first_board;
        size_t n = strlen(f->text);
        snprintf(f->text + n, sizeof f->text - n, "; the first at %.60s: %.250s",
                 first->stage[0] ? first->stage : "an unknown stage", first->detail);
        snprintf(f->net, sizeof f->net, "%s", first->net);
    }
    return true;
}

const struct check check_frames_recovered = {
    .id = "frames-recovered",
    .title = "every regression frame comes whole to the MCU",
    .of = CHECK_FUNCTION,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "captures/gate.tsv",
    .run = run,
};
