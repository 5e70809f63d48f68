#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "harness/gate/sweep_report.h"
#include "harness/json_value.h"
#include "harness/report.h"

#define text(string) json_value_text(string)
#define number(x)    json_value_number(x)
#define count(n)     json_value_count(n)

/* 64 bits do not fit JSON's integers. */
static json_t *seed_text(uint64_t seed) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, seed);
    return json_string(digits);
}

static json_t *interval(double low, double high) {
    json_t *array = json_array();
    json_array_append_new(array, number(low));
    json_array_append_new(array, number(high));
    return array;
}

static json_t *yields(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_yields; i++) {
        const struct sweep_yield *y = &r->yields[i];
        json_t *o = json_object();
        json_object_set_new(o, "check", text(y->check));
        json_object_set_new(o, "apart", json_boolean(y->apart));
        json_object_set_new(o, "samples", count(y->samples));
        json_object_set_new(o, "measured", count(y->measured));
        json_object_set_new(o, "passed", count(y->passed));
        json_object_set_new(o, "interval", interval(y->low, y->high));
        json_object_set_new(o, "least_slack_ns", y->seen ? number(y->least) : json_null());
        json_object_set_new(o, "worst_sample", y->seen ? count(y->worst) : json_null());
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *parameters(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_parameters; i++) {
        const struct sweep_parameter *p = &r->parameters[i];
        json_t *o = json_object();
        json_object_set_new(o, "name", text(p->name));
        json_object_set_new(o, "unit", text(p->unit));
        json_object_set_new(o, "nominal", number(p->nominal));
        json_object_set_new(o, "limits", interval(p->low, p->high));
        json_object_set_new(o, "source", text(p->source));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *blame(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_blame; i++) {
        const struct sweep_blame *b = &r->blame[i];
        json_t *o = json_object();
        json_object_set_new(o, "parameter", text(r->parameters[b->parameter].name));
        json_object_set_new(o, "correlation", number(b->correlation));
        json_object_set_new(o, "slack_ns", interval(b->slack_low, b->slack_high));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *corners(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_corners; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "class", text(r->corners[i].name));
        json_object_set_new(o, "slack_ns", interval(r->corners[i].low, r->corners[i].high));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *advice(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_advice; i++) {
        const struct sweep_advice *a = &r->advice[i];
        json_t *o = json_object();
        json_object_set_new(o, "part", text(a->part));
        json_object_set_new(o, "options", text(a->options));
        json_object_set_new(o, "yield", number(a->yield));
        json_object_set_new(o, "interval", interval(a->low, a->high));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *widths(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_widths; i++) {
        const struct sweep_width *w = &r->widths[i];
        json_t *o = json_object();
        json_object_set_new(o, "width", number(w->width));
        json_object_set_new(o, "yield", number(w->yield));
        json_object_set_new(o, "interval", interval(w->low, w->high));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *failures(const struct sweep_result *r) {
    json_t *array = json_array();
    for (size_t i = 0; i < r->n_failures; i++) {
        const struct sweep_failure *f = &r->failures[i];
        json_t *o = json_object();
        json_object_set_new(o, "sample", count(f->sample));
        json_object_set_new(o, "check", text(f->check));
        json_object_set_new(o, "shrunk", f->shrunk[0] ? text(f->shrunk) : json_null());
        json_object_set_new(o, "repeat", text(f->repeat));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *not_run(const struct sweep_result *r) {
    json_t *array = json_array();
    if (!r->n_blame)
        json_array_append_new(array, json_string("blame"));
    if (!r->untouched.samples)
        json_array_append_new(array, json_string("advice"));
    if (!r->n_widths)
        json_array_append_new(array, json_string("widths"));
    json_array_append_new(array, json_string("firmware"));
    return array;
}

static json_t *document(const struct sweep_report *report) {
    const struct sweep_result *r = report->result;
    json_t *o = json_object();
    json_object_set_new(o, "schema", json_string("linkpulse.sweep/1"));
    json_object_set_new(o, "board", text(report->name));
    json_object_set_new(o, "seed", seed_text(report->seed));
    json_object_set_new(o, "samples", count(r->samples));
    json_object_set_new(o, "partial", json_boolean(r->interrupted));
    json_object_set_new(o, "shard", count(report->shard + 1));
    json_object_set_new(o, "shards", count(report->shards));
    json_object_set_new(o, "pass", json_boolean(sweep_report_passes(report)));
    json_object_set_new(o, "min_yield", number(report->min_yield));
    json_object_set_new(o, "delay_scale", number(r->scale));
    json_object_set_new(o, "nominal_passes", json_boolean(r->nominal_at_scale));
    json_object_set_new(o, "nominal_passes_at_scale_1", json_boolean(r->nominal_at_one));
    json_object_set_new(o, "nominal_slack_ns", number(r->nominal_slack));
    json_object_set_new(o, "yields", yields(r));
    json_object_set_new(o, "parameters", parameters(r));
    json_object_set_new(o, "blame", blame(r));
    json_object_set_new(o, "corners", corners(r));
    json_object_set_new(o, "tried", count(r->tried));
    json_object_set_new(o, "advice", advice(r));
    json_object_set_new(o, "widths", widths(r));
    json_object_set_new(o, "failures", failures(r));
    json_object_set_new(o, "not_run", not_run(r));
    json_object_set_new(o, "repeat", text(report->repeat));
    return o;
}

bool sweep_report_json(const struct sweep_report *report, const char *path, struct sim_err *err) {
    return report_write(json_value_dump(document(report)), path, err);
}
