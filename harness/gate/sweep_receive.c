#include "harness/gate/sweep_receive.h"

#include <stdlib.h>
#include <string.h>

#include "harness/compare.h"
#include "sim/response.h"
#include "sim/rng.h"

#define IDLE_STEP    (500 * SIM_NS)
#define GAP          (9600 * SIM_NS) /* IEEE 802.3: 96 bit times, from the last bit's end */
#define SYMBOL_IDLE  LINE_CELLS
#define SYMBOLS      (LINE_CELLS + 1)
#define MAX_STATES   2048
#define MAX_OPS      16384
#define OPS_RESERVE  512 /* for an answer that is not kept */
#define RECORD_EDGES 65536
#define MAX_BURST    256 /* octets; a frame, its preamble, and what a wrong clock adds */
#define MAX_METERS   64  /* flip-flops, and one-shots */
#define MAX_HEARERS  512

enum hearer_kind { HEARER_SPI, HEARER_FLIPFLOP, HEARER_SHOT };
struct hearer { /* of a net's edges */
    uint32_t net;
    uint8_t kind, index, pin;
};

struct sweep_receive {
    const struct sweep_setup *setup;
    struct circuit *circuit;
    struct circuit_record record;
    struct response *response;
    struct line_source *source; /* of the latest plain run */
    struct line_symbol cells[LINE_CELLS];
    struct spi_sampler sampler;
    struct sweep_flipflop flipflops[MAX_METERS];
    struct sweep_shot shots[MAX_METERS];
    size_t n_flipflops, n_shots;
    struct hearer hearers[MAX_HEARERS];
    size_t n_hearers;
    uint16_t *first_hearer; /* per engine net; MAX_HEARERS: none */
    struct spi_op ops[MAX_OPS];
    uint32_t n_ops;
    bool overflow; /* an answer had more operations than there is room for */
    sim_time now;
    /* the select in progress, and the frame on the line */
    bool open;
    uint8_t octets[MAX_BURST];
    size_t n_octets;
    unsigned shift, n_shift;
    size_t frame;
    bool got;   /* it was recovered already */
    bool first; /* the latest clock edge was the first of its select */
    struct spi_worst first_setup, first_hold;
    struct sweep_receive_result *result;
};

/* --- what the samples have in common ------------------------------------------------------- */

/* Equal frames for every sample: what differs between two samples is the board. */
static void make_frames(struct sweep_setup *setup, uint64_t seed) {
    static const uint8_t head[14] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66, 0x02,
                                     0,    0,    0,    0,    1,    0x88, 0xb5};
    for (size_t f = 0; f < SWEEP_FRAMES; f++) {
        uint8_t octets[SWEEP_OCTETS - 4];
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)rng_u64(seed, rng_stream("sweep.frames"), f * SWEEP_OCTETS + i);
        memcpy(octets, head, sizeof head);
        octets[0] = f % 2 ? 0xff : 0x06; /* the first bit either way */
        line_frame_finish(octets, sizeof octets, setup->frames[f]);
    }
}

bool sweep_setup(const struct board *board, uint64_t seed, struct sweep_setup *setup,
                 struct sim_err *err) {
    *setup = (struct sweep_setup){.board = board};
    setup->preamble = strcmp(board->config.attach.framing, "preamble") == 0;
    if (!board_require_models(board, err) || !replay_setup_nets(board, &setup->nets, err) ||
        !replay_setup_limits(board, &setup->limits, err) ||
        !replay_setup_circuit(board, &setup->nets, seed, &setup->config, err))
        return false;
    const uint32_t needed[] = {setup->nets.sck, setup->nets.mosi, setup->nets.nss,
                               setup->config.line_p, setup->config.line_n};
    setup->receives = true;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        setup->receives &= needed[i] != NETLIST_NONE;
    replay_setup_line(board, seed, &setup->line);
    make_frames(setup, seed);
    return true;
}

/* --- octets -------------------------------------------------------------------------------- */

static void close_burst(struct sweep_receive *r) {
    size_t sfd_bit, from = 0;
    if (!r->open || !r->n_octets)
        return;
    if (r->setup->preamble)
        from = compare_strip(r->octets, r->n_octets, &sfd_bit);
    const uint8_t *sent = r->setup->frames[r->frame], *came = r->octets + from;
    bool good = r->n_octets - from == SWEEP_OCTETS && !r->got &&
                memcmp(came + 1, sent + 1, SWEEP_OCTETS - 1) == 0 && (came[0] ^ sent[0]) <= 1;
    r->result->frames += good;
    r->result->first_bit += good && came[0] != sent[0];
    r->result->extra += !good;
    r->got |= good;
}

static inline void shift_bit(struct sweep_receive *r, unsigned bit) {
    r->shift |= bit << r->n_shift;
    if (++r->n_shift < 8)
        return;
    if (r->n_octets < MAX_BURST)
        r->octets[r->n_octets++] = (uint8_t)r->shift;
    r->shift = r->n_shift = 0;
}

static void apply(struct sweep_receive *r, const struct spi_op *op) {
    if (op->kind == SPI_BIT) {
        shift_bit(r, op->bit);
        return;
    }
    close_burst(r);
    r->open = op->kind == SPI_SELECT;
    r->n_octets = r->shift = r->n_shift = 0;
}

/* --- edges --------------------------------------------------------------------------------- */

/* Without room the operation itself is still done: the answer is not kept. */
static void emit(struct sweep_receive *r, const struct spi_op *op) {
    if (r->n_ops == MAX_OPS) {
        r->overflow = true;
        return;
    }
    r->ops[r->n_ops++] = *op;
}

static bool spi_edge(struct sweep_receive *r, unsigned pin, const struct circuit_edge *edge,
                     struct spi_op *op) {
    return spi_sampler_edge(&r->sampler, (enum spi_pin)pin, edge->time, edge->level, op);
}

static void swap(struct spi_worst *a, struct spi_worst *b) {
    struct spi_worst c = *a;
    *a = *b;
    *b = c;
}

/* What belongs to the first bit of a select is measured apart. */
static bool hear_spi(struct sweep_receive *r, unsigned pin, const struct circuit_edge *edge,
                     struct spi_op *op) {
    struct spi_sampler *s = &r->sampler;
    if (pin == SPI_SCK && edge->level)
        r->first = s->selected && !s->clocked;
    if (!r->first || (pin == SPI_SCK && !edge->level))
        return spi_edge(r, pin, edge, op);
    swap(&s->worst[SPI_SETUP], &r->first_setup);
    swap(&s->worst[SPI_HOLD], &r->first_hold);
    bool did = spi_edge(r, pin, edge, op);
    swap(&s->worst[SPI_SETUP], &r->first_setup);
    swap(&s->worst[SPI_HOLD], &r->first_hold);
    return did;
}

static void hear(struct sweep_receive *r, const struct hearer *hearer,
                 const struct circuit_edge *edge) {
    struct spi_op op;
    switch ((enum hearer_kind)hearer->kind) {
    case HEARER_SPI:
        if (hear_spi(r, hearer->pin, edge, &op))
            emit(r, &op);
        break;
    case HEARER_FLIPFLOP:
        sweep_flipflop_edge(&r->flipflops[hearer->index], hearer->pin, edge->time, edge->level);
        break;
    case HEARER_SHOT:
        sweep_shot_edge(&r->shots[hearer->index], hearer->pin, edge->time, edge->level);
        break;
    }
}

static void drain(struct sweep_receive *r) {
    for (size_t i = 0; i < r->record.n; i++) {
        const struct circuit_edge *edge = &r->record.edges[i];
        for (size_t h = r->first_hearer[edge->net];
             h < r->n_hearers && r->hearers[h].net == edge->net; h++)
            hear(r, &r->hearers[h], edge);
    }
    r->record.n = 0;
}

static void drain_now(struct sweep_receive *r) {
    uint32_t from = r->n_ops;
    drain(r);
    for (uint32_t i = from; i < r->n_ops; i++)
        apply(r, &r->ops[i]);
    r->n_ops = from;
}

/* --- the board as a response machine ------------------------------------------------------- */

static size_t state_size(const struct sweep_receive *r) {
    return circuit_state_size(r->circuit) + SPI_SAMPLER_STATE + 1 +
           r->n_flipflops * SWEEP_FLIPFLOP_STATE + r->n_shots * SWEEP_SHOT_STATE;
}

static void machine_save(void *self, sim_time now, uint8_t *state) {
    struct sweep_receive *r = self;
    circuit_state_save(r->circuit, now, state);
    state += circuit_state_size(r->circuit);
    spi_sampler_save(&r->sampler, now, state);
    state += SPI_SAMPLER_STATE;
    *state++ = r->first;
    for (size_t i = 0; i < r->n_flipflops; i++)
        state = sweep_flipflop_save(&r->flipflops[i], now, state);
    for (size_t i = 0; i < r->n_shots; i++)
        state = sweep_shot_save(&r->shots[i], now, state);
}

static void machine_load(void *self, sim_time now, const uint8_t *state) {
    struct sweep_receive *r = self;
    circuit_state_load(r->circuit, now, state);
    state += circuit_state_size(r->circuit);
    spi_sampler_load(&r->sampler, now, state);
    state += SPI_SAMPLER_STATE;
    r->first = *state++;
    for (size_t i = 0; i < r->n_flipflops; i++)
        state = sweep_flipflop_load(&r->flipflops[i], now, state);
    for (size_t i = 0; i < r->n_shots; i++)
        state = sweep_shot_load(&r->shots[i], now, state);
}

static bool machine_run(void *self, uint32_t symbol, sim_time start, struct response_entry *entry,
                        sim_time *end) {
    struct sweep_receive *r = self;
    uint64_t coins = circuit_coins(r->circuit);
    bool room = r->n_ops < MAX_OPS - OPS_RESERVE;
    *end = start + IDLE_STEP;
    if (symbol < LINE_CELLS) {
        const struct line_symbol *cell = &r->cells[symbol];
        *end = start + cell->length_ps;
        for (unsigned i = 0; i < cell->n_edges; i++)
            circuit_line(r->circuit, start + cell->dt_ps[i], cell->level[i]);
    }
    circuit_run_until(r->circuit, *end);
    entry->detail = r->n_ops;
    entry->flags = RESPONSE_MORE;
    drain(r);
    entry->bits = (uint16_t)(r->n_ops - entry->detail);
    if (!room)
        r->n_ops = entry->detail; /* they stand there until the next answer */
    return room && circuit_coins(r->circuit) == coins && !r->record.overflow && !r->overflow;
}

static inline void step(struct sweep_receive *r, uint32_t symbol) {
    const struct response_entry *entry = response_step(r->response, symbol, r->now);
    for (uint32_t i = 0; i < entry->bits; i++)
        apply(r, &r->ops[entry->detail + i]);
    r->now += symbol < LINE_CELLS ? r->cells[symbol].length_ps : IDLE_STEP;
}

/* --- sending -----------------------------------------------------------------------------------
 */

static unsigned idle_steps(const struct sweep_receive *r) {
    sim_time left = GAP - r->cells[LINE_CELL_TP_IDL].length_ps;
    return left > 0 ? (unsigned)((left + IDLE_STEP - 1) / IDLE_STEP) : 1;
}

/* Bits of alternating preamble that end in "11". */
static unsigned send_preamble(struct sweep_receive *r) {
    unsigned n = (unsigned)(64 + r->setup->line.preamble_bits), previous = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned bit = i == n - 1 || (n - i) % 2 == 0;
        step(r, i ? 2 * previous + bit : LINE_CELL_FIRST + bit);
        previous = bit;
    }
    return previous;
}

static void send_cells(struct sweep_receive *r) {
    unsigned previous = send_preamble(r);
    for (size_t i = 0; i < SWEEP_OCTETS; i++)
        for (unsigned k = 0; k < 8; k++) {
            unsigned bit = r->setup->frames[r->frame][i] >> k & 1;
            step(r, 2 * previous + bit);
            previous = bit;
        }
    step(r, LINE_CELL_TP_IDL + previous);
    for (unsigned i = idle_steps(r); i > 0; i--)
        step(r, SYMBOL_IDLE);
}

static void send_edges(struct sweep_receive *r) {
    struct line_burst burst;
    const struct line_edge *edges;
    line_source_frame(r->source, r->setup->frames[r->frame], SWEEP_OCTETS, r->now, &burst);
    size_t n = line_source_edges(r->source, &burst, &edges);
    for (size_t i = 0; i < n; i++) {
        circuit_line(r->circuit, edges[i].time, edges[i].level);
        drain_now(r);
    }
    sim_time gap = burst.end - burst.data_end < GAP ? GAP - (burst.end - burst.data_end) : 0;
    r->now = burst.end + (gap + IDLE_STEP - 1) / IDLE_STEP * IDLE_STEP;
    circuit_run_until(r->circuit, r->now);
    drain_now(r);
}

/* --- one sample ----------------------------------------------------------------------------------
 */

/* The board stands as circuit_refill() left it. */
static void begin(struct sweep_receive *r, const struct part_use *uses) {
    const struct circuit *c = r->circuit;
    uint32_t pins[3] = {r->setup->nets.sck, r->setup->nets.mosi, r->setup->nets.nss};
    int levels[3];
    for (int i = 0; i < 3; i++)
        levels[i] = circuit_level(c, circuit_net(c, pins[i]));
    spi_sampler_init(&r->sampler, r->setup->limits, r->setup->nets.nss_active_high, levels[0],
                     levels[1], levels[2]);
    for (size_t i = 0; i < r->n_flipflops; i++)
        sweep_flipflop_begin(&r->flipflops[i], &uses[r->flipflops[i].part], c);
    for (size_t i = 0; i < r->n_shots; i++)
        sweep_shot_begin(&r->shots[i], c);
    r->first = false;
    r->first_setup = r->first_hold = (struct spi_worst){0};
    r->now = SIM_US;
    r->n_ops = 0;
    r->overflow = false;
    r->record.n = 0;
    r->record.overflow = false;
    r->open = r->sampler.selected;
    r->n_octets = r->shift = r->n_shift = 0;
}

static void conclude(struct sweep_receive *r) {
    struct sweep_receive_result *out = r->result;
    struct sim_err ignored;
    close_burst(r);
    memcpy(out->spi, r->sampler.worst, sizeof out->spi);
    out->first_setup = r->first_setup;
    out->first_hold = r->first_hold;
    for (size_t i = 0; i < r->n_flipflops; i++)
        if (r->flipflops[i].least < out->windows)
            out->windows = r->flipflops[i].least;
    for (size_t i = 0; i < r->n_shots; i++) {
        out->recovery = r->shots[i].recovery < out->recovery ? r->shots[i].recovery : out->recovery;
        out->holdoff = r->shots[i].holdoff < out->holdoff ? r->shots[i].holdoff : out->holdoff;
    }
    out->refused = circuit_storm(r->circuit, &ignored);
    out->misses = r->response->misses;
    out->states = r->response->n_states;
}

static bool make_source(struct sweep_receive *r, const struct line_settings *line) {
    line_source_destroy(r->source);
    r->source = line_source_create(line);
    return r->source != NULL;
}

/* 0 V, to a receiver with these thresholds. */
static int level_at_rest(const struct line_settings *line) {
    if (line->vit_plus < 0)
        return CIRCUIT_HIGH;
    return line->vit_minus > 0 ? CIRCUIT_LOW : CIRCUIT_LINE_IDLE;
}

static void send_frames(struct sweep_receive *r, bool plain) {
    if (!plain)
        response_enter(r->response, r->now);
    for (size_t i = 0; i < SWEEP_FRAMES; i++) {
        r->frame = i;
        r->got = false;
        (plain ? send_edges : send_cells)(r);
    }
}

void sweep_receive_run(struct sweep_receive *r, const struct part_use *uses,
                       const struct sweep_conditions *conditions, bool plain,
                       struct sweep_receive_result *result) {
    struct sim_err err = SIM_ERR_INIT;
    *result = (struct sweep_receive_result){
        .windows = INT32_MAX, .recovery = INT32_MAX, .holdoff = INT32_MAX};
    r->result = result;
    plain = plain || conditions->config.idle == CIRCUIT_IDLE_NOISE ||
            !line_source_cells(&conditions->line, r->cells);
    if (!circuit_refill(r->circuit, uses, &conditions->config, &err) ||
        (plain && !make_source(r, &conditions->line))) {
        result->refused = true;
        return;
    }
    response_reset(r->response);
    begin(r, uses);
    circuit_line(r->circuit, 0, level_at_rest(&conditions->line));
    circuit_run_until(r->circuit, r->now);
    drain_now(r);
    send_frames(r, plain);
    conclude(r);
}

/* --- creation ------------------------------------------------------------------------------ */

static void add_hearer(struct sweep_receive *r, uint32_t net, enum hearer_kind kind, size_t index,
                       unsigned pin) {
    _Static_assert(3 + MAX_METERS * (SWEEP_FF_PINS + 2) <= MAX_HEARERS, "raise MAX_HEARERS");
    if (net == CIRCUIT_NO_NET || !circuit_net_is_live(r->circuit, net))
        return;
    r->hearers[r->n_hearers++] = (struct hearer){net, (uint8_t)kind, (uint8_t)index, (uint8_t)pin};
    circuit_watch(r->circuit, net, true);
}

/* Of several pins on one net the order of listing stays: the sampler first. */
static void sort_hearers(struct sweep_receive *r) {
    for (size_t i = 1; i < r->n_hearers; i++) {
        struct hearer hearer = r->hearers[i];
        size_t at = i;
        for (; at > 0 && r->hearers[at - 1].net > hearer.net; at--)
            r->hearers[at] = r->hearers[at - 1];
        r->hearers[at] = hearer;
    }
    for (uint32_t net = 0; net < circuit_nets(r->circuit); net++)
        r->first_hearer[net] = MAX_HEARERS;
    for (size_t i = r->n_hearers; i-- > 0;)
        r->first_hearer[r->hearers[i].net] = (uint16_t)i;
}

static void listen(struct sweep_receive *r) {
    const struct board *board = r->setup->board;
    const struct replay_nets *nets = &r->setup->nets;
    const uint32_t pins[3] = {nets->sck, nets->mosi, nets->nss};
    for (unsigned i = 0; i < 3; i++)
        add_hearer(r, circuit_net(r->circuit, pins[i]), HEARER_SPI, 0, i);
    r->n_flipflops = sweep_find_flipflops(board, r->circuit, r->flipflops, MAX_METERS);
    for (size_t i = 0; i < r->n_flipflops; i++)
        for (unsigned pin = 0; pin < SWEEP_FF_PINS; pin++)
            add_hearer(r, r->flipflops[i].nets[pin], HEARER_FLIPFLOP, i, pin);
    r->n_shots = sweep_find_shots(board, r->circuit, r->shots, MAX_METERS);
    for (size_t i = 0; i < r->n_shots; i++)
        for (unsigned pin = 0; pin < 2; pin++)
            add_hearer(r, r->shots[i].nets[pin], HEARER_SHOT, i, pin);
    sort_hearers(r);
}

static bool allocate(struct sweep_receive *r) {
    struct response_machine machine = {r, state_size(r), machine_save, machine_load, machine_run};
    r->record.edges = malloc(RECORD_EDGES * sizeof *r->record.edges);
    r->record.capacity = RECORD_EDGES;
    r->response = response_create(&machine, SYMBOLS, MAX_STATES);
    circuit_set_record(r->circuit, &r->record);
    return r->record.edges && r->response;
}

struct sweep_receive *sweep_receive_create(const struct sweep_setup *setup,
                                           const struct part_use *uses, struct sim_err *err) {
    struct sweep_receive *r = calloc(1, sizeof *r);
    const uint32_t observed[3] = {setup->nets.sck, setup->nets.mosi, setup->nets.nss};
    const struct circuit_scope scope = {CIRCUIT_ANCESTORS, observed, 3};
    if (!r) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    r->setup = setup;
    r->circuit = circuit_create(setup->board->netlist, uses, &setup->config, &scope, err);
    if (r->circuit) {
        r->first_hearer = malloc(circuit_nets(r->circuit) * sizeof *r->first_hearer);
        if (r->first_hearer)
            listen(r);
        if (r->n_flipflops == MAX_METERS || r->n_shots == MAX_METERS)
            sim_err_set(err, SIM_ERR_UNMODELLED, "%s: a receive path of more than %d flip-flops",
                        setup->board->path, MAX_METERS - 1);
        else if (r->first_hearer && allocate(r))
            return r;
        else
            sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    }
    sweep_receive_destroy(r);
    return NULL;
}

void sweep_receive_destroy(struct sweep_receive *r) {
    if (!r)
        return;
    circuit_destroy(r->circuit);
    response_destroy(r->response);
    line_source_destroy(r->source);
    free(r->record.edges);
    free(r->first_hearer);
    free(r);
}
