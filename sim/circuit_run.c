/* The event loop: pending transitions, gates, and the order in which things happen. */
#include "sim/circuit_internal.h"

#include "sim/rng.h"

bool circuit_coin(struct circuit *c, const struct element *e, sim_time t) {
    c->coins++;
    return rng_u64(c->seed, (uint64_t)(e - c->elements), (uint64_t)t) >> 63;
}

static inline void record_edge(struct circuit *c, uint32_t net, int level, sim_time t) {
    struct circuit_record *record = c->record;
    if (!record)
        return;
    if (record->n == record->capacity) {
        record->overflow = true;
        return;
    }
    record->edges[record->n++] =
        (struct circuit_edge){.time = t, .net = net, .level = (uint8_t)level};
}

/* A cell, node or receiver: what is not a table of its inputs. */
static void evaluate_other(struct circuit *c, struct element *e, uint8_t mask, sim_time t) {
    e->in ^= mask;
    switch ((enum element_kind)e->kind) {
    case ELEMENT_NODE:
        if (mask)
            node_switch(c, e->aux, (unsigned)__builtin_ctz(mask), t);
        else
            node_aim_all(c, &c->nodes[e->aux]); /* power-up */
        break;
    case ELEMENT_FLIPFLOP:
        flipflop_evaluate(c, e, mask, t);
        break;
    case ELEMENT_MONO:
        mono_evaluate(c, e, mask, t);
        break;
    case ELEMENT_RECEIVER:
        receiver_evaluate(c, e, t);
        break;
    case ELEMENT_DRIVER:
        driver_evaluate(c, e, mask, t);
        break;
    default:
        break; /* driven by their cell or node */
    }
}

/* Gates and channels, most of what there is: one look into the truth table, and nothing
 * more while the element already heads where it should. */
static inline void evaluate_gate(struct circuit *c, struct element *e, uint8_t mask, sim_time t) {
    e->in ^= mask;
    int target = e->truth >> e->in & 1;
    if (target != e->target)
        circuit_schedule(c, e, target, t + (target ? e->rise : e->fall));
}

static inline bool is_gate(uint8_t kind) {
    return kind == ELEMENT_GATE || kind == ELEMENT_CHANNEL;
}

static inline void change_net(struct circuit *c, uint32_t net, const struct wire *wire, int level,
                              sim_time t) {
    c->levels[net] = (uint8_t)level;
    if (c->watched[net])
        record_edge(c, net, level, t);
    for (; wire->element; wire++) {
        struct element *e = wire->element;
        if (is_gate(wire->kind)) {
            evaluate_gate(c, e, wire->mask, t);
        } else if (wire->kind == ELEMENT_FLIPFLOP) {
            e->in ^= wire->mask;
            flipflop_evaluate(c, e, wire->mask, t);
        } else {
            evaluate_other(c, e, wire->mask, t);
        }
    }
}

/* The output of a threshold: its analog net shows the same edge. */
static void cross(struct circuit *c, struct element *e, sim_time t) {
    const struct node *node = &c->nodes[c->thresholds[e->aux].node];
    if (c->watched[node->net])
        record_edge(c, node->net, e->out, t);
    if (t == node->t0 && !e->pending) /* kicked past it: it may come back */
        node_aim_at(c, node, e);
}

static inline void happen(struct circuit *c, struct element *e, sim_time t) {
    if (e->kind == ELEMENT_MONO) {
        mono_end(c, e, t);
        return;
    }
    e->out = e->target;
    if (e->kind == ELEMENT_CHANNEL) {
        node_switch(c, e->aux, e->bit, t);
        return;
    }
    change_net(c, e->net, e->wires, e->out, t);
    if (e->kind == ELEMENT_THRESHOLD)
        cross(c, e, t);
    else if (e->kind == ELEMENT_RECEIVER)
        receiver_evaluate(c, e, t);
}

/* A million transitions within ten microseconds are no board's doing: a loop of next to
 * no delay. It is stopped where it is, and told by circuit_storm(). */
#define STORM_EVENTS (1u << 20)
#define STORM_TIME   (10 * SIM_US)

static bool is_storm(struct circuit *c, const struct slot *last) {
    bool storm = last->time - c->storm_from < STORM_TIME;
    c->storm_from = last->time;
    if (storm) {
        c->storm = (uint32_t)(last->element - c->elements);
        c->next = c->queue;
    }
    return storm;
}

void circuit_run_until(struct circuit *c, sim_time time) {
    while (c->next->time < time) {
        struct slot next = *c->next--;
        next.element->pending = false;
        if (next.element->kind == ELEMENT_THRESHOLD && node_guessed(c, next.element))
            continue;
        happen(c, next.element, next.time);
        if (++c->events % STORM_EVENTS == 0 && is_storm(c, &next))
            break;
    }
    if (c->now < time)
        c->now = time;
}

sim_time circuit_next(const struct circuit *c) {
    return c->next->time;
}

void circuit_input(struct circuit *c, uint32_t net, sim_time time, int level) {
    circuit_run_until(c, time);
    if (net < c->n_nets && c->is_input[net] && c->levels[net] != level)
        change_net(c, net, c->net_wires[net], level, time);
}

void circuit_line(struct circuit *c, sim_time time, int level) {
    circuit_run_until(c, time);
    bool noisy = c->line_level == CIRCUIT_LINE_IDLE && c->idle == CIRCUIT_IDLE_NOISE;
    c->line_level = (uint8_t)level;
    for (uint32_t i = 0; i < c->n_receivers; i++) {
        struct element *e = &c->elements[c->receivers[i]];
        if (noisy && e->pending)
            circuit_cancel(c, e);
        e->in = (uint8_t)level;
        receiver_evaluate(c, e, time);
    }
}

/* Power-up: every element looks at its inputs, and the board runs for a millisecond of
 * its own before time 0, so that a run begins with a settled board. */
void circuit_settle(struct circuit *c) {
    sim_time t = -SIM_MS;
    c->now = t;
    c->storm = CIRCUIT_NO_NET;
    c->storm_from = 2 * t;
    for (uint32_t i = 0; i < c->n_nodes; i++)
        c->nodes[i].t0 = t; /* an exponential run backwards overflows */
    for (uint32_t i = 0; i < c->n_kept; i++) {
        struct element *e = &c->elements[c->kept[i]];
        (is_gate(e->kind) ? evaluate_gate : evaluate_other)(c, e, 0, t);
    }
    circuit_run_until(c, 0);
    for (uint32_t i = 0; i < c->n_elements + c->n_flipflops * FF_WINDOWS; i++)
        c->counts[i] = 0;
    c->events = 0;
    c->coins = 0;
    c->storm_from = t;
}
