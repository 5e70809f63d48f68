#include "harness/gate/sweep_report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define RED      "\033[31m"
#define GREEN    "\033[32m"
#define PLAIN    "\033[0m"
#define DECISIVE 16 /* parameters listed */
#define FAILING  10 /* samples listed */
#define BAR      20 /* columns either way */

bool sweep_report_passes(const struct sweep_report *r) {
    const struct sweep_yield *y = &r->result->yields[0];
    return !r->result->interrupted && y->samples &&
           (double)y->passed >= r->min_yield * (double)y->samples;
}

static double share(const struct sweep_yield *y) {
    return y->samples ? (double)y->passed / (double)y->samples : 0;
}

static void heading(const struct sweep_report *r, FILE *out) {
    const struct board_config *c = &r->board->config;
    const struct sweep_result *result = r->result;
    fprintf(out, "%" PRIu64 " samples of %s, seed %" PRIu64, result->samples, r->name, r->seed);
    if (r->shards > 1)
        fprintf(out, ", shard %u/%u of %" PRIu64, r->shard + 1, r->shards, r->samples);
    fprintf(out, "; limits are %s\n",
            c->distribution == BOARD_UNIFORM ? "the ends of uniform distributions"
                                             : "3 sigma of normal distributions");
    fprintf(out, "delay scale %.4g: the nominal board %s; 1.0, datasheet typical: %s\n\n",
            result->scale, result->nominal_at_scale ? "passes" : "fails",
            result->nominal_at_one ? "it passes" : "it fails");
}

/* ns, or ms where that says more. */
static void slack_text(double ns, bool seen, char *text, size_t size) {
    if (!seen)
        snprintf(text, size, "-");
    else if (fabs(ns) >= 100000)
        snprintf(text, size, "%.3f ms", ns * 1e-6);
    else
        snprintf(text, size, "%.3f ns", ns);
}

static void yield_row(const struct sweep_yield *y, const char *name, FILE *out, bool colour) {
    char slack[32];
    if (!y->measured) {
        fprintf(out, "%-20s not measured\n", name);
        return;
    }
    bool failed = y->passed < y->samples && !y->apart;
    slack_text(y->least, y->seen, slack, sizeof slack);
    fprintf(out, "%-20s %9" PRIu64 "  %s%6.2f %%%s  %6.2f - %6.2f %%  %14s", name, y->passed,
            failed && colour ? RED : "", 100 * share(y), failed && colour ? PLAIN : "",
            100 * y->low, 100 * y->high, slack);
    if (y->seen)
        fprintf(out, "  %8" PRIu64, y->worst);
    fputc('\n', out);
}

static void yields(const struct sweep_result *result, FILE *out, bool colour) {
    fprintf(out, "%-20s %9s  %8s  %17s  %14s  %8s\n", "check", "passed", "yield", "95 % interval",
            "least slack", "sample");
    yield_row(&result->yields[0], "all", out, colour);
    for (size_t i = 1; i < result->n_yields; i++)
        if (!result->yields[i].apart)
            yield_row(&result->yields[i], result->yields[i].check, out, colour);
    fputs("\nnot in the yield of all:\n", out);
    for (size_t i = 1; i < result->n_yields; i++)
        if (result->yields[i].apart)
            yield_row(&result->yields[i], result->yields[i].check, out, colour);
    fputc('\n', out);
}

/* --- who decides --------------------------------------------------------------------------- */

/* A bar from the nominal slack down to what a limit leaves of it, `full` ns for the longest. */
static void bar(double loss, double full, bool left, FILE *out) {
    int n = loss > 0 && full > 0 ? (int)ceil(BAR * loss / full - 1e-9) : 0;
    n = n > BAR ? BAR : n;
    for (int i = 0; i < BAR; i++)
        fputc((left ? BAR - i <= n : i < n) ? '#' : ' ', out);
}

static void blame(const struct sweep_result *result, FILE *out) {
    size_t n = result->n_blame < DECISIVE ? result->n_blame : DECISIVE;
    double full = 0;
    for (size_t i = 0; i < n; i++) {
        const struct sweep_blame *b = &result->blame[i];
        full = fmax(full, result->nominal_slack - fmin(b->slack_low, b->slack_high));
    }
    if (!n)
        return;
    fprintf(out,
            "what decides; nominal slack %.3f ns, and with one parameter at its lower and upper "
            "limit\n%-20s %11s %11s %11s  %*s|loss\n",
            result->nominal_slack, "parameter", "correlation", "lower ns", "upper ns", BAR, "loss");
    for (size_t i = 0; i < n; i++) {
        const struct sweep_blame *b = &result->blame[i];
        fprintf(out, "%-20s %+11.2f %11.3f %11.3f  ", result->parameters[b->parameter].name,
                b->correlation, b->slack_low, b->slack_high);
        bar(result->nominal_slack - b->slack_low, full, true, out);
        fputc('|', out);
        bar(result->nominal_slack - b->slack_high, full, false, out);
        fputc('\n', out);
    }
    fprintf(out, "\n%-32s %11s %11s\n", "all of a class at its limits", "lower ns", "upper ns");
    for (size_t i = 0; i < result->n_corners; i++)
        fprintf(out, "%-32s %11.3f %11.3f\n", result->corners[i].name, result->corners[i].low,
                result->corners[i].high);
    fputc('\n', out);
}

static void advice(const struct sweep_result *result, FILE *out) {
    if (result->n_advice)
        fprintf(out, "changes, tried on %" PRIu64 " samples (unchanged: %.2f %%)\n", result->tried,
                100 * share(&result->untouched));
    for (size_t i = 0; i < result->n_advice; i++) {
        const struct sweep_advice *a = &result->advice[i];
        fprintf(out, "  %-28s  %6.2f %%, %.2f - %.2f %%\n", a->options, 100 * a->yield,
                100 * a->low, 100 * a->high);
    }
    if (result->n_advice)
        fputc('\n', out);
    if (result->n_widths)
        fprintf(out, "width of the gate delays, 3 sigma, tried on %" PRIu64 " samples\n",
                result->tried);
    for (size_t i = 0; i < result->n_widths; i++)
        fprintf(out, "  +-%2.0f %%  %6.2f %%, %.2f - %.2f %%\n", 100 * result->widths[i].width,
                100 * result->widths[i].yield, 100 * result->widths[i].low,
                100 * result->widths[i].high);
    if (result->n_widths)
        fputc('\n', out);
}

static void failures(const struct sweep_result *result, FILE *out) {
    size_t n = result->n_failures < FAILING ? result->n_failures : FAILING;
    for (size_t i = 0; i < n; i++) {
        const struct sweep_failure *f = &result->failures[i];
        fprintf(out, "sample %" PRIu64 ": %s%s%s; repeat: %s\n", f->sample, f->check,
                f->shrunk[0] ? ", still with " : "", f->shrunk, f->repeat);
    }
    uint64_t failed = result->yields[0].samples - result->yields[0].passed;
    if (failed > n)
        fprintf(out, "and %" PRIu64 " more\n", failed - n);
    if (n)
        fputc('\n', out);
}

static void verdict(const struct sweep_report *r, FILE *out, bool colour) {
    bool pass = sweep_report_passes(r);
    const struct sweep_yield *y = &r->result->yields[0];
    fprintf(out,
            "%s%s%s: %" PRIu64 " of %" PRIu64
            " samples, %.2f %%, asked for %.4g %%%s; repeat: %s\n",
            colour ? (pass ? GREEN : RED) : "", pass ? "PASS" : "FAIL", colour ? PLAIN : "",
            y->passed, y->samples, 100 * share(y), 100 * r->min_yield,
            r->result->interrupted ? ", interrupted" : "", r->repeat);
}

void sweep_report_text(const struct sweep_report *report, FILE *out, bool colour) {
    heading(report, out);
    yields(report->result, out, colour);
    blame(report->result, out);
    advice(report->result, out);
    failures(report->result, out);
    verdict(report, out, colour);
}
