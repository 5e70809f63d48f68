/* A sweep from request to result. */
#include "harness/gate/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_records.h"
#include "harness/gate/sweep_study.h"
#include "harness/interrupt.h"

struct watching {
    const struct sweep_request *request;
    const struct sweep_sample *samples; /* of the batch */
    struct sweep_records *records;      /* NULL: none */
    uint64_t before, failures;          /* read from the records; so far */
    bool good;
    struct sim_err *err;
};

static void count_failures(struct watching *w, const struct sweep_sample *samples, uint64_t n) {
    for (uint64_t i = 0; i < n; i++)
        w->failures += !sweep_passed(&samples[i]);
}

static bool tell(void *user, uint64_t from, uint64_t to) {
    struct watching *w = user;
    count_failures(w, w->samples + from, to - from);
    if (w->records)
        w->good = sweep_records_append(w->records, w->samples + from, to - from, w->err);
    if (w->request->progress)
        w->request->progress(w->request->user, w->before + to, w->failures);
    return w->good;
}

/* The nominal board at its own delay scale, and at 1.0. */
static bool try_nominal(const struct sweep_study *study, struct sweep_result *out,
                        struct sim_err *err) {
    struct board at_one = *study->plan->board;
    struct sweep_yield y;
    at_one.config.delay_scale = 1;
    out->scale = study->plan->board->config.delay_scale;
    if (!sweep_try(study, study->plan->board, -1, 1, &y, err))
        return false;
    out->nominal_at_scale = y.passed == 1;
    out->nominal_slack = y.least;
    if (!sweep_try(study, &at_one, -1, 1, &y, err))
        return false;
    out->nominal_at_one = y.passed == 1;
    return true;
}

static bool take_parameters(const struct sweep_plan *plan, struct sweep_result *out) {
    out->n_parameters = plan->n_parameters;
    out->parameters = calloc(plan->n_parameters, sizeof *out->parameters);
    out->yields = calloc(1 + SWEEP_CHECKS, sizeof *out->yields);
    out->failures = calloc(SWEEP_MAX_FAILURES, sizeof *out->failures);
    if (!out->parameters || !out->yields || !out->failures)
        return false;
    memcpy(out->parameters, plan->parameters, plan->n_parameters * sizeof *out->parameters);
    return true;
}

bool sweep_conclude(const struct sweep_study *study, struct sweep_result *out,
                    struct sim_err *err) {
    const struct sweep_request *request = study->request;
    *out = (struct sweep_result){0};
    bool good =
        take_parameters(study->plan, out) || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (good)
        sweep_count(study, out);
    bool more = !interrupted; /* who wants an end wants no further study */
    good =
        good && (!more || (try_nominal(study, out, err) && sweep_find_failures(study, out, err) &&
                           (!request->blame || sweep_find_blame(study, out, err)) &&
                           (!request->advice || sweep_find_advice(study, out, err)) &&
                           (!request->widths || sweep_try_widths(study, out, err))));
    out->interrupted |= interrupted != 0;
    if (!good)
        sweep_finish(out);
    return good;
}

/* What is left of the samples behind those read from the records. */
static bool evaluate(struct watching *w, struct sweep_study *study, struct sweep_sample *samples,
                     uint64_t n, uint64_t have) {
    const struct sweep_batch batch = {.plan = study->plan,
                                      .first = study->first + have,
                                      .n = n - have,
                                      .out = samples + have,
                                      .jobs = w->request->jobs,
                                      .user = w,
                                      .done = tell};
    count_failures(w, samples, have);
    w->samples = samples + have;
    w->before = have;
    w->good = true;
    bool good = sweep_batch_run(&batch, &study->n, w->err) && w->good;
    study->n += have;
    study->samples = samples;
    return good;
}

static bool run(const struct sweep_request *request, const struct sweep_plan *plan,
                const struct sweep_recording *recording, struct sweep_sample *samples, uint64_t n,
                struct sweep_result *out, struct sim_err *err) {
    struct sweep_study study = {.request = request, .plan = plan};
    struct sweep_records records;
    uint64_t have = 0;
    const struct sweep_origin origin = {
        .samples = request->samples, .shard = request->shard, .shards = request->shards};
    study.first = sweep_first(&origin, request->shard);
    if (recording && !sweep_records_open(&records, recording->path, recording->origin,
                                         recording->hash, samples, &have, err))
        return false;
    struct watching watching = {
        .request = request, .records = recording ? &records : NULL, .err = err};
    bool good = evaluate(&watching, &study, samples, n, have);
    if (recording)
        good = sweep_records_close(&records, err) && good;
    good = good && sweep_conclude(&study, out, err);
    if (good)
        out->interrupted |= study.n < n;
    return good;
}

bool sweep_run_recorded(const struct sweep_request *request, const struct sweep_plan *plan,
                        const struct sweep_recording *recording, struct sweep_result *out,
                        struct sim_err *err) {
    const struct sweep_origin origin = {.samples = request->samples, .shards = request->shards};
    uint64_t n = sweep_first(&origin, request->shard + 1) - sweep_first(&origin, request->shard);
    struct sweep_sample *samples = calloc((size_t)n + 1, sizeof *samples);
    bool good =
        samples || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory for %ld samples", (long)n);
    good = good && run(request, plan, recording, samples, n, out, err);
    free(samples);
    return good;
}

bool sweep_run(const struct sweep_request *request, struct sweep_result *out, struct sim_err *err) {
    struct sweep_request whole = *request;
    struct sweep_plan plan;
    *out = (struct sweep_result){0};
    whole.shards = whole.shards ? whole.shards : 1;
    if (whole.samples > SWEEP_MOST_SAMPLES || whole.shard >= whole.shards)
        return sim_err_set(err, SIM_ERR_INPUT, "expected at most %d samples, and a shard of %u",
                           SWEEP_MOST_SAMPLES, whole.shards);
    bool good = sweep_plan_create(request->board, request->seed, -1, &plan, err) &&
                sweep_run_recorded(&whole, &plan, NULL, out, err);
    sweep_plan_destroy(&plan);
    return good;
}

void sweep_finish(struct sweep_result *result) {
    free(result->parameters);
    free(result->yields);
    free(result->blame);
    free(result->corners);
    free(result->advice);
    free(result->failures);
    free(result->widths);
    *result = (struct sweep_result){0};
}
