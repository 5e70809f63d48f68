/* Looks at all that a store says, for the fuzz harnesses of its readers. */
#ifndef TESTS_FUZZ_WAVE_LOOK_H
#define TESTS_FUZZ_WAVE_LOOK_H

#include "harness/view/store.h"
#include "tests/fuzz/fuzz.h"

#define WAVE_LOOK_COLUMNS 64
#define WAVE_LOOK_MOST    300 /* signals, changes of each */

static inline void wave_look_signal(const struct store *store, uint32_t signal) {
    static struct store_column columns[WAVE_LOOK_COLUMNS];
    static char bits[STORE_MAX_WIDTH + 1];
    char name[64];
    struct store_cursor cursor;
    uint64_t number;
    int64_t begin = store_begin(store), end = store_end(store);
    store_full_name(store, signal, name, sizeof name);
    store_seek(store, signal, begin, &cursor);
    for (unsigned i = 0; i < WAVE_LOOK_MOST && store_next(&cursor); i++) {
        store_bits(&cursor, bits);
        store_bit(&cursor);
        store_number(&cursor, &number);
        store_real(&cursor);
        fuzz_expect(strlen(store_text(&cursor)) < SIZE_MAX);
    }
    store_previous(&cursor);
    store_columns(store, signal, begin, (end - begin) / 2 + 1, WAVE_LOOK_COLUMNS, columns);
    store_columns(store, signal, end, 1, WAVE_LOOK_COLUMNS, columns);
}

static inline void wave_look(const struct store *store) {
    for (uint32_t i = 0; i < store_n_signals(store) && i < WAVE_LOOK_MOST; i++)
        wave_look_signal(store, i);
    store_find(store, "a.b[7:0]");
}

#endif
