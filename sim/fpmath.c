#include "sim/fpmath.h"

#include <stdint.h>
#include <string.h>

static const double LN2_HIGH = 6.93147180369123816490e-01; /* upper 33 bits of ln 2 */
static const double LN2_LOW = 1.90821492927058770002e-10;
static const double INV_LN2 = 1.44269504088896338700e+00;

static double scale_by_power(double x, int power) {
    uint64_t bits = (uint64_t)(1023 + power) << 52;
    double factor;
    memcpy(&factor, &bits, sizeof factor);
    return x * factor;
}

double sim_exp(double x) {
    if (!(x <= 709.0))
        return x != x ? x : 1e308 * 1e308;
    if (x < -708.0)
        return 0.0; /* below the smallest normal number: nothing here needs it */
    int power = (int)(x * INV_LN2 + (x < 0 ? -0.5 : 0.5));
    double r = (x - power * LN2_HIGH) - power * LN2_LOW; /* |r| <= 0.347 */
    /* Taylor series in two interleaved halves: the remainder r^14/14! is below 5e-18. */
    double r2 = r * r;
    double even = 1.0 / 479001600;
    even = even * r2 + 1.0 / 3628800;
    even = even * r2 + 1.0 / 40320;
    even = even * r2 + 1.0 / 720;
    even = even * r2 + 1.0 / 24;
    even = even * r2 + 1.0 / 2;
    double odd = 1.0 / 6227020800.0;
    odd = odd * r2 + 1.0 / 39916800;
    odd = odd * r2 + 1.0 / 362880;
    odd = odd * r2 + 1.0 / 5040;
    odd = odd * r2 + 1.0 / 120;
    odd = odd * r2 + 1.0 / 6;
    return scale_by_power(1.0 + (r + (r2 * even + r * r2 * odd)), power);
}

double sim_log(double x) {
    if (!(x > 0.0))
        return x == 0.0 ? -1e308 * 1e308 : (x - x) / (x - x);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (bits >> 52 == 0x7ff)
        return x; /* +inf, NaN */
    int power = 0;
    if (bits >> 52 == 0) {        /* subnormal */
        x *= 18014398509481984.0; /* 2^54 */
        memcpy(&bits, &x, sizeof bits);
        power = -54;
    }
    power += (int)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.41421356237309504880) {
        m *= 0.5;
        power++;
    }
    /* log m = 2 atanh(s), s = (m-1)/(m+1), |s| <= 0.1716: s^24/25 is below 2e-20. */
    double s = (m - 1.0) / (m + 1.0), s2 = s * s, sum = 1.0 / 23;
    sum = sum * s2 + 1.0 / 21;
    sum = sum * s2 + 1.0 / 19;
    sum = sum * s2 + 1.0 / 17;
    sum = sum * s2 + 1.0 / 15;
    sum = sum * s2 + 1.0 / 13;
    sum = sum * s2 + 1.0 / 11;
    sum = sum * s2 + 1.0 / 9;
    sum = sum * s2 + 1.0 / 7;
    sum = sum * s2 + 1.0 / 5;
    sum = sum * s2 + 1.0 / 3;
    return power * LN2_HIGH + (2.0 * s + (2.0 * s * s2 * sum + power * LN2_LOW));
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
