/* A sweep's result, for people and for machines. */
#ifndef HARNESS_GATE_SWEEP_REPORT_H
#define HARNESS_GATE_SWEEP_REPORT_H

#include <stdio.h>

#include "harness/gate/sweep.h"

struct sweep_report {
    const struct sweep_result *result;
    const struct board *board;
    const char *name; /* of the board, as given */
    uint64_t seed, samples;
    unsigned shard, shards; /* from 0, of */
    double min_yield;
    const char *repeat; /* the whole command */
};

/* The yield reaches what is asked, and the run is whole. */
bool sweep_report_passes(const struct sweep_report *report);
/* The last line is the verdict and the command that repeats it. */
void sweep_report_text(const struct sweep_report *report, FILE *out, bool colour);
/* Schema linkpulse.sweep/1. */
bool sweep_report_json(const struct sweep_report *report, const char *path, struct sim_err *err);

#endif
