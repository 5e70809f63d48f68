/* Pools, and the levels that each can take: from "both" downwards, as far as rails and gates
 * prove that one cannot occur. */
#include <math.h>
#include <stdlib.h>

#include "harness/checks/wiring_internal.h"

/* --- the list of what to look at again --------------------------------------------------- */

struct wiring_queue wiring_queue(uint32_t size) {
    return (struct wiring_queue){.ring = wiring_zeroed(size, sizeof(uint32_t)),
                                 .queued = wiring_zeroed(size, sizeof(bool)),
                                 .size = size};
}

void wiring_queue_put(struct wiring_queue *q, uint32_t pool) {
    if (q->queued[pool])
        return;
    q->queued[pool] = true;
    q->ring[(q->head + q->n++) % q->size] = pool;
}

uint32_t wiring_queue_take(struct wiring_queue *q) {
    uint32_t pool = q->ring[q->head];
    q->head = (q->head + 1) % q->size;
    q->n--;
    q->queued[pool] = false;
    return pool;
}

void wiring_queue_finish(struct wiring_queue *q) {
    free(q->ring);
    free(q->queued);
}

bool wiring_spend(const struct wiring *w, uint64_t *left, uint32_t pool) {
    uint64_t pins = 1;
    for (uint32_t node = w->pools[pool].first; node != NETLIST_NONE; node = w->nodes[node].next)
        pins += w->nodes[node].n + 1;
    *left = *left > pins ? *left - pins : 0;
    return *left > 0;
}

static void wake_unit(const struct wiring *w, struct wiring_queue *q, uint32_t unit) {
    const struct wiring_unit *u = &w->units[unit];
    for (int place = 0; place < PART_MAX_UNIT_PINS; place++) {
        uint32_t node = u->nodes[place];
        if (node != NETLIST_NONE && !wiring_is_rail(w, node))
            wiring_queue_put(q, w->nodes[node].pool);
    }
}

void wiring_wake(const struct wiring *w, struct wiring_queue *q, uint32_t pool) {
    for (uint32_t node = w->pools[pool].first; node != NETLIST_NONE; node = w->nodes[node].next)
        for (uint32_t i = 0; i < w->nodes[node].n; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i];
            if (w->unit_of[pin] != NETLIST_NONE)
                wake_unit(w, q, w->unit_of[pin]);
        }
}

/* --- pools ------------------------------------------------------------------------------- */

static bool is_strong(const struct wiring *w, uint32_t node) {
    if (wiring_is_rail(w, node))
        return true;
    for (uint32_t i = 0; i < w->nodes[node].n; i++)
        if (w->roles[w->by_node[w->nodes[node].first + i]] == WIRING_DRIVES)
            return true;
    return false;
}

static void join_resistors(const struct wiring *w, uint32_t *parent, const bool *strong) {
    for (uint32_t i = 0; i < w->n_units; i++) {
        const struct wiring_unit *u = &w->units[i];
        uint32_t a = u->nodes[0], b = u->nodes[1];
        if (u->unit->kind == PART_RESISTOR && a != NETLIST_NONE && b != NETLIST_NONE &&
            !strong[a] && !strong[b])
            wiring_join(parent, a, b);
    }
}

/* Whether the pin gives its pool a level, if only now and then. */
static bool gives_level(const struct wiring *w, uint32_t pin, uint32_t node) {
    switch (w->roles[pin]) {
    case WIRING_DRIVES:
    case WIRING_TRISTATE:
    case WIRING_CHANNEL:
    case WIRING_JACK_RX:
        return true;
    case WIRING_OUTSIDE:
        return wiring_outside_by(w, pin, node) != 0;
    case WIRING_LOADS:
        if (wiring_kind(w, pin) == PART_MONO)
            return true;
        return wiring_kind(w, pin) == PART_RESISTOR && wiring_other_end(w, pin) != NETLIST_NONE &&
               w->pools[w->nodes[wiring_other_end(w, pin)].pool].strong;
    default:
        return false;
    }
}

static bool is_driven(const struct wiring *w, uint32_t node) {
    bool driven = w->pools[w->nodes[node].pool].strong || wiring_sent_here(w, node);
    for (uint32_t i = 0; !driven && i < w->nodes[node].n; i++)
        driven = gives_level(w, w->by_node[w->nodes[node].first + i], node);
    return driven;
}

void wiring_find_pools(struct wiring *w) {
    uint32_t n = w->board->netlist->n_nets;
    uint32_t *parent = wiring_zeroed(n, sizeof *parent);
    bool *strong = wiring_zeroed(n, sizeof *strong);
    for (uint32_t node = 0; node < n; node++) {
        parent[node] = node;
        strong[node] = is_strong(w, node);
        w->pools[node].first = NETLIST_NONE;
    }
    join_resistors(w, parent, strong);
    for (uint32_t node = n; node-- > 0;) { /* so that the lists come out in order */
        struct wiring_pool *pool = &w->pools[w->nodes[node].pool = wiring_root(parent, node)];
        w->nodes[node].next = pool->first;
        pool->first = node;
        pool->strong |= strong[node];
    }
    for (uint32_t node = 0; node < n; node++)
        w->pools[w->nodes[node].pool].driven |= is_driven(w, node);
    free(parent);
    free(strong);
}

/* --- queries on pools -------------------------------------------------------------------- */

static const struct wiring_pool *pool_of(const struct wiring *w, uint32_t node) {
    return &w->pools[w->nodes[node].pool];
}

uint8_t wiring_levels(const struct wiring *w, uint32_t node) {
    return node == NETLIST_NONE ? WIRING_CAN_BOTH : pool_of(w, node)->levels;
}

bool wiring_driven(const struct wiring *w, uint32_t node) {
    return node != NETLIST_NONE && pool_of(w, node)->driven;
}

bool wiring_constant(const struct wiring *w, uint32_t node) {
    uint8_t levels = wiring_levels(w, node);
    return levels == WIRING_CAN_LOW || levels == WIRING_CAN_HIGH;
}

/* --- gates ------------------------------------------------------------------------------- */

bool wiring_gate(const struct wiring_unit *unit, unsigned inputs) {
    return unit->unit->truth >> inputs & 1;
}

/* Whether the inputs can hold this pattern: each a level it can take, those on one pool equal. */
static bool can_occur(const struct wiring *w, const struct wiring_unit *u, unsigned inputs) {
    for (int i = 0; i < u->n_in; i++) {
        unsigned level = inputs >> i & 1;
        if (!(wiring_levels(w, u->nodes[i]) >> level & 1))
            return false;
        for (int k = 0; k < i; k++)
            if (u->nodes[i] != NETLIST_NONE && u->nodes[i] == u->nodes[k] &&
                (inputs >> k & 1) != level)
                return false;
    }
    return true;
}

/* The inputs that sit on the same node as this one, itself included. */
static unsigned together(const struct wiring_unit *u, int input) {
    unsigned mask = 1u << input;
    for (int i = 0; i < u->n_in; i++)
        if (u->nodes[i] != NETLIST_NONE && u->nodes[i] == u->nodes[input])
            mask |= 1u << i;
    return mask;
}

uint8_t wiring_gate_levels(const struct wiring *w, const struct wiring_unit *u, int input) {
    uint8_t found = 0;
    unsigned mask = input >= 0 ? together(u, input) : 0;
    for (unsigned inputs = 0; inputs < 1u << u->n_in; inputs++) {
        if (!can_occur(w, u, inputs))
            continue;
        bool out = wiring_gate(u, inputs);
        found |= out ? WIRING_CAN_HIGH : WIRING_CAN_LOW;
        if (mask && can_occur(w, u, inputs ^ mask) && wiring_gate(u, inputs ^ mask) != out)
            found |= out == (inputs >> input & 1) ? WIRING_FOLLOWS : WIRING_INVERTS;
    }
    return found;
}

static uint8_t flipped(uint8_t levels) {
    return (uint8_t)((levels & WIRING_CAN_LOW ? WIRING_CAN_HIGH : 0) |
                     (levels & WIRING_CAN_HIGH ? WIRING_CAN_LOW : 0));
}

/* A flip-flop holds what its clock, set or reset can have put there; after power-up alone,
 * nobody knows. */
static uint8_t flipflop_levels(const struct wiring *w, const struct wiring_unit *u) {
    uint8_t q = 0;
    if (wiring_levels(w, u->nodes[0]) == WIRING_CAN_BOTH)
        q |= wiring_levels(w, u->nodes[1]);
    if (u->unit->pins[2] && wiring_levels(w, u->nodes[2]) & WIRING_CAN_LOW)
        q |= WIRING_CAN_LOW;
    if (u->unit->pins[3] && wiring_levels(w, u->nodes[3]) & WIRING_CAN_LOW)
        q |= WIRING_CAN_HIGH;
    if (u->unit->pins[3] && wiring_levels(w, u->nodes[3]) == WIRING_CAN_LOW)
        q = WIRING_CAN_HIGH;
    if (u->unit->pins[2] && wiring_levels(w, u->nodes[2]) == WIRING_CAN_LOW)
        q = WIRING_CAN_LOW;
    return q ? q : WIRING_CAN_BOTH;
}

static bool can_trigger(const struct wiring *w, const struct wiring_unit *u) {
    uint8_t a = wiring_levels(w, u->nodes[0]), b = wiring_levels(w, u->nodes[1]);
    return wiring_levels(w, u->nodes[2]) & WIRING_CAN_HIGH &&
           ((a == WIRING_CAN_BOTH && b & WIRING_CAN_HIGH) ||
            (b == WIRING_CAN_BOTH && a & WIRING_CAN_LOW));
}

/* What an output can bring; 0 for one that is never enabled. */
static uint8_t output_levels(const struct wiring *w, const struct wiring_unit *u, int place) {
    switch (u->unit->kind) {
    case PART_LOGIC:
        return wiring_gate_levels(w, u, -1) & WIRING_CAN_BOTH;
    case PART_DFF:
        return place == 4 ? flipflop_levels(w, u) : flipped(flipflop_levels(w, u));
    case PART_MONO:
        if (can_trigger(w, u))
            return WIRING_CAN_BOTH;
        return place == 5 ? WIRING_CAN_LOW : WIRING_CAN_HIGH;
    case PART_DRIVER:
        if (!(wiring_levels(w, u->nodes[1]) & WIRING_CAN_HIGH))
            return 0;
        return place == 2 ? wiring_levels(w, u->nodes[0]) : flipped(wiring_levels(w, u->nodes[0]));
    default:
        return WIRING_CAN_BOTH;
    }
}

/* --- levels ------------------------------------------------------------------------------ */

static uint8_t channel_levels(const struct wiring *w, uint32_t pin) {
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    uint32_t other = wiring_other_end(w, pin);
    bool conducts = wiring_levels(w, u->nodes[0]) & WIRING_CAN_HIGH;
    return conducts && other != NETLIST_NONE && wiring_driven(w, other) ? wiring_levels(w, other)
                                                                        : 0;
}

static uint8_t passive_levels(const struct wiring *w, uint32_t pin, uint32_t pool) {
    enum part_unit_kind kind = wiring_kind(w, pin);
    if (kind == PART_MONO)
        return WIRING_CAN_BOTH;
    if (kind != PART_RESISTOR && kind != PART_CAPACITOR)
        return 0;
    uint32_t other = wiring_other_end(w, pin);
    if (other == NETLIST_NONE || w->nodes[other].pool == pool)
        return 0;
    if (kind == PART_RESISTOR)
        return wiring_levels(w, other);
    return wiring_levels(w, other) == WIRING_CAN_BOTH ? WIRING_CAN_BOTH : 0;
}

static uint8_t pin_levels(const struct wiring *w, uint32_t pin, uint32_t node) {
    switch (w->roles[pin]) {
    case WIRING_DRIVES:
    case WIRING_TRISTATE:
        return output_levels(w, &w->units[w->unit_of[pin]], w->place_of[pin]);
    case WIRING_CHANNEL:
        return channel_levels(w, pin);
    case WIRING_OUTSIDE:
        return wiring_outside_by(w, pin, node) ? WIRING_CAN_BOTH : 0;
    case WIRING_JACK_RX:
        return WIRING_CAN_BOTH;
    case WIRING_LOADS:
        return passive_levels(w, pin, w->nodes[node].pool);
    default:
        return 0;
    }
}

static uint8_t find_levels(const struct wiring *w, uint32_t pool) {
    uint8_t levels = 0;
    bool strong = w->pools[pool].strong;
    for (uint32_t node = w->pools[pool].first; node != NETLIST_NONE; node = w->nodes[node].next) {
        levels |= wiring_sent_here(w, node) ? WIRING_CAN_BOTH : 0;
        for (uint32_t i = 0; i < w->nodes[node].n; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i];
            if (!strong || w->roles[pin] == WIRING_DRIVES)
                levels |= pin_levels(w, pin, node);
        }
    }
    return levels ? levels : WIRING_CAN_BOTH;
}

void wiring_find_levels(struct wiring *w) {
    uint32_t n = w->board->netlist->n_nets;
    struct wiring_queue q = wiring_queue(n + 1);
    for (uint32_t node = 0; node < n; node++) {
        w->pools[node].levels = WIRING_CAN_BOTH;
        if (w->nodes[node].rail)
            w->pools[w->nodes[node].pool].levels =
                w->nodes[node].rail == WIRING_IS_POWER ? WIRING_CAN_HIGH : WIRING_CAN_LOW;
        else if (w->nodes[node].pool == node)
            wiring_queue_put(&q, node);
    }
    for (uint64_t left = WIRING_BUDGET; q.n && wiring_spend(w, &left, q.ring[q.head]);) {
        uint32_t pool = wiring_queue_take(&q);
        uint8_t levels = find_levels(w, pool) & w->pools[pool].levels;
        if (!levels || levels == w->pools[pool].levels)
            continue; /* none: two outputs that contradict each other; no claim */
        w->pools[pool].levels = levels;
        wiring_wake(w, &q, pool);
    }
    wiring_queue_finish(&q);
}
