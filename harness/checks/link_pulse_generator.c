/* A board that makes link pulses and has no line driver, a generator by itself: the pulses at its
 * connectors, as the driver of the board behind it gets them. Nothing is sent to it meanwhile.
 * Behind a driver the pulses are measured on the line (line_transmit.c).
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/wiring.h"
#include "harness/replay_setup.h"

#define STARTS  (100 * SIM_MS) /* the oscillator's first charge is longer than the others */
#define WATCHED (300 * SIM_MS)
#define EDGES   4096          /* what makes more is no generator of link pulses */
#define BRIEF   (10 * SIM_US) /* longer ones are no pulses */
#define APART   (1 * SIM_MS)  /* nearer ones no link pulses */

struct pulses {
    size_t n; /* with their distance to the one before */
    sim_time narrowest, widest, soonest, latest;
};

/* The nets at connectors; returns how many. */
static size_t find_outlets(const struct check_context *context, uint32_t *nets) {
    const struct netlist *netlist = context->board->netlist;
    size_t n = 0;
    for (uint32_t net = 0; net < netlist->n_nets; net++)
        for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
            if (netlist->pins[pin].net == net && context->wiring->roles[pin] == WIRING_OUTSIDE) {
                nets[n++] = net;
                break;
            }
    return n;
}

/* Of the level the net is at for the shorter time. False: these are no link pulses. */
static bool read_pulses(const struct circuit_record *record, uint32_t net, struct pulses *out) {
    sim_time last = 0, began = 0;
    *out = (struct pulses){.narrowest = SIM_NEVER, .soonest = SIM_NEVER};
    for (size_t i = 0; i < record->n; i++) {
        if (record->edges[i].net != net)
            continue;
        sim_time now = record->edges[i].time, width = now - last;
        last = now;
        if (now < STARTS || width > BRIEF)
            continue;
        sim_time begins = now - width, apart = begins - began;
        if (began) {
            out->soonest = apart < out->soonest ? apart : out->soonest;
            out->latest = apart > out->latest ? apart : out->latest;
            out->n++;
        }
        began = begins;
        out->narrowest = width < out->narrowest ? width : out->narrowest;
        out->widest = width > out->widest ? width : out->widest;
    }
    return out->n > 1 && out->soonest >= APART;
}

static void judge(const struct check *check, const char *net, const struct pulses *p,
                  struct check_report *report) {
    const struct {
        const char *name, *unit, *source, *advice;
        double value, limit;
        bool at_least;
    } rows[] = {
        {"link pulse, narrowest", "ns", "CS8952, p. 6: 60 to 200 ns",
         "a larger resistor or capacitor in the pulse former", (double)p->narrowest * 1e-3, 60,
         true},
        {"link pulse, widest", "ns", "CS8952, p. 6: 60 to 200 ns",
         "a smaller resistor or capacitor in the pulse former", (double)p->widest * 1e-3, 200,
         false},
        {"link pulse to pulse, soonest", "ms", "14.2.1.1: 16 ms, +-8 ms; from memory, check",
         "a larger resistor or capacitor in the oscillator", (double)p->soonest * 1e-9, 8, true},
        {"link pulse to pulse, latest", "ms", "14.2.1.1: 16 ms, +-8 ms; from memory, check",
         "a smaller resistor or capacitor in the oscillator", (double)p->latest * 1e-9, 24, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        measure(report, check,
                &(struct measure){.name = rows[i].name,
                                  .net = net,
                                  .unit = rows[i].unit,
                                  .source = rows[i].source,
                                  .advice = rows[i].advice,
                                  .value = rows[i].value,
                                  .limit = rows[i].limit,
                                  .slack = rows[i].at_least ? rows[i].value - rows[i].limit
                                                            : rows[i].limit - rows[i].value});
}

static struct circuit *make(const struct board *board, struct sim_err *err) {
    struct replay_nets nets;
    struct circuit_config config;
    const struct circuit_scope scope = {.part_of = CIRCUIT_ALL};
    if (!board_require_models(board, err) || !replay_setup_nets(board, &nets, err) ||
        !replay_setup_circuit(board, &nets, 1, &config, err))
        return NULL;
    return circuit_create(board->netlist, board->uses, &config, &scope, err);
}

static void watch(const struct check *check, const struct check_context *context,
                  struct circuit *circuit, struct check_report *report) {
    const struct netlist *netlist = context->board->netlist;
    struct circuit_record record = {.capacity = EDGES};
    uint32_t *outlets = calloc(netlist->n_nets + 1, sizeof *outlets);
    record.edges = calloc(EDGES, sizeof *record.edges);
    if (!outlets || !record.edges)
        abort();
    size_t n = find_outlets(context, outlets), judged = 0;
    for (size_t i = 0; i < n; i++)
        circuit_watch(circuit, circuit_net(circuit, outlets[i]), true);
    circuit_set_record(circuit, &record);
    for (sim_time t = SIM_MS; t <= WATCHED && !record.overflow; t += SIM_MS)
        circuit_run_until(circuit, t);
    for (size_t i = 0; i < n && !record.overflow; i++) {
        struct pulses pulses;
        if (!read_pulses(&record, circuit_net(circuit, outlets[i]), &pulses))
            continue;
        judge(check, netlist->nets[outlets[i]].name, &pulses, report);
        judged++;
    }
    if (!judged)
        check_not_run(report, check, "no net at a connector carries link pulses by itself");
    free(outlets);
    free(record.edges);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct board_attach *attach = &context->board->config.attach;
    struct sim_err why = SIM_ERR_INIT;
    (void)err;
    if (attach->line_tx_p[0] && attach->line_tx_n[0])
        return true; /* measured on the line */
    struct circuit *circuit = make(context->board, &why);
    if (circuit)
        watch(check, context, circuit, report);
    else
        check_not_run(report, check, "%.180s", why.text);
    circuit_destroy(circuit);
    return true;
}

const struct check check_link_pulse_generator = {
    .id = "link-pulse-generator",
    .title = "link pulses made without a driver are of the right width and distance",
    .of = CHECK_LINE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .source = "IEEE 802.3 14.2.1.1",
    .run = run,
};
