/* loose-end: a part that hangs by one end: a resistor or capacitor with a pin that meets nothing,
 * or with both on one net; one wire of a jack's pair; a timing pin of a one-shot in use. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

/* No other part, not even a test point, is on the pin's node. */
static bool is_alone(const struct wiring *w, uint32_t pin) {
    uint32_t node = wiring_node(w, pin);
    if (node == NETLIST_NONE)
        return true;
    if (wiring_is_rail(w, node))
        return false;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t other = w->by_node[w->nodes[node].first + i];
        if (w->board->netlist->pins[other].part != w->board->netlist->pins[pin].part)
            return false;
    }
    return true;
}

static void tell(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                 int place, int partner, struct check_report *report) {
    char pin[96];
    bool open = u->nodes[place] == NETLIST_NONE;
    struct check_finding *finding = check_found(report, check, "%s %s: the part does nothing",
                                                wiring_place_name(w, u, place, pin, sizeof pin),
                                                open ? "is open" : "is alone on its net");
    check_place_part(finding, w, u->part);
    check_place_pin(finding, w, u->pins[place]);
    uint32_t other = u->nodes[partner];
    if (other == NETLIST_NONE || wiring_is_rail(w, other))
        other = u->nodes[place];
    if (u->unit->kind != PART_JACK)
        check_weigh(finding, w, other);
}

/* Pins [first, end) of the unit: one that is alone while its partner is not. */
static void judge(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                  int first, struct check_report *report) {
    for (int place = first; place < first + 2; place++) {
        int partner = 2 * first + 1 - place;
        bool here = u->pins[place] != NETLIST_NONE && !is_alone(w, u->pins[place]);
        bool there = u->pins[partner] != NETLIST_NONE && !is_alone(w, u->pins[partner]);
        if (!here && there)
            tell(check, w, u, place, partner, report);
    }
}

static void judge_same(const struct check *check, const struct wiring *w,
                       const struct wiring_unit *u, int first, struct check_report *report) {
    uint32_t node = u->nodes[first];
    bool wire = u->unit->kind == PART_RESISTOR && w->board->uses[u->part].quantity == 0;
    if (node == NETLIST_NONE || node != u->nodes[first + 1] || wire)
        return;
    char one[96], two[96];
    struct check_finding *finding = check_found(
        report, check, "%s and %s are both on %s: the part does nothing",
        wiring_pin_name(w, u->pins[first], one, sizeof one),
        wiring_pin_name(w, u->pins[first + 1], two, sizeof two), wiring_net_name(w, node));
    check_place_pin(finding, w, u->pins[first + 1]);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t i = 0; i < w->n_units; i++) {
        const struct wiring_unit *u = &w->units[i];
        enum part_unit_kind kind = u->unit->kind;
        if (kind == PART_RESISTOR || kind == PART_CAPACITOR || kind == PART_JACK) {
            judge(check, w, u, 0, report);
            judge_same(check, w, u, 0, report);
        }
        if (kind == PART_JACK) {
            judge(check, w, u, 2, report);
            judge_same(check, w, u, 2, report);
        }
        if (kind == PART_MONO && u->used)
            judge(check, w, u, 3, report);
    }
    return true;
}

const struct check check_loose_end = {
    .id = "loose-end",
    .title = "every part is connected at both ends",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the wiring",
    .run = run,
};
