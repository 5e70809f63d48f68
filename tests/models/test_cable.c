/* The cable against the loss tables it stands for, and its closed form against integration. */
#include <criterion/criterion.h>
#include <math.h>

#include "models/line/cable.h"

static const double rest_dt = 0;

static struct cable cable_of(double length_m, enum cable_category category) {
    struct cable cable;
    cr_assert(cable_init(&cable, length_m, category), "%g m", length_m);
    return cable;
}

static struct cable_stretch stretch_of(const struct cable *cable, double dt_ps) {
    struct cable_stretch stretch;
    cable_stretch_init(&stretch, cable, dt_ps);
    return stretch;
}

/* A wave at rest whose input becomes `input` now. */
static struct cable_wave begin(const struct cable *cable, struct cable_input input) {
    struct cable_wave wave;
    struct cable_stretch none = stretch_of(cable, rest_dt);
    cable_wave_init(&wave, cable);
    cable_wave_next(&wave, &none, &input);
    return wave;
}

Test(cable, loses_what_the_formula_says) {
    for (int category = CABLE_CAT3; category <= CABLE_CAT5; category++)
        for (double m = 0; m <= CABLE_MAX_M; m += 2.5) {
            struct cable cable = cable_of(m, (enum cable_category)category);
            for (double mhz = 1; mhz <= 20; mhz += 0.5) {
                double wanted = cable_formula_db(m, (enum cable_category)category, mhz);
                double got = cable_loss_db(&cable, mhz);
                cr_assert_lt(fabs(got - wanted), 0.02 * wanted + 0.15,
                             "category %d, %g m, %g MHz: %g for %g", category, m, mhz, got, wanted);
            }
        }
}

/* tlc-direct.co.uk, table 9.9: dB per 100 m at 20 C. */
Test(cable, meets_the_published_table) {
    static const double mhz[] = {4, 10, 16};
    static const double db[2][3] = {{5.6, 9.8, 13.1}, {4.3, 6.6, 8.2}};
    for (int category = 0; category < 2; category++) {
        struct cable cable = cable_of(100, (enum cable_category)category);
        for (int i = 0; i < 3; i++)
            cr_assert_float_eq(cable_loss_db(&cable, mhz[i]), db[category][i], 0.35);
    }
}

Test(cable, of_no_length_changes_nothing) {
    struct cable cable = cable_of(0, CABLE_CAT5);
    cr_assert_eq(cable.direct, 1);
    cr_assert_eq(cable.delay, 0);
    struct cable_wave wave = begin(&cable, (struct cable_input){.base = 1, .slope = 1e-4});
    cr_assert_eq(cable_wave_at(&wave, 1000), 1.1);
}

Test(cable, delays_as_much_as_the_norm_allows) {
    cr_assert_eq(cable_of(100, CABLE_CAT3).delay, 570 * SIM_NS);
    cr_assert_eq(cable_of(100, CABLE_CAT5).delay, 545400);
}

Test(cable, passes_a_direct_voltage_and_rises_without_ringing) {
    for (double m = 5; m <= CABLE_MAX_M; m += 5) {
        struct cable cable = cable_of(m, m > 100 ? CABLE_CAT3 : CABLE_CAT5);
        struct cable_wave wave = begin(&cable, (struct cable_input){.base = 1});
        double most = -1;
        for (double t = 0; t < 100e3; t += 500) {
            double v = cable_wave_at(&wave, t);
            cr_assert_geq(v, most - 0.06, "%g m falls at %g ps", m, t);
            most = fmax(most, v);
        }
        cr_assert_leq(most, 1.001);
        cr_assert_float_eq(cable_wave_at(&wave, 1e9), 1, 1e-4);
    }
}

Test(cable, refuses_what_it_is_not_made_for) {
    static const double lengths[] = {-1, CABLE_MAX_M + 1, NAN, INFINITY};
    struct cable cable;
    for (int i = 0; i < 4; i++)
        cr_assert_not(cable_init(&cable, lengths[i], CABLE_CAT5), "%g m", lengths[i]);
    cr_assert_not(cable_init(&cable, 1, (enum cable_category)2));
}

static double input_at(const struct cable_input *in, double t) {
    return in->base + in->slope * t + (in->swing != 0 ? in->swing * exp(-t / in->tau_ps) : 0);
}

/* Runge-Kutta on each pole: nothing of the closed form. */
static void integrate(const struct cable *cable, const struct cable_input *in, double dt_ps,
                      double *y) {
    int steps = 20000;
    double h = dt_ps / steps;
    for (int i = 0; i < CABLE_POLES; i++)
        for (int n = 0; n < steps; n++) {
            double tau = cable->tau_ps[i], a = input_at(in, n * h), b = input_at(in, (n + .5) * h);
            double c = input_at(in, (n + 1) * h);
            double k1 = (a - y[i]) / tau, k2 = (b - y[i] - h / 2 * k1) / tau;
            double k3 = (b - y[i] - h / 2 * k2) / tau, k4 = (c - y[i] - h * k3) / tau;
            y[i] += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        }
}

Test(cable, closed_form_is_the_integral) {
    struct cable cable = cable_of(100, CABLE_CAT5);
    /* the third input's time constant is one of the cable's own */
    const struct cable_input inputs[] = {
        {0, 2e-4, 0, 0}, {2.5, 0, -1, 7e3}, {0.5, -1e-5, 2, cable.tau_ps[3]}, {-2.5, 0, 0, 0}};
    struct cable_wave wave;
    struct cable_stretch last = stretch_of(&cable, 0);
    double y[CABLE_POLES] = {0};
    cable_wave_init(&wave, &cable);
    for (int i = 0; i < 4; i++) {
        cable_wave_next(&wave, &last, &inputs[i]);
        last = stretch_of(&cable, 12500);
        integrate(&cable, &inputs[i], 12500, y);
        double volt = cable.direct * input_at(&inputs[i], 12500);
        for (int k = 0; k < CABLE_POLES; k++)
            volt += cable.gain[k] * y[k];
        cr_assert_float_eq(cable_wave_at(&wave, 12500), volt, 1e-5, "piece %d", i);
    }
}

Test(cable, finds_a_crossing_where_the_wave_is) {
    struct cable cable = cable_of(60, CABLE_CAT3);
    struct cable_wave wave = begin(&cable, (struct cable_input){.base = 2});
    struct cable_stretch stretch = stretch_of(&cable, 50e3);
    for (double level = 0.2; level < 1.3; level += 0.1) {
        double at;
        cr_assert(cable_wave_crosses(&wave, &stretch, level, true, &at));
        cr_assert_lt(cable_wave_at(&wave, at - 0.2), level);
        cr_assert_gt(cable_wave_at(&wave, at + 0.2), level);
    }
    double at;
    cr_assert_not(cable_wave_crosses(&wave, &stretch, 1.9, true, &at), "not yet there");
    cr_assert(cable_wave_crosses(&wave, &stretch, -1, true, &at));
    cr_assert_eq(at, 0, "above it from the start");
}
