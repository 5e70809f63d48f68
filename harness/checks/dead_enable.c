/* dead-enable: an enable that can never assert: a line driver's DE that stays low or that what
 * is sent does not raise, a FET's gate that stays low. And a DE that is never released. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

static const char *why_low(const struct wiring *w, uint32_t node) {
    return wiring_is_rail(w, node)    ? "is on a supply net"
           : wiring_constant(w, node) ? "stays low"
                                      : "never toggles";
}

static void tell_low(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                     int place, uint32_t behind, struct check_report *report) {
    char pin[96], unit[96], then[400];
    uint32_t node = u->nodes[place];
    bool fet = u->unit->kind == PART_FET;
    wiring_place_name(w, u, place, pin, sizeof pin);
    wiring_unit_name(w, u, unit, sizeof unit);
    check_consequence(w, behind, "; ", then, sizeof then);
    struct check_finding *finding =
        check_found(report, check, "%s can never %s: %s on %s %s%s", unit,
                    fet ? "conduct" : "drive the line", pin, wiring_net_name(w, node),
                    why_low(w, node), fet ? then : "; nothing leaves by its pair");
    check_place_pin(finding, w, u->pins[place]);
    if (fet)
        check_weigh(finding, w, u->nodes[1]);
}

/* Whether what the enable follows has nothing to do with what is to be sent. */
static bool misses_frames(const struct wiring *w, const struct wiring_unit *u) {
    uint8_t data = wiring_by(w, u->nodes[0]), enable = wiring_by(w, u->nodes[1]);
    const uint8_t sent = WIRING_BY_SENDER | WIRING_BY_MCU | WIRING_BY_OUTSIDE;
    return data & sent && enable && !(enable & sent);
}

/* Behind a transformer the end of each pulse then becomes one of the other polarity. */
static void tell_always(const struct check *check, const struct wiring *w,
                        const struct wiring_unit *u, struct check_report *report) {
    char pin[96], unit[96];
    struct check_finding *finding = check_found(
        report, check,
        "%s never lets go of the line: %s on %s stays high; the transformer can put a pulse of "
        "the other polarity behind a link pulse, which strict partners refuse",
        wiring_unit_name(w, u, unit, sizeof unit), wiring_place_name(w, u, 1, pin, sizeof pin),
        wiring_net_name(w, u->nodes[1]));
    finding->severity = CHECK_RESERVATION;
    check_place_pin(finding, w, u->pins[1]);
    check_advise(finding, "enable it for frames and link pulses only");
}

static void look_at_driver(const struct check *check, const struct wiring *w,
                           const struct wiring_unit *u, struct check_report *report) {
    char pin[96], unit[96];
    uint32_t node = u->nodes[1];
    if (node == NETLIST_NONE)
        return; /* open: floating-input's */
    if (wiring_levels(w, node) == 1) {
        tell_low(check, w, u, 1, u->nodes[2], report);
    } else if (wiring_levels(w, node) == 2) {
        tell_always(check, w, u, report);
    } else if (misses_frames(w, u)) {
        struct check_finding *finding = check_found(
            report, check,
            "%s is enabled by %s alone, never by a frame: %s on %s does not follow the MCU",
            wiring_unit_name(w, u, unit, sizeof unit),
            wiring_by(w, node) & WIRING_BY_ITSELF ? "the link pulses" : "the line",
            wiring_place_name(w, u, 1, pin, sizeof pin), wiring_net_name(w, node));
        check_place_pin(finding, w, u->pins[1]);
    }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t i = 0; i < w->n_units && !check_is_full(report, check); i++) {
        const struct wiring_unit *u = &w->units[i];
        if (u->used && u->unit->kind == PART_DRIVER)
            look_at_driver(check, w, u, report);
        if (u->used && u->unit->kind == PART_FET && wiring_levels(w, u->nodes[0]) == 1)
            tell_low(check, w, u, 0, u->nodes[1], report);
    }
    return true;
}

const struct check check_dead_enable = {
    .id = "dead-enable",
    .title = "every enable can assert",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the wiring, from the line, the MCU and the oscillators onwards",
    .run = run,
};
