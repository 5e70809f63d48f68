/* What kind of board it is, read from its parts and connectors. */
#include "harness/checks/wiring_internal.h"

static bool has_kind(const struct wiring *w, enum part_unit_kind kind) {
    for (uint32_t i = 0; i < w->n_units; i++)
        if (w->units[i].unit->kind == kind && w->units[i].used)
            return true;
    return false;
}

bool wiring_receives(const struct wiring *w) {
    for (uint32_t i = 0; i < w->n_units; i++)
        if (w->units[i].unit->kind == PART_RECEIVER && w->units[i].used)
            return true;
    return false;
}

bool wiring_transmits(const struct wiring *w) {
    return has_kind(w, PART_DRIVER);
}

/* A retriggerable one-shot made of a FET that empties a capacitor. */
static bool has_one_shot(const struct wiring *w) {
    for (uint32_t i = 0; i < w->n_units; i++) {
        const struct wiring_unit *u = &w->units[i];
        uint32_t drain = u->unit->kind == PART_FET && u->used ? u->nodes[1] : NETLIST_NONE;
        for (uint32_t k = 0; drain != NETLIST_NONE && k < w->nodes[drain].n; k++)
            if (wiring_kind(w, w->by_node[w->nodes[drain].first + k]) == PART_CAPACITOR)
                return true;
    }
    return false;
}

void wiring_describe(const struct wiring *w, char *out, size_t size) {
    bool in = wiring_receives(w), away = wiring_transmits(w), rings = wiring_oscillates(w);
    bool sequential = has_kind(w, PART_DFF), logic = has_kind(w, PART_LOGIC);
    const char *what = in && away                 ? "an adapter: it receives and transmits"
                       : in                       ? "a receiver alone"
                       : away                     ? "a transmitter alone"
                       : rings && has_one_shot(w) ? "a transmitter's logic alone, no line driver"
                       : rings                    ? "a link-pulse generator alone"
                       : sequential               ? "a stage of flip-flops alone (as byte sync)"
                       : logic                    ? "a stage of gates alone"
                                                  : "a board without active parts";
    bool sends = away ? wiring_drives_by(w, WIRING_BY_ITSELF) : rings;
    const char *pulses = away || (!in && has_one_shot(w))
                             ? sends ? "; makes link pulses" : "; makes no link pulses"
                         : in && rings ? "; has an oscillator"
                                       : "";
    sim_format(out, (unsigned)size, "%s%s", what, pulses);
}

/* A connector's signal: by its net, or by what the connector is called. */
static const char *signal_name(const struct wiring *w, uint32_t pin, uint32_t node, char *out,
                               size_t size) {
    const struct netlist *netlist = w->board->netlist;
    const struct netlist_part *part = &netlist->parts[netlist->pins[pin].part];
    bool single = part->first_pin == part->last_pin && *part->value;
    if (!wiring_is_unnamed(w, node))
        return wiring_net_name(w, node);
    return single ? part->value : wiring_pin_name(w, pin, out, size);
}

/* A resistor from an output. */
static bool is_series(const struct wiring *w, uint32_t pin) {
    uint32_t other = wiring_kind(w, pin) == PART_RESISTOR ? wiring_other_end(w, pin) : NETLIST_NONE;
    return other != NETLIST_NONE && !wiring_is_rail(w, other) &&
           w->pools[w->nodes[other].pool].strong;
}

/* Whether this is the first connector's pin on its node, and the board drives it or listens. */
static bool is_connection(const struct wiring *w, uint32_t node, uint32_t pin, bool outward) {
    if (w->roles[pin] != WIRING_OUTSIDE || wiring_is_rail(w, node))
        return false;
    bool drives = false, hears = false;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t other = w->by_node[w->nodes[node].first + i];
        if (w->roles[other] == WIRING_OUTSIDE && other < pin)
            return false;
        drives |= w->roles[other] == WIRING_DRIVES || w->roles[other] == WIRING_TRISTATE ||
                  w->roles[other] == WIRING_CHANNEL || is_series(w, other);
        enum part_unit_kind kind = wiring_kind(w, other);
        hears |= w->roles[other] == WIRING_HEARS || w->roles[other] == WIRING_LINE_IN ||
                 kind == PART_RESISTOR || kind == PART_CAPACITOR;
    }
    return outward ? drives : hears && !drives;
}

void wiring_connections(const struct wiring *w, bool outward, char *out, size_t size) {
    unsigned used = 0;
    out[0] = '\0';
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++)
        for (uint32_t i = 0; i < w->nodes[node].n && i < 64; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i];
            char name[96];
            if (!is_connection(w, node, pin, outward))
                continue;
            used += sim_format(out + used, (unsigned)size - used, "%s%s", used ? ", " : "",
                               signal_name(w, pin, node, name, sizeof name));
            break;
        }
}
