#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/store.h"
#include "tests/harness/wave_model.h"

static struct store *open_model(const struct wave_model *model) {
    struct sim_err err = SIM_ERR_INIT;
    struct store_settings settings = {.quiet = true};
    struct store *store = store_open_memory("model.vcd", model->vcd, model->vcd_n, &settings, &err);
    cr_assert(store, "line %ld: %s", err.line, err.text);
    return store;
}

static void expect_value(const struct wave_model_signal *signal, size_t i,
                         const struct store_cursor *cursor) {
    const struct wave_model_change *want = &signal->changes[i];
    char bits[WAVE_MODEL_WIDTH + 1];
    uint64_t number;
    cr_assert_eq(cursor->index, i, "%s: %zu", signal->name, i);
    cr_assert_eq(cursor->time, want->time, "%s: %zu", signal->name, i);
    if (signal->kind == STORE_REAL) {
        cr_assert_eq(store_real(cursor), want->real);
        return;
    }
    if (signal->kind == STORE_STRING) {
        cr_assert_str_eq(store_text(cursor), want->bits);
        return;
    }
    if (signal->kind != STORE_EVENT) {
        store_bits(cursor, bits);
        cr_assert_str_eq(bits, want->bits, "%s: %zu", signal->name, i);
    }
    if (signal->kind != STORE_VECTOR)
        cr_assert_eq(store_bit(cursor), want->bits[0]);
    double value = wave_model_number(signal, i);
    if (signal->kind == STORE_VECTOR) {
        cr_assert_eq(store_number(cursor, &number), !isnan(value), "%s: %s", signal->name, bits);
        cr_assert(isnan(value) || (double)number == value);
    }
}

static void expect_all_changes(const struct store *store, const struct wave_model_signal *signal,
                               uint32_t index) {
    struct store_cursor cursor;
    cr_assert_eq(store_n_changes(store, index), signal->n, "%s: %zu, not %zu", signal->name,
                 (size_t)store_n_changes(store, index), signal->n);
    cr_assert_not(store_seek(store, index, INT64_MIN, &cursor));
    cr_assert_not(store_previous(&cursor));
    for (size_t i = 0; i < signal->n; i++) {
        cr_assert(store_next(&cursor));
        expect_value(signal, i, &cursor);
    }
    cr_assert_not(store_next(&cursor));
    for (size_t i = signal->n; i-- > 0;) {
        expect_value(signal, i, &cursor);
        cr_assert_eq(store_previous(&cursor), i > 0);
    }
}

static void expect_seeks(const struct store *store, const struct wave_model_signal *signal,
                         uint32_t index) {
    struct store_cursor cursor;
    for (size_t i = 0; i < signal->n; i++) {
        int64_t time = signal->changes[i].time;
        cr_assert(store_seek(store, index, time, &cursor));
        cr_assert_eq(cursor.index, i);
        cr_assert_eq(store_seek(store, index, time - 1, &cursor),
                     i > 0 && signal->changes[0].time <= time - 1);
        cr_assert(cursor.index == (i ? i - 1 : 0));
    }
    cr_assert_eq(store_seek(store, index, INT64_MAX, &cursor), signal->n > 0);
    cr_assert_eq(cursor.index, signal->n ? signal->n - 1 : 0);
}

Test(view_store, cursors) {
    for (uint32_t seed = 0; seed < 8; seed++) {
        struct wave_model model = wave_model_make(seed, 14, 900, seed & 1);
        struct store *store = open_model(&model);
        cr_assert_eq(store_n_signals(store), model.n_signals);
        cr_assert_eq(store_end(store), model.end);
        cr_assert_eq(store_exponent(store), -12);
        for (uint32_t i = 0; i < model.n_signals; i++) {
            cr_assert_eq(store_find(store, model.signals[i].name), i);
            expect_all_changes(store, &model.signals[i], i);
            expect_seeks(store, &model.signals[i], i);
        }
        store_close(store);
        wave_model_free(&model);
    }
}

static void expect_column(const struct store_column *got, const struct store_column *want,
                          const char *name, size_t i) {
    cr_assert_eq(got->changes, want->changes, "%s: column %zu", name, i);
    cr_assert_eq(got->first, want->first, "%s: column %zu: %d, not %d", name, i, got->first,
                 want->first);
    cr_assert_eq(got->last, want->last, "%s: column %zu", name, i);
    cr_assert_eq(got->seen, want->seen, "%s: column %zu", name, i);
    cr_assert_eq(got->low, want->low, "%s: column %zu: %g, not %g", name, i, got->low, want->low);
    cr_assert_eq(got->high, want->high, "%s: column %zu", name, i);
}

static void expect_columns(const struct store *store, const struct wave_model *model, int64_t from,
                           int64_t span, size_t n) {
    struct store_column columns[200];
    for (uint32_t i = 0; i < model->n_signals; i++) {
        store_columns(store, i, from, span, n, columns);
        for (size_t k = 0; k < n; k++) {
            __extension__ typedef __int128 wide;
            int64_t begin = from + (int64_t)((wide)span * (wide)k / (wide)n);
            int64_t end = from + (int64_t)((wide)span * (wide)(k + 1) / (wide)n);
            struct store_column want = wave_model_column(&model->signals[i], begin, end);
            expect_column(&columns[k], &want, model->signals[i].name, k);
        }
    }
}

Test(view_store, columns) {
    for (uint32_t seed = 0; seed < 6; seed++) {
        struct wave_model model = wave_model_make(seed + 100, 12, 3000, seed & 1);
        struct store *store = open_model(&model);
        expect_columns(store, &model, 0, model.end + 1, 97);
        expect_columns(store, &model, -model.end / 3, model.end * 2, 33);
        for (int64_t span = 1; span <= model.end; span *= 7)
            expect_columns(store, &model, model.end / 5 * (int64_t)seed / 2, span, 53);
        expect_columns(store, &model, model.signals[0].changes[100].time - 3, 8, 60);
        store_close(store);
        wave_model_free(&model);
    }
}

/* Enough blocks for three levels of the pyramid over them. */
Test(view_store, wide_columns) {
    struct wave_model model = wave_model_make(7, 5, 70000, 1);
    struct store *store = open_model(&model);
    for (size_t n = 1; n < 12; n++)
        expect_columns(store, &model, model.end / 100 * (int64_t)n, model.end / 2 + 1, n);
    expect_columns(store, &model, 0, model.end + 1, 3);
    store_close(store);
    wave_model_free(&model);
}

static void expect_ranges(const struct store *store, const struct wave_model_signal *signal,
                          uint32_t index) {
    struct store_column column;
    for (size_t a = 0; a < signal->n; a++) {
        double before = a ? wave_model_number(signal, a - 1) : NAN;
        double low = fmin(before, INFINITY), high = fmax(before, -INFINITY);
        for (size_t b = a + 1; b < signal->n; b++) {
            int64_t from = signal->changes[a].time;
            low = fmin(low, wave_model_number(signal, b - 1));
            high = fmax(high, wave_model_number(signal, b - 1));
            store_columns(store, index, from, signal->changes[b].time - from, 1, &column);
            cr_assert(column.low == low && column.high == high, "%s: changes %zu to %zu",
                      signal->name, a, b);
        }
    }
}

/* Every stretch of changes: part of a group, of a block, of two blocks, with whole ones between. */
Test(view_store, ranges_of_all_stretches) {
    for (uint32_t seed = 0; seed < 8; seed++) {
        struct wave_model model = wave_model_make(seed + 300, 3, 800, 1);
        struct store *store = open_model(&model);
        cr_assert(model.signals[1].n > 130 && model.signals[2].n > 130);
        expect_ranges(store, &model.signals[1], 1); /* a vector, */
        expect_ranges(store, &model.signals[2], 2); /* reals */
        store_close(store);
        wave_model_free(&model);
    }
}

/* --- bursts ---------------------------------------------------------------------------------- */

#define EDGES 200000

static uint32_t next(uint32_t *random) {
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

/* A bit that toggles at `times`: bursts of a few or of thousands of edges, and rests between. */
static struct store *open_bursts(uint32_t seed, int64_t *times) {
    struct store_settings settings = {.quiet = true};
    struct sim_err err = SIM_ERR_INIT;
    char *vcd;
    size_t n, left = 0;
    int64_t now = 0;
    FILE *out = open_memstream(&vcd, &n);
    fputs("$timescale 1 ps $end\n$var wire 1 ! a $end\n$enddefinitions $end\n", out);
    for (size_t i = 0; i < EDGES; i++, left--) {
        now += left ? 1 + next(&seed) % 3 : 1 + next(&seed) % 1000000;
        left = left ? left : 1 + next(&seed) % (1u << next(&seed) % 15);
        times[i] = now;
        fprintf(out, "#%lld\n%u!\n", (long long)now, (unsigned)(i & 1));
    }
    fclose(out);
    struct store *store = store_open_memory("bursts.vcd", vcd, n, &settings, &err);
    cr_assert(store, "%s", err.text);
    free(vcd);
    return store;
}

/* How many edges are before `time`; *at is how many were before an earlier one. */
static size_t pass(const int64_t *times, size_t *at, int64_t time) {
    while (*at < EDGES && times[*at] < time)
        ++*at;
    return *at;
}

static void expect_edges(const struct store *store, const int64_t *times, int64_t from,
                         int64_t span) {
    static struct store_column columns[500];
    size_t n = sizeof columns / sizeof *columns, at = 0, before = pass(times, &at, from);
    store_columns(store, 0, from, span * (int64_t)n, n, columns);
    for (size_t i = 0; i < n; i++) {
        size_t after = pass(times, &at, from + span * (int64_t)(i + 1)), more = after - before;
        cr_assert_eq(columns[i].changes, more > 2 ? 2 : more, "column %zu: edges %zu to %zu", i,
                     before, after);
        cr_assert_eq(columns[i].first, before ? (before & 1 ? '0' : '1') : 0, "column %zu", i);
        cr_assert_eq(columns[i].last, after ? (after & 1 ? '0' : '1') : 0, "column %zu", i);
        cr_assert_eq(columns[i].seen, more > 1 ? 3 : 0, "column %zu", i);
        before = after;
    }
}

/* The next column's block is not where the last one's lets expect it. */
Test(view_store, bursts) {
    static int64_t times[EDGES];
    for (uint32_t seed = 1; seed < 4; seed++) {
        struct store *store = open_bursts(seed, times);
        uint32_t random = seed;
        for (int64_t span = store_end(store) / 400; span; span /= 3)
            for (int i = 0; i < 6; i++)
                expect_edges(store, times, times[next(&random) % EDGES] - 5, span);
        expect_edges(store, times, 0, store_end(store) / 500 + 1);
        store_close(store);
    }
}

/* A bit of 24 blocks that toggles at every tick, but change `odd` is to x. */
static char seen_with_x(size_t odd) {
    struct store_settings settings = {.quiet = true};
    struct sim_err err = SIM_ERR_INIT;
    struct store_column column;
    char *vcd;
    size_t n;
    FILE *out = open_memstream(&vcd, &n);
    fputs("$timescale 1 ps $end\n$var wire 1 ! a $end\n$enddefinitions $end\n", out);
    for (size_t i = 0; i < 24 * 128; i++)
        fprintf(out, "#%zu\n%c!\n", i, i == odd ? 'x' : (int)('0' + i % 2));
    fclose(out);
    struct store *store = store_open_memory("x.vcd", vcd, n, &settings, &err);
    cr_assert(store, "%s", err.text);
    store_columns(store, 0, 3, 24 * 128 - 6, 1, &column);
    store_close(store);
    free(vcd);
    return column.seen;
}

Test(view_store, one_x_is_seen) {
    cr_assert_eq(seen_with_x(SIZE_MAX), 3);
    cr_assert_eq(seen_with_x(1), 3);
    cr_assert_eq(seen_with_x(24 * 128 - 2), 3);
    for (size_t block = 0; block < 24; block++)
        cr_assert_eq(seen_with_x(block * 128 + 5), 7, "block %zu", block);
}
