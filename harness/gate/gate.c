#include "harness/gate/gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/wiring.h"
#include "harness/gate/waivers.h"
#include "harness/progress.h"
#include "harness/words.h"

bool gate_profile(const char *name, enum check_profile *profile) {
    *profile = strcmp(name, "standard") == 0 ? CHECK_STANDARD : CHECK_FUNCTIONAL;
    return *profile == CHECK_STANDARD || strcmp(name, "function") == 0;
}

static bool known(const char *const *only, struct sim_err *err) {
    for (; only && *only; only++) {
        struct words_near near = {.wanted = *only};
        char hint[128];
        for (size_t i = 0; checks[i]; i++)
            words_near_offer(&near, checks[i]->id);
        if (!check_find(*only))
            return sim_err_set(err, SIM_ERR_INPUT, "--only %s: no such check%s", *only,
                               words_near_hint(&near, hint, sizeof hint));
    }
    return true;
}

/* --- ranking ------------------------------------------------------------------------------ */

static size_t place_of(const struct check *check) {
    size_t i = 0;
    while (checks[i] && checks[i] != check)
        i++;
    return i;
}

/* Failures first; then in the order of the catalogue, causes before what was measured of them;
 * what was measured, the least slack first in its share of the limit. */
static int by_weight(const void *a, const void *b) {
    const struct check_finding *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->measured != y->measured)
        return x->measured ? 1 : -1;
    size_t i = place_of(x->check), k = place_of(y->check);
    if (i != k)
        return i < k ? -1 : 1;
    double s = x->limit != 0 ? x->slack / x->limit : x->slack;
    double t = y->limit != 0 ? y->slack / y->limit : y->slack;
    if (x->measured && s != t)
        return s < t ? -1 : 1;
    int order = words_natural_compare(x->part, y->part);
    order = order ? order : words_natural_compare(x->net, y->net);
    return order ? order : strcmp(x->text, y->text);
}

static void rank(struct check_report *report) {
    if (report->n_findings)
        qsort(report->findings, report->n_findings, sizeof *report->findings, by_weight);
}

/* --- the verdict --------------------------------------------------------------------------- */

static size_t count(const struct gate_result *result, enum check_severity severity) {
    size_t n = 0;
    for (size_t i = 0; i < result->report.n_findings; i++)
        n += !result->report.findings[i].waived && result->report.findings[i].severity == severity;
    return n;
}

static void give_reasons(struct gate_result *result, enum check_severity severity) {
    const size_t room = sizeof result->reasons / sizeof *result->reasons;
    for (size_t i = 0; i < result->report.n_findings && result->n_reasons < room; i++) {
        const struct check_finding *f = &result->report.findings[i];
        if (!f->waived && f->severity == severity)
            sim_format(result->reasons[result->n_reasons++], sizeof *result->reasons, "%s: %s",
                       f->check->id, f->text);
    }
}

static bool yields_too_little(const struct gate_result *result) {
    const struct sweep_yield *overall = result->sweep.yields;
    return result->sweep.n_yields && overall->samples &&
           (double)overall->passed < result->min_yield * (double)overall->samples;
}

static double tenth(double x) {
    return floor(10 * x + 0.5) / 10;
}

void gate_judge(struct gate_result *result) {
    rank(&result->report);
    result->n_reasons = 0;
    result->verdict = GATE_ORDER;
    if (count(result, CHECK_FAILURE)) {
        result->verdict = GATE_DO_NOT_ORDER;
        give_reasons(result, CHECK_FAILURE);
        return;
    }
    if (yields_too_little(result)) {
        result->verdict = GATE_RESERVATIONS;
        const struct sweep_yield *all = result->sweep.yields;
        sim_format(result->reasons[result->n_reasons++], sizeof *result->reasons,
                   "the yield is %g %% (%g to %g %%), below %g %%",
                   100 * (double)all->passed / (double)all->samples, tenth(100 * all->low),
                   tenth(100 * all->high), 100 * result->min_yield);
    }
    if (count(result, CHECK_RESERVATION)) {
        result->verdict = GATE_RESERVATIONS;
        give_reasons(result, CHECK_RESERVATION);
    }
}

int gate_exit_code(const struct gate_result *result, bool strict) {
    if (result->verdict == GATE_DO_NOT_ORDER ||
        (result->verdict == GATE_RESERVATIONS && result->fail_on_reservations))
        return 1;
    return strict && result->board->n_unmodelled ? SIM_ERR_UNMODELLED : 0;
}

/* --- running --------------------------------------------------------------------------------- */

static bool is_among(const char *const *only, const char *id) {
    for (; *only; only++)
        if (strcmp(*only, id) == 0)
            return true;
    return false;
}

/* What nobody asked for was not checked either. */
static void tell_left_out(const struct gate_request *request, struct check_report *report) {
    for (size_t i = 0; checks[i]; i++)
        if (request->only && !is_among(request->only, checks[i]->id))
            check_not_run(report, checks[i], "left out by --only");
        else if (checks[i]->severity[request->profile] == CHECK_IGNORED)
            check_not_run(report, checks[i], "not asked for by the profile");
}

static bool is_rtl(const struct gate_request *request) {
    return request->engine && strcmp(request->engine, "rtl") == 0;
}

static bool may_sweep(const struct gate_request *request, struct gate_result *out) {
    struct board_missing missing[BOARD_MAX_MISSING];
    const char *why = !request->samples || request->only  ? "no samples were wanted"
                      : is_rtl(request)                   ? "the rtl engine judges nominal values"
                      : out->verdict == GATE_DO_NOT_ORDER ? "the board fails at nominal values"
                      : request->board->n_unmodelled      ? "a part has no model"
                                                          : "";
    sim_format(out->why_no_sweep, sizeof out->why_no_sweep, "%s", why);
    if (!*why && board_missing_attachments(request->board, missing))
        sim_format(out->why_no_sweep, sizeof out->why_no_sweep, "%s is not stated", missing[0].key);
    return !out->why_no_sweep[0];
}

/* A board that cannot be swept is judged without its yield, and the report says why. */
static void run_sweep(const struct gate_request *request, struct gate_result *out) {
    const struct sweep_request sweep = {
        .board = request->board,
        .seed = request->seed,
        .samples = request->samples,
        .jobs = request->jobs,
        .shards = 1,
        .blame = true,
        .advice = true,
        .widths = true,
        .repeat = request->sweep,
        .progress = request->progress,
        .user = request->user,
    };
    struct sim_err err = SIM_ERR_INIT;
    if (may_sweep(request, out) && !sweep_run(&sweep, &out->sweep, &err))
        sim_format(out->why_no_sweep, sizeof out->why_no_sweep, "%s", err.text);
}

static void apply_waivers(const struct gate_request *request, struct gate_result *out) {
    char today[WAIVERS_DATE];
    waivers_today(today);
    waivers_apply(out->waivers, out->n_waivers, request->date ? request->date : today,
                  request->only, &out->report);
}

static bool is_wanted(const struct check *check, const struct gate_request *request) {
    const char *const *only = request->only;
    while (only && *only && strcmp(*only, check->id) != 0)
        only++;
    return (!only || *only) && check->severity[request->profile] != CHECK_IGNORED;
}

/* The nominal run, when a check that is wanted needs it. */
static bool run_nominal(const struct gate_request *request, struct gate_result *out,
                        struct sim_err *err) {
    unsigned needs = 0;
    for (size_t i = 0; checks[i]; i++)
        needs |= is_wanted(checks[i], request) ? checks[i]->needs : 0;
    if (!needs)
        return true;
    const struct check_nominal_request nominal = {.board = request->board,
                                                  .seed = request->seed,
                                                  .firmware = request->firmware,
                                                  .engine = request->engine,
                                                  .brief = request->brief || is_rtl(request)};
    if (!check_nominal_run(&nominal, &out->nominal, err))
        return false;
    out->run = out->nominal->run;
    return true;
}

bool gate_run(const struct gate_request *request, struct gate_result *out, struct sim_err *err) {
    double start = progress_now();
    *out = (struct gate_result){
        .board = request->board,
        .profile = request->profile,
        .report = {.profile = request->profile},
        .min_yield = request->min_yield,
        .fail_on_reservations = request->fail_on_reservations,
        .seed = request->seed,
    };
    if (!known(request->only, err) ||
        !waivers_load(request->board, request->waivers, &out->waivers, &out->n_waivers, err) ||
        !run_nominal(request, out, err)) {
        gate_finish(out);
        return false;
    }
    struct wiring *wiring = wiring_create(request->board);
    struct check_context context = {
        .board = request->board, .nominal = out->nominal, .wiring = wiring};
    wiring_describe(wiring, out->kind, sizeof out->kind);
    wiring_connections(wiring, false, out->in, sizeof out->in);
    wiring_connections(wiring, true, out->out, sizeof out->out);
    bool good = check_all(&context, request->only, &out->report, err);
    wiring_destroy(wiring);
    tell_left_out(request, &out->report);
    apply_waivers(request, out);
    gate_judge(out);
    run_sweep(request, out);
    gate_judge(out);
    out->wall_s = progress_now() - start;
    if (!good)
        gate_finish(out);
    return good;
}

void gate_finish(struct gate_result *result) {
    check_report_finish(&result->report);
    check_nominal_destroy(result->nominal);
    sweep_finish(&result->sweep);
    free(result->waivers);
    *result = (struct gate_result){0};
}
