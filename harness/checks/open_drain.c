/* open-drain-pull-up: a FET's drain that something listens to, and no resistor to a supply. It
 * can pull the net low and nothing brings it back. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

struct drain {
    uint32_t pin; /* the FET's */
    bool heard, raised, outside;
};

/* Whether a resistor leads from the node to a net that is high at times. */
static bool raises(const struct wiring *w, const struct wiring_unit *u, uint32_t pool) {
    for (int i = 0; u->unit->kind == PART_RESISTOR && i < 2; i++) {
        uint32_t here = u->nodes[i], there = u->nodes[1 - i];
        if (here != NETLIST_NONE && there != NETLIST_NONE && w->nodes[here].pool == pool &&
            w->nodes[there].pool != pool && wiring_levels(w, there) & 2)
            return true;
    }
    return false;
}

static void look_at(const struct wiring *w, uint32_t pin, uint32_t pool, struct drain *drain) {
    switch (w->roles[pin]) {
    case WIRING_HEARS:
        drain->heard = true;
        break;
    case WIRING_OUTSIDE:
        drain->outside = true;
        break;
    case WIRING_DRIVES:
    case WIRING_TRISTATE:
        drain->raised = true;
        break;
    default:
        if (w->unit_of[pin] != NETLIST_NONE)
            drain->raised |= raises(w, &w->units[w->unit_of[pin]], pool);
    }
}

static void judge(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                  struct check_report *report) {
    char name[96];
    struct drain drain = {.pin = u->pins[1]};
    uint32_t pool = w->nodes[u->nodes[1]].pool;
    for (uint32_t node = w->pools[pool].first; node != NETLIST_NONE; node = w->nodes[node].next)
        for (uint32_t i = 0; i < w->nodes[node].n; i++)
            look_at(w, w->by_node[w->nodes[node].first + i], pool, &drain);
    if (drain.raised || !(drain.heard || drain.outside))
        return;
    struct check_finding *finding = check_found(
        report, check, "nothing pulls %s up on %s%s",
        wiring_pin_name(w, drain.pin, name, sizeof name), wiring_net_name(w, u->nodes[1]),
        drain.outside ? " on this board: a resistor must stand behind the connector"
                      : ": once low it stays low");
    if (drain.outside)
        finding->severity = CHECK_RESERVATION;
    check_place_pin(finding, w, drain.pin);
    check_advise(finding, "a resistor from %s to %s", wiring_net_name(w, u->nodes[1]),
                 w->board->config.supply.power);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t i = 0; i < w->n_units; i++) {
        const struct wiring_unit *u = &w->units[i];
        if (u->unit->kind == PART_FET && u->nodes[1] != NETLIST_NONE &&
            !wiring_is_rail(w, u->nodes[1]))
            judge(check, w, u, report);
    }
    return true;
}

const struct check check_open_drain = {
    .id = "open-drain-pull-up",
    .title = "every open drain has a pull-up",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "an N-channel FET conducts downwards only",
    .run = run,
};
