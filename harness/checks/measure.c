#include "harness/checks/check.h"
#include "harness/checks/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/checks/nominal.h"

void measure(struct check_report *report, const struct check *check, const struct measure *m) {
    size_t before = report->n_findings;
    struct check_margin *margin =
        check_measured(report, check, m->name, m->value, m->limit, m->slack, m->unit);
    snprintf(margin->net, sizeof margin->net, "%s", m->net);
    snprintf(margin->source, sizeof margin->source, "%s", m->source ? m->source : check->source);
    if (report->n_findings == before)
        return;
    struct check_finding *finding = &report->findings[report->n_findings - 1];
    snprintf(finding->net, sizeof finding->net, "%s", m->net);
    snprintf(finding->part, sizeof finding->part, "%s", m->part ? m->part : "");
    snprintf(finding->advice, sizeof finding->advice, "%s", m->advice ? m->advice : "");
}

static void measure_flop(struct check_report *report, const struct check *check,
                         const struct board *board, const struct survey_flop *flop,
                         bool guaranteed) {
    for (int i = 0; i < SURVEY_WINDOWS; i++) {
        char name[64];
        double limit = guaranteed ? flop->windows[i].most : flop->windows[i].typ;
        double value = flop->windows[i].least;
        if (!flop->windows[i].seen || isnan(limit))
            continue;
        snprintf(name, sizeof name, "%s %s%s", flop->name,
                 survey_window_name((enum survey_window)i), guaranteed ? ", guaranteed" : "");
        measure(report, check,
                &(struct measure){.name = name,
                                  .net = flop->net,
                                  .part = board->netlist->parts[flop->part].ref,
                                  .unit = "ns",
                                  .source = flop->windows[i].source,
                                  .advice = guaranteed ? "a faster family" : NULL,
                                  .value = value,
                                  .limit = limit,
                                  .slack = value - limit});
    }
}

void measure_windows(struct check_report *report, const struct check *check,
                     const struct check_context *context, bool guaranteed) {
    const struct check_survey *survey = context->nominal->survey;
    for (size_t i = 0; survey && i < survey->n_flops; i++)
        measure_flop(report, check, context->board, &survey->flops[i], guaranteed);
}

/* Of "U8" and "U80" the longer one, when both begin the name. */
void measure_part_of(const struct board *board, const char *unit, char *part, size_t size) {
    size_t longest = 0;
    snprintf(part, size, "%s", "");
    for (uint32_t i = 0; i < board->netlist->n_parts; i++) {
        const char *ref = board->netlist->parts[i].ref;
        size_t n = strlen(ref);
        if (n <= longest || strncmp(unit, ref, n) != 0)
            continue;
        longest = n;
        snprintf(part, size, "%s", ref);
    }
}

static bool touches(const struct netlist *netlist, uint32_t part, uint32_t net) {
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next)
        if (netlist->pins[pin].net == net)
            return true;
    return false;
}

static bool is_kind(const struct board *board, uint32_t part, enum part_unit_kind kind) {
    const struct part_model *model = board->uses[part].model;
    return model && model->n_units && model->units[0].kind == kind;
}

void measure_passives_at(const struct board *board, const char *net, char *out, size_t size) {
    static const enum part_unit_kind KINDS[] = {PART_RESISTOR, PART_CAPACITOR};
    const struct netlist *netlist = board->netlist;
    uint32_t at = netlist_find_net(netlist, net);
    size_t n = 0;
    snprintf(out, size, "%s", "");
    for (int kind = 0; kind < 2 && at != NETLIST_NONE; kind++)
        for (uint32_t part = 0; part < netlist->n_parts && n < size; part++)
            if (is_kind(board, part, KINDS[kind]) && touches(netlist, part, at))
                n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "",
                                      netlist->parts[part].ref);
}

const char *measure_resistor_between(const struct board *board, uint32_t a, uint32_t b) {
    for (uint32_t part = 0; part < board->netlist->n_parts; part++)
        if (is_kind(board, part, PART_RESISTOR) && touches(board->netlist, part, a) &&
            touches(board->netlist, part, b))
            return board->netlist->parts[part].ref;
    return NULL;
}
