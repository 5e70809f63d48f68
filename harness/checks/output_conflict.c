/* output-conflict: two outputs on one net, an output on a supply, supply on ground. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

static const struct wiring_unit *unit_at(const struct wiring *w, uint32_t pin) {
    return &w->units[w->unit_of[pin]];
}

/* Gates of one kind with the same inputs in parallel drive the same level. */
static bool is_parallel(const struct wiring_unit *a, const struct wiring_unit *b) {
    if (a == b || a->part != b->part || a->unit->kind != PART_LOGIC ||
        b->unit->kind != PART_LOGIC || a->unit->truth != b->unit->truth || a->n_in != b->n_in)
        return false;
    for (int i = 0; i < a->n_in; i++)
        if (a->nodes[i] != b->nodes[i])
            return false;
    return true;
}

/* Whether the pin pushes its net at some time. */
static bool pushes(const struct wiring *w, uint32_t pin) {
    if (w->roles[pin] == WIRING_TRISTATE)
        return wiring_levels(w, unit_at(w, pin)->nodes[1]) & 2;
    return w->roles[pin] == WIRING_DRIVES;
}

/* A FET that can pull a net which an output drives. */
static bool pulls(const struct wiring *w, uint32_t pin) {
    return w->roles[pin] == WIRING_CHANNEL && wiring_levels(w, unit_at(w, pin)->nodes[0]) & 2;
}

static void tell_two(const struct check *check, const struct wiring *w, uint32_t a, uint32_t b,
                     uint32_t node, struct check_report *report) {
    char one[96], two[96];
    struct check_finding *finding = check_found(
        report, check, "%s and %s both drive %s: they short each other when they differ",
        wiring_pin_name(w, a, one, sizeof one), wiring_pin_name(w, b, two, sizeof two),
        wiring_net_name(w, node));
    check_place_pin(finding, w, b);
}

static void tell_rail(const struct check *check, const struct wiring *w, uint32_t pin,
                      uint32_t node, struct check_report *report) {
    char name[96];
    struct check_finding *finding = check_found(
        report, check, "the output %s is on the supply net %s: it shorts it at one level",
        wiring_pin_name(w, pin, name, sizeof name), wiring_net_name(w, node));
    check_place_pin(finding, w, pin);
}

static bool is_sent_to(const struct wiring *w, uint32_t node) {
    const struct board_attach *attach = &w->board->config.attach;
    return node == wiring_named(w, attach->tx_clk) || node == wiring_named(w, attach->tx_mosi);
}

static void look_at(const struct check *check, const struct wiring *w, uint32_t node,
                    struct check_report *report) {
    uint32_t first = NETLIST_NONE;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        if (wiring_is_rail(w, node)) {
            if (pushes(w, pin))
                tell_rail(check, w, pin, node, report);
        } else if (pushes(w, pin) && first == NETLIST_NONE) {
            first = pin;
        } else if (pushes(w, pin) && !is_parallel(unit_at(w, first), unit_at(w, pin))) {
            tell_two(check, w, first, pin, node, report);
        }
    }
    for (uint32_t i = 0; first != NETLIST_NONE && i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        if (pulls(w, pin) || (w->roles[pin] == WIRING_OUTSIDE && is_sent_to(w, node)))
            tell_two(check, w, first, pin, node, report);
    }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    const struct board_supply *supply = &w->board->config.supply;
    (void)err;
    uint32_t power = wiring_named(w, supply->power);
    if (power != NETLIST_NONE && power == wiring_named(w, supply->ground)) {
        struct check_finding *finding =
            check_found(report, check, "%s and %s are joined: the supply is shorted", supply->power,
                        supply->ground);
        check_place_node(finding, w, power);
        return true;
    }
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++)
        if (w->nodes[node].name != NETLIST_NONE)
            look_at(check, w, node, report);
    return true;
}

const struct check check_output_conflict = {
    .id = "output-conflict",
    .title = "no two outputs drive one net",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "push-pull outputs: 74HC output current, absolute maximum 25 mA",
    .run = run,
};
