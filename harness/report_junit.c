#include <inttypes.h>
#include <string.h>

#include "harness/markup.h"
#include "harness/report.h"

static bool capture_failed(const struct run_capture *capture) {
    return capture->lost || capture->corrupt || capture->extra || capture->n_failures;
}

static void property(FILE *out, const char *name, const char *value) {
    fputs("      <property", out);
    markup_attribute(out, "name", name);
    markup_attribute(out, "value", value);
    fputs("/>\n", out);
}

static void properties(FILE *out, const struct run_result *result) {
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
    fputs("    <properties>\n", out);
    property(out, "seed", seed);
    property(out, "board", result->board);
    property(out, "engine", result->engine);
    property(out, "firmware", result->firmware[0] ? result->firmware : "none");
    property(out, "repeat", result->repeat);
    fputs("    </properties>\n", out);
}

static void failure_line(FILE *out, const struct run_failure *failure) {
    fprintf(out, "%s frame %" PRIu64 ": ", report_kind(failure->kind), failure->frame);
    markup_put(out, failure->stage);
    fputs(" at ", out);
    markup_put(out, failure->net);
    fprintf(out, ", %" PRId64 " ps: ", failure->time);
    markup_put(out, failure->detail);
    fputc('\n', out);
}

static void failure_element(FILE *out, const struct run_capture *capture) {
    char message[256];
    const char *stage = capture->n_failures ? capture->failures[0].stage : "unknown";
    snprintf(message, sizeof message,
             "%" PRIu64 " lost, %" PRIu64 " corrupt, %" PRIu64 " extra; first differing stage: %s",
             capture->lost, capture->corrupt, capture->extra, stage);
    fputs("      <failure", out);
    markup_attribute(out, "type",
                     capture->n_failures ? report_kind(capture->failures[0].kind) : "failed");
    markup_attribute(out, "message", message);
    fputc('>', out);
    for (size_t i = 0; i < capture->n_failures; i++)
        failure_line(out, &capture->failures[i]);
    if (capture->more_failures)
        fprintf(out, "and %" PRIu64 " more\n", capture->more_failures);
    fputs("</failure>\n", out);
}

/* Two captures may have the same name (or be given twice): the number keeps them apart. */
static void testcase(FILE *out, const struct run_result *result, size_t index) {
    const struct run_capture *capture = &result->captures[index];
    char number[32];
    snprintf(number, sizeof number, "%zu: ", index + 1);
    fputs("    <testcase", out);
    markup_attribute(out, "classname", "linkpulse.run");
    fputs(" name=\"", out);
    markup_put(out, number);
    markup_put(out, capture->file);
    fputs("\">\n      <properties><property name=\"seed\"", out);
    snprintf(number, sizeof number, "%" PRIu64, result->seed);
    markup_attribute(out, "value", number);
    fputs("/></properties>\n", out);
    if (capture_failed(capture))
        failure_element(out, capture);
    if (capture->partial) {
        fputs("      <error type=\"damaged\"", out);
        markup_attribute(out, "message", capture->damage);
        fputs("/>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* A run can fail with every capture good (a margin below its limit, nothing replayed):
 * then the verdict itself is a failing case. */
static bool verdict_case_needed(const struct run_result *result) {
    for (size_t i = 0; i < result->n_captures; i++)
        if (capture_failed(&result->captures[i]) || result->captures[i].partial)
            return false;
    return !result->pass;
}

static void verdict_case(FILE *out, const struct run_result *result) {
    fputs("    <testcase classname=\"linkpulse.run\" name=\"verdict\">\n      <failure "
          "type=\"verdict\"",
          out);
    markup_attribute(out, "message", result->reason);
    fputs("/>\n    </testcase>\n", out);
}

static void suite(FILE *out, const struct run_result *result) {
    bool extra = verdict_case_needed(result);
    size_t failed = extra, damaged = 0;
    for (size_t i = 0; i < result->n_captures; i++) {
        failed += capture_failed(&result->captures[i]);
        damaged += result->captures[i].partial;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"linkpulse.run\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
            result->n_captures + extra, failed, damaged);
    properties(out, result);
    for (size_t i = 0; i < result->n_captures; i++)
        testcase(out, result, i);
    if (extra)
        verdict_case(out, result);
    fputs("  </testsuite>\n</testsuites>\n", out);
}

char *report_junit(const struct run_result *result) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    suite(out, result);
    return report_close(out, &text);
}
