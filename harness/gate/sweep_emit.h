/* Job scripts that run a sweep in shards. */
#ifndef HARNESS_GATE_SWEEP_EMIT_H
#define HARNESS_GATE_SWEEP_EMIT_H

#include <stdint.h>
#include <stdio.h>

struct sweep_emit {
    const char *program, *command; /* "linkpulse", "linkpulse sweep BOARD --seed 1 --samples N" */
    unsigned shards;
};
void sweep_emit_slurm(const struct sweep_emit *emit, FILE *out);
void sweep_emit_parallel(const struct sweep_emit *emit, FILE *out);

#endif
