/* The pulses that gates must pass: what the inputs ask for, against the inertial delay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/survey_internal.h"

static bool delays_of(const struct survey_work *w, const struct survey_unit *unit,
                      struct gate_watch *gate) {
    for (size_t i = 0; i < circuit_elements(w->circuit); i++) {
        struct circuit_element_info info = circuit_element(w->circuit, i);
        if (info.part != unit->part || info.unit != unit->unit || !info.kept ||
            strcmp(info.kind, "gate") != 0)
            continue;
        gate->delay[0] = info.fall;
        gate->delay[1] = info.rise;
        return true;
    }
    return false;
}

/* A net that clocks, sets or resets: there a pulse more or less is a fault. */
static bool is_clock(const struct survey_work *w, uint32_t net) {
    for (size_t i = 0; i < w->out->n_flops; i++)
        for (int pin = 0; pin < 4; pin++)
            if (pin != 1 && w->flops[i].nets[pin] == net)
                return true;
    return false;
}

static void add_gate(struct survey_work *w, const struct survey_unit *unit) {
    struct gate_watch *gate = &w->gates[w->out->n_gates];
    struct survey_gate *out = &w->out->gates[w->out->n_gates];
    uint32_t net = circuit_pin_net(w->circuit, unit->part, unit->is, unit->is->n_in);
    if (net == CIRCUIT_NO_NET || unit->is->n_in > 4 || !delays_of(w, unit, gate))
        return;
    w->out->n_gates++;
    gate->n_in = unit->is->n_in;
    gate->truth = unit->is->truth;
    for (unsigned pin = 0; pin < gate->n_in; pin++)
        gate->nets[pin] = circuit_input_net(w->circuit, unit->part, unit->unit, pin);
    out->part = unit->part;
    out->clocks = is_clock(w, net);
    survey_name(w, unit->part, unit->unit, out->name, sizeof out->name);
    snprintf(out->net, sizeof out->net, "%s",
             survey_net_name(w, unit->part, unit->is, unit->is->n_in));
}

void survey_gates_find(struct survey_work *w) {
    size_t n = survey_units(w->board, PART_LOGIC, NULL);
    struct survey_unit *units = calloc(n + 1, sizeof *units);
    w->gates = calloc(n + 1, sizeof *w->gates);
    w->out->gates = calloc(n + 1, sizeof *w->out->gates);
    if (!units || !w->gates || !w->out->gates)
        abort();
    survey_units(w->board, PART_LOGIC, units);
    for (size_t i = 0; i < n; i++)
        add_gate(w, &units[i]);
    free(units);
}

static int asked(const struct survey_work *w, const struct gate_watch *gate) {
    unsigned pattern = 0;
    for (unsigned pin = 0; pin < gate->n_in; pin++)
        if (gate->nets[pin] != CIRCUIT_NO_NET && w->levels[gate->nets[pin]])
            pattern |= 1U << pin;
    return gate->truth >> pattern & 1;
}

void survey_gates_begin(struct survey_work *w) {
    for (size_t i = 0; i < w->out->n_gates; i++) {
        w->gates[i].level = asked(w, &w->gates[i]);
        w->gates[i].since = UNSEEN;
    }
}

static void take_pulse(struct survey_gate *out, sim_time width, sim_time delay) {
    double wide = (double)width * 1e-3, needs = (double)delay * 1e-3;
    if (width < delay) {
        if (!out->swallows || wide - needs > out->widest - out->outlasts) {
            out->widest = wide;
            out->outlasts = needs;
        }
        out->swallows = true;
    } else if (!out->passes || wide - needs < out->narrowest - out->delay) {
        out->passes = true;
        out->narrowest = wide;
        out->delay = needs;
    }
}

void survey_gates_edge(struct survey_work *w, sim_time time, uint32_t net) {
    for (size_t i = 0; i < w->out->n_gates; i++) {
        struct gate_watch *gate = &w->gates[i];
        bool listens = false;
        for (unsigned pin = 0; pin < gate->n_in; pin++)
            listens = listens || gate->nets[pin] == net;
        int level = listens ? asked(w, gate) : gate->level;
        if (level == gate->level)
            continue;
        /* Of edges at one time the last counts: that is no pulse. */
        if (gate->since != UNSEEN && time > gate->since)
            take_pulse(&w->out->gates[i], time - gate->since, gate->delay[gate->level]);
        gate->level = level;
        gate->since = time;
    }
}
