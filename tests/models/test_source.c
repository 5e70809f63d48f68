/* The line source against the standard's figures, and against its inverse. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "models/line/decode.h"
#include "models/line/source.h"
#include "sim/rng.h"

static const struct line_settings plain = {
    .amplitude_v = 2.5,
    .vit_plus = 0.03,
    .vit_minus = -0.03,
    .tp_idl_ps = 300000,
    .seed = 1,
};

static uint8_t octet_buffer[LINE_MAX_FRAME], sent_buffer[LINE_MAX_FRAME];

static struct line_source *source_of(struct line_settings settings) {
    struct line_source *source = line_source_create(&settings);
    cr_assert_not_null(source, "ppm %g, preamble %d", settings.ppm, settings.preamble_bits);
    return source;
}

static size_t random_frame(uint64_t seed, size_t n, uint8_t *out) {
    uint8_t data[LINE_MAX_FRAME];
    for (size_t i = 0; i < n; i++)
        data[i] = (uint8_t)rng_u64(seed, n, i);
    return line_frame_finish(data, n, out);
}

static struct line_decoded decode(const struct line_edge *edges, size_t n, double bit_ps) {
    struct line_decoded decoded = {.octets = octet_buffer, .capacity = sizeof octet_buffer};
    cr_assert_eq(line_decode(edges, n, bit_ps, &decoded), n);
    return decoded;
}

/* The level just before `time`. */
static unsigned level_before(const struct line_edge *edges, size_t n, sim_time time) {
    unsigned level = LINE_IDLE;
    for (size_t i = 0; i < n && edges[i].time < time; i++)
        level = edges[i].level;
    return level;
}

static size_t count_between(const struct line_edge *edges, size_t n, sim_time from, sim_time to) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += edges[i].time >= from && edges[i].time < to;
    return count;
}

Test(fcs, is_the_published_crc) {
    cr_assert_eq(line_fcs((const uint8_t *)"123456789", 9), 0xCBF43926);
    cr_assert_eq(line_fcs(NULL, 0), 0);
}

Test(fcs, equals_zlib_at_every_length) {
    uint8_t data[300];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)rng_u64(3, 0, i);
    for (size_t n = 0; n <= sizeof data; n++)
        cr_assert_eq(line_fcs(data, n), (uint32_t)crc32(0, data, (uInt)n), "length %zu", n);
}

Test(fcs, frames_are_padded_and_close_lsb_first) {
    uint8_t out[64];
    cr_assert_eq(line_frame_finish((const uint8_t *)"abc", 3, out), 64);
    cr_assert_eq(out[3] | out[59], 0);
    cr_assert(line_fcs_ok(out, 64));
    cr_assert_eq(out[60], (crc32(0, out, 60) & 0xff));
    out[63] ^= 1;
    cr_assert_not(line_fcs_ok(out, 64));
}

Test(source, every_cell_has_its_mid_bit_edge_and_level) {
    struct line_source *source = source_of(plain);
    size_t n = random_frame(1, 60, sent_buffer);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(line_source_frame(source, sent_buffer, n, 5000, &burst));
    size_t count = line_source_edges(source, &burst, &edges);
    cr_assert_eq(edges[0].time, 5000, "a preamble begins with a low half: an edge from idle");
    cr_assert_eq(edges[0].level, 0);
    cr_assert_eq(burst.sfd_end, 5000 + 64 * 100000);
    cr_assert_eq(burst.data_end, burst.sfd_end + (sim_time)n * 800000);
    for (size_t i = 0; i < n * 8; i++) {
        sim_time cell = burst.sfd_end + (sim_time)i * 100000;
        unsigned bit = sent_buffer[i / 8] >> i % 8 & 1;
        cr_assert_eq(level_before(edges, count, cell + 50000), !bit, "bit %zu", i);
        cr_assert_eq(level_before(edges, count, cell + 50001), bit, "bit %zu", i);
        cr_assert_eq(count_between(edges, count, cell + 50000, cell + 50001), 1);
    }
    line_source_destroy(source);
}

/* The edge at a cell's boundary belongs to the symbol that begins there. */
Test(source, a_boundary_edge_belongs_to_the_octet_it_begins) {
    struct line_source *source = source_of(plain);
    size_t n;
    const struct line_symbol *table = line_source_symbols(source, &n);
    for (unsigned octet = 0; octet < 256; octet++)
        for (unsigned previous = 0; previous < 2; previous++) {
            const struct line_symbol *s = &table[octet + 256 * previous];
            bool boundary = (octet & 1) == previous;
            cr_assert_eq(s->dt_ps[0], boundary ? 0 : 50000, "octet %u after %u", octet, previous);
        }
    line_source_destroy(source);
}

Test(source, tp_idl_is_high_after_either_last_bit) {
    struct line_source *source = source_of(plain);
    for (unsigned last = 0; last < 2; last++) {
        uint8_t octet = (uint8_t)(last << 7);
        struct line_burst burst;
        const struct line_edge *edges;
        cr_assert(line_source_frame(source, &octet, 1, 0, &burst));
        size_t n = line_source_edges(source, &burst, &edges);
        cr_assert_eq(level_before(edges, n, burst.data_end + 1), 1);
        cr_assert_eq(edges[n - 1].time, burst.data_end + 300000);
        cr_assert_eq(edges[n - 1].level, LINE_IDLE);
        cr_assert_eq(edges[n - 2].time, last ? burst.data_end - 50000 : burst.data_end);
        cr_assert_gt(burst.end, edges[n - 1].time);
    }
    line_source_destroy(source);
}

static void check_symbols_equal_edges(struct line_source *source, const struct line_burst *burst) {
    size_t n_symbols, at = 0;
    const struct line_symbol *table = line_source_symbols(source, &n_symbols);
    const struct line_edge *edges;
    size_t n = line_source_edges(source, burst, &edges);
    sim_time start = burst->start;
    for (size_t i = 0; i < burst->n_symbols; i++) {
        cr_assert_lt(burst->symbols[i], n_symbols);
        const struct line_symbol *s = &table[burst->symbols[i]];
        for (unsigned e = 0; e < s->n_edges; e++, at++) {
            cr_assert_lt(at, n);
            cr_assert(s->dt_ps[e] >= 0 && s->dt_ps[e] < s->length_ps);
            cr_assert_eq(edges[at].time, start + s->dt_ps[e]);
            cr_assert_eq(edges[at].level, s->level[e]);
            cr_assert(at == 0 || edges[at].time > edges[at - 1].time);
            cr_assert(at == 0 || edges[at].level != edges[at - 1].level);
        }
        start += s->length_ps;
    }
    cr_assert_eq(at, n);
    cr_assert_eq(start, burst->end);
}

static void check_bits_stand_where_the_rate_says(const struct line_burst *burst,
                                                 const struct line_edge *edges, size_t n,
                                                 double bit_ps) {
    size_t bit = 0;
    for (size_t i = 0; i < n; i++) {
        double cells = ((double)(edges[i].time - burst->start)) / bit_ps;
        double halves = round(cells * 2);
        if (edges[i].time >= burst->data_end)
            break;
        double off = (double)(edges[i].time - burst->start) - halves * bit_ps / 2;
        cr_assert_leq(fabs(off), 1.01, "edge %zu is %g ps off", i, off);
        bit += fmod(halves, 2) == 1;
    }
    cr_assert_geq(bit, 64);
}

/* Property: for every rate the symbols, the edges and the ideal positions agree. */
Test(source, symbols_and_edges_agree_at_every_rate) {
    for (int i = 0; i <= 400; i++) {
        struct line_settings settings = plain;
        settings.ppm = (i - 200) * (i % 3 ? 500 : 1.37);
        settings.preamble_bits = i % 40 - 20;
        struct line_source *source = source_of(settings);
        struct line_burst burst;
        const struct line_edge *edges;
        size_t n = random_frame((uint64_t)i, 1 + (size_t)i * 7 % 1500, sent_buffer);
        cr_assert(line_source_frame(source, sent_buffer, n, INT64_C(1000000007) * i, &burst));
        check_symbols_equal_edges(source, &burst);
        size_t count = line_source_edges(source, &burst, &edges);
        double bit_ps = line_source_bit_ps(source);
        check_bits_stand_where_the_rate_says(&burst, edges, count, bit_ps);
        struct line_decoded got = decode(edges, count, bit_ps);
        cr_assert(got.sfd && got.fcs_ok && got.n == n && got.dribble_bits == 0);
        cr_assert_arr_eq(octet_buffer, sent_buffer, n);
        line_source_destroy(source);
    }
}

/* Over frames of a million bits in all, each frame's length is within 1 ps of the rate. */
Test(source, mean_rate_is_exact_over_a_million_bits) {
    static const double rates[] = {-100, -50.5, 0, 0.001, 37, 100, 12345.678};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        struct line_settings settings = plain;
        settings.ppm = rates[r];
        struct line_source *source = source_of(settings);
        double bit_ps = 100000 / (1 + rates[r] * 1e-6), worst = 0;
        for (size_t bits = 0, n = 1; bits < 1000000; n = 1 + n * 3 % LINE_MAX_FRAME) {
            struct line_burst burst;
            cr_assert(line_source_frame(source, sent_buffer, n, 0, &burst));
            double off = (double)burst.data_end - (64 + 8 * (double)n) * bit_ps;
            worst = fabs(off) > worst ? fabs(off) : worst;
            bits += 64 + 8 * n;
        }
        cr_assert_leq(worst, 0.51, "%g ppm: %g ps off", rates[r], worst);
        line_source_destroy(source);
    }
}

Test(source, octets_have_at_most_two_lengths) {
    struct line_settings settings = plain;
    settings.ppm = 37;
    struct line_source *source = source_of(settings);
    struct line_burst burst;
    size_t n_symbols;
    const struct line_symbol *table = line_source_symbols(source, &n_symbols);
    int32_t shortest = table[0].length_ps;
    cr_assert(line_source_frame(source, sent_buffer, 10000, 0, &burst));
    for (size_t i = 0; i + 1 < burst.n_symbols; i++) {
        int32_t more = table[burst.symbols[i]].length_ps - shortest;
        cr_assert(more == 0 || more == 1);
    }
    line_source_destroy(source);
}

Test(source, preamble_bits_are_added_and_lost_in_front) {
    for (int bits = -62; bits <= 70; bits++) {
        struct line_settings settings = plain;
        settings.preamble_bits = bits;
        struct line_source *source = source_of(settings);
        struct line_burst burst;
        const struct line_edge *edges;
        size_t n = random_frame(9, 60, sent_buffer);
        cr_assert(line_source_frame(source, sent_buffer, n, 0, &burst));
        cr_assert_eq(burst.sfd_end, (64 + bits) * 100000, "%d bits", bits);
        size_t count = line_source_edges(source, &burst, &edges);
        /* the pattern continues backwards: an even number of bits begins with a one */
        cr_assert_eq(edges[0].level, bits % 2 != 0);
        cr_assert_eq(edges[0].time, 0);
        if (bits >= -60) {
            struct line_decoded got = decode(edges, count, 100000);
            cr_assert(got.sfd && got.fcs_ok && got.n == n, "%d bits", bits);
            cr_assert_eq(got.preamble_bits, (unsigned)(64 + bits), "%d bits", bits);
        }
        line_source_destroy(source);
    }
}

Test(source, a_swapped_pair_inverts_every_level) {
    struct line_settings settings = plain;
    struct line_source *straight = source_of(plain);
    settings.swapped = true;
    struct line_source *swapped = source_of(settings);
    struct line_burst a, b;
    const struct line_edge *ea, *eb;
    cr_assert(line_source_frame(straight, sent_buffer, 64, 0, &a));
    cr_assert(line_source_frame(swapped, sent_buffer, 64, 0, &b));
    size_t n = line_source_edges(straight, &a, &ea);
    cr_assert_eq(line_source_edges(swapped, &b, &eb), n);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(ea[i].time, eb[i].time);
        cr_assert_eq(eb[i].level, ea[i].level == LINE_IDLE ? LINE_IDLE : !ea[i].level);
    }
    struct line_decoded got = decode(eb, n, 100000);
    cr_assert(got.inverted && !got.sfd);
    line_source_destroy(straight);
    line_source_destroy(swapped);
}

/* Ramp of 25 ns (20 ns 10-90 %) from -2 to +2 V: +0.4 V is crossed after 0.6 of it, -0.2 V
 * on the way down after 0.55. From rest, falling: 0.1 of the ramp. */
Test(source, thresholds_shift_rising_and_falling_edges) {
    struct line_settings settings = plain;
    settings.amplitude_v = 2;
    settings.rise_ps = 20000;
    settings.vit_plus = 0.4;
    settings.vit_minus = -0.2;
    struct line_source *source = source_of(settings);
    uint8_t octet = 0;
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(line_source_frame(source, &octet, 1, 0, &burst));
    size_t n = line_source_edges(source, &burst, &edges);
    cr_assert_eq(edges[0].time, 2500);
    cr_assert_eq(edges[1].time, 50000 + 15000);
    cr_assert_eq(edges[2].time, 150000 + 13750);
    /* from +2 V to rest the receiver leaves the high region at 0.4 V: 0.8 of the ramp */
    cr_assert_eq(edges[n - 1].time, burst.data_end + 300000 + 20000);
    check_symbols_equal_edges(source, &burst);
    line_source_destroy(source);
}

Test(source, an_amplitude_below_a_threshold_gives_no_edge_to_that_level) {
    struct line_settings settings = plain;
    settings.amplitude_v = 0.1;
    settings.vit_plus = 0.2;
    settings.vit_minus = -0.2;
    struct line_source *source = source_of(settings);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(line_source_frame(source, sent_buffer, 64, 0, &burst));
    cr_assert_eq(line_source_edges(source, &burst, &edges), 0);
    line_source_destroy(source);

    settings.vit_minus = -0.05;
    source = source_of(settings);
    cr_assert(line_source_frame(source, sent_buffer, 64, 0, &burst));
    cr_assert_eq(line_source_edges(source, &burst, &edges), 2, "low, then back to idle");
    cr_assert_eq(edges[0].level, 0);
    cr_assert_eq(edges[1].level, LINE_IDLE);
    line_source_destroy(source);
}

Test(source, thresholds_on_one_side_of_zero_read_a_line_at_rest) {
    struct line_settings settings = plain;
    settings.vit_plus = -0.05;
    settings.vit_minus = -0.1;
    struct line_source *source = source_of(settings);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert_eq(line_source_rest_level(source), 1);
    cr_assert(line_source_link_pulse(source, 0, &burst));
    cr_assert_eq(line_source_edges(source, &burst, &edges), 0);
    line_source_destroy(source);
}

Test(source, a_link_pulse_is_100_ns_high) {
    struct line_source *source = source_of(plain);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(line_source_link_pulse(source, 77, &burst));
    cr_assert_eq(line_source_edges(source, &burst, &edges), 2);
    cr_assert(edges[0].time == 77 && edges[0].level == 1);
    cr_assert(edges[1].time == 100077 && edges[1].level == LINE_IDLE);
    check_symbols_equal_edges(source, &burst);
    line_source_destroy(source);
}

struct spread {
    double rms, peak, mean;
    size_t n;
};

static struct spread measure_jitter(struct line_settings settings) {
    struct line_settings still = settings;
    still.jitter_peak_ps = still.jitter_rms_ps = 0;
    struct line_source *a = source_of(still), *b = source_of(settings);
    struct spread s = {0};
    double sum = 0, square = 0;
    for (int frame = 0; frame < 10; frame++) {
        struct line_burst ba, bb;
        const struct line_edge *ea, *eb;
        size_t octets = random_frame((uint64_t)frame, 1500, sent_buffer);
        cr_assert(line_source_frame(a, sent_buffer, octets, 0, &ba));
        cr_assert(line_source_frame(b, sent_buffer, octets, 0, &bb));
        size_t n = line_source_edges(a, &ba, &ea);
        cr_assert_eq(line_source_edges(b, &bb, &eb), n);
        for (size_t i = 0; i < n; i++) {
            double off = (double)(eb[i].time - ea[i].time);
            sum += off;
            square += off * off;
            s.peak = fabs(off) > s.peak ? fabs(off) : s.peak;
        }
        s.n += n;
    }
    s.mean = sum / (double)s.n;
    s.rms = sqrt(square / (double)s.n);
    line_source_destroy(a);
    line_source_destroy(b);
    return s;
}

Test(jitter, gaussian_has_the_rms_asked_for) {
    struct line_settings settings = plain;
    settings.jitter_rms_ps = 3000;
    struct spread s = measure_jitter(settings);
    cr_assert_float_eq(s.rms, 3000, 60, "rms %g", s.rms);
    cr_assert_float_eq(s.mean, 0, 60, "mean %g", s.mean);
    cr_assert_gt(s.peak, 9000, "a gaussian has tails");
}

Test(jitter, uniform_stays_within_its_peak) {
    struct line_settings settings = plain;
    settings.jitter_peak_ps = 6000;
    struct spread s = measure_jitter(settings);
    cr_assert_leq(s.peak, 6001);
    cr_assert_gt(s.peak, 5990);
    cr_assert_float_eq(s.rms, 6000 / sqrt(3), 70, "rms %g", s.rms);
}

Test(jitter, depends_on_seed_and_edge_number_alone) {
    struct line_settings settings = plain;
    settings.jitter_rms_ps = 3000;
    struct line_source *asked = source_of(settings), *silent = source_of(settings);
    struct line_burst a, b;
    const struct line_edge *ea, *eb;
    for (int frame = 0; frame < 3; frame++) {
        cr_assert(line_source_frame(asked, sent_buffer, 64, 0, &a));
        line_source_edges(asked, &a, &ea);
        cr_assert(line_source_frame(silent, sent_buffer, 64, 0, &b));
    }
    size_t n = line_source_edges(asked, &a, &ea);
    cr_assert_eq(line_source_edges(silent, &b, &eb), n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(ea[i].time, eb[i].time);
    sim_time before = ea[0].time;
    cr_assert(line_source_frame(asked, sent_buffer, 64, 0, &a));
    line_source_edges(asked, &a, &ea);
    cr_assert_neq(ea[0].time, before, "the next frame has other jitter");
    line_source_destroy(asked);
    line_source_destroy(silent);
}

Test(jitter, edges_ascend_however_large_it_is) {
    struct line_settings settings = plain;
    settings.jitter_rms_ps = settings.jitter_peak_ps = 50000;
    struct line_source *source = source_of(settings);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(line_source_frame(source, sent_buffer, 1500, 0, &burst));
    size_t n = line_source_edges(source, &burst, &edges);
    for (size_t i = 1; i < n; i++)
        cr_assert_gt(edges[i].time, edges[i - 1].time);
    line_source_destroy(source);
}

Test(decode, survives_the_standards_jitter_and_reports_damage) {
    struct line_settings settings = plain;
    settings.jitter_peak_ps = 12000;
    struct line_source *source = source_of(settings);
    struct line_burst burst;
    const struct line_edge *edges;
    size_t n = random_frame(5, 700, sent_buffer);
    cr_assert(line_source_frame(source, sent_buffer, n, 0, &burst));
    size_t count = line_source_edges(source, &burst, &edges);
    struct line_decoded got = decode(edges, count, 100000);
    cr_assert(got.fcs_ok && got.n == n);
    sent_buffer[100] ^= 4;
    cr_assert(line_source_frame(source, sent_buffer, n, 0, &burst));
    count = line_source_edges(source, &burst, &edges);
    cr_assert_not(decode(edges, count, 100000).fcs_ok);
    line_source_destroy(source);
}

Test(decode, counts_dribble_bits_and_splits_transmissions) {
    struct line_source *source = source_of(plain);
    struct line_edge two[400];
    struct line_burst burst;
    const struct line_edge *edges;
    uint8_t octets[3] = {0x55, 0x12, 0x80};
    cr_assert(line_source_frame(source, octets, 3, 0, &burst));
    size_t n = line_source_edges(source, &burst, &edges), cut = n;
    while (edges[cut - 1].time > burst.data_end - 460000)
        cut--; /* keeps three bits of the last octet */
    memcpy(two, edges, cut * sizeof *two);
    for (size_t i = 0; i < n; i++)
        two[cut + i] = (struct line_edge){edges[i].time + 30000000, edges[i].level};
    struct line_decoded got = {.octets = octet_buffer, .capacity = 2};
    cr_assert_eq(line_decode(two, cut + n, 100000, &got), cut);
    cr_assert_eq(got.n, 2);
    cr_assert_eq(got.dribble_bits, 3);
    cr_assert_eq(line_decode(two + cut, n, 100000, &got), n);
    cr_assert(got.n == 2 && got.overflow);
    cr_assert_eq(line_decode(two, 0, 100000, &got), 0);
    line_source_destroy(source);
}

Test(source, refuses_settings_that_make_no_sense) {
    struct line_settings bad[] = {plain, plain, plain, plain, plain, plain, plain, plain, plain};
    bad[0].ppm = 100001;
    bad[1].ppm = NAN;
    bad[2].amplitude_v = 0;
    bad[3].rise_ps = LINE_MAX_RISE_PS + 1;
    bad[4].vit_minus = 0.1;
    bad[5].preamble_bits = -63;
    bad[6].jitter_rms_ps = -1;
    bad[7].tp_idl_ps = 1000;
    bad[8].jitter_peak_ps = INFINITY;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_null(line_source_create(&bad[i]), "case %zu", i);
    struct line_source *source = source_of(plain);
    struct line_burst burst;
    cr_assert_not(line_source_frame(source, sent_buffer, 0, 0, &burst));
    cr_assert_not(line_source_frame(source, sent_buffer, LINE_MAX_FRAME + 1, 0, &burst));
    cr_assert(line_source_frame(source, sent_buffer, LINE_MAX_FRAME, 0, &burst));
    line_source_destroy(source);
}

/* Bit by bit and octet by octet it is one signal. */
static void expect_cells(struct line_settings settings, uint64_t seed) {
    static struct line_edge cut[LINE_MAX_FRAME];
    struct line_symbol cells[LINE_CELLS];
    settings.ppm = line_whole_ppm(settings.ppm);
    cr_assert(line_source_cells(&settings, cells));
    struct line_source *source = source_of(settings);
    size_t n = random_frame(seed, 64, sent_buffer), n_cut = 0, n_edges;
    unsigned bits = (unsigned)(64 + settings.preamble_bits), previous = 0;
    sim_time at = SIM_US;
    for (size_t i = 0; i <= bits + 8 * n; i++) {
        unsigned bit =
            i < bits ? i == bits - 1 || (bits - i) % 2 == 0
                     : i < bits + 8 * n && (sent_buffer[(i - bits) / 8] >> (i - bits) % 8 & 1);
        const struct line_symbol *cell = &cells[i == bits + 8 * n ? LINE_CELL_TP_IDL + previous
                                                : i               ? 2 * previous + bit
                                                                  : LINE_CELL_FIRST + bit];
        for (unsigned e = 0; e < cell->n_edges; e++)
            cut[n_cut++] = (struct line_edge){at + cell->dt_ps[e], cell->level[e]};
        at += cell->length_ps;
        previous = bit;
    }
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(line_source_frame(source, sent_buffer, n, SIM_US, &burst));
    n_edges = line_source_edges(source, &burst, &edges);
    cr_assert_eq(n_cut, n_edges);
    for (size_t i = 0; i < n_edges; i++)
        cr_assert(cut[i].time == edges[i].time && cut[i].level == edges[i].level,
                  "ppm %g, edge %zu: %ld to %d, expected %ld to %d", settings.ppm, i,
                  (long)cut[i].time, cut[i].level, (long)edges[i].time, edges[i].level);
    cr_expect_eq(at, burst.end);
    line_source_destroy(source);
}

Test(source, cells_are_the_frames_signal) {
    for (uint64_t i = 0; i < 40; i++) {
        struct line_settings s = plain;
        s.ppm = 400 * rng_uniform(i, 1, 0) - 200;
        s.rise_ps = i % 3 ? 20000 * rng_uniform(i, 2, 0) : 0;
        s.vit_plus = 0.4 * rng_uniform(i, 3, 0) - 0.17;
        s.vit_minus = s.vit_plus - 0.06;
        s.swapped = i % 2;
        s.preamble_bits = (int)(i % 9) - 4;
        expect_cells(s, i);
    }
}

Test(source, cells_are_refused_where_nothing_repeats) {
    struct line_symbol cells[LINE_CELLS];
    struct line_settings jittered = plain, odd = plain, far = plain;
    jittered.jitter_peak_ps = 1000;
    odd.ppm = 7; /* 99999.3 ps */
    far.cable_m = 100;
    cr_expect_not(line_source_cells(&jittered, cells));
    cr_expect_not(line_source_cells(&odd, cells));
    cr_expect_not(line_source_cells(&far, cells));
    cr_expect_float_eq(line_whole_ppm(7), 10.0001, 1e-4);
    cr_expect_float_eq(line_whole_ppm(0), 0, 0);
}
