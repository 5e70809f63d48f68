/* The usual case of single precision arithmetic, through the host's doubles: rounding to
 * nearest, normal operands, a result not next to the ends of the normal range. A double
 * holds the exact sum or product, or rounds it harmlessly: 53 >= 2 * 24 + 2 bits. All else
 * is fp.c's. Inexactness is looked for only while its cumulative flag is clear.
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

/* False: the result needs the long way; *result and *fpscr are as they were. */
static inline bool armv7m_quick_round(uint32_t fpscr, double exact, uint32_t *result,
                                      bool *inexact) {
    float rounded = (float)exact;
    uint32_t bits;
    memcpy(&bits, &rounded, 4);
    if ((bits >> 23 & 0xFF) - 2 >= 252)
        return false;
    *inexact = !(fpscr & FP_IXC) && (double)rounded != exact;
    *result = bits;
    return true;
}

static inline bool armv7m_quick_add(uint32_t *fpscr, uint32_t a, uint32_t b, uint32_t *result) {
    bool inexact;
    if (!armv7m_quick_allowed(*fpscr, a, b))
        return false;
    double x = armv7m_quick_float(a), y = armv7m_quick_float(b), sum = x + y;
    if (!armv7m_quick_round(*fpscr, sum, result, &inexact))
        return false;
    if (!(*fpscr & FP_IXC) && (inexact || armv7m_quick_error(x, y, sum) != 0))
        *fpscr |= FP_IXC;
    return true;
}

static inline bool armv7m_quick_mul(uint32_t *fpscr, uint32_t a, uint32_t b, uint32_t *result) {
    bool inexact;
    if (!armv7m_quick_allowed(*fpscr, a, b))
        return false;
    double product = (double)armv7m_quick_float(a) * armv7m_quick_float(b);
    if (!armv7m_quick_round(*fpscr, product, result, &inexact))
        return false;
    if (inexact)
        *fpscr |= FP_IXC;
    return true;
}

/* The product is exact, its sum may not be: harmless unless the rounded sum is a tie. */
static inline bool armv7m_quick_fma(uint32_t *fpscr, uint32_t addend, uint32_t a, uint32_t b,
                                    uint32_t *result) {
    bool inexact;
    if (!armv7m_quick_allowed(*fpscr, a, b) || !armv7m_quick_normal(addend))
        return false;
    double x = (double)armv7m_quick_float(a) * armv7m_quick_float(b);
    double y = armv7m_quick_float(addend), sum = x + y;
    uint64_t bits;
    memcpy(&bits, &sum, 8);
    if ((bits & 0x1FFFFFFF) == 0x10000000 || !armv7m_quick_round(*fpscr, sum, result, &inexact))
        return false;
    if (!(*fpscr & FP_IXC) && (inexact || armv7m_quick_error(x, y, sum) != 0))
        *fpscr |= FP_IXC;
    return true;
}

#endif
