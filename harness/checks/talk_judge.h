/* A step of the conversation that was asked and not answered is a finding. */
#ifndef HARNESS_CHECKS_TALK_JUDGE_H
#define HARNESS_CHECKS_TALK_JUDGE_H

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

void talk_judge(const struct check *check, const struct check_talk *talk, const char *failed,
                struct check_report *report);

#endif
