/* log for the inner loop of the analog nodes: inline, for ordinary arguments only, and not to
 * the last place, for a third less latency. Without fused multiply-add and with the
 * table of fpmath.c, so that it gives the same bits everywhere. */
#ifndef SIM_FPMATH_QUICK_H
#define SIM_FPMATH_QUICK_H

#include <stdint.h>
#include <string.h>

#include "sim/fpmath_tables.h"

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
