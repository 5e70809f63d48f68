/* First all stops' blocks are sought in the directory; then, while the heads and times of the next
 * ones are fetched, the stops in them; and the numbers there are fetched for what is asked next. */
#include "harness/view/store_walk.h"

#define NEAR 8 /* blocks: how wide about its guess find_block() looks first */

/* What is fetched changes no result. gcc takes calls of functions that only fetch for calls without
 * effect, and leaves them out, unless they are inlined first. */
#define FETCHES     static inline __attribute__((always_inline))
#define FETCH_AHEAD 12  /* stops */
#define FETCH_HEAD  256 /* octets of a block: its head and most of its times */
#define FETCH_MOST  512 /* octets of its values */
#define FETCH_LINE  64  /* octets */

void store_walk_begin(struct store_walk *walk, const struct store *store,
                      const struct layout_data *data) {
    walk->store = store;
    walk->data = data;
    walk->times = store_times(store, data);
    walk->n_blocks = layout_blocks(data->n_changes);
    walk->number = walk->stride = walk->open = 0;
    walk->last = (struct store_stop){0};
    walk->next_known = false;
}

/* Of the blocks from `low` up to, not with, `high` the last that begins before `when`; block
 * `low` does. Sought in growing steps from `low` on. */
static uint64_t last_after(const int64_t *times, uint64_t low, uint64_t high, int64_t when) {
    uint64_t step = 1;
    while (step < high - low && times[low + step] < when) {
        low += step;
        step *= 2;
    }
    high = step < high - low ? low + step : high;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (times[middle] < when)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The last block that begins before `when`, or the first: mostly about as far from the last
 * stop's as that was from the one before. Counting needs no branch that could not be foreseen. */
static uint64_t find_block(const struct store_walk *walk, int64_t when) {
    const int64_t *times = walk->times;
    uint64_t low = walk->number, base = low, count = 0;
    if (low + 1 >= walk->n_blocks || times[low + 1] >= when)
        return low;
    if (walk->stride > NEAR / 2)
        base += walk->stride - NEAR / 2;
    if (base + NEAR >= walk->n_blocks)
        return last_after(times, low, walk->n_blocks, when);
    if (times[base] >= when)
        return last_after(times, low, base, when);
    for (size_t i = 1; i <= NEAR; i++)
        count += times[base + i] < when;
    return count < NEAR ? base + count : last_after(times, base + NEAR, walk->n_blocks, when);
}

FETCHES void fetch(const void *from, uintptr_t octets) {
    uintptr_t at = (uintptr_t)from & ~(uintptr_t)(FETCH_LINE - 1);
    for (; at < (uintptr_t)from + octets; at += FETCH_LINE)
        __builtin_prefetch((const void *)at);
}

static void find_blocks(struct store_walk *walk, const int64_t *whens, size_t n,
                        uint64_t *numbers) {
    const uint64_t *places = store_places(walk->store, walk->data);
    for (size_t i = 0; i < n; i++) {
        uint64_t number = find_block(walk, whens[i]);
        walk->stride = number - walk->number;
        walk->number = numbers[i] = number;
        __builtin_prefetch(&places[number]);
    }
}

/* What a range that ends at change `at` looks at. */
FETCHES void fetch_numbers(const struct store_block *block, uint32_t at) {
    if (!block->groups)
        return;
    uint64_t values = layout_octets(LAYOUT_GROUP, block->value_bits);
    uint64_t groups = layout_octets(2 * layout_groups(block->n),
                                    layout_digits(block->encoding, block->value_bits));
    fetch(block->values + at / LAYOUT_GROUP * values, values < FETCH_MOST ? values : FETCH_MOST);
    fetch(block->groups, groups);
}

/* A block's head and its times. */
FETCHES void fetch_block(const struct store_walk *walk, uint64_t number) {
    if (number >= walk->n_blocks)
        return;
    uintptr_t place = store_places(walk->store, walk->data)[number];
    for (uintptr_t line = 0; line < FETCH_HEAD / FETCH_LINE; line++)
        __builtin_prefetch(
            (const void *)((uintptr_t)walk->store->base + place + line * FETCH_LINE));
}

/* When the first change that was not passed is, as far as it lies in the last stop's block. */
static int64_t find_next(const struct store_walk *walk) {
    const struct store_block *block = walk->last.block;
    uint32_t before = walk->last.at % LAYOUT_BLOCK;
    return before && before < block->n ? store_block_when(block, before) : INT64_MAX;
}

/* Is there a change before `when` that was not passed, where the last of them is in `number`? */
static bool is_beyond(struct store_walk *walk, uint64_t number, int64_t when) {
    if (!walk->last.block)
        return walk->n_blocks && walk->times[0] < when;
    if (number != walk->open)
        return true;
    if (!walk->next_known)
        walk->next = find_next(walk);
    walk->next_known = true;
    return walk->next < when;
}

/* Passes the changes before `when`; the last of them lies in block `number`. */
static void stop_in(struct store_walk *walk, uint64_t number, int64_t when,
                    struct store_block *room) {
    const struct store_block *block = walk->last.block;
    if (!block || number != walk->open) {
        store_block_open(walk->store, walk->data, number, room);
        block = room;
    }
    uint32_t before = store_block_before(block, when);
    if (!before)
        return; /* a damaged index, for the block begins before `when` */
    walk->open = number;
    walk->last = (struct store_stop){number * LAYOUT_BLOCK + before, block};
    walk->next_known = false;
    fetch_numbers(block, before - 1);
}

void store_walk_on(struct store_walk *walk, const int64_t *whens, size_t n,
                   struct store_stop *stops) {
    uint64_t numbers[STORE_WALK];
    if (walk->last.block) {
        walk->kept = *walk->last.block;
        walk->last.block = &walk->kept;
    }
    stops[0] = walk->last;
    find_blocks(walk, whens, n, numbers);
    for (size_t i = 0; i < n && i < FETCH_AHEAD; i++)
        fetch_block(walk, numbers[i]);
    for (size_t i = 0; i < n; i++) {
        size_t ahead = i + FETCH_AHEAD;
        if (ahead < n && numbers[ahead] != numbers[ahead - 1])
            fetch_block(walk, numbers[ahead]);
        if (is_beyond(walk, numbers[i], whens[i]))
            stop_in(walk, numbers[i], whens[i], &walk->blocks[i]);
        stops[i + 1] = walk->last;
    }
}
