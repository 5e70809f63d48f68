/* An open store: an index, mapped or in memory, and how its blocks are read. */
#ifndef HARNESS_VIEW_STORE_INTERNAL_H
#define HARNESS_VIEW_STORE_INTERNAL_H

#include <math.h>
#include <stddef.h>

#include "harness/view/store.h"
#include "harness/view/store_layout.h"

struct store {
    char *path;
    const uint8_t *base; /* the index */
    uint64_t size;
    bool mapped;        /* by mmap; else by malloc */
    const char *origin; /* for tests and notes: "built", "index", "memory" */
    struct layout_head head;
    const struct layout_data *datas; /* in the index */
    struct store_scope *scopes;
    struct store_signal *signals;
    struct store_grid *grid;   /* of the last picture; allocated */
    struct store_names *names; /* allocated; its tables when a name is first looked for */
};

/* Signals by the hash of their own names without ranges. */
struct store_names {
    uint32_t *heads; /* [mask + 1]; STORE_NONE: there is none */
    uint32_t *next;  /* [n_signals] */
    uint32_t mask;
    uint64_t key[2]; /* of the hash */
};
void store_names_finish(struct store_names *names);

/* When the columns of a picture begin. Most signals of a picture ask for the same ones. */
#define STORE_GRID 4096
struct store_grid {
    int64_t from, span;
    uint64_t n, first; /* columns of the picture; the first one here */
    bool filled;
    int64_t whens[STORE_GRID + 1];
};

/* Takes `base` in any case. NULL with `err` when it is no sound index. */
struct store *store_adopt(const char *path, uint8_t *base, uint64_t size, bool mapped,
                          struct sim_err *err);

/* --- blocks: store_block.c ------------------------------------------------------------------ */

struct store_block {
    const uint8_t *times, *values;
    const uint8_t *groups; /* NULL: it has none */
    uint64_t step;
    int64_t first;
    uint32_t n, value_bits;
    uint8_t time_bits, encoding;
    char turns[2]; /* LAYOUT_ALTERNATE: the values */
    bool bit;      /* of a signal of one bit */
};

/* One that does not lie within the index reads as x throughout. */
void store_block_open(const struct store *store, const struct layout_data *data, uint64_t number,
                      struct store_block *block);

static inline int64_t store_block_when(const struct store_block *block, uint64_t i) {
    uint64_t since = block->step * layout_get(block->times, i, block->time_bits);
    return (int64_t)((uint64_t)block->first + since);
}

/* How many of the times are less than `least`: the first is. Always the same steps, and without
 * branches that depend on the times: none of them could be foreseen. */
static inline uint32_t store_block_search(const struct store_block *block, uint64_t least,
                                          bool narrow) {
    uint64_t mask = layout_mask(block->time_bits);
    uint32_t at = 1, last = block->n - 1;
    for (uint32_t half = LAYOUT_BLOCK / 2; half; half /= 2) {
        uint32_t probe = at + half - 1 < last ? at + half - 1 : last;
        uint64_t since = narrow ? layout_get_short(block->times, probe, block->time_bits, mask)
                                : layout_get(block->times, probe, block->time_bits);
        at += half & -(uint32_t)(since < least);
    }
    return at < block->n ? at : block->n;
}

/* How many of the block's changes are before `when`. */
static inline uint32_t store_block_before(const struct store_block *block, int64_t when) {
    uint64_t since = (uint64_t)when - (uint64_t)block->first;
    if (when <= block->first)
        return 0;
    if (!block->time_bits)
        return block->n; /* all at the first's time: one, or the index is damaged */
    uint64_t least = block->step > 1 ? (since - 1) / block->step + 1 : since;
    return block->time_bits <= LAYOUT_SHORT ? store_block_search(block, least, true)
                                            : store_block_search(block, least, false);
}

char store_block_char_other(const struct store_block *block, uint64_t i); /* other encodings */
/* Bits: the character. Vectors: '=' when it is a number, else its first character. */
static inline char store_block_char(const struct store_block *block, uint64_t i) {
    if (block->encoding == LAYOUT_ALTERNATE)
        return block->turns[i & 1];
    return store_block_char_other(block, i);
}
/* Vectors: character `k` from the right, k < value_bits of the encoding; beyond, what fills. */
char store_block_state(const struct store_block *block, uint64_t i, uint64_t k);
/* Vectors and bits. False: x or z in it, or more than 64 bits. */
bool store_block_number(const struct store_block *block, uint64_t i, uint64_t *number);
uint64_t store_block_word(const struct store_block *block, uint64_t i);

/* Vectors and reals: makes *range hold the numbers of changes `from` up to, not with, `to` also.
 * The first looks at each of them, which is best of one; the second at as few as it can. */
void store_block_range_changes(const struct store_block *block, uint32_t from, uint32_t to,
                               struct layout_range *range);
void store_block_range(const struct store_block *block, uint32_t from, uint32_t to,
                       struct layout_range *range);
/* The same of groups `from` up to, not with, `to`, and of changes that lie in one group: these
 * are left out where nothing in their group lies outside the range. */
void store_block_range_groups(const struct store_block *block, uint32_t from, uint32_t to,
                              struct layout_range *range);
void store_block_range_edge(const struct store_block *block, uint32_t from, uint32_t to,
                            struct layout_range *range);

static inline struct layout_range store_range_none(void) {
    return (struct layout_range){INFINITY, -INFINITY};
}

static inline void store_range_widen(struct layout_range *range, double low, double high) {
    range->low = low < range->low ? low : range->low;
    range->high = high > range->high ? high : range->high;
}

static inline bool store_range_holds(const struct layout_range *range,
                                     const struct layout_range *other) {
    return other->low >= range->low && other->high <= range->high;
}

/* How many of the changes are before `when`. */
uint64_t store_before(const struct store *store, const struct layout_data *data, int64_t when);
/* The clock: how many times are before `time`, and the ticks of one. */
int64_t store_when(const struct store *store, int64_t time);
int64_t store_ticks(const struct store *store, int64_t when);

static inline const int64_t *store_times(const struct store *store,
                                         const struct layout_data *data) {
    return (const int64_t *)(const void *)(store->base + data->times);
}

static inline const uint64_t *store_places(const struct store *store,
                                           const struct layout_data *data) {
    return (const uint64_t *)(const void *)(store->base + data->places);
}

#endif
