/* The ziggurat against the normal distribution itself. */
#include <criterion/criterion.h>
#include <math.h>

#include "models/line/gauss.h"

#define DRAWS 4000000
#define BINS  80 /* of 0.1, from -4 to 4 */

static double below(double x) {
    return 0.5 * erfc(-x / sqrt(2));
}

/* With the published constants the last layer ends at 0: its area fits under the peak. */
Test(gauss, layers_close) {
    struct gauss gauss;
    gauss_init(&gauss);
    double last = gauss.x[GAUSS_LAYERS - 1];
    cr_assert_float_eq(last * (1 - exp(-0.5 * last * last)), 9.91256303526217e-3, 1e-9);
    for (int i = 0; i < GAUSS_LAYERS; i++)
        cr_assert_gt(gauss.x[i], gauss.x[i + 1]);
}

/* Chi-square over 82 bins, 81 degrees of freedom: 140 is beyond the 99.99 % point, and the
 * seed is fixed, so this fails for a wrong distribution only. */
Test(gauss, is_normal_in_every_bin) {
    static uint64_t bins[BINS + 2];
    struct gauss gauss;
    gauss_init(&gauss);
    for (uint64_t i = 0; i < DRAWS; i++) {
        double x = gauss_at(&gauss, 11, 5, i);
        int bin = (int)floor(x * 10) + BINS / 2 + 1;
        bins[bin < 0 ? 0 : bin > BINS ? BINS + 1 : bin]++;
    }
    double chi_square = 0;
    for (int bin = 0; bin < BINS + 2; bin++) {
        double low = bin == 0 ? 0 : below((bin - 1) / 10.0 - 4);
        double high = bin == BINS + 1 ? 1 : below(bin / 10.0 - 4);
        double want = DRAWS * (high - low), off = (double)bins[bin] - want;
        chi_square += off * off / want;
    }
    cr_assert_lt(chi_square, 140, "chi-square %g", chi_square);
    cr_assert_gt(chi_square, 40, "chi-square %g: too good", chi_square);
}

Test(gauss, is_a_function_of_seed_stream_and_number) {
    struct gauss gauss;
    gauss_init(&gauss);
    for (uint64_t i = 0; i < 1000; i++) {
        double x = gauss_at(&gauss, 1, 2, i);
        cr_assert_eq(x, gauss_at(&gauss, 1, 2, i));
        cr_assert_neq(x, gauss_at(&gauss, 2, 2, i));
        cr_assert_neq(x, gauss_at(&gauss, 1, 3, i));
        cr_assert_neq(x, gauss_at(&gauss, 1, 2, i + 1));
    }
}
