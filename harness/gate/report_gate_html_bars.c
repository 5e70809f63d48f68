/* Margins, yields and blame as bars, curves as pictures. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "harness/gate/report_gate_html.h"
#include "harness/gate/svg_curve.h"
#include "harness/markup.h"

#define MAX_BLAME   15
#define MAX_MARGINS 20 /* in plain sight */

static double percent(double share) {
    return 100 * (share < 0 ? 0 : share > 1 ? 1 : share);
}

static void label(FILE *out, const char *name, const char *below) {
    fputs("<div class=\"row\"><div><span class=\"id\">", out);
    markup_put(out, name);
    fputs("</span>", out);
    if (below[0]) {
        fputs(" <span class=\"dim\">", out);
        markup_put(out, below);
        fputs("</span>", out);
    }
    fputs("</div>", out);
}

static void bar(FILE *out, const char *class_name, double from, double to) {
    fprintf(out, "<i class=\"%s\" style=\"left:%.2f%%;width:%.2f%%\"></i>", class_name,
            percent(from), percent(to) - percent(from));
}

static void mark(FILE *out, double at) {
    fprintf(out, "<b style=\"left:%.2f%%\"></b>", percent(at));
}

/* The limit in the middle, once the limit itself to either side. */
static void margin(FILE *out, const struct check_margin *m) {
    double end = 0.5 + report_gate_share(m) / 2;
    label(out, m->name, m->net);
    fputs("<div class=\"track\">", out);
    bar(out, m->slack < 0 ? "miss" : "good", end < 0.5 ? end : 0.5, end < 0.5 ? 0.5 : end);
    mark(out, 0.5);
    fprintf(out, "</div><div class=\"num\">slack %.3f ", m->slack);
    markup_put(out, m->unit);
    fprintf(out, "%s, limit %.4g</div></div>\n", m->slack < 0 ? " MISSED" : "", m->limit);
}

void report_gate_html_margins(FILE *out, const struct gate_result *result) {
    size_t *order = report_gate_margins(result);
    if (!order)
        return;
    fputs(
        "<h2>Margins</h2>\n<p class=\"dim\">The least first. The mark is the limit; a bar to the "
        "right is room, to the left it is missed; at the end of the track slack is as much as the "
        "limit or more.</p>\n<div class=\"card\">\n",
        out);
    size_t n = result->report.n_margins;
    for (size_t i = 0; i < n; i++) {
        if (i == MAX_MARGINS)
            fprintf(out, "<details><summary>%zu more</summary>\n", n - i);
        margin(out, &result->report.margins[order[i]]);
    }
    fputs(n > MAX_MARGINS ? "</details></div>\n" : "</div>\n", out);
    free(order);
}

/* --- yield ------------------------------------------------------------------------------ */

/* The estimate, its 95 % interval over it, and the least that is asked for. */
static void share(FILE *out, double yield, double low, double high, double wanted) {
    fputs("<div class=\"track\">", out);
    bar(out, yield < wanted ? "miss" : "good", 0, yield);
    bar(out, "mid", low, high);
    if (wanted > 0)
        mark(out, wanted);
    fprintf(out, "</div><div class=\"num\">%.2f %% (%.2f to %.2f)</div></div>\n", 100 * yield,
            100 * low, 100 * high);
}

static void yields(FILE *out, const struct gate_result *result) {
    const struct sweep_result *s = &result->sweep;
    fprintf(out,
            "<h2>Yield</h2>\n<p class=\"dim\">Of %" PRIu64
            " samples, with the 95 %% interval; the mark is the least that is asked for, %.4g "
            "%%.</p>\n<div class=\"card\">\n",
            s->samples, 100 * result->min_yield);
    for (size_t i = 0; i < s->n_yields; i++) {
        const struct sweep_yield *y = &s->yields[i];
        label(out, y->check[0] ? y->check : "overall", y->apart ? "not in the overall yield" : "");
        share(out, y->samples ? (double)y->passed / (double)y->samples : 0, y->low, y->high,
              y->check[0] ? 0 : result->min_yield);
    }
    fputs("</div>\n", out);
}

static void widths(FILE *out, const struct sweep_result *s) {
    char text[64];
    if (!s->n_widths)
        return;
    fputs("<h2>Yield by the spread of gate delays</h2>\n<div class=\"card\">\n", out);
    for (size_t i = 0; i < s->n_widths; i++) {
        snprintf(text, sizeof text, "delays to \xc2\xb1%.3g %%", 100 * s->widths[i].width);
        label(out, text, "");
        share(out, s->widths[i].yield, s->widths[i].low, s->widths[i].high, 0);
    }
    fputs("</div>\n", out);
}

static void advice(FILE *out, const struct sweep_result *s) {
    if (!s->n_advice)
        return;
    fputs("<h2>What would help</h2>\n<div class=\"card\">\n", out);
    for (size_t i = 0; i < s->n_advice; i++) {
        label(out, s->advice[i].text, s->advice[i].options);
        share(out, s->advice[i].yield, s->advice[i].low, s->advice[i].high, 0);
    }
    fputs("</div>\n", out);
}

/* --- what decides ----------------------------------------------------------------------- */

struct span {
    double low, high;
};

static struct span span_of(const struct sweep_result *s, size_t n) {
    /* no slack left, and the nominal one, are always in the picture */
    struct span span = {fmin(0, s->nominal_slack), fmax(0, s->nominal_slack)};
    for (size_t i = 0; i < n; i++)
        for (int side = 0; side < 2; side++) {
            double slack = side ? s->blame[i].slack_high : s->blame[i].slack_low;
            span.low = slack < span.low ? slack : span.low;
            span.high = slack > span.high ? slack : span.high;
        }
    span.high += span.low == span.high;
    return span;
}

static void one_blame(FILE *out, const struct sweep_result *s, const struct sweep_blame *b,
                      const struct span *span) {
    const struct sweep_parameter *p = &s->parameters[b->parameter];
    char limits[96], ends[2][40];
    double width = span->high - span->low, zero = -span->low / width;
    double low = fmin(b->slack_low, b->slack_high), high = fmax(b->slack_low, b->slack_high);
    snprintf(limits, sizeof limits, "%s to %s",
             report_gate_value(p->low, p->unit, ends[0], sizeof ends[0]),
             report_gate_value(p->high, p->unit, ends[1], sizeof ends[1]));
    label(out, p->name, limits);
    fputs("<div class=\"track\">", out);
    bar(out, "span", (low - span->low) / width, (high - span->low) / width);
    if (low < 0)
        bar(out, "miss", (low - span->low) / width, fmin((high - span->low) / width, zero));
    mark(out, zero);
    fprintf(out, "<b class=\"nominal\" style=\"left:%.2f%%\"></b>",
            percent((s->nominal_slack - span->low) / width));
    fprintf(out, "</div><div class=\"num\">%.2f to %.2f ns, r = %.2f</div></div>\n", b->slack_low,
            b->slack_high, b->correlation);
}

static void tornado(FILE *out, const struct sweep_result *s) {
    size_t n = s->n_blame < MAX_BLAME ? s->n_blame : MAX_BLAME;
    struct span span = span_of(s, n);
    if (!n)
        return;
    fputs(
        "<h2>What decides</h2>\n<p class=\"dim\">The least slack with one parameter at its low and "
        "at its high limit, all others nominal; the dark mark is no slack left, the dashed one the "
        "nominal board; r is the rank correlation over all samples.</p>\n<div class=\"card\">\n",
        out);
    for (size_t i = 0; i < n; i++)
        one_blame(out, s, &s->blame[i], &span);
    fputs("</div>\n", out);
}

void report_gate_html_sweep(FILE *out, const struct gate_result *result) {
    if (!result->sweep.samples)
        return;
    yields(out, result);
    advice(out, &result->sweep);
    tornado(out, &result->sweep);
    widths(out, &result->sweep);
}

void report_gate_html_curves(FILE *out, const struct gate_result *result) {
    const struct check_report *report = &result->report;
    if (!report->n_curves)
        return;
    fputs("<h2>Curves</h2>\n<p class=\"dim\">Shaded: where it must pass. A cross is a point that "
          "fails.</p>\n<div class=\"grid\">\n",
          out);
    for (size_t i = 0; i < report->n_curves; i++) {
        const struct check_curve *c = &report->curves[i];
        fputs("<div class=\"card\"><h3>", out);
        markup_put(out, c->name);
        fputs("</h3><p class=\"dim\">", out);
        markup_put(out, c->y_name);
        fputs(c->y_unit[0] ? ", " : "", out);
        markup_put(out, c->y_unit);
        fputs("</p>\n", out);
        svg_curve_draw(c, out);
        fputs("</div>\n", out);
    }
    fputs("</div>\n", out);
}
