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

static char name_of(uint64_t state) {
    static const char names[] = LAYOUT_STATES_NAMES "xxxxxxx";
    return names[state & 15];
}

/* The block as its head tells; false: it does not fit the signal, or reaches beyond `room`. */
static bool unpack(const uint8_t *from, const struct layout_data *data, uint64_t room,
                   struct store_block *block) {
    struct layout_block head;
    if (room < sizeof head)
        return false;
    memcpy(&head, from, sizeof head);
    bool groups = data->kind == STORE_VECTOR || data->kind == STORE_REAL;
    uint64_t times = layout_octets(block->n, head.time_bits);
    uint64_t values = layout_octets(block->n, head.value_bits), behind = 0;
    if (groups)
        behind = layout_octets(2 * (uint64_t)layout_groups(block->n),
                               layout_digits(head.encoding, head.value_bits));
    if (!fits(&head, data) || head.time_bits > 64 || sizeof head + times + values + behind > room)
        return false;
    block->times = from + sizeof head;
    block->values = block->times + times;
    block->groups = groups ? block->values + values : NULL;
    block->step = head.step;
    block->time_bits = head.time_bits;
    block->value_bits = head.value_bits;
    block->encoding = head.encoding;
    block->turns[0] = name_of(head.a);
    block->turns[1] = name_of(head.b);
    block->bit = data->kind == STORE_BIT;
    return true;
}

void store_block_open(const struct store *store, const struct layout_data *data, uint64_t number,
                      struct store_block *block) {
    uint64_t place = store_places(store, data)[number], end = store->head.tables - LAYOUT_PAD;
    uint64_t left = data->n_changes - number * LAYOUT_BLOCK;
    block->first = store_times(store, data)[number];
    block->n = left < LAYOUT_BLOCK ? (uint32_t)left : LAYOUT_BLOCK;
    if (place >= sizeof store->head && place <= end &&
        unpack(store->base + place, data, end - place, block))
        return;
    *block = (struct store_block){.times = nothing,
                                  .values = nothing,
                                  .first = block->first,
                                  .n = block->n,
                                  .encoding = INVALID};
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

#define STATES_01 UINT64_C(0x1111111111111111) /* the bits that 16 states of 0 and 1 may have */

/* Bits of the word of a value that begins at its bit k. */
static unsigned word_bits(uint64_t value_bits, uint64_t k) {
    return value_bits - k < 64 ? (unsigned)(value_bits - k) : 64;
}

/* The first of x, z and their like, from the left. */
static char other_than_number(const struct store_block *block, uint64_t i) {
    uint64_t bits = block->value_bits;
    for (uint64_t k = (bits + 63) / 64 * 64; k;) {
        k -= 64;
        uint64_t states = layout_bits(block->values, i * bits + k, word_bits(bits, k));
        uint64_t others = states & ~STATES_01;
        if (others)
            return name_of(states >> (63 - __builtin_clzll(others)) / 4 * 4);
    }
    return '=';
}

char store_block_char_other(const struct store_block *block, uint64_t i) {
    switch (block->encoding) {
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

/* Of 16 states of 0 and 1 each in the lowest of 4 bits: those bits together. */
static uint64_t gather(uint64_t states) {
    states = (states | states >> 3) & UINT64_C(0x0303030303030303);
    states = (states | states >> 6) & UINT64_C(0x000f000f000f000f);
    states = (states | states >> 12) & UINT64_C(0x000000ff000000ff);
    return (states | states >> 24) & 0xffff;
}

static bool states_number(const struct store_block *block, uint64_t i, uint64_t *number) {
    uint64_t bits = block->value_bits, all = 0;
    for (uint64_t k = 0; k < bits; k += 64) {
        uint64_t states = layout_bits(block->values, i * bits + k, word_bits(bits, k));
        if (states & ~STATES_01 || (k >= 256 && states))
            return false;
        all |= k < 256 ? gather(states) << k / 4 : 0;
    }
    *number = all;
    return true;
}

static bool plain_number(const struct store_block *block, uint64_t i, uint64_t *number) {
    uint64_t bits = block->value_bits;
    for (uint64_t k = 64; k < bits; k += 64)
        if (layout_bits(block->values, i * bits + k, word_bits(bits, k)))
            return false;
    *number = layout_bits(block->values, i * bits, word_bits(bits, 0));
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
