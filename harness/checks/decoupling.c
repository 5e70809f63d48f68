/* decoupling: at least one capacitor between supply and ground for each IC. By count alone: a
 * netlist says nothing of where they stand. */
#include <math.h>
#include <stdlib.h>

#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

/* Less does not reach, and more is a bulk capacitor, slow by its inductance. */
#define LEAST_F 10e-9
#define MOST_F  4.7e-6

/* Whether the unit is a capacitor from `power` to a ground. */
static bool decouples(const struct wiring *w, const struct wiring_unit *u, uint32_t power) {
    uint32_t a = u->nodes[0], b = u->nodes[1];
    double farad = w->board->uses[u->part].quantity;
    if (u->unit->kind != PART_CAPACITOR || !(farad >= LEAST_F && farad <= MOST_F) ||
        a == NETLIST_NONE || b == NETLIST_NONE)
        return false;
    return (a == power && w->nodes[b].rail == WIRING_IS_GROUND) ||
           (b == power && w->nodes[a].rail == WIRING_IS_GROUND);
}

/* The ICs on the supply, counted; the first one in `part`. */
static unsigned count_ics(const struct wiring *w, uint32_t power, uint32_t *part) {
    const struct netlist *netlist = w->board->netlist;
    unsigned n = 0;
    uint32_t last = NETLIST_NONE;
    for (uint32_t i = 0; i < w->nodes[power].n; i++) {
        uint32_t pin = w->by_node[w->nodes[power].first + i];
        if (w->roles[pin] != WIRING_POWER || netlist->pins[pin].part == last)
            continue;
        last = netlist->pins[pin].part;
        *part = n++ ? *part : last;
    }
    return n;
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++) {
        uint32_t part = NETLIST_NONE;
        unsigned ics = w->nodes[node].rail == WIRING_IS_POWER ? count_ics(w, node, &part) : 0;
        unsigned capacitors = 0;
        for (uint32_t i = 0; ics && i < w->nodes[node].n; i++) {
            uint32_t unit = w->unit_of[w->by_node[w->nodes[node].first + i]];
            capacitors += unit != NETLIST_NONE && decouples(w, &w->units[unit], node);
        }
        if (capacitors >= ics)
            continue;
        struct check_finding *finding = check_found(
            report, check, "%u capacitor%s between %s and ground for %u IC%s on it", capacitors,
            capacitors == 1 ? "" : "s", wiring_net_name(w, node), ics, ics == 1 ? "" : "s");
        check_place_part(finding, w, part);
        check_place_node(finding, w, node);
        finding->part[0] = '\0';
        check_advise(finding, "100 nF close to the supply pin of every IC");
    }
    return true;
}

const struct check check_decoupling = {
    .id = "decoupling",
    .title = "a capacitor between supply and ground for every IC",
    .of = CHECK_STATIC,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .source = "practice of the logic families: 10 nF to 100 nF per package",
    .run = run,
};
