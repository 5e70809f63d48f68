/* What the static checks share: the place of a finding, what follows from it, its weight. */
#include "harness/checks/check.h"
#include "harness/checks/wiring_internal.h"

void check_place_part(struct check_finding *finding, const struct wiring *w, uint32_t part) {
    const struct netlist_part *p = &w->board->netlist->parts[part];
    sim_format(finding->part, sizeof finding->part, "%s", p->ref);
    finding->line = p->line;
}

void check_place_node(struct check_finding *finding, const struct wiring *w, uint32_t node) {
    sim_format(finding->net, sizeof finding->net, "%s", wiring_net_name(w, node));
}

void check_place_pin(struct check_finding *finding, const struct wiring *w, uint32_t pin) {
    if (pin == NETLIST_NONE)
        return;
    const struct netlist_pin *p = &w->board->netlist->pins[pin];
    check_place_part(finding, w, p->part);
    if (p->line)
        finding->line = p->line;
    check_place_node(finding, w, wiring_node(w, pin));
}

const char *check_consequence(const struct wiring *w, uint32_t node, const char *joint, char *out,
                              size_t size) {
    char follows[400];
    wiring_follow(w, node, follows, sizeof follows);
    sim_format(out, (unsigned)size, *follows ? "%s%s" : "", joint, follows);
    return out;
}

static bool is_sink(const struct wiring *w, uint32_t node) {
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        enum wiring_role role = w->roles[w->by_node[w->nodes[node].first + i]];
        if (role == WIRING_OUTSIDE || role == WIRING_JACK_TX)
            return true;
    }
    return false;
}

/* Whether a signal there reaches a line driver, the MCU or a connector. */
static bool matters(const struct wiring *w, uint32_t node) {
    struct wiring_cone cone = wiring_cone(w, node);
    bool found = false;
    for (uint32_t i = 0; !found && i < cone.n; i++)
        found = is_sink(w, cone.nodes[i]);
    wiring_cone_finish(&cone);
    return found;
}

void check_weigh(struct check_finding *finding, const struct wiring *w, uint32_t node) {
    if (finding->severity == CHECK_FAILURE && (node == NETLIST_NONE || !matters(w, node)))
        finding->severity = CHECK_RESERVATION;
}
