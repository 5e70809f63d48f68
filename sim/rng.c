#include "sim/rng.h"

#include "sim/fpmath.h"

static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t rng_u64(uint64_t seed, uint64_t stream, uint64_t index) {
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = mix(seed + golden);
    z = mix(z ^ (stream + golden));
    return mix(z + index * golden + golden);
}

double rng_uniform(uint64_t seed, uint64_t stream, uint64_t index) {
    return (double)(rng_u64(seed, stream, index) >> 11) * (1.0 / 9007199254740992.0);
}

/* sqrt by Newton from the bit pattern would do; the hardware's is correctly rounded by
 * IEEE 754 and so the same everywhere. */
double rng_normal(uint64_t seed, uint64_t stream, uint64_t index) {
    double u = 1.0 - rng_uniform(seed, stream, 2 * index);
    double turns = rng_uniform(seed, stream, 2 * index + 1);
    return __builtin_sqrt(-2.0 * sim_log(u)) * sim_cos2pi(turns);
}

uint64_t rng_stream(const char *name) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}
