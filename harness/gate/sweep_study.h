/* What is made of the samples: yields, failures, who decides, and what to change. */
#ifndef HARNESS_GATE_SWEEP_STUDY_H
#define HARNESS_GATE_SWEEP_STUDY_H

#include "harness/gate/sweep_pool.h"

/* Deviations that still fail `check` when all others are nominal, `kept` per parameter; none
 * of them can be left out. */
#define SWEEP_MAX_CHUNK 64
void sweep_shrink(struct sweep_worker *worker, const double *deviations, enum sweep_check check,
                  bool *kept);
/* "R5 +1.8 %, U2E vt_plus +8.1 %" */
void sweep_shrunk_text(const struct sweep_plan *plan, const double *deviations, const bool *kept,
                       char *out, size_t size);

/* The failing check that explains most: the least slack, what was lost only when nothing else
 * fails. */
enum sweep_check sweep_culprit(const struct sweep_sample *sample);

/* Each fills its part of `out`; false with `err` on lack of memory, or when the board cannot be
 * simulated. `samples` are the first n of the sweep. */
struct sweep_study {
    const struct sweep_request *request;
    const struct sweep_plan *plan;
    const struct sweep_sample *samples;
    uint64_t first, n; /* samples first .. first + n - 1 */
};
void sweep_count(const struct sweep_study *study, struct sweep_result *out);
bool sweep_find_failures(const struct sweep_study *study, struct sweep_result *out,
                         struct sim_err *err);
bool sweep_find_blame(const struct sweep_study *study, struct sweep_result *out,
                      struct sim_err *err);
bool sweep_find_advice(const struct sweep_study *study, struct sweep_result *out,
                       struct sim_err *err);
bool sweep_try_widths(const struct sweep_study *study, struct sweep_result *out,
                      struct sim_err *err);
/* Everything the request asks for. */
bool sweep_conclude(const struct sweep_study *study, struct sweep_result *out, struct sim_err *err);

/* sweep_run() of a plan that is there, and of samples that may be on disk. `request->shards`
 * is not 0. */
struct sweep_origin;
struct sweep_recording {
    const char *path;
    const struct sweep_origin *origin;
    const char *hash;
};
bool sweep_run_recorded(const struct sweep_request *request, const struct sweep_plan *plan,
                        const struct sweep_recording *recording, struct sweep_result *out,
                        struct sim_err *err);

/* The yield of the first `n` samples of another board, or of other gate delays: the same draws.
 * A negative `width` is the board's. */
bool sweep_try(const struct sweep_study *study, const struct board *board, double width, uint64_t n,
               struct sweep_yield *out, struct sim_err *err);

#endif
