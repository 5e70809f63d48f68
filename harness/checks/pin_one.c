/* pin-one: the supply and ground pins of every part are on supply and ground, and pads are
 * called what the part's pin table says: a footprint turned by half a turn, a symbol of another
 * pin-out, a swapped pair of pads. */
#include <stdio.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

/* --- supplies ------------------------------------------------------------------------------ */

static enum wiring_rail rail_at(const struct wiring *w, uint32_t pin) {
    uint32_t node = wiring_node(w, pin);
    return node == NETLIST_NONE ? WIRING_NO_RAIL : w->nodes[node].rail;
}

/* A supply that only its name or its other parts tell: nothing on the board drives it. */
static bool may_be_supply(const struct wiring *w, uint32_t pin) {
    uint32_t node = wiring_node(w, pin);
    if (node == NETLIST_NONE)
        return false;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        enum wiring_role role = w->roles[w->by_node[w->nodes[node].first + i]];
        if (role == WIRING_DRIVES || role == WIRING_TRISTATE)
            return false;
    }
    return w->nodes[node].n > 1;
}

/* Whether some pin of the part with this role is on a rail of the kind. */
static bool has_on(const struct wiring *w, uint32_t part, enum wiring_role role,
                   enum wiring_rail rail) {
    const struct netlist *netlist = w->board->netlist;
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next)
        if (w->roles[pin] == role && rail_at(w, pin) == rail)
            return true;
    return false;
}

static void tell_supply(const struct check *check, const struct wiring *w, uint32_t pin,
                        struct check_report *report) {
    char name[96];
    bool power = w->roles[pin] == WIRING_POWER;
    uint32_t node = wiring_node(w, pin);
    struct check_finding *finding =
        check_found(report, check, "the %s pin %s is %s%s", power ? "supply" : "ground",
                    wiring_pin_name(w, pin, name, sizeof name),
                    node == NETLIST_NONE ? "open" : "on ", wiring_net_name(w, node));
    check_place_pin(finding, w, pin);
    check_advise(finding, "put %s on %s", name,
                 power ? w->board->config.supply.power : w->board->config.supply.ground);
}

static void tell_missing(const struct check *check, const struct wiring *w, uint32_t part,
                         const char *number, const char *what, struct check_report *report) {
    const char *ref = w->board->netlist->parts[part].ref;
    struct check_finding *finding =
        check_found(report, check, "the %s pin %s.%s is not on the board: the part has no supply",
                    what, ref, number);
    check_place_part(finding, w, part);
}

static void judge_supplies(const struct check *check, const struct wiring *w, uint32_t part,
                           struct check_report *report) {
    const struct netlist *netlist = w->board->netlist;
    const struct part_model *model = w->board->uses[part].model;
    if (has_on(w, part, WIRING_POWER, WIRING_IS_GROUND) &&
        has_on(w, part, WIRING_GROUND, WIRING_IS_POWER)) {
        struct check_finding *finding =
            check_found(report, check,
                        "%s has supply and ground exchanged: it is turned by half a turn, or "
                        "its symbol is another part's",
                        netlist->parts[part].ref);
        check_place_part(finding, w, part);
        return;
    }
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next) {
        enum wiring_rail rail = rail_at(w, pin);
        bool good = w->roles[pin] == WIRING_POWER
                        ? rail == WIRING_IS_POWER || (!rail && may_be_supply(w, pin))
                    : w->roles[pin] == WIRING_GROUND
                        ? rail == WIRING_IS_GROUND || (!rail && may_be_supply(w, pin))
                        : true;
        if (!good)
            tell_supply(check, w, pin, report);
    }
    for (const char *const *p = model->power_pins; p && *p; p++)
        if (netlist_find_pin(netlist, part, *p) == NETLIST_NONE)
            tell_missing(check, w, part, *p, "supply", report);
    for (const char *const *p = model->ground_pins; p && *p; p++)
        if (netlist_find_pin(netlist, part, *p) == NETLIST_NONE)
            tell_missing(check, w, part, *p, "ground", report);
}

/* A resistor from another rail of the kind: a filtered supply. */
static bool is_filter(const struct wiring *w, uint32_t pin, uint32_t node) {
    if (w->unit_of[pin] == NETLIST_NONE)
        return false;
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    uint32_t other = u->unit->kind == PART_RESISTOR ? u->nodes[1 - w->place_of[pin]] : NETLIST_NONE;
    return other != NETLIST_NONE && w->nodes[other].rail == w->nodes[node].rail;
}

/* A rail that parts run on and that nothing on the board, no connector, brings to it. */
static void judge_source(const struct check *check, const struct wiring *w, uint32_t node,
                         struct check_report *report) {
    bool brought = false;
    uint32_t user = NETLIST_NONE;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        brought |= w->roles[pin] == WIRING_OUTSIDE || is_filter(w, pin, node);
        if (w->roles[pin] == WIRING_POWER || w->roles[pin] == WIRING_GROUND)
            user = pin;
    }
    if (brought || user == NETLIST_NONE)
        return;
    struct check_finding *finding = check_found(
        report, check, "no connector is on %s: the board has no %s", wiring_net_name(w, node),
        w->nodes[node].rail == WIRING_IS_GROUND ? "ground" : "supply");
    check_place_pin(finding, w, user);
    finding->part[0] = '\0';
}

static bool has_outside(const struct wiring *w) {
    for (uint32_t pin = 0; pin < w->board->netlist->n_pins; pin++)
        if (w->roles[pin] == WIRING_OUTSIDE)
            return true;
    return false;
}

/* --- names of pads ------------------------------------------------------------------------- */

/* What symbols call the pins of a kind, in the order of sim/part.h. */
static const struct {
    enum part_unit_kind kind;
    const char *names[PART_MAX_UNIT_PINS][3];
} tables[] = {
    {PART_FET, {{"G"}, {"D"}, {"S"}}},
    {PART_DFF,
     {{"C", "CLK", "CP"},
      {"D"},
      {"~{R}", "~{CLR}", "~{CD}"},
      {"~{S}", "~{PRE}", "~{SD}"},
      {"Q"},
      {"~{Q}"}}},
    {PART_JACK, {{"TD+", "TX+"}, {"TD-", "TX-"}, {"RD+", "RX+"}, {"RD-", "RX-"}}},
};

/* The place that a kind's table gives to a pin's name, or -1. */
static int place_named(enum part_unit_kind kind, const char *name) {
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (int place = 0; tables[t].kind == kind && place < PART_MAX_UNIT_PINS; place++)
            for (int i = 0; i < 3 && tables[t].names[place][i]; i++)
                if (strcmp(tables[t].names[place][i], name) == 0)
                    return place;
    return -1;
}

static void judge_name(const struct check *check, const struct wiring *w, uint32_t pin,
                       struct check_report *report) {
    const struct netlist_pin *p = &w->board->netlist->pins[pin];
    if (w->unit_of[pin] == NETLIST_NONE || !*p->name)
        return;
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    int place = place_named(u->unit->kind, p->name);
    if (place < 0 || place == w->place_of[pin])
        return;
    char here[96];
    struct check_finding *finding = check_found(
        report, check, "%s: the board's symbol calls pad %s \"%s\", the part has that at %s",
        wiring_pin_name(w, pin, here, sizeof here), p->number, p->name, u->unit->pins[place]);
    if (u->unit->kind == PART_JACK) /* makers name them from either side of the line */
        finding->severity = CHECK_RESERVATION;
    check_place_pin(finding, w, pin);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t part = 0; part < w->board->netlist->n_parts; part++)
        if (wiring_fitted(w, part))
            judge_supplies(check, w, part, report);
    bool outside = has_outside(w); /* a netlist without connectors says nothing of supplies */
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++)
        if (outside && wiring_is_rail(w, node))
            judge_source(check, w, node, report);
    for (uint32_t pin = 0; pin < w->board->netlist->n_pins; pin++)
        judge_name(check, w, pin, report);
    for (size_t i = 0; i < w->board->n_unmodelled; i++)
        check_not_run(report, check, "%.120s: no pin table", w->board->unmodelled[i].text);
    return true;
}

const struct check check_pin_one = {
    .id = "pin-one",
    .title = "every part's pins are where its pin table has them",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the pin tables in the parts' models, from their data sheets",
    .run = run,
};
