/* The decoders of a line, against the line source as an independent sender. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/decoders/frame_text.h"
#include "models/line/source.h"
#include "sim/rng.h"
#include "sim/simtime.h"
#include "tests/harness/decode_bench.h"

enum { FRAMES, OCTETS, BITS };
enum { PULSES, WORDS };

static struct bench_waves waves;
static struct store *store;
static struct decode_items items;

static void setup(void) {
    waves = (struct bench_waves){.exponent = -12};
}
static void teardown(void) {
    decode_items_finish(&items);
    store_close(store);
    bench_finish(&waves);
}
TestSuite(decode_line, .init = setup, .fini = teardown);

static const struct line_settings clean = {
    .amplitude_v = 2.5, .tp_idl_ps = 300000, .vit_plus = 0.2, .vit_minus = -0.2, .seed = 1};

/* How a line without a third level shows rest. */
enum rest { REST_Z, REST_LOW, REST_HELD };

static void put_edges(const struct line_edge *edges, size_t n, enum rest rest) {
    static const char levels[] = "01z";
    for (size_t i = 0; i < n; i++)
        if (edges[i].level != LINE_IDLE || rest == REST_Z)
            bench_set(&waves, 0, edges[i].time, (uint64_t)levels[edges[i].level]);
        else if (rest == REST_LOW)
            bench_set(&waves, 0, edges[i].time, '0');
}

/* Returns when the line is idle again. */
static sim_time send(const struct line_settings *settings, const uint8_t *octets, size_t n,
                     sim_time start, enum rest rest) {
    struct line_source *source = line_source_create(settings);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(source && line_source_frame(source, octets, n, start, &burst));
    size_t n_edges = line_source_edges(source, &burst, &edges);
    put_edges(edges, n_edges, rest);
    line_source_destroy(source);
    return burst.end;
}

static void decode(const char *decoder, sim_time until) {
    bench_set(&waves, 1, until, '1');
    store = bench_store(&waves);
    cr_assert(store);
    bench_decode(decoder, store, 0, until, DECODE_ALL, &items);
    cr_assert(!items.more);
}

static size_t make_frame(uint64_t seed, size_t n, uint8_t *frame) {
    for (size_t i = 0; i < n; i++)
        frame[i] = (uint8_t)rng_u64(seed, 1, i);
    frame[12] = 0x88;
    frame[13] = 0xB5;
    return line_frame_finish(frame, n, frame);
}

/* The octets after the SFD are those of the frame. */
static void expect_octets(const uint8_t *frame, size_t n, const char *what) {
    size_t at = 0;
    const struct decode_item *item;
    while ((item = bench_item(&items, OCTETS, at)) && strcmp(item->text, "d5 SFD") != 0)
        at++;
    for (size_t i = 0; i < n; i++) {
        char text[8];
        snprintf(text, sizeof text, "%02x", frame[i]);
        item = bench_item(&items, OCTETS, at + 1 + i);
        cr_assert(item, "%s: octet %zu is missing", what, i);
        cr_assert_str_eq(item->text, text, "%s: octet %zu", what, i);
    }
    cr_assert_null(bench_item(&items, OCTETS, at + 1 + n), "%s", what);
}

static void expect_frame(size_t i, enum decode_class class, const char *text) {
    const struct decode_item *item = bench_item(&items, FRAMES, i);
    cr_assert(item, "no frame %zu", i);
    cr_assert(strstr(item->text, text), "'%s' is not in '%s'", text, item->text);
    cr_assert_eq(item->class, class, "%s", item->text);
}

/* --- what a line is like -------------------------------------------------------------------- */

static const struct line_case {
    const char *name;
    double jitter_ps, ppm, rise_ps;
    enum rest rest;
    int preamble_bits;
    bool swapped;
} cases[] = {
    {"clean", 0, 0, 0, REST_Z, 0, false},
    {"0 and 1, low at rest", 0, 0, 0, REST_LOW, 0, false},
    {"0 and 1, rest not seen", 0, 0, 0, REST_HELD, 0, false},
    {"10 ns of jitter", 10000, 0, 0, REST_Z, 0, false},
    /* what a receiver has to bear: 30 ns peak to peak (78Q2123 data sheet, p. 31) */
    {"15 ns of jitter", 15000, 0, 0, REST_Z, 0, false},
    {"15 ns and 100 ppm fast", 15000, 100, 0, REST_LOW, 0, false},
    {"15 ns and 100 ppm slow", 15000, -100, 0, REST_HELD, 0, false},
    {"1 % fast", 0, 10000, 0, REST_Z, 0, false},
    {"1 % slow", 0, -10000, 0, REST_Z, 0, false},
    {"slow edges", 5000, 0, 30000, REST_Z, 0, false},
    {"a short preamble", 0, 0, 0, REST_Z, -48, false},
    {"an odd preamble", 0, 0, 0, REST_Z, -13, false},
    {"a long preamble", 5000, 0, 0, REST_LOW, 40, false},
    {"inverted", 0, 0, 0, REST_Z, 0, true},
    {"inverted with jitter", 15000, 0, 0, REST_Z, 0, true},
};
#define N_CASES (sizeof cases / sizeof *cases)

ParameterizedTestParameters(decode_line, frames) {
    static size_t index[N_CASES];
    for (size_t i = 0; i < N_CASES; i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, N_CASES);
}

static void one_frame(const struct line_case *c, uint64_t seed, size_t length) {
    uint8_t frame[1600];
    struct line_settings settings = clean;
    size_t n = make_frame(seed, length, frame);
    settings.jitter_peak_ps = c->jitter_ps;
    settings.ppm = c->ppm;
    settings.rise_ps = c->rise_ps;
    settings.preamble_bits = c->preamble_bits;
    settings.swapped = c->swapped;
    settings.seed = seed;
    setup();
    bench_set(&waves, 0, 0, c->rest == REST_Z ? 'z' : '0');
    sim_time end = send(&settings, frame, n, 20 * SIM_US, c->rest);
    decode("manchester", end + 20 * SIM_US);
    expect_octets(frame, n, c->name);
    expect_frame(0, c->swapped ? DECODE_ERROR : DECODE_FRAME, "FCS good");
    expect_frame(0, c->swapped ? DECODE_ERROR : DECODE_FRAME, "type 0x88b5");
    if (c->swapped)
        expect_frame(0, DECODE_ERROR, "inverted pair");
    if (c->jitter_ps == 0 && c->rise_ps == 0 && c->rest == REST_Z)
        cr_assert_eq(bench_item(&items, FRAMES, 0)->from, 20 * SIM_US, "%s", c->name);
    if (c->rest != REST_HELD)
        expect_frame(1, DECODE_PULSE, "TP_IDL");
    size_t bits = (size_t)(64 + c->preamble_bits) + 8 * n;
    cr_assert_eq(bench_count(&items, BITS), bits, "%s: %zu bits", c->name,
                 bench_count(&items, BITS));
    teardown();
    items = (struct decode_items){0};
    store = NULL;
}

ParameterizedTest(const size_t *index, decode_line, frames) {
    for (uint64_t seed = 1; seed <= 20; seed++)
        one_frame(&cases[*index], seed, 60 + (size_t)(rng_u64(seed, 2, *index) % 1454));
}

/* --- faults --------------------------------------------------------------------------------- */

static sim_time send_clean(const uint8_t *frame, size_t n, enum rest rest) {
    bench_set(&waves, 0, 0, rest == REST_Z ? 'z' : '0');
    return send(&clean, frame, n, 20 * SIM_US, rest);
}

Test(decode_line, bad_fcs) {
    uint8_t frame[128];
    size_t n = make_frame(1, 60, frame);
    frame[30] ^= 4;
    decode("manchester", send_clean(frame, n, REST_Z) + SIM_US);
    expect_frame(0, DECODE_ERROR, "FCS bad: ");
}

Test(decode_line, runt) {
    uint8_t frame[128] = {0};
    uint32_t fcs = line_fcs(frame, 20);
    memcpy(frame + 20, &fcs, 4);
    decode("manchester", send_clean(frame, 24, REST_Z) + SIM_US);
    expect_frame(0, DECODE_ERROR, "runt: ");
    expect_frame(0, DECODE_ERROR, "24 octets, FCS good");
}

/* The two edges around the middle of a bit are lost: a bit that is none. */
Test(decode_line, broken_octet) {
    uint8_t frame[128];
    size_t n = make_frame(2, 60, frame), kept = 0;
    memset(frame + 40, 0xFF, 4);
    uint32_t fcs = line_fcs(frame, n - 4);
    memcpy(frame + n - 4, &fcs, 4);
    sim_time end = send_clean(frame, n, REST_Z);
    /* octet 42 is all ones: low to high in the middle, down again at the boundary */
    sim_time middle = 20 * SIM_US + (64 + 41 * 8 + 3) * 100 * SIM_NS + 50 * SIM_NS;
    for (size_t i = 0; i < waves.n; i++)
        if (waves.changes[i].time != middle && waves.changes[i].time != middle + 50 * SIM_NS)
            waves.changes[kept++] = waves.changes[i];
    cr_assert_eq(kept + 2, waves.n);
    waves.n = kept;
    decode("manchester", end + SIM_US);
    expect_frame(0, DECODE_ERROR, "line code broken at octet 42, FCS bad");
    const struct decode_item *octet = bench_item(&items, OCTETS, 8 + 41);
    cr_assert_str_eq(octet->text, "?? broken line code");
    cr_assert_eq(octet->class, DECODE_ERROR);
}

Test(decode_line, odd_bits) {
    uint8_t frame[128];
    size_t n = make_frame(3, 60, frame), kept = 0;
    sim_time end = send_clean(frame, n, REST_Z);
    sim_time cut = 20 * SIM_US + (64 + (sim_time)n * 8 - 3) * 100 * SIM_NS;
    while (kept < waves.n && waves.changes[kept].time <= cut)
        kept++;
    waves.n = kept;
    bench_set(&waves, 0, cut + 300 * SIM_NS, 'z');
    decode("manchester", end + SIM_US);
    expect_frame(0, DECODE_ERROR, "5 odd bits");
}

static void square_wave(sim_time from, sim_time half, size_t n) {
    for (size_t i = 0; i < n; i++)
        bench_set(&waves, 0, from + (sim_time)i * half, i % 2 ? '1' : '0');
}

Test(decode_line, jabber) {
    size_t n = 400000;
    bench_set(&waves, 0, 0, 'z');
    square_wave(SIM_US, 100 * SIM_NS, n);
    bench_set(&waves, 0, SIM_US + (sim_time)n * 100 * SIM_NS, 'z');
    decode("manchester", 50 * SIM_MS);
    expect_frame(0, DECODE_ERROR, "jabber");
    expect_frame(1, DECODE_ERROR, "jabber goes on");
}

Test(decode_line, no_sfd) {
    bench_set(&waves, 0, 0, 'z');
    square_wave(SIM_US, 100 * SIM_NS, 40);
    bench_set(&waves, 0, 10 * SIM_US, 'z');
    decode("manchester", 20 * SIM_US);
    expect_frame(0, DECODE_ERROR, "no SFD: 40 bits");
}

/* The file begins within a frame. */
Test(decode_line, no_preamble) {
    uint8_t frame[128];
    size_t n = make_frame(4, 60, frame), first = 0;
    sim_time end = send_clean(frame, n, REST_Z);
    while (waves.changes[first].time < 40 * SIM_US)
        first++;
    memmove(waves.changes, waves.changes + first, (waves.n - first) * sizeof *waves.changes);
    waves.n -= first;
    decode("manchester", end + SIM_US);
    cr_assert_eq(bench_item(&items, FRAMES, 0)->class, DECODE_ERROR);
    cr_assert(strncmp(bench_item(&items, FRAMES, 0)->text, "no ", 3) == 0);
}

Test(decode_line, short_tp_idl) {
    uint8_t frame[128];
    struct line_settings settings = clean;
    size_t n = make_frame(5, 60, frame);
    settings.tp_idl_ps = 100000;
    bench_set(&waves, 0, 0, 'z');
    decode("manchester", send(&settings, frame, n, 20 * SIM_US, REST_Z) + SIM_US);
    expect_frame(0, DECODE_FRAME, "FCS good");
    expect_frame(1, DECODE_ERROR, "under 250 ns");
}

Test(decode_line, ticks_too_long) {
    waves.exponent = -7;
    bench_set(&waves, 0, 0, '0');
    decode("manchester", 100);
    expect_frame(0, DECODE_ERROR, "too long");
}

/* Coarse ticks, and fine ones. */
Test(decode_line, ticks) {
    for (int exponent = -8; exponent >= -15; exponent--) {
        uint8_t frame[128];
        size_t n = make_frame(6, 60, frame);
        setup();
        waves.exponent = exponent;
        sim_time end = send_clean(frame, n, REST_Z), scale = 1, shrink = 1;
        for (int i = exponent; i > -12; i--)
            shrink *= 10;
        for (int i = exponent; i < -12; i++)
            scale *= 10;
        for (size_t i = 0; i < waves.n; i++)
            waves.changes[i].time = waves.changes[i].time * scale / shrink;
        decode("manchester", end * scale / shrink + 1000);
        expect_octets(frame, n, "ticks");
        teardown();
        items = (struct decode_items){0};
        store = NULL;
    }
}

/* The file begins at rest, less than a bit ahead of the first edge. */
Test(decode_line, file_from_the_first_edge) {
    uint8_t frame[128];
    size_t n = make_frame(8, 60, frame);
    bench_set(&waves, 0, 20 * SIM_US - 150, 'z');
    decode("manchester", send(&clean, frame, n, 20 * SIM_US, REST_Z) + SIM_US);
    expect_frame(0, DECODE_FRAME, "FCS good");
    cr_assert_eq(bench_item(&items, FRAMES, 0)->from, 20 * SIM_US);
}

/* --- link pulses ---------------------------------------------------------------------------- */

static void pulse(sim_time time, sim_time width, char level) {
    bench_set(&waves, 0, time, (uint64_t)level);
    bench_set(&waves, 0, time + width, 'z');
}

static void expect_pulse(size_t i, enum decode_class class, const char *text) {
    const struct decode_item *item = bench_item(&items, PULSES, i);
    cr_assert(item, "no pulse %zu", i);
    cr_assert(strstr(item->text, text), "'%s' is not in '%s'", text, item->text);
    cr_assert_eq(item->class, class, "%s", item->text);
}

Test(decode_line, link_pulses) {
    uint8_t frame[128];
    size_t n = make_frame(7, 60, frame);
    bench_set(&waves, 0, 0, 'z');
    pulse(16 * SIM_MS, 100 * SIM_NS, '1');
    pulse(32 * SIM_MS, 50 * SIM_NS, '1');
    pulse(48 * SIM_MS, 210 * SIM_NS, '1');
    pulse(64 * SIM_MS, 100 * SIM_NS, '0');
    pulse(71 * SIM_MS, 100 * SIM_NS, '1');
    pulse(96 * SIM_MS, 100 * SIM_NS, '1');
    send(&clean, frame, n, 100 * SIM_MS, REST_Z);
    pulse(112 * SIM_MS, 100 * SIM_NS, '1');
    decode("link_pulse", 120 * SIM_MS);
    expect_pulse(0, DECODE_PULSE, "NLP 100 ns");
    expect_pulse(1, DECODE_ERROR, "under 60 ns, 16 ms after the last");
    expect_pulse(2, DECODE_ERROR, "over 200 ns");
    expect_pulse(3, DECODE_ERROR, "inverted pair");
    expect_pulse(4, DECODE_ERROR, "under 8 ms");
    expect_pulse(5, DECODE_ERROR, "over 24 ms");
    expect_pulse(6, DECODE_PULSE, "11.94 ms after the last");
    cr_assert_eq(bench_count(&items, PULSES), 7);
    cr_assert_eq(bench_count(&items, WORDS), 0);
}

Test(decode_line, link_pulse_of_two_levels) {
    bench_set(&waves, 0, 0, '0');
    for (int i = 1; i < 4; i++) {
        bench_set(&waves, 0, i * 16 * SIM_MS, '1');
        bench_set(&waves, 0, i * 16 * SIM_MS + 100 * SIM_NS, '0');
    }
    decode("link_pulse", 60 * SIM_MS);
    cr_assert_eq(bench_count(&items, PULSES), 3);
    expect_pulse(2, DECODE_PULSE, "NLP 100 ns, 16 ms after the last");
}

static void flp(sim_time time, unsigned word, unsigned clocks) {
    for (unsigned i = 0; i < clocks; i++) {
        pulse(time + i * 125 * SIM_US, 100 * SIM_NS, '1');
        if (i < 16 && word >> i & 1)
            pulse(time + i * 125 * SIM_US + 62500 * SIM_NS, 100 * SIM_NS, '1');
    }
}

Test(decode_line, fast_link_pulses) {
    bench_set(&waves, 0, 0, 'z');
    flp(16 * SIM_MS, 0x0061, 17);
    flp(34 * SIM_MS, 0x41E1, 17);
    flp(52 * SIM_MS, 0x0061, 15);
    decode("link_pulse", 60 * SIM_MS);
    cr_assert_eq(bench_count(&items, WORDS), 3);
    cr_assert_str_eq(bench_item(&items, WORDS, 0)->text, "FLP 0x0061, 20 pulses");
    cr_assert_str_eq(bench_item(&items, WORDS, 1)->text, "FLP 0x41e1, 23 pulses");
    cr_assert_eq(bench_item(&items, WORDS, 2)->class, DECODE_ERROR);
    for (size_t i = 0; i < bench_count(&items, PULSES); i++)
        cr_assert_eq(bench_item(&items, PULSES, i)->class, DECODE_PULSE, "%s",
                     bench_item(&items, PULSES, i)->text);
}

/* --- frames in words ------------------------------------------------------------------------ */

/* An ICMP message of type 0, and a later fragment of one: that has no type. */
Test(decode_line, fragments_of_icmp) {
    uint8_t frame[64] = {[12] = 8, [14] = 0x45, [17] = 40, [23] = 1};
    const struct frame_state state = {0};
    char text[DECODE_TEXT];
    frame_text(frame, sizeof frame, &state, text, sizeof text);
    cr_assert(strstr(text, " ICMP echo reply"), "%s", text);
    frame[21] = 185; /* of 8 octets */
    frame_text(frame, sizeof frame, &state, text, sizeof text);
    cr_assert(strstr(text, " ICMP fragment at 1480"), "%s", text);
}
