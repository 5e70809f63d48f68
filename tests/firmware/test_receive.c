/* The receiving images on the emulated chip, pins to lp_deliver_frame(). */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>

#include "firmware/drivers/rx.h"
#include "tests/firmware/bench.h"

#define GAP              (9600 * SIM_NS) /* IEEE 802.3: 96 bits */
#define GAP_47           (4700 * SIM_NS) /* what may be left of it at a receiver */
#define COUNTER(b, name) bench_word(b, "rx_counters", offsetof(struct rx_counters, name))

static void open_image(struct bench *b, const char *image) {
    if (!bench_open(b, image, "f401re"))
        cr_skip_test("%s was not built", image);
}

static void send_many(struct bench *b, size_t length, unsigned count, sim_time gap) {
    uint8_t frame[1518];
    for (unsigned i = 0; i < count; i++) {
        bench_fill(frame, length, i + 1);
        bench_send(b, frame, length, gap);
    }
    bench_run(b, 5 * SIM_MS);
}

/* --- ring: nothing is lost -------------------------------------------------------- */

static const struct {
    const char *image;
    size_t length;
    unsigned count;
    sim_time gap;
    bool idle_low;
    const char *chip;
} ALL_COME[] = {
    {"rxdump_f401", 60, 400, GAP, false, "f401re"},
    {"rxdump_f401", 60, 400, GAP, true, "f401re"},
    {"rxdump_f401", 60, 400, GAP_47, true, "f401re"},
    {"rxdump_f401", 1514, 30, GAP, false, "f401re"},
    {"rxdump_f401", 1514, 30, GAP_47, true, "f401re"},
    {"rxdump_f401", 1518, 12, GAP, true, "f401re"},
    {"rxdump_f401", 117, 200, GAP_47, true, "f401re"},
    {"rxdump_f401_bits", 60, 200, GAP, true, "f401re"},
    {"rxdump_f401_bits", 1514, 30, GAP, true, "f401re"},
    {"rxdump_f401_spe", 60, 200, GAP_47, true, "f401re"},
    {"netif_f401", 60, 200, GAP_47, true, "f401re"},
    {"netif_f401_hsi", 1514, 20, GAP, true, "f401re"},
    {"netif_f100", 60, 400, GAP, true, "f100rb"},
    {"netif_f100", 60, 400, GAP_47, false, "f100rb"},
    {"netif_f100", 1514, 40, GAP, true, "f100rb"},
    {"netif_f100", 400, 100, GAP_47, true, "f100rb"},
};

ParameterizedTestParameters(ring, loses_nothing) {
    static size_t rows[sizeof ALL_COME / sizeof *ALL_COME];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(size_t *row, ring, loses_nothing, .timeout = 300) {
    const char *image = ALL_COME[*row].image;
    size_t length = ALL_COME[*row].length;
    unsigned count = ALL_COME[*row].count;
    struct bench b;
    if (!bench_open(&b, image, ALL_COME[*row].chip))
        cr_skip_test("%s was not built", image);
    b.idle_low = ALL_COME[*row].idle_low;
    send_many(&b, length, count, ALL_COME[*row].gap);
    unsigned longest = COUNTER(&b, isr_longest);
    printf("# %s: %u of %u of %zu octets, interrupt at most %u cycles\n", image,
           (unsigned)COUNTER(&b, delivered), count, length, longest);
    cr_expect_eq(COUNTER(&b, delivered), count, "%s %zu", image, length);
    cr_expect_eq(b.delivered, count, "%s %zu", image, length);
    cr_expect_eq(b.wrong, 0, "%s %zu", image, length);
    cr_expect_eq(b.misuse, 0, "%s %zu", image, length);
    cr_expect_eq(COUNTER(&b, too_short) + COUNTER(&b, bad_fcs), 0, "%s %zu", image, length);
    cr_expect_lt(longest, 160, "%s %zu", image, length);
    bench_close(&b);
}

/* The manuals leave open whether SPE and SSI clear the bits of a partial octet. If they do
 * not, the image that relies on it loses frames behind an idle-low receiver, and the one that
 * resets the SPI does not notice. */
Test(ring, depends_on_nothing_the_manuals_leave_open) {
    const struct bench_chip keeps = {.spi_keeps = STM32_SPI_SPE_KEEPS | STM32_SPI_NSS_KEEPS};
    struct bench b;
    for (int spe = 0; spe < 2; spe++) {
        if (!bench_open_on(&b, spe ? "rxdump_f401_spe" : "rxdump_f401", "f401re", &keeps))
            cr_skip_test("rxdump_f401 was not built");
        b.idle_low = true;
        send_many(&b, 60, 50, GAP);
        if (spe)
            cr_expect_lt(COUNTER(&b, delivered), 10);
        else
            cr_expect_eq(COUNTER(&b, delivered), 50);
        bench_close(&b);
    }
}

/* 47 bits of gap and the preamble leave 855 cycles, of which resynchronising takes less than
 * 100: an interrupt that enters later and later must lose frames, but not before. */
Test(ring, has_hundreds_of_cycles_to_spare) {
    unsigned latency = 0;
    for (; latency < 1000; latency += 50) {
        const struct bench_chip late = {.entry_latency = latency};
        struct bench b;
        if (!bench_open_on(&b, "rxdump_f401", "f401re", &late))
            cr_skip_test("rxdump_f401 was not built");
        b.idle_low = true;
        send_many(&b, 60, 20, GAP_47);
        unsigned came = COUNTER(&b, delivered);
        bench_close(&b);
        if (came < 20)
            break;
    }
    printf("# rxdump_f401 loses frames when its interrupt is entered %u cycles late\n", latency);
    cr_expect_geq(latency, 700);
    cr_expect_leq(latency, 900);
}

/* --- rearm: loses as much as its check takes --------------------------------------- */

static unsigned came(const char *image, size_t length, unsigned count, sim_time gap) {
    struct bench b;
    open_image(&b, image);
    send_many(&b, length, count, gap);
    unsigned n = COUNTER(&b, delivered);
    printf("# %s %zu octets, gap %d ns: %u of %u, interrupt %u cycles\n", image, length,
           (int)(gap / SIM_NS), n, count, (unsigned)COUNTER(&b, isr_longest));
    cr_expect_eq(b.wrong, 0);
    if (n == count) /* else overruns are told */
        cr_expect_eq(b.misuse, 0);
    bench_close(&b);
    return n;
}

Test(rearm, loses_frames_when_its_interrupt_is_too_long, .timeout = 300) {
    cr_expect_eq(came("rxdump_f401_rearm", 60, 100, 200 * SIM_US), 100);
    cr_expect_lt(came("rxdump_f401_rearm", 1514, 20, GAP), 20);
    cr_expect_lt(came("rxdump_f401_rearm_bits", 60, 100, GAP), 100);
    cr_expect_lt(came("rxdump_f401_rearm_bits", 1514, 20, GAP), 20);
    came("rxdump_f401_rearm", 60, 100, GAP);
    cr_expect_lt(came("rxdump_f401_rearm_slow", 60, 100, GAP), 100);
}

/* --- what is no good frame ---------------------------------------------------------- */

Test(ring, counts_what_it_refuses) {
    struct bench b;
    uint8_t frame[1524], good[60];
    open_image(&b, "rxdump_f401");
    bench_fill(frame, sizeof frame, 7);
    bench_fill(good, sizeof good, 8);
    bench_send_raw(&b, frame, 64, GAP);
    bench_send_raw(&b, frame, 63, GAP);
    bench_send_raw(&b, frame, 1523, GAP);
    bench_send(&b, good, sizeof good, GAP);
    bench_run(&b, 3 * SIM_MS);
    cr_expect_eq(COUNTER(&b, bad_fcs), 1);
    cr_expect_eq(COUNTER(&b, too_short), 1);
    cr_expect_eq(COUNTER(&b, too_long), 1);
    cr_expect_eq(COUNTER(&b, delivered), 1);
    cr_expect_eq(b.delivered, 1);
    bench_close(&b);
}

/* One frame longer than the ring: what comes after it must not suffer. */
Test(ring, survives_a_jabbering_partner) {
    static uint8_t noise[40000];
    struct bench b;
    uint8_t good[60];
    open_image(&b, "rxdump_f401");
    bench_fill(noise, sizeof noise, 9);
    bench_fill(good, sizeof good, 8);
    bench_send_raw(&b, noise, sizeof noise, GAP);
    bench_send(&b, good, sizeof good, GAP);
    bench_run(&b, 3 * SIM_MS);
    cr_expect_eq(b.delivered, 1);
    cr_expect_eq(COUNTER(&b, delivered), 1);
    bench_close(&b);
}

static void false_edge(const char *image) {
    struct bench b;
    uint8_t good[60];
    open_image(&b, image);
    bench_fill(good, sizeof good, 8);
    bench_glitch(&b, 60 * SIM_NS);
    bench_send(&b, good, sizeof good, GAP);
    bench_run(&b, SIM_MS);
    cr_expect_geq(COUNTER(&b, false_edges), 1, "%s", image);
    cr_expect_eq(b.delivered, 1, "%s", image);
    bench_close(&b);
}

Test(receive, waits_out_false_edges) {
    false_edge("rxdump_f401");
    false_edge("rxdump_f401_rearm");
}

/* O9: the reference firmware tries again with the first bit inverted. */
static void first_bit(const char *image, unsigned delivered, unsigned tried) {
    struct bench b;
    open_image(&b, image);
    b.flip = true;
    send_many(&b, 60, 10, 500 * SIM_US);
    cr_expect_eq(COUNTER(&b, delivered), delivered, "%s", image);
    cr_expect_eq(COUNTER(&b, first_bit), tried, "%s", image);
    cr_expect_eq(COUNTER(&b, bad_fcs), 10 - delivered, "%s", image);
    cr_expect_eq(b.wrong, 0, "%s", image);
    bench_close(&b);
}

Test(receive, mends_the_first_bit) {
    first_bit("rxdump_f401", 10, 10);
    first_bit("rxdump_f401_rearm_bits", 10, 10);
    first_bit("rxdump_f401_strict", 0, 0);
}
