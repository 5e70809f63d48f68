/* What line symbols do: run by the engine, remembered by the response cache, and turned
 * into octets, pin edges and edges for the rest of the board. */
#include <string.h>

#include "harness/replay_internal.h"

void replay_open_burst(struct replay *r, sim_time time) {
    r->open = true;
    r->opened = time;
    r->n_octets = r->shift = r->n_shift = 0;
}

void replay_close_burst(struct replay *r, sim_time time) {
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

static void tell_pin(struct replay *r, const struct op *op, sim_time time) {
    const struct pin_edge edge = {.pin = (uint8_t)op->net, .level = op->level};
    r->settings.on_pins(r->settings.user, time, &(struct pin_list){&edge, 1, NULL});
}

static void apply(struct replay *r, const struct op *op, sim_time time) {
    switch (op->kind) {
    case SPI_BIT:
        shift_bits(r, op->level, 1);
        break;
    case SPI_SELECT:
        replay_open_burst(r, time);
        break;
    case SPI_DESELECT:
        replay_close_burst(r, time);
        break;
    case OP_PIN:
        tell_pin(r, op, time);
        break;
    default:
        replay_cross(r, op->net, time, op->level);
    }
}

/* What happened cannot be run again in the Verilog design: it is kept. */
static void keep(struct replay *r, const struct circuit_edge *edge) {
    if (!(r->wanted[edge->net] & WANTED_LOG))
        return;
    if (r->rerun.n == r->rerun.capacity)
        r->rerun.overflow = true;
    else
        r->rerun.edges[r->rerun.n++] = *edge;
}

/* Recorded edges to operations, in order; `emit` stores or applies each. */
static void drain(struct replay *r, void (*emit)(struct replay *, const struct op *, sim_time)) {
    for (size_t i = 0; i < r->record.n; i++) {
        const struct circuit_edge *edge = &r->record.edges[i];
        struct spi_op spi;
        for (uint32_t pin = 0; pin < 3; pin++) {
            if (edge->net != r->pins[pin])
                continue;
            if (r->settings.on_pins)
                emit(r, &(struct op){.kind = OP_PIN, .level = edge->level, .net = pin}, edge->time);
            if (spi_sampler_edge(&r->sampler, (enum spi_pin)pin, edge->time, edge->level, &spi))
                emit(r, &(struct op){.kind = spi.kind, .level = spi.bit}, edge->time);
        }
        if (r->crossing[edge->net])
            emit(r, &(struct op){.kind = OP_CROSSING, .level = edge->level, .net = edge->net},
                 edge->time);
        if (r->settings.trace && r->settings.on_edge)
            r->settings.on_edge(r->settings.user, edge);
        if (r->rtl)
            keep(r, edge);
        if (r->feedback || !r->rest)
            replay_heard(r, edge);
    }
    r->record.n = 0;
}

static void drain_curves(struct replay *r) {
    for (size_t i = 0; i < r->curves.n; i++)
        r->settings.on_curve(r->settings.user, &r->curves.curves[i]);
    r->curves.n = 0;
}

void replay_drain(struct replay *r) {
    if (r->curves.n > 0)
        drain_curves(r);
    drain(r, apply);
}

/* Pins have a pool of their own: nothing else a symbol does is in an order with them. */
static void store(struct replay *r, const struct op *op, sim_time time) {
    if (r->n_ops == MAX_OPS || r->pins_done.n_edges == MAX_OPS)
        return; /* machine_run() sees that the pool is full and does not keep the answer */
    if (op->kind == OP_PIN) {
        replay_pins_add(r, op->net, op->level, (int32_t)(time - r->symbol_start));
        return;
    }
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
    return r->n_ops - first <= ENTRY_BITS;
}

/* What was stored of a symbol: its bits into the entry when there is nothing else. */
static void note_ops(struct replay *r, struct detail *detail, uint32_t first_pin,
                     struct response_entry *entry) {
    bool pins = r->pins_done.n_edges > first_pin;
    entry->flags = ENTRY_OPS;
    if (only_bits(r, detail->first_op)) {
        for (uint32_t i = detail->first_op; i < r->n_ops; i++)
            entry->bits |= (uint16_t)(r->ops[i].level << entry->n_bits++);
        r->n_ops = detail->first_op;
        entry->flags = pins ? ENTRY_OPS : 0;
    }
    detail->n_ops = r->n_ops - detail->first_op;
    if (r->settings.on_pins)
        detail->pins = replay_pins_keep(r, first_pin);
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
    if (r->n_details == MAX_DETAILS || r->n_ops > MAX_OPS - 4096 ||
        r->pins_done.n_edges > MAX_OPS - 4096) {
        replay_drain(r);
        return false;
    }
    struct detail *detail = &r->details[r->n_details];
    detail->first_op = r->n_ops;
    uint32_t first_pin = r->pins_done.n_edges;
    drain(r, store);
    note_deltas(r, detail);
    note_ops(r, detail, first_pin, entry);
    if (detail->n_deltas)
        entry->flags |= ENTRY_COUNTS;
    entry->detail = r->n_details;
    if (entry->flags)
        r->n_details++;
    return circuit_coins(r->main) == coins && r->n_deltas < MAX_DELTAS && !r->record.overflow;
}

/* A remembered answer, or a fresh one: the same path for both. */
static inline void answer(struct replay *r, const struct response_entry *entry, sim_time start) {
    shift_bits(r, entry->bits, entry->n_bits);
    if (!(entry->flags & ENTRY_OPS))
        return;
    const struct detail *detail = &r->details[entry->detail];
    if (r->settings.on_pins)
        replay_pins_tell(r, detail->pins, start);
    for (uint32_t i = 0; i < detail->n_ops; i++) {
        const struct op *op = &r->ops[detail->first_op + i];
        apply(r, op, start + op->dt);
    }
}

void replay_run_directly(struct replay *r, sim_time until) {
    if (r->feedback)
        replay_run_together(r, until);
    replay_main_run_until(r, until);
    replay_drain(r);
    r->now = until;
}

/* What the board did before a line edge, then the edge. */
static void trace_line(struct replay *r, const struct line_edge *edge) {
    replay_run_directly(r, edge->time);
    if (r->settings.on_edge)
        r->settings.on_edge(r->settings.user,
                            &(struct circuit_edge){edge->time, CIRCUIT_NO_NET, edge->level});
}

/* Not behind the last bit: what the firmware then delivers must have been announced. */
static inline void settle_within(struct replay *r, const struct line_burst *burst) {
    if (r->now >= r->quantum_end && r->now < burst->data_end)
        replay_settle(r);
}

size_t replay_send_edges(struct replay *r, const struct line_burst *burst, size_t first,
                         sim_time until) {
    const struct line_edge *edges;
    size_t n = line_source_edges(r->source, burst, &edges), i = first;
    for (; i < n && edges[i].time < until; i++) {
        if (r->settings.trace)
            trace_line(r, &edges[i]);
        else if (r->feedback || edges[i].time >= r->quantum_end)
            replay_run_directly(r, edges[i].time);
        settle_within(r, burst);
        replay_main_line(r, edges[i].time, edges[i].level);
        if (r->record.n > RECORD_EDGES / 2)
            replay_drain(r);
    }
    return i;
}

/* Known answers that only shift bits, with everything in registers: where the time of a
 * replay goes. Returns the index of the first symbol that needs more. */
static size_t send_known(struct replay *r, const struct line_burst *burst, size_t i) {
    struct response *response = r->response;
    const size_t n_symbols = response->n_symbols;
    const uint16_t *const nexts = response->short_next;
    struct response_short *const shorts = response->shorts;
    const int32_t *const lengths = r->lengths;
    uint32_t state = response->state, n_shift = r->n_shift;
    uint64_t shift = r->shift;
    uint8_t *out = r->octets + r->n_octets, *const last = r->octets + BURST_OCTETS - 4;
    sim_time now = r->now;
    for (; state != RESPONSE_NONE && i < burst->n_symbols && out < last; i++) {
        uint32_t symbol = burst->symbols[i];
        size_t at = state * n_symbols + symbol;
        uint32_t next = nexts[at];
        if (next == RESPONSE_NO_SHORT)
            break;
        shorts[at].uses++;
        state = next;
        shift |= (uint64_t)shorts[at].bits << n_shift;
        for (n_shift += shorts[at].n_bits; n_shift >= 8; n_shift -= 8) {
            *out++ = (uint8_t)shift;
            shift >>= 8;
        }
        now += lengths[symbol];
        response->live = false;
    }
    response->state = state;
    r->shift = (uint32_t)shift;
    r->n_shift = n_shift;
    r->n_octets = (size_t)(out - r->octets);
    r->now = now;
    return i;
}

/* The answer to the next symbol, while this one's is told: too much for a near cache. */
static inline void fetch_ahead(const struct replay *r, uint32_t next) {
    const struct response *response = r->response;
    if (response->state == RESPONSE_NONE)
        return;
    size_t at = (size_t)response->state * r->n_symbols + next;
    __builtin_prefetch(&r->details[response->table[at].detail]);
}

/* `next`: what probably follows. */
static inline bool step(struct replay *r, uint32_t symbol, uint32_t next) {
    const struct response_entry *entry = response_step(r->response, symbol, r->now);
    bool nothing = !entry->flags && !entry->n_bits;
    fetch_ahead(r, next);
    answer(r, entry, r->now);
    r->now += symbol < r->n_symbols ? r->lengths[symbol] : IDLE_STEP;
    return nothing;
}

bool replay_step(struct replay *r, uint32_t symbol) {
    return step(r, symbol, symbol);
}

void replay_send(struct replay *r, const struct line_burst *burst) {
    if (!r->response) {
        replay_send_edges(r, burst, 0, SIM_NEVER);
        replay_run_directly(r, burst->end);
        return;
    }
    bool pins = r->settings.on_pins != NULL; /* then an answer is more than bits */
    for (size_t i = pins ? 0 : send_known(r, burst, 0); i < burst->n_symbols;) {
        uint32_t symbol = burst->symbols[i++];
        step(r, symbol, i < burst->n_symbols ? burst->symbols[i] : symbol);
        settle_within(r, burst);
        i = pins ? i : send_known(r, burst, i);
    }
    r->symbols_sent += burst->n_symbols;
}

struct response_machine replay_machine(struct replay *r) {
    return (struct response_machine){
        .self = r,
        .state_size = circuit_state_size(r->main) + SPI_SAMPLER_STATE,
        .save = machine_save,
        .load = machine_load,
        .run = machine_run,
    };
}
