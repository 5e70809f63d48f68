/* exp and log for the inner loop of the analog nodes: inline, for ordinary arguments only,
 * and not to the last place, for a third less latency. Without fused multiply-add and with
 * the tables of fpmath.c, so that they give the same bits everywhere. */
#ifndef SIM_FPMATH_QUICK_H
#define SIM_FPMATH_QUICK_H

#include <stdint.h>
#include <string.h>

#include "sim/fpmath_tables.h"

/* x = (64 k + i) ln2/64 + r: adding 1.5 * 2^52 rounds to the nearest step, and leaves it in
 * the lower bits. For -700 < x < 700, to 1e-13. */
static inline double quick_exp(double x) {
    const double magic = 0x1.8p52;
    double steps = x * (1.44269504088896338700e+00 * EXP_STEPS) + magic;
    uint64_t n, bits;
    memcpy(&n, &steps, sizeof n);
    double r = x - (steps - magic) * (6.93147180559945286227e-01 / EXP_STEPS);
    memcpy(&bits, &EXP_TABLE[n % EXP_STEPS], sizeof bits);
    bits += n / EXP_STEPS << 52;
    double scale, r2 = r * r;
    memcpy(&scale, &bits, sizeof scale);
    return scale + scale * (r + r2 * (0.5 + r * (1.0 / 6) + r2 * (1.0 / 24)));
}

/* x = 2^k m, m = c (1 + z) with |z| <= 2^-7. For normal positive x, to 1e-9 absolute. */
static inline double quick_log(double x) {
    const uint64_t base = UINT64_C(0x3fe6000000000000);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t above = bits - base;
    const struct log_step *step = &LOG_TABLE[above >> 45 & (LOG_STEPS - 1)];
    int64_t k = (int64_t)above >> 52;
    bits -= (uint64_t)k << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double z = m * step->inverse - 1.0;
    return ((double)(int)k * 6.93147180559945286227e-01 + step->log) +
           (z + z * z * (z * (1.0 / 3) - 0.5));
}

#endif
