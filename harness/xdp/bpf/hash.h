/* SPDX-License-Identifier: MIT OR GPL-2.0
 *
 * The hashes of a flow's tuple, for bpf and for the host. All see the octets in wire order. */
#ifndef HARNESS_XDP_BPF_HASH_H
#define HARNESS_XDP_BPF_HASH_H

#include "harness/xdp/bpf/flow.h"
#include "harness/xdp/bpf/hash_tables.h" /* crc_table[256], toeplitz_table[36][256] */

enum flow_hash { FLOW_XXH32, FLOW_CRC, FLOW_TOEPLITZ, FLOW_HALFSIPHASH, FLOW_HASHES };

#define FLOW_MAX_CPUS 64

/* Given by user space before the program is loaded. */
struct flow_config {
    __u32 hash;      /* enum flow_hash */
    __u32 symmetric; /* both directions of a flow alike */
    __u32 cpus;      /* of `slots` in use; 0: pass all */
    __u32 seed;      /* of XXH32 */
    __u32 key[2];    /* of HalfSipHash */
    __u32 slots[FLOW_MAX_CPUS];
};

/* CRC-32 (reflected 0xedb88320, both inversions) by a table of octets. */
FLOW_INLINE __u32 hash_crc(const struct flow_tuple *tuple) {
    __u32 c = 0xffffffff;
    for (__u32 i = 0; i < FLOW_WORDS; i++) {
        if (i >= tuple->n)
            break;
        c ^= tuple->words[i];
        for (int k = 0; k < 4; k++)
            c = c >> 8 ^ crc_table[c & 0xff];
    }
    return ~c;
}

/* Toeplitz with Microsoft's key; the table holds each octet's share at its place. */
FLOW_INLINE __u32 hash_toeplitz(const struct flow_tuple *tuple) {
    __u32 h = 0;
    for (__u32 i = 0; i < FLOW_WORDS; i++) {
        if (i >= tuple->n)
            break;
        for (__u32 k = 0; k < 4; k++)
            h ^= toeplitz_table[4 * i + k][tuple->words[i] >> 8 * k & 0xff];
    }
    return h;
}

FLOW_INLINE __u32 hash_rotate(__u32 x, int by) {
    return x << by | x >> (32 - by);
}

#define XXH_PRIME1 0x9e3779b1u
#define XXH_PRIME2 0x85ebca77u
#define XXH_PRIME3 0xc2b2ae3du
#define XXH_PRIME4 0x27d4eb2fu
#define XXH_PRIME5 0x165667b1u

FLOW_INLINE __u32 hash_xxh_round(__u32 lane, __u32 word) {
    return hash_rotate(lane + word * XXH_PRIME2, 13) * XXH_PRIME1;
}

/* Of 32 octets: two rounds over four lanes. */
FLOW_INLINE __u32 hash_xxh_lanes(const __u32 *words, __u32 seed) {
    __u32 a = hash_xxh_round(hash_xxh_round(seed + XXH_PRIME1 + XXH_PRIME2, words[0]), words[4]);
    __u32 b = hash_xxh_round(hash_xxh_round(seed + XXH_PRIME2, words[1]), words[5]);
    __u32 c = hash_xxh_round(hash_xxh_round(seed, words[2]), words[6]);
    __u32 d = hash_xxh_round(hash_xxh_round(seed - XXH_PRIME1, words[3]), words[7]);
    return hash_rotate(a, 1) + hash_rotate(b, 7) + hash_rotate(c, 12) + hash_rotate(d, 18);
}

FLOW_INLINE __u32 hash_xxh_word(__u32 h, __u32 word) {
    return hash_rotate(h + word * XXH_PRIME3, 17) * XXH_PRIME4;
}

/* XXH32 (xxHash fast digest algorithm, version 0.1.1, section XXH32). */
FLOW_INLINE __u32 hash_xxh32(const struct flow_tuple *tuple, __u32 seed) {
    const __u32 *words = tuple->words;
    __u32 h;
    if (tuple->n < 8) {
        h = hash_xxh_word(hash_xxh_word(seed + XXH_PRIME5 + tuple->n * 4, words[0]), words[1]);
        if (tuple->n == 3)
            h = hash_xxh_word(h, words[2]);
    } else {
        h = hash_xxh_lanes(words, seed) + tuple->n * 4;
        if (tuple->n == 9)
            h = hash_xxh_word(h, words[8]);
    }
    h = (h ^ h >> 15) * XXH_PRIME2;
    h = (h ^ h >> 13) * XXH_PRIME3;
    return h ^ h >> 16;
}

struct hash_sip {
    __u32 v0, v1, v2, v3;
};

FLOW_INLINE void hash_sip_round(struct hash_sip *s) {
    s->v0 += s->v1;
    s->v1 = hash_rotate(s->v1, 5) ^ s->v0;
    s->v0 = hash_rotate(s->v0, 16);
    s->v2 += s->v3;
    s->v3 = hash_rotate(s->v3, 8) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = hash_rotate(s->v3, 7) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = hash_rotate(s->v1, 13) ^ s->v2;
    s->v2 = hash_rotate(s->v2, 16);
}

FLOW_INLINE void hash_sip_word(struct hash_sip *s, __u32 word, int rounds) {
    s->v3 ^= word;
    for (int i = 0; i < rounds; i++)
        hash_sip_round(s);
    s->v0 ^= word;
}

/* HalfSipHash-c-d with an answer of 32 bits (J.-P. Aumason, reference code halfsiphash.c). */
FLOW_INLINE __u32 hash_halfsip(const struct flow_tuple *tuple, const __u32 key[2], int c, int d) {
    struct hash_sip s = {key[0], key[1], 0x6c796765 ^ key[0], 0x74656462 ^ key[1]};
    for (__u32 i = 0; i < FLOW_WORDS; i++) {
        if (i >= tuple->n)
            break;
        hash_sip_word(&s, tuple->words[i], c);
    }
    hash_sip_word(&s, tuple->n * 4 << 24, c);
    s.v2 ^= 0xff;
    for (int i = 0; i < d; i++)
        hash_sip_round(&s);
    return s.v1 ^ s.v3;
}

/* The hash as a fraction of 1, times the count: a division costs more than the hash. */
FLOW_INLINE __u32 flow_index(__u32 hash, __u32 cpus) {
    return (__u32)((__u64)hash * cpus >> 32);
}

FLOW_INLINE __u32 flow_hash(const struct flow_tuple *tuple, __u32 hash, __u32 seed,
                            const __u32 key[2]) {
    switch (hash) {
    case FLOW_CRC:
        return hash_crc(tuple);
    case FLOW_TOEPLITZ:
        return hash_toeplitz(tuple);
    case FLOW_HALFSIPHASH:
        return hash_halfsip(tuple, key, 1, 3);
    default:
        return hash_xxh32(tuple, seed);
    }
}

#endif
