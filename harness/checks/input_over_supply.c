/* input-over-supply: an input that is driven beyond its own part's supply. Its clamp diode then
 * carries the current into that supply. Parts on supplies of unknown voltage are not judged. */
#include <math.h>

#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

#define CLAMP_V 0.5 /* absolute maximum above VCC, 74HC, HCT and ACT */

/* The highest voltage that something stiff puts on the pin's node, and what does. */
static double stiff(const struct wiring *w, uint32_t node, uint32_t *by) {
    double volt = w->nodes[node].rail == WIRING_IS_POWER ? w->nodes[node].volt : 0;
    *by = NETLIST_NONE;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        double here = w->roles[pin] == WIRING_DRIVES || w->roles[pin] == WIRING_TRISTATE
                          ? wiring_supply(w, w->board->netlist->pins[pin].part)
                          : NAN;
        if (here > volt) { /* false when unknown */
            volt = here;
            *by = pin;
        }
    }
    return volt;
}

/* The highest supply that a resistor pulls the node to, and that resistor. */
static double pulled(const struct wiring *w, uint32_t node, uint32_t *by) {
    double volt = 0;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        const struct wiring_unit *u =
            w->unit_of[pin] == NETLIST_NONE ? NULL : &w->units[w->unit_of[pin]];
        if (!u || u->unit->kind != PART_RESISTOR)
            continue;
        uint32_t other = u->nodes[1 - w->place_of[pin]];
        if (other != NETLIST_NONE && w->nodes[other].rail == WIRING_IS_POWER &&
            w->nodes[other].volt > volt) {
            volt = w->nodes[other].volt;
            *by = pin;
        }
    }
    return volt;
}

/* What stands on a node besides its inputs. */
struct brought {
    double stiff, pulled;
    uint32_t output, resistor; /* pins, or NETLIST_NONE */
};

static void judge(const struct check *check, const struct wiring *w, uint32_t pin, uint32_t node,
                  const struct brought *brought, struct check_report *report) {
    char name[96], source[96] = "the net";
    double own = wiring_supply(w, w->board->netlist->pins[pin].part);
    bool stiff = brought->stiff > own + CLAMP_V; /* false when unknown */
    bool weak = !stiff && !w->nodes[node].rail && brought->pulled > own + CLAMP_V;
    if (!stiff && !weak)
        return;
    uint32_t by = weak ? brought->resistor : brought->output;
    if (by != NETLIST_NONE)
        wiring_pin_name(w, by, source, sizeof source);
    struct check_finding *finding = check_found(
        report, check, "%s runs on %g V and %s%s brings %g V to it on %s: its clamp diode conducts",
        wiring_pin_name(w, pin, name, sizeof name), own, weak ? "the resistor " : "", source,
        weak ? brought->pulled : brought->stiff, wiring_net_name(w, node));
    finding->severity = weak ? CHECK_RESERVATION : finding->severity;
    check_place_pin(finding, w, pin);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++) {
        struct brought brought = {.output = NETLIST_NONE, .resistor = NETLIST_NONE};
        brought.stiff = stiff(w, node, &brought.output);
        brought.pulled = pulled(w, node, &brought.resistor);
        for (uint32_t i = 0; i < w->nodes[node].n; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i];
            if (w->roles[pin] == WIRING_HEARS)
                judge(check, w, pin, node, &brought, report);
        }
    }
    return true;
}

const struct check check_input_over_supply = {
    .id = "input-over-supply",
    .title = "no input is driven beyond its part's supply",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "74HC, HCT, ACT: input at most VCC + 0.5 V (absolute maximum); from memory, check",
    .run = run,
};
