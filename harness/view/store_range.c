/* Least and greatest number of part of a block: whole groups tell theirs, what is left over at
 * the ends is looked at change by change. */
#include <string.h>

#include "harness/view/store_internal.h"

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
        store_range_widen(range, (double)low, (double)high);
}

static void range_of_changes(const struct store_block *block, uint32_t from, uint32_t to,
                             struct layout_range *range) {
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
            store_range_widen(range, (double)word, (double)word);
}

/* Groups `from` up to, not with, `to`. */
static void range_of_groups(const struct store_block *block, uint32_t from, uint32_t to,
                            struct layout_range *range) {
    uint32_t bits = layout_digits(block->encoding, block->value_bits);
    for (uint32_t i = from; i < to; i++) {
        struct layout_group group = {layout_get(block->groups, 2 * i, bits),
                                     layout_get(block->groups, 2 * i + 1, bits)};
        struct layout_range own;
        if (block->encoding == LAYOUT_WORDS)
            memcpy(&own, &group, sizeof own);
        else if (group.low > group.high)
            continue;
        else
            own = (struct layout_range){(double)group.low, (double)group.high};
        store_range_widen(range, own.low, own.high);
    }
}

void store_block_range(const struct store_block *block, uint32_t from, uint32_t to,
                       struct layout_range *range) {
    uint32_t first = layout_groups(from), last = to / LAYOUT_GROUP;
    if (!block->groups || first >= last) {
        range_of_changes(block, from, to, range);
        return;
    }
    range_of_changes(block, from, first * LAYOUT_GROUP, range);
    range_of_groups(block, first, last, range);
    range_of_changes(block, last * LAYOUT_GROUP, to, range);
}
