/* The usual case of single precision arithmetic, by the host's: rounding to nearest, normal
 * operands, a result not next to the ends of the normal range. All else is fp.c's. Inexactness
 * is looked for only while its cumulative flag is clear, and through doubles, as a fused
 * multiply-add is done: a double holds the exact product, and an exact sum or one rounded
 * harmlessly, having 53 >= 2 * 24 + 2 bits.
 */
#ifndef MODELS_MCU_ARMV7M_FP_QUICK_H
#define MODELS_MCU_ARMV7M_FP_QUICK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "models/mcu/armv7m/fp.h"

static inline float armv7m_quick_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}
static inline bool armv7m_quick_normal(uint32_t a) {
    return (a >> 23 & 0xFF) - 1 < 254;
}
static inline bool armv7m_quick_allowed(uint32_t fpscr, uint32_t a, uint32_t b) {
    return !(fpscr >> 22 & 3) && armv7m_quick_normal(a) && armv7m_quick_normal(b);
}
/* What a + b lost (Knuth). */
static inline double armv7m_quick_error(double a, double b, double sum) {
    double part = sum - a;
    return (a - (sum - part)) + (b - part);
}

static inline bool armv7m_quick_put(float value, uint32_t *result) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    *result = bits;
    return (bits >> 23 & 0xFF) - 2 < 252;
}

/* False: the result needs the long way, *fpscr is as it was; *result then is of no meaning and
 * must not be a register. */
static inline bool armv7m_quick_add(uint32_t *fpscr, uint32_t a, uint32_t b, uint32_t *result) {
    if (!armv7m_quick_allowed(*fpscr, a, b))
        return false;
    float x = armv7m_quick_float(a), y = armv7m_quick_float(b), sum = x + y;
    if (!armv7m_quick_put(sum, result))
        return false;
    if (!(*fpscr & FP_IXC)) {
        double wide = (double)x + y;
        if (sum != wide || armv7m_quick_error(x, y, wide) != 0)
            *fpscr |= FP_IXC;
    }
    return true;
}

static inline bool armv7m_quick_mul(uint32_t *fpscr, uint32_t a, uint32_t b, uint32_t *result) {
    if (!armv7m_quick_allowed(*fpscr, a, b))
        return false;
    float x = armv7m_quick_float(a), y = armv7m_quick_float(b), product = x * y;
    if (!armv7m_quick_put(product, result))
        return false;
    if (!(*fpscr & FP_IXC) && product != (double)x * y)
        *fpscr |= FP_IXC;
    return true;
}

/* The product is exact, its sum may not be: harmless unless the rounded sum is a tie. */
static inline bool armv7m_quick_fma(uint32_t *fpscr, uint32_t addend, uint32_t a, uint32_t b,
                                    uint32_t *result) {
    if (!armv7m_quick_allowed(*fpscr, a, b) || !armv7m_quick_normal(addend))
        return false;
    double x = (double)armv7m_quick_float(a) * armv7m_quick_float(b);
    double y = armv7m_quick_float(addend), sum = x + y;
    uint64_t bits;
    memcpy(&bits, &sum, 8);
    if ((bits & 0x1FFFFFFF) == 0x10000000 || !armv7m_quick_put((float)sum, result))
        return false;
    if (!(*fpscr & FP_IXC) && ((float)sum != sum || armv7m_quick_error(x, y, sum) != 0))
        *fpscr |= FP_IXC;
    return true;
}

#endif
