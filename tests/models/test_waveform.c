/* Edges at the far end of a cable: what bits before them, amplitude and noise do to them. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/decode.h"
#include "models/line/source.h"
#include "sim/rng.h"

#define OCTETS 1500

static const struct line_settings plain = {
    .amplitude_v = 2.5,
    .rise_ps = 10000,
    .vit_plus = 0.03,
    .vit_minus = -0.03,
    .category = CABLE_CAT5,
    .tp_idl_ps = 300000,
    .seed = 1,
};

static uint8_t frame[OCTETS + 4], got_octets[OCTETS + 4];
static struct line_edge kept[2][20 * OCTETS];

static size_t make_frame(void) {
    uint8_t data[OCTETS];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)rng_u64(5, 0, i);
    return line_frame_finish(data, sizeof data, frame);
}

/* The edges of one frame under these settings, kept in kept[which]. */
static size_t edges_of(struct line_settings settings, int which, struct line_burst *burst) {
    struct line_source *source = line_source_create(&settings);
    const struct line_edge *edges;
    cr_assert_not_null(source);
    cr_assert(line_source_frame(source, frame, make_frame(), SIM_US, burst));
    size_t n = line_source_edges(source, burst, &edges);
    cr_assert_leq(n, sizeof kept[0] / sizeof *kept[0]);
    memcpy(kept[which], edges, n * sizeof *edges);
    cr_assert_eq(line_source_edges(source, burst, &edges), n);
    cr_assert_arr_eq(edges, kept[which], n * sizeof *edges, "asked again");
    for (size_t i = 1; i < n; i++)
        cr_assert(edges[i].time > edges[i - 1].time && edges[i].level != edges[i - 1].level);
    cr_assert_lt(edges[n - 1].time - (sim_time)settings.jitter_peak_ps, burst->end);
    cr_assert_eq(edges[n - 1].level, line_source_rest_level(source));
    line_source_destroy(source);
    return n;
}

/* How far edges lie from their half cells: least, most, mean and deviation in ps. */
struct spread {
    double least, most, mean, deviation;
};

static struct spread spread_of(const struct line_edge *edges, size_t n,
                               const struct line_burst *burst) {
    struct spread s = {1e9, -1e9, 0, 0};
    double sum = 0, squares = 0, count = 0;
    for (size_t i = 20; i + 4 < n; i++, count++) {
        double off = fmod((double)(edges[i].time - burst->start), 50000);
        s.least = fmin(s.least, off);
        s.most = fmax(s.most, off);
        sum += off;
        squares += off * off;
    }
    s.mean = sum / count;
    s.deviation = sqrt(squares / count - s.mean * s.mean);
    return s;
}

/* Two ways to the same edges: the waveform, forced by noise of next to nothing, and the
 * table. */
Test(waveform, without_a_cable_gives_the_tables_edges) {
    struct line_settings settings = plain;
    struct line_burst burst, waved;
    for (int i = 0; i < 6; i++) {
        settings.swapped = i & 1;
        settings.rise_ps = i * 4000;
        settings.vit_plus = i < 3 ? 0.03 : 0.2;
        settings.preamble_bits = i - 3;
        settings.noise_rms_v = 0;
        size_t n = edges_of(settings, 0, &burst);
        settings.noise_rms_v = 1e-12;
        cr_assert_eq(edges_of(settings, 1, &waved), n);
        for (size_t k = 0; k < n; k++) {
            cr_assert_eq(kept[1][k].level, kept[0][k].level);
            cr_assert_leq(llabs(kept[1][k].time - kept[0][k].time), 1, "edge %zu", k);
        }
        cr_assert_leq(llabs(waved.end - burst.end), 2);
    }
}

/* IEEE 802.3 14.4.2.3: a segment adds no more than 5.0 ns of jitter; category 3 at 100 m is
 * the segment that was meant. */
Test(waveform, a_long_cable_spreads_edges_by_the_bits_before_them) {
    struct line_settings settings = plain;
    struct line_burst burst;
    double before = 0;
    for (int m = 0; m <= 100; m += 20) {
        settings.cable_m = m;
        settings.category = CABLE_CAT3;
        size_t n = edges_of(settings, 0, &burst);
        struct spread s = spread_of(kept[0], n, &burst);
        double width = s.most - s.least;
        cr_assert_geq(width, before, "%d m: %g ps", m, width);
        cr_assert_lt(width, 10000, "%d m: %g ps is more than +-5 ns", m, width);
        before = width;
    }
    cr_assert_gt(before, 3000);
    settings.category = CABLE_CAT5;
    struct spread better = spread_of(kept[0], edges_of(settings, 0, &burst), &burst);
    cr_assert_lt(better.most - better.least, before);
}

Test(waveform, what_comes_through_a_cable_decodes) {
    for (int m = 0; m <= 200; m += 50) {
        struct line_settings settings = plain;
        struct line_burst burst;
        settings.cable_m = m;
        settings.category = m % 100 ? CABLE_CAT3 : CABLE_CAT5;
        size_t n = edges_of(settings, 0, &burst);
        struct line_decoded decoded = {.octets = got_octets, .capacity = sizeof got_octets};
        line_decode(kept[0], n, 100000, &decoded);
        cr_assert(decoded.fcs_ok, "%d m", m);
        cr_assert_arr_eq(got_octets, frame, sizeof frame);
    }
}

/* Thresholds off 0 V move the edges of a small signal more than those of a large one. */
Test(waveform, edges_shift_with_the_amplitude) {
    struct line_settings settings = plain;
    struct line_burst burst;
    double before = 0;
    settings.cable_m = 100;
    settings.vit_plus = 0.2;
    settings.vit_minus = -0.2;
    for (double volt = 3; volt >= 1; volt -= 0.5) {
        settings.amplitude_v = volt;
        double mean = spread_of(kept[0], edges_of(settings, 0, &burst), &burst).mean;
        cr_assert_gt(mean, before + 100, "%g V", volt);
        before = mean;
    }
    settings.amplitude_v = 0.2;
    struct line_source *source = line_source_create(&settings);
    const struct line_edge *edges;
    cr_assert(line_source_frame(source, frame, sizeof frame, 0, &burst));
    cr_assert_eq(line_source_edges(source, &burst, &edges), 0, "never above the thresholds");
    line_source_destroy(source);
}

/* A ramp of 2 x 2.5 V in 12.5 ns moves its crossing by 2.5 ps per mV. */
Test(waveform, noise_moves_edges_by_its_share_of_the_slope) {
    struct line_settings settings = plain;
    struct line_burst burst;
    settings.noise_rms_v = 0.02;
    struct spread s = spread_of(kept[0], edges_of(settings, 0, &burst), &burst);
    cr_assert_float_eq(s.deviation, 50, 5, "%g ps", s.deviation);
    settings.noise_rms_v = 0;
    settings.crosstalk_v = 0.1;
    s = spread_of(kept[0], edges_of(settings, 0, &burst), &burst);
    cr_assert_float_eq(s.most - s.least, 500, 10, "peaks: %g ps", s.most - s.least);
    cr_assert_float_eq(s.deviation, 250 / sqrt(2), 10, "a sine's: %g ps", s.deviation);
    settings.seed = 2;
    edges_of(settings, 1, &burst);
    cr_assert_neq(kept[0][50].time, kept[1][50].time, "another seed, other noise");
}

Test(waveform, jitter_comes_on_top_of_a_cable) {
    struct line_settings settings = plain;
    struct line_burst burst;
    settings.cable_m = 50;
    size_t n = edges_of(settings, 0, &burst);
    settings.jitter_peak_ps = 2000;
    cr_assert_eq(edges_of(settings, 1, &burst), n);
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)(kept[1][i].time - kept[0][i].time)));
    cr_assert(most > 1900 && most <= 2001, "%g ps", most);
}

Test(waveform, a_pulse_comes_through_and_ends_at_rest) {
    for (int m = 0; m <= 150; m += 50)
        for (int zero = 0; zero < 2; zero++) {
            struct line_settings settings = plain;
            struct line_burst burst;
            const struct line_edge *edges;
            settings.cable_m = m;
            settings.noise_rms_v = zero ? 0 : 1e-12;
            if (zero)
                settings.vit_plus = settings.vit_minus = 0;
            struct line_source *source = line_source_create(&settings);
            cr_assert(line_source_link_pulse(source, 1000, &burst));
            cr_assert_eq(line_source_edges(source, &burst, &edges), 2);
            cr_assert(edges[0].level == 1 && edges[1].level == LINE_IDLE);
            cr_assert_geq(edges[1].time - edges[0].time, 100000);
            cr_assert_lt(edges[1].time, burst.end);
            line_source_destroy(source);
        }
}

Test(waveform, only_what_repeats_says_so) {
    static const struct line_settings more[] = {{.cable_m = 1},
                                                {.noise_rms_v = 0.01},
                                                {.crosstalk_v = 0.01},
                                                {.jitter_rms_ps = 1},
                                                {.jitter_peak_ps = 1}};
    for (int i = -1; i < 5; i++) {
        struct line_settings settings = plain;
        if (i >= 0) {
            settings.cable_m = more[i].cable_m;
            settings.noise_rms_v = more[i].noise_rms_v;
            settings.crosstalk_v = more[i].crosstalk_v;
            settings.jitter_rms_ps = more[i].jitter_rms_ps;
            settings.jitter_peak_ps = more[i].jitter_peak_ps;
        }
        struct line_source *source = line_source_create(&settings);
        cr_assert_eq(line_source_repeats(source), i < 0);
        line_source_destroy(source);
    }
}

Test(waveform, refuses_settings_without_sense) {
    struct line_settings settings = plain;
    settings.cable_m = 201;
    cr_assert_null(line_source_create(&settings));
    settings.cable_m = 0;
    settings.noise_rms_v = -1;
    cr_assert_null(line_source_create(&settings));
    settings.noise_rms_v = 0;
    settings.crosstalk_v = NAN;
    cr_assert_null(line_source_create(&settings));
}
