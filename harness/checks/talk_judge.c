#include "harness/checks/check.h"
#include "harness/checks/talk_judge.h"

void talk_judge(const struct check *check, const struct check_talk *talk, const char *failed,
                struct check_report *report) {
    if (!talk->asked)
        check_not_run(report, check, "%s", talk->detail);
    else if (!talk->answered)
        check_found(report, check, "%s: %s", failed, talk->detail);
}
