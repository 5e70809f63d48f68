/* What the partner makes of frames: each damage by what causes it, and not without. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/rng.h"
#include "tests/models/partner_bench.h"

static struct bench b;

static void open_linked(const char *profile) {
    bench_init(&b, profile);
    bench_open(&b);
    bench_link_up(&b);
}

Test(receive, a_good_frame_is_good_to_all) {
    for (size_t i = 0; partner_profile_at(i); i++) {
        open_linked(partner_profile_at(i)->name);
        cr_assert_eq(bench_verdict(&b), PARTNER_GOOD, "%s", partner_profile_at(i)->name);
        cr_assert_arr_eq(b.octets, b.source_octets, 64);
        cr_assert(b.frames[0].fcs_ok && b.frames[0].n == 64 && b.frames[0].dribble == 0);
        cr_assert_geq(b.frames[0].tp_idl, b.settings.limits->tp_idl_min);
        bench_close(&b);
    }
}

static enum partner_damage size_verdict(size_t n, bool tagged) {
    size_t before = b.n_frames;
    bench_make(&b, n);
    if (tagged) {
        memcpy(b.source_octets + 12, "\x81\x00", 2);
        uint32_t fcs = line_fcs(b.source_octets, n - 4);
        for (int i = 0; i < 4; i++)
            b.source_octets[n - 4 + (size_t)i] = (uint8_t)(fcs >> 8 * i);
    }
    bench_frame(&b, b.now + SIM_MS, n);
    bench_run(&b, b.now + SIM_MS);
    cr_assert_eq(b.n_frames, before + 1);
    return b.frames[before].damage;
}

Test(receive, sizes_have_their_bounds) {
    open_linked("standard");
    cr_assert_eq(size_verdict(63, false), PARTNER_SHORT);
    cr_assert_eq(size_verdict(64, false), PARTNER_GOOD);
    cr_assert_eq(size_verdict(1518, false), PARTNER_GOOD);
    cr_assert_eq(size_verdict(1519, false), PARTNER_LONG);
    cr_assert_eq(size_verdict(1522, true), PARTNER_GOOD);
    cr_assert_eq(size_verdict(1523, true), PARTNER_LONG);
    cr_assert_eq(size_verdict(4000, false), PARTNER_LONG, "longer than it has room for");
    bench_close(&b);
    open_linked("tolerant");
    cr_assert_eq(size_verdict(2000, false), PARTNER_GOOD);
    bench_close(&b);
}

Test(receive, a_wrong_bit_is_a_wrong_fcs) {
    open_linked("standard");
    bench_make(&b, 64);
    b.source_octets[20] ^= 4;
    bench_frame(&b, b.now + SIM_MS, 64);
    bench_run(&b, b.now + SIM_MS);
    cr_assert_eq(b.frames[0].damage, PARTNER_FCS);
    bench_close(&b);
}

/* One more octet is begun: its first bits are dropped when the FCS before them is right. */
Test(receive, drops_up_to_seven_dribble_bits) {
    static struct line_edge edges[2000];
    open_linked("standard");
    for (unsigned bits = 1; bits <= 7; bits++) {
        bench_make(&b, 64);
        b.source_octets[64] = 0xff;
        sim_time start = b.now + SIM_MS;
        bench_edges(&b, start, 65, edges);
        size_t keep = 0;
        sim_time end = start + (64 + 512 + bits) * PARTNER_BIT_PS;
        while (edges[keep].time < end)
            keep++;
        bench_feed(&b, edges, keep);
        partner_edge(b.partner, end + 300 * SIM_NS, PARTNER_IDLE);
        bench_run(&b, end + SIM_MS);
        cr_assert_eq(b.frames[bits - 1].damage, PARTNER_GOOD, "%u bits", bits);
        cr_assert_eq(b.frames[bits - 1].dribble, bits);
        cr_assert_eq(b.frames[bits - 1].n, 64);
    }
    cr_assert_eq(partner_counters(b.partner)->dribbles, 7);
    bench_close(&b);
}

/* Cut within an octet: no whole number of octets, and no FCS. */
Test(receive, a_frame_cut_short_is_an_alignment_error) {
    static struct line_edge edges[2000];
    open_linked("standard");
    bench_make(&b, 100);
    sim_time start = b.now + SIM_MS, end = start + (64 + 643) * PARTNER_BIT_PS;
    size_t n = bench_edges(&b, start, 100, edges), keep = 0;
    while (keep < n && edges[keep].time < end)
        keep++;
    bench_feed(&b, edges, keep);
    partner_edge(b.partner, end, PARTNER_IDLE);
    bench_run(&b, end + SIM_MS);
    cr_assert_eq(b.frames[0].damage, PARTNER_ALIGNMENT);
    bench_close(&b);
}

static enum partner_damage at_rate(const char *profile, double ppm, size_t n) {
    open_linked(profile);
    b.line.ppm = ppm;
    enum partner_damage damage = size_verdict(n, false);
    bench_close(&b);
    return damage;
}

Test(receive, rates_have_their_bounds) {
    for (int sign = -1; sign <= 1; sign += 2) {
        cr_assert_eq(at_rate("strict", sign * 90, 1518), PARTNER_GOOD);
        cr_assert_eq(at_rate("strict", sign * 130, 1518), PARTNER_RATE);
        cr_assert_neq(at_rate("strict", sign * 10000, 64), PARTNER_GOOD);
        cr_assert_eq(at_rate("standard", sign * 9500, 1518), PARTNER_GOOD);
        cr_assert_eq(at_rate("standard", sign * 12000, 1518), PARTNER_RATE);
        cr_assert_eq(at_rate("tolerant", sign * 18000, 1518), PARTNER_GOOD);
        cr_assert_eq(at_rate("tolerant", sign * 23000, 1518), PARTNER_RATE);
        cr_assert_eq(at_rate("tolerant", sign * 80000, 1518), PARTNER_CLOCK, "out of reach");
    }
}

static bool with_jitter(const char *profile, double peak_ps) {
    open_linked(profile);
    b.line.jitter_peak_ps = peak_ps;
    bool good = size_verdict(1518, false) == PARTNER_GOOD;
    bench_close(&b);
    return good;
}

Test(receive, jitter_has_its_bounds) {
    cr_assert(with_jitter("strict", 8000));
    cr_assert_not(with_jitter("strict", 15000));
    cr_assert(with_jitter("standard", 13500), "what 14.3.1.3.3 asks for");
    cr_assert_not(with_jitter("standard", 24000));
    cr_assert(with_jitter("tolerant", 13500));
}

Test(receive, an_edge_off_its_place_is_a_clock_error) {
    static struct line_edge edges[2000];
    open_linked("tolerant");
    bench_make(&b, 64);
    size_t n = bench_edges(&b, b.now + SIM_MS, 64, edges), gone = n / 2;
    while (edges[gone + 1].time - edges[gone - 1].time != 2 * PARTNER_BIT_PS)
        gone++;
    edges[gone].time += 40 * SIM_NS;
    bench_feed(&b, edges, n);
    bench_run(&b, b.now + SIM_MS);
    cr_assert_eq(b.frames[0].damage, PARTNER_CLOCK);
    bench_close(&b);
}

static enum partner_damage with_preamble(const char *profile, int bits) {
    open_linked(profile);
    b.line.preamble_bits = bits;
    enum partner_damage damage = bench_verdict(&b);
    bench_close(&b);
    return damage;
}

/* 64 bits with the SFD; the squelch takes one, the strict port's three. */
Test(receive, preambles_have_their_least_length) {
    cr_assert_eq(with_preamble("strict", -35), PARTNER_GOOD);
    cr_assert_eq(with_preamble("strict", -36), PARTNER_PREAMBLE);
    cr_assert_eq(with_preamble("standard", -53), PARTNER_GOOD);
    cr_assert_eq(with_preamble("standard", -54), PARTNER_PREAMBLE);
    cr_assert_eq(with_preamble("tolerant", -54), PARTNER_GOOD);
    cr_assert_eq(with_preamble("tolerant", 40), PARTNER_GOOD);
    cr_assert_neq(with_preamble("tolerant", -62), PARTNER_GOOD);
}

Test(receive, frames_may_not_follow_too_closely) {
    open_linked("standard");
    bench_make(&b, 64);
    sim_time end = bench_frame(&b, b.now + SIM_MS, 64);
    end = bench_frame(&b, end + 47 * PARTNER_BIT_PS, 64);
    bench_frame(&b, end + 46 * PARTNER_BIT_PS, 64);
    bench_run(&b, b.now + SIM_MS);
    cr_assert_eq(b.n_frames, 3);
    cr_assert_eq(b.frames[1].damage, PARTNER_GOOD);
    cr_assert_eq(b.frames[2].damage, PARTNER_GAP);
    bench_close(&b);
}

static enum partner_damage with_end(const char *profile, double tp_idl_ps) {
    open_linked(profile);
    b.line.tp_idl_ps = tp_idl_ps;
    enum partner_damage damage = bench_verdict(&b);
    bench_close(&b);
    return damage;
}

Test(receive, only_the_strict_port_asks_for_tp_idl) {
    cr_assert_eq(with_end("strict", 250000), PARTNER_GOOD);
    cr_assert_eq(with_end("strict", 230000), PARTNER_TP_IDL);
    cr_assert_eq(with_end("standard", 70000), PARTNER_GOOD);
}

/* The driver stays on behind a frame and the transformer swings back. */
Test(receive, a_swing_back_behind_a_frame_spoils_it_for_the_strict) {
    for (size_t i = 0; partner_profile_at(i); i++) {
        open_linked(partner_profile_at(i)->name);
        static struct line_edge edges[2000];
        bench_make(&b, 64);
        size_t n = bench_edges(&b, b.now + SIM_MS, 64, edges);
        edges[n - 1] = (struct line_edge){b.now + 150 * SIM_NS, 0};
        bench_feed(&b, edges, n);
        partner_edge(b.partner, b.now + 200 * SIM_NS, PARTNER_IDLE);
        bench_run(&b, b.now + SIM_MS);
        cr_assert_eq(b.frames[0].damage == PARTNER_GOOD, !b.settings.limits->clean, "%s",
                     b.settings.limits->name);
        bench_close(&b);
    }
}

Test(receive, swapped_frames_are_corrected_by_their_ends) {
    open_linked("standard");
    b.line.swapped = true;
    for (int i = 0; i < 4; i++)
        cr_assert_eq(bench_verdict(&b), PARTNER_POLARITY, "frame %d", i);
    cr_assert_eq(bench_verdict(&b), PARTNER_GOOD);
    b.line.swapped = false;
    cr_assert_eq(bench_verdict(&b), PARTNER_POLARITY, "now it is the other way");
    bench_close(&b);
    open_linked("strict");
    b.line.swapped = true;
    for (int i = 0; i < 9; i++)
        cr_assert_eq(bench_verdict(&b), PARTNER_POLARITY);
    bench_close(&b);
}

Test(receive, the_squelch_keeps_small_and_wrongly_timed_signals_out) {
    static const struct {
        sim_time half;
        int level;
        bool opens;
    } cases[] = {{100000, 2, true}, {100000, 1, false}, {40000, 2, true},
                 {30000, 2, false}, {160000, 2, true},  {170000, 2, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_linked("standard");
        for (int k = 0; k < 20; k++)
            partner_edge(b.partner, b.now + SIM_MS + k * cases[i].half,
                         k % 2 ? -cases[i].level : cases[i].level);
        cr_assert_eq(partner_carrier(b.partner), cases[i].opens, "case %zu", i);
        bench_close(&b);
    }
}

Test(receive, volts_become_levels_by_the_profiles_thresholds) {
    const struct partner_limits *l = partner_profile("standard");
    cr_assert_eq(partner_level(l, 0.1), PARTNER_IDLE);
    cr_assert_eq(partner_level(l, -0.2), -PARTNER_SLICE);
    cr_assert_eq(partner_level(l, 0.585), PARTNER_SQUELCH, "what 14.3.1.3.2 must accept");
    cr_assert_eq(partner_level(l, -0.299), -PARTNER_SLICE, "what it must reject");
}

/* 100 m of category 3, as far as it goes. */
Test(receive, standard_takes_what_comes_through_a_long_cable) {
    open_linked("standard");
    b.line.rise_ps = 10000;
    b.line.cable_m = 100;
    b.line.category = CABLE_CAT3;
    b.line.vit_plus = 0.175;
    b.line.vit_minus = -0.175;
    cr_assert_eq(size_verdict(1518, false), PARTNER_GOOD);
    bench_close(&b);
}

/* Whatever comes: every frame is counted once, time goes on, nothing runs over. */
Test(receive, noise_is_survived_and_accounted_for) {
    for (size_t i = 0; partner_profile_at(i); i++) {
        open_linked(partner_profile_at(i)->name);
        for (uint64_t k = 0; k < 200000; k++) {
            uint64_t word = rng_u64(3, i, k);
            sim_time step =
                word % 16 ? (sim_time)(word >> 8) % 150000 : (sim_time)(word >> 8) % SIM_MS;
            b.n_frames = b.n_links = b.n_outputs = 0;
            partner_edge(b.partner, b.now += step, (int)(word >> 60) % 5 - 2);
        }
        const struct partner_counters *c = partner_counters(b.partner);
        uint64_t sum = 0;
        for (int d = 0; d <= PARTNER_TP_IDL; d++)
            sum += c->damaged[d];
        cr_assert_eq(sum, c->frames);
        cr_assert_gt(c->frames, 10);
        cr_assert_gt(partner_next(b.partner), b.now - 1);
        bench_close(&b);
    }
}
