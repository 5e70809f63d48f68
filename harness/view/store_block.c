#include "harness/view/store_internal.h"

#define INVALID 0xff /* an encoding of none */

static const uint8_t nothing[LAYOUT_PAD];

/* Does what the block's head says fit the signal and the index? */
static bool fits(const struct layout_block *head, const struct layout_data *data) {
    switch (head->encoding) {
    case LAYOUT_ALTERNATE:
        return data->kind == STORE_BIT && head->value_bits == 0;
    case LAYOUT_PLAIN:
        return data->kind == STORE_VECTOR && head->value_bits <= data->width;
    case LAYOUT_STATES:
        return data->kind == STORE_BIT ? head->value_bits == 4
                                       : data->kind == STORE_VECTOR && head->value_bits % 4 == 0 &&
                                             head->value_bits / 4 <= data->width;
    case LAYOUT_WORDS:
        return (data->kind == STORE_REAL || data->kind == STORE_STRING) && head->value_bits == 64;
    case LAYOUT_NOTHING:
        return data->kind == STORE_EVENT && head->value_bits == 0;
    default:
        return false;
    }
}

static bool has_groups(const struct layout_data *data) {
    return data->kind == STORE_VECTOR || data->kind == STORE_REAL;
}

static bool sound(const struct layout_block *head, const struct layout_data *data, uint32_t n,
                  uint64_t room) {
    uint64_t groups = has_groups(data) ? layout_groups(n) : 0;
    return fits(head, data) && head->time_bits <= 64 &&
           sizeof *head + layout_octets(n, head->time_bits) + layout_octets(n, head->value_bits) +
                   layout_octets(2 * groups, layout_digits(head->encoding, head->value_bits)) <=
               room;
}

static char name_of(uint64_t state) {
    static const char names[] = LAYOUT_STATES_NAMES "xxxxxxx";
    return names[state & 15];
}

void store_block_open(const struct store *store, const struct layout_data *data, uint64_t number,
                      struct store_block *block) {
    uint64_t place = store_places(store, data)[number], end = store->head.tables - LAYOUT_PAD;
    uint64_t n = data->n_changes - number * LAYOUT_BLOCK;
    struct layout_block head;
    *block = (struct store_block){.times = nothing,
                                  .values = nothing,
                                  .first = store_times(store, data)[number],
                                  .n = (uint32_t)(n < LAYOUT_BLOCK ? n : LAYOUT_BLOCK),
                                  .encoding = INVALID};
    if (place < sizeof store->head || place > end || end - place < sizeof head)
        return;
    memcpy(&head, store->base + place, sizeof head);
    if (!sound(&head, data, block->n, end - place))
        return;
    block->times = store->base + place + sizeof head;
    block->values = block->times + layout_octets(block->n, head.time_bits);
    if (has_groups(data))
        block->groups = block->values + layout_octets(block->n, head.value_bits);
    block->step = head.step;
    block->time_bits = head.time_bits;
    block->value_bits = head.value_bits;
    block->encoding = head.encoding;
    block->a = name_of(head.a);
    block->b = name_of(head.b);
    block->bit = data->kind == STORE_BIT;
}

/* Without branches that depend on the times: none of them could be foreseen. */
static uint32_t search(const struct store_block *block, uint64_t least) {
    uint32_t at = 0, n = block->n;
    while (n > 1) {
        uint32_t half = n / 2;
        bool before = layout_get(block->times, at + half - 1, block->time_bits) < least;
        at += half & -(uint32_t)before;
        n -= half;
    }
    return at + (layout_get(block->times, at, block->time_bits) < least);
}

uint32_t store_block_before(const struct store_block *block, int64_t when) {
    uint64_t since = (uint64_t)when - (uint64_t)block->first;
    if (when <= block->first)
        return 0;
    if (!block->time_bits)
        return block->n; /* all at the first's time: one, or the index is damaged */
    return search(block, block->step > 1 ? (since - 1) / block->step + 1 : since);
}

uint64_t store_before(const struct store *store, const struct layout_data *data, int64_t when) {
    const int64_t *times = store_times(store, data);
    uint64_t low = 0, high = layout_blocks(data->n_changes);
    struct store_block block;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (times[middle] < when)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return 0;
    store_block_open(store, data, low - 1, &block);
    return (low - 1) * LAYOUT_BLOCK + store_block_before(&block, when);
}

int64_t store_when(const struct store *store, int64_t time) {
    return (int64_t)store_before(store, &store->datas[store->head.clock], time);
}

int64_t store_ticks(const struct store *store, int64_t when) {
    const struct layout_data *clock = &store->datas[store->head.clock];
    struct store_block block;
    if (when < 0 || (uint64_t)when >= clock->n_changes)
        return store->head.end; /* a damaged index */
    store_block_open(store, clock, (uint64_t)when / LAYOUT_BLOCK, &block);
    return store_block_when(&block, (uint64_t)when % LAYOUT_BLOCK);
}

char store_block_state(const struct store_block *block, uint64_t i, uint64_t k) {
    uint64_t bits = block->value_bits;
    if (block->encoding == LAYOUT_PLAIN)
        return k < bits ? (char)('0' + layout_get(block->values, i * bits + k, 1)) : '0';
    if (block->encoding != LAYOUT_STATES || bits == 0)
        return 'x';
    uint64_t length = bits / 4;
    char c = name_of(layout_get(block->values, i * length + (k < length ? k : length - 1), 4));
    return k >= length && c == '1' ? '0' : c;
}

/* The first of x, z and their like, from the left. */
static char other_than_number(const struct store_block *block, uint64_t i) {
    uint64_t length = block->value_bits / 4;
    for (uint64_t k = length; k-- > 0;) {
        char c = store_block_state(block, i, k);
        if (c != '0' && c != '1')
            return c;
    }
    return '=';
}

char store_block_char(const struct store_block *block, uint64_t i) {
    switch (block->encoding) {
    case LAYOUT_ALTERNATE:
        return i & 1 ? block->b : block->a;
    case LAYOUT_STATES:
        return block->bit ? name_of(layout_get(block->values, i, 4)) : other_than_number(block, i);
    case LAYOUT_NOTHING:
        return '1';
    case LAYOUT_PLAIN:
    case LAYOUT_WORDS:
        return '=';
    default:
        return 'x';
    }
}

static bool states_number(const struct store_block *block, uint64_t i, uint64_t *number) {
    uint64_t length = block->value_bits / 4, word = 0;
    for (uint64_t k = 0; k < length; k++) {
        char c = store_block_state(block, i, k);
        if ((c != '0' && c != '1') || (k >= 64 && c == '1'))
            return false;
        word |= k < 64 ? (uint64_t)(c - '0') << k : 0;
    }
    *number = word;
    return true;
}

static bool plain_number(const struct store_block *block, uint64_t i, uint64_t *number) {
    for (uint64_t k = 64; k < block->value_bits; k++)
        if (layout_get(block->values, i * block->value_bits + k, 1))
            return false;
    *number = 0;
    if (block->value_bits <= 64)
        *number = layout_get(block->values, i, block->value_bits);
    for (unsigned k = 0; block->value_bits > 64 && k < 64; k++)
        *number |= layout_get(block->values, i * block->value_bits + k, 1) << k;
    return true;
}

bool store_block_number(const struct store_block *block, uint64_t i, uint64_t *number) {
    char c;
    switch (block->encoding) {
    case LAYOUT_PLAIN:
        return plain_number(block, i, number);
    case LAYOUT_STATES:
        return states_number(block, i, number);
    case LAYOUT_ALTERNATE:
        c = store_block_char(block, i);
        *number = c == '1';
        return c == '0' || c == '1';
    default:
        return false;
    }
}

uint64_t store_block_word(const struct store_block *block, uint64_t i) {
    return block->encoding == LAYOUT_WORDS ? layout_get(block->values, i, 64) : 0;
}
