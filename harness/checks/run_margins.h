/* Checks on the margins that a run measures at the MCU's pins. */
#ifndef HARNESS_CHECKS_RUN_MARGINS_H
#define HARNESS_CHECKS_RUN_MARGINS_H

#include "harness/checks/check.h"

/* The run's margins of these names, NULL behind the last; not run where nothing was measured. */
void run_margins_judge(const struct check *check, const struct check_context *context,
                       struct check_report *report, const char *const *names, const char *advice);

#endif
