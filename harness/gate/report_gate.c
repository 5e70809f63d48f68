#include "harness/gate/report_gate.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/waivers.h"
#include "harness/values.h"

const char *report_gate_verdict(enum gate_verdict verdict) {
    static const char *const names[] = {
        [GATE_ORDER] = "order",
        [GATE_RESERVATIONS] = "order with reservations",
        [GATE_DO_NOT_ORDER] = "do not order",
    };
    return names[verdict];
}

const char *report_gate_name(const struct gate_result *result) {
    const struct board *board = result->board;
    return board->config.name[0] ? board->config.name : board->path;
}

const char *report_gate_profile(enum check_profile profile) {
    return profile == CHECK_STANDARD ? "standard" : "function";
}

const char *report_gate_severity(enum check_severity severity) {
    static const char *const names[] = {
        [CHECK_IGNORED] = "note",
        [CHECK_RESERVATION] = "reservation",
        [CHECK_FAILURE] = "failure",
    };
    return names[severity];
}

const char *report_gate_class(enum check_class of) {
    static const char *const names[] = {
        [CHECK_STATIC] = "static",     [CHECK_TIMING] = "timing",     [CHECK_LINE] = "line",
        [CHECK_FUNCTION] = "function", [CHECK_FIRMWARE] = "firmware",
    };
    return names[of];
}

const char *report_gate_place(const struct check_finding *f, char *out, size_t size) {
    snprintf(out, size, "%s%s%s", f->part, f->part[0] && f->net[0] ? ", " : "", f->net);
    return out;
}

const char *report_gate_source(const struct gate_result *result, const struct check_finding *f,
                               char *out, size_t size) {
    out[0] = 0;
    if (f->line > 0)
        snprintf(out, size, "%s:%ld", f->file[0] ? f->file : result->board->path, f->line);
    return out;
}

const char *report_gate_figures(const struct check_finding *f, char *out, size_t size) {
    out[0] = 0;
    if (f->measured)
        snprintf(out, size, "%.6g %s, limit %.6g %s, slack %.6g %s", f->value, f->unit, f->limit,
                 f->unit, f->slack, f->unit);
    return out;
}

const char *report_gate_value(double value, const char *unit, char *out, size_t size) {
    static const char *const multiplied[] = {"F", "H", "ohm", "V", "A", "s", "Hz"};
    for (size_t i = 0; i < sizeof multiplied / sizeof *multiplied; i++)
        if (strcmp(unit, multiplied[i]) == 0)
            return value_show_unit(value, unit, out, size);
    snprintf(out, size, "%.5g%s%s", value, unit[0] ? " " : "", unit);
    return out;
}

static const char *at_nominal(const struct gate_result *result, bool passes) {
    if (!passes)
        return report_gate_verdict(GATE_DO_NOT_ORDER);
    return report_gate_verdict(result->verdict == GATE_ORDER ? GATE_ORDER : GATE_RESERVATIONS);
}

/* What stands at 1.0 is known from the sweep alone: without one, the row says so. */
const char *report_gate_scale(const struct gate_result *result, char *out, size_t size) {
    double scale = result->board->config.delay_scale;
    bool typical = fabs(scale - 1) < 1e-9;
    const struct sweep_result *s = &result->sweep;
    const char *here = report_gate_verdict(result->verdict);
    if (typical)
        snprintf(out, size, "at delay scale 1.0 (datasheet typical): %s", here);
    else if (s->samples)
        snprintf(out, size, "at delay scale %.4g: %s; at 1.0 (datasheet typical): %s", scale, here,
                 at_nominal(result, s->nominal_at_one && result->verdict != GATE_DO_NOT_ORDER));
    else
        snprintf(out, size, "at delay scale %.4g: %s; at 1.0 (datasheet typical): not run", scale,
                 here);
    return out;
}

double report_gate_share(const struct check_margin *margin) {
    double limit = fabs(margin->limit);
    if (margin->slack == 0 || isnan(margin->slack))
        return 0;
    return limit > 0 ? margin->slack / limit : margin->slack > 0 ? DBL_MAX : -DBL_MAX;
}

struct placed {
    double share;
    size_t i;
};

static int by_share(const void *x, const void *y) {
    const struct placed *a = x, *b = y;
    if (a->share != b->share)
        return a->share < b->share ? -1 : 1;
    return a->i < b->i ? -1 : a->i > b->i;
}

size_t *report_gate_margins(const struct gate_result *result) {
    size_t n = result->report.n_margins;
    struct placed *placed = n ? malloc(n * sizeof *placed) : NULL;
    size_t *order = placed ? malloc(n * sizeof *order) : NULL;
    for (size_t i = 0; order && i < n; i++)
        placed[i] = (struct placed){report_gate_share(&result->report.margins[i]), i};
    if (order)
        qsort(placed, n, sizeof *placed, by_share);
    for (size_t i = 0; order && i < n; i++)
        order[i] = placed[i].i;
    free(placed);
    return order;
}

size_t report_gate_count(const struct gate_result *result, enum check_severity severity) {
    size_t n = 0;
    for (size_t i = 0; i < result->report.n_findings; i++)
        n += !result->report.findings[i].waived && result->report.findings[i].severity == severity;
    return n;
}

const struct gate_waiver *report_gate_waiver(const struct gate_result *result,
                                             const struct check_finding *finding) {
    for (size_t i = 0; finding->waived && i < result->n_waivers; i++)
        if (!result->waivers[i].expired && waivers_match(&result->waivers[i], finding))
            return &result->waivers[i];
    return NULL;
}

/* The i-th class, counted from 0, in which the catalogue has nothing; false behind the last. */
static bool empty_class(size_t i, enum check_class *of) {
    bool has[CHECK_FIRMWARE + 1] = {false};
    for (size_t k = 0; checks[k]; k++)
        has[checks[k]->of] = true;
    for (size_t k = 0; k <= CHECK_FIRMWARE; k++)
        if (!has[k] && i-- == 0) {
            *of = (enum check_class)k;
            return true;
        }
    return false;
}

static size_t empty_classes(void) {
    enum check_class of;
    size_t n = 0;
    while (empty_class(n, &of))
        n++;
    return n;
}

static void say(struct report_gate_gap *gap, const char *id, const char *why) {
    gap->id = id;
    snprintf(gap->why, sizeof gap->why, "%s", why);
}

bool report_gate_gap(const struct gate_result *result, size_t i, struct report_gate_gap *gap) {
    const struct check_report *report = &result->report;
    const struct board *board = result->board;
    enum check_class of;
    size_t classes = empty_classes(), yield = !result->sweep.samples;
    *gap = (struct report_gate_gap){.id = ""};
    if (i < report->n_not_run) {
        gap->check = report->not_run[i].check;
        say(gap, gap->check->id, report->not_run[i].why);
        return true;
    }
    i -= report->n_not_run;
    if (i < classes && empty_class(i, &of))
        say(gap, report_gate_class(of), "this version has no such check");
    else if (i < classes + yield)
        say(gap, "yield", result->why_no_sweep[0] ? result->why_no_sweep : "no samples were drawn");
    else if (i < classes + yield + board->n_unmodelled)
        say(gap, "", board->unmodelled[i - classes - yield].text);
    gap->part = i >= classes + yield;
    return i < classes + yield + board->n_unmodelled;
}

bool report_gate_gaps(const struct gate_result *result, size_t *i, struct report_gate_gap *gap,
                      char *ids, size_t size) {
    struct report_gate_gap next;
    if (!report_gate_gap(result, (*i)++, gap))
        return false;
    snprintf(ids, size, "%s", gap->id);
    while (!gap->part && report_gate_gap(result, *i, &next) && !next.part &&
           strcmp(next.why, gap->why) == 0) {
        size_t used = strlen(ids);
        if (used + strlen(next.id) + 3 > size)
            break;
        snprintf(ids + used, size - used, ", %s", next.id);
        gap->check = NULL; /* no one check any more */
        (*i)++;
    }
    return true;
}

const struct check *report_gate_check(size_t i) {
    size_t n = 0;
    while (checks[n]) {
        if (n == i)
            return checks[i];
        n++;
    }
    return waivers_checks[i - n];
}
