#include "harness/gate/scene.h"

#include <stdlib.h>
#include <string.h>

#include "harness/gate/scene_internal.h"
#include "harness/replay_setup.h"
#include "harness/report.h"

#define BEGIN        (20 * SIM_US)
#define TRANSMIT_LAG (1234 * SIM_NS) /* the transmitter begins so long after the receiver */
#define HALF_BIT     (50 * SIM_NS)
#define DATA_SKEW    SIM_NS            /* of MOSI behind SCK */
#define REST         (60 * SIM_MS)     /* three link pulses and more */
#define RECORD       ((size_t)1 << 18) /* edges of all nets in one frame */
#define BATCH        64
#define OCTETS       60

struct input { /* the line, or an MCU net */
    sim_time time;
    uint32_t net; /* CIRCUIT_NO_NET: the line */
    uint8_t level;
};

struct inputs {
    struct input *list;
    size_t n;
};

static void push(struct inputs *in, sim_time time, uint32_t net, int level) {
    in->list[in->n++] = (struct input){time, net, (uint8_t)level};
}

static uint32_t engine_net(const struct gate_scene *s, const char *name) {
    uint32_t net = name[0] ? netlist_find_net(s->board->netlist, name) : NETLIST_NONE;
    return net == NETLIST_NONE ? CIRCUIT_NO_NET : circuit_net(s->circuit, net);
}

/* SPI mode 1, LSB first, 10 Mbit/s: what the shield's encoder wants. */
static void push_sent(const struct gate_scene *s, struct inputs *in, const uint8_t *wire,
                      size_t n) {
    static const uint8_t preamble[8] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5};
    uint32_t clock = engine_net(s, s->board->config.attach.tx_clk);
    uint32_t data = engine_net(s, s->board->config.attach.tx_mosi);
    int level = 0;
    if (clock == CIRCUIT_NO_NET || data == CIRCUIT_NO_NET)
        return;
    for (size_t i = 0; i < 8 * (n + sizeof preamble); i++) {
        unsigned octet = i / 8 < sizeof preamble ? preamble[i / 8] : wire[i / 8 - sizeof preamble];
        sim_time time = s->origin + TRANSMIT_LAG + (sim_time)i * 2 * HALF_BIT;
        int bit = octet >> i % 8 & 1;
        push(in, time, clock, 1);
        if (bit != level)
            push(in, time + DATA_SKEW, data, bit);
        push(in, time + HALF_BIT, clock, 0);
        level = bit;
    }
}

static int by_time(const void *x, const void *y) {
    const struct input *a = x, *b = y;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->net < b->net ? -1 : a->net > b->net;
}

/* A frame whose octets all differ. */
static size_t make_frame(uint8_t wire[LINE_MAX_FRAME]) {
    uint8_t octets[OCTETS];
    for (unsigned i = 0; i < OCTETS; i++)
        octets[i] = i < 6 ? 0xff : (uint8_t)(i * 37);
    return line_frame_finish(octets, OCTETS, wire);
}

static bool make_inputs(const struct gate_scene *s, uint64_t seed, struct inputs *in,
                        struct sim_err *err) {
    struct line_settings settings;
    struct line_burst burst;
    const struct line_edge *edges;
    uint8_t wire[LINE_MAX_FRAME];
    size_t n = make_frame(wire);
    replay_setup_line(s->board, seed, &settings);
    struct line_source *source = line_source_create(&settings);
    in->list = malloc(((size_t)LINE_MAX_FRAME * 8 * 5) * sizeof *in->list);
    if (!source || !in->list || !line_source_frame(source, wire, n, s->origin, &burst)) {
        line_source_destroy(source);
        return sim_err_set(err, SIM_ERR_INPUT, "the settings of [line] make no sense together");
    }
    size_t n_edges = circuit_has_line(s->circuit) ? line_source_edges(source, &burst, &edges) : 0;
    for (size_t i = 0; i < n_edges; i++)
        push(in, edges[i].time, CIRCUIT_NO_NET, edges[i].level);
    line_source_destroy(source);
    push_sent(s, in, wire, n);
    qsort(in->list, in->n, sizeof *in->list, by_time);
    return true;
}

/* --- the driver and the line behind it ---------------------------------------------------- */

static void to_line(struct gate_scene *s, const struct circuit_edge *edge) {
    if (!s->line || (edge->net != s->d && edge->net != s->de))
        return;
    *(edge->net == s->d ? &s->d_level : &s->de_level) = edge->level == 1;
    transmit_line_edge(s->line, edge->time, s->d_level, s->de_level);
}

/* A way out that has no model has no picture. */
static void open_line(struct gate_scene *s) {
    struct sim_err ignored = SIM_ERR_INIT;
    struct transmit_driver driver;
    char why[160];
    s->d = s->de = CIRCUIT_NO_NET;
    if (!transmit_find_driver(s->board, &driver, why, sizeof why))
        return;
    if (driver.nets[TRANSMIT_D] != NETLIST_NONE)
        s->d = circuit_net(s->circuit, driver.nets[TRANSMIT_D]);
    if (driver.nets[TRANSMIT_DE] != NETLIST_NONE)
        s->de = circuit_net(s->circuit, driver.nets[TRANSMIT_DE]);
    s->line = transmit_line_create(s->board, &ignored);
    if (!s->line)
        return;
    s->d_level = s->d != CIRCUIT_NO_NET && circuit_level(s->circuit, s->d) == 1;
    s->de_level = s->de != CIRCUIT_NO_NET && circuit_level(s->circuit, s->de) == 1;
    transmit_line_start(s->line, 0, s->d_level, s->de_level);
}

/* --- time --------------------------------------------------------------------------------- */

static void drain(struct gate_scene *s) {
    size_t kept = s->n_kept;
    for (size_t i = kept; i < s->record.n; i++)
        to_line(s, &s->record.edges[i]);
    if (s->keeping)
        s->n_kept = s->record.n;
    else
        s->record.n = s->n_kept; /* what comes later is for the line alone */
}

static void run_frame(struct gate_scene *s, const struct inputs *in) {
    for (size_t i = 0; i < in->n; i += BATCH) {
        size_t n = in->n - i < BATCH ? in->n - i : BATCH;
        for (size_t j = i; j < i + n; j++)
            if (in->list[j].net == CIRCUIT_NO_NET)
                circuit_line(s->circuit, in->list[j].time, in->list[j].level);
            else
                circuit_input(s->circuit, in->list[j].net, in->list[j].time, in->list[j].level);
        s->end = in->list[i + n - 1].time + 1;
        circuit_run_until(s->circuit, s->end);
        drain(s);
    }
    s->end += 3 * SIM_US; /* one-shots return */
    circuit_run_until(s->circuit, s->end);
    drain(s);
}

static void run_rest(struct gate_scene *s) {
    s->keeping = false;
    for (uint32_t net = 0; net < circuit_nets(s->circuit); net++)
        circuit_watch(s->circuit, net, net == s->d || net == s->de);
    for (sim_time t = s->end + SIM_MS; s->line && t <= s->end + REST; t += SIM_MS) {
        circuit_run_until(s->circuit, t);
        drain(s);
        transmit_line_until(s->line, t);
    }
}

/* --- making ------------------------------------------------------------------------------- */

static bool elaborate(struct gate_scene *s, uint64_t seed, struct sim_err *err) {
    struct circuit_config config;
    const struct circuit_scope all = {.part_of = CIRCUIT_ALL};
    const struct board *board = s->board;
    struct replay_nets nets;
    if (!board_require_models(board, err) || !replay_setup_nets(board, &nets, err) ||
        !replay_setup_circuit(board, &nets, seed, &config, err))
        return false;
    s->circuit = circuit_create(board->netlist, board->uses, &config, &all, err);
    if (!s->circuit)
        return false;
    uint32_t n = circuit_nets(s->circuit);
    s->first = malloc(n + 1);
    s->record = (struct circuit_record){.edges = malloc(RECORD * sizeof *s->record.edges),
                                        .capacity = RECORD};
    if (!s->first || !s->record.edges)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (uint32_t net = 0; net < n; net++) {
        s->first[net] = (uint8_t)circuit_level(s->circuit, net);
        circuit_watch(s->circuit, net, true);
    }
    circuit_set_record(s->circuit, &s->record);
    return true;
}

static char *drawn(const struct gate_scene *s,
                   bool (*picture)(const struct transmit_line *line, FILE *out)) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = s->line ? open_memstream(&text, &size) : NULL;
    if (!out)
        return NULL;
    picture(s->line, out);
    return report_close(out, &text);
}

static void draw(struct gate_scene *s) {
    if (s->line)
        transmit_line_finish(s->line, s->end + REST);
    s->eye = drawn(s, transmit_line_draw_eye);
    s->pulse = drawn(s, transmit_line_draw_pulse);
}

struct gate_scene *gate_scene_create(const struct board *board, uint64_t seed,
                                     struct sim_err *err) {
    struct gate_scene *s = calloc(1, sizeof *s);
    struct inputs in = {0};
    if (!s) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    *s = (struct gate_scene){.board = board, .origin = BEGIN, .end = BEGIN, .keeping = true};
    bool good = elaborate(s, seed, err) && make_inputs(s, seed, &in, err);
    if (good) {
        open_line(s);
        run_frame(s, &in);
        run_rest(s);
        draw(s);
        good = !circuit_storm(s->circuit, err);
    }
    free(in.list);
    if (good)
        return s;
    gate_scene_destroy(s);
    return NULL;
}

void gate_scene_destroy(struct gate_scene *s) {
    if (!s)
        return;
    transmit_line_destroy(s->line);
    circuit_destroy(s->circuit);
    free(s->record.edges);
    free(s->first);
    free(s->eye);
    free(s->pulse);
    free(s);
}

const char *gate_scene_eye(const struct gate_scene *s) {
    return s->eye ? s->eye : "";
}

const char *gate_scene_pulse(const struct gate_scene *s) {
    return s->pulse ? s->pulse : "";
}
