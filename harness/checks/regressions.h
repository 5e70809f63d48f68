/* The captures that the gate replays, and fewer of them for many boards: captures/gate.tsv and
 * captures/gate_brief.tsv below board_data_dir(). */
#ifndef HARNESS_CHECKS_REGRESSIONS_H
#define HARNESS_CHECKS_REGRESSIONS_H

#include "harness/run_result.h"
#include "sim/err.h"

#define REGRESSIONS_MAX 32

struct regressions {
    char *names[REGRESSIONS_MAX]; /* owned paths */
    const char *files[REGRESSIONS_MAX];
    size_t n;
};

/* False with `err` and an empty list: no such file, no row, or a row that is none. */
bool regressions_read(struct regressions *list, bool brief, struct sim_err *err);
void regressions_finish(struct regressions *list); /* accepts a zeroed one */

/* What is wrong with the first one that could not be read whole; "" without any. */
const char *regressions_damage(const struct run_result *result);

#endif
