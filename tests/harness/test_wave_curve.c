#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/sha256.h"
#include "harness/wave_curve.h"
#include "harness/wave_mix.h"
#include "models/line/source.h"

/* The farthest that straight lines between the samples are from the exponential. */
static double worst_between(const struct wave_curve *c, size_t *samples) {
    double worst = 0;
    sim_time at = c->at.time, end = c->at.time + (sim_time)(12 / c->at.rate);
    for (*samples = 1; at < end; ++*samples) {
        sim_time next = wave_curve_next(c, at);
        next = next < end ? next : end;
        double from = wave_curve_volt(c, at), to = wave_curve_volt(c, next);
        for (int i = 1; i < 16; i++) {
            sim_time t = at + (next - at) * i / 16;
            double share = (double)(t - at) / (double)(next - at);
            worst = fmax(worst, fabs(from + share * (to - from) - wave_curve_volt(c, t)));
        }
        at = next;
    }
    return worst;
}

Test(wave_curve, straight_lines_are_true) {
    static const double TAUS[] = {300, 5e4, 2.2e6, 1e9}, FROM[] = {0, 3.3, 5, -1};
    for (int i = 0; i < 16; i++) {
        struct wave_curve c = {
            .at = {.time = 1000, .v0 = FROM[i / 4], .vinf = FROM[i % 4], .rate = 1 / TAUS[i / 4]}};
        size_t samples;
        double worst = worst_between(&c, &samples);
        cr_assert_lt(worst, WAVE_CURVE_TRUE + 0.002, "%g V in case %d", worst, i);
        cr_assert_leq(samples, 24, "%zu samples in case %d", samples, i);
    }
}

Test(wave_curve, a_node_that_nothing_drives_stays) {
    struct wave_curve c = {.at = {.time = 5, .v0 = 1.5, .vinf = 1.5, .rate = 0}};
    cr_assert_eq(wave_curve_volt(&c, SIM_S), 1.5);
    cr_assert_eq(wave_curve_next(&c, 5), SIM_NEVER);
}

Test(wave_curve, samples_differ_from_the_one_before) {
    double a = wave_curve_round(1.23456, NAN), b = wave_curve_round(1.23456, a);
    cr_assert_float_eq(a, 1.2346, 1e-9);
    cr_assert_neq(a, b);
    cr_assert_float_eq(b, 1.2346, 1.5e-4);
    cr_assert_eq(signbit(wave_curve_round(-0.00001, NAN)), 0, "no -0");
}

/* --- the line ------------------------------------------------------------------------------ */

static double between(const struct line_volt *v, size_t n, sim_time t) {
    size_t i = 0;
    while (i < n && v[i].time <= t)
        i++;
    if (i == 0 || i == n)
        return v[i ? n - 1 : 0].volt;
    double share = (double)(t - v[i - 1].time) / (double)(v[i].time - v[i - 1].time);
    return v[i - 1].volt + share * (v[i].volt - v[i - 1].volt);
}

static const struct line_settings LINES[] = {
    {.amplitude_v = 2.5, .rise_ps = 4000, .vit_plus = 0.2, .vit_minus = -0.2, .tp_idl_ps = 3e5},
    {.amplitude_v = 1,
     .rise_ps = 4000,
     .vit_plus = 0.3,
     .vit_minus = -0.1,
     .tp_idl_ps = 3e5,
     .ppm = 80,
     .jitter_peak_ps = 4000,
     .seed = 5},
    {.amplitude_v = 2.5,
     .rise_ps = 8000,
     .vit_plus = 0.2,
     .vit_minus = -0.2,
     .tp_idl_ps = 3e5,
     .cable_m = 100,
     .category = CABLE_CAT3},
    {.amplitude_v = 2.5,
     .rise_ps = 8000,
     .vit_plus = 0.2,
     .vit_minus = -0.2,
     .tp_idl_ps = 3e5,
     .cable_m = 60,
     .category = CABLE_CAT5,
     .jitter_rms_ps = 500,
     .seed = 9},
};

/* Where the receiver sees an edge the voltage is at its threshold. */
static void check_line(int which) {
    const struct line_settings *s = &LINES[which];
    static struct line_volt volts[1 << 17];
    struct line_source *source = line_source_create(s);
    uint8_t octets[64];
    struct line_burst burst;
    const struct line_edge *edges;
    bool cut;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 37);
    cr_assert(line_source_frame(source, octets, sizeof octets, SIM_US, &burst));
    size_t n_edges = line_source_edges(source, &burst, &edges);
    struct line_edge *before = malloc(n_edges * sizeof *before);
    memcpy(before, edges, n_edges * sizeof *before);
    size_t n = line_source_volts(source, &burst, volts, 1 << 17, &cut);
    cr_assert(!cut && n > n_edges);
    for (size_t i = 1; i < n; i++)
        cr_assert_gt(volts[i].time, volts[i - 1].time, "line %d, sample %zu", which, i);
    for (size_t i = 0; i + 1 < n_edges; i++) {
        double volt = between(volts, n, before[i].time);
        double off = fmin(fabs(volt - s->vit_plus), fabs(volt - s->vit_minus));
        cr_assert_lt(off, 0.03, "line %d, edge %zu: %g V", which, i, volt);
    }
    cr_assert_lt(fabs(volts[n - 1].volt), 0.01, "it comes to rest");
    cr_assert_eq(line_source_edges(source, &burst, &edges), n_edges);
    cr_assert_eq(memcmp(before, edges, n_edges * sizeof *before), 0, "edges are as before");
    free(before);
    line_source_destroy(source);
}

Test(wave_curve, the_line_crosses_where_the_receiver_sees_it) {
    for (int i = 0; i < 4; i++)
        check_line(i);
}

Test(wave_curve, a_line_without_room_is_cut) {
    struct line_source *source = line_source_create(&LINES[0]);
    struct line_volt volts[16];
    struct line_burst burst;
    bool cut;
    cr_assert(line_source_link_pulse(source, 0, &burst));
    size_t n = line_source_volts(source, &burst, volts, 16, &cut);
    cr_assert(!cut && n >= 6 && n < 16, "%zu samples", n);
    cr_assert_eq(volts[2].volt, 2.5);
    cr_assert_eq(line_source_volts(source, &burst, volts, 3, &cut), 3);
    cr_assert(cut);
    line_source_destroy(source);
}

/* --- hashes: FIPS 180-4 examples of NIST, and the lengths around a block --------------------- */

Test(wave_curve, sha256) {
    char hex[SHA256_HEX];
    uint8_t as[1000];
    memset(as, 'a', sizeof as);
    sha256_hex((const uint8_t *)"abc", 3, hex);
    cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_hex(NULL, 0, hex);
    cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex((const uint8_t *)"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
               hex);
    cr_assert_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    sha256_hex(as, 55, hex); /* by sha256sum */
    cr_assert_str_eq(hex, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    sha256_hex(as, 64, hex);
    cr_assert_str_eq(hex, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    sha256_hex(as, 1000, hex);
    cr_assert_str_eq(hex, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}
