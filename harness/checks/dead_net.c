/* dead-net: a net that is listened to and can never toggle, because nothing that moves (the
 * line, the MCU, a connector, an oscillator) leads there. Told where the silence begins. What is
 * constant by its gates is constant-output's. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

/* The unit that drives the node, or NULL. */
static const struct wiring_unit *driver_of(const struct wiring *w, uint32_t node) {
    for (uint32_t i = 0; i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        if (w->roles[pin] == WIRING_DRIVES)
            return &w->units[w->unit_of[pin]];
    }
    return NULL;
}

static bool is_dead(const struct wiring *w, uint32_t node) {
    return node != NETLIST_NONE && !wiring_is_rail(w, node) && !wiring_by(w, node);
}

/* Whether the silence comes from further up, where it is told. */
static bool explained(const struct wiring *w, const struct wiring_unit *u) {
    for (int i = 0; i < u->n_in; i++)
        if (is_dead(w, u->nodes[i]) && driver_of(w, u->nodes[i]))
            return true;
    return false;
}

static void tell(const struct check *check, const struct wiring *w, uint32_t node,
                 const struct wiring_unit *u, struct check_report *report) {
    char unit[96], then[400];
    check_consequence(w, node, "; ", then, sizeof then);
    wiring_unit_name(w, u, unit, sizeof unit);
    struct check_finding *finding =
        u->unit->kind == PART_RECEIVER
            ? check_found(report, check, "%s never toggles: no line reaches the inputs of %s%s",
                          wiring_net_name(w, node), unit, then)
            : check_found(report, check, "%s never toggles: nothing that moves leads to %s%s",
                          wiring_net_name(w, node), unit, then);
    check_place_pin(finding, w, u->pins[u->first_out]);
    check_place_node(finding, w, node);
    check_weigh(finding, w, node);
}

static void look_at(const struct check *check, const struct wiring *w, uint32_t node,
                    struct check_report *report) {
    const struct wiring_unit *u = driver_of(w, node);
    if (u && w->nodes[node].wanted && is_dead(w, node) && !wiring_constant(w, node) &&
        !explained(w, u))
        tell(check, w, node, u, report);
}

/* --- what must move: the nets that the MCU listens to --------------------------------------- */

static void look_at_spi(const struct check *check, const struct wiring *w, const char *name,
                        const char *what, struct check_report *report) {
    uint32_t node = wiring_named(w, name);
    if (!is_dead(w, node) || driver_of(w, node))
        return;
    struct check_finding *finding = check_found(
        report, check, "%s, the %s of the MCU's receiving SPI, is driven by nothing on the board",
        wiring_net_name(w, node), what);
    check_place_node(finding, w, node);
    if (w->nodes[node].n)
        check_place_pin(finding, w, w->by_node[w->nodes[node].first]);
}

/* A part in use listens, or a resistor or capacitor leads on. */
static bool leads_on(const struct wiring *w, uint32_t pin) {
    if (w->unit_of[pin] == NETLIST_NONE)
        return false;
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    return (w->roles[pin] == WIRING_HEARS && u->used) || u->unit->kind == PART_RESISTOR ||
           u->unit->kind == PART_CAPACITOR;
}

/* What the MCU sends is heard by a part in use. */
static void look_at_sent(const struct check *check, const struct wiring *w, const char *name,
                         const char *what, struct check_report *report) {
    uint32_t node = wiring_named(w, name);
    for (uint32_t i = 0; node != NETLIST_NONE && i < w->nodes[node].n; i++)
        if (leads_on(w, w->by_node[w->nodes[node].first + i]))
            return;
    if (node == NETLIST_NONE)
        return;
    struct check_finding *finding =
        check_found(report, check,
                    "nothing that leads anywhere hears %s, the %s of the MCU's "
                    "sending SPI",
                    wiring_net_name(w, node), what);
    if (w->nodes[node].n)
        check_place_pin(finding, w, w->by_node[w->nodes[node].first]);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    const struct board_attach *attach = &w->board->config.attach;
    (void)err;
    for (uint32_t node = 0; node < w->board->netlist->n_nets && !check_is_full(report, check);
         node++)
        if (w->nodes[node].name != NETLIST_NONE)
            look_at(check, w, node, report);
    look_at_spi(check, w, attach->spi_clk, "clock", report);
    look_at_spi(check, w, attach->spi_mosi, "data", report);
    look_at_spi(check, w, attach->spi_nss, "select", report);
    look_at_sent(check, w, attach->tx_clk, "clock", report);
    look_at_sent(check, w, attach->tx_mosi, "data", report);
    return true;
}

const struct check check_dead_net = {
    .id = "dead-net",
    .title = "every net in use can toggle",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the wiring, from the line, the MCU and the oscillators onwards",
    .run = run,
};
