/* The event loop: pending transitions, gates, and the order in which things happen. */
#include "sim/circuit_internal.h"

#include "sim/rng.h"

/* Soonest last, so that the next one is taken from the end; ties in element order. With
 * the dozen transitions a board has pending, insertion beats any heap. */
static inline bool sooner(const struct slot *a, sim_time time, uint32_t element) {
    return a->time < time || (a->time == time && a->element < element);
}

void circuit_pend(struct circuit *c, uint32_t element, int target, sim_time when) {
    struct element *e = &c->elements[element];
    e->pending = true;
    e->target = (uint8_t)target;
    e->when = when;
    uint32_t i = c->queued++;
    for (; i > 0 && sooner(&c->queue[i - 1], when, element); i--)
        c->queue[i] = c->queue[i - 1];
    c->queue[i] = (struct slot){.time = when, .element = element};
}

void circuit_cancel(struct circuit *c, uint32_t element) {
    uint32_t i = c->queued - 1;
    while (c->queue[i].element != element)
        i--;
    for (c->queued--; i < c->queued; i++)
        c->queue[i] = c->queue[i + 1];
    c->elements[element].pending = false;
}

/* Inertial: a change of mind before the transition happens swallows the pulse. */
void circuit_schedule(struct circuit *c, uint32_t element, int target, sim_time when) {
    struct element *e = &c->elements[element];
    if (e->pending) {
        if (e->target == target)
            return;
        circuit_cancel(c, element);
        c->counts[element]++;
    } else if (e->out != target) {
        circuit_pend(c, element, target, when);
    }
}

bool circuit_coin(struct circuit *c, uint32_t element, sim_time t) {
    c->coins++;
    return rng_u64(c->seed, element, (uint64_t)t) >> 63;
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

static inline void evaluate(struct circuit *c, uint32_t element, uint8_t mask, sim_time t) {
    struct element *e = &c->elements[element];
    e->in ^= mask;
    switch ((enum element_kind)e->kind) {
    case ELEMENT_GATE: {
        int target = e->truth >> e->in & 1;
        circuit_schedule(c, element, target, t + (target ? e->rise : e->fall));
        break;
    }
    case ELEMENT_CHANNEL:
        circuit_schedule(c, element, e->in & 1, t + (e->in & 1 ? e->rise : e->fall));
        break;
    case ELEMENT_NODE:
        node_switch(c, e->aux, mask, t);
        break;
    case ELEMENT_FLIPFLOP:
        flipflop_evaluate(c, element, mask, t);
        break;
    case ELEMENT_MONO:
        mono_evaluate(c, element, mask, t);
        break;
    case ELEMENT_RECEIVER:
        receiver_evaluate(c, element, t);
        break;
    case ELEMENT_BUFFER:
    case ELEMENT_THRESHOLD:
        break; /* driven by their cell or node */
    }
}

void circuit_evaluate(struct circuit *c, uint32_t element, uint8_t mask, sim_time t) {
    evaluate(c, element, mask, t);
}

static inline void change_net(struct circuit *c, uint32_t net, int level, sim_time t) {
    c->levels[net] = (uint8_t)level;
    if (c->watched[net])
        record_edge(c, net, level, t);
    for (uint32_t i = c->fan_start[net]; i < c->fan_start[net + 1]; i++)
        evaluate(c, c->fans[i].element, c->fans[i].mask, t);
}

static inline void happen(struct circuit *c, uint32_t element, sim_time t) {
    struct element *e = &c->elements[element];
    e->pending = false;
    c->events++;
    switch ((enum element_kind)e->kind) {
    case ELEMENT_MONO:
        mono_end(c, element, t);
        return;
    case ELEMENT_CHANNEL:
        e->out = e->target;
        node_switch(c, e->aux, (uint8_t)(1u << e->bit), t);
        return;
    case ELEMENT_RECEIVER:
        e->out = e->target;
        change_net(c, e->net, e->out, t);
        receiver_evaluate(c, element, t);
        return;
    default:
        e->out = e->target;
        change_net(c, e->net, e->out, t);
        if (e->kind == ELEMENT_THRESHOLD) { /* its analog net shows the same edge */
            const struct node *node = &c->nodes[c->thresholds[e->aux].node];
            if (c->watched[node->net])
                record_edge(c, node->net, e->out, t);
            if (t == node->t0 && !e->pending) /* kicked past it: it may come back */
                node_aim_at(c, node, element);
        }
    }
}

void circuit_run_until(struct circuit *c, sim_time time) {
    while (c->queued && c->queue[c->queued - 1].time < time) {
        struct slot next = c->queue[--c->queued];
        happen(c, next.element, next.time);
    }
    if (c->now < time)
        c->now = time;
}

sim_time circuit_next(const struct circuit *c) {
    return c->queued ? c->queue[c->queued - 1].time : SIM_NEVER;
}

void circuit_input(struct circuit *c, uint32_t net, sim_time time, int level) {
    circuit_run_until(c, time);
    if (net < c->n_nets && c->is_input[net] && c->levels[net] != level)
        change_net(c, net, level, time);
}

void circuit_line(struct circuit *c, sim_time time, int level) {
    circuit_run_until(c, time);
    bool noisy = c->line_level == CIRCUIT_LINE_IDLE && c->idle == CIRCUIT_IDLE_NOISE;
    c->line_level = (uint8_t)level;
    for (uint32_t i = 0; i < c->n_receivers; i++) {
        if (noisy && c->elements[c->receivers[i]].pending)
            circuit_cancel(c, c->receivers[i]);
        c->elements[c->receivers[i]].in = (uint8_t)level;
        receiver_evaluate(c, c->receivers[i], time);
    }
}

/* Power-up: every element looks at its inputs, and the board runs for a millisecond of
 * its own before time 0, so that a run begins with a settled board. */
void circuit_settle(struct circuit *c) {
    sim_time t = -SIM_MS;
    c->now = t;
    for (uint32_t i = 0; i < c->n_kept; i++)
        evaluate(c, c->kept[i], 0, t);
    circuit_run_until(c, 0);
    for (uint32_t i = 0; i < c->n_elements + c->n_flipflops * FF_WINDOWS; i++)
        c->counts[i] = 0;
    c->events = 0;
    c->coins = 0;
}
