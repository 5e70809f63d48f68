/* logic-level: an output of the MCU, which runs on 3.3 V, into an input that wants more for a
 * high: a 74HC at 5 V needs 3.5 V; HCT, ACT and a FET's gate are content. */
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/wiring.h"
#include "harness/mcu_nets.h"

#define MCU_HIGH_V 3.3 /* no load to speak of: the supply */

/* Whether the MCU drives the node: stated by the board, or a pad of it is all that could. */
static bool mcu_drives(const struct wiring *w, uint32_t node) {
    const struct board_attach *attach = &w->board->config.attach;
    if (node == wiring_named(w, attach->tx_clk) || node == wiring_named(w, attach->tx_mosi))
        return true;
    bool pad = false;
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        if (w->roles[pin] == WIRING_DRIVES || w->roles[pin] == WIRING_CHANNEL)
            return false;
        pad |= w->roles[pin] == WIRING_OUTSIDE &&
               mcu_nets_port_pin(&w->board->netlist->pins[pin]) != NULL;
    }
    return pad && wiring_by(w, node) == WIRING_BY_MCU;
}

static const struct part_figure *figure_of(const struct part_use *use, const char *name) {
    for (size_t i = 0; i < use->n_figures; i++)
        if (strcmp(use->figures[i].name, name) == 0)
            return &use->figures[i];
    return NULL;
}

static void judge(const struct check *check, const struct wiring *w, uint32_t pin, uint32_t node,
                  struct check_report *report) {
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    const struct part_use *use = &w->board->uses[u->part];
    const struct part_figure *high =
        figure_of(use, u->unit->kind == PART_FET ? "vgs_th" : "vt_plus");
    if (!high || !(high->max > MCU_HIGH_V) ||
        wiring_supply(w, u->part) <= MCU_HIGH_V) /* the figures are those at 5 V */
        return;
    char name[96];
    struct check_finding *finding = check_found(
        report, check,
        "%s (%s) takes up to %.2g V for a high, typically %.2g V; the MCU gives %g V on %s",
        wiring_pin_name(w, pin, name, sizeof name), use->variant->name, high->max, high->typ,
        MCU_HIGH_V, wiring_net_name(w, node));
    finding->measured = true;
    finding->value = MCU_HIGH_V;
    finding->limit = high->max;
    finding->slack = MCU_HIGH_V - high->max;
    finding->unit[0] = 'V';
    if (high->typ < MCU_HIGH_V)
        finding->severity = CHECK_RESERVATION;
    check_place_pin(finding, w, pin);
    check_advise(finding, "a part with TTL levels (74HCT or 74ACT)");
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t node = 0; node < w->board->netlist->n_nets; node++) {
        bool driven = mcu_drives(w, node);
        for (uint32_t i = 0; driven && i < w->nodes[node].n; i++) {
            uint32_t pin = w->by_node[w->nodes[node].first + i];
            if (w->roles[pin] == WIRING_HEARS)
                judge(check, w, pin, node, report);
        }
    }
    return true;
}

const struct check check_logic_level = {
    .id = "logic-level",
    .title = "the MCU's highs are highs for what hears them",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "VIH of the parts' data sheets against the MCU's 3.3 V",
    .run = run,
};
