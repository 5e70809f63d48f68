/* The partner sends: gap, deferral, collisions, backoff, link pulses. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/models/partner_bench.h"

#define BIT PARTNER_BIT_PS

static struct bench b;
static uint8_t frame[1518];

static void open_linked(bool full_duplex) {
    bench_init(&b, "standard");
    b.settings.full_duplex = full_duplex;
    bench_open(&b);
    bench_link_up(&b);
    b.n_outputs = 0;
}

/* A carrier: alternation from `start` until `end`. */
static void carrier(sim_time start, sim_time end) {
    int level = -PARTNER_SQUELCH;
    for (sim_time at = start; at < end; at += BIT, level = -level)
        partner_edge(b.partner, at, level);
    partner_edge(b.partner, end, PARTNER_IDLE);
    b.now = end;
}

Test(mac, sends_at_once_on_an_idle_line_and_then_at_the_gap) {
    open_linked(false);
    sim_time start = b.now + SIM_MS;
    for (int i = 0; i < 3; i++)
        cr_assert(partner_send(b.partner, start, frame, 100));
    bench_run(&b, start + 10 * SIM_MS);
    cr_assert_eq(bench_count(&b, PARTNER_SENDS_FRAME), 3);
    sim_time length = (64 + 800 + 96) * (sim_time)BIT;
    for (int i = 0; i < 3; i++)
        cr_assert_eq(b.outputs[i].time, start + i * length, "frame %d", i);
    cr_assert_eq(partner_counters(b.partner)->sent, 3);
    bench_close(&b);
}

Test(mac, its_bits_last_as_its_own_clock_says) {
    bench_init(&b, "standard");
    b.settings.ppm = 100;
    bench_open(&b);
    bench_link_up(&b);
    b.n_outputs = 0;
    partner_send(b.partner, b.now, frame, 1518);
    partner_send(b.partner, b.now, frame, 1518);
    bench_run(&b, b.now + 5 * SIM_MS);
    double bits = 64 + 1518 * 8 + 96;
    cr_assert_float_eq((double)(b.outputs[1].time - b.outputs[0].time), bits * 1e5 / 1.0001, 2);
    bench_close(&b);
}

Test(mac, sends_nothing_while_the_link_is_down) {
    bench_init(&b, "standard");
    bench_open(&b);
    partner_send(b.partner, 0, frame, 64);
    bench_run(&b, SIM_S);
    cr_assert_null(bench_sent(&b, PARTNER_SENDS_FRAME));
    bench_link_up(&b);
    cr_assert_not_null(bench_sent(&b, PARTNER_SENDS_FRAME), "it waited");
    bench_close(&b);
}

Test(mac, defers_to_a_carrier_and_keeps_the_gap_behind_it) {
    open_linked(false);
    sim_time start = b.now + SIM_MS, end = start + 1000 * BIT;
    partner_send(b.partner, start + 10 * BIT, frame, 64);
    carrier(start, end);
    bench_run(&b, end + SIM_MS);
    const struct partner_output *sent = bench_sent(&b, PARTNER_SENDS_FRAME);
    cr_assert_not_null(sent);
    sim_time off = end - BIT + b.settings.limits->end_after; /* the last edge came a bit before */
    cr_assert_eq(sent->time, off + 96 * BIT);
    cr_assert_eq(partner_counters(b.partner)->deferred, 1);
    cr_assert_eq(partner_counters(b.partner)->collisions, 0);
    bench_close(&b);
}

/* 4.2.3.2.1: a carrier in the first two thirds of the gap starts it again, later it does not. */
Test(mac, listens_in_the_first_two_thirds_of_the_gap_only) {
    for (int late = 0; late < 2; late++) {
        open_linked(false);
        sim_time start = b.now + SIM_MS;
        partner_send(b.partner, start, frame, 64);
        partner_send(b.partner, start, frame, 64);
        sim_time gap = start + (64 + 512) * BIT;
        bench_run(&b, gap);
        carrier(gap + (late ? 66 : 40) * BIT, gap + 400 * BIT);
        bench_run(&b, gap + 2 * SIM_MS);
        cr_assert_eq(b.outputs[1].kind, PARTNER_SENDS_FRAME);
        cr_assert_eq(b.outputs[1].time == gap + 96 * BIT, late);
        cr_assert_eq(partner_counters(b.partner)->collisions, (uint64_t)late);
        bench_close(&b);
    }
}

Test(mac, a_collision_is_jammed_and_tried_again) {
    open_linked(false);
    sim_time start = b.now + SIM_MS;
    partner_send(b.partner, start, frame, 200);
    bench_run(&b, start);
    carrier(start + 100 * BIT, start + 180 * BIT);
    bench_run(&b, start + 5 * SIM_MS);
    const struct partner_output *jam = bench_sent(&b, PARTNER_SENDS_JAM);
    cr_assert_not_null(jam);
    /* seen at the third edge, 102 bits in: the octet under way ends at bit 104 */
    cr_assert_eq(jam->time, start + 104 * BIT);
    cr_assert_eq(jam->n, 5);
    cr_assert_eq(bench_count(&b, PARTNER_SENDS_FRAME), 2, "again");
    cr_assert_eq(partner_counters(b.partner)->sent, 1);
    cr_assert_eq(partner_counters(b.partner)->late_collisions, 0);
    cr_assert_eq(b.frames[b.n_frames - 1].damage, PARTNER_COLLISION, "what came is no frame");
    bench_close(&b);
}

Test(mac, the_header_is_finished_before_the_jam) {
    open_linked(false);
    sim_time start = b.now + SIM_MS;
    partner_send(b.partner, start, frame, 200);
    bench_run(&b, start);
    carrier(start + 2 * BIT, start + 80 * BIT);
    const struct partner_output *jam = bench_sent(&b, PARTNER_SENDS_JAM);
    cr_assert_eq(jam->time, start + 64 * BIT);
    cr_assert_eq(jam->n, 0);
    bench_close(&b);
}

Test(mac, a_collision_behind_the_slot_time_is_late) {
    open_linked(false);
    sim_time start = b.now + SIM_MS;
    partner_send(b.partner, start, frame, 1000);
    bench_run(&b, start);
    carrier(start + 600 * BIT, start + 700 * BIT);
    bench_run(&b, start + 5 * SIM_MS);
    cr_assert_eq(partner_counters(b.partner)->late_collisions, 1);
    bench_close(&b);
}

Test(mac, full_duplex_knows_neither_carrier_nor_collision) {
    open_linked(true);
    sim_time start = b.now + SIM_MS;
    partner_send(b.partner, start + 50 * BIT, frame, 200);
    carrier(start, start + 1000 * BIT);
    bench_run(&b, start + 5 * SIM_MS);
    cr_assert_eq(bench_sent(&b, PARTNER_SENDS_FRAME)->time, start + 50 * BIT);
    cr_assert_eq(partner_counters(b.partner)->collisions, 0);
    cr_assert_eq(partner_counters(b.partner)->deferred, 0);
    bench_close(&b);
}

/* Collides every attempt: gaps of whole slots, doubling their range, sixteen and out. */
static void collide_until_dropped(sim_time *waits) {
    partner_send(b.partner, b.now, frame, 500);
    for (int attempt = 0; attempt < 16; attempt++) {
        size_t n = b.n_outputs;
        while (b.n_outputs == n || b.outputs[b.n_outputs - 1].kind != PARTNER_SENDS_FRAME)
            bench_run(&b, b.now + 100 * SIM_US);
        sim_time start = b.outputs[b.n_outputs - 1].time;
        cr_assert_lt(b.now, start + 200 * SIM_US);
        waits[attempt] = start;
        sim_time at = b.now + BIT;
        carrier(at, at + 10 * BIT);
        bench_run(&b, at + 100 * BIT);
    }
}

Test(mac, gives_up_after_sixteen_attempts) {
    bench_init(&b, "standard");
    bench_open(&b);
    bench_link_up(&b);
    b.n_outputs = 0;
    sim_time waits[16];
    collide_until_dropped(waits);
    bench_run(&b, b.now + 100 * SIM_MS);
    cr_assert_eq(bench_count(&b, PARTNER_SENDS_FRAME), 16);
    cr_assert_eq(partner_counters(b.partner)->excessive, 1);
    cr_assert_eq(partner_counters(b.partner)->collisions, 16);
    cr_assert_eq(partner_counters(b.partner)->sent, 0);
    bench_close(&b);
}

/* The wait from the jam's end, in slots, for first collisions under many seeds. */
Test(mac, backs_off_by_whole_slots_within_their_range) {
    unsigned seen[2] = {0, 0};
    for (uint64_t seed = 1; seed <= 64; seed++) {
        bench_init(&b, "standard");
        b.settings.seed = seed;
        bench_open(&b);
        bench_link_up(&b);
        b.n_outputs = 0;
        sim_time start = b.now + SIM_MS;
        partner_send(b.partner, start, frame, 100);
        bench_run(&b, start);
        carrier(start + 10 * BIT, start + 20 * BIT);
        bench_run(&b, start + SIM_MS);
        const struct partner_output *again = bench_sent(&b, PARTNER_SENDS_FRAME);
        sim_time jam_end = bench_sent(&b, PARTNER_SENDS_JAM)->time + 32 * BIT;
        sim_time wait = again->time - jam_end;
        cr_assert(wait == 96 * BIT || wait == 512 * BIT, "seed %d: %ld bits", (int)seed,
                  (long)(wait / BIT));
        seen[wait == 512 * BIT]++;
        bench_close(&b);
    }
    cr_assert(seen[0] > 16 && seen[1] > 16, "%u and %u", seen[0], seen[1]);
}

Test(mac, link_pulses_keep_sixteen_milliseconds_of_silence) {
    bench_init(&b, "standard");
    bench_open(&b);
    bench_run(&b, 100 * SIM_MS);
    cr_assert_eq(b.n_outputs, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(b.outputs[i].kind, PARTNER_SENDS_PULSE);
        cr_assert_eq(b.outputs[i].time, (sim_time)(i + 1) * 16 * SIM_MS);
    }
    bench_close(&b);
    open_linked(false);
    sim_time start = b.now + SIM_MS;
    partner_send(b.partner, start, frame, 64);
    bench_run(&b, start + 20 * SIM_MS);
    sim_time end = bench_sent(&b, PARTNER_SENDS_FRAME)->time + (64 + 512) * BIT;
    cr_assert_eq(bench_sent(&b, PARTNER_SENDS_PULSE)->time, end + 16 * SIM_MS);
    bench_close(&b);
}

/* 17 clock pulses 125 us apart, data between: 10BASE-T half and full duplex, 802.3. */
Test(mac, auto_negotiation_sends_bursts_until_the_link_stands) {
    bench_init(&b, "tolerant");
    b.settings.autoneg = true;
    bench_open(&b);
    bench_run(&b, 20 * SIM_MS);
    cr_assert_eq(b.n_outputs, 17 + 3);
    sim_time first = b.outputs[0].time, last = b.outputs[19].time;
    cr_assert_eq(last - first, 32 * 62500 * SIM_NS);
    for (int bit = 0; bit < 16; bit++) {
        bool found = false;
        for (size_t i = 0; i < b.n_outputs; i++)
            found |= b.outputs[i].time == first + (2 * bit + 1) * 62500 * SIM_NS;
        cr_assert_eq(found, 0x61 >> bit & 1, "bit %d", bit);
    }
    b.now = 30 * SIM_MS;
    bench_link_up(&b);
    bench_run(&b, b.now + 10 * SIM_MS);
    b.n_outputs = 0;
    bench_run(&b, b.now + 32 * SIM_MS);
    cr_assert_eq(b.n_outputs, 2, "single pulses");
    bench_close(&b);
}

Test(mac, refuses_what_has_no_room) {
    open_linked(false);
    sim_time far = b.now + SIM_S;
    cr_assert_not(partner_send(b.partner, far, frame, 0));
    cr_assert_not(partner_send(b.partner, far, frame, PARTNER_MAX_OCTETS + 1));
    for (int i = 0; i < PARTNER_QUEUE; i++)
        cr_assert(partner_send(b.partner, far, frame, 64));
    cr_assert_not(partner_send(b.partner, far, frame, 64));
    cr_assert_eq(partner_counters(b.partner)->refused, 3);
    bench_close(&b);
}

/* The same edges, with the time between asked for in other steps. */
Test(mac, does_not_depend_on_how_time_is_cut) {
    static struct partner_output first[BENCH_MOST];
    size_t n = 0;
    for (int cut = 0; cut < 3; cut++) {
        open_linked(false);
        sim_time start = b.now + SIM_MS, step = (cut == 0 ? 1000 : cut == 1 ? 7 : 13) * SIM_US;
        for (int i = 0; i < 5; i++)
            partner_send(b.partner, start, frame, 100 + 10 * (size_t)i);
        for (int i = 0; i < 3; i++) {
            sim_time at = start + 200 * SIM_US * i + 10 * SIM_US;
            for (sim_time t = b.now; t < at; t += step)
                partner_run_until(b.partner, t);
            carrier(at, at + 60 * BIT);
        }
        bench_run(&b, start + 20 * SIM_MS);
        if (cut == 0)
            memcpy(first, b.outputs, sizeof first);
        n = cut == 0 ? b.n_outputs : n;
        cr_assert_eq(b.n_outputs, n);
        for (size_t i = 0; i < n; i++)
            cr_assert(b.outputs[i].time == first[i].time && b.outputs[i].kind == first[i].kind);
        cr_assert_gt(partner_counters(b.partner)->collisions, 0);
        bench_close(&b);
    }
}
