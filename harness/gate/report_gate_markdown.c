/* The gate for the summary of a CI job. */
#include <inttypes.h>
#include <string.h>

#include "harness/gate/report_gate.h"
#include "harness/report.h"

#define MAX_ROWS 50 /* a summary is read, and CI cuts long ones */

/* CommonMark 2.4: an escaped punctuation mark is itself; a table ends a cell at '|'. */
static void put(FILE *out, const char *text) {
    char clean[1100];
    report_clean(text, clean, sizeof clean);
    for (const char *p = clean; *p; p++) {
        if (strchr("\\`*_{}[]<>#|~&!", *p))
            fputc('\\', out);
        fputc(*p, out);
    }
}

/* Code needs a fence longer than any run of backquotes within. */
static void code(FILE *out, const char *text) {
    char clean[1100];
    size_t longest = 0, run = 0;
    report_clean(text, clean, sizeof clean);
    for (const char *p = clean; *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        fputc('`', out);
    fprintf(out, "%s%s%s", longest ? " " : "", clean, longest ? " " : "");
    for (size_t i = 0; i <= longest; i++)
        fputc('`', out);
}

static void row(FILE *out, const struct gate_result *result, const struct check_finding *f) {
    char text[1024];
    fprintf(out, "| %s | ", f->waived ? "waived" : report_gate_severity(f->severity));
    put(out, f->check->id);
    fputs(" | ", out);
    put(out, report_gate_place(f, text, sizeof text));
    fputs(" | ", out);
    put(out, f->text);
    if (report_gate_figures(f, text, sizeof text)[0]) {
        fputs("; ", out);
        put(out, text);
    }
    if (f->advice[0]) {
        fputs(". Advice: ", out);
        put(out, f->advice);
    }
    fputs(" | ", out);
    put(out, report_gate_source(result, f, text, sizeof text));
    fputs(" |\n", out);
}

static void findings(FILE *out, const struct gate_result *result) {
    const struct check_report *report = &result->report;
    size_t rows = 0;
    if (!report->n_findings)
        return;
    fputs("\n| severity | check | where | what | line |\n|---|---|---|---|---|\n", out);
    for (int waived = 0; waived < 2; waived++)
        for (size_t i = 0; i < report->n_findings; i++)
            if (report->findings[i].waived == waived && rows++ < MAX_ROWS)
                row(out, result, &report->findings[i]);
    if (rows > MAX_ROWS || report->full)
        fprintf(out, "\nand more: see the other reports\n");
}

static void yields(FILE *out, const struct sweep_result *s) {
    if (!s->samples)
        return;
    fputs("\n| yield | passed | share | 95 % interval |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < s->n_yields; i++) {
        const struct sweep_yield *y = &s->yields[i];
        fputs("| ", out);
        put(out, y->check[0] ? y->check : "overall");
        fputs(y->apart ? " (apart)" : "", out);
        fprintf(out, " | %" PRIu64 " of %" PRIu64 " | %.2f %% | %.2f to %.2f %% |\n", y->passed,
                y->samples, y->samples ? 100 * (double)y->passed / (double)y->samples : 0,
                100 * y->low, 100 * y->high);
    }
    for (size_t i = 0; i < s->n_advice; i++) {
        fputs("\nAdvice: ", out);
        put(out, s->advice[i].text);
        fputc('\n', out);
    }
}

static void not_run(FILE *out, const struct gate_result *result) {
    struct report_gate_gap gap;
    char ids[1024];
    size_t n = 0, i = 0;
    while (report_gate_gap(result, n, &gap))
        n++;
    if (!n)
        return;
    fprintf(out, "\n<details><summary>Not checked: %zu</summary>\n\n", n);
    while (report_gate_gaps(result, &i, &gap, ids, sizeof ids)) {
        fputs("- ", out);
        put(out, gap.part ? "not modelled" : ids);
        fputs(": ", out);
        put(out, gap.why);
        fputc('\n', out);
    }
    fputs("\n</details>\n", out);
}

char *report_gate_markdown(const struct gate_result *result) {
    static const char *const marks[] = {
        [GATE_ORDER] = "\xe2\x9c\x85",
        [GATE_RESERVATIONS] = "\xe2\x9a\xa0\xef\xb8\x8f",
        [GATE_DO_NOT_ORDER] = "\xe2\x9d\x8c",
    };
    char *text = NULL, line[256];
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fprintf(out, "## %s ", marks[result->verdict]);
    put(out, report_gate_name(result));
    fprintf(out, ": %s\n\n", report_gate_verdict(result->verdict));
    put(out, report_gate_scale(result, line, sizeof line));
    fprintf(out, "; profile %s.\n", report_gate_profile(result->profile));
    for (size_t i = 0; i < result->n_reasons; i++) {
        fputs(i ? "- " : "\n- ", out);
        put(out, result->reasons[i]);
        fputc('\n', out);
    }
    findings(out, result);
    yields(out, &result->sweep);
    not_run(out, result);
    fputs("\nRepeat: ", out);
    code(out, result->repeat);
    fputc('\n', out);
    return report_close(out, &text);
}
