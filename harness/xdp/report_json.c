#include <jansson.h>
#include <linux/bpf.h>

#include "harness/json_value.h"
#include "harness/report.h"
#include "harness/xdp/report.h"

#define number(n) json_value_count(n)

static json_t *json_cpus(const struct xdp_report *report) {
    const struct xdp_survey *s = report->checked.survey;
    json_t *cpus = json_array();
    for (unsigned i = 0; i < report->setup.config.cpus; i++)
        json_array_append_new(cpus, json_pack("{s:i, s:o, s:o}", "cpu", (int)i, "frames",
                                              number(s->by_slot[i]), "flows",
                                              number(s->flows_by_slot[i])));
    return cpus;
}

static json_t *json_classes(const struct xdp_survey *s) {
    json_t *classes = json_object();
    for (unsigned of = 0; of < FLOW_CLASSES; of++)
        json_object_set_new(classes, xdp_class_name(of), number(s->by_class[of]));
    return classes;
}

static json_t *json_decision(const struct xdp_decision *d) {
    return d->action == XDP_REDIRECT
               ? json_pack("{s:s, s:i}", "action", "redirect", "cpu", (int)d->slot)
               : json_pack("{s:s}", "action", d->action == XDP_PASS ? "pass" : "aborted");
}

static json_t *json_disagreements(const struct xdp_checked *checked) {
    json_t *all = json_array();
    for (size_t i = 0; i < checked->n_disagreements; i++) {
        const struct xdp_disagreement *d = &checked->disagreements[i];
        json_t *one = json_pack("{s:o, s:o, s:o}", "frame", number(d->frame), "native",
                                json_decision(&d->by[XDP_BY_NATIVE]), "interpreter",
                                json_decision(&d->by[XDP_BY_INTERPRETER]));
        if (checked->kernel)
            json_object_set_new(one, "kernel", json_decision(&d->by[XDP_BY_KERNEL]));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *json_trip(const struct xdp_trip *t) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "sent", number(t->sent), "arrived",
                     number(t->arrived), "redirected", number(t->redirected), "lost",
                     number(t->lost + t->dropped), "elsewhere", number(t->elsewhere), "overtaken",
                     number(t->overtaken));
}

static void add_spread(json_t *root, const struct xdp_report *report) {
    double chi_square, bound;
    if (xdp_survey_spread(report->checked.survey, report->setup.config.cpus, &chi_square, &bound))
        json_object_set_new(root, "spread",
                            json_pack("{s:o, s:o}", "chi_square", json_value_number(chi_square),
                                      "bound", json_value_number(bound)));
}

static void add_not_run(json_t *not_run, const char *what, const char *why) {
    if (why[0])
        json_array_append_new(not_run,
                              json_pack("{s:s, s:o}", "name", what, "why", json_value_text(why)));
}

static json_t *build(const struct xdp_report *report) {
    static const char *const trips[XDP_MODES] = {"end_to_end_native", "end_to_end_generic"};
    const struct xdp_checked *c = &report->checked;
    const struct xdp_survey *s = c->survey;
    char why[512];
    bool pass = xdp_report_passes(report, why, sizeof why);
    json_t *not_run = json_array();
    json_t *root = json_pack(
        "{s:s, s:b, s:o, s:b, s:s, s:s, s:b}", "schema", "linkpulse.xdp/1", "pass", pass, "reason",
        json_value_text(why), "partial", report->partial, "program",
        report->setup.program == XDP_REFERENCE ? "reference" : "flow", "hash",
        report->setup.program == XDP_REFERENCE ? "crc" : xdp_hash_name(report->setup.config.hash),
        "symmetric", (int)report->setup.config.symmetric);
    json_object_set_new(root, "frames", number(c->frames));
    json_object_set_new(root, "disagreed", number(c->disagreed));
    json_object_set_new(root, "disagreements", json_disagreements(c));
    json_object_set_new(root, "cpus", json_cpus(report));
    json_object_set_new(root, "classes", json_classes(s));
    json_object_set_new(root, "lost", number(s->aborted));
    json_object_set_new(root, "flows", number(s->flows));
    json_object_set_new(root, "flows_split", number(s->flows_split));
    json_object_set_new(root, "datagrams", number(s->datagrams));
    json_object_set_new(root, "datagrams_split", number(s->datagrams_split));
    add_spread(root, report);
    add_not_run(not_run, "kernel", report->kernel_why);
    for (int mode = 0; mode < XDP_MODES; mode++) {
        add_not_run(not_run, trips[mode], report->trip_why[mode]);
        if (!report->trip_why[mode][0])
            json_object_set_new(root, trips[mode], json_trip(&report->trips[mode]));
    }
    json_object_set_new(root, "not_run", not_run);
    json_object_set_new(root, "repeat", json_value_text(report->repeat));
    return root;
}

bool xdp_report_json(const struct xdp_report *report, const char *path, struct sim_err *err) {
    return report_write(json_value_dump(build(report)), path, err);
}
