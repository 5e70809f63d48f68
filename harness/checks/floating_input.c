/* floating-input: a CMOS input or a FET's gate that nothing drives. It drifts into the region
 * where both transistors conduct: the output oscillates or follows a neighbour's edges. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

/* A test point drives nothing, but may have been meant to. */
static bool has_test_point(const struct wiring *w, uint32_t node) {
    for (uint32_t i = 0; node != NETLIST_NONE && i < w->nodes[node].n; i++)
        if (w->roles[w->by_node[w->nodes[node].first + i]] == WIRING_NOTHING)
            return true;
    return false;
}

static void tell(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                 int place, struct check_report *report) {
    char pin[96];
    uint32_t node = u->nodes[place];
    wiring_place_name(w, u, place, pin, sizeof pin);
    bool line = u->unit->kind == PART_RECEIVER;
    const char *what = line                        ? "what the line sends does not get there"
                       : u->unit->kind == PART_FET ? "the FET conducts as it happens to"
                                                   : "its level is left to chance";
    const char *but = has_test_point(w, node) ? " but a test point" : "";
    struct check_finding *finding =
        node == NETLIST_NONE ? check_found(report, check, "%s is open: %s", pin, what)
                             : check_found(report, check, "nothing%s drives %s on %s: %s", but, pin,
                                           wiring_net_name(w, node), what);
    uint32_t out = u->nodes[u->first_out];
    check_weigh(finding, w, out == NETLIST_NONE ? u->nodes[u->end_out - 1] : out);
    check_place_part(finding, w, u->part);
    check_place_pin(finding, w, u->pins[place]);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t i = 0; i < w->n_units; i++)
        for (int place = 0; place < w->units[i].n_in; place++)
            if (w->units[i].used && wiring_floats(w, &w->units[i], place))
                tell(check, w, &w->units[i], place, report);
    return true;
}

const struct check check_floating_input = {
    .id = "floating-input",
    .title = "every input of a part in use is driven",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "74HC and HCT data sheets: unused inputs must be held at VCC or GND",
    .run = run,
};
