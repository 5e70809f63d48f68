/* The receive path's engine, or with --engine rtl the whole board's: the one place where they
 * are told apart. */
#include "harness/replay_internal.h"

void replay_main_run_until(struct replay *r, sim_time time) {
    if (r->rtl)
        rtl_engine_run_until(r->rtl, time);
    else
        circuit_run_until(r->main, time);
}

void replay_main_line(struct replay *r, sim_time time, int level) {
    if (r->rtl)
        rtl_engine_line(r->rtl, time, level);
    else
        circuit_line(r->main, time, level);
}

void replay_main_input(struct replay *r, uint32_t net, sim_time time, int level) {
    if (r->rtl)
        rtl_engine_input(r->rtl, net, time, level);
    else
        circuit_input(r->main, net, time, level);
}

void replay_main_watch(struct replay *r, uint32_t net, bool on) {
    if (r->rtl)
        rtl_engine_watch(r->rtl, net, on);
    else
        circuit_watch(r->main, net, on);
}

sim_time replay_main_next(const struct replay *r) {
    return r->rtl ? rtl_engine_next(r->rtl) : circuit_next(r->main);
}

bool replay_waves(struct replay *r, const char *path, sim_time from, struct sim_err *err) {
    return rtl_engine_waves(r->rtl, path, from > r->now ? from : r->now, err);
}

void replay_waves_until(struct replay *r, sim_time to) {
    rtl_engine_waves_until(r->rtl, to);
}

void replay_waves_close(struct replay *r) {
    rtl_engine_waves_close(r->rtl, r->now);
}

const char *replay_rtl_count(const struct replay *r, size_t i, uint64_t *n) {
    return r->rtl ? rtl_engine_count(r->rtl, i, n) : NULL;
}

int replay_main_level(const struct replay *r, uint32_t net) {
    return r->rtl ? rtl_engine_level(r->rtl, net) : circuit_level(r->main, net);
}
