/* line-pair: both wires of the receive pair get to a receiver, both outputs of a driver get out,
 * neither is on a supply, and the driver has something to send, link pulses included. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

static void tell(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                 int place, const char *what, struct check_report *report) {
    char pin[96], unit[96];
    struct check_finding *finding =
        check_found(report, check, "%s: %s %s", wiring_unit_name(w, u, unit, sizeof unit),
                    wiring_place_name(w, u, place, pin, sizeof pin), what);
    check_place_part(finding, w, u->part);
    check_place_pin(finding, w, u->pins[place]);
}

static bool has_jack(const struct wiring *w) {
    for (uint32_t i = 0; i < w->n_units; i++)
        if (w->units[i].unit->kind == PART_JACK)
            return true;
    return false;
}

static void judge_receiver(const struct check *check, const struct wiring *w,
                           const struct wiring_unit *u, bool jack, struct check_report *report) {
    const uint8_t line = jack ? WIRING_BY_LINE : WIRING_BY_LINE | WIRING_BY_OUTSIDE;
    for (int place = 0; place < 2; place++) {
        uint32_t node = u->nodes[place];
        if (node == NETLIST_NONE)
            continue; /* floating-input's */
        if (wiring_is_rail(w, node))
            tell(check, w, u, place, "is on a supply net: one wire of the pair is missing", report);
        else if (place && node == u->nodes[0])
            tell(check, w, u, place, "is on one net with the other input: it sees no difference",
                 report);
        else if (wiring_by(w, node) && !(wiring_by(w, node) & line))
            tell(check, w, u, place, "is not reached by the line", report);
    }
}

static void judge_driver(const struct check *check, const struct wiring *w,
                         const struct wiring_unit *u, struct check_report *report) {
    uint32_t data = u->nodes[0], y = u->nodes[2], z = u->nodes[3];
    if (data != NETLIST_NONE && wiring_driven(w, data) && !wiring_by(w, data))
        tell(check, w, u, 0, "never toggles: nothing is sent", report);
    bool has_y = y != NETLIST_NONE && w->nodes[y].wanted;
    bool has_z = z != NETLIST_NONE && w->nodes[z].wanted;
    if (has_y != has_z)
        tell(check, w, u, has_y ? 3 : 2, "leads nowhere: one wire of the pair is missing", report);
}

static void judge_jack(const struct check *check, const struct wiring *w,
                       const struct wiring_unit *u, struct check_report *report) {
    for (int place = 0; place < 4; place++)
        if (wiring_is_rail(w, u->nodes[place]))
            tell(check, w, u, place, "of the jack is on a supply net", report);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    bool jack = has_jack(w), sent = wiring_sends_pulses(w);
    (void)err;
    for (uint32_t i = 0; i < w->n_units; i++) {
        const struct wiring_unit *u = &w->units[i];
        if (u->unit->kind == PART_RECEIVER && u->used) {
            judge_receiver(check, w, u, jack, report);
        } else if (u->unit->kind == PART_DRIVER && u->used) {
            judge_driver(check, w, u, report);
            if (!sent)
                tell(check, w, u, 0,
                     "never gets the oscillator's link pulse together with the "
                     "enable",
                     report);
            sent = true;
        } else if (u->unit->kind == PART_JACK) {
            judge_jack(check, w, u, report);
        }
    }
    return true;
}

const struct check check_line_pair = {
    .id = "line-pair",
    .title = "both wires of each pair carry their signal",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "10BASE-T sends and receives differentially (IEEE 802.3 clause 14)",
    .run = run,
};
