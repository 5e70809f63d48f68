#include <criterion/criterion.h>
#include <math.h>

#include "sim/rng.h"

#define N 200000

/* The limits below are five standard deviations of what each statistic has by chance;
 * the numbers are fixed, so a pass stays a pass. */
Test(rng, uniform_moments) {
    double sum = 0, squares = 0, lag = 0, last = 0.5;
    for (uint64_t i = 0; i < N; i++) {
        double u = rng_uniform(42, 7, i);
        cr_assert(u >= 0 && u < 1);
        sum += u;
        squares += (u - 0.5) * (u - 0.5);
        lag += (u - 0.5) * (last - 0.5);
        last = u;
    }
    cr_expect_float_eq(sum / N, 0.5, 5 * sqrt(1.0 / 12 / N));
    cr_expect_float_eq(squares / N, 1.0 / 12, 5 * sqrt(1.0 / 180 / N));
    cr_expect_float_eq(lag / N, 0, 5 * (1.0 / 12) / sqrt(N));
}

static double chi_square(uint64_t seed, uint64_t stream, int shift) {
    double counts[256] = {0}, sum = 0;
    for (uint64_t i = 0; i < N; i++)
        counts[rng_u64(seed, stream, i) >> shift & 255]++;
    for (int k = 0; k < 256; k++)
        sum += (counts[k] - N / 256.0) * (counts[k] - N / 256.0) / (N / 256.0);
    return sum;
}

/* 255 degrees of freedom: mean 255, deviation 22.6; every byte of the word. */
Test(rng, chi_square_of_every_byte) {
    for (int shift = 0; shift < 64; shift += 8) {
        double x = chi_square(1, 1, shift);
        cr_expect(x > 255 - 5 * 22.6 && x < 255 + 5 * 22.6, "bits %d up: %g", shift, x);
    }
}

Test(rng, normal_moments) {
    double m[5] = {0};
    for (uint64_t i = 0; i < N; i++) {
        double x = rng_normal(42, 9, i), power = 1;
        cr_assert(isfinite(x));
        for (int k = 1; k < 5; k++)
            m[k] += (power *= x) / N;
    }
    cr_expect_float_eq(m[1], 0, 5 * sqrt(1.0 / N));
    cr_expect_float_eq(m[2], 1, 5 * sqrt(2.0 / N));
    cr_expect_float_eq(m[3], 0, 5 * sqrt(15.0 / N));
    cr_expect_float_eq(m[4], 3, 5 * sqrt(96.0 / N));
}

/* The share beyond one, two and three deviations. */
Test(rng, normal_tails) {
    static const double share[] = {0.317311, 0.045500, 0.002700};
    double beyond[3] = {0};
    for (uint64_t i = 0; i < N; i++)
        for (int k = 0; k < 3; k++)
            beyond[k] += fabs(rng_normal(3, 3, i)) > k + 1;
    for (int k = 0; k < 3; k++)
        cr_expect_float_eq(beyond[k] / N, share[k], 5 * sqrt(share[k] / N), "%d sigma: %g", k + 1,
                           beyond[k] / N);
}

/* Streams, seeds and neighbours in each that differ by one bit are unrelated. */
Test(rng, streams_are_uncorrelated) {
    static const uint64_t pairs[][4] = {
        {1, 1, 1, 2},
        {1, 1, 2, 1},
        {1, 2, 2, 1},
        {0, 0, 0, 1},
        {5, 6, 5, 6 + (UINT64_C(1) << 63)},
        {UINT64_MAX, 0, 0, UINT64_MAX},
    };
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        double sum = 0;
        for (uint64_t i = 0; i < N; i++)
            sum += (rng_uniform(pairs[p][0], pairs[p][1], i) - 0.5) *
                   (rng_uniform(pairs[p][2], pairs[p][3], i) - 0.5);
        cr_expect_float_eq(sum / N, 0, 5 * (1.0 / 12) / sqrt(N), "pair %zu: %g", p, sum / N);
    }
}

/* One changed bit of any word changes half the bits of the value. */
Test(rng, avalanche) {
    for (int word = 0; word < 3; word++) {
        double changed = 0;
        for (uint64_t i = 0; i < 64 * 200; i++) {
            uint64_t k[3] = {i * 3, i * 5, i * 7};
            uint64_t before = rng_u64(k[0], k[1], k[2]);
            k[word] ^= UINT64_C(1) << i % 64;
            changed += __builtin_popcountll(before ^ rng_u64(k[0], k[1], k[2]));
        }
        cr_expect_float_eq(changed / (64 * 200), 32, 5 * 4 / sqrt(64 * 200), "word %d: %g", word,
                           changed / (64 * 200));
    }
}

/* Reports quote seeds: what a seed gives must not change. */
Test(rng, fixed_values) {
    cr_expect_eq(rng_u64(0, 0, 0), 0x1cd364143cce4aaeull, "%#llx",
                 (unsigned long long)rng_u64(0, 0, 0));
    cr_expect_eq(rng_u64(1, 2, 3), 0xfd832bc5946a59adull, "%#llx",
                 (unsigned long long)rng_u64(1, 2, 3));
    cr_expect_eq(rng_uniform(1, 2, 3), 0x1.fb06578b28d4bp-1, "%a", rng_uniform(1, 2, 3));
    cr_expect_eq(rng_normal(1, 2, 3), 0x1.51a82901b5f63p+0, "%a", rng_normal(1, 2, 3));
    cr_expect_eq(rng_stream("jitter"), 0x2e701e89a7ab0cd3ull, "%#llx",
                 (unsigned long long)rng_stream("jitter"));
    cr_expect_eq(rng_stream(""), 0xcbf29ce484222325ull);
    cr_expect_eq(rng_stream("a"), 0xaf63dc4c8601ec8cull); /* FNV-1a's own test vector */
}
