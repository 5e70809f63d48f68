/* Single precision in integers; the usual case goes by fp_quick.h.
 *
 * Source: DDI0403E A2.5 and its pseudocode (FPUnpack, FPProcessNaNs, FPRound, FPToFixed).
 */
#include <math.h>
#include <string.h>

#include "models/mcu/armv7m/fp_quick.h"

#define DEFAULT_NAN 0x7FC00000u
#define INFINITY32  0x7F800000u
#define SIGN        0x80000000u
#define QUIET       0x00400000u
#define TOP         62 /* the leading bit of a significand */

enum kind { ZERO, FINITE, INFINITE, QUIET_NAN, SIGNALLING_NAN };
/* A finite value is sig * 2^(exp - TOP), with bit TOP of sig set. */
struct number {
    enum kind kind;
    bool sign;
    int exp;
    uint64_t sig;
    uint32_t bits;
};

static enum fp_rounding mode(uint32_t fpscr) {
    return (enum fp_rounding)(fpscr >> 22 & 3);
}

static struct number normalized(bool sign, int exp, uint64_t sig) {
    struct number x = {FINITE, sign, exp, sig, 0};
    int by = __builtin_clzll(sig) - (63 - TOP);
    x.sig = by >= 0 ? sig << by : sig >> 1 | (sig & 1);
    x.exp -= by;
    return x;
}

static struct number unpack(uint32_t *fpscr, uint32_t a) {
    struct number x = {ZERO, a >> 31, 0, 0, a};
    uint32_t exp = a >> 23 & 0xFF, fraction = a & 0x7FFFFF;
    if (exp == 255) {
        x.kind = !fraction ? INFINITE : fraction & QUIET ? QUIET_NAN : SIGNALLING_NAN;
        return x;
    }
    if (exp == 0 && fraction && *fpscr & FP_FZ) {
        *fpscr |= FP_IDC;
        x.bits = a & SIGN;
        return x;
    }
    if (exp == 0 && fraction == 0)
        return x;
    uint64_t sig = exp ? fraction | 1u << 23 : fraction;
    struct number y = normalized(x.sign, (int)(exp ? exp : 1) - 127 + TOP - 23, sig);
    y.bits = a;
    return y;
}

static uint32_t invalid(uint32_t *fpscr) {
    *fpscr |= FP_IOC;
    return DEFAULT_NAN;
}
static bool is_nan(const struct number *x) {
    return x->kind >= QUIET_NAN;
}
static uint32_t propagate(uint32_t *fpscr, const struct number *x) {
    if (x->kind == SIGNALLING_NAN)
        *fpscr |= FP_IOC;
    return *fpscr & FP_DN ? DEFAULT_NAN : x->bits | QUIET;
}
/* The NaN that comes of n operands: the first signalling one, else the first. */
static bool nans(uint32_t *fpscr, const struct number *x, unsigned n, uint32_t *result) {
    for (unsigned i = 0; i < n; i++)
        if (x[i].kind == SIGNALLING_NAN) {
            *result = propagate(fpscr, &x[i]);
            return true;
        }
    for (unsigned i = 0; i < n; i++)
        if (x[i].kind == QUIET_NAN) {
            *result = propagate(fpscr, &x[i]);
            return true;
        }
    return false;
}

/* sig shifted right, what falls out kept as a sticky lowest bit. */
static uint64_t shift_sticky(uint64_t sig, int by) {
    if (by <= 0)
        return sig;
    if (by > 63)
        return sig != 0;
    return sig >> by | ((sig & ((UINT64_C(1) << by) - 1)) != 0);
}

/* Whether `rest` of 2^bits is rounded away from zero. */
static bool round_up(enum fp_rounding how, bool sign, uint64_t kept, uint64_t rest, int bits) {
    uint64_t half = UINT64_C(1) << (bits - 1);
    switch (how) {
    case ROUND_NEAREST:
        return rest > half || (rest == half && kept & 1);
    case ROUND_UP:
        return rest && !sign;
    case ROUND_DOWN:
        return rest && sign;
    default:
        return false;
    }
}
static uint32_t overflow(uint32_t *fpscr, enum fp_rounding how, bool sign) {
    bool infinite =
        how == ROUND_NEAREST || (how == ROUND_UP && !sign) || (how == ROUND_DOWN && sign);
    *fpscr |= FP_OFC | FP_IXC;
    return (uint32_t)sign << 31 | (infinite ? INFINITY32 : INFINITY32 - 1);
}

static uint32_t pack_as(uint32_t *fpscr, const struct number *x, enum fp_rounding how) {
    enum { REST = TOP - 23 };
    int biased = x->exp + 127;
    bool tiny = biased <= 0;
    uint32_t sign = (uint32_t)x->sign << 31;
    if (tiny && *fpscr & FP_FZ) {
        *fpscr |= FP_UFC;
        return sign;
    }
    uint64_t sig = tiny ? shift_sticky(x->sig, 1 - biased) : x->sig;
    uint64_t kept = sig >> REST, rest = sig & ((UINT64_C(1) << REST) - 1);
    if (rest)
        *fpscr |= tiny ? FP_IXC | FP_UFC : FP_IXC;
    kept += round_up(how, x->sign, kept, rest, REST);
    /* The carry out of the fraction goes into the exponent by itself. */
    uint64_t bits = tiny ? kept : ((uint64_t)(biased - 1) << 23) + kept;
    if (bits >= INFINITY32)
        return overflow(fpscr, how, x->sign);
    return sign | (uint32_t)bits;
}
static uint32_t pack(uint32_t *fpscr, const struct number *x) {
    return pack_as(fpscr, x, mode(*fpscr));
}

/* --- operations ---------------------------------------------------------------------- */

static uint32_t zero_sum(uint32_t fpscr, bool a, bool b) {
    bool sign = a == b ? a : mode(fpscr) == ROUND_DOWN;
    return (uint32_t)sign << 31;
}

/* The sum of two finite numbers, exact but for a sticky lowest bit; false when it is 0. */
static bool sum(const struct number *a, const struct number *b, struct number *result) {
    if (a->exp < b->exp || (a->exp == b->exp && a->sig < b->sig)) {
        const struct number *swap = a;
        a = b;
        b = swap;
    }
    uint64_t small = shift_sticky(b->sig, a->exp - b->exp);
    uint64_t sig = a->sign == b->sign ? a->sig + small : a->sig - small;
    if (sig == 0)
        return false;
    *result = normalized(a->sign, a->exp, sig);
    return true;
}

static uint32_t add_numbers(uint32_t *fpscr, const struct number *a, const struct number *b) {
    struct number result;
    if (a->kind == INFINITE || b->kind == INFINITE) {
        if (a->kind == b->kind && a->sign != b->sign)
            return invalid(fpscr);
        return (uint32_t)(a->kind == INFINITE ? a : b)->sign << 31 | INFINITY32;
    }
    if (a->kind == ZERO && b->kind == ZERO)
        return zero_sum(*fpscr, a->sign, b->sign);
    if (a->kind == ZERO)
        return pack(fpscr, b);
    if (b->kind == ZERO)
        return pack(fpscr, a);
    if (!sum(a, b, &result))
        return zero_sum(*fpscr, a->sign, b->sign);
    return pack(fpscr, &result);
}

uint32_t armv7m_fp_add(uint32_t *fpscr, uint32_t a, uint32_t b) {
    uint32_t result;
    if (armv7m_quick_add(fpscr, a, b, &result))
        return result;
    struct number x[2] = {unpack(fpscr, a), unpack(fpscr, b)};
    return nans(fpscr, x, 2, &result) ? result : add_numbers(fpscr, &x[0], &x[1]);
}

/* The NaN of a subtraction keeps the sign of its operand. */
uint32_t armv7m_fp_sub(uint32_t *fpscr, uint32_t a, uint32_t b) {
    uint32_t exp = b & INFINITY32, fraction = b & (QUIET | (QUIET - 1));
    return armv7m_fp_add(fpscr, a, exp == INFINITY32 && fraction ? b : b ^ SIGN);
}

/* The product of two finite numbers, exact: 24 by 24 bits. */
static struct number product(const struct number *a, const struct number *b) {
    uint64_t sig = (a->sig >> (TOP - 23)) * (b->sig >> (TOP - 23));
    return normalized(a->sign != b->sign, a->exp + b->exp + TOP - 46, sig);
}

uint32_t armv7m_fp_mul(uint32_t *fpscr, uint32_t a, uint32_t b) {
    uint32_t result;
    if (armv7m_quick_mul(fpscr, a, b, &result))
        return result;
    struct number x[2] = {unpack(fpscr, a), unpack(fpscr, b)};
    if (nans(fpscr, x, 2, &result))
        return result;
    uint32_t sign = (uint32_t)(x[0].sign != x[1].sign) << 31;
    bool infinite = x[0].kind == INFINITE || x[1].kind == INFINITE;
    bool zero = x[0].kind == ZERO || x[1].kind == ZERO;
    if (infinite && zero)
        return invalid(fpscr);
    if (infinite || zero)
        return sign | (infinite ? INFINITY32 : 0);
    struct number exact = product(&x[0], &x[1]);
    return pack(fpscr, &exact);
}

uint32_t armv7m_fp_div(uint32_t *fpscr, uint32_t a, uint32_t b) {
    struct number x[2] = {unpack(fpscr, a), unpack(fpscr, b)};
    uint32_t result, sign = (uint32_t)(x[0].sign != x[1].sign) << 31;
    if (nans(fpscr, x, 2, &result))
        return result;
    if (x[0].kind == x[1].kind && x[0].kind != FINITE)
        return invalid(fpscr);
    if (x[0].kind == INFINITE || x[1].kind == ZERO) {
        *fpscr |= x[0].kind == INFINITE ? 0 : FP_DZC;
        return sign | INFINITY32;
    }
    if (x[0].kind == ZERO || x[1].kind == INFINITE)
        return sign;
    /* 24 bits, 32 places more, by 24 bits: a quotient of 32 or 33 bits and a remainder. */
    uint64_t dividend = x[0].sig >> (TOP - 23) << 32, divisor = x[1].sig >> (TOP - 23);
    uint64_t quotient = dividend / divisor << 1 | (dividend % divisor != 0);
    struct number y = normalized(sign >> 31, x[0].exp - x[1].exp + TOP - 33, quotient);
    return pack(fpscr, &y);
}

uint32_t armv7m_fp_sqrt(uint32_t *fpscr, uint32_t a) {
    struct number x = unpack(fpscr, a);
    uint32_t result;
    if (nans(fpscr, &x, 1, &result))
        return result;
    if (x.kind == ZERO)
        return x.bits & SIGN;
    if (x.sign)
        return invalid(fpscr);
    if (x.kind == INFINITE)
        return INFINITY32;
    /* An even exponent, and a root of 31 bits or a little more. */
    bool odd = x.exp & 1;
    uint64_t radicand = odd ? x.sig >> 1 : x.sig;
    uint64_t root = (uint64_t)sqrt((double)radicand);
    while (root * root > radicand)
        root--;
    while ((root + 1) * (root + 1) <= radicand)
        root++;
    int scale = (x.exp - (odd ? TOP - 1 : TOP)) / 2;
    struct number y = normalized(false, scale - 1 + TOP, root << 1 | (root * root != radicand));
    return pack(fpscr, &y);
}

/* The long way of a fused multiplication: the product has 48 bits, so its sum with another
 * number is exact but for a sticky bit. */
static uint32_t fma_numbers(uint32_t *fpscr, const struct number *x) {
    bool sign = x[1].sign != x[2].sign;
    bool infinite = x[1].kind == INFINITE || x[2].kind == INFINITE;
    bool zero = x[1].kind == ZERO || x[2].kind == ZERO;
    struct number exact = {infinite ? INFINITE : ZERO, sign, 0, 0, 0};
    if (!infinite && !zero)
        exact = product(&x[1], &x[2]);
    return add_numbers(fpscr, &x[0], &exact);
}

uint32_t armv7m_fp_fma(uint32_t *fpscr, uint32_t addend, uint32_t a, uint32_t b) {
    uint32_t quick;
    if (armv7m_quick_fma(fpscr, addend, a, b, &quick))
        return quick;
    struct number x[3] = {unpack(fpscr, addend), unpack(fpscr, a), unpack(fpscr, b)};
    uint32_t result;
    bool never = (x[1].kind == INFINITE && x[2].kind == ZERO) ||
                 (x[1].kind == ZERO && x[2].kind == INFINITE);
    if (never && x[0].kind != SIGNALLING_NAN)
        return invalid(fpscr);
    if (nans(fpscr, x, 3, &result))
        return result;
    return fma_numbers(fpscr, x);
}

uint32_t armv7m_fp_compare(uint32_t *fpscr, uint32_t a, uint32_t b, bool signalling) {
    struct number x[2] = {unpack(fpscr, a), unpack(fpscr, b)};
    if (is_nan(&x[0]) || is_nan(&x[1])) {
        if (signalling || x[0].kind == SIGNALLING_NAN || x[1].kind == SIGNALLING_NAN)
            *fpscr |= FP_IOC;
        return 3u << 28;
    }
    float left = armv7m_quick_float(x[0].bits), right = armv7m_quick_float(x[1].bits);
    return left == right ? 6u << 28 : left < right ? 8u << 28 : 2u << 28;
}

/* --- conversions --------------------------------------------------------------------- */

static uint32_t saturated(uint32_t *fpscr, bool sign, unsigned bits, bool is_unsigned) {
    *fpscr |= FP_IOC;
    if (is_unsigned)
        return sign ? 0 : 0xFFFFFFFFu >> (32 - bits);
    return sign ? ~0u << (bits - 1) : (1u << (bits - 1)) - 1;
}

uint32_t armv7m_fp_to_fixed(uint32_t *fpscr, uint32_t a, unsigned bits, unsigned fraction,
                            bool is_unsigned, enum fp_rounding rounding) {
    struct number x = unpack(fpscr, a);
    if (is_nan(&x)) {
        *fpscr |= FP_IOC;
        return 0;
    }
    if (x.kind == ZERO)
        return 0;
    int exp = x.exp + (int)fraction;
    if (x.kind == INFINITE || exp > 33)
        return saturated(fpscr, x.sign, bits, is_unsigned);
    /* Two places below the point and a sticky one decide the rounding. */
    uint64_t scaled = shift_sticky(x.sig, TOP - 3 - exp);
    uint64_t whole = scaled >> 3, rest = scaled & 7;
    whole += round_up(rounding, x.sign, whole, rest, 3);
    uint64_t most = is_unsigned ? (x.sign ? 0 : 0xFFFFFFFFu >> (32 - bits))
                                : (UINT64_C(1) << (bits - 1)) - !x.sign;
    if (whole > most)
        return saturated(fpscr, x.sign, bits, is_unsigned);
    if (rest)
        *fpscr |= FP_IXC;
    return (uint32_t)(x.sign ? -whole : whole);
}

uint32_t armv7m_fp_from_fixed(uint32_t *fpscr, uint32_t x, unsigned bits, unsigned fraction,
                              bool is_unsigned, enum fp_rounding rounding) {
    x = bits == 32 ? x : is_unsigned ? x & 0xFFFF : (uint32_t)(int16_t)x;
    bool sign = !is_unsigned && x >> 31;
    if (x == 0)
        return 0;
    struct number y = normalized(sign, TOP - (int)fraction, sign ? -(uint64_t)x & 0xFFFFFFFF : x);
    return pack_as(fpscr, &y, rounding);
}

uint32_t armv7m_fp_from_half(uint32_t *fpscr, uint32_t half) {
    uint32_t sign = (half & 0x8000) << 16, exp = half >> 10 & 31, fraction = half & 0x3FF;
    if (exp == 31 && !(*fpscr & FP_AHP)) {
        uint32_t bits = sign | INFINITY32 | fraction << 13;
        if (!fraction)
            return bits;
        struct number nan = {fraction & 0x200 ? QUIET_NAN : SIGNALLING_NAN, sign >> 31, 0, 0, bits};
        return propagate(fpscr, &nan);
    }
    if (exp == 0 && fraction == 0)
        return sign;
    uint64_t sig = exp ? fraction | 0x400 : fraction;
    struct number x = normalized(sign >> 31, (int)(exp ? exp : 1) - 15 + TOP - 10, sig);
    return pack(fpscr, &x);
}

static uint32_t nan_to_half(uint32_t *fpscr, const struct number *x) {
    uint32_t sign = (uint32_t)x->sign << 15;
    if (*fpscr & FP_AHP) {
        *fpscr |= FP_IOC;
        return sign;
    }
    uint32_t nan = propagate(fpscr, x);
    return (nan >> 16 & 0x8000) | 0x7C00 | (nan >> 13 & 0x3FF);
}

static uint32_t half_overflow(uint32_t *fpscr, bool sign) {
    enum fp_rounding how = mode(*fpscr);
    if (*fpscr & FP_AHP) {
        *fpscr |= FP_IOC;
        return (uint32_t)sign << 15 | 0x7FFF;
    }
    bool infinite =
        how == ROUND_NEAREST || (how == ROUND_UP && !sign) || (how == ROUND_DOWN && sign);
    *fpscr |= FP_OFC | FP_IXC;
    return (uint32_t)sign << 15 | (infinite ? 0x7C00 : 0x7BFF);
}

/* Denormal halves are made whatever flush-to-zero says. */
uint32_t armv7m_fp_to_half(uint32_t *fpscr, uint32_t a) {
    enum { REST = TOP - 10 };
    struct number x = unpack(fpscr, a);
    uint32_t sign = (uint32_t)x.sign << 15;
    bool alternative = *fpscr & FP_AHP;
    if (is_nan(&x))
        return nan_to_half(fpscr, &x);
    if (x.kind == ZERO)
        return sign;
    if (x.kind == INFINITE && !alternative)
        return sign | 0x7C00;
    if (x.kind == INFINITE)
        return half_overflow(fpscr, x.sign);
    int biased = x.exp + 15;
    bool tiny = biased <= 0;
    uint64_t sig = tiny ? shift_sticky(x.sig, 1 - biased) : x.sig;
    uint64_t kept = sig >> REST, rest = sig & ((UINT64_C(1) << REST) - 1);
    kept += round_up(mode(*fpscr), x.sign, kept, rest, REST);
    uint64_t bits = tiny ? kept : ((uint64_t)(biased - 1) << 10) + kept;
    if (bits >= (alternative ? 0x8000u : 0x7C00u))
        return half_overflow(fpscr, x.sign);
    if (rest)
        *fpscr |= tiny ? FP_IXC | FP_UFC : FP_IXC;
    return sign | (uint32_t)bits;
}
