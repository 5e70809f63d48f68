/* The gate as JUnit XML: a test case per check, its findings in the failure's text. */
#include <inttypes.h>
#include <string.h>

#include "harness/gate/report_gate.h"
#include "harness/markup.h"
#include "harness/report.h"

/* What became of one check. */
struct outcome {
    size_t failures, others; /* findings that count; reservations let pass, and waived ones */
    const char *skipped;     /* why it was not run; NULL: it was */
};

static bool fails(const struct gate_result *result, const struct check_finding *f) {
    return !f->waived && (f->severity == CHECK_FAILURE ||
                          (f->severity == CHECK_RESERVATION && result->fail_on_reservations));
}

static struct outcome outcome_of(const struct gate_result *result, const struct check *check) {
    const struct check_report *report = &result->report;
    struct outcome outcome = {0};
    for (size_t i = 0; i < report->n_findings; i++)
        if (report->findings[i].check == check) {
            bool failed = fails(result, &report->findings[i]);
            outcome.failures += failed;
            outcome.others += !failed;
        }
    for (size_t i = 0; i < report->n_not_run; i++)
        if (report->not_run[i].check == check)
            outcome.skipped = report->not_run[i].why;
    if (check->severity[result->profile] == CHECK_IGNORED)
        outcome.skipped = "the profile does not ask";
    if (outcome.failures || outcome.others)
        outcome.skipped = NULL;
    return outcome;
}

static void property(FILE *out, const char *name, const char *value) {
    fputs("<property", out);
    markup_attribute(out, "name", name);
    markup_attribute(out, "value", value);
    fputs("/>", out);
}

static void list(FILE *out, const struct gate_result *result, const struct check *check,
                 bool failed) {
    char line[1024];
    for (size_t i = 0; i < result->report.n_findings; i++) {
        const struct check_finding *f = &result->report.findings[i];
        if (f->check != check || fails(result, f) != failed)
            continue;
        snprintf(line, sizeof line, "%s ",
                 f->waived ? "waived" : report_gate_severity(f->severity));
        markup_put(out, line);
        if (report_gate_source(result, f, line, sizeof line)[0]) {
            markup_put(out, line);
            fputs(": ", out);
        }
        markup_put(out, f->text);
        if (report_gate_figures(f, line, sizeof line)[0]) {
            fputs("; ", out);
            markup_put(out, line);
        }
        if (f->advice[0]) {
            fputs("; advice: ", out);
            markup_put(out, f->advice);
        }
        fputc('\n', out);
    }
}

static const char *first_text(const struct gate_result *result, const struct check *check) {
    for (size_t i = 0; i < result->report.n_findings; i++)
        if (result->report.findings[i].check == check && fails(result, &result->report.findings[i]))
            return result->report.findings[i].text;
    return check->title;
}

static void open_case(FILE *out, const struct gate_result *result, const char *class_name,
                      const char *name) {
    char text[64];
    snprintf(text, sizeof text, "linkpulse.gate.%s", class_name);
    fputs("    <testcase", out);
    markup_attribute(out, "classname", text);
    markup_attribute(out, "name", name);
    fputs(">\n      <properties>", out);
    snprintf(text, sizeof text, "%" PRIu64, result->seed);
    property(out, "seed", text);
    fputs("</properties>\n", out);
}

static void testcase(FILE *out, const struct gate_result *result, const struct check *check) {
    struct outcome outcome = outcome_of(result, check);
    open_case(out, result, report_gate_class(check->of), check->id);
    if (outcome.skipped) {
        fputs("      <skipped", out);
        markup_attribute(out, "message", outcome.skipped);
        fputs("/>\n", out);
    }
    if (outcome.failures) {
        fputs("      <failure", out);
        markup_attribute(out, "type", check->id);
        markup_attribute(out, "message", first_text(result, check));
        fputc('>', out);
        list(out, result, check, true);
        fputs("</failure>\n", out);
    }
    if (outcome.others) {
        fputs("      <system-out>", out);
        list(out, result, check, false);
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* The verdict fails as well when no check does: a yield that is too low, for one. */
static bool verdict_fails(const struct gate_result *result) {
    return result->verdict == GATE_DO_NOT_ORDER ||
           (result->verdict == GATE_RESERVATIONS && result->fail_on_reservations);
}

static void verdict_case(FILE *out, const struct gate_result *result) {
    open_case(out, result, "verdict", "verdict");
    if (verdict_fails(result)) {
        fputs("      <failure type=\"verdict\"", out);
        markup_attribute(out, "message",
                         result->n_reasons ? result->reasons[0]
                                           : report_gate_verdict(result->verdict));
        fputs("/>\n", out);
    }
    fputs("    </testcase>\n", out);
}

static void suite(FILE *out, const struct gate_result *result) {
    const struct check *check;
    size_t n = 0, failed = 0, skipped = 0;
    char text[64];
    for (; (check = report_gate_check(n)); n++) {
        struct outcome outcome = outcome_of(result, check);
        failed += outcome.failures > 0;
        skipped += outcome.skipped != NULL;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"linkpulse.gate\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"%zu\">\n    <properties>",
            n + 1, failed + verdict_fails(result), skipped);
    snprintf(text, sizeof text, "%" PRIu64, result->seed);
    property(out, "seed", text);
    property(out, "board", result->board->path);
    property(out, "profile", report_gate_profile(result->profile));
    property(out, "verdict", report_gate_verdict(result->verdict));
    property(out, "repeat", result->repeat);
    fputs("</properties>\n", out);
    for (size_t i = 0; i < n; i++)
        testcase(out, result, report_gate_check(i));
    verdict_case(out, result);
    fputs("  </testsuite>\n</testsuites>\n", out);
}

char *report_gate_junit(const struct gate_result *result) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    suite(out, result);
    return report_close(out, &text);
}
