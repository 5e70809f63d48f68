/* What can make a pool toggle, from the line, the MCU, connectors and oscillators onwards;
 * and which outputs somebody wants. */
#include <stdlib.h>

#include "harness/checks/wiring_internal.h"

uint8_t wiring_by(const struct wiring *w, uint32_t node) {
    return node == NETLIST_NONE ? 0 : w->pools[w->nodes[node].pool].by;
}

/* Of an input: an open one may do anything, as its check says elsewhere. */
static uint8_t input_by(const struct wiring *w, const struct wiring_unit *u, int place) {
    if (!u->unit->pins[place])
        return 0;
    uint32_t node = u->nodes[place];
    return node == NETLIST_NONE || !wiring_driven(w, node)
               ? (uint8_t)(WIRING_BY_OUTSIDE | wiring_by(w, node))
               : wiring_by(w, node);
}

static uint8_t gate_by(const struct wiring *w, const struct wiring_unit *u) {
    uint8_t by = 0;
    for (int i = 0; i < u->n_in; i++)
        if (wiring_gate_levels(w, u, i) & (WIRING_FOLLOWS | WIRING_INVERTS))
            by |= input_by(w, u, i);
    return by;
}

static uint8_t flipflop_by(const struct wiring *w, const struct wiring_unit *u) {
    uint8_t clock = input_by(w, u, 0), clear = input_by(w, u, 2), set = input_by(w, u, 3);
    if (clock)
        return (uint8_t)(clock | input_by(w, u, 1) | clear | set);
    return clear && set ? clear | set : 0; /* one alone acts once and never again */
}

static uint8_t receiver_by(const struct wiring *w, const struct wiring_unit *u) {
    uint32_t a = u->nodes[0], b = u->nodes[1];
    return a == b ? 0 : wiring_by(w, a) | wiring_by(w, b);
}

static uint8_t output_by(const struct wiring *w, const struct wiring_unit *u) {
    switch (u->unit->kind) {
    case PART_LOGIC:
        return gate_by(w, u);
    case PART_DFF:
        return flipflop_by(w, u);
    case PART_MONO:
        return input_by(w, u, 0) | input_by(w, u, 1);
    case PART_RECEIVER:
        return receiver_by(w, u);
    case PART_DRIVER:
        return wiring_levels(w, u->nodes[1]) & WIRING_CAN_HIGH
                   ? (uint8_t)(input_by(w, u, 0) | input_by(w, u, 1))
                   : 0;
    default:
        return 0;
    }
}

static uint8_t channel_by(const struct wiring *w, uint32_t pin) {
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    uint8_t gate = wiring_levels(w, u->nodes[0]);
    if (!(gate & WIRING_CAN_HIGH))
        return 0;
    return (gate == WIRING_CAN_BOTH ? input_by(w, u, 0) : 0) |
           wiring_by(w, wiring_other_end(w, pin));
}

static uint8_t passive_by(const struct wiring *w, uint32_t pin, uint32_t pool) {
    enum part_unit_kind kind = wiring_kind(w, pin);
    if (kind != PART_RESISTOR && kind != PART_CAPACITOR)
        return 0;
    uint32_t other = wiring_other_end(w, pin);
    return other == NETLIST_NONE || w->nodes[other].pool == pool ? 0 : wiring_by(w, other);
}

static uint8_t pin_by(const struct wiring *w, uint32_t pin, uint32_t node) {
    switch (w->roles[pin]) {
    case WIRING_DRIVES:
    case WIRING_TRISTATE:
        return output_by(w, &w->units[w->unit_of[pin]]);
    case WIRING_CHANNEL:
        return channel_by(w, pin);
    case WIRING_OUTSIDE:
        return wiring_outside_by(w, pin, node);
    case WIRING_JACK_RX:
        return WIRING_BY_LINE;
    case WIRING_LOADS:
        return passive_by(w, pin, w->nodes[node].pool);
    default:
        return 0;
    }
}

static uint8_t find_by(const struct wiring *w, uint32_t pool) {
    uint8_t by = w->pools[pool].rings ? WIRING_BY_ITSELF : 0;
    for (uint32_t node = w->pools[pool].first; node != NETLIST_NONE; node = w->nodes[node].next) {
        by |= wiring_sent_here(w, node) ? WIRING_BY_SENDER : 0;
        for (uint32_t i = 0; i < w->nodes[node].n; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i];
            if (!w->pools[pool].strong || w->roles[pin] == WIRING_DRIVES)
                by |= pin_by(w, pin, node);
        }
    }
    return by;
}

/* The pools that can take both levels, each once. */
static struct wiring_queue live_pools(const struct wiring *w) {
    uint32_t n = w->board->netlist->n_nets;
    struct wiring_queue q = wiring_queue(n + 1);
    for (uint32_t node = 0; node < n; node++)
        if (w->nodes[node].pool == node && w->pools[node].levels == WIRING_CAN_BOTH)
            wiring_queue_put(&q, node);
    return q;
}

void wiring_find_toggles(struct wiring *w) {
    struct wiring_queue q = live_pools(w);
    uint64_t left = WIRING_BUDGET;
    while (q.n && wiring_spend(w, &left, q.ring[q.head])) {
        uint32_t pool = wiring_queue_take(&q);
        if (w->pools[pool].levels != WIRING_CAN_BOTH)
            continue;
        uint8_t by = w->pools[pool].by | find_by(w, pool);
        if (by == w->pools[pool].by)
            continue;
        w->pools[pool].by = by;
        wiring_wake(w, &q, pool);
    }
    for (uint32_t pool = 0; q.n && pool < w->board->netlist->n_nets; pool++)
        w->pools[pool].by |= w->pools[pool].levels == WIRING_CAN_BOTH ? WIRING_BY_OUTSIDE : 0;
    wiring_queue_finish(&q);
}

/* --- wanted ------------------------------------------------------------------------------ */

/* Whether anything has a connector or a jack; a board without any is read by its test points. */
static bool has_outside(const struct wiring *w) {
    for (uint32_t pin = 0; pin < w->board->netlist->n_pins; pin++)
        if (w->roles[pin] == WIRING_OUTSIDE || w->roles[pin] == WIRING_JACK_TX)
            return true;
    return false;
}

static bool is_sink(const struct wiring *w, uint32_t pin, bool outside) {
    switch (w->roles[pin]) {
    case WIRING_OUTSIDE:
    case WIRING_JACK_TX:
        return true;
    case WIRING_NOTHING:
        return !outside;
    case WIRING_LOADS:
        return wiring_kind(w, pin) == PART_PASSIVE; /* an LED */
    default:
        return false;
    }
}

/* What stands behind a wanted node wants its inputs. */
static void want(struct wiring *w, struct wiring_queue *q, uint32_t node) {
    if (node == NETLIST_NONE || wiring_is_rail(w, node) || w->nodes[node].wanted)
        return;
    w->nodes[node].wanted = true;
    wiring_queue_put(q, node);
}

static void want_behind(struct wiring *w, struct wiring_queue *q, uint32_t pin) {
    if (w->unit_of[pin] == NETLIST_NONE)
        return;
    struct wiring_unit *u = &w->units[w->unit_of[pin]];
    enum part_unit_kind kind = u->unit->kind;
    if (kind == PART_RESISTOR || kind == PART_CAPACITOR || kind == PART_JACK)
        for (int i = 0; i < PART_MAX_UNIT_PINS && kind != PART_JACK; i++)
            want(w, q, u->nodes[i]);
    if (w->roles[pin] != WIRING_DRIVES && w->roles[pin] != WIRING_TRISTATE &&
        w->roles[pin] != WIRING_CHANNEL)
        return;
    u->used = true;
    for (int i = 0; i < u->n_in; i++)
        want(w, q, u->nodes[i]);
    if (kind == PART_FET) {
        want(w, q, u->nodes[1]);
        want(w, q, u->nodes[2]);
    }
    for (int i = 3; kind == PART_MONO && i < 5; i++)
        want(w, q, u->nodes[i]);
}

void wiring_find_used(struct wiring *w) {
    uint32_t n = w->board->netlist->n_nets;
    struct wiring_queue q = wiring_queue(n + 1);
    bool outside = has_outside(w);
    for (uint32_t pin = 0; pin < w->board->netlist->n_pins; pin++)
        if (is_sink(w, pin, outside) &&
            !w->board->netlist->parts[w->board->netlist->pins[pin].part].removed)
            want(w, &q, wiring_node(w, pin));
    while (q.n) {
        uint32_t node = wiring_queue_take(&q);
        for (uint32_t i = 0; i < w->nodes[node].n; i++)
            want_behind(w, &q, w->by_node[w->nodes[node].first + i]);
    }
    wiring_queue_finish(&q);
}
