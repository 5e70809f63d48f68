/* The gate as SARIF 2.1.0 (OASIS): a run, its rules the checks, its results the findings. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/gate/report_gate.h"
#include "harness/json_value.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

#define set          json_object_set_new
#define text(string) json_value_text(string)

static json_t *message(const char *string) {
    return json_pack("{s:o}", "text", text(string));
}

/* 3.27.10: "none" is left to what the profile does not ask for. */
static const char *level(enum check_severity severity) {
    static const char *const names[] = {
        [CHECK_IGNORED] = "none", [CHECK_RESERVATION] = "warning", [CHECK_FAILURE] = "error"};
    return names[severity];
}

static json_t *rule(const struct gate_result *result, const struct check *check) {
    json_t *object = json_object();
    set(object, "id", text(check->id));
    set(object, "shortDescription", message(check->title));
    set(object, "fullDescription", message(check->source ? check->source : check->title));
    set(object, "defaultConfiguration",
        json_pack("{s:s}", "level", level(check->severity[result->profile])));
    set(object, "properties", json_pack("{s:[s]}", "tags", report_gate_class(check->of)));
    return object;
}

static size_t rule_index(const struct check *check) {
    size_t i = 0;
    while (report_gate_check(i) && report_gate_check(i) != check)
        i++;
    return i;
}

/* RFC 3986: what is not unreserved or '/' is percent-encoded. */
static json_t *uri(const char *path) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    char out[3 * 512 + 16];
    size_t n = 0;
    if (path[0] == '/')
        n = (size_t)snprintf(out, sizeof out, "file://");
    else if (strncmp(path, "./", 2) == 0)
        path += 2;
    for (; *path && n + 4 < sizeof out; path++) {
        if (strchr(plain, *path))
            out[n++] = *path;
        else
            n += (size_t)snprintf(out + n, sizeof out - n, "%%%02X", (unsigned char)*path);
    }
    out[n] = 0;
    return json_string(out);
}

static json_t *location(const struct gate_result *result, const struct check_finding *f) {
    const char *path = f->file[0] ? f->file : result->board->path;
    json_t *artifact = json_object(), *physical = json_object();
    set(artifact, "uri", uri(path));
    if (path[0] != '/')
        set(artifact, "uriBaseId", text("%SRCROOT%"));
    set(physical, "artifactLocation", artifact);
    /* viewers want a place to show it at: the first line where none is known */
    set(physical, "region",
        json_pack("{s:I}", "startLine", (json_int_t)(f->line > 0 ? f->line : 1)));
    json_t *object = json_pack("{s:o}", "physicalLocation", physical);
    char place[256];
    if (report_gate_place(f, place, sizeof place)[0])
        set(object, "logicalLocations", json_pack("[{s:o}]", "name", text(place)));
    return object;
}

/* Parts and nets keep their names when lines move: the same finding in the next revision. */
static json_t *fingerprint(const struct check_finding *f) {
    char key[320];
    snprintf(key, sizeof key, "%s/%s/%s", f->check->id, f->part, f->net);
    return json_pack("{s:o}", "linkpulse/v1", text(key));
}

static void suppress(json_t *object, const struct gate_result *result,
                     const struct check_finding *f) {
    const struct gate_waiver *w = report_gate_waiver(result, f);
    char why[512] = "";
    if (!f->waived)
        return;
    if (w)
        snprintf(why, sizeof why, "%s: %s", w->author, w->reason);
    set(object, "suppressions",
        json_pack("[{s:s,s:o}]", "kind", "external", "justification", text(why)));
}

/* "text (figures); advice: ..." */
static void sentence_of(const struct check_finding *f, char *out, size_t size) {
    char figures[256];
    report_gate_figures(f, figures, sizeof figures);
    snprintf(out, size, "%s%s%s%s%s%s", f->text, figures[0] ? " (" : "", figures,
             figures[0] ? ")" : "", f->advice[0] ? "; advice: " : "", f->advice);
}

static json_t *one(const struct gate_result *result, const struct check_finding *f) {
    char sentence[1100];
    sentence_of(f, sentence, sizeof sentence);
    json_t *object = json_object();
    set(object, "ruleId", text(f->check->id));
    set(object, "ruleIndex", json_value_count(rule_index(f->check)));
    set(object, "level", json_string(level(f->severity)));
    set(object, "message", message(sentence));
    set(object, "locations", json_pack("[o]", location(result, f)));
    set(object, "partialFingerprints", fingerprint(f));
    suppress(object, result, f);
    return object;
}

static json_t *tool(const struct gate_result *result, const char *version) {
    json_t *rules = json_array(), *driver = json_object();
    for (size_t i = 0; report_gate_check(i); i++)
        json_array_append_new(rules, rule(result, report_gate_check(i)));
    set(driver, "name", text("linkpulse"));
    set(driver, "version", text(version));
    set(driver, "rules", rules);
    return json_pack("{s:o}", "driver", driver);
}

/* What was not checked is told as notifications of the run. */
static json_t *invocation(const struct gate_result *result) {
    json_t *notes = json_array();
    for (size_t i = 0; i < result->report.n_not_run; i++) {
        const struct check_not_run *n = &result->report.not_run[i];
        json_t *object = json_object();
        set(object, "level", json_string("note"));
        set(object, "message", message(n->why));
        set(object, "associatedRule", json_pack("{s:o}", "id", text(n->check->id)));
        json_array_append_new(notes, object);
    }
    json_t *object = json_object();
    set(object, "executionSuccessful", json_true());
    set(object, "commandLine", text(result->repeat));
    set(object, "toolExecutionNotifications", notes);
    return object;
}

char *report_gate_sarif(const struct gate_result *result, const char *version) {
    json_t *run = json_object(), *results = json_array();
    for (size_t i = 0; i < result->report.n_findings; i++)
        if (result->report.findings[i].severity != CHECK_IGNORED)
            json_array_append_new(results, one(result, &result->report.findings[i]));
    set(run, "tool", tool(result, version));
    set(run, "invocations", json_pack("[o]", invocation(result)));
    set(run, "results", results);
    set(run, "columnKind", json_string("unicodeCodePoints"));
    set(run, "properties",
        json_pack("{s:o}", "verdict", text(report_gate_verdict(result->verdict))));
    return json_value_dump(
        json_pack("{s:s,s:s,s:[o]}", "$schema", SCHEMA, "version", "2.1.0", "runs", run));
}
