/* unused-unit-tied: a gate that nobody listens to, with an input left open. It does no harm to
 * the signal, but draws current and couples into its neighbours on the chip. */
#include "harness/checks/check.h"
#include "harness/checks/wiring.h"

static void tell(const struct check *check, const struct wiring *w, const struct wiring_unit *u,
                 int place, struct check_report *report) {
    char pin[96], unit[96];
    wiring_place_name(w, u, place, pin, sizeof pin);
    wiring_unit_name(w, u, unit, sizeof unit);
    struct check_finding *finding =
        check_found(report, check, "%s is not in use and its input %s is open", unit, pin);
    check_place_part(finding, w, u->part);
    check_place_pin(finding, w, u->pins[place]);
    check_advise(finding, "put %s on %s", pin, w->board->config.supply.ground);
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    for (uint32_t i = 0; i < w->n_units; i++) {
        const struct wiring_unit *u = &w->units[i];
        /* An open line receiver input is held by the chip. */
        for (int place = 0; place < u->n_in && u->unit->kind != PART_RECEIVER; place++)
            if (!u->used && wiring_floats(w, u, place))
                tell(check, w, u, place, report);
    }
    return true;
}

const struct check check_unused_unit = {
    .id = "unused-unit-tied",
    .title = "the inputs of parts not in use are tied",
    .of = CHECK_STATIC,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .source = "74HC and HCT data sheets: unused inputs must be held at VCC or GND",
    .run = run,
};
