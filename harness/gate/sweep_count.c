/* Yields, and the samples that failed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_stats.h"
#include "harness/gate/sweep_study.h"

static void note(struct sweep_yield *y, uint64_t k, int32_t slack, double ns, bool passed) {
    y->samples++;
    y->passed += passed;
    y->measured += slack != SWEEP_NOT_SEEN;
    bool figure = slack != SWEEP_NOT_SEEN && slack != SWEEP_AMPLE;
    if (!figure || (y->seen && ns >= y->least))
        return;
    y->seen = true;
    y->least = ns;
    y->worst = k;
}

void sweep_count(const struct sweep_study *study, struct sweep_result *out) {
    struct sweep_yield *yields = out->yields;
    out->samples = study->n;
    out->n_yields = 1 + SWEEP_CHECKS;
    for (int i = 0; i < SWEEP_CHECKS; i++) {
        snprintf(yields[1 + i].check, sizeof yields->check, "%s", sweep_checks[i].name);
        yields[1 + i].apart = sweep_checks[i].apart;
    }
    for (uint64_t i = 0; i < study->n; i++) {
        const struct sweep_sample *sample = &study->samples[i];
        int32_t least = sweep_least(sample);
        note(&yields[0], study->first + i, least, least * 1e-3, sweep_passed(sample));
        for (int c = 0; c < SWEEP_CHECKS; c++)
            note(&yields[1 + c], study->first + i, sample->slack[c],
                 sweep_slack_ns((enum sweep_check)c, sample->slack[c]), sample->slack[c] >= 0);
    }
    for (size_t i = 0; i < out->n_yields; i++)
        sweep_wilson(yields[i].passed, yields[i].samples, &yields[i].low, &yields[i].high);
}

enum sweep_check sweep_culprit(const struct sweep_sample *sample) {
    int culprit = -1;
    for (int i = 0; i < SWEEP_CHECKS; i++) {
        bool outcome = i == SWEEP_RECEIVE || i == SWEEP_TRANSMIT;
        if (sweep_checks[i].apart || sample->slack[i] >= 0 || outcome)
            continue;
        if (culprit < 0 || sample->slack[i] < sample->slack[culprit])
            culprit = i;
    }
    if (culprit < 0)
        culprit = sample->slack[SWEEP_TRANSMIT] < 0 ? SWEEP_TRANSMIT : SWEEP_RECEIVE;
    return (enum sweep_check)culprit;
}

/* --- failures ------------------------------------------------------------------------------ */

/* Shrinking takes a few hundred evaluations each: the first ones only. */
#define SHRUNK 20

static void name_failure(const struct sweep_study *study, uint64_t k, struct sweep_failure *f) {
    const struct sweep_request *request = study->request;
    f->sample = k;
    snprintf(f->check, sizeof f->check, "%s",
             sweep_checks[sweep_culprit(&study->samples[k - study->first])].name);
    int n = request->repeat
                ? snprintf(f->repeat, sizeof f->repeat, "%s --sample %" PRIu64, request->repeat, k)
                : snprintf(f->repeat, sizeof f->repeat,
                           "linkpulse sweep %s --seed %" PRIu64 " --sample %" PRIu64,
                           request->board->path, study->plan->seed, k);
    if (n < 0 || (size_t)n >= sizeof f->repeat)
        snprintf(f->repeat, sizeof f->repeat, "... --sample %" PRIu64, k);
}

static void shrink_one(struct sweep_worker *worker, const struct sweep_study *study,
                       struct sweep_failure *f) {
    const struct sweep_plan *plan = study->plan;
    double *deviations = calloc(plan->n_parameters, sizeof *deviations);
    bool *kept = calloc(plan->n_parameters, sizeof *kept);
    if (!deviations || !kept)
        abort(); /* as netlist_create() does */
    for (size_t i = 0; i < plan->n_parameters; i++)
        deviations[i] = sweep_deviation(plan, f->sample, i);
    sweep_shrink(worker, deviations, sweep_culprit(&study->samples[f->sample - study->first]),
                 kept);
    sweep_shrunk_text(plan, deviations, kept, f->shrunk, sizeof f->shrunk);
    free(deviations);
    free(kept);
}

bool sweep_find_failures(const struct sweep_study *study, struct sweep_result *out,
                         struct sim_err *err) {
    for (uint64_t i = 0; i < study->n && out->n_failures < SWEEP_MAX_FAILURES; i++)
        if (!sweep_passed(&study->samples[i]))
            name_failure(study, study->first + i, &out->failures[out->n_failures++]);
    if (!out->n_failures)
        return true;
    struct sweep_worker *worker = sweep_worker_create(study->plan, err);
    for (size_t i = 0; worker && i < out->n_failures && i < SHRUNK; i++)
        shrink_one(worker, study, &out->failures[i]);
    sweep_worker_destroy(worker);
    return worker != NULL;
}
