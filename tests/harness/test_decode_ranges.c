/* A range has the items that the whole file has there, however it was come to, and a budget
 * leaves out what it says and no more. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/source.h"
#include "sim/rng.h"
#include "sim/simtime.h"
#include "tests/harness/decode_bench.h"

#define RANGES 300

static struct bench_waves waves;
static uint64_t seed, n_random;

static uint64_t pick(uint64_t n) {
    return rng_u64(seed, 1, n_random++) % n;
}

/* --- a line with everything on it ------------------------------------------------------------ */

static sim_time put_frame(sim_time time) {
    uint8_t frame[1600];
    struct line_settings settings = {.amplitude_v = 2.5,
                                     .vit_plus = 0.2,
                                     .vit_minus = -0.2,
                                     .tp_idl_ps = 300000,
                                     .jitter_peak_ps = (double)pick(20000),
                                     .swapped = pick(4) == 0,
                                     .seed = pick(1000)};
    size_t length = 14 + pick(200);
    for (size_t i = 0; i < length; i++)
        frame[i] = (uint8_t)pick(256);
    size_t n = line_frame_finish(frame, length, frame);
    struct line_source *source = line_source_create(&settings);
    struct line_burst burst;
    const struct line_edge *edges;
    cr_assert(source && line_source_frame(source, frame, n, time, &burst));
    size_t n_edges = line_source_edges(source, &burst, &edges);
    for (size_t i = 0; i < n_edges; i++)
        bench_set(&waves, 0, edges[i].time, (uint64_t) "01z"[edges[i].level]);
    line_source_destroy(source);
    return burst.end;
}

static sim_time put_pulses(sim_time time) {
    for (uint64_t n = 1 + pick(40); n > 0; n--) {
        bench_set(&waves, 0, time, pick(8) ? '1' : '0');
        time += 20000 + (sim_time)pick(200000);
        bench_set(&waves, 0, time, 'z');
        time += 55 * SIM_US + (sim_time)pick(100) * SIM_US;
    }
    return time;
}

static sim_time put_noise(sim_time time, size_t n) {
    for (; n > 0; n--) {
        bench_set(&waves, 0, time, (uint64_t) "0101010101xz"[pick(12)]);
        time += 1 + (sim_time)pick(pick(10) ? 200000 : 2000000);
    }
    return time;
}

/* Longer than any segment: cut in pieces. */
static sim_time put_jabber(sim_time time) {
    for (size_t i = 0; i < 450000; i++, time += 100 * SIM_NS - 500 + (sim_time)pick(1000))
        bench_set(&waves, 0, time, i % 2 ? '1' : '0');
    return time;
}

static sim_time make_line(void) {
    sim_time time = 5 * SIM_US;
    bench_set(&waves, 0, 0, 'z');
    for (int i = 0; i < 60; i++) {
        switch (pick(4)) {
        case 0:
        case 1:
            time = put_frame(time);
            break;
        case 2:
            time = put_pulses(time);
            break;
        default:
            time = put_noise(time, pick(300));
            break;
        }
        bench_set(&waves, 0, time + 1, 'z');
        time += 100 + (sim_time)pick(pick(3) ? 20000000 : 30000000000);
    }
    if (seed % 3 == 0)
        time = put_jabber(time);
    return time;
}

/* --- buses ----------------------------------------------------------------------------------- */

static void put_clock(sim_time *time) {
    bench_set(&waves, 1, *time + (sim_time)pick(20), pick(50) ? (pick(2) ? '1' : '0') : 'x');
    bench_set(&waves, 0, *time + 50, '1');
    bench_set(&waves, 0, *time + 80, pick(2000) ? '0' : 'x');
    *time += 100;
}

static sim_time make_spi(void) {
    sim_time time = 1000;
    bench_set(&waves, 0, 0, '0');
    bench_set(&waves, 1, 0, '0');
    bench_set(&waves, 2, 0, '1');
    for (int i = 0; i < 200; i++) {
        bool selected = pick(5) > 0;
        size_t n = seed % 3 == 0 && i == 100 ? 200000 : 8 * pick(40) + (pick(8) ? 0 : pick(8));
        if (selected)
            bench_set(&waves, 2, time, '0');
        time += (sim_time)pick(50);
        for (; n > 0; n--)
            put_clock(&time);
        time += (sim_time)pick(50);
        if (selected)
            bench_set(&waves, 2, time, pick(20) ? '1' : 'x');
        time += (sim_time)pick(2000);
    }
    return time;
}

static sim_time make_mcu(void) {
    sim_time time = 0;
    uint64_t ndtr = 0;
    waves.widths[0] = 32;
    waves.widths[1] = 9;
    waves.widths[2] = 16;
    bench_set(&waves, 0, 0, 0x08000000);
    bench_set(&waves, 1, 0, 0);
    bench_set(&waves, 2, 0, 0);
    for (int i = 0; i < 20000; i++) {
        bench_set(&waves, 0, time, 0x08000000 + 2 * pick(pick(10) ? 20 : 600));
        if (pick(100) == 0)
            bench_set(&waves, 1, time, pick(3) ? 0 : pick(60));
        if (pick(500) == 0)
            bench_set(&waves, 2, time, ndtr = 1 + pick(1500));
        else if (ndtr && pick(4) == 0)
            bench_set(&waves, 2, time, --ndtr);
        time += 10000 + (sim_time)pick(pick(300) ? 800000 : 9000000);
    }
    return time;
}

/* --- ranges ---------------------------------------------------------------------------------- */

static const struct range_case {
    const char *decoder;
    sim_time (*make)(void);
    unsigned n_inputs;
} cases[] = {
    {"manchester", make_line, 1}, {"link_pulse", make_line, 1}, {"spi_lsb", make_spi, 3},
    {"spi_msb", make_spi, 3},     {"spi_lsb", make_spi, 2},     {"mcu", make_mcu, 3},
};
#define N_CASES (sizeof cases / sizeof *cases)

/* Functions of 32 octets: "f0", "f1", ...; every ninth is unknown. */
static const char *function(const struct code *code, uint32_t pc) {
    static char names[64][8];
    (void)code;
    unsigned i = pc / 32 % 64;
    snprintf(names[i], sizeof names[i], "f%u", i);
    return i % 9 == 8 ? NULL : names[i];
}

static struct decode_request request_of(const struct range_case *c, const struct store *store) {
    struct decode_request request = {
        .store = store, .inputs = {0, 1, 2, 3}, .budget = DECODE_ALL, .function = function};
    for (unsigned i = c->n_inputs; i < DECODE_MAX_INPUTS; i++)
        request.inputs[i] = STORE_NONE;
    return request;
}

ParameterizedTestParameters(decode_ranges, same) {
    static size_t index[2 * N_CASES];
    for (size_t i = 0; i < 2 * N_CASES; i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, 2 * N_CASES);
}

/* Small ranges, large ones, and such that begin or end where an item does. */
static void random_range(const struct decode_items *whole, sim_time until, int64_t *from,
                         int64_t *to) {
    *from = (int64_t)pick((uint64_t)until);
    if (pick(3) == 0 && whole->n)
        *from = whole->items[pick(whole->n)].from + (int64_t)pick(3) - 1;
    *to = *from + (int64_t)pick(pick(2) ? 1000000 : pick(10) ? 100000000 : (uint64_t)until);
    if (pick(3) == 0 && whole->n)
        *to = whole->items[pick(whole->n)].to + (int64_t)pick(3) - 1;
    if (*to < *from)
        *to = *from;
}

ParameterizedTest(const size_t *index, decode_ranges, same, .timeout = 120) {
    const struct range_case *c = &cases[*index / 2];
    struct decode_items whole = {0}, part = {0};
    seed = *index % 2 ? 3 : 1;
    waves = (struct bench_waves){.exponent = -12};
    sim_time until = c->make();
    struct store *store = bench_store(&waves);
    cr_assert(store);
    struct decode_request request = request_of(c, store);
    request.to = until;
    cr_assert(decode_run(decoder_find(c->decoder), &request, &whole));
    cr_assert(whole.n > 100 && !whole.more, "%zu items", whole.n);
    for (int i = 0; i < (int)(seed == 3 ? RANGES / 8 : RANGES); i++) {
        random_range(&whole, until, &request.from, &request.to);
        cr_assert(decode_run(decoder_find(c->decoder), &request, &part));
        cr_assert(bench_same(&whole, &part, request.from, request.to), "%s, seed %d, range %d",
                  c->decoder, (int)seed, i);
    }
    decode_items_finish(&whole);
    decode_items_finish(&part);
    store_close(store);
}

/* --- budgets --------------------------------------------------------------------------------- */

static struct store *saturated(size_t frames, sim_time *until) {
    waves = (struct bench_waves){.exponent = -12};
    sim_time time = 5 * SIM_US;
    bench_set(&waves, 0, 0, 'z');
    seed = 1;
    for (size_t i = 0; i < frames; i++)
        time = put_frame(time) + 9600 * SIM_NS;
    *until = time;
    return bench_store(&waves);
}

/* Over the budget: blocks that have every change but those at rest, and are not too many. */
Test(decode_ranges, overview) {
    sim_time until;
    struct store *store = saturated(300, &until);
    struct decode_items items = {0};
    bench_decode("manchester", store, 0, until, 1000, &items);
    cr_assert(items.more);
    cr_assert_eq(items.n, 300, "%zu blocks", items.n);
    uint64_t n = 0;
    for (size_t i = 0; i < items.n; i++) {
        cr_assert_eq(items.items[i].class, DECODE_FRAME);
        n += strtoull(items.items[i].text, NULL, 10);
    }
    cr_assert_eq(n + 1, store_n_changes(store, 0));
    decode_items_finish(&items);
    store_close(store);
}

/* The last change is in a range that ends with it. */
Test(decode_ranges, overview_up_to_a_change) {
    sim_time until;
    struct store *store = saturated(30, &until);
    struct store_cursor last;
    struct decode_items items = {0};
    cr_assert(store_seek(store, 0, until, &last));
    bench_decode("manchester", store, 0, last.time, 1000, &items);
    cr_assert_gt(items.n, 0);
    cr_assert_eq(items.items[items.n - 1].to, last.time);
    decode_items_finish(&items);
    store_close(store);
}

/* Pulses among frames are seen from afar, too. */
Test(decode_ranges, overview_of_pulses) {
    waves = (struct bench_waves){.exponent = -12};
    struct decode_items items = {0};
    sim_time time = 5 * SIM_US;
    bench_set(&waves, 0, 0, 'z');
    for (size_t i = 0; i < 50; i++) {
        time = put_frame(time) + 16 * SIM_MS;
        bench_set(&waves, 0, time, '1');
        bench_set(&waves, 0, time + 100 * SIM_NS, 'z');
        time += 16 * SIM_MS;
    }
    struct store *store = bench_store(&waves);
    bench_decode("link_pulse", store, 0, time, 1000, &items);
    cr_assert(items.more);
    cr_assert_eq(bench_count(&items, 0), 50, "%zu pulses", bench_count(&items, 0));
    for (size_t i = 0; i < 50; i++)
        cr_assert_eq(bench_item(&items, 0, i)->class, DECODE_PULSE);
    decode_items_finish(&items);
    store_close(store);
}

Test(decode_ranges, depth) {
    sim_time until;
    struct store *store = saturated(30, &until);
    struct decode_items items = {0};
    uint64_t n = store_n_changes(store, 0) + 1;
    static const struct { unsigned factor, lines; } depths[] = {{1, 1}, {4, 2}, {32, 3}};
    for (size_t i = 0; i < 3; i++) {
        bench_decode("manchester", store, 0, until, n * depths[i].factor, &items);
        for (unsigned line = 0; line < 3; line++) {
            cr_assert_eq(bench_count(&items, line) > 0, line < depths[i].lines, "%u", line);
            cr_assert_eq(items.left_out >> line & 1, line >= depths[i].lines, "%u", line);
        }
        cr_assert_eq(items.more, depths[i].lines < 3);
        bench_decode("link_pulse", store, 0, until, n * depths[i].factor, &items);
        cr_assert(!items.more && !items.left_out);
    }
    decode_items_finish(&items);
    store_close(store);
}

/* --- the rest of the interface --------------------------------------------------------------- */

Test(decode_ranges, list) {
    for (size_t i = 0; i < n_decoders; i++) {
        cr_assert_eq(decoder_find(decoders[i]->name), decoders[i]);
        cr_assert(decoders[i]->summary && decoder_n_lines(decoders[i]) > 0);
        cr_assert(decoder_n_inputs(decoders[i]) > 0 && decoders[i]->decode && decoders[i]->guess);
    }
    cr_assert_null(decoder_find("no such"));
}

Test(decode_ranges, nothing_to_decode) {
    sim_time until;
    struct store *store = saturated(1, &until);
    struct decode_items items = {0};
    bench_decode("manchester", store, until, 0, DECODE_ALL, &items);
    cr_assert_eq(items.n, 0);
    const struct decode_request request = {
        .store = store,
        .inputs = {STORE_NONE, STORE_NONE, STORE_NONE, STORE_NONE},
        .to = until,
        .budget = DECODE_ALL};
    for (size_t i = 0; i < n_decoders; i++) {
        cr_assert(decode_run(decoders[i], &request, &items));
        cr_assert_eq(items.n, 0);
    }
    decode_items_finish(&items);
    store_close(store);
}
