#include "harness/crosscheck_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/replay_setup.h"
#include "harness/rtl_engine.h"
#include "models/line/source.h"
#include "models/mcu/spi_sampler.h"

#define GAP          (96 * 100 * SIM_NS)
#define SETTLE       (3 * SIM_US)    /* after a frame: one-shots return */
#define TRANSMIT_LAG (1234 * SIM_NS) /* the transmitter begins so long after the receiver */
#define HALF_BIT     (50 * SIM_NS)
#define DATA_SKEW    SIM_NS /* of MOSI behind SCK */
#define BATCH        64     /* inputs between two comparisons */
#define RECORD_EDGES (1u << 17)
#define BURST_MAX    (LINE_MAX_FRAME + 64)

struct received { /* one engine's SPI slave */
    struct spi_sampler sampler;
    uint8_t *octets;
    size_t n;
    uint32_t shift, n_shift;
    sim_time mosi_changed, sck_rose;
    uint32_t narrow; /* MOSI changed within CROSSCHECK_SLACK of a sample */
    bool bursts;     /* a select ended in this frame */
};

struct input { /* the line, or an MCU net */
    sim_time time;
    uint32_t net; /* CIRCUIT_NO_NET: the line */
    uint8_t level;
};

struct crosscheck_run {
    const struct board *board;
    const struct part_use *uses; /* the event engine's */
    struct replay_nets nets;
    struct circuit_config config;
    struct circuit *event;
    struct rtl_engine *rtl;
    struct line_source *source;
    struct circuit_record records[2];
    struct received received[2];
    struct crosscheck_net *compared;
    size_t n_compared;
    uint32_t *compared_of; /* by engine net, CIRCUIT_NO_NET: not compared */
    uint32_t pins[3];
    uint32_t tx_clk, tx_mosi; /* engine nets */
    struct input *inputs;
    size_t n_inputs;
    uint8_t tx_level;
    uint64_t coins;
    uint32_t doubts;
    sim_time now, drift;
    struct crosscheck_figures figures;
};

/* --- what was received ---------------------------------------------------------------- */

static void shift_in(struct received *r, uint32_t bit) {
    r->shift |= bit << r->n_shift;
    if (++r->n_shift < 8)
        return;
    if (r->n < BURST_MAX)
        r->octets[r->n++] = (uint8_t)r->shift;
    r->shift = r->n_shift = 0;
}

static void sample(struct received *r, enum spi_pin pin, const struct circuit_edge *edge) {
    struct spi_op op;
    if (pin == SPI_MOSI) {
        r->mosi_changed = edge->time;
        r->narrow += r->sampler.selected && edge->time - r->sck_rose < CROSSCHECK_SLACK;
    } else if (pin == SPI_SCK && edge->level) {
        r->sck_rose = edge->time;
        r->narrow += r->sampler.selected && edge->time - r->mosi_changed < CROSSCHECK_SLACK;
    }
    if (!spi_sampler_edge(&r->sampler, pin, edge->time, edge->level, &op))
        return;
    if (op.kind == SPI_BIT)
        shift_in(r, op.bit);
    else if (op.kind == SPI_SELECT)
        r->shift = r->n_shift = 0;
    else
        r->bursts = true;
}

static void take(struct crosscheck_run *run, enum crosscheck_side side) {
    struct circuit_record *record = &run->records[side];
    for (size_t i = 0; i < record->n; i++) {
        const struct circuit_edge *edge = &record->edges[i];
        for (int pin = 0; pin < 3; pin++)
            if (edge->net == run->pins[pin])
                sample(&run->received[side], (enum spi_pin)pin, edge);
        uint32_t at = run->compared_of[edge->net];
        if (at != CIRCUIT_NO_NET)
            crosscheck_add(&run->compared[at], side, edge);
    }
    record->n = 0;
}

/* --- time ----------------------------------------------------------------------------- */

static void drive_event(struct crosscheck_run *run, const struct input *inputs, size_t n,
                        sim_time until) {
    for (size_t i = 0; i < n; i++)
        if (inputs[i].net == CIRCUIT_NO_NET)
            circuit_line(run->event, inputs[i].time, inputs[i].level);
        else
            circuit_input(run->event, inputs[i].net, inputs[i].time, inputs[i].level);
    circuit_run_until(run->event, until);
}

static void drive_rtl(struct crosscheck_run *run, const struct input *inputs, size_t n,
                      sim_time until) {
    for (size_t i = 0; i < n; i++)
        if (inputs[i].net == CIRCUIT_NO_NET)
            rtl_engine_line(run->rtl, inputs[i].time, inputs[i].level);
        else
            rtl_engine_input(run->rtl, inputs[i].net, inputs[i].time, inputs[i].level);
    rtl_engine_run_until(run->rtl, until);
}

/* Of this process: other programs on the machine do not count. */
static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The oscillator's nets first: the others follow its drift. */
static void pair_all(struct crosscheck_run *run, sim_time time) {
    for (int self_timed = 1; self_timed >= 0; self_timed--)
        for (size_t i = 0; i < run->n_compared; i++)
            if (run->compared[i].self_timed == self_timed)
                crosscheck_pair(&run->compared[i], time, &run->drift);
}

/* Both up to `until`, with what comes in before; then what is settled is compared. */
static bool advance(struct crosscheck_run *run, const struct input *inputs, size_t n,
                    sim_time until, struct sim_err *err) {
    double t0 = cpu_now();
    drive_event(run, inputs, n, until);
    double t1 = cpu_now();
    drive_rtl(run, inputs, n, until);
    run->figures.seconds[CROSSCHECK_EVENT] += t1 - t0;
    run->figures.seconds[CROSSCHECK_RTL] += cpu_now() - t1;
    run->now = until;
    bool lost = run->records[0].overflow || run->records[1].overflow;
    for (int side = 0; side < 2; side++)
        take(run, (enum crosscheck_side)side);
    pair_all(run, until);
    if (lost)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "more edges at once than can be compared");
    return !circuit_storm(run->event, err) && rtl_engine_sound(run->rtl, err);
}

static bool advance_inputs(struct crosscheck_run *run, sim_time until, struct sim_err *err) {
    for (size_t i = 0; i < run->n_inputs; i += BATCH) {
        size_t n = run->n_inputs - i < BATCH ? run->n_inputs - i : BATCH;
        if (!advance(run, run->inputs + i, n, run->inputs[i + n - 1].time + 1, err))
            return false;
    }
    return advance(run, NULL, 0, until, err);
}

/* --- frames --------------------------------------------------------------------------- */

static void push(struct crosscheck_run *run, sim_time time, uint32_t net, int level) {
    run->inputs[run->n_inputs++] = (struct input){time, net, (uint8_t)level};
}

/* SPI mode 1, LSB first, 10 Mbit/s: data change with the rising clock. */
static void push_bit(struct crosscheck_run *run, sim_time time, int bit) {
    push(run, time, run->tx_clk, 1);
    if (bit != run->tx_level)
        push(run, time + DATA_SKEW, run->tx_mosi, bit);
    run->tx_level = (uint8_t)bit;
    push(run, time + HALF_BIT, run->tx_clk, 0);
}

static void push_transmitted(struct crosscheck_run *run, const uint8_t *wire, size_t n,
                             sim_time start) {
    static const uint8_t preamble[8] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5};
    if (run->tx_clk == CIRCUIT_NO_NET || run->tx_mosi == CIRCUIT_NO_NET)
        return;
    for (size_t i = 0; i < n + sizeof preamble; i++) {
        unsigned octet = i < sizeof preamble ? preamble[i] : wire[i - sizeof preamble];
        for (unsigned bit = 0; bit < 8; bit++)
            push_bit(run, start + (sim_time)(8 * i + bit) * 2 * HALF_BIT, octet >> bit & 1);
    }
}

static int by_time(const void *x, const void *y) {
    const struct input *a = x, *b = y;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->net < b->net ? -1 : a->net > b->net;
}

static bool same_octets(const struct received *a, const uint8_t *octets, size_t n) {
    return a->n == n && memcmp(a->octets, octets, n) == 0;
}

/* Octets before the first data bit (preamble and SFD) are for the firmware to strip. */
static bool is_recovered(const struct crosscheck_run *run, const struct received *r,
                         const uint8_t *wire, size_t n) {
    if (strcmp(run->board->config.attach.framing, "preamble") != 0)
        return same_octets(r, wire, n);
    for (size_t skip = 0; skip + n <= r->n; skip++)
        if (memcmp(r->octets + skip, wire, n) == 0)
            return true;
    return false;
}

static void judge(struct crosscheck_run *run, const uint8_t *wire, size_t n, sim_time start) {
    struct crosscheck_figures *f = &run->figures;
    struct received *a = &run->received[0], *b = &run->received[1];
    bool doubt = circuit_coins(run->event) != run->coins ||
                 rtl_engine_doubts(run->rtl) != run->doubts || a->narrow || b->narrow;
    bool same = same_octets(a, b->octets, b->n);
    bool good[2] = {is_recovered(run, a, wire, n), is_recovered(run, b, wire, n)};
    f->frames++;
    for (int side = 0; side < 2; side++)
        f->recovered[side] += good[side];
    f->undecided += doubt && !(good[0] && good[1]);
    f->doubts += doubt && good[0] && good[1];
    if (!same && !doubt && !f->different++) {
        f->first_different = f->frames;
        f->first_different_at = start;
    }
    run->coins = circuit_coins(run->event);
    run->doubts = rtl_engine_doubts(run->rtl);
    for (int side = 0; side < 2; side++) {
        run->received[side].n = 0;
        run->received[side].narrow = 0;
    }
}

bool crosscheck_run_frame(struct crosscheck_run *run, const uint8_t *octets, size_t n,
                          struct sim_err *err) {
    uint8_t wire[LINE_MAX_FRAME];
    struct line_burst burst;
    const struct line_edge *edges;
    size_t length = line_frame_finish(octets, n, wire);
    sim_time start = run->now + GAP;
    if (!line_source_frame(run->source, wire, length, start, &burst))
        return sim_err_set(err, SIM_ERR_INPUT, "a frame of %u octets", (unsigned)length);
    run->n_inputs = 0;
    size_t n_edges = line_source_edges(run->source, &burst, &edges);
    for (size_t i = 0; i < n_edges; i++)
        push(run, edges[i].time, CIRCUIT_NO_NET, edges[i].level);
    push_transmitted(run, wire, length, start + TRANSMIT_LAG);
    qsort(run->inputs, run->n_inputs, sizeof *run->inputs, by_time);
    sim_time end = run->inputs[run->n_inputs - 1].time;
    if (!advance_inputs(run, end + SETTLE, err))
        return false;
    judge(run, wire, length, start);
    return true;
}

bool crosscheck_run_finish(struct crosscheck_run *run, struct sim_err *err) {
    bool good = advance(run, NULL, 0, run->now + GAP, err);
    run->figures.simulated = run->now;
    run->figures.rtl_steps = rtl_engine_steps(run->rtl);
    return good;
}

const struct crosscheck_figures *crosscheck_run_figures(const struct crosscheck_run *run) {
    return &run->figures;
}

const struct crosscheck_net *crosscheck_run_nets(const struct crosscheck_run *run, size_t *n) {
    *n = run->n_compared;
    return run->compared;
}

/* --- making --------------------------------------------------------------------------- */

static void name_driver(const struct crosscheck_run *run, uint32_t net, char *out, size_t size) {
    for (size_t i = 0; i < circuit_elements(run->event); i++) {
        struct circuit_element_info e = circuit_element(run->event, i);
        if (e.net != net || e.part == NETLIST_NONE)
            continue;
        const struct netlist_part *part = &run->board->netlist->parts[e.part];
        const char *unit = run->board->uses[e.part].model->units[e.unit].name;
        sim_format(out, (unsigned)size, "%s%s (%s)", part->ref, unit, part->value);
        return;
    }
    sim_format(out, (unsigned)size, "the MCU");
}

/* Does nothing from outside reach the net? Then an oscillator drives it, or nothing. */
static bool is_self_timed(const struct crosscheck_run *run, uint32_t netlist_net) {
    struct sim_err ignored = SIM_ERR_INIT;
    const struct board *board = run->board;
    struct circuit *c =
        circuit_create(board->netlist, board->uses, &run->config,
                       &(struct circuit_scope){CIRCUIT_ANCESTORS, &netlist_net, 1}, &ignored);
    bool reached = !c;
    for (size_t i = 0; c && i < circuit_elements(c); i++) {
        struct circuit_element_info e = circuit_element(c, i);
        reached = reached || (e.kept && strcmp(e.kind, "receiver") == 0);
    }
    for (size_t i = 0; c && i < run->config.n_inputs; i++)
        reached = reached || circuit_net_is_heard(c, circuit_net(c, run->config.inputs[i]));
    circuit_destroy(c);
    return !reached;
}

/* Nets that have levels in both engines and are driven by the board. */
static bool make_compared(struct crosscheck_run *run) {
    const struct netlist *netlist = run->board->netlist;
    uint32_t n = circuit_nets(run->event);
    run->compared = calloc(netlist->n_nets + 1, sizeof *run->compared);
    run->compared_of = malloc(n * sizeof *run->compared_of);
    if (!run->compared || !run->compared_of)
        return false;
    memset(run->compared_of, 0xff, n * sizeof *run->compared_of);
    for (uint32_t i = 0; i < netlist->n_nets; i++) {
        uint32_t net = circuit_net(run->event, i);
        if (run->compared_of[net] != CIRCUIT_NO_NET || !rtl_engine_has(run->rtl, net) ||
            !circuit_net_is_live(run->event, net) || net == run->tx_clk || net == run->tx_mosi)
            continue;
        run->compared_of[net] = (uint32_t)run->n_compared;
        struct crosscheck_net *compared = &run->compared[run->n_compared++];
        compared->name = netlist->nets[i].name;
        compared->self_timed = is_self_timed(run, i);
        name_driver(run, net, compared->driver, sizeof compared->driver);
        circuit_watch(run->event, net, true);
        rtl_engine_watch(run->rtl, net, true);
    }
    return true;
}

static bool make_memory(struct crosscheck_run *run) {
    run->inputs = malloc((size_t)(LINE_MAX_FRAME + 512) * 8 * 5 * sizeof *run->inputs);
    for (int side = 0; side < 2; side++) {
        run->records[side].edges = malloc(RECORD_EDGES * sizeof *run->records[side].edges);
        run->records[side].capacity = RECORD_EDGES;
        run->received[side].octets = malloc(BURST_MAX);
        if (!run->records[side].edges || !run->received[side].octets)
            return false;
    }
    circuit_set_record(run->event, &run->records[CROSSCHECK_EVENT]);
    rtl_engine_set_record(run->rtl, &run->records[CROSSCHECK_RTL]);
    return run->inputs;
}

/* The pins at rest, by each engine's own levels. */
static void make_samplers(struct crosscheck_run *run) {
    for (int side = 0; side < 2; side++) {
        int level[3];
        for (int pin = 0; pin < 3; pin++) {
            level[pin] = side == CROSSCHECK_EVENT ? circuit_level(run->event, run->pins[pin])
                                                  : rtl_engine_level(run->rtl, run->pins[pin]);
            rtl_engine_watch(run->rtl, run->pins[pin], true);
            circuit_watch(run->event, run->pins[pin], true);
        }
        spi_sampler_init(&run->received[side].sampler, NULL, run->nets.nss_active_high, level[0],
                         level[1], level[2]);
        run->received[side].mosi_changed = run->received[side].sck_rose = -SIM_S;
    }
}

static uint32_t engine_net(const struct crosscheck_run *run, const char *name) {
    uint32_t net = name[0] ? netlist_find_net(run->board->netlist, name) : NETLIST_NONE;
    return net == NETLIST_NONE ? CIRCUIT_NO_NET : circuit_net(run->event, net);
}

static bool create(struct crosscheck_run *run, uint64_t seed, struct sim_err *err) {
    struct line_settings line;
    const struct board *board = run->board;
    replay_setup_line(board, seed, &line);
    if (!board_require_models(board, err) || !replay_setup_nets(board, &run->nets, err) ||
        !replay_setup_circuit(board, &run->nets, seed, &run->config, err))
        return false;
    const struct circuit_scope all = {.part_of = CIRCUIT_ALL};
    run->event = circuit_create(board->netlist, run->uses, &run->config, &all, err);
    run->rtl = run->event ? rtl_engine_create(board, &run->config, run->event, err) : NULL;
    if (!run->rtl)
        return false;
    run->source = line_source_create(&line);
    if (!run->source)
        return sim_err_set(err, SIM_ERR_INPUT, "the settings of [line] make no sense together");
    const struct board_attach *attach = &board->config.attach;
    run->tx_clk = engine_net(run, attach->tx_clk);
    run->tx_mosi = engine_net(run, attach->tx_mosi);
    run->pins[SPI_SCK] = engine_net(run, attach->spi_clk);
    run->pins[SPI_MOSI] = engine_net(run, attach->spi_mosi);
    run->pins[SPI_NSS] = engine_net(run, attach->spi_nss + run->nets.nss_active_high);
    for (int pin = 0; pin < 3; pin++)
        if (run->pins[pin] == CIRCUIT_NO_NET)
            return sim_err_set(err, SIM_ERR_INPUT,
                               "%s: the SPI pins are not stated: attach.spi_clk, attach.spi_mosi, "
                               "attach.spi_nss",
                               board->path);
    if (!make_compared(run) || !make_memory(run))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    make_samplers(run);
    return true;
}

struct crosscheck_run *crosscheck_run_create(const struct board *board, uint64_t seed,
                                             const struct part_use *event_uses,
                                             struct sim_err *err) {
    struct crosscheck_run *run = calloc(1, sizeof *run);
    if (!run) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    run->board = board;
    run->uses = event_uses ? event_uses : board->uses;
    if (create(run, seed, err))
        return run;
    crosscheck_run_destroy(run);
    return NULL;
}

void crosscheck_run_destroy(struct crosscheck_run *run) {
    if (!run)
        return;
    circuit_destroy(run->event);
    rtl_engine_destroy(run->rtl);
    line_source_destroy(run->source);
    for (size_t i = 0; i < run->n_compared; i++)
        crosscheck_net_finish(&run->compared[i]);
    for (int side = 0; side < 2; side++) {
        free(run->records[side].edges);
        free(run->received[side].octets);
    }
    free(run->compared);
    free(run->compared_of);
    free(run->inputs);
    free(run);
}
