/* The floating point unit against the host's, in all four rounding modes, results and
 * flags; and what the host does not have: flush-to-zero, default NaN, half precision.
 *
 * The host finds tininess after rounding, ARM before: where a result rounds up to the
 * smallest normal number the underflow flag may differ, and is not compared.
 */
#include <criterion/criterion.h>
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "models/mcu/armv7m/fp.h"

#define DRAWS 300000

static uint64_t seed = 88172645463325252u;
static uint32_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}
/* Anything, often with an exponent near another operand's, sometimes at an end. */
static uint32_t operand(void) {
    uint32_t x = draw();
    switch (draw() & 7) {
    case 0:
        return x;
    case 1:
        return (x & 0x80FFFFFF); /* tiny */
    case 2:
        return (x & 0x80FFFFFF) | 0x7E000000; /* huge */
    case 3:
        return x & 0xFF800000;
    default:
        return (x & 0x807FFFFF) | (115 + (draw() & 31)) << 23;
    }
}
static float f(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}
static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}
static bool is_nan(uint32_t a) {
    return (a & 0x7FFFFFFF) > 0x7F800000;
}

static uint32_t host_flags(void) {
    int raised = fetestexcept(FE_ALL_EXCEPT);
    return (raised & FE_INVALID ? FP_IOC : 0) | (raised & FE_DIVBYZERO ? FP_DZC : 0) |
           (raised & FE_OVERFLOW ? FP_OFC : 0) | (raised & FE_UNDERFLOW ? FP_UFC : 0) |
           (raised & FE_INEXACT ? FP_IXC : 0);
}

enum { ADD, SUB, MUL, DIV, SQRT, FMA, OPERATIONS };

static uint32_t on_host(unsigned operation, uint32_t a, uint32_t b, uint32_t c, uint32_t *flags) {
    volatile float x = f(a), y = f(b), z = f(c), result = 0;
    feclearexcept(FE_ALL_EXCEPT);
    switch (operation) {
    case ADD:
        result = x + y;
        break;
    case SUB:
        result = x - y;
        break;
    case MUL:
        result = x * y;
        break;
    case DIV:
        result = x / y;
        break;
    case SQRT:
        result = sqrtf(x);
        break;
    default:
        result = fmaf(x, y, z);
        break;
    }
    *flags = host_flags();
    return bits_of(result);
}

static uint32_t here(unsigned operation, uint32_t a, uint32_t b, uint32_t c, uint32_t *fpscr) {
    switch (operation) {
    case ADD:
        return armv7m_fp_add(fpscr, a, b);
    case SUB:
        return armv7m_fp_sub(fpscr, a, b);
    case MUL:
        return armv7m_fp_mul(fpscr, a, b);
    case DIV:
        return armv7m_fp_div(fpscr, a, b);
    case SQRT:
        return armv7m_fp_sqrt(fpscr, a);
    default:
        return armv7m_fp_fma(fpscr, c, a, b);
    }
}

static void compare(unsigned operation, uint32_t rounding) {
    for (unsigned i = 0; i < DRAWS; i++) {
        uint32_t a = operand(), b = operand(), c = operand(), flags;
        if (operation == FMA && (is_nan(a) || is_nan(b) || is_nan(c)))
            continue; /* the host need not flag 0 x infinity + NaN as ARM does */
        uint32_t fpscr = rounding << 22;
        uint32_t ours = here(operation, a, b, c, &fpscr);
        uint32_t theirs = on_host(operation, a, b, c, &flags);
        uint32_t differ = (fpscr & 0x1F) ^ flags;
        if ((ours & 0x7FFFFFFF) == 0x00800000)
            differ &= ~(uint32_t)FP_UFC;
        bool same = is_nan(theirs) ? is_nan(ours) : ours == theirs;
        cr_assert(same && !differ,
                  "operation %u of %08x %08x %08x, rounding %u: %08x flags %02x, host %08x %02x",
                  operation, a, b, c, rounding, ours, fpscr & 0x1F, theirs, flags);
    }
}

Test(armv7m_fp, as_the_host_in_every_rounding_mode) {
    static const int HOST[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (unsigned operation = 0; operation < OPERATIONS; operation++)
        for (uint32_t rounding = 0; rounding < 4; rounding++) {
            fesetround(HOST[rounding]);
            compare(operation, rounding);
        }
    fesetround(FE_TONEAREST);
}

/* DDI0403E A2.5.2: denormal operands and results become zeros. */
Test(armv7m_fp, flush_to_zero) {
    uint32_t fpscr = FP_FZ;
    cr_expect_eq(armv7m_fp_add(&fpscr, 0x80000001, 0x3F800000), 0x3F800000);
    cr_expect_eq(fpscr, FP_FZ | FP_IDC);
    fpscr = FP_FZ;
    cr_expect_eq(armv7m_fp_mul(&fpscr, 0x00800000, 0xBF000000), 0x80000000);
    cr_expect_eq(fpscr, FP_FZ | FP_UFC);
}

/* A2.5.3: the first signalling NaN, quietened, else the first; or always the default one. */
Test(armv7m_fp, nans) {
    uint32_t fpscr = 0;
    cr_expect_eq(armv7m_fp_add(&fpscr, 0x7FC00001, 0xFF800002), 0xFFC00002);
    cr_expect_eq(fpscr, FP_IOC);
    fpscr = 0;
    cr_expect_eq(armv7m_fp_mul(&fpscr, 0x7FC00001, 0x7FC00002), 0x7FC00001);
    cr_expect_eq(fpscr, 0);
    fpscr = FP_DN;
    cr_expect_eq(armv7m_fp_mul(&fpscr, 0xFFC00001, 0x3F800000), 0x7FC00000);
    fpscr = 0;
    cr_expect_eq(armv7m_fp_fma(&fpscr, 0x7FC00009, 0x7F800000, 0), 0x7FC00000);
    cr_expect_eq(fpscr, FP_IOC);
}

Test(armv7m_fp, comparisons) {
    uint32_t fpscr = 0;
    cr_expect_eq(armv7m_fp_compare(&fpscr, 0x3F800000, 0x40000000, false), 8u << 28);
    cr_expect_eq(armv7m_fp_compare(&fpscr, 0, 0x80000000, false), 6u << 28);
    cr_expect_eq(armv7m_fp_compare(&fpscr, 0x40000000, 0x3F800000, false), 2u << 28);
    cr_expect_eq(armv7m_fp_compare(&fpscr, 0x7FC00000, 0, false), 3u << 28);
    cr_expect_eq(fpscr, 0);
    cr_expect_eq(armv7m_fp_compare(&fpscr, 0x7FC00000, 0, true), 3u << 28);
    cr_expect_eq(fpscr, FP_IOC);
}

Test(armv7m_fp, conversions) {
    uint32_t fpscr = 0;
    cr_expect_eq(armv7m_fp_to_fixed(&fpscr, 0xC0200000, 32, 0, false, ROUND_ZERO), (uint32_t)-2);
    cr_expect_eq(fpscr, FP_IXC);
    cr_expect_eq(armv7m_fp_to_fixed(&fpscr, 0x40200000, 32, 0, false, ROUND_NEAREST), 2);
    cr_expect_eq(armv7m_fp_to_fixed(&fpscr, 0x40200000, 32, 0, false, ROUND_UP), 3);
    fpscr = 0;
    cr_expect_eq(armv7m_fp_to_fixed(&fpscr, 0xBF800000, 32, 0, true, ROUND_ZERO), 0);
    cr_expect_eq(fpscr, FP_IOC);
    cr_expect_eq(armv7m_fp_to_fixed(&fpscr, 0x7F800000, 32, 0, false, ROUND_ZERO), 0x7FFFFFFF);
    cr_expect_eq(armv7m_fp_to_fixed(&fpscr, 0x3FC00000, 16, 8, true, ROUND_ZERO), 0x180);
    cr_expect_eq(armv7m_fp_from_fixed(&fpscr, 0x180, 16, 8, true, ROUND_NEAREST), 0x3FC00000);
    cr_expect_eq(armv7m_fp_from_fixed(&fpscr, 0xFFFFFFFF, 32, 0, true, ROUND_ZERO), 0x4F7FFFFF);
}

/* Every half goes to single precision and back unchanged, in both formats. */
Test(armv7m_fp, halves_round_trip) {
    for (uint32_t format = 0; format < 2; format++)
        for (uint32_t half = 0; half < 0x10000; half++) {
            uint32_t fpscr = format ? FP_AHP : 0, wide = armv7m_fp_from_half(&fpscr, half);
            uint32_t back = armv7m_fp_to_half(&fpscr, wide);
            bool signalling = !format && (half & 0x7E00) == 0x7C00 && half & 0x1FF;
            cr_assert_eq(back, signalling ? half | 0x200 : half, "%04x: %08x, %04x", half, wide,
                         back);
        }
}
