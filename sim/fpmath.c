#include "sim/fpmath.h"

#include <stdint.h>
#include <string.h>

#include "sim/fpmath_tables.h"

static const double LN2_HIGH = 6.93147180369123816490e-01; /* upper 33 bits of ln 2 */
static const double LN2_LOW = 1.90821492927058770002e-10;
static const double INV_LN2 = 1.44269504088896338700e+00;

static double scale_by_power(double x, int power) {
    uint64_t bits = (uint64_t)(1023 + power) << 52;
    double factor;
    memcpy(&factor, &bits, sizeof factor);
    return x * factor;
}

/* x = (64 k + i) ln2/64 + r, so exp x = 2^k 2^(i/64) exp r with |r| <= 0.0055, where the
 * series ends: r^6/720 is below 4e-17. */
double sim_exp(double x) {
    if (!(x <= 709.0))
        return x != x ? x : 1e308 * 1e308;
    if (x < -708.0)
        return 0.0; /* below the smallest normal number: nothing here needs it */
    int n = (int)(x * (INV_LN2 * EXP_STEPS) + (x < 0 ? -0.5 : 0.5));
    double r = (x - n * (LN2_HIGH / EXP_STEPS)) - n * (LN2_LOW / EXP_STEPS);
    double r2 = r * r;
    double p = r + r2 * (0.5 + r * (1.0 / 6) + r2 * (1.0 / 24 + r * (1.0 / 120)));
    double t = EXP_TABLE[n & (EXP_STEPS - 1)];
    return scale_by_power(t + t * p, n >> 6);
}

/* x = 2^k m with m in [0.6875, 1.375), m = c (1 + z) with |z| <= 2^-7 and log c from the
 * table: log x = k ln2 + log c + log(1 + z), whose series ends below z^8/8 = 2e-18. */
static double log_positive(double x, int k) {
    const uint64_t base = UINT64_C(0x3fe6000000000000);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t above = bits - base;
    const struct log_step *step = &LOG_TABLE[above >> 45 & (LOG_STEPS - 1)];
    int power = (int)((int64_t)above >> 52);
    bits -= (uint64_t)(int64_t)power << 52;
    uint64_t upper = bits & UINT64_C(0xffffffff00000000);
    double m, m_high;
    memcpy(&m, &bits, sizeof m);
    memcpy(&m_high, &upper, sizeof m_high);
    /* 1/c has 14 bits and m_high 21: the first product and its difference are exact. */
    double z = (m_high * step->inverse - 1.0) + (m - m_high) * step->inverse, z2 = z * z;
    double p = (z * (1.0 / 3) - 0.5) + z2 * ((z * 0.2 - 0.25) + z2 * (z * (1.0 / 7) - 1.0 / 6));
    k += power;
    return k * LN2_HIGH + (step->log + (z + (z2 * p + k * LN2_LOW)));
}

double sim_log(double x) {
    if (x >= 0x1p-1022 && x <= 1.7976931348623157e308)
        return log_positive(x, 0);
    if (!(x > 0.0))
        return x == 0.0 ? -1e308 * 1e308 : (x - x) / (x - x);
    if (x > 1.0)
        return x; /* +inf */
    return log_positive(x * 0x1p54, -54);
}

double sim_cos2pi(double turns) {
    double sign = 1.0;
    if (turns > 0.5)
        turns = 1.0 - turns; /* even about half a turn */
    if (turns > 0.25) {
        turns = 0.5 - turns;
        sign = -1.0;
    }
    double x = turns * 6.28318530717958647693, x2 = x * x, sum = 0.0; /* x in [0, pi/2] */
    for (int k = 22; k >= 2; k -= 2)
        sum = (1.0 - sum) * x2 / (double)(k * (k - 1));
    return sign * (1.0 - sum);
}
