#include "harness/checks/check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/nominal.h"
#include "harness/checks/wiring.h"
#include "sim/err.h"

const struct check *check_find(const char *id) {
    for (size_t i = 0; checks[i]; i++)
        if (strcmp(checks[i]->id, id) == 0)
            return checks[i];
    return NULL;
}

const char *check_class_name(enum check_class of) {
    static const char *const names[] = {"static", "timing", "line", "function", "firmware"};
    return names[of];
}

/* Room for one more; out of memory ends the program, as in netlist_create(). */
static void *more(void *array, size_t n, size_t size) {
    if (n & (n - 1))
        return array; /* grown at powers of two */
    void *bigger = realloc(array, (n ? 2 * n : 1) * size);
    if (!bigger)
        abort();
    return bigger;
}

static size_t count_of(const struct check_report *report, const struct check *check) {
    size_t n = 0;
    for (size_t i = 0; i < report->n_findings; i++)
        n += report->findings[i].check == check;
    return n;
}

bool check_is_full(struct check_report *report, const struct check *check) {
    bool full = count_of(report, check) >= CHECK_MAX_FINDINGS;
    report->full |= full;
    return full;
}

struct check_finding *check_found(struct check_report *report, const struct check *check,
                                  const char *format, ...) {
    struct check_finding *finding = &report->dropped;
    if (!check_is_full(report, check)) {
        report->findings = more(report->findings, report->n_findings, sizeof *report->findings);
        finding = &report->findings[report->n_findings++];
    }
    *finding = (struct check_finding){.check = check, .severity = check->severity[report->profile]};
    va_list args;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
    return finding;
}

void check_advise(struct check_finding *finding, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(finding->advice, sizeof finding->advice, format, args);
    va_end(args);
}

struct check_margin *check_measured(struct check_report *report, const struct check *check,
                                    const char *name, double value, double limit, double slack,
                                    const char *unit) {
    report->margins = more(report->margins, report->n_margins, sizeof *report->margins);
    struct check_margin *margin = &report->margins[report->n_margins++];
    *margin = (struct check_margin){.check = check, .value = value, .limit = limit, .slack = slack};
    sim_format(margin->name, sizeof margin->name, "%s", name);
    sim_format(margin->unit, sizeof margin->unit, "%s", unit);
    sim_format(margin->source, sizeof margin->source, "%s", check->source);
    if (slack < 0) {
        struct check_finding *finding =
            check_found(report, check, "%s is %.4g %s, %.3g %s beyond its limit of %.4g %s", name,
                        value, unit, -slack, unit, limit, unit);
        finding->measured = true;
        finding->value = value;
        finding->limit = limit;
        finding->slack = slack;
        sim_format(finding->unit, sizeof finding->unit, "%s", unit);
    }
    return margin;
}

struct check_curve *check_draw(struct check_report *report, const struct check *check,
                               const char *name) {
    report->curves = more(report->curves, report->n_curves, sizeof *report->curves);
    struct check_curve *curve = &report->curves[report->n_curves++];
    *curve = (struct check_curve){.check = check, .required_low = NAN, .required_high = NAN};
    sim_format(curve->name, sizeof curve->name, "%s", name);
    return curve;
}

void check_not_run(struct check_report *report, const struct check *check, const char *format,
                   ...) {
    report->not_run = more(report->not_run, report->n_not_run, sizeof *report->not_run);
    struct check_not_run *entry = &report->not_run[report->n_not_run++];
    *entry = (struct check_not_run){.check = check};
    va_list args;
    va_start(args, format);
    vsnprintf(entry->why, sizeof entry->why, format, args);
    va_end(args);
}

void check_report_finish(struct check_report *report) {
    free(report->findings);
    free(report->margins);
    free(report->curves);
    free(report->not_run);
    *report = (struct check_report){0};
}

/* --- running them ------------------------------------------------------------------------ */

static bool is_wanted(const struct check *check, const char *const *only) {
    if (!only)
        return true;
    for (; *only; only++)
        if (strcmp(*only, check->id) == 0)
            return true;
    return false;
}

static bool has_line(const struct board *board) {
    return *board->config.attach.line_tx_p && *board->config.attach.line_tx_n;
}

/* Why a check's needs are not met; NULL when they are. */
static const char *missing(const struct check *check, const struct check_context *context) {
    const struct check_nominal *nominal = context->nominal;
    unsigned dynamic =
        CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE | CHECK_NEEDS_CONVERSATION | CHECK_NEEDS_CURVES;
    if (check->needs & dynamic && !nominal)
        return "the board was not simulated";
    if (check->needs & dynamic && !nominal->run)
        return *nominal->why_not ? nominal->why_not : "the board was not simulated";
    if (check->needs & (CHECK_NEEDS_FIRMWARE | CHECK_NEEDS_CONVERSATION) && nominal->no_firmware)
        return nominal->no_firmware;
    if (check->needs & CHECK_NEEDS_LINE && !has_line(context->board))
        return "attach.line_tx_p and attach.line_tx_n are not stated";
    return NULL;
}

bool check_all(const struct check_context *context, const char *const *only,
               struct check_report *report, struct sim_err *err) {
    struct check_context full = *context;
    struct wiring *made = context->wiring ? NULL : wiring_create(context->board);
    bool good = true;
    if (made)
        full.wiring = made;
    for (size_t i = 0; good && checks[i]; i++) {
        const struct check *check = checks[i];
        if (!is_wanted(check, only) || check->severity[report->profile] == CHECK_IGNORED)
            continue;
        const char *why = missing(check, &full);
        if (why)
            check_not_run(report, check, "%s", why);
        else
            good = check->run(check, &full, report, err);
    }
    wiring_destroy(made);
    return good;
}
