/* The board gets an address: a step of the conversation with the firmware. */
#include "harness/checks/check.h"
#include "harness/checks/talk_judge.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    talk_judge(check, &context->nominal->dhcp, "the board gets no address by DHCP", report);
    return true;
}

const struct check check_dhcp = {
    .id = "dhcp",
    .title = "the board gets an address",
    .of = CHECK_FUNCTION,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE | CHECK_NEEDS_CONVERSATION,
    .source = "RFC 2131",
    .run = run,
};
