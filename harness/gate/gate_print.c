/* The gate's result as text. */
#include <string.h>

#include "harness/gate/gate.h"
#include "harness/report.h"

static void print_clean(const char *text, FILE *out) {
    char clean[1100];
    report_clean(text, clean, sizeof clean);
    fputs(clean, out);
}

static void print_finding(const struct gate_result *result, const struct check_finding *f,
                          FILE *out) {
    fprintf(out, "%s %s", f->severity == CHECK_FAILURE ? "FAILURE    " : "reservation",
            f->check->id);
    fputs(*f->part ? " " : "", out);
    print_clean(f->part, out);
    fputs(*f->net ? " " : "", out);
    print_clean(f->net, out);
    fputs(f->waived ? " (waived)\n    " : "\n    ", out);
    print_clean(f->text, out);
    fputs(*f->advice ? "\n    advice: " : "", out);
    print_clean(f->advice, out);
    if (f->line) {
        fputs("\n    at ", out);
        print_clean(result->board->path, out);
        fprintf(out, ":%ld", f->line);
    }
    fputc('\n', out);
}

/* The checks that were not run for the same reason, where it comes first. */
static void print_reason(const struct check_report *report, size_t first, FILE *out) {
    const char *why = report->not_run[first].why;
    for (size_t i = 0; i < first; i++)
        if (strcmp(report->not_run[i].why, why) == 0)
            return;
    fprintf(out, "not checked: %s", report->not_run[first].check->id);
    for (size_t i = first + 1; i < report->n_not_run; i++)
        if (strcmp(report->not_run[i].why, why) == 0)
            fprintf(out, ", %s", report->not_run[i].check->id);
    fputs(": ", out);
    print_clean(why, out);
    fputc('\n', out);
}

/* What the gate did not look at, with the reason: checks, then whole classes without a check.
 * Returns how many. */
static size_t print_not_run(const struct gate_result *result, FILE *out) {
    size_t n = result->report.n_not_run;
    bool has[CHECK_FIRMWARE + 1] = {false};
    for (size_t i = 0; checks[i]; i++)
        has[checks[i]->of] = true;
    for (size_t i = 0; i < result->report.n_not_run; i++)
        print_reason(&result->report, i, out);
    for (int of = 0; of <= CHECK_FIRMWARE; of++)
        if (!has[of] && ++n)
            fprintf(out, "not checked: %s: this version has no such check\n",
                    check_class_name((enum check_class)of));
    if (!result->sweep.samples && ++n)
        fprintf(out, "not checked: yield: no samples were drawn\n");
    for (size_t i = 0; i < result->board->n_unmodelled; i++) {
        fputs("not modelled: ", out);
        print_clean(result->board->unmodelled[i].text, out);
        fputc('\n', out);
    }
    return n;
}

static size_t count(const struct gate_result *result, enum check_severity severity) {
    size_t n = 0;
    for (size_t i = 0; i < result->report.n_findings; i++)
        n += !result->report.findings[i].waived && result->report.findings[i].severity == severity;
    return n;
}

void gate_print(const struct gate_result *result, FILE *out) {
    static const char *const verdicts[] = {"ORDER", "ORDER WITH RESERVATIONS", "DO NOT ORDER"};
    const struct check_report *report = &result->report;
    fputs("board ", out);
    print_clean(*result->board->config.name ? result->board->config.name : result->board->path,
                out);
    fprintf(out, ": %s\nconnectors: in ", result->kind);
    print_clean(*result->in ? result->in : "-", out);
    fputs("; out ", out);
    print_clean(*result->out ? result->out : "-", out);
    fprintf(out, "\nprofile %s\n\n", result->profile == CHECK_STANDARD ? "standard" : "function");
    for (size_t i = 0; i < report->n_findings; i++)
        print_finding(result, &report->findings[i], out);
    if (report->full)
        fprintf(out, "and more: %d of each check are told\n", CHECK_MAX_FINDINGS);
    fputs(report->n_findings ? "\n" : "", out);
    size_t not_run = print_not_run(result, out);
    fprintf(out, "\n%s: %zu failures, %zu reservations, %zu not checked", verdicts[result->verdict],
            count(result, CHECK_FAILURE), count(result, CHECK_RESERVATION), not_run);
    if (result->board->n_unmodelled)
        fprintf(out, ", %zu parts without a model", result->board->n_unmodelled);
    fprintf(out, "; repeat: %s\n", result->repeat);
}
