#include "harness/checks/check.h"
#include "harness/checks/run_margins.h"

#include <string.h>

#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static bool is_named(const char *name, const char *const *names) {
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

void run_margins_judge(const struct check *check, const struct check_context *context,
                       struct check_report *report, const char *const *names, const char *advice) {
    const struct run_result *run = context->nominal->run;
    size_t judged = 0;
    for (size_t i = 0; i < run->n_margins; i++) {
        const struct run_margin *m = &run->margins[i];
        if (!m->present || !is_named(m->name, names))
            continue;
        measure(report, check,
                &(struct measure){.name = m->name,
                                  .net = m->net,
                                  .unit = "ns",
                                  .source = m->source,
                                  .advice = advice,
                                  .value = m->worst_ns,
                                  .limit = m->limit_ns,
                                  .slack = m->slack_ns});
        judged++;
    }
    if (!judged)
        check_not_run(report, check, "%s",
                      run->n_margins
                          ? "no such edge at the MCU's pins"
                          : "the board states no mcu.chip, whose datasheet has the limits");
}
