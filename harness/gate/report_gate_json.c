#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/report_gate.h"
#include "harness/json_value.h"

#define text(string) json_value_text(string)
#define number(x)    json_value_number(x)
#define count(n)     json_value_count(n)
#define set          json_object_set_new

static json_t *finding(const struct gate_result *result, const struct check_finding *f) {
    json_t *object = json_object();
    set(object, "check", text(f->check->id));
    set(object, "severity", text(report_gate_severity(f->severity)));
    set(object, "waived", json_boolean(f->waived));
    set(object, "part", json_value_text_or_null(f->part));
    set(object, "net", json_value_text_or_null(f->net));
    set(object, "text", text(f->text));
    set(object, "advice", json_value_text_or_null(f->advice));
    if (f->measured) {
        set(object, "value", number(f->value));
        set(object, "limit", number(f->limit));
        set(object, "slack", number(f->slack));
        set(object, "unit", text(f->unit));
    }
    set(object, "file", text(f->file[0] ? f->file : result->board->path));
    set(object, "line", f->line > 0 ? json_integer(f->line) : json_null());
    return object;
}

static json_t *margin(const struct check_margin *m) {
    json_t *object = json_object();
    set(object, "check", text(m->check->id));
    set(object, "name", text(m->name));
    set(object, "net", json_value_text_or_null(m->net));
    set(object, "unit", text(m->unit));
    set(object, "value", number(m->value));
    set(object, "limit", number(m->limit));
    set(object, "slack", number(m->slack));
    set(object, "source", text(m->source));
    return object;
}

static json_t *curve(const struct check_curve *c) {
    json_t *object = json_object(), *points = json_array();
    set(object, "check", text(c->check->id));
    set(object, "name", text(c->name));
    set(object, "x", text(c->x_name));
    set(object, "x_unit", text(c->x_unit));
    set(object, "y", text(c->y_name));
    set(object, "y_unit", text(c->y_unit));
    set(object, "required_low", number(c->required_low));
    set(object, "required_high", number(c->required_high));
    for (size_t i = 0; i < c->n; i++)
        json_array_append_new(points,
                              json_pack("[o,o,b]", number(c->x[i]), number(c->y[i]), c->passed[i]));
    set(object, "points", points);
    return object;
}

static void interval(json_t *object, double yield, double low, double high) {
    set(object, "yield", number(yield));
    set(object, "low", number(low));
    set(object, "high", number(high));
}

static json_t *yields(const struct sweep_result *s) {
    json_t *array = json_array();
    for (size_t i = 0; i < s->n_yields; i++) {
        const struct sweep_yield *y = &s->yields[i];
        json_t *object = json_object();
        set(object, "check", text(y->check[0] ? y->check : "overall"));
        set(object, "samples", count(y->samples));
        set(object, "passed", count(y->passed));
        set(object, "in_overall", json_boolean(!y->apart));
        set(object, "least_slack_ns", y->seen ? number(y->least) : json_null());
        interval(object, y->samples ? (double)y->passed / (double)y->samples : NAN, y->low,
                 y->high);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *blame(const struct sweep_result *s) {
    json_t *array = json_array();
    for (size_t i = 0; i < s->n_blame; i++) {
        const struct sweep_blame *b = &s->blame[i];
        const struct sweep_parameter *p = &s->parameters[b->parameter];
        json_t *object = json_object();
        set(object, "parameter", text(p->name));
        set(object, "unit", text(p->unit));
        set(object, "nominal", number(p->nominal));
        set(object, "low", number(p->low));
        set(object, "high", number(p->high));
        set(object, "source", text(p->source));
        set(object, "correlation", number(b->correlation));
        set(object, "slack_low_ns", number(b->slack_low));
        set(object, "slack_high_ns", number(b->slack_high));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *corners(const struct sweep_result *s) {
    json_t *array = json_array();
    for (size_t i = 0; i < s->n_corners; i++) {
        json_t *object = json_object();
        set(object, "of", text(s->corners[i].name));
        set(object, "slack_low_ns", number(s->corners[i].low));
        set(object, "slack_high_ns", number(s->corners[i].high));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *advice(const struct sweep_result *s) {
    json_t *array = json_array();
    for (size_t i = 0; i < s->n_advice; i++) {
        const struct sweep_advice *a = &s->advice[i];
        json_t *object = json_object();
        set(object, "part", text(a->part));
        set(object, "options", text(a->options));
        set(object, "text", text(a->text));
        interval(object, a->yield, a->low, a->high);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *widths(const struct sweep_result *s) {
    json_t *array = json_array();
    for (size_t i = 0; i < s->n_widths; i++) {
        json_t *object = json_object();
        set(object, "width", number(s->widths[i].width));
        interval(object, s->widths[i].yield, s->widths[i].low, s->widths[i].high);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *failing(const struct sweep_result *s) {
    json_t *array = json_array();
    for (size_t i = 0; i < s->n_failures; i++) {
        json_t *object = json_object();
        set(object, "sample", count(s->failures[i].sample));
        set(object, "check", text(s->failures[i].check));
        set(object, "shrunk", text(s->failures[i].shrunk));
        set(object, "repeat", text(s->failures[i].repeat));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *sweep(const struct gate_result *result) {
    const struct sweep_result *s = &result->sweep;
    if (!s->samples)
        return json_null();
    json_t *object = json_object();
    set(object, "samples", count(s->samples));
    set(object, "min_yield", number(result->min_yield));
    set(object, "yields", yields(s));
    set(object, "delay_widths", widths(s));
    set(object, "nominal_slack_ns", number(s->nominal_slack));
    set(object, "blame", blame(s));
    set(object, "corners", corners(s));
    set(object, "advice", advice(s));
    set(object, "failing_samples", failing(s));
    return object;
}

static json_t *waivers(const struct gate_result *result) {
    json_t *array = json_array();
    for (size_t i = 0; i < result->n_waivers; i++) {
        const struct gate_waiver *w = &result->waivers[i];
        json_t *object = json_object();
        set(object, "check", text(w->id));
        set(object, "subject", json_value_text_or_null(w->subject));
        set(object, "reason", text(w->reason));
        set(object, "author", text(w->author));
        set(object, "expires", json_value_text_or_null(w->expires));
        set(object, "file", text(w->file));
        set(object, "line", json_integer(w->line));
        set(object, "used", json_boolean(w->used));
        set(object, "expired", json_boolean(w->expired));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *not_run(const struct gate_result *result) {
    struct report_gate_gap gap;
    json_t *array = json_array();
    for (size_t i = 0; report_gate_gap(result, i, &gap); i++) {
        json_t *object = json_object();
        set(object, "check", json_value_text_or_null(gap.id));
        set(object, "why", text(gap.why));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *reasons(const struct gate_result *result) {
    json_t *array = json_array();
    for (size_t i = 0; i < result->n_reasons; i++)
        json_array_append_new(array, text(result->reasons[i]));
    return array;
}

/* Null: only a sweep knows the verdict at 1.0. */
static json_t *scale(const struct gate_result *result) {
    json_t *object = json_object();
    bool known = result->sweep.samples > 0;
    set(object, "scale", number(result->board->config.delay_scale));
    set(object, "reason", json_value_text_or_null(result->board->config.delay_reason));
    set(object, "passes_at_scale",
        known ? json_boolean(result->sweep.nominal_at_scale) : json_null());
    set(object, "passes_at_one", known ? json_boolean(result->sweep.nominal_at_one) : json_null());
    return object;
}

static void lists(json_t *object, const struct gate_result *result) {
    const struct check_report *report = &result->report;
    json_t *findings = json_array(), *margins = json_array(), *curves = json_array();
    for (size_t i = 0; i < report->n_findings; i++)
        json_array_append_new(findings, finding(result, &report->findings[i]));
    for (size_t i = 0; i < report->n_margins; i++)
        json_array_append_new(margins, margin(&report->margins[i]));
    for (size_t i = 0; i < report->n_curves; i++)
        json_array_append_new(curves, curve(&report->curves[i]));
    set(object, "findings", findings);
    set(object, "more_findings", json_boolean(report->full));
    set(object, "margins", margins);
    set(object, "curves", curves);
}

char *report_gate_json(const struct gate_result *result, bool no_host) {
    char seed[24];
    json_t *object = json_object();
    snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
    set(object, "schema", text("linkpulse.gate/1"));
    set(object, "verdict", text(report_gate_verdict(result->verdict)));
    set(object, "seed", text(seed));
    set(object, "profile", text(report_gate_profile(result->profile)));
    set(object, "board", text(result->board->path));
    set(object, "engine", json_value_text_or_null(result->run ? result->run->engine : ""));
    set(object, "kind", json_value_text_or_null(result->kind));
    set(object, "connectors_in", json_value_text_or_null(result->in));
    set(object, "connectors_out", json_value_text_or_null(result->out));
    set(object, "reasons", reasons(result));
    set(object, "delay", scale(result));
    lists(object, result);
    set(object, "sweep", sweep(result));
    set(object, "waivers", waivers(result));
    set(object, "checks_not_run", not_run(result));
    set(object, "repeat", text(result->repeat));
    if (result->sweep.interrupted)
        set(object, "partial", json_true());
    if (!no_host)
        set(object, "host", json_pack("{s:f}", "wall_s", result->wall_s));
    char *dump = json_value_dump(object);
    json_value_unquote_seed(dump);
    return dump;
}
