/* A gate's result with something planted in every list, on the reference board. */
#ifndef TESTS_HARNESS_GATE_BENCH_H
#define TESTS_HARNESS_GATE_BENCH_H

#include "harness/gate/gate.h"

struct gate_bench {
    struct board board;
    struct gate_result result;
    struct check_finding findings[6];
    struct check_margin margins[4];
    struct check_curve curves[2];
    struct check_not_run not_run[2];
    struct gate_waiver waivers[1];
    struct sweep_parameter parameters[4];
    struct sweep_yield yields[3];
    struct sweep_blame blame[4];
    struct sweep_advice advice[1];
    struct sweep_failure failures[1];
    struct sweep_width widths[2];
};

/* What markup must not survive. */
#define GATE_BENCH_NASTY "<script>alert(\"1\")</script> & 'x' | ``` \x1b[31m \xff"

/* 0: order; 1: reservations; 2: do not order, everything planted. False with `err` when the
 * reference board cannot be read. */
bool gate_bench_load(struct gate_bench *bench, int verdict, struct sim_err *err);
void gate_bench_finish(struct gate_bench *bench);

#endif
