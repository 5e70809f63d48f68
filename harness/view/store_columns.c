/* A picture's columns. The directory tells which block a column's end lies in and what whole
 * blocks within a column hold, so that a column costs one search in one block, whatever the
 * time that it stands for. */
#include <math.h>
#include <string.h>

#include "harness/view/store_internal.h"

#define FETCH 32 /* columns; STORE_GRID is a multiple of it */

/* Goes through a signal's changes from left to right. */
struct walk {
    const struct store *store;
    const struct layout_data *data;
    const int64_t *times;
    uint64_t n_blocks;
    uint64_t at;     /* changes passed */
    int64_t next;    /* when change `at` is; INT64_MAX: there is none */
    uint64_t number; /* of the block that is open; n_blocks: none */
    struct store_block block;
};

static void open_block(struct walk *walk, uint64_t number) {
    if (walk->number != number)
        store_block_open(walk->store, walk->data, number, &walk->block);
    walk->number = number;
}

/* The last block from `low` on that begins before `when`; block `low` does. */
static uint64_t last_before(const struct walk *walk, uint64_t low, int64_t when) {
    uint64_t stride = 1, high;
    while (low + stride < walk->n_blocks && walk->times[low + stride] < when) {
        low += stride;
        stride *= 2;
    }
    high = low + stride < walk->n_blocks ? low + stride : walk->n_blocks;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (walk->times[middle] < when)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Passes all changes before `when`. */
static void walk_to(struct walk *walk, int64_t when) {
    if (walk->next >= when)
        return;
    uint64_t number = last_before(walk, walk->at / LAYOUT_BLOCK, when);
    open_block(walk, number);
    uint32_t before = store_block_before(&walk->block, when);
    walk->at = number * LAYOUT_BLOCK + before;
    if (before < walk->block.n)
        walk->next = store_block_when(&walk->block, before);
    else
        walk->next = number + 1 < walk->n_blocks ? walk->times[number + 1] : INT64_MAX;
}

/* Has the blocks that the next columns end in fetched: in a file of a gigabyte each of them is
 * far from the last, and waiting for memory would take most of the time. */
static void fetch_ahead(const struct walk *walk, const int64_t *whens, size_t n) {
    const uint64_t *places =
        (const uint64_t *)(const void *)(walk->store->base + walk->data->places);
    uint64_t numbers[FETCH], low = walk->at / LAYOUT_BLOCK;
    size_t found = 0;
    for (size_t i = 0; i < n && low < walk->n_blocks; i++) {
        uint64_t number = walk->times[low] < whens[i] ? last_before(walk, low, whens[i]) : low;
        if (found && number == low)
            continue;
        __builtin_prefetch(&places[number]);
        numbers[found++] = low = number;
    }
    for (size_t i = 0; i < found; i++)
        for (uintptr_t line = 0; line < 4; line++)
            __builtin_prefetch(
                (const void *)((uintptr_t)walk->store->base + places[numbers[i]] + line * 64));
}

static struct walk begin(const struct store *store, const struct layout_data *data) {
    struct walk walk = {.store = store,
                        .data = data,
                        .times = store_times(store, data),
                        .n_blocks = layout_blocks(data->n_changes),
                        .next = INT64_MAX};
    walk.number = walk.n_blocks;
    if (walk.n_blocks)
        walk.next = walk.times[0];
    return walk;
}

/* --- what was seen of a bit ------------------------------------------------------------------ */

static char seen_of(char c) {
    return c == '0' ? 1 : c == '1' ? 2 : 4;
}

static char seen_in_block(struct walk *walk, uint64_t number, uint32_t from, uint32_t to) {
    char seen = 0;
    open_block(walk, number);
    for (uint32_t i = from; i < to; i++) {
        seen |= seen_of(store_block_char(&walk->block, i));
        if (walk->block.encoding == LAYOUT_ALTERNATE && i > from)
            break; /* more of the same */
    }
    return seen;
}

/* Part of a block, unless the block has nothing that was not seen yet. */
static char more_seen(struct walk *walk, char seen, uint64_t number, uint32_t from, uint32_t to) {
    const uint8_t *whole = walk->store->base + walk->data->seen;
    return whole[number] & ~seen ? (char)(seen | seen_in_block(walk, number, from, to)) : seen;
}

static char seen_between(struct walk *walk, uint64_t from, uint64_t to, char seen) {
    const uint8_t *whole = walk->store->base + walk->data->seen;
    uint64_t first = from / LAYOUT_BLOCK, last = to / LAYOUT_BLOCK;
    if (first == last)
        return more_seen(walk, seen, first, from % LAYOUT_BLOCK, to % LAYOUT_BLOCK);
    for (uint64_t number = first + 1; number < last && seen != 7; number++)
        seen |= (char)(whole[number] & 7);
    if (to % LAYOUT_BLOCK)
        seen = more_seen(walk, seen, last, 0, to % LAYOUT_BLOCK);
    return more_seen(walk, seen, first, from % LAYOUT_BLOCK, LAYOUT_BLOCK);
}

/* --- the range of numbers -------------------------------------------------------------------- */

static void widen(struct layout_range *range, double low, double high) {
    range->low = low < range->low ? low : range->low;
    range->high = high > range->high ? high : range->high;
}

static void range_of_reals(const struct store_block *block, uint32_t from, uint32_t to,
                           struct layout_range *range) {
    struct layout_range found = *range;
    for (uint32_t i = from; i < to; i++) {
        double value;
        memcpy(&value, block->values + i * sizeof value, sizeof value);
        widen(&found, value, value);
    }
    *range = found;
}

/* Plain numbers of up to 64 bits, the most frequent by far. */
static void range_of_plain(const struct store_block *block, uint32_t from, uint32_t to,
                           struct layout_range *range) {
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t i = from; i < to; i++) {
        uint64_t word = layout_get(block->values, i, block->value_bits);
        low = word < low ? word : low;
        high = word > high ? word : high;
    }
    if (from < to)
        widen(range, (double)low, (double)high);
}

static void range_in_block(struct walk *walk, uint64_t number, uint32_t from, uint32_t to,
                           struct layout_range *range) {
    open_block(walk, number);
    const struct store_block *block = &walk->block;
    uint64_t word;
    if (block->encoding == LAYOUT_PLAIN && block->value_bits <= 64) {
        range_of_plain(block, from, to, range);
        return;
    }
    if (block->encoding == LAYOUT_WORDS) {
        range_of_reals(block, from, to, range);
        return;
    }
    for (uint32_t i = from; i < to; i++)
        if (store_block_number(block, i, &word))
            widen(range, (double)word, (double)word);
}

static const struct layout_range *leaves(const struct walk *walk) {
    return (const struct layout_range *)(const void *)(walk->store->base + walk->data->ranges);
}

/* Whole blocks `from` up to, not with, `to`: by the coarsest nodes that fit. */
static void range_of_blocks(const struct walk *walk, uint64_t from, uint64_t to,
                            struct layout_range *range) {
    const struct layout_range *level = leaves(walk);
    uint64_t n = walk->n_blocks;
    while (from < to) {
        while (from < to && from % LAYOUT_FAN) {
            widen(range, level[from].low, level[from].high);
            from++;
        }
        while (from < to && to % LAYOUT_FAN) {
            to--;
            widen(range, level[to].low, level[to].high);
        }
        level += n;
        n = (n + LAYOUT_FAN - 1) / LAYOUT_FAN;
        from /= LAYOUT_FAN;
        to /= LAYOUT_FAN;
    }
}

/* Part of a block, unless nothing in the block lies outside the range. */
static void range_of_part(struct walk *walk, uint64_t number, uint32_t from, uint32_t to,
                          struct layout_range *range) {
    const struct layout_range *whole = &leaves(walk)[number];
    if (whole->low < range->low || whole->high > range->high)
        range_in_block(walk, number, from, to, range);
}

static void range_between(struct walk *walk, uint64_t from, uint64_t to,
                          struct layout_range *range) {
    uint64_t first = from / LAYOUT_BLOCK, last = to / LAYOUT_BLOCK;
    if (first == last) {
        range_of_part(walk, first, from % LAYOUT_BLOCK, to % LAYOUT_BLOCK, range);
        return;
    }
    range_of_blocks(walk, first + 1, last, range);
    if (to % LAYOUT_BLOCK)
        range_of_part(walk, last, 0, to % LAYOUT_BLOCK, range);
    range_of_part(walk, first, from % LAYOUT_BLOCK, LAYOUT_BLOCK, range);
}

/* --- columns -------------------------------------------------------------------------------- */

/* What holds between changes. */
struct held {
    char value; /* as store_column.last */
    struct layout_range range;
};

static bool has_numbers(const struct walk *walk) {
    return walk->data->kind == STORE_VECTOR || walk->data->kind == STORE_REAL;
}

/* What the last change that was passed left. */
static struct held held_now(struct walk *walk) {
    struct held held = {.range = {INFINITY, -INFINITY}};
    if (!walk->at)
        return held;
    uint64_t last = walk->at - 1;
    uint32_t place = last % LAYOUT_BLOCK;
    open_block(walk, last / LAYOUT_BLOCK);
    held.value = store_block_char(&walk->block, place);
    if (has_numbers(walk))
        range_in_block(walk, last / LAYOUT_BLOCK, place, place + 1, &held.range);
    return held;
}

/* The column of the changes from `from`, which is not 0 without a value held, to where `walk`
 * stands; *held becomes what holds after it. */
static void fill(struct walk *walk, uint64_t from, struct held *held, struct store_column *column) {
    uint64_t n = walk->at - from;
    struct layout_range range = held->range;
    column->changes = n > 1 ? 2 : (uint8_t)n;
    column->first = held->value;
    column->seen = 0;
    if (n && has_numbers(walk))
        range_between(walk, from, walk->at, &range);
    if (n > 1 && walk->data->kind == STORE_BIT)
        column->seen = seen_between(walk, from, walk->at, held->value ? seen_of(held->value) : 0);
    if (n)
        *held = held_now(walk);
    column->last = held->value;
    column->low = range.low;
    column->high = range.high;
}

/* The first tick of each column in turn: from + i * span / n without overflow. */
struct ticks {
    int64_t now, step, rest, n, remainder;
};

static struct ticks first_tick(int64_t from, int64_t span, size_t n) {
    return (struct ticks){
        .now = from, .step = span / (int64_t)n, .n = (int64_t)n, .remainder = span % (int64_t)n};
}

static void next_tick(struct ticks *ticks) {
    int64_t step = ticks->step;
    ticks->rest += ticks->remainder;
    if (ticks->rest >= ticks->n) {
        ticks->rest -= ticks->n;
        step++;
    }
    if (__builtin_add_overflow(ticks->now, step, &ticks->now))
        ticks->now = INT64_MAX;
}

/* Columns `first` to first + STORE_GRID of those asked for. */
static const int64_t *grid_of(const struct store *store, int64_t from, int64_t span, size_t n,
                              size_t first) {
    struct store_grid *grid = store->grid;
    if (grid->filled && grid->from == from && grid->span == span && grid->n == n &&
        grid->first == first)
        return grid->whens;
    struct walk clock = begin(store, &store->datas[store->head.clock]);
    size_t most = n - first < STORE_GRID ? n - first : STORE_GRID;
    struct ticks ticks = first_tick(from, span, n);
    for (size_t i = 0; i < first; i++)
        next_tick(&ticks);
    for (size_t i = 0; i <= most; i++) {
        walk_to(&clock, ticks.now);
        grid->whens[i] = ticks.now == INT64_MAX ? INT64_MAX : (int64_t)clock.at;
        next_tick(&ticks);
    }
    grid->from = from;
    grid->span = span;
    grid->n = n;
    grid->first = first;
    grid->filled = true;
    return grid->whens;
}

void store_columns(const struct store *store, uint32_t signal, int64_t from, int64_t span, size_t n,
                   struct store_column *columns) {
    struct walk walk = begin(store, &store->datas[store->signals[signal].data]);
    struct held held;
    for (size_t i = 0; i < n; i++) {
        const int64_t *whens = grid_of(store, from, span, n, i - i % STORE_GRID) + i % STORE_GRID;
        if (!i) {
            walk_to(&walk, whens[0]);
            held = held_now(&walk);
        }
        if (i % FETCH == 0)
            fetch_ahead(&walk, whens + 1, n - i < FETCH ? n - i : FETCH);
        uint64_t passed = walk.at;
        walk_to(&walk, whens[1]);
        fill(&walk, passed, &held, &columns[i]);
    }
}
