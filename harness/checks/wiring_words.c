/* Names, and what follows from a dead node: in words. */
#include <stdlib.h>
#include <string.h>

#include "harness/checks/wiring_internal.h"

const char *wiring_net_name(const struct wiring *w, uint32_t node) {
    return node == NETLIST_NONE ? "" : w->board->netlist->nets[w->nodes[node].name].name;
}

bool wiring_is_unnamed(const struct wiring *w, uint32_t node) {
    const char *name = wiring_net_name(w, node);
    return !*name || strncmp(name, "Net-(", 5) == 0 || strncmp(name, "unconnected-(", 13) == 0;
}

/* By the part's kind rather than by the file, which names pins in some formats only. */
static const char *function_of(const struct wiring *w, uint32_t pin) {
    static const char *const names[][PART_MAX_UNIT_PINS] = {
        [PART_DFF] = {"CP", "D", "~{R}", "~{S}", "Q", "~{Q}"},
        [PART_MONO] = {"A", "~{B}", "~{R}", "Cx", "RxCx", "Q", "~{Q}"},
        [PART_RECEIVER] = {"A", "B", "R"},
        [PART_DRIVER] = {"D", "DE", "Y", "Z"},
        [PART_FET] = {"G", "D", "S"},
        [PART_JACK] = {"TD+", "TD-", "RD+", "RD-"},
        [PART_PASSIVE] = {NULL},
    };
    return w->unit_of[pin] == NETLIST_NONE ? NULL : names[wiring_kind(w, pin)][w->place_of[pin]];
}

const char *wiring_pin_name(const struct wiring *w, uint32_t pin, char *out, size_t size) {
    const struct netlist_pin *p = &w->board->netlist->pins[pin];
    const char *name = function_of(w, pin);
    sim_format(out, (unsigned)size, name ? "%s.%s (%s)" : "%s.%s",
               w->board->netlist->parts[p->part].ref, p->number, name);
    return out;
}

const char *wiring_place_name(const struct wiring *w, const struct wiring_unit *u, int place,
                              char *out, size_t size) {
    if (u->pins[place] != NETLIST_NONE)
        return wiring_pin_name(w, u->pins[place], out, size);
    sim_format(out, (unsigned)size, "%s.%s", w->board->netlist->parts[u->part].ref,
               u->unit->pins[place]);
    return out;
}

const char *wiring_unit_name(const struct wiring *w, const struct wiring_unit *u, char *out,
                             size_t size) {
    sim_format(out, (unsigned)size, "%s%s%s", w->board->netlist->parts[u->part].ref,
               u->unit->kind == PART_DRIVER || u->unit->kind == PART_RECEIVER ? " " : "",
               u->unit->name);
    return out;
}

/* --- forward ------------------------------------------------------------------------------- */

/* The nodes that a node's levels reach through one part. */
static void put_outputs(const struct wiring *w, struct wiring_queue *q, bool *seen, uint32_t pin) {
    if (w->unit_of[pin] == NETLIST_NONE)
        return;
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    enum part_unit_kind kind = u->unit->kind;
    int first = u->first_out, end = u->end_out;
    if (kind == PART_RESISTOR || kind == PART_CAPACITOR)
        first = 0, end = 2;
    else if (w->roles[pin] != WIRING_HEARS && w->roles[pin] != WIRING_LINE_IN)
        return;
    for (int place = first; place < end; place++) {
        uint32_t node = u->nodes[place];
        bool weak = node != NETLIST_NONE && !w->pools[w->nodes[node].pool].strong;
        if (node == NETLIST_NONE || wiring_is_rail(w, node) || seen[node] ||
            ((kind == PART_RESISTOR || kind == PART_CAPACITOR) && !weak))
            continue;
        seen[node] = true;
        wiring_queue_put(q, node);
    }
}

/* Everything behind the nodes in the queue, which are in `cone.in` already. */
static void grow(const struct wiring *w, struct wiring_queue *q, struct wiring_cone *cone) {
    while (q->n) {
        uint32_t node = cone->nodes[cone->n++] = wiring_queue_take(q);
        for (uint32_t i = 0; i < w->nodes[node].n; i++)
            put_outputs(w, q, cone->in, w->by_node[w->nodes[node].first + i]);
    }
    wiring_queue_finish(q);
}

static struct wiring_cone empty_cone(const struct wiring *w) {
    uint32_t n = w->board->netlist->n_nets;
    return (struct wiring_cone){.in = wiring_zeroed(n, sizeof(bool)),
                                .nodes = wiring_zeroed(n, sizeof(uint32_t))};
}

struct wiring_cone wiring_cone(const struct wiring *w, uint32_t start) {
    struct wiring_cone cone = empty_cone(w);
    struct wiring_queue q = wiring_queue(w->board->netlist->n_nets + 1);
    cone.in[start] = true;
    wiring_queue_put(&q, start);
    grow(w, &q, &cone);
    return cone;
}

/* Of every oscillator on the board. */
static struct wiring_cone oscillators_cone(const struct wiring *w) {
    struct wiring_cone cone = empty_cone(w);
    struct wiring_queue q = wiring_queue(w->board->netlist->n_nets + 1);
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++)
        if (w->nodes[node].wanted && w->pools[w->nodes[node].pool].rings) {
            cone.in[node] = true;
            wiring_queue_put(&q, node);
        }
    grow(w, &q, &cone);
    return cone;
}

void wiring_cone_finish(struct wiring_cone *cone) {
    free(cone->in);
    free(cone->nodes);
}

/* --- what is lost -------------------------------------------------------------------------- */

/* What a frame to be sent comes from. */
static uint8_t sending(const struct wiring *w) {
    const struct board_attach *attach = &w->board->config.attach;
    return *attach->tx_clk || *attach->tx_mosi
               ? WIRING_BY_SENDER
               : WIRING_BY_SENDER | WIRING_BY_MCU | WIRING_BY_OUTSIDE;
}

static bool is_driver(const struct wiring_unit *u) {
    return u->unit->kind == PART_DRIVER && u->used;
}

/* The driver's enable: never low, or raised by what sends. */
static bool enabled_for(const struct wiring *w, const struct wiring_unit *u, uint8_t by) {
    uint8_t levels = wiring_levels(w, u->nodes[1]);
    return levels == WIRING_CAN_HIGH || !wiring_driven(w, u->nodes[1]) ||
           (levels & WIRING_CAN_HIGH && wiring_by(w, u->nodes[1]) & by);
}

static bool carries(const struct wiring *w, const struct wiring_unit *u, uint8_t by) {
    return (wiring_by(w, u->nodes[0]) & by || !wiring_driven(w, u->nodes[0])) &&
           enabled_for(w, u, by | WIRING_BY_MCU | WIRING_BY_OUTSIDE);
}

bool wiring_oscillates(const struct wiring *w) {
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++)
        if (w->nodes[node].wanted && w->pools[w->nodes[node].pool].rings)
            return true;
    return false;
}

static bool feeds_driver(const struct wiring *w, const bool *cone) {
    for (uint32_t i = 0; i < w->n_units; i++)
        for (int place = 0; is_driver(&w->units[i]) && place < 2; place++)
            if (w->units[i].nodes[place] != NETLIST_NONE && cone[w->units[i].nodes[place]])
                return true;
    return false;
}

bool wiring_drives_by(const struct wiring *w, uint8_t by) {
    for (uint32_t i = 0; i < w->n_units; i++)
        if (is_driver(&w->units[i]) && carries(w, &w->units[i], by))
            return true;
    return false;
}

bool wiring_sends_pulses(const struct wiring *w) {
    if (wiring_drives_by(w, WIRING_BY_ITSELF))
        return true;
    struct wiring_cone cone = oscillators_cone(w);
    bool meant = feeds_driver(w, cone.in); /* rather than for an LED */
    wiring_cone_finish(&cone);
    return !meant;
}

static bool feeds_receiving_spi(const struct wiring *w, const bool *cone) {
    const struct board_attach *attach = &w->board->config.attach;
    const char *const names[] = {attach->spi_clk, attach->spi_mosi, attach->spi_nss};
    for (int i = 0; i < 3; i++) {
        uint32_t node = wiring_named(w, names[i]);
        if (node != NETLIST_NONE && cone[node] && !wiring_by(w, node))
            return true;
    }
    return false;
}

unsigned wiring_lost(const struct wiring *w, uint32_t node) {
    unsigned lost = 0;
    if (node == NETLIST_NONE)
        return 0;
    struct wiring_cone cone = wiring_cone(w, node);
    if (feeds_driver(w, cone.in)) {
        lost |= wiring_drives_by(w, sending(w)) ? 0 : WIRING_NO_FRAME_OUT;
        lost |= wiring_sends_pulses(w) ? 0 : WIRING_NO_PULSE;
    }
    lost |= feeds_receiving_spi(w, cone.in) ? WIRING_NO_FRAME_IN : 0;
    wiring_cone_finish(&cone);
    return lost;
}

/* --- the sentence ---------------------------------------------------------------------------- */

struct story {
    const struct wiring *w;
    char *out;
    unsigned size, used, n;
    char last[160]; /* held back, for the "and" in front of the last */
};

static void flush(struct story *s, bool last) {
    if (*s->last)
        s->used += sim_format(s->out + s->used, s->size - s->used, "%s%s%s", s->n > 1 ? ", " : "",
                              last && s->n > 1 ? "and " : "", s->last);
    s->last[0] = '\0';
}

static void tell(struct story *s, const char *format, ...) {
    if (s->n == 6)
        return;
    flush(s, false);
    va_list args;
    va_start(args, format);
    sim_vformat(s->last, sizeof s->last, format, args);
    va_end(args);
    s->n++;
}

static const char *never(uint8_t levels) {
    return levels == WIRING_CAN_LOW    ? "never rises"
           : levels == WIRING_CAN_HIGH ? "never falls"
                                       : "never toggles";
}

static void tell_unit(struct story *s, const struct wiring_unit *u) {
    char name[80];
    uint32_t in = u->nodes[u->unit->kind == PART_DRIVER], out = u->nodes[u->first_out];
    uint8_t levels = wiring_levels(s->w, in);
    wiring_unit_name(s->w, u, name, sizeof name);
    if (u->unit->kind == PART_FET)
        tell(s, "%s %s", name, levels == WIRING_CAN_LOW ? "never conducts" : "never switches");
    else if (u->unit->kind == PART_DRIVER && levels == WIRING_CAN_LOW)
        tell(s, "%s is never enabled", name);
    else if (u->unit->kind != PART_DRIVER && !wiring_is_unnamed(s->w, out))
        tell(s, "%s %s", wiring_net_name(s->w, out), never(wiring_levels(s->w, out)));
}

static bool is_dead(const struct wiring *w, const struct wiring_unit *u) {
    int pin = u->unit->kind == PART_DRIVER ? 1 : u->unit->kind == PART_FET ? 0 : u->first_out;
    uint32_t node = u->nodes[pin];
    return node != NETLIST_NONE && wiring_by(w, node) == 0;
}

/* The dead nodes behind `start`, in the order of distance, each unit told once. */
static void tell_dead(struct story *s, uint32_t start) {
    const struct wiring *w = s->w;
    uint32_t n = w->board->netlist->n_nets;
    bool *seen = wiring_zeroed(n, sizeof *seen), *told = wiring_zeroed(w->n_units, sizeof *told);
    struct wiring_queue q = wiring_queue(n + 1);
    seen[start] = true;
    wiring_queue_put(&q, start);
    while (q.n) {
        uint32_t node = wiring_queue_take(&q);
        for (uint32_t i = 0; i < w->nodes[node].n; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i], unit = w->unit_of[pin];
            bool hears = w->roles[pin] == WIRING_HEARS || w->roles[pin] == WIRING_LINE_IN;
            if (hears && w->units[unit].used && is_dead(w, &w->units[unit]) && !told[unit]) {
                told[unit] = true;
                tell_unit(s, &w->units[unit]);
            }
            if (!hears || is_dead(w, &w->units[unit]))
                put_outputs(w, &q, seen, pin);
        }
    }
    wiring_queue_finish(&q);
    free(seen);
    free(told);
}

void wiring_follow(const struct wiring *w, uint32_t node, char *out, size_t size) {
    struct story s = {.w = w, .out = out, .size = (unsigned)size};
    out[0] = '\0';
    if (node == NETLIST_NONE)
        return;
    unsigned lost = wiring_lost(w, node);
    tell_dead(&s, node);
    s.n = s.n > 4 ? 4 : s.n; /* room for what matters most */
    if (lost & WIRING_NO_FRAME_OUT)
        tell(&s, "no frame leaves the board");
    if (lost & WIRING_NO_PULSE)
        tell(&s, "no link pulse leaves it");
    if (lost & WIRING_NO_FRAME_IN)
        tell(&s, "no frame reaches the MCU");
    flush(&s, true);
}
