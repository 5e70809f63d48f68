#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/report_gate.h"
#include "harness/report.h"

#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

#define MAX_LISTED  5 /* failing samples, blamed parameters */
#define MAX_MARGINS 20

struct page {
    FILE *out;
    bool colour;
    char buffer[2][1100];
    int turn;
};

/* Names come from files: no control character reaches the terminal. Holds for two calls. */
static const char *clean(struct page *page, const char *text) {
    char *buffer = page->buffer[page->turn = !page->turn];
    report_clean(text, buffer, sizeof page->buffer[0]);
    return buffer;
}

static void painted(struct page *page, const char *paint, const char *text) {
    bool colour = page->colour && paint[0];
    fprintf(page->out, "%s%s%s", colour ? paint : "", text, colour ? PLAIN : "");
}

static void head(struct page *page, const struct gate_result *result) {
    const struct board_config *config = &result->board->config;
    char line[256];
    fprintf(page->out, "%s\n", report_gate_scale(result, line, sizeof line));
    fprintf(page->out, "board %s: %s\n", clean(page, report_gate_name(result)), result->kind);
    if (result->in[0] || result->out[0]) {
        fprintf(page->out, "connectors: in %s; ", result->in[0] ? clean(page, result->in) : "-");
        fprintf(page->out, "out %s\n", result->out[0] ? clean(page, result->out) : "-");
    }
    if (config->delay_reason[0])
        fprintf(page->out, "  scale: %s\n", clean(page, config->delay_reason));
    fprintf(page->out, "profile %s: %zu failures, %zu reservations\n\n",
            report_gate_profile(result->profile), report_gate_count(result, CHECK_FAILURE),
            report_gate_count(result, CHECK_RESERVATION));
}

/* --- findings --------------------------------------------------------------------------- */

static void note(struct page *page, const char *label, const char *text) {
    if (text[0])
        fprintf(page->out, "    %s%s\n", label, clean(page, text));
}

static void waived_by(struct page *page, const struct gate_waiver *w) {
    if (!w)
        return;
    fprintf(page->out, "    waived by %s: ", clean(page, w->author));
    fprintf(page->out, "%s%s%s\n", clean(page, w->reason), w->expires[0] ? ", until " : "",
            w->expires);
}

static void finding(struct page *page, const struct gate_result *result,
                    const struct check_finding *f) {
    char line[1024];
    bool failure = f->severity == CHECK_FAILURE;
    if (f->waived)
        fputs("waived     ", page->out);
    else
        painted(page, failure ? RED : YELLOW, failure ? "FAILURE    " : "reservation");
    fprintf(page->out, " %s%s", f->check->id, f->part[0] ? " " : "");
    fprintf(page->out, "%s%s", clean(page, f->part), f->net[0] ? " " : "");
    fprintf(page->out, "%s\n", clean(page, f->net));
    note(page, "", f->text);
    note(page, "", report_gate_figures(f, line, sizeof line));
    note(page, "advice: ", f->advice);
    note(page, "at ", report_gate_source(result, f, line, sizeof line));
    waived_by(page, report_gate_waiver(result, f));
}

static void findings(struct page *page, const struct gate_result *result) {
    const struct check_report *report = &result->report;
    for (int waived = 0; waived < 2; waived++)
        for (size_t i = 0; i < report->n_findings; i++)
            if (report->findings[i].waived == waived)
                finding(page, result, &report->findings[i]);
    if (report->full)
        fprintf(page->out, "and more: %d of each check are told\n", CHECK_MAX_FINDINGS);
    if (report->n_findings)
        fputc('\n', page->out);
}

/* --- slack ------------------------------------------------------------------------------ */

struct widths {
    int name, net;
};

static int wider(int width, const char *text, int most) {
    int n = (int)strlen(text);
    return n > most ? most : n > width ? n : width;
}

static struct widths widths_of(const struct gate_result *result, const size_t *order, size_t n) {
    struct widths w = {(int)strlen("margin"), (int)strlen("net")};
    for (size_t i = 0; i < n; i++) {
        w.name = wider(w.name, result->report.margins[order[i]].name, 40);
        w.net = wider(w.net, result->report.margins[order[i]].net, 24);
    }
    return w;
}

static void margin(struct page *page, const struct check_margin *m, struct widths w) {
    char number[32];
    bool missed = m->slack < 0;
    fprintf(page->out, "%-*s %-*s ", w.name, clean(page, m->name), w.net, clean(page, m->net));
    fprintf(page->out, "%-6s %10.3f %10.3f ", m->unit, m->limit, m->value);
    snprintf(number, sizeof number, "%10.3f", m->slack);
    painted(page, missed ? RED : "", number);
    fprintf(page->out, "  %s%s\n", clean(page, m->source), missed ? "  MISSED" : "");
}

/* All that are missed, and the least slack of the others. */
static void margins(struct page *page, const struct gate_result *result) {
    size_t *order = report_gate_margins(result), n = result->report.n_margins;
    size_t shown = n < MAX_MARGINS ? n : MAX_MARGINS;
    if (!order)
        return;
    while (shown < n && result->report.margins[order[shown]].slack < 0)
        shown++;
    struct widths w = widths_of(result, order, shown);
    fprintf(page->out, "%-*s %-*s %-6s %10s %10s %10s  %s\n", w.name, "margin", w.net, "net", "",
            "limit", "worst", "slack", "source");
    for (size_t i = 0; i < shown; i++)
        margin(page, &result->report.margins[order[i]], w);
    if (shown < n)
        fprintf(page->out, "and %zu margins with more slack: --json and --html have them\n",
                n - shown);
    fputc('\n', page->out);
    free(order);
}

/* --- tolerances ------------------------------------------------------------------------- */

static void yields(struct page *page, const struct gate_result *result) {
    const struct sweep_result *s = &result->sweep;
    fprintf(page->out, "%-24s %8s %8s %8s  %s\n", "yield", "samples", "passed", "share",
            "95 % interval");
    for (size_t i = 0; i < s->n_yields; i++) {
        const struct sweep_yield *y = &s->yields[i];
        double share = y->samples ? (double)y->passed / (double)y->samples : 0;
        fprintf(page->out, "%-24s %8" PRIu64 " %8" PRIu64 " %6.2f %%  %.2f to %.2f %%%s\n",
                y->check[0] ? clean(page, y->check) : "overall", y->samples, y->passed, 100 * share,
                100 * y->low, 100 * y->high, y->apart ? "  not in the overall yield" : "");
    }
    for (size_t i = 0; i < s->n_widths; i++)
        fprintf(page->out, "with gate delays to +-%.3g %%: %.2f %%, %.2f to %.2f %%\n",
                100 * s->widths[i].width, 100 * s->widths[i].yield, 100 * s->widths[i].low,
                100 * s->widths[i].high);
    fputc('\n', page->out);
}

static void blame(struct page *page, const struct sweep_result *s) {
    if (!s->n_blame)
        return;
    fprintf(page->out,
            "the least slack is %.3f ns at nominal values; with one parameter at a limit:\n",
            s->nominal_slack);
    fprintf(page->out, "%-24s %12s %14s %14s  %s\n", "what decides", "correlation", "slack, low ns",
            "slack, high ns", "its limits");
    for (size_t i = 0; i < s->n_blame && i < 2 * MAX_LISTED; i++) {
        const struct sweep_blame *b = &s->blame[i];
        const struct sweep_parameter *p = &s->parameters[b->parameter];
        char low[40], high[40];
        fprintf(page->out, "%-24s %12.2f %14.3f %14.3f  %s to %s\n", clean(page, p->name),
                b->correlation, b->slack_low, b->slack_high,
                report_gate_value(p->low, p->unit, low, sizeof low),
                report_gate_value(p->high, p->unit, high, sizeof high));
    }
    fputc('\n', page->out);
}

static void advice(struct page *page, const struct sweep_result *s) {
    for (size_t i = 0; i < s->n_advice; i++) {
        const struct sweep_advice *a = &s->advice[i];
        fprintf(page->out, "advice: %s", clean(page, a->text));
        fprintf(page->out, " (%s; %.2f to %.2f %%)\n", clean(page, a->options), 100 * a->low,
                100 * a->high);
    }
    for (size_t i = 0; i < s->n_failures && i < MAX_LISTED; i++) {
        const struct sweep_failure *f = &s->failures[i];
        fprintf(page->out, "sample %" PRIu64 " fails %s with %s", f->sample, clean(page, f->check),
                clean(page, f->shrunk));
        fprintf(page->out, "; repeat: %s\n", clean(page, f->repeat));
    }
    if (s->n_advice || s->n_failures)
        fputc('\n', page->out);
}

static void tolerances(struct page *page, const struct gate_result *result) {
    if (!result->sweep.samples)
        return;
    yields(page, result);
    blame(page, &result->sweep);
    advice(page, &result->sweep);
}

/* --- the end ---------------------------------------------------------------------------- */

static void not_run(struct page *page, const struct gate_result *result) {
    struct report_gate_gap gap;
    char ids[1024];
    size_t i = 0;
    while (report_gate_gaps(result, &i, &gap, ids, sizeof ids))
        fprintf(page->out, "%s: %s%s%s\n", gap.part ? "not modelled" : "not checked", ids,
                ids[0] ? ": " : "", clean(page, gap.why));
}

/* The first stands in the last line, too. */
static void reasons(struct page *page, const struct gate_result *result) {
    for (size_t i = 0; i < result->n_reasons; i++)
        fprintf(page->out, "reason: %s\n", clean(page, result->reasons[i]));
}

static size_t gaps(const struct gate_result *result) {
    struct report_gate_gap gap;
    size_t n = 0;
    while (report_gate_gap(result, n, &gap))
        n++;
    return n;
}

static void verdict(struct page *page, const struct gate_result *result) {
    static const char *const words[] = {
        [GATE_ORDER] = "ORDER",
        [GATE_RESERVATIONS] = "ORDER WITH RESERVATIONS",
        [GATE_DO_NOT_ORDER] = "DO NOT ORDER",
    };
    static const char *const paints[] = {
        [GATE_ORDER] = GREEN, [GATE_RESERVATIONS] = YELLOW, [GATE_DO_NOT_ORDER] = RED};
    painted(page, paints[result->verdict], words[result->verdict]);
    if (result->sweep.interrupted)
        fputs(" (partial, interrupted)", page->out);
    fprintf(page->out, ": %zu failures, %zu reservations, %zu not checked",
            report_gate_count(result, CHECK_FAILURE), report_gate_count(result, CHECK_RESERVATION),
            gaps(result) - result->board->n_unmodelled);
    if (result->board->n_unmodelled)
        fprintf(page->out, ", %zu parts without a model", result->board->n_unmodelled);
    if (result->n_reasons)
        fprintf(page->out, "; %s", clean(page, result->reasons[0]));
    fprintf(page->out, "; repeat: %s\n", clean(page, result->repeat));
}

void report_gate_text(const struct gate_result *result, FILE *out, bool colour) {
    struct page page = {.out = out, .colour = colour};
    head(&page, result);
    findings(&page, result);
    margins(&page, result);
    tolerances(&page, result);
    not_run(&page, result);
    fprintf(out, "board %s, profile %s, seed %" PRIu64,
            clean(&page,
                  result->board->config.name[0] ? result->board->config.name : result->board->path),
            report_gate_profile(result->profile), result->seed);
    if (result->sweep.samples)
        fprintf(out, ", %" PRIu64 " samples", result->sweep.samples);
    if (result->wall_s > 0)
        fprintf(out, "; in %.2f s", result->wall_s);
    fputc('\n', out);
    reasons(&page, result);
    verdict(&page, result);
}
