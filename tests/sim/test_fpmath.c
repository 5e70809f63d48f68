#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/fpmath.h"
#include "sim/fpmath_quick.h"
#include "sim/rng.h"

/* Distance in units of the last place of `right`. */
static double ulps(double got, long double right) {
    double near = (double)right;
    double unit = nextafter(fabs(near), INFINITY) - fabs(near);
    return (double)(fabsl((long double)got - right) / (long double)unit);
}

static double between(double low, double high, uint64_t i) {
    return low + (high - low) * rng_uniform(1, 2, i);
}

Test(fpmath, exp_agrees_with_libm) {
    double worst = 0, worst_near = 0;
    for (uint64_t i = 0; i < 300000; i++) {
        double x = between(-707, 709, i), y = between(-17, 1, i);
        worst = fmax(worst, ulps(sim_exp(x), expl((long double)x)));
        worst_near = fmax(worst_near, ulps(sim_exp(y), expl((long double)y)));
    }
    cr_expect_lt(worst, 2.0, "%g ulp", worst);
    cr_expect_lt(worst_near, 2.0, "%g ulp", worst_near);
    cr_expect_gt(worst, 0.0); /* the yardstick is finer than a double */
}

Test(fpmath, exp_at_the_ends) {
    cr_expect_eq(sim_exp(0.0), 1.0);
    cr_expect_eq(sim_exp(-0.0), 1.0);
    cr_expect_eq(sim_exp(5e-324), 1.0);
    cr_expect_eq(sim_exp(-DBL_MIN), 1.0);
    cr_expect_eq(sim_exp(INFINITY), (double)INFINITY);
    cr_expect_eq(sim_exp(-INFINITY), 0.0);
    cr_expect_eq(sim_exp(1e300), (double)INFINITY);
    cr_expect_eq(sim_exp(-1e300), 0.0);
    cr_expect_eq(sim_exp(-746), 0.0);
    cr_expect(isfinite(sim_exp(709)));
    cr_expect_gt(sim_exp(-708), 0.0);
    cr_expect(isnan(sim_exp(NAN)), "%g", sim_exp(NAN));
}

Test(fpmath, exp_does_not_fall) {
    for (double x = -2; x < 2; x += 1e-5)
        cr_assert_leq(sim_exp(x), sim_exp(x + 1e-5), "%.17g", x);
}

Test(fpmath, log_agrees_with_libm) {
    double worst = 0, worst_near = 0, worst_small = 0;
    for (uint64_t i = 0; i < 300000; i++) {
        double x = ldexp(between(1, 2, i), (int)(rng_u64(1, 3, i) % 2044) - 1022);
        double y = between(0.5, 2, i);
        double z = (double)(rng_u64(1, 4, i) >> 12 | 1) * 5e-324; /* subnormal */
        worst = fmax(worst, ulps(sim_log(x), logl((long double)x)));
        worst_near = fmax(worst_near, ulps(sim_log(y), logl((long double)y)));
        worst_small = fmax(worst_small, ulps(sim_log(z), logl((long double)z)));
    }
    cr_expect_lt(worst, 3.0, "%g ulp", worst);
    cr_expect_lt(worst_near, 3.0, "%g ulp", worst_near);
    cr_expect_lt(worst_small, 3.0, "%g ulp", worst_small);
}

Test(fpmath, log_at_the_ends) {
    cr_expect_eq(sim_log(1.0), 0.0);
    cr_expect_eq(sim_log(0.0), -(double)INFINITY);
    cr_expect_eq(sim_log(-0.0), -(double)INFINITY);
    cr_expect_eq(sim_log(INFINITY), (double)INFINITY);
    cr_expect(isnan(sim_log(NAN)));
    cr_expect(isnan(sim_log(-1.0)));
    cr_expect(isnan(sim_log(-5e-324)));
    cr_expect(isnan(sim_log(-INFINITY)));
    cr_expect_lt(ulps(sim_log(5e-324), logl((long double)5e-324)), 2.0);
    cr_expect_lt(ulps(sim_log(DBL_MAX), logl((long double)DBL_MAX)), 2.0);
}

Test(fpmath, log_undoes_exp) {
    for (uint64_t i = 0; i < 100000; i++) {
        double x = between(-16, 16, i);
        cr_assert_float_eq(sim_log(sim_exp(x)), x, 1e-15 * (1 + fabs(x)), "%.17g", x);
    }
}

/* Near its zeros a cosine of a rounded argument has no small relative error. */
Test(fpmath, cos_agrees_with_libm) {
    const long double two_pi = 6.283185307179586476925286766559L;
    double worst = 0;
    for (uint64_t i = 0; i < 300000; i++) {
        double turns = rng_uniform(1, 5, i);
        worst = fmax(worst, fabs(sim_cos2pi(turns) - (double)cosl(two_pi * (long double)turns)));
    }
    cr_expect_lt(worst, 4 * DBL_EPSILON, "%g", worst);
    cr_expect_eq(sim_cos2pi(0.0), 1.0);
    cr_expect_eq(sim_cos2pi(0.5), -1.0);
    cr_expect_lt(fabs(sim_cos2pi(0.25)), DBL_EPSILON);
    cr_expect_lt(fabs(sim_cos2pi(0.75)), DBL_EPSILON);
    cr_expect_float_eq(sim_cos2pi(nextafter(1.0, 0.0)), 1.0, DBL_EPSILON);
}

/* The bits themselves, so that results cannot change without being noticed. */
Test(fpmath, fixed_bits) {
    static const struct {
        double (*f)(double);
        double x;
        uint64_t bits;
    } rows[] = {
        {sim_exp, -0.7, 0x3fdfc80db9dd5542},     {sim_exp, 3.3, 0x403b1cd5e7807b7b},
        {sim_log, 0.54, 0xbfe3b7cbfea25c7d},     {sim_log, 1e9, 0x4034b927f32bffb8},
        {sim_cos2pi, 0.123, 0x3fe6e8f3a092f1dd}, {sim_cos2pi, 0.81, 0x3fd78f5a48a8a91e},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double y = rows[i].f(rows[i].x);
        uint64_t bits;
        memcpy(&bits, &y, sizeof bits);
        cr_expect_eq(bits, rows[i].bits, "row %zu: %#llx", i, (unsigned long long)bits);
    }
}

/* What its header promises, over what an analog node asks for. */
Test(fpmath, quick_log_agrees_with_libm) {
    double worst = 0;
    for (uint64_t i = 0; i < 300000; i++) {
        double y = between(1, 1 << 21, i), z = between(1, 2, i);
        worst = fmax(worst, fabs(quick_log(y) - log(y)));
        worst = fmax(worst, fabs(quick_log(z) - log(z)));
    }
    cr_expect_lt(worst, 1e-9, "%g", worst);
    cr_expect_gt(worst, 1e-15); /* or it was not the quick one */
    cr_expect_eq(quick_log(1.0), 0.0);
}
