/* What the reference board's author observed, each with its figures. The numbers are those
 * of his article's observations as this project lists them: O1 the extra first edge, O2 the
 * lengthened preamble, O6 swapped polarity, O9 the first received bit.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static double ns(sim_time time) {
    return (double)time / SIM_NS;
}

/* "decodes", or the stage and detail of the failure. */
static const char *verdict(const struct bench *bench, char *text, size_t size) {
    const struct run_failure *failure = bench_failure(bench);
    if (!failure)
        return "decodes";
    snprintf(text, size, "%s: %s", failure->stage, failure->detail);
    return text;
}

/* O1: the receiver idles high, so a frame whose first bit is a 1 begins with an edge that
 * the partner did not send as data. */
struct first_edges {
    size_t in, out; /* pulses on /edge_in and /edge within the preamble */
    sim_time first; /* on /edge, after the frame's start */
    bool pass;
};

static struct first_edges first_edges(const char *idle, bool tied_open) {
    struct bench bench;
    struct bench_trace in, out;
    struct bench_case c = {0};
    bench_set(&c, "receiver.idle=%s", idle);
    if (tied_open)
        bench_edit(&c, "tie U4.12 VCC");
    bench_run(&bench, &c);
    bench_trace(&bench, "/edge_in", &in);
    bench_trace(&bench, "/edge", &out);
    sim_time start = out.burst.start, end = out.burst.sfd_end;
    struct first_edges found = {
        .in = bench_count(&in, start, end, 1),
        .out = bench_count(&out, start, end, 1),
        .first = bench_next(&out, start, 1) - start,
        .pass = bench.run.result.pass,
    };
    printf("O1 idle %-4s filter %-9s /edge_in %zu, /edge %zu pulses in the preamble, the first "
           "%.1f ns into it, %s\n",
           idle, tied_open ? "tied open" : "as is", found.in, found.out, ns(found.first),
           found.pass ? "decodes" : "fails");
    free(in.edges);
    free(out.edges);
    bench_finish(&bench);
    return found;
}

Test(o1, an_extra_first_edge_when_idling_high_and_tied_open) {
    struct first_edges filtered = first_edges("high", false), open = first_edges("high", true);
    cr_expect_eq(open.in, filtered.in, "the edge detector sees the same line");
    cr_expect_eq(open.out, open.in, "a filter that is open passes every edge");
    cr_expect_eq(filtered.out + 1, open.out, "the filter takes one edge away");
    cr_expect_lt(open.first, 50 * SIM_NS, "the extra edge is the start of the first bit cell");
    /* The extra edge starts from 0 V and so crosses its threshold some ns sooner. */
    sim_time later = filtered.first - open.first;
    cr_expect(later > 45 * SIM_NS && later < 62 * SIM_NS,
              "with the filter the middle of the first bit comes first, about half a bit later, "
              "not %.1f ns",
              ns(later));
    cr_expect(filtered.pass && open.pass, "byte sync makes either decode");
}

Test(o1, no_extra_edge_when_idling_low) {
    struct first_edges filtered = first_edges("low", false), open = first_edges("low", true);
    cr_expect_eq(filtered.out, open.out);
    cr_expect_eq(filtered.first, open.first);
    cr_expect(filtered.pass && open.pass);
}

/* With byte sync the filter does not matter. Without it a standard frame still comes out:
 * the extra edge's clock takes the place of the first bit's. A preamble of odd length
 * begins with the middle of a 0 as its first edge, which only an open filter clocks: one
 * bit more than whole octets. */
Test(o1, with_and_without_byte_sync) {
    static const struct {
        bool open, sync;
        int preamble;
        const char *detail; /* of the failure; NULL: it decodes */
    } rows[] = {
        {false, true, 0, NULL},  {true, true, 0, NULL},
        {false, true, 1, NULL},  {true, true, 1, NULL},
        {false, false, 0, NULL}, {true, false, 0, NULL},
        {false, false, 1, NULL}, {true, false, 1, "shift the octets by 1 bits"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench bench;
        struct bench_case c = {0};
        char text[320];
        bench_set(&c, "line.preamble_bits=%d", rows[i].preamble);
        if (!rows[i].sync)
            bench_without_sync(&c);
        if (rows[i].open)
            bench_edit(&c, "tie U4.12 VCC");
        bench_run(&bench, &c);
        const char *what = verdict(&bench, text, sizeof text);
        printf("O1 filter %-9s %-7s byte sync, preamble %+d: %s\n",
               rows[i].open ? "tied open" : "as is", rows[i].sync ? "with" : "without",
               rows[i].preamble, what);
        cr_expect_eq(bench.run.result.pass, rows[i].detail == NULL, "row %zu: %s", i, what);
        if (rows[i].detail)
            cr_expect(strstr(what, "byte sync: ") && strstr(what, rows[i].detail), "row %zu: %s", i,
                      what);
        bench_finish(&bench);
    }
}

/* O2 */
Test(o2, byte_sync_takes_any_preamble_when_idling_high) {
    size_t decoded = 0;
    for (int bits = -56; bits <= 8; bits++) {
        struct bench_case c = {0};
        bench_set(&c, "line.preamble_bits=%d", bits);
        bool pass = bench_passes(&c);
        cr_expect(pass, "preamble %+d", bits);
        decoded += pass;
    }
    printf("O2 idle high, byte sync: %zu of 65 preambles from -56 to +8 bits decode\n", decoded);
}

/* Bits clocked before the first data bit. A preamble of odd length begins with a 0, whose
 * only edge is the frame's first and is filtered. */
static int clocks_in_preamble(int bits) {
    return 64 + bits - (bits % 2 != 0);
}

Test(o2, without_byte_sync_the_preamble_shifts_the_octets) {
    for (int bits = -56; bits <= 8; bits++) {
        struct bench bench;
        struct bench_case c = {0};
        char text[320], expected[48];
        int shift = clocks_in_preamble(bits) % 8;
        bench_without_sync(&c);
        bench_set(&c, "line.preamble_bits=%d", bits);
        bench_run(&bench, &c);
        const char *what = verdict(&bench, text, sizeof text);
        snprintf(expected, sizeof expected, "shift the octets by %d bits", shift);
        if (bits >= -2)
            printf("O2 idle high, /line at /sck, preamble %+d: %s\n", bits, what);
        cr_expect_eq(bench.run.result.pass, shift == 0, "preamble %+d: %s", bits, what);
        if (shift)
            cr_expect(strstr(what, expected), "preamble %+d: %s, not: %s", bits, what, expected);
        bench_finish(&bench);
    }
}

/* Idling low, an odd preamble's first edge stands at a cell boundary and the filter, which
 * drops first edges from a high line, lets it pass: the clock runs half a bit off. */
Test(o2, idling_low_an_odd_preamble_loses_the_frame) {
    for (int bits = -4; bits <= 4; bits++) {
        struct bench bench;
        struct bench_case c = {0};
        char text[320];
        bench_set(&c, "receiver.idle=low");
        bench_set(&c, "line.preamble_bits=%d", bits);
        bench_run(&bench, &c);
        const char *what = verdict(&bench, text, sizeof text);
        printf("O2 idle low, byte sync, preamble %+d: %s\n", bits, what);
        cr_expect_eq(bench.run.result.pass, bits % 2 == 0, "preamble %+d: %s", bits, what);
        if (bits == 0) /* the line's fall after TP_IDL is clocked, but makes no octet */
            cr_expect_eq(compare_counts(bench.run.compare).dribbled, (uint64_t)1);
        if (bits % 2)
            cr_expect(strncmp(what, "first-edge filter: ", 19) == 0, "preamble %+d: %s", bits,
                      what);
        bench_finish(&bench);
    }
}

/* O6 */
Test(o6, swapped_polarity_fails_until_the_switch_is_moved) {
    for (int row = 0; row < 4; row++) {
        bool swapped = row & 1, moved = row & 2;
        struct bench bench;
        struct bench_case c = {0};
        char text[320];
        bench_set(&c, "line.swapped=%s", swapped ? "true" : "false");
        bench_set(&c, "switch.SW1=%s", moved ? "C" : "A");
        bench_run(&bench, &c);
        const char *what = verdict(&bench, text, sizeof text);
        printf("O6 pair %-7s switch %s: %s\n", swapped ? "swapped" : "as sent", moved ? "C" : "A",
               what);
        cr_expect_eq(bench.run.result.pass, swapped == moved, "row %d: %s", row, what);
        if (swapped != moved)
            cr_expect(strncmp(what, "line receiver: inverted", 23) == 0, "row %d: %s", row, what);
        bench_finish(&bench);
    }
}

/* O9 */
struct received {
    uint8_t octets[BENCH_OCTETS + 8];
    size_t n, bursts;
};

static void on_burst(void *user, const struct replay_burst *burst) {
    struct received *received = user;
    received->bursts++;
    received->n = burst->n < sizeof received->octets ? burst->n : sizeof received->octets;
    memcpy(received->octets, burst->octets, received->n);
}

/* Sends one frame per first octet; returns how many came with data bit 0 flipped. */
static size_t send_first_octets(const char *jumper, bool flips_expected) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    struct bench_case c = {0};
    bench_set(&c, "jumper.JP1=%s", jumper);
    bench_load(&board, &c);
    struct received received;
    struct replay_settings settings = {
        .seed = 1, .cache = true, .user = &received, .on_burst = on_burst};
    struct replay *replay = replay_create(&board, &settings, &err);
    cr_assert(replay, "%s", err.text);
    size_t flipped = 0;
    for (unsigned first = 0; first < 256; first++) {
        uint8_t frame[BENCH_OCTETS], wire[BENCH_OCTETS + 4];
        received = (struct received){.n = 0};
        bench_frame(frame, (uint8_t)first, first);
        size_t n = line_frame_finish(frame, sizeof frame, wire);
        replay_frame(replay, wire, n, replay_now(replay) + 20 * SIM_US);
        replay_idle_until(replay, replay_now(replay) + 5 * SIM_US);
        cr_assert(received.bursts == 1 && received.n == n,
                  "first octet %02x: %zu bursts, %zu octets", first, received.bursts, received.n);
        bool equal = (first & 1) == (first >> 1 & 1);
        unsigned difference = received.octets[0] ^ wire[0];
        cr_expect_eq(difference, flips_expected && equal ? 1u : 0u, "first octet %02x came as %02x",
                     first, received.octets[0]);
        cr_expect_arr_eq(received.octets + 1, wire + 1, n - 1, "first octet %02x", first);
        flipped += difference != 0;
    }
    replay_destroy(replay);
    board_finish(&board);
    return flipped;
}

/* From the first data clock to the data's change at the end of that bit; negative: the data
 * changed before. The frame's first two bits are equal, so that it does change there. */
static sim_time first_hold(const char *jumper) {
    struct bench bench;
    struct bench_trace clk, data;
    struct bench_case c = {.first = 0x33};
    bench_set(&c, "jumper.JP1=%s", jumper);
    bench_run(&bench, &c);
    bench_trace(&bench, "/sck_rx", &clk);
    bench_trace(&bench, "/mosi_rx", &data);
    sim_time clock = bench_next(&clk, clk.burst.start, 1), hold = SIM_NEVER;
    sim_time end = clk.burst.sfd_end + 100 * SIM_NS; /* of the first data bit's cell */
    for (size_t i = 0; i < data.n; i++)
        if (data.edges[i].time >= end && hold == SIM_NEVER)
            hold = data.edges[i].time - clock;
    free(clk.edges);
    free(data.edges);
    bench_finish(&bench);
    return hold;
}

Test(o9, bit_0_flips_when_it_equals_bit_1_with_the_jumper_at_line) {
    size_t flipped = send_first_octets("A", true);
    sim_time hold = first_hold("A");
    printf("O9 jumper at /line: %zu of 256 first octets have bit 0 flipped, hold %.1f ns\n",
           flipped, ns(hold));
    cr_expect_eq(flipped, (size_t)128);
    cr_expect(hold > -13 * SIM_NS && hold < -7 * SIM_NS, "about -10 ns, not %.1f", ns(hold));
}

Test(o9, it_never_does_with_the_jumper_at_line_delayed) {
    size_t flipped = send_first_octets("B", false);
    sim_time hold = first_hold("B");
    printf("O9 jumper at /line_delayed: %zu of 256 flipped, hold %.1f ns\n", flipped, ns(hold));
    cr_expect_eq(flipped, (size_t)0);
    cr_expect(hold > 1 * SIM_NS && hold < 7 * SIM_NS, "about +4 ns, not %.1f", ns(hold));
}

/* Revision 1: U8.2 stands on /sck_tx together with U8.1, so U8A gives a constant 0, and the
 * transmitter is never enabled. Reception is not touched. */
struct transmission {
    size_t u8a, tx_ena;
};

static struct transmission transmit(const char *name) {
    struct circuit_edge edges[4096];
    struct circuit_record record = {.edges = edges, .capacity = 4096};
    struct board board;
    bench_load(&board, &(struct bench_case){.board = name});
    struct circuit *circuit = bench_circuit(&board, &record);
    uint32_t u8a = bench_net(&board, circuit, "Net-(Q3-Pad1)");
    uint32_t tx_ena = bench_net(&board, circuit, "/tx_ena");
    uint32_t clock = bench_net(&board, circuit, "/sck_tx");
    circuit_watch(circuit, u8a, true);
    circuit_watch(circuit, tx_ena, true);
    circuit_run_until(circuit, 20 * SIM_US);
    record.n = 0;
    for (int i = 0; i < 200; i++)
        circuit_input(circuit, clock, 20 * SIM_US + i * 50 * SIM_NS, i % 2 == 0);
    circuit_run_until(circuit, 40 * SIM_US);
    struct transmission found = {0};
    for (size_t i = 0; i < record.n; i++) {
        found.u8a += record.edges[i].net == u8a;
        found.tx_ena += record.edges[i].net == tx_ena;
    }
    cr_expect_not(record.overflow);
    circuit_destroy(circuit);
    board_finish(&board);
    return found;
}

Test(revision_1, receives_and_never_transmits) {
    struct bench bench;
    struct bench_case c = {.board = "nucleo_shield_rev1", .n_frames = 20};
    bench_run(&bench, &c);
    const struct run_capture *counts = bench_counts(&bench);
    struct transmission first = transmit("nucleo_shield_rev1"), second = transmit("nucleo_shield");
    printf("revision 1: %" PRIu64 " of %" PRIu64
           " frames received; in 100 clocks of a transmission "
           "U8A makes %zu edges and /tx_ena %zu (revision 2: %zu and %zu)\n",
           counts->recovered, counts->sent, first.u8a, first.tx_ena, second.u8a, second.tx_ena);
    cr_expect(bench.run.result.pass && counts->recovered == 20);
    cr_expect_eq(first.u8a, (size_t)0);
    cr_expect_eq(first.tx_ena, (size_t)0);
    cr_expect_eq(second.u8a, (size_t)200);
    cr_expect_eq(second.tx_ena, (size_t)2, "up once and down once");
    bench_finish(&bench);
}

/* The line of `linkpulse board` that lists a net's pins. */
static void shown_net(const char *name, const char *net, char *line, size_t size) {
    struct board board;
    bench_load(&board, &(struct bench_case){.board = name});
    FILE *file = tmpfile();
    cr_assert(file);
    board_show(&board, file);
    rewind(file);
    size_t n = strlen(net);
    bool found = false;
    while (!found && fgets(line, (int)size, file))
        found = strncmp(line, "  ", 2) == 0 && strncmp(line + 2, net, n) == 0 && line[2 + n] == ' ';
    cr_assert(found, "%s: the board's text does not list %s", name, net);
    line[strcspn(line, "\n")] = 0;
    fclose(file);
    board_finish(&board);
}

Test(revision_1, the_board_shows_both_inputs_of_the_xor_on_one_net) {
    char first[512], second[512];
    shown_net("nucleo_shield_rev1", "/sck_tx", first, sizeof first);
    shown_net("nucleo_shield", "/sck_tx", second, sizeof second);
    printf("revision 1:%s\nrevision 2:%s\n", first, second);
    cr_expect(strstr(first, " U8.1 U8.2 "), "%s", first);
    cr_expect(strstr(second, " U8.1 ") && !strstr(second, "U8.2"), "%s", second);
}
