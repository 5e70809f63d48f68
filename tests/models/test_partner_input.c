/* The comparators on waveforms whose crossings are known. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "models/line/partner_input.h"

static struct change {
    sim_time time;
    int level;
} seen[64];
static size_t n_seen;
static struct partner_input input;

static void on_level(void *user, sim_time time, int level) {
    (void)user;
    cr_assert_lt(n_seen, 64);
    cr_assert(n_seen == 0 || time >= seen[n_seen - 1].time);
    seen[n_seen++] = (struct change){time, level};
}

static void open_input(void) {
    n_seen = 0;
    input = (struct partner_input){.limits = partner_profile("standard"), .on_level = on_level};
}

/* to + (from - to) exp(-t/tau) */
static void relax(sim_time start, sim_time length, double from, double to, double tau_ps) {
    struct transmitter_piece piece = {
        .start = start, .end = start + length, .constant = to, .n = 1};
    piece.terms[0] = (struct transmitter_term){from - to, 0, -1 / tau_ps, 0};
    partner_input_piece(&input, &piece);
}

static sim_time when(double from, double to, double tau_ps, double level) {
    return (sim_time)ceil(-tau_ps * log((level - to) / (from - to)));
}

TestSuite(input, .init = open_input);

Test(input, finds_slicer_and_squelch_to_the_picosecond) {
    relax(1000, 500000, 0, 2, 8000);
    cr_assert_eq(n_seen, 2);
    cr_assert_eq(seen[0].level, PARTNER_SLICE);
    cr_assert_eq(seen[1].level, PARTNER_SQUELCH);
    cr_assert_leq(llabs(seen[0].time - 1000 - when(0, 2, 8000, 0.175)), 1);
    cr_assert_leq(llabs(seen[1].time - 1000 - when(0, 2, 8000, 0.4)), 1);
}

Test(input, an_open_squelch_needs_the_slicer_only) {
    input.open = true;
    relax(0, 50000, 0, -2, 8000);
    cr_assert_eq(n_seen, 1);
    cr_assert_eq(seen[0].level, -PARTNER_SQUELCH);
    cr_assert_leq(llabs(seen[0].time - when(0, 2, 8000, 0.175)), 1);
}

Test(input, what_stays_below_the_slicer_is_not_there) {
    relax(0, 50000, 0, 0.17, 8000);
    relax(50000, 50000, 0.17, -0.17, 8000);
    cr_assert_eq(n_seen, 0);
}

Test(input, between_slicer_and_squelch_is_weak) {
    relax(0, 50000, 0, 0.3, 3000);
    relax(50000, 200000, 0.3, 0, 3000);
    cr_assert_eq(n_seen, 2);
    cr_assert_eq(seen[0].level, PARTNER_SLICE);
    cr_assert_eq(seen[1].level, PARTNER_IDLE);
    cr_assert_leq(llabs(seen[1].time - 50000 - when(0.3, 0, 3000, 0.175)), 1);
}

/* Ten half cells: each way over is seen once, at its place, though it passes through idle. */
Test(input, alternation_is_seen_edge_by_edge) {
    double volt = 0;
    input.open = true;
    for (int i = 0; i < 10; i++) {
        double to = i % 2 ? 1.5 : -1.5;
        relax(i * 50000, 50000, volt, to, 4000);
        volt = to + (volt - to) * exp(-50000.0 / 4000);
    }
    relax(500000, 900000, volt, 0, 4000);
    size_t strong = 0;
    for (size_t i = 0; i < n_seen; i++) {
        strong += seen[i].level != 0;
        cr_assert(seen[i].level == 0 || seen[i].level == (strong % 2 ? -2 : 2));
    }
    cr_assert_eq(strong, 10);
    cr_assert_eq(seen[n_seen - 1].level, PARTNER_IDLE);
}

/* A wave that rings: 20 MHz, decaying within 60 ns. */
Test(input, ringing_is_followed) {
    struct transmitter_piece piece = {.start = 0, .end = 400000, .n = 1};
    piece.terms[0] = (struct transmitter_term){2, 0, -1 / 60e3, 20e-6};
    partner_input_piece(&input, &piece);
    for (size_t i = 0; i < n_seen; i++) {
        double t = (double)seen[i].time,
               v = 2 * exp(-t / 60e3) * cos(2 * 3.141592653589793 * 20e-6 * t);
        double wanted = seen[i].level == 0 ? fabs(v) : seen[i].level;
        cr_assert(i < 2 || fabs(fabs(v) - (abs(seen[i].level) == 2 ? 0.4 : 0.175)) < 1e-3,
                  "%zu: %g V", i, v);
        cr_assert(seen[i].level == 0 || v * wanted > 0);
    }
    cr_assert_gt(n_seen, 6);
}
