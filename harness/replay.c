#include "harness/replay.h"

#include <stdlib.h>
#include <string.h>

#include "harness/replay_setup.h"
#include "sim/response.h"

#define IDLE_STEP     SIM_US /* the symbol that stands for silence */
#define MAX_STATES    2048
#define MAX_OPS       (1u << 20)
#define MAX_DETAILS   (1u << 17)
#define MAX_DELTAS    (1u << 18)
#define RECORD_EDGES  (1u << 20)
#define JITTER_SIGMAS 10 /* beyond what 53 random bits reach */
#define BURST_OCTETS  (LINE_MAX_FRAME + 64)

enum { ENTRY_OPS = 1, ENTRY_COUNTS = 2, OP_CROSSING = SPI_DESELECT + 1 };

/* What a symbol did beyond shifting bits, relative to its start. */
struct op {
    int32_t dt;
    uint8_t kind; /* enum spi_op_kind or OP_CROSSING */
    uint8_t level;
    uint32_t net; /* OP_CROSSING: engine net in the rest */
};
struct delta {
    uint32_t counter, count;
};
struct detail {
    uint32_t first_op, n_ops, first_delta, n_deltas;
};

struct replay {
    const struct board *board;
    struct replay_settings settings;
    struct circuit *main, *rest, *probe;
    struct line_source *source;
    const struct line_symbol *symbols;
    size_t n_symbols;
    int32_t *lengths;          /* of the symbols, ps */
    struct response *response; /* NULL: the engine is driven directly */
    struct spi_sampler sampler;
    struct circuit_record record, rerun;
    struct replay_nets nets;
    struct circuit_config config;
    uint32_t pins[3];   /* engine nets of SCK, MOSI, NSS */
    uint32_t *crossing; /* per engine net: 1 when it feeds the rest */
    sim_time now, symbol_start;
    /* the select in progress */
    uint8_t *octets;
    size_t n_octets;
    uint32_t shift, n_shift;
    bool open;
    sim_time opened;
    /* what the cache remembers beyond bits */
    struct op *ops;
    struct detail *details;
    struct delta *deltas;
    uint32_t n_ops, n_details, n_deltas;
    uint32_t *counts_before;
    /* the last frame */
    struct line_burst burst;
    uint8_t *checkpoint; /* the board's state `lead` before its start */
    sim_time lead, checkpoint_time;
    uint64_t symbols_sent;
};

static void open_burst(struct replay *r, sim_time time) {
    r->open = true;
    r->opened = time;
    r->n_octets = r->shift = r->n_shift = 0;
}

static void close_burst(struct replay *r, sim_time time) {
    if (!r->open)
        return;
    r->open = false;
    struct replay_burst burst = {
        .octets = r->octets,
        .n = r->n_octets,
        .dribble_bits = r->n_shift,
        .select_fell = r->opened,
        .select_rose = time,
    };
    if (r->settings.on_burst)
        r->settings.on_burst(r->settings.user, &burst);
}

/* LSB first. An endless select (a select net that never rises) keeps the last octets. */
static inline void shift_bits(struct replay *r, uint32_t bits, uint32_t n) {
    r->shift |= bits << r->n_shift;
    for (r->n_shift += n; r->n_shift >= 8; r->n_shift -= 8) {
        if (r->n_octets == BURST_OCTETS)
            r->n_octets--;
        r->octets[r->n_octets++] = (uint8_t)r->shift;
        r->shift >>= 8;
    }
}

static void apply(struct replay *r, const struct op *op, sim_time time) {
    switch (op->kind) {
    case SPI_BIT:
        shift_bits(r, op->level, 1);
        break;
    case SPI_SELECT:
        open_burst(r, time);
        break;
    case SPI_DESELECT:
        close_burst(r, time);
        break;
    default:
        if (r->rest)
            circuit_input(r->rest, op->net, time, op->level);
    }
}

/* Recorded edges to operations, in order; `emit` stores or applies each. */
static void drain(struct replay *r, void (*emit)(struct replay *, const struct op *, sim_time)) {
    for (size_t i = 0; i < r->record.n; i++) {
        const struct circuit_edge *edge = &r->record.edges[i];
        struct spi_op spi;
        for (int pin = 0; pin < 3; pin++)
            if (edge->net == r->pins[pin] &&
                spi_sampler_edge(&r->sampler, (enum spi_pin)pin, edge->time, edge->level, &spi))
                emit(r, &(struct op){.kind = spi.kind, .level = spi.bit}, edge->time);
        if (r->crossing[edge->net])
            emit(r, &(struct op){.kind = OP_CROSSING, .level = edge->level, .net = edge->net},
                 edge->time);
        if (r->settings.trace && r->settings.on_edge)
            r->settings.on_edge(r->settings.user, edge);
    }
    r->record.n = 0;
}

static void drain_directly(struct replay *r) {
    drain(r, apply);
}

static void store(struct replay *r, const struct op *op, sim_time time) {
    if (r->n_ops == MAX_OPS)
        return; /* run_symbol() sees that the pool is full and does not keep the answer */
    r->ops[r->n_ops] = *op;
    r->ops[r->n_ops++].dt = (int32_t)(time - r->symbol_start);
}

/* The engine as a response machine. */
static void machine_save(void *self, sim_time now, uint8_t *state) {
    struct replay *r = self;
    circuit_state_save(r->main, now, state);
    spi_sampler_save(&r->sampler, now, state + circuit_state_size(r->main));
}

static void machine_load(void *self, sim_time now, const uint8_t *state) {
    struct replay *r = self;
    circuit_state_load(r->main, now, state);
    spi_sampler_load(&r->sampler, now, state + circuit_state_size(r->main));
}

static bool only_bits(const struct replay *r, uint32_t first) {
    for (uint32_t i = first; i < r->n_ops; i++)
        if (r->ops[i].kind != SPI_BIT)
            return false;
    return r->n_ops - first <= 16;
}

static void note_deltas(struct replay *r, struct detail *detail) {
    const uint32_t *counts = circuit_counts(r->main);
    size_t n = circuit_counters(r->main);
    detail->first_delta = r->n_deltas;
    for (size_t i = 0; i < n && r->n_deltas < MAX_DELTAS; i++)
        if (counts[i] != r->counts_before[i])
            r->deltas[r->n_deltas++] =
                (struct delta){.counter = (uint32_t)i, .count = counts[i] - r->counts_before[i]};
    detail->n_deltas = r->n_deltas - detail->first_delta;
}

static bool machine_run(void *self, uint32_t symbol, sim_time start, struct response_entry *entry,
                        sim_time *end) {
    struct replay *r = self;
    uint64_t coins = circuit_coins(r->main);
    memcpy(r->counts_before, circuit_counts(r->main),
           circuit_counters(r->main) * sizeof *r->counts_before);
    r->symbol_start = start;
    *end = start + IDLE_STEP;
    if (symbol < r->n_symbols) {
        const struct line_symbol *s = &r->symbols[symbol];
        *end = start + s->length_ps;
        for (unsigned i = 0; i < s->n_edges; i++)
            circuit_line(r->main, start + s->dt_ps[i], s->level[i]);
    }
    circuit_run_until(r->main, *end);
    if (r->n_details == MAX_DETAILS || r->n_ops > MAX_OPS - 4096) {
        drain_directly(r);
        return false;
    }
    struct detail *detail = &r->details[r->n_details];
    detail->first_op = r->n_ops;
    drain(r, store);
    note_deltas(r, detail);
    entry->flags = 0;
    if (only_bits(r, detail->first_op)) {
        for (uint32_t i = detail->first_op; i < r->n_ops; i++)
            entry->bits |= (uint16_t)(r->ops[i].level << entry->n_bits++);
        r->n_ops = detail->first_op;
    } else {
        entry->flags = ENTRY_OPS;
    }
    detail->n_ops = r->n_ops - detail->first_op;
    if (detail->n_deltas)
        entry->flags |= ENTRY_COUNTS;
    entry->detail = r->n_details;
    if (entry->flags)
        r->n_details++;
    return circuit_coins(r->main) == coins && r->n_deltas < MAX_DELTAS && !r->record.overflow;
}

/* A remembered answer, or a fresh one: the same path for both. */
static inline void answer(struct replay *r, const struct response_entry *entry, sim_time start) {
    if (!(entry->flags & ENTRY_OPS)) {
        shift_bits(r, entry->bits, entry->n_bits);
        return;
    }
    const struct detail *detail = &r->details[entry->detail];
    for (uint32_t i = 0; i < detail->n_ops; i++) {
        const struct op *op = &r->ops[detail->first_op + i];
        apply(r, op, start + op->dt);
    }
}

static void run_directly(struct replay *r, sim_time until) {
    circuit_run_until(r->main, until);
    drain_directly(r);
    r->now = until;
}

/* Silence: the same state again, and nothing done, means that it stays so. */
static void idle_cached(struct replay *r, sim_time time) {
    struct response *response = r->response;
    while (r->now + IDLE_STEP <= time) {
        uint32_t before = response->state;
        const struct response_entry *entry =
            response_step(response, (uint32_t)r->n_symbols, r->now);
        answer(r, entry, r->now);
        r->now += IDLE_STEP;
        if (before != RESPONSE_NONE && response->state == before && !entry->flags &&
            !entry->n_bits) {
            response->live = false; /* the engine is brought to `time` when needed */
            r->now = time;
        }
    }
    if (r->now < time) {
        response_leave(response, r->now);
        run_directly(r, time);
        response_enter(response, time);
    }
}

void replay_idle_until(struct replay *r, sim_time time) {
    if (time <= r->now)
        return;
    if (r->response)
        idle_cached(r, time);
    else
        run_directly(r, time);
    if (r->rest)
        circuit_run_until(r->rest, time);
}

/* What the board did before a line edge, then the edge. */
static void trace_line(struct replay *r, const struct line_edge *edge) {
    circuit_run_until(r->main, edge->time);
    drain_directly(r);
    if (r->settings.on_edge)
        r->settings.on_edge(r->settings.user,
                            &(struct circuit_edge){edge->time, CIRCUIT_NO_NET, edge->level});
}

static void send_edges(struct replay *r, const struct line_burst *burst) {
    const struct line_edge *edges;
    size_t n = line_source_edges(r->source, burst, &edges);
    for (size_t i = 0; i < n; i++) {
        if (r->settings.trace)
            trace_line(r, &edges[i]);
        circuit_line(r->main, edges[i].time, edges[i].level);
        if (r->record.n > RECORD_EDGES / 2)
            drain_directly(r);
    }
    run_directly(r, burst->end);
}

/* Known answers that only shift bits, with everything in registers: where the time of a
 * replay goes. Returns the index of the first symbol that needs more. */
static size_t send_known(struct replay *r, const struct line_burst *burst, size_t i) {
    struct response *response = r->response;
    const size_t n_symbols = response->n_symbols;
    uint32_t state = response->state, n_shift = r->n_shift;
    uint64_t shift = r->shift;
    uint8_t *out = r->octets + r->n_octets, *const last = r->octets + BURST_OCTETS - 4;
    sim_time now = r->now;
    for (; state != RESPONSE_NONE && i < burst->n_symbols && out < last; i++) {
        uint32_t symbol = burst->symbols[i];
        struct response_entry *entry = &response->table[state * n_symbols + symbol];
        if (!entry->uses || entry->flags & ENTRY_OPS)
            break;
        entry->uses++;
        state = entry->next;
        shift |= (uint64_t)entry->bits << n_shift;
        for (n_shift += entry->n_bits; n_shift >= 8; n_shift -= 8) {
            *out++ = (uint8_t)shift;
            shift >>= 8;
        }
        now += r->lengths[symbol];
        response->live = false;
    }
    response->state = state;
    r->shift = (uint32_t)shift;
    r->n_shift = n_shift;
    r->n_octets = (size_t)(out - r->octets);
    r->now = now;
    return i;
}

static sim_time send(struct replay *r, const struct line_burst *burst) {
    if (!r->response) {
        send_edges(r, burst);
        return r->now;
    }
    for (size_t i = send_known(r, burst, 0); i < burst->n_symbols; i = send_known(r, burst, i)) {
        answer(r, response_step(r->response, burst->symbols[i], r->now), r->now);
        r->now += r->lengths[burst->symbols[i++]];
    }
    r->symbols_sent += burst->n_symbols;
    return r->now;
}

/* The state before the burst's first edge, for replay_rerun(). */
static void take_checkpoint(struct replay *r) {
    r->checkpoint_time = r->now;
    size_t size = circuit_state_size(r->main);
    if (r->response && r->response->state != RESPONSE_NONE)
        memcpy(r->checkpoint,
               r->response->states + r->response->state * r->response->machine.state_size, size);
    else
        circuit_state_save(r->main, r->now, r->checkpoint);
}

/* Stand `lead` before `start`; returns when the burst starts. */
static sim_time approach(struct replay *r, sim_time start) {
    replay_idle_until(r, start - r->lead);
    take_checkpoint(r);
    return r->now + r->lead;
}

sim_time replay_frame(struct replay *r, const uint8_t *octets, size_t n, sim_time start) {
    if (!line_source_frame(r->source, octets, n, approach(r, start), &r->burst))
        return r->now;
    return send(r, &r->burst);
}

sim_time replay_link_pulse(struct replay *r, sim_time start) {
    if (!line_source_link_pulse(r->source, approach(r, start), &r->burst))
        return r->now;
    return send(r, &r->burst);
}

void replay_finish(struct replay *r) {
    close_burst(r, r->now);
}

void replay_rerun(struct replay *r, sim_time until, const uint32_t *nets, size_t n, uint8_t *levels,
                  struct replay_rerun *out) {
    struct circuit *probe = r->probe;
    circuit_state_load(probe, r->checkpoint_time, r->checkpoint);
    for (uint32_t net = 0; net < circuit_nets(probe); net++)
        circuit_watch(probe, net, n == 0);
    for (size_t i = 0; i < n; i++) {
        circuit_watch(probe, nets[i], true);
        if (levels)
            levels[i] = (uint8_t)circuit_level(probe, nets[i]);
    }
    r->rerun.n = 0;
    r->rerun.overflow = false;
    *out = (struct replay_rerun){.circuit = probe, .burst = r->burst, .start = r->checkpoint_time};
    out->n_line = line_source_edges(r->source, &out->burst, &out->line);
    for (size_t i = 0; i < out->n_line && out->line[i].time < until; i++)
        circuit_line(probe, out->line[i].time, out->line[i].level);
    circuit_run_until(probe, until);
    out->edges = r->rerun.edges;
    out->n_edges = r->rerun.n;
    out->overflow = r->rerun.overflow;
}

static bool create_circuits(struct replay *r, struct sim_err *err) {
    const struct board *board = r->board;
    uint32_t named[3 + REPLAY_STAGES];
    size_t n = replay_setup_stages(board, named + 3);
    memcpy(named, (uint32_t[3]){r->nets.sck, r->nets.mosi, r->nets.nss}, 3 * sizeof *named);
    struct circuit_scope scope = {CIRCUIT_ALL, named, 3 + n};
    if (!r->settings.trace)
        scope.part_of = CIRCUIT_ANCESTORS;
    r->main = circuit_create(board->netlist, board->uses, &r->config, &scope, err);
    r->probe = circuit_create(board->netlist, board->uses, &r->config, &scope, err);
    if (!r->main || !r->probe)
        return false;
    for (int pin = 0; pin < 3; pin++)
        r->pins[pin] = circuit_net(r->main, named[pin]);
    r->crossing = calloc(circuit_nets(r->main), sizeof *r->crossing);
    if (r->settings.trace)
        return r->crossing != NULL;
    scope.part_of = CIRCUIT_REST;
    r->rest = circuit_create(board->netlist, board->uses, &r->config, &scope, err);
    return r->rest && r->crossing;
}

/* Watch the SPI pins, and the nets that feed the rest; both circuits number nets alike. */
static void watch_nets(struct replay *r) {
    for (uint32_t net = 0; net < circuit_nets(r->main); net++) {
        bool live = circuit_net_is_live(r->main, net);
        bool feeds = r->rest && live && circuit_net_is_live(r->rest, net) &&
                     !circuit_net_is_analog(r->main, net);
        r->crossing[net] = feeds;
        circuit_watch(r->main, net, feeds || (r->settings.trace && live));
        if (feeds)
            circuit_input(r->rest, net, 0, circuit_level(r->main, net));
    }
    for (int pin = 0; pin < 3; pin++)
        circuit_watch(r->main, r->pins[pin], true);
    circuit_set_record(r->main, &r->record);
    circuit_set_record(r->probe, &r->rerun);
}

static bool allocate(struct replay *r) {
    r->record.edges = malloc(RECORD_EDGES * sizeof *r->record.edges);
    r->rerun.edges = malloc(RECORD_EDGES * sizeof *r->rerun.edges);
    r->record.capacity = r->rerun.capacity = RECORD_EDGES;
    r->octets = malloc(BURST_OCTETS);
    r->lengths = malloc(r->n_symbols * sizeof *r->lengths);
    r->checkpoint = malloc(circuit_state_size(r->main) + SPI_SAMPLER_STATE);
    r->ops = malloc(MAX_OPS * sizeof *r->ops);
    r->details = malloc(MAX_DETAILS * sizeof *r->details);
    r->deltas = malloc(MAX_DELTAS * sizeof *r->deltas);
    r->counts_before = calloc(circuit_counters(r->main) + 1, sizeof *r->counts_before);
    for (size_t i = 0; r->lengths && i < r->n_symbols; i++)
        r->lengths[i] = r->symbols[i].length_ps;
    return r->lengths && r->record.edges && r->rerun.edges && r->octets && r->checkpoint &&
           r->ops && r->details && r->deltas && r->counts_before;
}

/* Jitter makes every edge a new one, and noise every state: nothing would repeat. */
static bool create_response(struct replay *r, const struct line_settings *line) {
    if (!r->settings.cache || r->settings.trace || line->jitter_rms_ps > 0 ||
        line->jitter_peak_ps > 0 || r->config.idle == CIRCUIT_IDLE_NOISE)
        return true;
    struct response_machine machine = {
        .self = r,
        .state_size = circuit_state_size(r->main) + SPI_SAMPLER_STATE,
        .save = machine_save,
        .load = machine_load,
        .run = machine_run,
    };
    r->response = response_create(&machine, (uint32_t)r->n_symbols + 1, MAX_STATES);
    if (r->response)
        response_enter(r->response, r->now);
    return r->response != NULL;
}

static bool create(struct replay *r, struct sim_err *err) {
    struct line_settings line;
    const struct spi_limits *limits;
    replay_setup_line(r->board, r->settings.seed, &line);
    if (!replay_setup_limits(r->board, &limits, err) ||
        !replay_setup_nets(r->board, &r->nets, err) ||
        !replay_setup_circuit(r->board, &r->nets, r->settings.seed, &r->config, err) ||
        !create_circuits(r, err))
        return false;
    r->source = line_source_create(&line);
    if (!r->source)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "the [line] settings make no signal, or the receiver's vit_plus is "
                           "below its vit_minus");
    r->lead = (sim_time)(line.jitter_peak_ps + JITTER_SIGMAS * line.jitter_rms_ps);
    r->symbols = line_source_symbols(r->source, &r->n_symbols);
    if (!allocate(r))
        return sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
    watch_nets(r);
    spi_sampler_init(&r->sampler, limits, r->nets.nss_active_high,
                     circuit_level(r->main, r->pins[0]), circuit_level(r->main, r->pins[1]),
                     circuit_level(r->main, r->pins[2]));
    if (r->sampler.selected)
        open_burst(r, 0);
    return create_response(r, &line) || sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
}

struct replay *replay_create(const struct board *board, const struct replay_settings *settings,
                             struct sim_err *err) {
    struct replay *r = calloc(1, sizeof *r);
    if (!r) {
        sim_err_set(err, SIM_ERR_UNMODELLED, "out of memory");
        return NULL;
    }
    r->board = board;
    r->settings = *settings;
    if (!create(r, err)) {
        replay_destroy(r);
        return NULL;
    }
    return r;
}

void replay_destroy(struct replay *r) {
    if (!r)
        return;
    circuit_destroy(r->main);
    circuit_destroy(r->rest);
    circuit_destroy(r->probe);
    line_source_destroy(r->source);
    response_destroy(r->response);
    void *owned[] = {r->lengths, r->record.edges, r->rerun.edges, r->octets,        r->checkpoint,
                     r->ops,     r->details,      r->deltas,      r->counts_before, r->crossing};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(r);
}

sim_time replay_lead(const struct replay *r) {
    return r->lead;
}

sim_time replay_now(const struct replay *r) {
    return r->now;
}

bool replay_sound(const struct replay *r, struct sim_err *err) {
    return !circuit_storm(r->main, err) && !(r->rest && circuit_storm(r->rest, err));
}

const struct line_burst *replay_burst(const struct replay *r) {
    return &r->burst;
}

double replay_bit_ps(const struct replay *r) {
    return line_source_bit_ps(r->source);
}

const struct circuit *replay_circuit(const struct replay *r, int which) {
    return which ? r->rest : r->main;
}

const struct spi_sampler *replay_sampler(const struct replay *r) {
    return &r->sampler;
}

/* The engine counted each answer once, when it was run; the cache repeated it. */
static void add_repeats(const struct replay *r, uint64_t *totals) {
    const struct response *response = r->response;
    size_t n = (size_t)response->n_states * response->n_symbols;
    for (size_t i = 0; i < n; i++) {
        const struct response_entry *entry = &response->table[i];
        if (!entry->uses || !(entry->flags & ENTRY_COUNTS))
            continue;
        const struct detail *detail = &r->details[entry->detail];
        for (uint32_t k = 0; k < detail->n_deltas; k++) {
            const struct delta *delta = &r->deltas[detail->first_delta + k];
            totals[delta->counter] += (uint64_t)delta->count * (entry->uses - 1);
        }
    }
}

void replay_counts(const struct replay *r, int which, uint64_t *totals) {
    const struct circuit *circuit = which ? r->rest : r->main;
    for (size_t i = 0; circuit && i < circuit_counters(circuit); i++)
        totals[i] = circuit_counts(circuit)[i];
    if (!which && r->response)
        add_repeats(r, totals);
}

struct replay_figures replay_figures(const struct replay *r) {
    return (struct replay_figures){
        .symbols = r->symbols_sent,
        .misses = r->response ? r->response->misses : 0,
        .states = r->response ? r->response->n_states : 0,
        .events = circuit_events(r->main) + (r->rest ? circuit_events(r->rest) : 0),
        .cached = r->response != NULL,
    };
}
