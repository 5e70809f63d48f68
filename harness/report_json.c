#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_value.h"
#include "harness/report.h"

#define text(string) json_value_text(string)
#define number(x)    json_value_number(x)
#define count(n)     json_value_count(n)

static json_t *failure(const struct run_failure *failure, bool firmware) {
    json_t *object = json_object();
    json_object_set_new(object, "frame", count(failure->frame));
    json_object_set_new(object, "stage", text(failure->stage));
    json_object_set_new(object, "net", text(failure->net));
    json_object_set_new(object, "time_ps", json_integer(failure->time));
    if (firmware)
        json_object_set_new(object, "cause",
                            failure->cause[0] ? text(failure->cause) : json_null());
    json_object_set_new(object, "detail", text(failure->detail));
    return object;
}

static json_t *skipped(const struct run_capture *capture) {
    json_t *array = json_array();
    for (size_t i = 0; i < capture->n_skipped; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "frame", count(capture->skipped[i].frame));
        json_object_set_new(object, "why", text(capture->skipped[i].why));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *failures(const struct run_capture *capture, bool firmware) {
    json_t *array = json_array();
    for (size_t i = 0; i < capture->n_failures; i++)
        json_array_append_new(array, failure(&capture->failures[i], firmware));
    return array;
}

/* Of one capture, or of all. */
static void add_counts(json_t *object, const struct run_capture *capture,
                       const struct run_result *result) {
    json_object_set_new(object, "frames", count(capture->frames));
    json_object_set_new(object, "sent", count(capture->sent));
    json_object_set_new(object, "recovered", count(capture->recovered));
    json_object_set_new(object, "lost", count(capture->lost));
    json_object_set_new(object, "corrupt", count(capture->corrupt));
    json_object_set_new(object, "extra", count(capture->extra));
    if (!result->firmware[0])
        return;
    json_object_set_new(object, "delivered", count(capture->delivered));
    json_object_set_new(object, "refused", count(capture->refused));
    json_object_set_new(object, "dropped_after",
                        result->tells_drops ? count(capture->dropped_after) : json_null());
}

static json_t *one_capture(const struct run_capture *capture, const struct run_result *result) {
    json_t *object = json_object();
    json_object_set_new(object, "file", text(capture->file));
    add_counts(object, capture, result);
    json_object_set_new(object, "skipped", skipped(capture));
    json_object_set_new(object, "failures", failures(capture, result->firmware[0] != 0));
    if (capture->partial) {
        json_object_set_new(object, "partial", json_true());
        json_object_set_new(object, "damage", text(capture->damage));
    }
    return object;
}

static json_t *captures(const struct run_result *result) {
    json_t *array = json_array();
    for (size_t i = 0; i < result->n_captures; i++)
        json_array_append_new(array, one_capture(&result->captures[i], result));
    return array;
}

static json_t *total(const struct run_result *result) {
    struct run_capture sum;
    json_t *object = json_object();
    run_result_total(result, &sum);
    add_counts(object, &sum, result);
    return object;
}

static json_t *rearm(const struct run_rearm *r) {
    json_t *object = json_object();
    json_object_set_new(object, "gaps", count(r->gaps));
    json_object_set_new(object, "rearmed", count(r->rearmed));
    json_object_set_new(object, "late", count(r->late));
    json_object_set_new(object, "worst_cycles", count(r->worst_cycles));
    json_object_set_new(object, "window_cycles", r->gaps ? count(r->window_cycles) : json_null());
    json_object_set_new(object, "hclk_hz", number(r->hclk_hz));
    return object;
}

/* A margin nobody could measure stays, with nulls: its absence must show. */
static json_t *margins(const struct run_result *result) {
    json_t *array = json_array();
    for (size_t i = 0; i < result->n_margins; i++) {
        const struct run_margin *margin = &result->margins[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", text(margin->name));
        json_object_set_new(object, "net", text(margin->net));
        json_object_set_new(object, "worst_ns", number(margin->present ? margin->worst_ns : NAN));
        json_object_set_new(object, "limit_ns", number(margin->limit_ns));
        json_object_set_new(object, "slack_ns", number(margin->present ? margin->slack_ns : NAN));
        json_object_set_new(object, "source", text(margin->source));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *counters(const struct run_result *result) {
    json_t *object = json_object();
    for (size_t i = 0; i < result->n_counters; i++) {
        char name[128];
        report_clean(result->counters[i].name, name, sizeof name);
        json_object_set_new(object, name, count(result->counters[i].count));
    }
    return object;
}

/* What nothing was measured of stays, with nulls. */
static json_t *measurements(const struct run_transmit *t) {
    json_t *array = json_array();
    for (size_t i = 0; i < t->n_measures; i++) {
        const struct run_measure *m = &t->measures[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", text(m->name));
        json_object_set_new(object, "unit", text(m->unit));
        json_object_set_new(object, "limit", number(m->limit));
        json_object_set_new(object, "at_least", json_boolean(m->at_least));
        json_object_set_new(object, "worst", number(m->present ? m->worst : NAN));
        json_object_set_new(object, "slack", number(m->present ? m->slack : NAN));
        json_object_set_new(object, "time_ps",
                            m->present ? json_integer((json_int_t)m->time) : json_null());
        json_object_set_new(object, "source", text(m->source));
        json_array_append_new(array, object);
    }
    return array;
}

/* null when the line behind the driver has no model. */
static json_t *line(const struct run_transmit *t) {
    if (!t->measures)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "frames", count(t->line_frames));
    json_object_set_new(object, "link_pulses", count(t->line_pulses));
    json_object_set_new(object, "fragments", count(t->line_fragments));
    json_object_set_new(object, "different", count(t->line_different));
    json_object_set_new(object, "missing", count(t->line_missing));
    json_object_set_new(object, "measurements", measurements(t));
    return object;
}

static json_t *heard(const struct run_port *p) {
    json_t *array = json_array();
    for (size_t i = 0; i < p->n_heard; i++) {
        const struct run_heard *h = &p->heard[i];
        json_t *object = json_object();
        json_object_set_new(object, "time_ps", json_integer((json_int_t)h->time));
        json_object_set_new(object, "octets", count(h->octets));
        json_object_set_new(object, "why", h->why ? text(h->why) : json_null());
        json_object_set_new(object, "tp_idl_ns", number(h->tp_idl_ns));
        json_object_set_new(object, "rate_ppm", number(h->rate_ppm));
        json_array_append_new(array, object);
    }
    return array;
}

/* null when the line behind the driver has no model. */
static json_t *port(const struct run_port *p) {
    if (!p->present)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "profile", text(p->profile));
    json_object_set_new(object, "link", text(p->link_up ? "up" : "down"));
    json_object_set_new(object, "link_losses", count(p->link_downs));
    json_object_set_new(object, "link_pulses", count(p->pulses));
    json_object_set_new(object, "inverted_pulses", count(p->inverted_pulses));
    json_object_set_new(object, "odd_pulses", count(p->odd_pulses));
    json_object_set_new(object, "frames", count(p->frames));
    json_object_set_new(object, "taken", count(p->taken));
    json_object_set_new(object, "unheard", count(p->unheard));
    json_object_set_new(object, "heard", heard(p));
    return object;
}

/* null on a board that states no transmit pair. */
static json_t *transmit(const struct run_result *result) {
    const struct run_transmit *t = &result->transmit;
    if (!t->present)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "driver", t->driver[0] ? text(t->driver) : json_null());
    json_object_set_new(object, "sent", count(t->sent));
    json_object_set_new(object, "frames", count(t->frames));
    json_object_set_new(object, "good_fcs", count(t->good_fcs));
    json_object_set_new(object, "octets", count(t->octets));
    json_object_set_new(object, "damaged", count(t->damaged));
    json_object_set_new(object, "link_pulses", count(t->link_pulses));
    json_object_set_new(object, "pulse_least_ns", number(t->link_pulses ? t->pulse_least_ns : NAN));
    json_object_set_new(object, "pulse_most_ns", number(t->link_pulses ? t->pulse_most_ns : NAN));
    json_object_set_new(object, "swallowed", count(t->swallowed));
    json_object_set_new(object, "dead", t->dead[0] ? text(t->dead) : json_null());
    json_object_set_new(object, "first_damage",
                        t->first_damage[0] ? text(t->first_damage) : json_null());
    json_object_set_new(object, "line", line(t));
    json_object_set_new(object, "partner", port(&t->port));
    json_object_set_new(object, "feedback", json_boolean(t->feedback));
    json_object_set_new(object, "quantum_ns", number(t->quantum_ns > 0 ? t->quantum_ns : NAN));
    return object;
}

static json_t *xdp(const struct run_xdp_result *x) {
    json_t *object = json_object();
    json_object_set_new(object, "frames", json_integer((json_int_t)x->frames));
    json_object_set_new(object, "different", json_integer((json_int_t)x->different));
    json_object_set_new(object, "disagreed", json_integer((json_int_t)x->disagreed));
    return object;
}

static json_t *not_run(const struct run_result *result) {
    json_t *array = json_array();
    for (size_t i = 0; i < result->n_not_run; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "name", text(result->not_run[i].name));
        json_object_set_new(object, "why", text(result->not_run[i].why));
        json_array_append_new(array, object);
    }
    return array;
}

static double real_time_factor(const struct run_result *result) {
    return result->wall_s > 0 ? result->simulated_s / result->wall_s : NAN;
}

static json_t *whole(const struct run_result *result, bool no_host) {
    char seed[24];
    json_t *object = json_object();
    snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
    json_object_set_new(object, "schema", text("linkpulse.run/1"));
    json_object_set_new(object, "verdict", text(result->pass ? "pass" : "fail"));
    json_object_set_new(object, "seed", text(seed));
    json_object_set_new(object, "board", text(result->board));
    json_object_set_new(object, "engine", text(result->engine));
    json_object_set_new(object, "firmware",
                        result->firmware[0] ? text(result->firmware) : json_null());
    json_object_set_new(object, "captures", captures(result));
    json_object_set_new(object, "total", total(result));
    if (result->firmware[0])
        json_object_set_new(object, "rearm", rearm(&result->rearm));
    json_object_set_new(object, "margins", margins(result));
    json_object_set_new(object, "counters", counters(result));
    json_object_set_new(object, "transmit", transmit(result));
    if (result->xdp.present)
        json_object_set_new(object, "xdp", xdp(&result->xdp));
    json_object_set_new(object, "checks_not_run", not_run(result));
    json_object_set_new(object, "simulated_s", number(result->simulated_s));
    json_object_set_new(object, "real_time_factor",
                        number(no_host ? NAN : real_time_factor(result)));
    if (!no_host) {
        json_t *host = json_object();
        json_object_set_new(host, "wall_s", number(result->wall_s));
        json_object_set_new(object, "host", host);
    }
    if (result->interrupted)
        json_object_set_new(object, "partial", json_true());
    return object;
}

char *report_json(const struct run_result *result, bool no_host) {
    json_t *object = whole(result, no_host);
    char *dump = json_value_dump(object);
    json_value_unquote_seed(dump);
    return dump;
}
