#include "harness/view/store_walk.h"

#define FETCH_HEAD 256 /* octets of a block: its head and most of its times */
#define LINE       64  /* octets; no result depends on it */

void store_walk_begin(struct store_walk *walk, const struct store *store,
                      const struct layout_data *data) {
    walk->store = store;
    walk->data = data;
    walk->times = store_times(store, data);
    walk->n_blocks = layout_blocks(data->n_changes);
    walk->number = walk->stride = 0;
    walk->next = walk->n_blocks ? walk->times[0] : INT64_MAX;
    walk->last = (struct store_stop){0};
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

/* The last block that begins before `when`, or the first: mostly as far from the last stop's as
 * that was from the one before. */
static uint64_t find_block(struct store_walk *walk, int64_t when) {
    const int64_t *times = walk->times;
    uint64_t low = walk->number, high = walk->n_blocks, guess = low + walk->stride, step = 1;
    if (low + 1 >= high || times[low + 1] >= when)
        return low;
    if (guess >= high)
        return last_after(times, low, high, when);
    if (times[guess] < when)
        return last_after(times, guess, high, when);
    while (step < guess - low && times[guess - step] >= when) {
        guess -= step;
        step *= 2;
    }
    return last_after(times, step < guess - low ? guess - step : low, guess, when);
}

/* In one function with what it writes: a compiler leaves out a call that only fetches. */
static void find_blocks(struct store_walk *walk, const int64_t *whens, size_t n,
                        uint64_t *numbers) {
    const uint64_t *places = store_places(walk->store, walk->data);
    uint64_t last = walk->number;
    for (size_t i = 0; i < n; i++) {
        uint64_t number = find_block(walk, whens[i]);
        walk->stride = number - walk->number;
        walk->number = numbers[i] = number;
        __builtin_prefetch(&places[number]);
    }
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] == last)
            continue;
        last = numbers[i];
        for (uintptr_t octet = 0; octet < FETCH_HEAD; octet += LINE)
            __builtin_prefetch((const void *)((uintptr_t)walk->store->base + places[last] + octet));
    }
}

/* Passes the changes before `when`; the last of them lies in block `number`, opened as `block`. */
static void stop_in(struct store_walk *walk, uint64_t number, int64_t when,
                    const struct store_block *block) {
    uint32_t before = store_block_before(block, when);
    before = before ? before : 1; /* 0: a damaged index, for the block begins before `when` */
    walk->last = (struct store_stop){number * LAYOUT_BLOCK + before, block};
    if (before < block->n)
        walk->next = store_block_when(block, before);
    else
        walk->next = number + 1 < walk->n_blocks ? walk->times[number + 1] : INT64_MAX;
}

void store_walk_on(struct store_walk *walk, const int64_t *whens, size_t n,
                   struct store_stop *stops) {
    uint64_t numbers[STORE_WALK], open = walk->number;
    if (walk->last.block) {
        walk->kept = *walk->last.block;
        walk->last.block = &walk->kept;
    }
    stops[0] = walk->last;
    find_blocks(walk, whens, n, numbers);
    for (size_t i = 0; i < n; i++) {
        const struct store_block *block = walk->last.block;
        if (walk->next < whens[i]) {
            if (!block || numbers[i] != open) {
                store_block_open(walk->store, walk->data, numbers[i], &walk->blocks[i]);
                block = &walk->blocks[i];
                open = numbers[i];
            }
            stop_in(walk, open, whens[i], block);
        }
        stops[i + 1] = walk->last;
    }
}
