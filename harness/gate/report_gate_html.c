/* The gate as one HTML page: no script, nothing from outside. */
#include "harness/gate/report_gate_html.h"

#include <inttypes.h>
#include <string.h>

#include "harness/gate/scene.h"
#include "harness/markup.h"
#include "harness/report.h"

#define MAX_VIEWS 12 /* waveforms in one page: the first findings that have any */

static const char *class_of(enum gate_verdict verdict) {
    static const char *const names[] = {
        [GATE_ORDER] = "order", [GATE_RESERVATIONS] = "reservations", [GATE_DO_NOT_ORDER] = "dont"};
    return names[verdict];
}

/* "Do not order" as a headline. */
static const char *headline(enum gate_verdict verdict) {
    static const char *const names[] = {
        [GATE_ORDER] = "Order",
        [GATE_RESERVATIONS] = "Order with reservations",
        [GATE_DO_NOT_ORDER] = "Do not order",
    };
    return names[verdict];
}

static void paragraph(FILE *out, const char *class_name, const char *label, const char *text) {
    if (!text[0])
        return;
    fprintf(out, "<p class=\"%s\">%s", class_name, label);
    markup_put(out, text);
    fputs("</p>\n", out);
}

static void open_page(FILE *out, const struct gate_result *result) {
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>",
          out);
    markup_put(out, report_gate_name(result));
    fprintf(out, ": %s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n",
            report_gate_verdict(result->verdict), report_gate_html_style);
}

static void verdict(FILE *out, const struct gate_result *result) {
    char line[256];
    fprintf(out, "<header class=\"%s\">\n<h1>", class_of(result->verdict));
    markup_put(out, report_gate_name(result));
    fprintf(out, "</h1>\n<p class=\"verdict %s\">%s</p>\n<p><b>", class_of(result->verdict),
            headline(result->verdict));
    markup_put(out, report_gate_scale(result, line, sizeof line));
    fputs("</b></p>\n", out);
    paragraph(out, "kind", "", result->kind);
    paragraph(out, "dim", "Connectors, in: ", result->in);
    paragraph(out, "dim", "Connectors, out: ", result->out);
    paragraph(out, "dim", "Scale: ", result->board->config.delay_reason);
    if (result->sweep.interrupted)
        fputs("<p><b>Partial: interrupted while samples were drawn.</b></p>\n", out);
    if (result->n_reasons)
        fputs("<ul>\n", out);
    for (size_t i = 0; i < result->n_reasons; i++) {
        fputs("<li>", out);
        markup_put(out, result->reasons[i]);
        fputs("</li>\n", out);
    }
    if (result->n_reasons)
        fputs("</ul>\n", out);
    fprintf(out, "<p class=\"dim\">Profile %s, seed %" PRIu64 ", ",
            report_gate_profile(result->profile), result->seed);
    markup_put(out, result->board->path);
    fputs("</p>\n<p class=\"dim\">Repeat: <code>", out);
    markup_put(out, result->repeat);
    fputs("</code></p>\n</header>\n", out);
}

/* --- findings --------------------------------------------------------------------------- */

static bool waveform(FILE *out, const struct gate_scene *scene, const struct check_finding *f) {
    struct gate_view view;
    if (!scene || !gate_scene_view(scene, f->part, f->net, f->text, &view))
        return false;
    svg_strips_draw(view.strips, view.n, view.from, view.to, view.origin, out);
    gate_view_finish(&view);
    fputs("<p class=\"dim\">From the start of a frame, at nominal values.</p>\n", out);
    return true;
}

static void waived_by(FILE *out, const struct gate_waiver *w) {
    if (!w)
        return;
    fputs("<p class=\"dim\">Waived by ", out);
    markup_put(out, w->author);
    fprintf(out, "%s%s: ", w->expires[0] ? " until " : "", w->expires);
    markup_put(out, w->reason);
    fputs("</p>\n", out);
}

static bool finding(FILE *out, const struct gate_result *result, const struct gate_scene *scene,
                    const struct check_finding *f) {
    char line[1024];
    const char *word = f->waived ? "waived" : report_gate_severity(f->severity);
    fprintf(out, "<article class=\"card\">\n<h3><span class=\"tag %s\">%s</span>", word, word);
    markup_put(out, f->check->id);
    if (report_gate_place(f, line, sizeof line)[0]) {
        fputs(" <code>", out);
        markup_put(out, line);
        fputs("</code>", out);
    }
    fputs("</h3>\n", out);
    paragraph(out, "text", "", f->text);
    paragraph(out, "num", "", report_gate_figures(f, line, sizeof line));
    paragraph(out, "advice", "<b>Advice:</b> ", f->advice);
    waived_by(out, report_gate_waiver(result, f));
    bool drawn = waveform(out, scene, f);
    fputs("<p class=\"dim\">", out);
    markup_put(out, report_gate_source(result, f, line, sizeof line));
    fputs(line[0] && f->check->source ? "; limit: " : "", out);
    markup_put(out, f->check->source ? f->check->source : "");
    fputs("</p>\n</article>\n", out);
    return drawn;
}

static void findings(FILE *out, const struct gate_result *result, const struct gate_scene *scene) {
    const struct check_report *report = &result->report;
    int views = 0;
    fputs("<h2>Findings</h2>\n", out);
    if (!report->n_findings)
        fputs("<p>None.</p>\n", out);
    for (int waived = 0; waived < 2; waived++)
        for (size_t i = 0; i < report->n_findings; i++)
            if (report->findings[i].waived == waived)
                views +=
                    finding(out, result, views < MAX_VIEWS ? scene : NULL, &report->findings[i]);
    if (report->full)
        fprintf(out, "<p>And more: %d of each check are told.</p>\n", CHECK_MAX_FINDINGS);
}

/* --- the rest --------------------------------------------------------------------------- */

static void pictures(FILE *out, const struct gate_scene *scene) {
    if (!scene || (!gate_scene_eye(scene)[0] && !gate_scene_pulse(scene)[0]))
        return;
    fputs("<h2>What it sends</h2>\n", out);
    for (int i = 0; i < 2; i++) {
        const char *svg = i ? gate_scene_pulse(scene) : gate_scene_eye(scene);
        if (svg[0])
            fprintf(out, "<div class=\"card paper\">\n%s</div>\n", svg);
    }
}

static void one_gap(FILE *out, const struct report_gate_gap *gap, const char *ids) {
    fputs("<li>", out);
    if (ids[0]) {
        fputs("<span class=\"id\">", out);
        markup_put(out, ids);
        fputs("</span>", out);
    }
    if (gap->check) {
        fputs(" (", out);
        markup_put(out, gap->check->title);
        fputs(")", out);
    }
    fputs(gap->part ? "Not modelled: " : ": ", out);
    markup_put(out, gap->why);
    fputs("</li>\n", out);
}

static void not_run(FILE *out, const struct gate_result *result) {
    struct report_gate_gap gap;
    char ids[1024];
    size_t i = 0;
    if (!report_gate_gap(result, 0, &gap))
        return;
    fputs("<h2>Not checked</h2>\n<div class=\"card\"><ul>\n", out);
    while (report_gate_gaps(result, &i, &gap, ids, sizeof ids))
        one_gap(out, &gap, ids);
    fputs("</ul></div>\n", out);
}

char *report_gate_html(const struct gate_result *result, const struct gate_scene *scene) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    open_page(out, result);
    verdict(out, result);
    findings(out, result, scene);
    report_gate_html_margins(out, result);
    report_gate_html_sweep(out, result);
    report_gate_html_curves(out, result);
    pictures(out, scene);
    not_run(out, result);
    fputs("</main>\n</body>\n</html>\n", out);
    return report_close(out, &text);
}
