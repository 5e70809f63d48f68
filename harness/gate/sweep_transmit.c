#include "harness/gate/sweep_transmit.h"

#include <stdlib.h>
#include <string.h>

#include "harness/transmit.h"
#include "models/line/decode.h"

#define RECORD_EDGES 65536
#define LINE_EDGES   4096
#define START        (10 * SIM_US)
#define AFTER        (3 * SIM_US)   /* a frame: every one-shot has returned */
#define LOOK         (100 * SIM_MS) /* for link pulses: four of the longest periods allowed */
#define LOOK_STEP    (5 * SIM_MS)
#define ENOUGH       4    /* pulses: an oscillator's two halves differ */
#define MCU_OHM      40.0 /* as the engine takes a fast MCU pin */

enum { PREAMBLE = 8, DATA = 12, OCTETS = PREAMBLE + DATA };

/* Preamble and SFD, a de Bruijn sequence (every six bits in a row once), and its start. */
static const uint8_t octets[OCTETS] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5, 0x40, 0x18,
                                       0xc5, 0x49, 0xb3, 0xbc, 0xba, 0xfd, 0x40, 0x18, 0xc5, 0x49};

/* A bit's first half has the clock at `first`; between frames it rests at `rest`. */
struct mode {
    uint8_t first, rest;
};
static const struct mode modes[] = {{1, 0}, {0, 0}, {0, 1}, {1, 1}}; /* SPI modes 1, 0, 3, 2 */

struct sweep_transmit {
    const struct sweep_setup *setup;
    struct circuit *circuit;
    struct circuit_record record;
    struct transmit_driver driver;
    uint32_t d, de, clk, mosi; /* engine nets */
    struct mode mode;
    bool pulses;
    int level_d, level_de, line;
    struct line_edge edges[LINE_EDGES];
    size_t n_edges;
    sim_time enabled; /* since when; SIM_NEVER before the first time */
};

/* --- at the driver ------------------------------------------------------------------------- */

static int line_level(const struct sweep_transmit *t) {
    if (!t->level_de)
        return LINE_IDLE;
    return t->level_d != t->driver.swapped;
}

/* What lasted no time was not there. */
static void line_edge(struct sweep_transmit *t, sim_time time, int level) {
    if (t->n_edges && t->edges[t->n_edges - 1].time == time)
        t->n_edges--;
    if (t->n_edges < LINE_EDGES)
        t->edges[t->n_edges++] = (struct line_edge){.time = time, .level = (uint8_t)level};
}

static void drain(struct sweep_transmit *t) {
    for (size_t i = 0; i < t->record.n; i++) {
        const struct circuit_edge *edge = &t->record.edges[i];
        if (edge->net == t->de) {
            t->level_de = edge->level;
            t->enabled = edge->level && t->enabled == SIM_NEVER ? edge->time : t->enabled;
        }
        if (edge->net == t->d)
            t->level_d = edge->level;
        int now = line_level(t);
        if (now != t->line)
            line_edge(t, edge->time, now);
        t->line = now;
    }
    t->record.n = 0;
}

static void run_until(struct sweep_transmit *t, sim_time time) {
    circuit_run_until(t->circuit, time);
    drain(t);
}

/* --- a frame -----------------------------------------------------------------------------------
 */

struct pin {
    uint32_t net;
    sim_time delay; /* of the pin's ohms into its net */
};

static struct pin pin_of(const struct sweep_transmit *t, uint32_t net) {
    double seconds = 0.69 * MCU_OHM * circuit_net_load(t->circuit, net);
    return (struct pin){net, (sim_time)(seconds * 1e12 + 0.5)};
}

/* Both change at `time`; the engine wants them in order. */
static void drive(struct sweep_transmit *t, const struct pin pins[2], const int levels[2],
                  sim_time time) {
    int first = pins[1].delay < pins[0].delay;
    for (int i = 0; i < 2; i++) {
        int k = i ? !first : first;
        circuit_input(t->circuit, pins[k].net, time + pins[k].delay, levels[k]);
    }
}

/* Returns the bit period. */
static double send(struct sweep_transmit *t, double ppm) {
    const struct pin pins[2] = {pin_of(t, t->clk), pin_of(t, t->mosi)};
    double bit = 1e5 / (1 + ppm * 1e-6);
    for (unsigned i = 0; i < OCTETS * 8; i++) {
        int data = octets[i / 8] >> (i % 8) & 1;
        sim_time start = START + (sim_time)(i * bit + 0.5);
        drive(t, pins, (int[2]){t->mode.first, data}, start);
        drive(t, pins, (int[2]){!t->mode.first, data}, start + (sim_time)(bit / 2 + 0.5));
    }
    sim_time end = START + (sim_time)(OCTETS * 8 * bit + 0.5);
    drive(t, pins, (int[2]){t->mode.rest, 0}, end);
    run_until(t, end + AFTER);
    return bit;
}

static sim_time distance(sim_time a, sim_time b) {
    return a > b ? a - b : b - a;
}

/* From the second edge with a level on: the first is the driver's enable. */
static sim_time worst_deviation(const struct sweep_transmit *t, double bit) {
    sim_time worst = 0, half = (sim_time)(bit / 2 + 0.5), whole = (sim_time)(bit + 0.5);
    for (size_t i = 2; i < t->n_edges && t->edges[i].level != LINE_IDLE; i++) {
        if (t->edges[i - 1].level == LINE_IDLE || t->edges[i - 2].level == LINE_IDLE)
            continue;
        sim_time length = t->edges[i].time - t->edges[i - 1].time;
        sim_time from_half = distance(length, half), from_whole = distance(length, whole);
        sim_time off = from_half < from_whole ? from_half : from_whole;
        worst = off > worst ? off : worst;
    }
    return worst;
}

static void measure_frame(struct sweep_transmit *t, double bit, struct sweep_transmit_result *out) {
    uint8_t got[OCTETS + 8];
    struct line_decoded d = {.octets = got, .capacity = sizeof got};
    line_decode(t->edges, t->n_edges, bit, &d);
    out->framed = d.sfd && !d.inverted && d.n == DATA && memcmp(got, octets + PREAMBLE, DATA) == 0;
    out->sent = out->framed && t->enabled != SIM_NEVER;
    if (!out->sent)
        return;
    size_t end = 1;
    while (end < t->n_edges && t->edges[end].level != LINE_IDLE)
        end++;
    sim_time idle = end < t->n_edges ? t->edges[end].time : START + 10 * SIM_MS;
    const struct line_edge *last = &t->edges[end - 1];
    out->deviation = worst_deviation(t, bit);
    out->opened = t->enabled - START;
    out->closed = idle - (d.last_bit + (sim_time)(bit / 2 + 0.5));
    out->tp_idl = last->level == 1 ? idle - last->time : 0;
}

/* --- link pulses --------------------------------------------------------------------------------
 */

static void take_pulse(struct sweep_transmit_result *out, sim_time start, sim_time width,
                       sim_time *before) {
    if (!out->pulses || width < out->narrowest)
        out->narrowest = width;
    if (!out->pulses || width > out->widest)
        out->widest = width;
    if (out->pulses) {
        sim_time apart = start - *before;
        out->soonest = out->pulses == 1 || apart < out->soonest ? apart : out->soonest;
        out->latest = apart > out->latest ? apart : out->latest;
    }
    *before = start;
    out->pulses++;
}

/* Each stretch of high between two silences; around it a few ns in which data and enable race
 * do not count. */
static void measure_pulses(struct sweep_transmit *t, struct sweep_transmit_result *out) {
    sim_time before = 0;
    t->n_edges = 0;
    for (sim_time until = START + LOOK_STEP; until <= LOOK && out->pulses < ENOUGH;
         until += LOOK_STEP) {
        run_until(t, until);
        for (size_t i = 0; i + 1 < t->n_edges; i++)
            if (t->edges[i].level == 1)
                take_pulse(out, t->edges[i].time, t->edges[i + 1].time - t->edges[i].time, &before);
        /* an edge without its end stays for the next look */
        bool open = t->n_edges && t->edges[t->n_edges - 1].level == 1;
        t->edges[0] = open ? t->edges[t->n_edges - 1] : t->edges[0];
        t->n_edges = open;
    }
}

/* --- one sample ----------------------------------------------------------------------------------
 */

static void begin(struct sweep_transmit *t) {
    t->record.n = t->n_edges = 0;
    t->record.overflow = false;
    t->level_d = circuit_level(t->circuit, t->d);
    t->level_de = circuit_level(t->circuit, t->de);
    t->line = line_level(t);
    t->enabled = t->level_de ? 0 : SIM_NEVER;
    circuit_input(t->circuit, t->clk, 0, t->mode.rest);
    run_until(t, START);
    t->n_edges = 0;
    t->enabled = t->level_de ? START : SIM_NEVER;
    if (t->line != LINE_IDLE)
        line_edge(t, START - 1, t->line);
}

void sweep_transmit_run(struct sweep_transmit *t, const struct part_use *uses,
                        const struct sweep_conditions *conditions,
                        struct sweep_transmit_result *result) {
    struct sim_err err = SIM_ERR_INIT;
    *result = (struct sweep_transmit_result){0};
    if (!circuit_refill(t->circuit, uses, &conditions->config, &err)) {
        result->refused = true;
        return;
    }
    begin(t);
    double bit = send(t, conditions->mcu_ppm);
    measure_frame(t, bit, result);
    measure_pulses(t, result);
    result->refused = circuit_storm(t->circuit, &err);
}

/* The typical board tells what the firmware does: the first mode in which a frame decodes. */
static void find_mode(struct sweep_transmit *t, const struct part_use *uses) {
    const struct sweep_conditions typical = {.config = t->setup->config};
    struct sweep_transmit_result result = {0};
    for (size_t i = 0; i < sizeof modes / sizeof *modes && !result.framed; i++) {
        t->mode = modes[i];
        sweep_transmit_run(t, uses, &typical, &result);
    }
    if (!result.framed)
        t->mode = modes[0];
    t->pulses = result.pulses > 0;
}

static bool find_nets(struct sweep_transmit *t) {
    const struct board *board = t->setup->board;
    char why[160];
    return board->config.attach.line_tx_p[0] && board->config.attach.line_tx_n[0] &&
           transmit_find_driver(board, &t->driver, why, sizeof why);
}

static bool elaborate(struct sweep_transmit *t, const struct part_use *uses, struct sim_err *err) {
    const struct board *board = t->setup->board;
    uint32_t observed[2];
    struct circuit_scope scope = {CIRCUIT_ANCESTORS, observed, 0};
    const uint32_t pins[2] = {t->driver.nets[TRANSMIT_D], t->driver.nets[TRANSMIT_DE]};
    for (int i = 0; i < 2; i++)
        if (pins[i] != NETLIST_NONE)
            observed[scope.n_observed++] = pins[i];
    t->circuit = circuit_create(board->netlist, uses, &t->setup->config, &scope, err);
    if (!t->circuit)
        return false;
    t->d = circuit_net(t->circuit, pins[0]);
    t->de = circuit_net(t->circuit, pins[1]);
    t->clk = circuit_net(t->circuit, netlist_find_net(board->netlist, board->config.attach.tx_clk));
    t->mosi =
        circuit_net(t->circuit, netlist_find_net(board->netlist, board->config.attach.tx_mosi));
    circuit_watch(t->circuit, t->d, true);
    circuit_watch(t->circuit, t->de, true);
    t->record.edges = malloc(RECORD_EDGES * sizeof *t->record.edges);
    t->record.capacity = RECORD_EDGES;
    circuit_set_record(t->circuit, &t->record);
    return t->record.edges || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
}

struct sweep_transmit *sweep_transmit_create(const struct sweep_setup *setup,
                                             const struct part_use *uses, struct sim_err *err) {
    struct sweep_transmit *t = calloc(1, sizeof *t);
    if (!t) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    t->setup = setup;
    if (find_nets(t) && elaborate(t, uses, err)) {
        find_mode(t, uses);
        return t;
    }
    sweep_transmit_destroy(t);
    return NULL;
}

void sweep_transmit_destroy(struct sweep_transmit *t) {
    if (!t)
        return;
    circuit_destroy(t->circuit);
    free(t->record.edges);
    free(t);
}

bool sweep_transmit_frames(const struct sweep_transmit *t) {
    return t->clk != CIRCUIT_NO_NET && t->mosi != CIRCUIT_NO_NET;
}

bool sweep_transmit_pulses(const struct sweep_transmit *t) {
    return t->pulses;
}
