/* Samples of a tolerance sweep per second and core: 20 short frames in, one out, link pulses.
 * With the cache and edge by edge, whose slacks must agree. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/gate/sweep_internal.h"

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double rate(struct sweep_worker *w, bool plain, uint64_t n, struct sweep_sample *samples) {
    double begin = cpu_s();
    for (uint64_t k = 0; k < n; k++) {
        sweep_draw(w->plan, k, w->values);
        sweep_worker_run(w, plain, &samples[k]);
    }
    return (double)n / (cpu_s() - begin);
}

static double receive_rate(struct sweep_worker *w, uint64_t n) {
    struct sweep_receive_result result;
    double seconds = 0;
    for (uint64_t k = 0; k < n; k++) {
        struct sweep_sample sample;
        sweep_worker_sample(w, k, &sample);
        double begin = cpu_s();
        sweep_receive_run(w->receive, w->uses, &w->conditions, false, &result);
        seconds += cpu_s() - begin;
    }
    return (double)n / seconds;
}

int main(void) {
    enum { CACHED = 3000, PLAIN = 100 };
    static struct sweep_sample cached[CACHED], plain[PLAIN];
    static struct sweep_plan plan;
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    struct board_request request = {.board = "nucleo_shield"};
    if (!board_load(&board, &request, &err) || !sweep_plan_create(&board, 1, -1, &plan, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct sweep_worker *w = sweep_worker_create(&plan, &err);
    if (!w) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("samples per second and core, nucleo_shield\n");
    printf("  both paths, remembered  %8.0f\n", rate(w, false, CACHED, cached));
    printf("  receive path alone      %8.0f\n", receive_rate(w, CACHED));
    printf("  both, edge by edge      %8.0f\n", rate(w, true, PLAIN, plain));
    bool same = memcmp(cached, plain, sizeof plain) == 0;
    printf("slacks of the first %d samples: %s\n", PLAIN, same ? "the same" : "DIFFERENT");
    sweep_worker_destroy(w);
    sweep_plan_destroy(&plan);
    board_finish(&board);
    return !same;
}
