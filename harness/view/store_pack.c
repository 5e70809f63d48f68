/* Packs a block: times as multiples of what they have in common, so that a clock takes an octet
 * a change however fine the tick, and values in as many bits as the largest needs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/store_build.h"

struct packer {
    uint8_t *at;
    uint64_t word;
    unsigned n; /* bits in word */
};

/* Loops call it with a copy of the packer of their own, which then stays in registers. */
static inline void put(struct packer *packer, uint64_t value, unsigned bits) {
    packer->word |= value << packer->n;
    packer->n += bits;
    if (packer->n < 64)
        return;
    memcpy(packer->at, &packer->word, sizeof packer->word);
    packer->at += sizeof packer->word;
    packer->n -= 64;
    packer->word = packer->n ? value >> (bits - packer->n) : 0;
}

/* Up to the next octet. */
static void flush(struct packer *packer) {
    unsigned octets = (packer->n + 7) / 8;
    memcpy(packer->at, &packer->word, octets);
    *packer = (struct packer){.at = packer->at + octets};
}

static unsigned bits_of(uint64_t value) {
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

static uint64_t common_step(const struct store_change *changes, uint32_t n) {
    uint64_t step = 0;
    for (uint32_t i = 1; i < n && step != 1; i++) {
        uint64_t a = (uint64_t)(changes[i].when - changes[i - 1].when);
        for (uint64_t b = step; b;) {
            uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        step = a;
    }
    return step ? step : 1;
}

static void pack_times(struct packer *packer, const struct store_data *data,
                       struct layout_block *block) {
    const struct store_change *changes = data->block;
    uint64_t first = (uint64_t)changes[0].when;
    block->step = common_step(changes, data->n);
    block->time_bits =
        (uint8_t)bits_of(((uint64_t)changes[data->n - 1].when - first) / block->step);
    struct packer own = *packer;
    uint64_t step = block->step;
    unsigned bits = block->time_bits;
    for (uint32_t i = 0; i < data->n; i++) {
        uint64_t since = (uint64_t)changes[i].when - first;
        put(&own, step == 1 ? since : since / step, bits);
    }
    *packer = own;
    flush(packer);
}

static unsigned state_of(char c) {
    const char *at = strchr(LAYOUT_STATES_NAMES, c);
    return at ? (unsigned)(at - LAYOUT_STATES_NAMES) : 2;
}

/* --- what the directory says of a block ------------------------------------------------------ */

static uint8_t seen_in(const struct store_data *data) {
    unsigned seen = 0;
    for (uint32_t i = 0; i < data->n; i++) {
        uint64_t bit = data->block[i].value ^ '0';
        seen |= bit > 1 ? 4u : 1u << bit;
    }
    return (uint8_t)seen;
}

static bool is_text(const struct store_data *data, uint32_t i) {
    return data->texts && data->texts->is_text[i / 64] >> i % 64 & 1;
}

static struct layout_group numbers_in(const struct store_data *data, uint32_t from, uint32_t to) {
    struct layout_group group = {UINT64_MAX, 0};
    for (uint32_t i = from; i < to; i++) {
        uint64_t word = data->block[i].value;
        if (is_text(data, i))
            continue;
        group.low = word < group.low ? word : group.low;
        group.high = word > group.high ? word : group.high;
    }
    return group;
}

static struct layout_group reals_in(const struct store_data *data, uint32_t from, uint32_t to) {
    struct layout_range range = {INFINITY, -INFINITY};
    struct layout_group group;
    for (uint32_t i = from; i < to; i++) {
        double value;
        memcpy(&value, &data->block[i].value, sizeof value);
        range.low = value < range.low ? value : range.low;
        range.high = value > range.high ? value : range.high;
    }
    memcpy(&group, &range, sizeof group);
    return group;
}

static bool has_groups(const struct store_data *data) {
    return data->kind == STORE_VECTOR || data->kind == STORE_REAL;
}

/* Of an open block with groups. */
static void find_groups(const struct store_data *data, struct layout_group *groups) {
    for (uint32_t from = 0; from < data->n; from += LAYOUT_GROUP) {
        uint32_t to = from + LAYOUT_GROUP < data->n ? from + LAYOUT_GROUP : data->n;
        groups[from / LAYOUT_GROUP] =
            data->kind == STORE_REAL ? reals_in(data, from, to) : numbers_in(data, from, to);
    }
}

static struct layout_range range_of(const struct store_data *data,
                                    const struct layout_group *groups) {
    struct layout_range range = {INFINITY, -INFINITY}, part;
    for (uint32_t i = 0; i < layout_groups(data->n); i++) {
        if (data->kind == STORE_REAL)
            memcpy(&part, &groups[i], sizeof part);
        else if (groups[i].low > groups[i].high)
            continue;
        else
            part = (struct layout_range){(double)groups[i].low, (double)groups[i].high};
        range.low = part.low < range.low ? part.low : range.low;
        range.high = part.high > range.high ? part.high : range.high;
    }
    return range;
}

/* --- values --------------------------------------------------------------------------------- */

static void pack_bits(struct packer *packer, const struct store_data *data,
                      struct layout_block *block) {
    const struct store_change *changes = data->block;
    bool alternate = true;
    for (uint32_t i = 2; i < data->n; i++)
        alternate &= changes[i].value == changes[i - 2].value;
    block->a = (uint8_t)state_of((char)changes[0].value);
    block->b = (uint8_t)state_of((char)changes[data->n > 1].value);
    block->encoding = alternate ? LAYOUT_ALTERNATE : LAYOUT_STATES;
    block->value_bits = alternate ? 0 : 4;
    for (uint32_t i = 0; i < data->n && !alternate; i++)
        put(packer, state_of((char)changes[i].value), 4);
}

static const char *text_of(const struct store_data *data, uint32_t i) {
    return (const char *)data->texts->block.at + data->block[i].value;
}

/* Bits that the block's values need; *states when 0 and 1 do not do. */
static uint32_t vector_bits(const struct store_data *data, bool *states) {
    uint64_t all = 0;
    uint32_t longest = 0;
    *states = false;
    for (uint32_t i = 0; i < data->n; i++) {
        if (!is_text(data, i)) {
            all |= data->block[i].value;
            continue;
        }
        const char *text = text_of(data, i);
        size_t length = strlen(text);
        longest = length > longest ? (uint32_t)length : longest;
        *states |= strspn(text, "01") < length;
    }
    uint32_t bits = bits_of(all);
    return longest > bits ? longest : bits;
}

/* The lowest character first, `each` bits a character. */
static void pack_text(struct packer *packer, const char *text, uint32_t length, unsigned each) {
    size_t n = strlen(text);
    unsigned fill = text[0] == '1' ? 0 : state_of(text[0]);
    for (uint32_t i = 0; i < length; i++)
        put(packer, i < n ? state_of(text[n - 1 - i]) : fill, each);
}

static void pack_word(struct packer *packer, uint64_t word, uint32_t length, unsigned each) {
    if (each == 1 && length <= 64) {
        put(packer, word, length);
        return;
    }
    for (uint32_t i = 0; i < length; i++)
        put(packer, i < 64 ? word >> i & 1 : 0, each);
}

static void pack_vector(struct packer *packer, const struct store_data *data,
                        struct layout_block *block, uint32_t length, bool states) {
    unsigned each = states ? 4 : 1;
    block->encoding = states ? LAYOUT_STATES : LAYOUT_PLAIN;
    block->value_bits = length * each;
    for (uint32_t i = 0; i < data->n; i++) {
        if (is_text(data, i))
            pack_text(packer, text_of(data, i), length, each);
        else
            pack_word(packer, data->block[i].value, length, each);
    }
}

/* Reals as they are; of a string, where it begins after the block's packed numbers. */
static void pack_words(struct packer *packer, const struct store_data *data,
                       struct layout_block *block) {
    block->encoding = LAYOUT_WORDS;
    block->value_bits = 64;
    for (uint32_t i = 0; i < data->n; i++)
        put(packer, data->block[i].value, 64);
}

static void pack_values(struct packer *packer, const struct store_data *data,
                        struct layout_block *block, uint32_t length, bool states) {
    switch (data->kind) {
    case STORE_BIT:
        pack_bits(packer, data, block);
        break;
    case STORE_VECTOR:
        pack_vector(packer, data, block, length, states);
        break;
    case STORE_EVENT:
        block->encoding = LAYOUT_NOTHING;
        break;
    default:
        pack_words(packer, data, block);
    }
    flush(packer);
}

/* The groups stand behind the values. */
static void pack_groups(struct packer *packer, const struct layout_group *groups, uint32_t n,
                        unsigned bits) {
    uint64_t mask = layout_mask(bits);
    for (uint32_t i = 0; i < n; i++) {
        put(packer, groups[i].low & mask, bits);
        put(packer, groups[i].high & mask, bits);
    }
    flush(packer);
}

/* --- the block ------------------------------------------------------------------------------ */

static bool reserve(struct store_octets *octets, size_t n) {
    if (n <= octets->room)
        return true;
    free(octets->at);
    octets->room = n;
    octets->at = malloc(n);
    if (!octets->at)
        octets->room = 0;
    return octets->at != NULL;
}

static bool list(struct store_build *build, struct store_data *data,
                 const struct layout_group *groups) {
    bool good = store_octets_put(&data->times, &data->block[0].when, sizeof(int64_t)) &&
                store_octets_put(&data->places, &build->sink.size, sizeof(uint64_t));
    if (data->kind == STORE_BIT) {
        uint8_t seen = seen_in(data);
        good = good && store_octets_put(&data->seen, &seen, sizeof seen);
    }
    if (has_groups(data)) {
        struct layout_range range = range_of(data, groups);
        good = good && store_octets_put(&data->ranges, &range, sizeof range);
    }
    return good;
}

static void begin_next(struct store_data *data) {
    data->n_changes += data->n;
    data->n = 0;
    if (data->texts) {
        data->texts->block.n = 0;
        memset(data->texts->is_text, 0, sizeof data->texts->is_text);
    }
}

bool store_pack(struct store_build *build, struct store_data *data) {
    struct layout_block block = {0};
    struct layout_group groups[LAYOUT_BLOCK / LAYOUT_GROUP];
    bool states = false;
    uint32_t length = data->kind == STORE_VECTOR ? vector_bits(data, &states) : 64;
    size_t most = sizeof block + data->n * 8 + layout_octets(data->n, 4 * (uint64_t)length) +
                  sizeof groups + 32;
    if (has_groups(data))
        find_groups(data, groups);
    if (!reserve(&build->packed, most) || !list(build, data, groups))
        return store_build_no_memory(build);
    struct packer packer = {.at = build->packed.at + sizeof block};
    pack_times(&packer, data, &block);
    pack_values(&packer, data, &block, length, states);
    if (has_groups(data))
        pack_groups(&packer, groups, layout_groups(data->n),
                    layout_digits(block.encoding, block.value_bits));
    memcpy(build->packed.at, &block, sizeof block);
    store_sink_put(&build->sink, build->packed.at, (size_t)(packer.at - build->packed.at));
    if (data->kind == STORE_STRING)
        store_sink_put(&build->sink, data->texts->block.at, data->texts->block.n);
    begin_next(data);
    return !build->sink.failed ||
           sim_err_set(build->err, SIM_ERR_ENVIRONMENT, "no room for the index of the waves");
}
