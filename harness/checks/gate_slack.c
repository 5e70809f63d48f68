/* Slack per net: the narrowest pulse that a gate must pass, against its delay. Negative slack
 * cannot be seen here, for such a pulse is swallowed, and counted. */
#include <stdio.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_survey *survey = context->nominal->survey;
    if (!survey)
        check_not_run(report, check, "the receive path was not surveyed");
    for (size_t i = 0; survey && i < survey->n_gates; i++) {
        const struct survey_gate *gate = &survey->gates[i];
        char name[64];
        if (!gate->passes)
            continue;
        snprintf(name, sizeof name, "%s narrowest pulse", gate->name);
        measure(report, check,
                &(struct measure){.name = name,
                                  .net = gate->net,
                                  .part = context->board->netlist->parts[gate->part].ref,
                                  .unit = "ns",
                                  .value = gate->narrowest,
                                  .limit = gate->delay,
                                  .slack = gate->narrowest - gate->delay});
    }
    return true;
}

const struct check check_gate_slack = {
    .id = "gate-slack",
    .title = "every pulse that passes a gate outlasts its delay",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "inertial delay: the gate's own propagation delay",
    .run = run,
};
