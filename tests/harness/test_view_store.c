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
