/* The board serves its page: a step of the conversation with the firmware. */
#include "harness/checks/check.h"
#include "harness/checks/talk_judge.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    talk_judge(check, &context->nominal->page, "the board serves no page", report);
    return true;
}

const struct check check_page = {
    .id = "page",
    .title = "the board serves its page",
    .of = CHECK_FUNCTION,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE | CHECK_NEEDS_CONVERSATION,
    .source = "RFC 9293, GET / on port 80",
    .run = run,
};
