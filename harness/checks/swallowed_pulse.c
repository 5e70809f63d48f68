/* Pulses shorter than the delay of the gate they enter: one part swallows them, a faster one
 * passes them on. */
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static const char PREFIX[] = "swallowed pulse ";
#define N_PREFIX (sizeof PREFIX - 1)

static const struct survey_gate *gate_at(const struct check_context *context, const char *net) {
    const struct check_survey *survey = context->nominal->survey;
    for (size_t i = 0; survey && i < survey->n_gates; i++)
        if (strcmp(survey->gates[i].net, net) == 0)
            return &survey->gates[i];
    return NULL;
}

/* "U4.3" to the name of the net at that pin; "" when there is none. */
static const char *net_at(const struct board *board, const char *pin) {
    char ref[64];
    const char *dot = strrchr(pin, '.');
    if (!dot || (size_t)(dot - pin) >= sizeof ref)
        return "";
    memcpy(ref, pin, (size_t)(dot - pin));
    ref[dot - pin] = 0;
    uint32_t part = netlist_find_part(board->netlist, ref);
    uint32_t at = part == NETLIST_NONE ? part : netlist_find_pin(board->netlist, part, dot + 1);
    if (at == NETLIST_NONE || board->netlist->pins[at].net == NETLIST_NONE)
        return "";
    return board->netlist->nets[board->netlist->pins[at].net].name;
}

static void find(const struct check *check, const struct check_context *context,
                 struct check_report *report, const struct run_counter *counter) {
    const char *pin = counter->name + N_PREFIX, *net = net_at(context->board, pin);
    const struct survey_gate *gate = gate_at(context, net);
    const char *then = gate && gate->clocks ? "; a faster part passes them to a clock" : "";
    struct check_finding *f =
        check_found(report, check, "%s swallows pulses shorter than its delay on %s, %llu times%s",
                    pin, net, (unsigned long long)counter->count, then);
    measure_part_of(context->board, pin, f->part, sizeof f->part);
    strncat(f->net, net, sizeof f->net - strlen(f->net) - 1);
    if (gate && gate->swallows) {
        f->measured = true;
        f->value = gate->widest;
        f->limit = gate->outlasts;
        f->slack = gate->widest - gate->outlasts;
        strcpy(f->unit, "ns");
    }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct run_result *run = context->nominal->run;
    for (size_t i = 0; i < run->n_counters; i++)
        if (strncmp(run->counters[i].name, PREFIX, N_PREFIX) == 0)
            find(check, context, report, &run->counters[i]);
    return true;
}

const struct check check_swallowed_pulse = {
    .id = "swallowed-pulse",
    .title = "no gate is given pulses shorter than its delay",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "inertial delay: the gate's own propagation delay",
    .run = run,
};
