/* The index: what an open wave file is, on disk (FILE.lpindex) and in memory alike.
 *
 *   head | blocks | tables
 *
 * A block holds up to 128 changes of one signal, packed; only a signal's last block is shorter.
 * Changes say when they are by the number of that time among all times of the file, which takes
 * far fewer bits than ticks do. The times themselves are one more such row of changes, the clock.
 * The tables hold names and scopes, and for every signal a directory of its blocks: their first
 * times, their places, and what values they hold. All places are octets from the beginning of
 * the index. Numbers are little-endian: the program runs on little-endian machines alone.
 *
 * Nothing of it is trusted when it comes from disk: store_map.c checks the tables once, and
 * store_block.c every block when it is looked at.
 */
#ifndef HARNESS_VIEW_STORE_LAYOUT_H
#define HARNESS_VIEW_STORE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LAYOUT_MAGIC   "LPINDEX"
#define LAYOUT_VERSION 2   /* raised with every change of what follows */
#define LAYOUT_BLOCK   128 /* changes */
#define LAYOUT_GROUP   32  /* changes of a block whose least and greatest number it tells */
#define LAYOUT_FAN     16  /* nodes of a level of the pyramid under one of the next */
#define LAYOUT_PAD     16  /* octets after the blocks, so that packed numbers are read in words */
#define LAYOUT_SAMPLE  4096

/* The wave file that an index was made of. */
struct layout_source {
    uint64_t size;
    int64_t modified_s, modified_ns;
    uint64_t first, last; /* hashes of its first and last LAYOUT_SAMPLE octets */
};

struct layout_head {
    char magic[8];
    uint32_t version;
    int32_t exponent;
    struct layout_source source;
    int64_t begin, end; /* ticks */
    uint64_t size;      /* of the index */
    uint64_t tables;    /* where blocks end and tables begin */
    uint64_t tables_hash;
    uint64_t scopes, signals, datas, names, note; /* places; note 0: none */
    uint64_t names_size;
    uint32_t n_scopes, n_signals, n_datas;
    uint32_t clock; /* the data of the times, without a value or a signal */
};

struct layout_scope {
    uint64_t name; /* from `names` on */
    uint32_t parent, reserved;
};

struct layout_signal {
    uint64_t name;
    uint32_t scope, data;
};

struct layout_data {
    uint64_t n_changes;
    uint64_t times;  /* int64_t [n_blocks]: when the first change of each is */
    uint64_t places; /* uint64_t [n_blocks] */
    uint64_t seen;   /* bits: uint8_t [n_blocks], as store_column.seen; else 0 */
    uint64_t ranges; /* vectors and reals: struct layout_range, level after level; else 0 */
    uint32_t width, kind;
};

/* Least and greatest number; low > high where there is none (x, z, more than 64 bits, NaN). */
struct layout_range {
    double low, high;
};

enum layout_encoding {
    LAYOUT_ALTERNATE, /* bits: `a`, `b`, `a`, ... */
    LAYOUT_PLAIN,     /* 0 and 1: value_bits each, the rest of the width is 0 */
    LAYOUT_STATES,    /* 4 bits for each of value_bits / 4 characters, extended by the first */
    LAYOUT_WORDS,     /* 64 bits: reals; of strings, where they begin in the block */
    LAYOUT_NOTHING,   /* events */
};

/* Before a block's packed numbers: first n of time_bits, (when - first) / step, then, from
 * the next octet on, n of value_bits, then, of vectors and reals, from the next octet on, a
 * layout_group of every LAYOUT_GROUP changes, each number of it in layout_digits(). */
struct layout_block {
    uint8_t encoding, time_bits;
    uint8_t a, b; /* as in LAYOUT_STATES_NAMES */
    uint32_t value_bits;
    uint64_t step;
};

#define LAYOUT_STATES_NAMES "01xzuwlh-"

/* Least and greatest number of some changes, reals as they are; low > high: there is none. */
struct layout_group {
    uint64_t low, high;
};

static inline uint64_t layout_blocks(uint64_t n_changes) {
    return n_changes / LAYOUT_BLOCK + (n_changes % LAYOUT_BLOCK != 0);
}

/* Octets of n numbers of `bits`. */
static inline uint64_t layout_octets(uint64_t n, uint64_t bits) {
    return (n * bits + 7) / 8;
}

static inline uint32_t layout_groups(uint32_t n) {
    return (n + LAYOUT_GROUP - 1) / LAYOUT_GROUP;
}

/* Bits of the numbers of a group: those of the values, without room for states, up to 64. */
static inline uint32_t layout_digits(uint8_t encoding, uint32_t value_bits) {
    uint32_t digits = encoding == LAYOUT_STATES ? value_bits / 4 : value_bits;
    return digits < 64 ? digits : 64;
}

static inline uint64_t layout_load(const uint8_t *from) {
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

/* `bits` bits, 0 to 64, from bit `at` on. Reads up to 9 octets from where they are. */
static inline uint64_t layout_bits(const uint8_t *from, uint64_t at, unsigned bits) {
    unsigned shift = at & 7;
    from += at >> 3;
    if (!bits)
        return 0;
    uint64_t word = layout_load(from) >> shift;
    if (shift + bits > 64)
        word |= (uint64_t)from[8] << (64 - shift);
    return word & (~(uint64_t)0 >> (64 - bits));
}

/* Number i of those packed at `from`. */
static inline uint64_t layout_get(const uint8_t *from, uint64_t i, unsigned bits) {
    return layout_bits(from, i * bits, bits);
}

/* The same where no number reaches into a ninth octet; `mask` is as wide as a number. */
#define LAYOUT_SHORT 57 /* bits at most */
static inline uint64_t layout_get_short(const uint8_t *from, uint64_t i, uint64_t bits,
                                        uint64_t mask) {
    uint64_t at = i * bits;
    return layout_load(from + (at >> 3)) >> (at & 7) & mask;
}

static inline uint64_t layout_mask(unsigned bits) {
    return bits ? ~UINT64_C(0) >> (64 - bits) : 0;
}

/* Of words of 64 bits, continued from `hash`: to find damage, not malice. */
static inline uint64_t layout_hash(uint64_t hash, const void *octets, uint64_t n) {
    const uint8_t *p = octets;
    for (; n >= 8; p += 8, n -= 8) {
        hash = (hash ^ layout_load(p)) * UINT64_C(0x9e3779b97f4a7c15);
        hash = hash << 29 | hash >> 35;
    }
    for (; n; p++, n--)
        hash = (hash ^ *p) * UINT64_C(0x9e3779b97f4a7c15);
    return hash;
}

#endif
