/* Diagnosis on synthetic traces: a perfect board passes at every stage, and one planted
 * deviation is named with its stage, net and time. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/stages.h"
#include "sim/rng.h"

#define EDGES_MAX 4096
#define NS        SIM_NS

static struct line_source *source;
static struct line_burst burst;
static struct stages_input input;
static struct line_edge edges[STAGE_NETS][EDGES_MAX];
static uint8_t octets[80];
static size_t n_octets;

static const char *const net_names[STAGE_NETS] = {
    "/line", "/edge_in", "/~{idle}", "/edge", "/sck", "/bytesync", "/sck_rx", "/mosi_rx", "/nss_rx",
};

static void put(enum stage_net net, sim_time time, uint8_t level) {
    struct stage_trace *trace = &input.traces[net];
    uint8_t before = trace->n ? edges[net][trace->n - 1].level : trace->initial;
    cr_assert_lt(trace->n, EDGES_MAX);
    if (before != level)
        edges[net][trace->n++] = (struct line_edge){time, level};
}

static void put_pulse(enum stage_net net, sim_time time, sim_time width) {
    put(net, time, 1);
    put(net, time + width, 0);
}

static void forget(enum stage_net net, uint8_t initial) {
    input.traces[net] =
        (struct stage_trace){.net = net_names[net], .edges = edges[net], .initial = initial};
}

/* Bit cells by the plain arithmetic of an exact line. */
static sim_time mid_of(size_t cell) {
    return burst.start + (sim_time)cell * 100 * NS + 50 * NS;
}

static bool is_mid(sim_time time) {
    sim_time in_cell = (time - burst.start) % (100 * NS);
    return in_cell >= 25 * NS && in_cell < 75 * NS;
}

static void perfect_edges(uint8_t idle_level, bool swapped) {
    bool first = true;
    for (size_t i = 0; i < input.n_line; i++) {
        bool rest = input.line[i].level == LINE_IDLE;
        uint8_t level = rest ? idle_level : input.line[i].level ^ swapped;
        size_t before = input.traces[STAGE_LINE].n;
        sim_time line = input.line[i].time + 18 * NS;
        put(STAGE_LINE, line, level);
        put(STAGE_SPI_DATA, line + 20 * NS, level);
        if (input.traces[STAGE_LINE].n == before)
            continue;
        put_pulse(STAGE_EDGE_IN, line + 10 * NS, 13 * NS);
        if (!first || level == 1)
            put_pulse(STAGE_EDGE, line + 16 * NS, 13 * NS);
        if (!rest && is_mid(input.line[i].time))
            put_pulse(STAGE_SCK, line + 32 * NS, 17 * NS);
        if (first)
            put(STAGE_IDLE_N, line + 23 * NS, 1);
        first = false;
    }
}

static void perfect_sync(void) {
    size_t n_preamble = (size_t)((burst.sfd_end - burst.start) / (100 * NS));
    sim_time sync = mid_of(n_preamble) + 75 * NS;
    const struct stage_trace *line = &input.traces[STAGE_LINE];
    sim_time end = line->edges[line->n - 1].time + 398 * NS;
    put(STAGE_IDLE_N, end, 0);
    put(STAGE_BYTESYNC, sync, 1);
    put(STAGE_SPI_NSS, sync + 2 * NS, 0);
    for (size_t bit = 0; bit < 8 * n_octets; bit++)
        put_pulse(STAGE_SPI_CLK, mid_of(n_preamble + bit) + (bit ? 58 : 80) * NS, 15 * NS);
    put(STAGE_BYTESYNC, end + 10 * NS, 0);
    put(STAGE_SPI_NSS, end + 12 * NS, 1);
}

static void build(struct line_settings settings, uint8_t idle_level) {
    const struct line_edge *line;
    settings.amplitude_v = 2.5;
    settings.tp_idl_ps = 300000;
    line_source_destroy(source);
    source = line_source_create(&settings);
    uint8_t data[60];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)rng_u64(7, 7, i);
    n_octets = line_frame_finish(data, sizeof data, octets);
    cr_assert(line_source_frame(source, octets, n_octets, SIM_MS, &burst));
    input = (struct stages_input){.swapped = settings.swapped};
    input.n_line = line_source_edges(source, &burst, &line);
    input.line = line;
    input.start = burst.start;
    input.sfd_end = burst.sfd_end;
    input.data_end = burst.data_end;
    input.window_end = burst.data_end + 9600 * NS;
    input.until = input.window_end;
    input.bit_ps = 100000;
    input.octets = octets;
    input.n_octets = n_octets;
    input.idle = idle_level ? BOARD_IDLE_HIGH : BOARD_IDLE_LOW;
    for (int net = 0; net < STAGE_NETS; net++)
        forget((enum stage_net)net, net == STAGE_SPI_NSS);
    forget(STAGE_LINE, idle_level);
    forget(STAGE_SPI_DATA, idle_level);
    perfect_edges(idle_level, settings.swapped);
    perfect_sync();
}

static void perfect(void) {
    build((struct line_settings){0}, 1);
}

static void finish(void) {
    line_source_destroy(source);
    source = NULL;
}

static void expect(const char *stage, const char *net, sim_time time) {
    struct stage_finding f = stages_diagnose(&input);
    cr_assert_str_eq(f.stage, stage, "%s at %s: %s", f.stage, f.net, f.detail);
    cr_assert_str_eq(f.net, net, "%s at %s: %s", f.stage, f.net, f.detail);
    cr_assert_eq(f.time, time, "%ld instead of %ld: %s", f.time, time, f.detail);
}

static void expect_perfect(void) {
    expect("unknown", "", burst.start);
}

/* The index of the first edge to `level` at or after `time`. */
static size_t find(enum stage_net net, sim_time time, uint8_t level) {
    size_t i = 0;
    while (edges[net][i].time < time || edges[net][i].level != level)
        i++;
    cr_assert_lt(i, input.traces[net].n);
    return i;
}

/* Take out the pulse whose rise comes first at or after `time`; gives the rise's time. */
static sim_time remove_pulse(enum stage_net net, sim_time time) {
    size_t i = find(net, time, 1);
    sim_time rise = edges[net][i].time;
    input.traces[net].n -= 2;
    memmove(&edges[net][i], &edges[net][i + 2], (input.traces[net].n - i) * sizeof edges[net][0]);
    return rise;
}

static void add_pulse(enum stage_net net, sim_time time, sim_time width) {
    size_t i = 0;
    while (i < input.traces[net].n && edges[net][i].time < time)
        i++;
    memmove(&edges[net][i + 2], &edges[net][i], (input.traces[net].n - i) * sizeof edges[net][0]);
    edges[net][i] = (struct line_edge){time, 1};
    edges[net][i + 1] = (struct line_edge){time + width, 0};
    input.traces[net].n += 2;
}

TestSuite(stages, .init = perfect, .fini = finish);

Test(stages, a_perfect_board_passes) {
    expect_perfect();
}

Test(stages, a_perfect_board_passes_in_every_surrounding) {
    build((struct line_settings){0}, 0);
    expect_perfect();
    for (int bits = -56; bits <= 6; bits += 2) {
        build((struct line_settings){.preamble_bits = bits}, 1);
        expect_perfect();
    }
    build((struct line_settings){.preamble_bits = 3}, 1);
    expect_perfect();
    build((struct line_settings){.swapped = true}, 1);
    expect_perfect();
    build((struct line_settings){.jitter_peak_ps = 5000}, 1);
    for (int net = STAGE_EDGE + 1; net < STAGE_NETS; net++)
        input.traces[net].net = NULL; /* drawn from exact mid-bits above */
    expect_perfect();
}

/* Whatever is not recorded is skipped, each net alone and all but one. */
Test(stages, nets_not_recorded_are_skipped) {
    for (int net = 0; net < STAGE_NETS; net++) {
        input.traces[net].net = net % 2 ? NULL : "";
        expect_perfect();
        input.traces[net].net = net_names[net];
    }
    for (int kept = 0; kept < STAGE_NETS; kept++) {
        for (int net = 0; net < STAGE_NETS; net++)
            input.traces[net].net = net == kept ? net_names[net] : NULL;
        expect_perfect();
    }
}

Test(stages, idle_noise_is_let_settle) {
    for (int net = 0; net < STAGE_NETS; net++)
        if (net != STAGE_SPI_NSS && net != STAGE_BYTESYNC)
            for (int i = 3; i > 0; i--)
                add_pulse((enum stage_net)net, burst.start - i * 20 * NS - 10 * NS, 10 * NS);
    forget(STAGE_IDLE_N, 1);
    put(STAGE_IDLE_N, burst.data_end + 600 * NS, 0);
    input.traces[STAGE_SPI_CLK].net = NULL; /* a board with byte sync shows no clock in noise */
    input.idle = BOARD_IDLE_NOISE;
    expect_perfect();
    remove_pulse(STAGE_SCK, mid_of(30));
    expect("bit clock", "/sck", mid_of(30) + 18 * NS);
}

Test(line_receiver, a_missing_and_an_extra_edge, .init = perfect, .fini = finish) {
    size_t i = find(STAGE_LINE, mid_of(40), 1);
    sim_time rise = edges[STAGE_LINE][i].time;
    add_pulse(STAGE_LINE, rise + 5 * NS, 2 * NS);
    edges[STAGE_LINE][i + 1].level = 0;
    edges[STAGE_LINE][i + 2].level = 1;
    expect("line receiver", "/line", rise + 5 * NS);
    perfect();
    rise = remove_pulse(STAGE_LINE, mid_of(40));
    expect("line receiver", "/line", rise - 18 * NS);
}

Test(line_receiver, a_late_edge, .init = perfect, .fini = finish) {
    for (size_t i = 0; i < input.traces[STAGE_LINE].n; i++)
        edges[STAGE_LINE][i].time += 43 * NS;
    expect("line receiver", "/line", burst.start);
}

/* Either side not undoing the other is named, and so is a pair that is not swapped. */
Test(line_receiver, an_inverted_line, .init = perfect, .fini = finish) {
    for (int idle = 0; idle < 2; idle++)
        for (int swapped = 0; swapped < 2; swapped++) {
            build((struct line_settings){.swapped = swapped}, (uint8_t)idle);
            input.swapped = !swapped;
            struct line_edge *line = malloc(input.n_line * sizeof *line);
            for (size_t i = 0; i < input.n_line; i++) {
                line[i] = input.line[i];
                line[i].level ^= line[i].level != LINE_IDLE;
            }
            input.line = line;
            forget(STAGE_LINE, (uint8_t)idle);
            for (size_t i = 0; i < input.n_line; i++)
                put(STAGE_LINE, line[i].time + 18 * NS,
                    line[i].level == LINE_IDLE ? (uint8_t)idle : line[i].level ^ swapped);
            struct stage_finding f = stages_diagnose(&input);
            cr_assert_str_eq(f.stage, "line receiver");
            cr_assert_not_null(strstr(f.detail, "inverted"), "%s", f.detail);
            free(line);
        }
}

Test(line_receiver, a_signal_below_the_thresholds, .init = perfect, .fini = finish) {
    build((struct line_settings){.vit_plus = 3}, 1);
    expect("line receiver", "/line", burst.start);
    input.n_line = 0;
    expect("line receiver", "/line", burst.start);
}

Test(edge_detector, a_missing_and_an_extra_pulse, .init = perfect, .fini = finish) {
    sim_time rise = remove_pulse(STAGE_EDGE_IN, mid_of(100));
    expect("edge detector", "/edge_in", rise - 10 * NS);
    perfect();
    add_pulse(STAGE_EDGE_IN, mid_of(3), 5 * NS);
    expect("edge detector", "/edge_in", mid_of(3));
}

/* U1.13 on ground: one inversion less, so /edge_in is high but for the pulses. */
Test(edge_detector, pulses_pointing_down, .init = perfect, .fini = finish) {
    input.traces[STAGE_EDGE_IN].initial = 1;
    for (size_t i = 0; i < input.traces[STAGE_EDGE_IN].n; i++)
        edges[STAGE_EDGE_IN][i].level = !edges[STAGE_EDGE_IN][i].level;
    expect("edge detector", "/edge_in", edges[STAGE_LINE][0].time);
}

Test(frame_detector, rises_late_or_never, .init = perfect, .fini = finish) {
    sim_time first = edges[STAGE_LINE][0].time;
    edges[STAGE_IDLE_N][0].time = first + 61 * NS;
    expect("frame detector", "/~{idle}", first);
    input.traces[STAGE_IDLE_N].n = 0;
    expect("frame detector", "/~{idle}", first);
}

Test(frame_detector, falls_early_or_late_or_stands_high, .init = perfect, .fini = finish) {
    edges[STAGE_IDLE_N][1].time = mid_of(200);
    expect("frame detector", "/~{idle}", mid_of(200));
    edges[STAGE_IDLE_N][1].time = burst.data_end + 4 * SIM_US;
    expect("frame detector", "/~{idle}", burst.data_end + 3 * SIM_US);
    forget(STAGE_IDLE_N, 1);
    expect("frame detector", "/~{idle}", edges[STAGE_LINE][0].time);
}

/* O1: the line idles high and the filter is tied open. */
Test(first_edge_filter, lets_the_extra_first_edge_pass, .init = perfect, .fini = finish) {
    sim_time time = edges[STAGE_LINE][0].time + 16 * NS;
    add_pulse(STAGE_EDGE, time, 13 * NS);
    expect("first-edge filter", "/edge", time);
}

Test(first_edge_filter, swallows_an_edge, .init = perfect, .fini = finish) {
    sim_time rise = remove_pulse(STAGE_EDGE, mid_of(9));
    expect("first-edge filter", "/edge", rise - 6 * NS);
}

/* The first edge in the middle of a bit (one bit added, idling high) may stay or go. */
Test(first_edge_filter, is_free_with_a_first_edge_at_mid_bit, .init = perfect, .fini = finish) {
    build((struct line_settings){.preamble_bits = 1}, 1);
    expect_perfect();
    add_pulse(STAGE_EDGE, edges[STAGE_LINE][0].time + 16 * NS, 13 * NS);
    expect_perfect();
}

Test(bit_clock, missing_extra_and_late, .init = perfect, .fini = finish) {
    remove_pulse(STAGE_SCK, mid_of(70));
    expect("bit clock", "/sck", mid_of(70) + 18 * NS);
    perfect();
    add_pulse(STAGE_SCK, mid_of(70) + 85 * NS, 5 * NS);
    expect("bit clock", "/sck", mid_of(70) + 85 * NS);
    perfect();
    size_t i = find(STAGE_SCK, mid_of(70), 1);
    edges[STAGE_SCK][i].time += 19 * NS;
    edges[STAGE_SCK][i + 1].time += 19 * NS;
    expect("bit clock", "/sck", mid_of(70) + 69 * NS);
}

Test(bit_clock, may_lack_the_first_bit_but_not_the_second, .init = perfect, .fini = finish) {
    remove_pulse(STAGE_SCK, mid_of(0));
    expect_perfect();
    remove_pulse(STAGE_SCK, mid_of(1));
    expect("bit clock", "/sck", mid_of(1) + 18 * NS);
}

Test(byte_sync, begins_early_late_or_never, .init = perfect, .fini = finish) {
    edges[STAGE_BYTESYNC][0].time = mid_of(63) + 60 * NS;
    expect("byte sync", "/bytesync", mid_of(63) + 60 * NS);
    edges[STAGE_BYTESYNC][0].time = mid_of(65) + 60 * NS;
    expect("byte sync", "/bytesync", mid_of(64) + 18 * NS);
    input.traces[STAGE_BYTESYNC].n = 0;
    expect("byte sync", "/bytesync", mid_of(64) + 18 * NS);
}

Test(byte_sync, the_select_ends_early_or_never, .init = perfect, .fini = finish) {
    edges[STAGE_SPI_NSS][1].time = mid_of(300);
    expect("byte sync", "/nss_rx", mid_of(300));
    input.traces[STAGE_SPI_NSS].n = 1;
    expect("byte sync", "/nss_rx", burst.data_end + 3 * SIM_US);
    input.traces[STAGE_SPI_NSS].n = 0;
    expect("byte sync", "/nss_rx", mid_of(64) + 18 * NS);
}

Test(byte_sync, clocks_missing_and_extra, .init = perfect, .fini = finish) {
    remove_pulse(STAGE_SPI_CLK, mid_of(64));
    expect("byte sync", "/sck_rx", mid_of(64) + 18 * NS);
    perfect();
    add_pulse(STAGE_SPI_CLK, mid_of(500), 2 * NS);
    expect("byte sync", "/sck_rx", mid_of(500));
    perfect();
    add_pulse(STAGE_SPI_CLK, burst.data_end + 100 * NS, 5 * NS);
    expect("byte sync", "/sck_rx", burst.data_end + 100 * NS);
    input.preamble = true; /* without byte sync clocks are not counted in the data */
    expect_perfect();
}

/* O2: a lengthened preamble, and clock and data taken before the byte sync. */
Test(byte_sync, without_it_the_preamble_must_fill_octets, .init = perfect, .fini = finish) {
    for (int bits = 0; bits <= 10; bits += 2) {
        build((struct line_settings){.preamble_bits = bits}, 1);
        input.preamble = true;
        input.nss_active_high = true;
        input.traces[STAGE_SPI_CLK] = input.traces[STAGE_SCK];
        input.traces[STAGE_SPI_NSS] = input.traces[STAGE_IDLE_N];
        if (bits % 8 == 0)
            expect_perfect();
        else
            expect("byte sync", "/sck", mid_of(64 + (size_t)bits) + 18 * NS);
    }
}

/* O9: the data changes shortly before the first, late, clock. */
Test(spi_sampling, names_bit_clock_and_data, .init = perfect, .fini = finish) {
    sim_time clock = mid_of(64) + 80 * NS;
    uint8_t wrong = !(octets[0] & 1);
    forget(STAGE_SPI_DATA, !wrong);
    put(STAGE_SPI_DATA, clock - 9800, wrong);
    expect("SPI sampling", "/mosi_rx", clock);
    struct stage_finding f = stages_diagnose(&input);
    cr_assert_str_eq(f.detail, wrong ? "octet 0 bit 0: sampled 1, sent 0; data changed 9.8 ns "
                                       "before the clock"
                                     : "octet 0 bit 0: sampled 0, sent 1; data changed 9.8 ns "
                                       "before the clock");
}

Test(spi_sampling, no_clock_while_selected, .init = perfect, .fini = finish) {
    input.preamble = true;
    input.nss_active_high = true; /* select wired the wrong way round */
    expect("SPI sampling", "/sck_rx", burst.sfd_end);
}

/* Each stage before a failing one passes: the first in signal order is named. */
Test(stages, the_first_of_several_is_named) {
    remove_pulse(STAGE_SPI_CLK, mid_of(70));
    expect("byte sync", "/sck_rx", mid_of(70) + 18 * NS);
    remove_pulse(STAGE_SCK, mid_of(90));
    expect("bit clock", "/sck", mid_of(90) + 18 * NS);
    sim_time rise = remove_pulse(STAGE_EDGE, mid_of(95));
    expect("first-edge filter", "/edge", rise - 6 * NS);
    rise = remove_pulse(STAGE_EDGE_IN, mid_of(97));
    expect("edge detector", "/edge_in", rise - 10 * NS);
}

/* Whatever a broken board does, there is a finding: random cuts and shifts of every net. */
Test(stages, any_traces_give_a_finding, .timeout = 60) {
    for (uint64_t trial = 0; trial < 300; trial++) {
        perfect();
        for (uint64_t net = 0; net < STAGE_NETS; net++) {
            struct stage_trace *trace = &input.traces[net];
            trace->n = rng_u64(1, trial, net) % (trace->n + 1);
            trace->initial = rng_u64(2, trial, net) & 1;
            sim_time by = (sim_time)(rng_u64(3, trial, net) % 400) * NS - 200 * NS;
            for (size_t i = 0; i < trace->n; i++)
                edges[net][i].time += by;
        }
        input.n_line -= trial % 3 ? 0 : rng_u64(4, trial, 0) % input.n_line;
        input.preamble = trial & 1;
        input.idle = (enum board_idle)(trial % 4);
        struct stage_finding f = stages_diagnose(&input);
        cr_assert_str_neq(f.stage, "unknown");
        cr_assert(f.detail[0]);
    }
}
