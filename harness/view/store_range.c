/* Least and greatest number of part of a block: whole groups tell theirs, and whether what is
 * left over at the ends can matter; if so, it is looked at change by change. */
#include <string.h>

#include "harness/view/store_internal.h"

#define FEW 16 /* short numbers or reals are as soon looked at as what their group tells */

static void range_of_reals(const struct store_block *block, uint32_t from, uint32_t to,
                           struct layout_range *range) {
    struct layout_range found = *range;
    for (uint32_t i = from; i < to; i++) {
        double value;
        memcpy(&value, block->values + i * sizeof value, sizeof value);
        store_range_widen(&found, value, value);
    }
    *range = found;
}

static inline void widen(struct layout_group *group, uint64_t low, uint64_t high) {
    group->low = low < group->low ? low : group->low;
    group->high = high > group->high ? high : group->high;
}

static void range_widen(struct layout_range *range, struct layout_group numbers) {
    if (numbers.low <= numbers.high)
        store_range_widen(range, (double)numbers.low, (double)numbers.high);
}

/* Plain numbers of up to LAYOUT_SHORT bits, the most frequent by far. */
static void range_of_short(const struct store_block *block, uint32_t from, uint32_t to,
                           struct layout_range *range) {
    uint64_t bits = block->value_bits, mask = layout_mask(block->value_bits);
    struct layout_group found = {UINT64_MAX, 0};
    for (uint32_t i = from; i < to; i++) {
        uint64_t word = layout_get_short(block->values, i, bits, mask);
        widen(&found, word, word);
    }
    range_widen(range, found);
}

static bool is_short(const struct store_block *block) {
    return block->encoding == LAYOUT_PLAIN && block->value_bits <= LAYOUT_SHORT;
}

void store_block_range_changes(const struct store_block *block, uint32_t from, uint32_t to,
                               struct layout_range *range) {
    uint64_t word;
    if (is_short(block)) {
        range_of_short(block, from, to, range);
        return;
    }
    if (block->encoding == LAYOUT_WORDS) {
        range_of_reals(block, from, to, range);
        return;
    }
    for (uint32_t i = from; i < to; i++)
        if (store_block_number(block, i, &word))
            store_range_widen(range, (double)word, (double)word);
}

static struct layout_group group_of(const struct store_block *block, uint32_t number) {
    uint32_t bits = layout_digits(block->encoding, block->value_bits);
    return (struct layout_group){layout_get(block->groups, 2 * number, bits),
                                 layout_get(block->groups, 2 * number + 1, bits)};
}

static void range_of_real_groups(const struct store_block *block, uint32_t from, uint32_t to,
                                 struct layout_range *range) {
    for (uint32_t i = from; i < to; i++) {
        struct layout_group group = group_of(block, i);
        struct layout_range own;
        memcpy(&own, &group, sizeof own);
        store_range_widen(range, own.low, own.high);
    }
}

void store_block_range_groups(const struct store_block *block, uint32_t from, uint32_t to,
                              struct layout_range *range) {
    struct layout_group found = {UINT64_MAX, 0};
    if (block->encoding == LAYOUT_WORDS) {
        range_of_real_groups(block, from, to, range);
        return;
    }
    for (uint32_t i = from; i < to && block->groups; i++) {
        struct layout_group own = group_of(block, i);
        widen(&found, own.low, own.high);
    }
    range_widen(range, found);
}

void store_block_range_edge(const struct store_block *block, uint32_t from, uint32_t to,
                            struct layout_range *range) {
    struct layout_range whole = store_range_none();
    uint32_t few = is_short(block) || block->encoding == LAYOUT_WORDS ? FEW : 1;
    if (to > from + few && block->groups) {
        store_block_range_groups(block, from / LAYOUT_GROUP, from / LAYOUT_GROUP + 1, &whole);
        if (store_range_holds(range, &whole))
            return;
    }
    if (from < to)
        store_block_range_changes(block, from, to, range);
}

void store_block_range(const struct store_block *block, uint32_t from, uint32_t to,
                       struct layout_range *range) {
    uint32_t first = layout_groups(from), last = to / LAYOUT_GROUP;
    if (first > last) {
        store_block_range_edge(block, from, to, range);
        return;
    }
    store_block_range_groups(block, first, last, range);
    store_block_range_edge(block, from, first * LAYOUT_GROUP, range);
    store_block_range_edge(block, last * LAYOUT_GROUP, to, range);
}
