/* value-range: what the parts' models hold for: resistors, capacitors, timing parts, supply; and
 * figures that the board states outside of the data sheet's limits. */
#include <math.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/wiring.h"
#include "harness/values.h"

static const struct part_limit *limit_of(const struct part_use *use, const char *name) {
    for (size_t i = 0; use->model && i < use->model->n_limits; i++) {
        const struct part_limit *limit = &use->model->limits[i];
        if (strcmp(limit->name, name) == 0 &&
            (!limit->variant || strcmp(limit->variant, use->variant->name) == 0))
            return limit;
    }
    return NULL;
}

static bool is_outside(double value, double min, double max) {
    return value < min || value > max; /* NAN: open */
}

static struct check_finding *tell(const struct check *check, const struct wiring *w, uint32_t part,
                                  const char *what, double value, const char *unit, double min,
                                  double max, const char *source, struct check_report *report) {
    char is[32], low[32] = "-", high[32] = "-";
    value_show_unit(value, unit, is, sizeof is);
    if (!isnan(min))
        value_show_unit(min, unit, low, sizeof low);
    if (!isnan(max))
        value_show_unit(max, unit, high, sizeof high);
    struct check_finding *finding =
        check_found(report, check, "%s: %s of %s is outside of %s to %s (%s)",
                    w->board->netlist->parts[part].ref, what, is, low, high, source);
    check_place_part(finding, w, part);
    return finding;
}

static void judge(const struct check *check, const struct wiring *w, uint32_t part, uint32_t of,
                  const char *name, const char *what, const char *unit,
                  struct check_report *report) {
    const struct part_limit *limit = limit_of(&w->board->uses[of], name);
    double value = w->board->uses[part].quantity;
    if (limit && is_outside(value, limit->min, limit->max))
        tell(check, w, part, what, value, unit, limit->min, limit->max, limit->source, report)
            ->severity = CHECK_RESERVATION;
}

static void judge_supply(const struct check *check, const struct wiring *w, uint32_t part,
                         struct check_report *report) {
    const struct part_limit *limit = limit_of(&w->board->uses[part], "vcc");
    double volt = wiring_supply(w, part);
    if (limit && is_outside(volt, limit->min, limit->max))
        tell(check, w, part, "a supply", volt, "V", limit->min, limit->max, limit->source, report);
}

/* A supply whose name says another voltage than the one that is simulated. */
static void judge_name(const struct check *check, const struct wiring *w,
                       struct check_report *report) {
    const struct board_supply *supply = &w->board->config.supply;
    double named = wiring_volt_named(supply->power);
    if (isnan(named) || fabs(named - supply->vcc) <= 0.1 * named)
        return;
    struct check_finding *finding = check_found(
        report, check, "%s is simulated with %g V (supply.vcc)", supply->power, supply->vcc);
    finding->severity = CHECK_RESERVATION;
    check_place_node(finding, w, wiring_named(w, supply->power));
    check_advise(finding, "state supply.vcc = %g", named);
}

/* The resistors and the capacitor that time a one-shot in use. */
static void judge_timing(const struct check *check, const struct wiring *w,
                         const struct wiring_unit *mono, struct check_report *report) {
    uint32_t node = mono->nodes[4];
    for (uint32_t i = 0; node != NETLIST_NONE && i < w->nodes[node].n; i++) {
        uint32_t pin = w->by_node[w->nodes[node].first + i];
        const struct wiring_unit *u =
            w->unit_of[pin] == NETLIST_NONE ? NULL : &w->units[w->unit_of[pin]];
        if (u && u->unit->kind == PART_RESISTOR)
            judge(check, w, u->part, mono->part, "rx", "a timing resistor", "ohm", report);
        if (u && u->unit->kind == PART_CAPACITOR)
            judge(check, w, u->part, mono->part, "cx", "a timing capacitor", "F", report);
    }
}

/* What [part.NAME] states against the variant's own limits. */
static void judge_figures(const struct check *check, const struct wiring *w, uint32_t part,
                          struct check_report *report) {
    const struct part_use *use = &w->board->uses[part];
    for (size_t i = 0; i < use->n_figures; i++) {
        const struct part_figure *sheet = part_variant_figure(use->variant, use->figures[i].name);
        if (!sheet || sheet->typ == use->figures[i].typ ||
            !is_outside(use->figures[i].typ, sheet->min, sheet->max))
            continue;
        char what[64];
        sim_format(what, sizeof what, "a stated %s", sheet->name);
        tell(check, w, part, what, use->figures[i].typ, "", sheet->min, sheet->max, sheet->source,
             report)
            ->severity = CHECK_RESERVATION;
    }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    const struct wiring *w = context->wiring;
    (void)err;
    judge_name(check, w, report);
    for (uint32_t part = 0; part < w->board->netlist->n_parts; part++) {
        if (!wiring_fitted(w, part))
            continue;
        judge(check, w, part, part, "r", "a resistor", "ohm", report);
        judge(check, w, part, part, "c", "a capacitor", "F", report);
        judge_supply(check, w, part, report);
        judge_figures(check, w, part, report);
    }
    for (uint32_t i = 0; i < w->n_units; i++)
        if (w->units[i].unit->kind == PART_MONO && w->units[i].used)
            judge_timing(check, w, &w->units[i], report);
    return true;
}

const struct check check_value_range = {
    .id = "value-range",
    .title = "every value is one that its part's model holds for",
    .of = CHECK_STATIC,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .source = "the limits in the parts' models, each with its data sheet",
    .run = run,
};
