/* Many samples on several threads. Whoever evaluates a sample, its slacks are the same. */
#ifndef HARNESS_GATE_SWEEP_POOL_H
#define HARNESS_GATE_SWEEP_POOL_H

#include "harness/gate/sweep_internal.h"

struct sweep_batch {
    const struct sweep_plan *plan;
    uint64_t first, n;        /* samples first .. first + n - 1 */
    struct sweep_sample *out; /* [n] */
    unsigned jobs;            /* 0: one per processor */
    void *user;
    /* Samples out[from .. to - 1] are there, from the calling thread and in order. False stops
     * the batch. NULL: not wanted. */
    bool (*done)(void *user, uint64_t from, uint64_t to);
};

/* `*completed` of n samples, the first ones, were evaluated: all, unless `done` or Ctrl-C
 * stopped it. False with `err` when the board cannot be simulated. */
bool sweep_batch_run(const struct sweep_batch *batch, uint64_t *completed, struct sim_err *err);

#endif
