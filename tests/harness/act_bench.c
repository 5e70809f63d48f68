#include "tests/harness/act_bench.h"

#include <criterion/criterion.h>

#include "sim/rng.h"
#include "tests/harness/view_file.h"

#define SEED 7

struct view view;
static uint64_t drawn;

uint64_t bench_draw(uint64_t below) {
    return rng_u64(SEED, 5, drawn++) % below;
}

void bench_begin(void) {
    drawn = 0;
    view_init(&view, view_file_random(SEED), NULL, NULL);
    for (uint32_t i = 0; i < store_n_signals(view.store); i++) {
        struct view_row row = view_signal_row(&view, i);
        cr_assert(view_add(&view, view.n_rows, &row));
    }
    view_set_active(&view, 0);
}

void bench_end(void) {
    view_finish(&view);
}

struct act bench_at(int64_t time) {
    return (struct act){.time = time, .row = SIZE_MAX};
}

bool bench_say(enum view_action action, const char *text) {
    struct act act = {.time = VIEW_NO_TIME, .row = SIZE_MAX, .text = text};
    return view_act(&view, action, &act);
}

int64_t bench_time(void) {
    int64_t first = store_begin(view.store), length = store_end(view.store) - first;
    return first + (int64_t)bench_draw((uint64_t)length + 1);
}

uint32_t bench_bit(void) {
    uint32_t signal;
    do
        signal = (uint32_t)bench_draw(store_n_signals(view.store));
    while (store_signal(view.store, signal)->kind != STORE_BIT ||
           store_n_changes(view.store, signal) < 4);
    return signal;
}
