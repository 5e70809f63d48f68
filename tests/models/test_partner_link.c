/* Link integrity (IEEE 802.3 figure 14-6), link pulses and polarity: a test per arrow. */
#include <criterion/criterion.h>

#include "models/line/partner_link.h"
#include "tests/models/partner_bench.h"

#define PERIOD (16 * SIM_MS)

static const struct partner_limits *limits(void) {
    return partner_profile("standard");
}

static struct link_test passing(sim_time time) {
    struct link_test test;
    link_test_init(&test, limits());
    for (unsigned i = 0; i < limits()->lc_max; i++)
        link_test_pulse(&test, time - (limits()->lc_max - 1 - i) * PERIOD);
    cr_assert_eq(test.state, LINK_PASS);
    return test;
}

Test(link, comes_up_at_the_last_pulse_asked_for_and_not_before) {
    struct link_test test;
    link_test_init(&test, limits());
    for (unsigned i = 1; i < limits()->lc_max; i++) {
        link_test_pulse(&test, i * PERIOD);
        cr_assert_eq(test.state, LINK_FAIL, "pulse %u", i);
    }
    link_test_pulse(&test, limits()->lc_max * PERIOD);
    cr_assert_eq(test.state, LINK_PASS);
}

Test(link, a_pulse_too_early_starts_the_count_again) {
    struct link_test test;
    link_test_init(&test, limits());
    link_test_pulse(&test, PERIOD);
    link_test_pulse(&test, PERIOD + limits()->link_test_min - 1);
    cr_assert_eq(test.count, 0);
    link_test_init(&test, limits());
    link_test_pulse(&test, PERIOD);
    link_test_pulse(&test, PERIOD + limits()->link_test_min);
    cr_assert_eq(test.count, 2, "not early");
}

Test(link, a_pulse_too_late_starts_the_count_again) {
    struct link_test test;
    link_test_init(&test, limits());
    link_test_pulse(&test, PERIOD);
    cr_assert_eq(link_test_next(&test), PERIOD + limits()->link_test_max);
    link_test_timeout(&test, link_test_next(&test));
    cr_assert_eq(test.count, 0);
}

Test(link, is_lost_after_the_loss_time_without_a_pulse) {
    struct link_test test = passing(SIM_S);
    cr_assert_eq(link_test_next(&test), SIM_S + limits()->link_loss);
    link_test_pulse(&test, SIM_S + PERIOD);
    cr_assert_eq(link_test_next(&test), SIM_S + PERIOD + limits()->link_loss);
    link_test_timeout(&test, link_test_next(&test));
    cr_assert_eq(test.state, LINK_FAIL);
}

Test(link, is_not_held_by_pulses_that_come_too_early) {
    struct link_test test = passing(SIM_S);
    link_test_pulse(&test, SIM_S + limits()->link_test_min - 1);
    cr_assert_eq(link_test_next(&test), SIM_S + limits()->link_loss);
}

Test(link, is_held_while_data_comes) {
    struct link_test test = passing(SIM_S);
    link_test_active(&test, SIM_S + 1, true);
    cr_assert_eq(link_test_next(&test), SIM_NEVER);
    link_test_active(&test, SIM_S + 5, false);
    cr_assert_eq(link_test_next(&test), SIM_S + 5 + limits()->link_loss);
}

Test(link, data_brings_it_up_when_it_is_over) {
    struct link_test test;
    link_test_init(&test, limits());
    link_test_active(&test, SIM_MS, true);
    cr_assert_eq(test.state, LINK_EXTEND);
    link_test_pulse(&test, 2 * SIM_MS);
    cr_assert_eq(test.state, LINK_EXTEND, "no pulse ends it");
    link_test_active(&test, 3 * SIM_MS, false);
    cr_assert_eq(test.state, LINK_PASS);
}

Test(partner, every_profile_keeps_within_the_standards_bounds) {
    const struct partner_limits *l;
    size_t n = 0;
    for (; (l = partner_profile_at(n)); n++) {
        cr_assert(l->lc_max >= 2 && l->lc_max <= 10, "%s", l->name);
        cr_assert(l->link_loss >= 50 * SIM_MS && l->link_loss <= 150 * SIM_MS, "%s", l->name);
        cr_assert(l->link_test_min >= 2 * SIM_MS && l->link_test_min <= 7 * SIM_MS);
        cr_assert(l->link_test_max >= 25 * SIM_MS && l->link_test_max <= 150 * SIM_MS);
        cr_assert_eq(partner_profile(l->name), l);
    }
    cr_assert_eq(n, 3);
    cr_assert_null(partner_profile("lenient"));
}

/* At the profile's own count, and one pulse less. */
Test(partner, links_after_as_many_pulses_as_its_profile_says) {
    for (size_t i = 0; partner_profile_at(i); i++) {
        const struct partner_limits *l = partner_profile_at(i);
        struct bench b;
        bench_init(&b, l->name);
        bench_open(&b);
        for (unsigned k = 0; k < l->lc_max; k++) {
            cr_assert_not(partner_link_is_up(b.partner), "%s: %u pulses", l->name, k);
            bench_pulse(&b, b.now + PERIOD, 100 * SIM_NS, PARTNER_SQUELCH);
            bench_run(&b, b.now + SIM_US);
        }
        cr_assert(partner_link_is_up(b.partner), "%s", l->name);
        bench_run(&b, b.now + SIM_S);
        cr_assert_eq(b.n_links, 2);
        cr_assert(b.link[0] && !b.link[1]);
        bench_close(&b);
    }
}

Test(partner, waits_for_auto_negotiation) {
    struct bench b;
    bench_init(&b, "standard");
    b.settings.autoneg = true;
    bench_open(&b);
    bench_link_up(&b);
    cr_assert_eq(b.link_at[0] / SIM_MS, 3 * 16 + 500);
    bench_close(&b);
}

/* true when a train of such pulses brings the link up */
static bool links_by(const char *profile, sim_time width, int level, int behind, sim_time period) {
    struct bench b;
    bench_init(&b, profile);
    bench_open(&b);
    for (int i = 1; i < 40; i++) {
        partner_edge(b.partner, i * period, level);
        partner_edge(b.partner, i * period + width, behind);
        partner_edge(b.partner, i * period + 2 * width, PARTNER_IDLE);
    }
    bool up = partner_link_is_up(b.partner);
    bench_close(&b);
    return up;
}

Test(partner, takes_pulses_by_width_and_amplitude) {
    static const struct {
        const char *profile;
        sim_time width;
        int level;
        bool links;
    } cases[] = {
        {"standard", 60000, 2, true},   {"standard", 59999, 2, false},
        {"standard", 200000, 2, true},  {"standard", 200001, 2, false},
        {"standard", 100000, 1, false}, {"tolerant", 40000, 2, true},
        {"tolerant", 39999, 2, false},  {"tolerant", 300001, 2, false},
        {"strict", 100000, 2, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(links_by(cases[i].profile, cases[i].width, cases[i].level, 0, PERIOD),
                     cases[i].links, "case %zu", i);
}

Test(partner, takes_pulses_by_their_distance) {
    cr_assert(links_by("strict", 100000, 2, 0, 24 * SIM_MS));
    cr_assert_not(links_by("strict", 100000, 2, 0, 26 * SIM_MS), "link_test_max is 25 ms");
    cr_assert(links_by("standard", 100000, 2, 0, 26 * SIM_MS));
    cr_assert_not(links_by("standard", 100000, 2, 0, 4 * SIM_MS), "link_test_min is 4.6 ms");
}

/* A driver that stays on lets the transformer swing back. */
Test(partner, minds_what_follows_a_pulse_only_when_strict) {
    cr_assert_not(links_by("strict", 100000, 2, -1, PERIOD));
    cr_assert(links_by("standard", 100000, 2, -1, PERIOD));
    cr_assert(links_by("tolerant", 100000, 2, -2, PERIOD));
}

Test(partner, corrects_a_swapped_pair_unless_strict) {
    cr_assert(links_by("tolerant", 100000, -2, 0, PERIOD));
    cr_assert(links_by("standard", 100000, -2, 0, PERIOD));
    cr_assert_not(links_by("strict", 100000, -2, 0, PERIOD));
    struct bench b;
    bench_init(&b, "standard");
    bench_open(&b);
    for (int i = 1; i <= 7; i++)
        bench_pulse(&b, i * PERIOD, 100000, -PARTNER_SQUELCH);
    bench_pulse(&b, 8 * PERIOD, 100000, PARTNER_SQUELCH);
    for (int i = 9; i <= 15; i++)
        bench_pulse(&b, i * PERIOD, 100000, -PARTNER_SQUELCH);
    bench_run(&b, 15 * PERIOD + SIM_MS);
    cr_assert_eq(partner_counters(b.partner)->inverted_pulses, 14, "seven in a row are not eight");
    bench_close(&b);
}

Test(partner, a_frame_brings_the_link_up_and_the_next_one_in) {
    struct bench b;
    bench_init(&b, "standard");
    bench_open(&b);
    cr_assert_eq(bench_verdict(&b), PARTNER_LINK_DOWN);
    cr_assert(partner_link_is_up(b.partner));
    cr_assert_eq(bench_verdict(&b), PARTNER_GOOD);
    bench_close(&b);
}
