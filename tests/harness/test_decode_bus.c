/* The decoders of SPI and of the MCU's vectors, and which signals they guess. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/source.h"
#include "sim/rng.h"
#include "tests/harness/decode_bench.h"

enum { CLK, MOSI, NSS };
enum { FRAMES, OCTETS, BITS };
enum { FUNCTIONS, EXCEPTIONS, BLOCKS, TRANSFERS };

static struct bench_waves waves;
static struct store *store;
static struct decode_items items;
static int64_t now;

static void setup(void) {
    waves = (struct bench_waves){.exponent = -9};
    now = 100;
}
static void teardown(void) {
    decode_items_finish(&items);
    store_close(store);
    bench_finish(&waves);
}
TestSuite(decode_bus, .init = setup, .fini = teardown);

/* --- SPI ------------------------------------------------------------------------------------ */

static void rest(char nss) {
    bench_set(&waves, CLK, 0, '0');
    bench_set(&waves, MOSI, 0, '0');
    bench_set(&waves, NSS, 0, (uint64_t)nss);
}

static void put_bit(char bit) {
    bench_set(&waves, MOSI, now, (uint64_t)bit);
    bench_set(&waves, CLK, now + 50, '1');
    bench_set(&waves, CLK, now + 80, '0');
    now += 100;
}

static void put_octet(uint8_t octet, bool lsb_first) {
    for (unsigned i = 0; i < 8; i++)
        put_bit(octet >> (lsb_first ? i : 7 - i) & 1 ? '1' : '0');
}

static void put_octets(const uint8_t *octets, size_t n, bool lsb_first) {
    for (size_t i = 0; i < n; i++)
        put_octet(octets[i], lsb_first);
}

static void nss(char level) {
    bench_set(&waves, NSS, now, (uint64_t)level);
    now += 20;
}

static void decode(const char *decoder) {
    bench_set(&waves, 3, now + 1000, '1');
    store = bench_store(&waves);
    cr_assert(store);
    bench_decode(decoder, store, 0, now + 1000, DECODE_ALL, &items);
}

static void expect(unsigned line, size_t i, enum decode_class class, const char *text) {
    const struct decode_item *item = bench_item(&items, line, i);
    cr_assert(item, "no item %zu on line %u, want %s", i, line, text);
    cr_assert_str_eq(item->text, text);
    cr_assert_eq(item->class, class, "%s", text);
}

static size_t make_frame(uint64_t seed, uint8_t *frame) {
    size_t n = 60 + (size_t)(rng_u64(seed, 2, 0) % 1400);
    for (size_t i = 0; i < n; i++)
        frame[i] = (uint8_t)rng_u64(seed, 1, i);
    return line_frame_finish(frame, n, frame);
}

Test(decode_bus, spi_frames) {
    uint8_t frame[1600];
    for (uint64_t seed = 1; seed < 10; seed++) {
        size_t n = make_frame(seed, frame);
        setup();
        rest('1');
        nss('0');
        put_octets(frame, n, true);
        nss('1');
        decode("spi_lsb");
        cr_assert_eq(bench_count(&items, OCTETS), n);
        cr_assert_eq(bench_count(&items, BITS), 8 * n);
        for (size_t i = 0; i < n; i++) {
            char text[8];
            snprintf(text, sizeof text, "%02x", frame[i]);
            expect(OCTETS, i, DECODE_OCTET, text);
        }
        cr_assert_eq(bench_item(&items, FRAMES, 0)->class, DECODE_FRAME);
        cr_assert(strstr(bench_item(&items, FRAMES, 0)->text, "FCS good"));
        teardown();
        items = (struct decode_items){0};
        store = NULL;
    }
}

/* Not an Ethernet frame to whoever sends the other end first. */
Test(decode_bus, spi_msb) {
    static const uint8_t octets[] = {0x9F, 0x00, 0xEF, 0x40, 0x18};
    rest('1');
    nss('0');
    put_octets(octets, sizeof octets, false);
    nss('1');
    decode("spi_msb");
    expect(FRAMES, 0, DECODE_FRAME, "5 octets");
    expect(OCTETS, 0, DECODE_OCTET, "9f");
    expect(OCTETS, 2, DECODE_OCTET, "ef");
    expect(OCTETS, 4, DECODE_OCTET, "18");
}

Test(decode_bus, partial_octet_at_deselect) {
    rest('1');
    nss('0');
    put_octet(0xA5, true);
    put_bit('1');
    put_bit('0');
    put_bit('1');
    nss('1');
    now += 500;
    nss('0');
    put_octet(0x3C, true);
    nss('1');
    decode("spi_lsb");
    expect(OCTETS, 0, DECODE_OCTET, "a5");
    expect(OCTETS, 1, DECODE_ERROR, "3 of 8 bits");
    expect(OCTETS, 2, DECODE_OCTET, "3c");
    expect(FRAMES, 0, DECODE_ERROR, "1 octet and a part of one");
    expect(FRAMES, 1, DECODE_FRAME, "1 octet");
}

Test(decode_bus, bad_fcs_on_spi) {
    uint8_t frame[1600];
    size_t n = make_frame(1, frame);
    frame[20] ^= 1;
    rest('1');
    nss('0');
    put_octets(frame, n, true);
    nss('1');
    decode("spi_lsb");
    cr_assert_eq(bench_item(&items, FRAMES, 0)->class, DECODE_ERROR);
    cr_assert(strncmp(bench_item(&items, FRAMES, 0)->text, "FCS bad: ", 9) == 0);
}

/* nss never falls: what is there is shown for what it is. */
Test(decode_bus, missing_select) {
    rest('1');
    put_octet(0xA5, true);
    decode("spi_lsb");
    cr_assert_eq(bench_count(&items, OCTETS), 0);
    expect(FRAMES, 0, DECODE_PLAIN, "not selected: 8 clocks");
}

/* No nss at all: pauses of clk part the octets. */
Test(decode_bus, without_select) {
    bench_set(&waves, CLK, 0, '0');
    put_octet(0xA5, true);
    put_octet(0x5A, true);
    now += 1000;
    put_octet(0x01, true);
    put_bit('1');
    now += 2000;
    put_octet(0x80, true);
    bench_set(&waves, 3, now + 1000, '1');
    store = bench_store(&waves);
    struct decode_request request = {.store = store,
                                     .inputs = {CLK, MOSI, STORE_NONE, STORE_NONE},
                                     .to = now + 1000,
                                     .budget = DECODE_ALL};
    cr_assert(decode_run(decoder_find("spi_lsb"), &request, &items));
    expect(OCTETS, 0, DECODE_OCTET, "a5");
    expect(OCTETS, 1, DECODE_OCTET, "5a");
    expect(OCTETS, 2, DECODE_OCTET, "01");
    expect(OCTETS, 3, DECODE_ERROR, "1 of 8 bits");
    expect(OCTETS, 4, DECODE_OCTET, "80");
    expect(FRAMES, 0, DECODE_FRAME, "2 octets");
}

Test(decode_bus, unknown_data) {
    rest('1');
    nss('0');
    for (unsigned i = 0; i < 8; i++)
        put_bit(i == 3 ? 'x' : '1');
    nss('1');
    decode("spi_lsb");
    expect(BITS, 3, DECODE_ERROR, "?");
    expect(OCTETS, 0, DECODE_ERROR, "?? data neither 0 nor 1");
}

/* Seen from afar: the selects, and how much each carried. */
Test(decode_bus, overview_of_selects) {
    rest('1');
    for (unsigned i = 1; i <= 20; i++) {
        nss('0');
        for (unsigned k = 0; k < i; k++)
            put_octet((uint8_t)k, true);
        nss('1');
        now += 100;
    }
    store = bench_store(&waves);
    bench_decode("spi_lsb", store, 0, now, 100, &items);
    cr_assert(items.more);
    cr_assert_eq(items.n, 20);
    expect(FRAMES, 0, DECODE_FRAME, "1 octet");
    expect(FRAMES, 19, DECODE_FRAME, "20 octets");
}

/* The end of time ends the last select. */
Test(decode_bus, overview_without_end, .timeout = 20) {
    rest('1');
    nss('0');
    put_octets((const uint8_t[]){1, 2, 3}, 3, true);
    store = bench_store(&waves);
    bench_decode("spi_lsb", store, 0, INT64_MAX, 10, &items);
    cr_assert_eq(items.n, 1);
    expect(FRAMES, 0, DECODE_FRAME, "3 octets");
}

/* A bit lasts as long as the one before, but not past the end of time. */
Test(decode_bus, bit_at_the_end_of_time) {
    rest('0');
    bench_set(&waves, CLK, INT64_MAX - 200, '1');
    bench_set(&waves, CLK, INT64_MAX - 100, '0');
    bench_set(&waves, CLK, INT64_MAX - 50, '1');
    store = bench_store(&waves);
    cr_assert(store);
    bench_decode("spi_lsb", store, 0, INT64_MAX, DECODE_ALL, &items);
    cr_assert_eq(bench_count(&items, BITS), 2);
    cr_assert_eq(bench_item(&items, BITS, 1)->from, INT64_MAX - 50);
    cr_assert_eq(bench_item(&items, BITS, 1)->to, INT64_MAX);
}

/* --- MCU ------------------------------------------------------------------------------------ */

static void mcu_widths(void) {
    waves.widths[0] = 32;
    waves.widths[1] = 9;
    waves.widths[2] = 16;
}

Test(decode_bus, exceptions) {
    static const struct {
        uint64_t number;
        const char *name;
        enum decode_class class;
    } steps[] = {{0, "Thread", DECODE_PLAIN},    {15, "SysTick", DECODE_CODE},
                 {16, "IRQ 0", DECODE_CODE},     {53, "IRQ 37", DECODE_CODE},
                 {3, "HardFault", DECODE_ERROR}, {7, "exception 7", DECODE_ERROR},
                 {14, "PendSV", DECODE_CODE}};
    mcu_widths();
    for (size_t i = 0; i < 7; i++)
        bench_set(&waves, 1, (int64_t)i * 100, steps[i].number);
    decode("mcu");
    for (size_t i = 0; i < 7; i++) {
        expect(EXCEPTIONS, i, steps[i].class, steps[i].name);
        cr_assert_eq(bench_item(&items, EXCEPTIONS, i)->from, (int64_t)i * 100);
    }
}

static const char *function(const struct code *code, uint32_t pc) {
    (void)code;
    return pc < 0x08000100 ? "main" : pc < 0x08000200 ? "spi2_rx" : NULL;
}

Test(decode_bus, functions) {
    static const uint32_t pcs[] = {0x08000000, 0x08000002, 0x08000100, 0x08000110,
                                   0x08000004, 0x20000000, 0x20000002};
    mcu_widths();
    for (size_t i = 0; i < 7; i++)
        bench_set(&waves, 0, (int64_t)i * 100, pcs[i]);
    bench_set(&waves, 3, 1000, '1');
    store = bench_store(&waves);
    struct decode_request request = {
        .store = store, .inputs = {0, 1, 2}, .to = 1000, .budget = DECODE_ALL};
    request.function = function;
    cr_assert(decode_run(decoder_find("mcu"), &request, &items));
    expect(FUNCTIONS, 0, DECODE_CODE, "main");
    expect(FUNCTIONS, 1, DECODE_CODE, "spi2_rx");
    expect(FUNCTIONS, 2, DECODE_CODE, "main");
    expect(FUNCTIONS, 3, DECODE_CODE, "0x20000000");
    expect(FUNCTIONS, 4, DECODE_CODE, "0x20000002");
    cr_assert_eq(bench_item(&items, FUNCTIONS, 0)->to, 200);
    cr_assert_eq(bench_item(&items, FUNCTIONS, 1)->to, 400);
}

/* Armed, 64 octets of a frame, armed again; and a round of a circular buffer. */
Test(decode_bus, dma) {
    mcu_widths();
    bench_set(&waves, 2, 0, 0);
    bench_set(&waves, 2, 1000, 1518);
    for (unsigned i = 1; i <= 64; i++)
        bench_set(&waves, 2, 100000 + i * 800, 1518 - i);
    bench_set(&waves, 2, 200000, 1518);
    bench_set(&waves, 2, 300000, 2);
    bench_set(&waves, 2, 300800, 1);
    bench_set(&waves, 2, 301600, 1518);
    bench_set(&waves, 2, 302400, 1517);
    now = 400000;
    decode("mcu");
    expect(BLOCKS, 0, DECODE_CODE, "armed 1518");
    expect(BLOCKS, 1, DECODE_FRAME, "64 transfers, 1454 left");
    expect(BLOCKS, 2, DECODE_CODE, "armed 1518");
    expect(BLOCKS, 3, DECODE_FRAME, "1519 transfers, 1517 left");
    expect(TRANSFERS, 0, DECODE_PLAIN, "1517");
    cr_assert_eq(bench_item(&items, BLOCKS, 1)->from, 100800);
    cr_assert_eq(bench_item(&items, BLOCKS, 1)->to, 100000 + 64 * 800);
}

/* --- guesses -------------------------------------------------------------------------------- */

static const struct guess_case {
    const char *text, *decoder;
    const char *inputs[3]; /* full names; NULL: none */
    bool none;
} guesses[] = {
    {"$scope module spi $end $var wire 1 a /sck_rx $end $var wire 1 b /mosi_rx $end"
     " $var wire 1 c /nss_rx $end $upscope $end",
     "spi_lsb",
     {"spi./sck_rx", "spi./mosi_rx", "spi./nss_rx"},
     false},
    {"$scope module top $end $var wire 1 a clock $end $var wire 1 b SCLK $end"
     " $var wire 1 c MOSI $end $var wire 1 d CS $end $upscope $end",
     "spi_msb",
     {"top.SCLK", "top.MOSI", "top.CS"},
     false},
    {"$scope module top $end $var wire 1 a sck $end $upscope $end", "spi_msb", {NULL}, true},
    {"$scope module line $end $var wire 1 a line $end $upscope $end",
     "manchester",
     {"line.line"},
     false},
    {"$scope module line $end $var wire 1 a line $end $upscope $end",
     "link_pulse",
     {"line.line"},
     false},
    {"$scope module cpu $end $var reg 32 a pc [31:0] $end $var reg 9 b exception [8:0] $end"
     " $upscope $end $scope module dma $end $var reg 16 c ndtr [15:0] $end $upscope $end",
     "mcu",
     {"cpu.pc[31:0]", "cpu.exception[8:0]", "dma.ndtr[15:0]"},
     false},
    {"$scope module top $end $var wire 1 a q $end $upscope $end", "manchester", {NULL}, true},
    {"$scope module top $end $var wire 1 a q $end $upscope $end", "mcu", {NULL}, true},
};

static void check_guess(const struct guess_case *c) {
    char text[1024], name[128];
    uint32_t inputs[DECODE_MAX_INPUTS] = {STORE_NONE, STORE_NONE, STORE_NONE, STORE_NONE};
    struct sim_err err = SIM_ERR_INIT;
    const struct store_settings settings = {.quiet = true};
    snprintf(text, sizeof text, "$timescale 1 ns $end %s $enddefinitions $end\n#0\n#10\n", c->text);
    struct store *s = store_open_memory("guess.vcd", text, strlen(text), &settings, &err);
    cr_assert(s, "%s", err.text);
    cr_assert_eq(decoder_find(c->decoder)->guess(s, inputs), !c->none, "%s", c->text);
    for (size_t i = 0; i < 3 && c->inputs[i]; i++) {
        cr_assert_lt(inputs[i], store_n_signals(s), "%s: input %zu", c->text, i);
        store_full_name(s, inputs[i], name, sizeof name);
        cr_assert_str_eq(name, c->inputs[i]);
    }
    store_close(s);
}

Test(decode_bus, guesses) {
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
        check_guess(&guesses[i]);
}
