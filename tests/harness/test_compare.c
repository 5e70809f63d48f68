/* Verdicts on frames: each kind of loss planted once, and the ones that must not count. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness/compare.h"
#include "models/line/source.h"
#include "sim/rng.h"

static struct run_capture captures[2];
static struct run_result result;
static struct compare *compare;
static uint8_t frame[LINE_MAX_FRAME], other[LINE_MAX_FRAME];
static struct compare_failure seen[200];
static unsigned n_seen;

static void remember(void *user, const struct compare_failure *failure, struct run_failure *out) {
    cr_assert_eq(user, &result);
    if (n_seen < sizeof seen / sizeof seen[0])
        seen[n_seen++] = *failure;
    snprintf(out->stage, sizeof out->stage, "named");
}

static void setup(void) {
    memset(captures, 0, sizeof captures);
    result = (struct run_result){.captures = captures, .n_captures = 2};
    n_seen = 0;
    compare = compare_create(&result, COMPARE_SYNC, remember, &result);
}

static void setup_preamble(void) {
    setup();
    compare_destroy(compare);
    compare = compare_create(&result, COMPARE_PREAMBLE, remember, &result);
}

static void teardown(void) {
    compare_destroy(compare);
    for (int i = 0; i < 2; i++)
        compare_free_failures(&captures[i]);
}

static size_t make_frame(uint64_t seed, size_t n, uint8_t *out) {
    uint8_t data[1600];
    for (size_t i = 0; i < n; i++)
        data[i] = (uint8_t)rng_u64(seed, 1, i);
    return line_frame_finish(data, n, out);
}

static sim_time window(unsigned number) {
    return (sim_time)number * SIM_MS;
}

static size_t send(unsigned number) {
    size_t n = make_frame(number, 60 + number, frame);
    compare_sent(compare, 0, number, frame, n, window(number), window(number + 1));
    return n;
}

static void receive(unsigned number, const uint8_t *octets, size_t n) {
    sim_time fell = window(number) + 7 * SIM_US;
    compare_received(compare, octets, n, 0, fell, fell + (sim_time)n * 800 * SIM_NS);
}

static void expect(uint64_t recovered, uint64_t lost, uint64_t corrupt, uint64_t extra) {
    compare_finish(compare);
    cr_assert_eq(captures[0].recovered, recovered, "recovered %lu", captures[0].recovered);
    cr_assert_eq(captures[0].lost, lost, "lost %lu", captures[0].lost);
    cr_assert_eq(captures[0].corrupt, corrupt, "corrupt %lu", captures[0].corrupt);
    cr_assert_eq(captures[0].extra, extra, "extra %lu", captures[0].extra);
    cr_assert_eq(captures[0].n_failures, lost + corrupt + extra);
    cr_assert_eq(n_seen, lost + corrupt + extra);
    cr_assert_eq(captures[0].sent, recovered + lost + corrupt);
}

TestSuite(compare, .init = setup, .fini = teardown);
TestSuite(preamble, .init = setup_preamble, .fini = teardown);

Test(compare, equal_octets_are_recovered) {
    for (unsigned i = 1; i <= 5; i++)
        receive(i, frame, send(i));
    expect(5, 0, 0, 0);
}

Test(compare, a_frame_without_a_burst_is_lost) {
    receive(1, frame, send(1));
    send(2);
    receive(3, frame, send(3));
    expect(2, 1, 0, 0);
    cr_assert_eq(captures[0].failures[0].kind, RUN_LOST);
    cr_assert_eq(captures[0].failures[0].frame, 2);
    cr_assert_eq(captures[0].failures[0].time, window(2));
    cr_assert_str_eq(captures[0].failures[0].stage, "named");
    cr_assert_null(seen[0].received);
    cr_assert_eq(seen[0].window_end, window(3));
}

Test(compare, a_flipped_bit_is_named) {
    size_t n = send(1);
    memcpy(other, frame, n);
    other[12] ^= 1 << 3;
    receive(1, other, n);
    expect(0, 0, 1, 0);
    cr_assert_eq(seen[0].bad_octet, 12);
    cr_assert_eq(seen[0].bad_bit, 3);
    cr_assert_eq(seen[0].n_sent, n);
    cr_assert_not_null(strstr(captures[0].failures[0].detail, "octet 12 bit 3"));
}

Test(compare, lengths_matter) {
    size_t n = send(1);
    receive(1, frame, n - 1);
    n = send(2);
    receive(2, frame, n + 1);
    expect(0, 0, 2, 0);
    cr_assert_not_null(strstr(captures[0].failures[0].detail, "cut: 64 of 65"));
    cr_assert_not_null(strstr(captures[0].failures[1].detail, "1 octets too many"));
}

Test(compare, a_wrong_fcs_is_corrupt_even_when_sent_so) {
    size_t n = make_frame(1, 60, frame);
    frame[n - 1] ^= 0x80;
    compare_sent(compare, 0, 1, frame, n, window(1), window(2));
    receive(1, frame, n);
    expect(0, 0, 1, 0);
    cr_assert_not_null(strstr(captures[0].failures[0].detail, "FCS"));
}

Test(compare, order_matters) {
    size_t a = make_frame(1, 60, frame), b = make_frame(2, 60, other);
    compare_sent(compare, 0, 1, frame, a, window(1), window(2));
    receive(1, other, b);
    compare_sent(compare, 0, 2, other, b, window(2), window(3));
    receive(2, frame, a);
    expect(0, 0, 2, 0);
}

Test(compare, a_frame_twice_is_recovered_once_and_extra_once) {
    size_t n = send(1);
    receive(1, frame, n);
    receive(1, frame, n);
    expect(1, 0, 0, 1);
    cr_assert_eq(captures[0].failures[0].frame, 0);
}

Test(compare, a_wrong_burst_before_the_right_one_is_extra) {
    size_t n = send(1);
    receive(1, frame, 2);
    receive(1, frame, n);
    expect(1, 0, 0, 1);
    cr_assert_eq(seen[0].n_received, 2);
}

Test(compare, a_burst_outside_any_window_is_extra) {
    size_t n = send(1);
    receive(1, frame, n);
    compare_received(compare, frame, 3, 0, window(2) + 1, window(2) + SIM_US);
    expect(1, 0, 0, 1);
}

Test(compare, a_window_ends_where_the_next_begins) {
    size_t n = make_frame(1, 60, frame);
    compare_sent(compare, 0, 1, frame, n, window(1), SIM_NEVER);
    compare_received(compare, frame, n, 0, window(2) - 1, window(2));
    compare_sent(compare, 0, 2, frame, n, window(2), SIM_NEVER);
    compare_received(compare, frame, n, 0, window(2), window(2) + SIM_US);
    expect(2, 0, 0, 0);
}

Test(compare, empty_bursts_near_a_frame_are_part_of_it) {
    size_t n = send(1);
    compare_received(compare, NULL, 0, 1, window(1), window(1) + 10);
    receive(1, frame, n);
    compare_received(compare, NULL, 0, 1, window(1) + 60 * SIM_US, window(1) + 60 * SIM_US);
    expect(1, 0, 0, 0);
    cr_assert_eq(compare_counts(compare).empty, 2);
    cr_assert_eq(compare_counts(compare).dribbled, 2);
}

Test(compare, an_empty_burst_in_idle_time_is_extra) {
    size_t n = send(1);
    receive(1, frame, n);
    compare_received(compare, NULL, 0, 1, window(1) + 70 * SIM_US, window(1) + 70 * SIM_US);
    expect(1, 0, 0, 1);
}

Test(compare, a_frame_of_an_empty_burst_is_lost) {
    send(1);
    compare_received(compare, NULL, 0, 3, window(1) + SIM_US, window(1) + 2 * SIM_US);
    expect(0, 1, 0, 0);
    cr_assert_not_null(strstr(captures[0].failures[0].detail, "3 bits"));
}

Test(compare, dribble_bits_do_not_spoil_a_frame) {
    size_t n = send(1);
    compare_received(compare, frame, n, 5, window(1) + 1, window(1) + 2);
    expect(1, 0, 0, 0);
    cr_assert_eq(compare_counts(compare).dribbled, 1);
}

/* The received bits begin `bits` too late (missing) or too early. */
static void shift(const uint8_t *in, size_t n, int bits, uint8_t *out) {
    memset(out, 0, n);
    for (size_t i = 0; i < 8 * n; i++) {
        size_t from = i + (size_t)bits;
        if (from < 8 * n)
            out[i / 8] |= (uint8_t)((in[from / 8] >> from % 8 & 1) << i % 8);
    }
}

Test(compare, shifted_octets_are_called_shifted) {
    for (int bits = -7; bits <= 7; bits++) {
        if (bits == 0)
            continue;
        size_t n = send(1);
        shift(frame, n, bits, other);
        /* the last octet lacks bits that fell off the end */
        cr_assert_eq(compare_shift(frame, n, other, n - 1), -bits, "%d bits", bits);
    }
    size_t n = send(2);
    shift(frame, n, 3, other);
    receive(2, other, n - 1);
    compare_finish(compare);
    const char *detail = captures[0].failures[captures[0].n_failures - 1].detail;
    cr_assert_not_null(strstr(detail, "shifted by 3 bits (missing"), "%s", detail);
    cr_assert_eq(compare_shift(frame, n, frame, n), 0);
}

Test(compare, captures_are_counted_apart) {
    size_t n = make_frame(1, 60, frame);
    compare_sent(compare, 0, 9, frame, n, window(1), window(2));
    receive(1, frame, n);
    compare_sent(compare, 1, 1, frame, n, window(2), window(3));
    compare_finish(compare);
    cr_assert_eq(captures[0].recovered, 1);
    cr_assert_eq(captures[0].lost, 0);
    cr_assert_eq(captures[1].lost, 1);
}

Test(compare, failures_beyond_the_list_are_counted) {
    for (unsigned i = 1; i <= RUN_MAX_FAILURES + 5; i++)
        send(i);
    compare_finish(compare);
    cr_assert_eq(captures[0].lost, RUN_MAX_FAILURES + 5);
    cr_assert_eq(captures[0].n_failures, RUN_MAX_FAILURES);
    cr_assert_eq(captures[0].more_failures, 5);
    cr_assert(seen[RUN_MAX_FAILURES - 1].listed);
    cr_assert_not(seen[RUN_MAX_FAILURES].listed);
}

Test(compare, a_burst_longer_than_any_frame_is_cut_not_overrun) {
    static uint8_t endless[LINE_MAX_FRAME * 2];
    send(1);
    receive(1, endless, sizeof endless);
    expect(0, 0, 1, 0);
}

static size_t with_preamble(size_t n, uint8_t *out) {
    memset(out, 0x55, 7);
    out[7] = 0xD5;
    memcpy(out + 8, frame, n);
    return n + 8;
}

Test(preamble, is_stripped_whatever_its_first_octet) {
    for (unsigned i = 1; i <= 4; i++) {
        size_t n = send(i), m = with_preamble(n, other);
        other[0] = (uint8_t)(i * 85);
        receive(i, other, m);
    }
    expect(4, 0, 0, 0);
}

Test(preamble, off_the_octet_boundary_is_corrupt_and_says_by_how_much) {
    for (int bits = -7; bits <= 7; bits++) {
        if (bits == 0)
            continue;
        static uint8_t shifted[LINE_MAX_FRAME];
        size_t n = send(1), m = with_preamble(n, other);
        shift(other, m, bits, shifted);
        receive(1, shifted, m);
        compare_finish(compare);
        cr_assert_eq(captures[0].recovered, 0);
        char want[40];
        snprintf(want, sizeof want, "shifted by %d bits", (8 - bits) % 8);
        const char *detail = captures[0].failures[captures[0].n_failures - 1].detail;
        cr_assert_not_null(strstr(detail, want), "%d: %s", bits, detail);
    }
}

Test(preamble, damage_before_the_sfd_is_corrupt) {
    size_t n = send(1), m = with_preamble(n, other);
    other[3] = 0x51;
    receive(1, other, m);
    expect(0, 0, 1, 0);
}

Test(preamble, a_link_pulse_on_the_frame_detector_is_not_extra) {
    size_t n = send(1), m = with_preamble(n, other);
    receive(1, other, m);
    compare_received(compare, NULL, 0, 1, window(1) + 500 * SIM_US, window(1) + 501 * SIM_US);
    expect(1, 0, 0, 0);
}
