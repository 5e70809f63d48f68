#include "harness/view/siphash.h"

#include <string.h>
#include <sys/random.h>

void siphash_new_key(uint64_t key[2]) {
    uint64_t fresh[2];
    if (getrandom(fresh, sizeof fresh, GRND_NONBLOCK) == sizeof fresh)
        memcpy(key, fresh, sizeof fresh);
}

static uint64_t turn(uint64_t x, unsigned bits) {
    return x << bits | x >> (64 - bits);
}

static void mix(uint64_t v[4], unsigned rounds) {
    while (rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = turn(v[1], 13) ^ v[0];
        v[3] = turn(v[3], 16) ^ v[2];
        v[0] = turn(v[0], 32) + v[3];
        v[2] += v[1];
        v[3] = turn(v[3], 21) ^ v[0];
        v[1] = turn(v[1], 17) ^ v[2];
        v[2] = turn(v[2], 32);
    }
}

static void take(uint64_t v[4], uint64_t word) {
    v[3] ^= word;
    mix(v, 2);
    v[0] ^= word;
}

uint64_t siphash(const uint64_t key[2], const void *octets, size_t n) {
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    const uint8_t *p = octets;
    uint64_t word, last = (uint64_t)n << 56;
    size_t rest = n % 8;
    for (const uint8_t *end = p + (n - rest); p < end; p += 8) {
        memcpy(&word, p, sizeof word); /* little-endian, as the store is */
        take(v, word);
    }
    while (rest--)
        last |= (uint64_t)p[rest] << 8 * rest;
    take(v, last);
    v[2] ^= 0xff;
    mix(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
