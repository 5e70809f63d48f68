/* Makes a store out of what a reader finds: scopes and signals first, then values in the order
 * of time. Everything that is refused leaves `err` without a place, which the reader adds.
 *
 * Memory is bounded by the signals and by the number of blocks: changes go to the sink as soon
 * as a block of a signal is full.
 */
#ifndef HARNESS_VIEW_STORE_BUILD_H
#define HARNESS_VIEW_STORE_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/view/store.h"
#include "harness/view/store_layout.h"
#include "sim/err.h"

#define STORE_BUILD_MEMORY  ((uint64_t)1 << 30) /* octets of a store in memory at most */
#define STORE_BUILD_SCOPES  (1u << 22)
#define STORE_BUILD_SIGNALS (1u << 22)
#define STORE_BUILD_NAMES   ((uint64_t)256 << 20) /* octets */
#define STORE_BUILD_TEXTS   ((uint64_t)512 << 20) /* octets of memory, for 256 MB at least */
#define STORE_BUILD_DEPTH   1000                  /* scopes in scopes */

/* Where the index goes: a stream that can seek, or memory. */
struct store_sink {
    FILE *stream; /* NULL: memory */
    uint8_t *memory;
    uint64_t size, room; /* written so far; allocated */
    bool failed;         /* the disk or the memory is full */
};
void store_sink_put(struct store_sink *sink, const void *octets, size_t n);
void store_sink_pad(struct store_sink *sink); /* to a multiple of 8 */

struct store_change {
    int64_t when;   /* the number of its time; of the clock: ticks */
    uint64_t value; /* a character, a number, a double's bits; of text: its index in the block */
};

/* Growing octets. */
struct store_octets {
    uint8_t *at;
    size_t n, room;
};

/* The texts of one signal's values that are no words: strings, vectors with x or above 64. */
struct store_texts {
    struct store_octets current, committed, block; /* of the block: NUL-terminated in a row */
    uint64_t is_text[LAYOUT_BLOCK / 64];
};

enum store_form { STORE_FORM_NONE, STORE_FORM_WORD, STORE_FORM_TEXT };

/* One signal while it is built. `current` is what the file said last; it becomes a change when
 * the time passes, so that of several values at one time the last one holds. */
struct store_data {
    uint64_t current, committed;
    int64_t when; /* the number of current's time */
    uint8_t current_form, committed_form;
    bool dirty; /* current is not committed yet */
    uint8_t kind;
    uint32_t width;
    uint32_t n, room; /* of the block that is open */
    struct store_change *block;
    struct store_texts *texts; /* NULL: none yet */
    uint64_t n_changes;
    struct store_octets times, places, seen, ranges; /* the directory, as in the layout */
};

struct store_build {
    struct store_sink sink;
    struct sim_err *err;
    struct store_octets names, scopes, signals; /* the latter two as in the layout */
    struct store_data *datas;
    uint32_t n_scopes, n_signals, n_datas, room_datas;
    uint32_t scope, depth;
    int32_t exponent;
    struct store_data clock;
    int64_t now, begin;         /* ticks */
    int64_t when;               /* the number of `now` */
    bool timed;                 /* a time was seen */
    uint64_t texts;             /* octets of memory of all signals' texts that were long once */
    struct store_octets packed; /* of the block being packed */
    const char *note;
    struct layout_source source;
};

/* Zeroed before; `stream` as in the sink. `err` is filled by whatever fails later. */
void store_build_init(struct store_build *build, FILE *stream, struct sim_err *err);
void store_build_finish(struct store_build *build); /* frees all but the sink; accepts zeroed */

bool store_build_scope(struct store_build *build, const char *name, size_t n);
bool store_build_upscope(struct store_build *build);
/* A new place for changes; STORE_NONE with err. */
uint32_t store_build_data(struct store_build *build, enum store_kind kind, uint32_t width);
/* A signal in the present scope that shows `data`. */
bool store_build_signal(struct store_build *build, const char *name, size_t n, uint32_t data);

/* After all signals, before values and times. */
bool store_build_begin(struct store_build *build);
/* The time of what follows. False: it is before the last one, or with err no memory is left. */
bool store_build_time(struct store_build *build, int64_t time);
/* Values of the kind that fits `data`. Characters are those of store_bit(). False with err. */
bool store_build_bits(struct store_build *build, uint32_t data, const char *bits, size_t n);
bool store_build_real(struct store_build *build, uint32_t data, double value);
bool store_build_text(struct store_build *build, uint32_t data, const char *text, size_t n);
bool store_build_event(struct store_build *build, uint32_t data);
bool store_build_commit(struct store_build *build, struct store_data *data);

/* The same for words of other kinds than events, while the open block has room: the usual way. */
static inline bool store_build_commit_word(struct store_build *build, struct store_data *data) {
    if (data->current_form != STORE_FORM_WORD || data->committed_form != STORE_FORM_WORD ||
        data->n + 1 >= data->room || data->kind == STORE_EVENT)
        return store_build_commit(build, data);
    data->dirty = false;
    if (data->current == data->committed)
        return true;
    data->block[data->n++] = (struct store_change){data->when, data->current};
    data->committed = data->current;
    return true;
}

/* Ends the index: the sink holds it whole. */
bool store_build_end(struct store_build *build);

/* Any word as the value of a signal: the way of most values, so inline. */
static inline bool store_build_word(struct store_build *build, struct store_data *data,
                                    uint64_t value) {
    if (data->current == value && data->current_form == STORE_FORM_WORD)
        return true;
    if (data->dirty && data->when != build->when && !store_build_commit_word(build, data))
        return false;
    data->current = value;
    data->current_form = STORE_FORM_WORD;
    data->when = build->when;
    data->dirty = true;
    return true;
}

/* --- shared by the files of the builder ------------------------------------------------------ */

bool store_octets_put(struct store_octets *octets, const void *from, size_t n);
/* Packs the open block of `data`, puts it into the sink and its row into the directory. */
bool store_pack(struct store_build *build, struct store_data *data);
bool store_build_no_memory(struct store_build *build);

#endif
