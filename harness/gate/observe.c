#include "harness/gate/observe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/replay_setup.h"
#include "models/line/source.h"
#include "sim/rng.h"

#define START        (20 * SIM_US)
#define GAP          (9600 * SIM_NS)
#define FRAMES       6
#define OCTETS       60
#define SEND_BITS    (8 * 40)
#define SEND_AT      (3 * SIM_US) /* behind a frame's start: both directions at once */
#define HALF_BIT     (50 * SIM_NS)
#define PULSES       (40 * SIM_MS) /* of silence, in which link pulses go out */
#define RECORD_EDGES (1u << 18)

/* A corner: the board's delay scale times this, and the level of an idle receiver. */
static const struct corner {
    double scale;
    int idle; /* -1: the board's own */
} corners[] = {{1, -1},
               {0.8, -1},
               {1.2, -1},
               {1, BOARD_IDLE_LOW},
               {0.8, BOARD_IDLE_LOW},
               {1, BOARD_IDLE_HIGH}};
#define CORNERS (sizeof corners / sizeof *corners)

struct seen {
    sim_time time;
    uint32_t net; /* of the netlist */
    uint8_t level;
};

struct observation {
    const struct netlist *netlist; /* for names; the board outlives this */
    bool *observed;                /* per net */
    struct seen *edges[CORNERS];
    size_t n[CORNERS];
};

/* --- which nets --------------------------------------------------------------------------- */

static void observe_named(struct observation *o, const char *name) {
    uint32_t net = netlist_find_net(o->netlist, name + (name[0] == '!'));
    if (net != NETLIST_NONE)
        o->observed[net] = true;
}

static void observe_pin(struct observation *o, uint32_t part, const char *number) {
    uint32_t net = netlist_pin_net(o->netlist, part, number);
    if (net != NETLIST_NONE)
        o->observed[net] = true;
}

static void observe_part(struct observation *o, const struct board *board, uint32_t part) {
    const struct part_model *model = board->uses[part].model;
    for (size_t u = 0; model && u < model->n_units; u++) {
        const struct part_unit *unit = &model->units[u];
        bool outside = unit->kind == PART_JACK || unit->kind == PART_DRIVER;
        for (int i = 0; outside && i < PART_MAX_UNIT_PINS; i++)
            observe_pin(o, part, unit->pins[i]);
    }
}

static void choose_nets(struct observation *o, const struct board *board) {
    const struct board_attach *a = &board->config.attach;
    const struct board_stages *s = &board->config.stages;
    const char *const names[] = {a->spi_clk, a->spi_mosi, a->spi_nss, s->line,    s->edge_in,
                                 s->idle_n,  s->edge,     s->sck,     s->bytesync};
    o->observed = calloc(board->netlist->n_nets + 1, sizeof *o->observed);
    if (!o->observed)
        abort();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        observe_named(o, names[i]);
    for (uint32_t part = 0; part < board->netlist->n_parts; part++)
        observe_part(o, board, part);
}

/* --- the stimulus --------------------------------------------------------------------------- */

struct bench {
    struct observation *o;
    struct circuit *circuit;
    struct circuit_record record;
    struct line_source *source;
    uint32_t clk, mosi;      /* engine nets of what the MCU sends by */
    const uint32_t *nets_of; /* per engine net: the observed net that it is */
    size_t corner;
};

static void keep(struct bench *b) {
    struct observation *o = b->o;
    size_t *n = &o->n[b->corner];
    struct seen *edges = realloc(o->edges[b->corner], (*n + b->record.n + 1) * sizeof *edges);
    if (!edges)
        abort();
    for (size_t i = 0; i < b->record.n; i++)
        edges[(*n)++] = (struct seen){b->record.edges[i].time, b->nets_of[b->record.edges[i].net],
                                      b->record.edges[i].level};
    o->edges[b->corner] = edges;
    b->record.n = 0;
}

static void send_bit(struct bench *b, size_t i, sim_time start) {
    int bit = (int)(rng_u64(3, 1, i / 64) >> i % 64 & 1);
    sim_time time = start + (sim_time)i * 2 * HALF_BIT;
    circuit_input(b->circuit, b->clk, time, 1);
    circuit_input(b->circuit, b->mosi, time + SIM_NS, bit);
    circuit_input(b->circuit, b->clk, time + HALF_BIT, 0);
}

/* A frame from the line, and with the second and fourth one from the MCU, in the order of time. */
static void one_frame(struct bench *b, unsigned number, sim_time *start) {
    uint8_t octets[OCTETS], wire[OCTETS + 8];
    struct line_burst burst;
    const struct line_edge *edges;
    for (size_t i = 0; i < OCTETS; i++)
        octets[i] = number == 0 ? 0x55 : (uint8_t)rng_u64(2, number, i);
    size_t n = line_frame_finish(octets, OCTETS, wire), bits = 0;
    line_source_frame(b->source, wire, n, *start, &burst);
    size_t n_edges = line_source_edges(b->source, &burst, &edges);
    bool sends = number % 2 && b->clk != CIRCUIT_NO_NET && b->mosi != CIRCUIT_NO_NET;
    for (size_t i = 0; i < n_edges; i++) {
        for (; sends && bits < SEND_BITS &&
               *start + SEND_AT + (sim_time)bits * 2 * HALF_BIT + HALF_BIT < edges[i].time;
             bits++)
            send_bit(b, bits, *start + SEND_AT);
        circuit_line(b->circuit, edges[i].time, edges[i].level);
    }
    *start = burst.end + GAP;
    circuit_run_until(b->circuit, *start);
    keep(b);
}

static bool run(struct bench *b, struct sim_err *err) {
    sim_time start = START;
    circuit_set_record(b->circuit, &b->record);
    for (unsigned i = 0; i < FRAMES && circuit_has_line(b->circuit); i++)
        one_frame(b, i, &start);
    circuit_run_until(b->circuit, start + PULSES);
    keep(b);
    return !circuit_storm(b->circuit, err);
}

/* --- a corner ------------------------------------------------------------------------------- */

static uint32_t *watch(struct bench *b) {
    const struct netlist *netlist = b->o->netlist;
    uint32_t *nets_of = calloc(circuit_nets(b->circuit) + 1, sizeof *nets_of);
    if (!nets_of)
        abort();
    for (uint32_t net = netlist->n_nets; net-- > 0;) {
        uint32_t engine = b->o->observed[net] ? circuit_net(b->circuit, net) : CIRCUIT_NO_NET;
        if (engine == CIRCUIT_NO_NET)
            continue;
        nets_of[engine] = net; /* the first of those that wires join */
        circuit_watch(b->circuit, engine, true);
    }
    return nets_of;
}

static uint32_t driven(const struct bench *b, const char *name) {
    uint32_t net = name[0] ? netlist_find_net(b->o->netlist, name) : NETLIST_NONE;
    return net == NETLIST_NONE ? CIRCUIT_NO_NET : circuit_net(b->circuit, net);
}

static bool at_corner(struct observation *o, const struct board *board, size_t corner,
                      struct sim_err *err) {
    struct board moved = *board;
    struct replay_whole whole = {0};
    struct line_settings line;
    struct bench b = {.o = o, .corner = corner};
    moved.config.delay_scale *= corners[corner].scale;
    if (corners[corner].idle >= 0)
        moved.config.receiver_idle = (enum board_idle)corners[corner].idle;
    replay_setup_line(&moved, 1, &line);
    if (!replay_setup_whole(&moved, 1, &whole, err))
        return false;
    b.circuit = whole.circuit;
    b.source = line_source_create(&line);
    b.record.edges = malloc(RECORD_EDGES * sizeof *b.record.edges);
    b.record.capacity = RECORD_EDGES;
    if (!b.source || !b.record.edges)
        abort();
    uint32_t *nets_of = watch(&b);
    b.nets_of = nets_of;
    b.clk = driven(&b, board->config.attach.tx_clk);
    b.mosi = driven(&b, board->config.attach.tx_mosi);
    bool good = run(&b, err);
    free(nets_of);
    free(b.record.edges);
    line_source_destroy(b.source);
    circuit_destroy(b.circuit);
    return good;
}

struct observation *observe(const struct board *board, struct sim_err *err) {
    struct observation *o = calloc(1, sizeof *o);
    if (!o)
        abort();
    o->netlist = board->netlist;
    choose_nets(o, board);
    for (size_t corner = 0; corner < CORNERS; corner++)
        if (!at_corner(o, board, corner, err)) {
            observation_destroy(o);
            return NULL;
        }
    return o;
}

void observation_destroy(struct observation *o) {
    if (!o)
        return;
    for (size_t corner = 0; corner < CORNERS; corner++)
        free(o->edges[corner]);
    free(o->observed);
    free(o);
}

/* --- two of them --------------------------------------------------------------------------------
 */

/* The edges of one net, after `i`; the count when there is none left. */
static size_t next_of(const struct observation *o, size_t corner, uint32_t net, size_t i) {
    while (i < o->n[corner] && o->edges[corner][i].net != net)
        i++;
    return i;
}

struct gap {
    long more;         /* edges in `b` beyond those of `a` */
    size_t edges;      /* of `a` */
    sim_time furthest; /* of a pair, as long as both go on */
};

static struct gap compare_net(const struct observation *a, const struct observation *b,
                              size_t corner, uint32_t net) {
    struct gap gap = {0};
    size_t i = next_of(a, corner, net, 0), k = next_of(b, corner, net, 0);
    while (i < a->n[corner] || k < b->n[corner]) {
        bool left = i < a->n[corner], right = k < b->n[corner];
        gap.edges += left;
        gap.more += (long)right - (long)left;
        if (left && right) {
            sim_time apart = a->edges[corner][i].time - b->edges[corner][k].time;
            apart = apart < 0 ? -apart : apart;
            gap.furthest = apart > gap.furthest ? apart : gap.furthest;
            gap.more += a->edges[corner][i].level != b->edges[corner][k].level;
        }
        i = left ? next_of(a, corner, net, i + 1) : i;
        k = right ? next_of(b, corner, net, k + 1) : k;
    }
    return gap;
}

bool observation_same(const struct observation *a, const struct observation *b, char *difference,
                      size_t size) {
    difference[0] = 0;
    for (size_t corner = 0; corner < CORNERS; corner++)
        for (uint32_t net = 0; net < a->netlist->n_nets; net++) {
            struct gap gap = compare_net(a, b, corner, net);
            if (!gap.more && !gap.furthest)
                continue;
            int n = snprintf(difference, size, "%s", a->netlist->nets[net].name);
            if (gap.more)
                snprintf(difference + n, size - (size_t)n, ": %ld of %zu edges %s", labs(gap.more),
                         gap.edges, gap.more < 0 ? "fewer" : "more");
            else
                snprintf(difference + n, size - (size_t)n, ": edges up to %.3f ns apart",
                         (double)gap.furthest * 1e-3);
            return false;
        }
    return true;
}
