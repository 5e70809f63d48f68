/* Edges at a line driver and at an SPI, as frames, link pulses and damage. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "harness/transmit.h"
#include "models/line/source.h"

#define BIT   (100 * SIM_NS)
#define START (10 * SIM_US)

struct seen {
    struct transmit_burst last;
    uint8_t octets[2048];
    size_t bursts, edges;
};

static struct transmit *t;
static struct seen line, sent;
static sim_time now;

static void keep(struct seen *seen, const struct transmit_burst *burst) {
    seen->last = *burst;
    if (burst->n && burst->n < sizeof seen->octets)
        memcpy(seen->octets, burst->octets, burst->n);
    seen->bursts++;
}
static void on_line(void *user, const struct transmit_burst *burst) {
    (void)user;
    keep(&line, burst);
}
static void on_sent(void *user, const struct transmit_burst *burst) {
    (void)user;
    keep(&sent, burst);
}
static void on_edge(void *user, sim_time time, enum transmit_net net, int level) {
    (void)user, (void)net, (void)level;
    cr_assert_geq(time, 0);
    line.edges++;
}

static void open_with(bool swapped, int enabled) {
    t = transmit_create(&(struct transmit_settings){
        .swapped = swapped, .on_edge = on_edge, .on_line = on_line, .on_sent = on_sent});
    cr_assert_not_null(t);
    memset(&line, 0, sizeof line);
    memset(&sent, 0, sizeof sent);
    now = START;
    transmit_edge(t, 0, TRANSMIT_D, 0);
    transmit_edge(t, 0, TRANSMIT_DE, enabled);
}

static void begin(void) {
    open_with(false, 0);
}
static void end(void) {
    transmit_destroy(t);
}
TestSuite(transmit, .init = begin, .fini = end);

static struct transmit_counts finish(void) {
    transmit_finish(t, now + 10 * SIM_US);
    return transmit_counts(t);
}

/* --- the driver ------------------------------------------------------------------------ */

static void level(enum transmit_net net, int value) {
    transmit_edge(t, now, net, value);
}

static void bit(unsigned value, bool invert) {
    level(TRANSMIT_D, !value != invert);
    now += BIT / 2;
    level(TRANSMIT_D, value != invert);
    now += BIT / 2;
}

static void octet(uint8_t value, bool invert) {
    for (int i = 0; i < 8; i++)
        bit(value >> i & 1, invert);
}

/* The driver comes on 18 ns late and goes off 70 ns after the last bit. */
static void frame(const uint8_t *octets, size_t n, bool invert) {
    sim_time start = now;
    level(TRANSMIT_D, invert);
    now = start + 18 * SIM_NS;
    level(TRANSMIT_DE, 1);
    now = start + BIT / 2;
    level(TRANSMIT_D, !invert);
    now = start + BIT;
    for (int i = 1; i < 8; i++)
        bit(0x55u >> i & 1, invert);
    for (int i = 0; i < 6; i++)
        octet(0x55, invert);
    octet(0xd5, invert);
    for (size_t i = 0; i < n; i++)
        octet(octets[i], invert);
    now += 70 * SIM_NS;
    level(TRANSMIT_DE, 0);
    now += 10 * SIM_US;
}

static size_t make(uint8_t *octets, size_t n) {
    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)(i * 37 + n);
    return line_frame_finish(octets, n, octets);
}

Test(transmit, a_frame_is_decoded) {
    uint8_t octets[1600];
    size_t n = make(octets, 1000);
    frame(octets, n, false);
    struct transmit_counts c = finish();
    cr_expect_eq(c.frames, 1);
    cr_expect_eq(c.good_fcs, 1);
    cr_expect_eq(c.octets, n);
    cr_expect_eq(c.damaged + c.pulses, 0);
    cr_expect_eq(line.last.kind, TRANSMIT_FRAME);
    cr_expect_eq(line.last.start, START + 18 * SIM_NS);
    cr_assert_eq(line.last.n, n);
    cr_expect_arr_eq(line.octets, octets, n);
    cr_expect_gt(line.edges, 8 * n);
}

Test(transmit, frames_follow_each_other) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    for (int i = 0; i < 5; i++)
        frame(octets, n, false);
    cr_expect_eq(finish().good_fcs, 5);
}

Test(transmit, a_wrong_bit_is_damage) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    octets[33] ^= 4;
    frame(octets, n, false);
    struct transmit_counts c = finish();
    cr_expect_eq(c.frames, 1);
    cr_expect_eq(c.good_fcs + c.octets, 0);
    cr_expect_eq(c.damaged, 1);
    cr_expect_str_eq(c.why, "the FCS is wrong");
    cr_expect_eq(c.when, START + 18 * SIM_NS);
}

Test(transmit, a_driver_that_goes_off_cuts_the_frame) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    frame(octets, n - 10, false);
    cr_expect_eq(finish().damaged, 1);
}

Test(transmit, inverted_levels_are_damage_unless_the_pair_is_swapped) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    frame(octets, n, true);
    cr_expect_str_eq(finish().why, "the levels are inverted");
    end();
    open_with(true, 0);
    frame(octets, n, true);
    struct transmit_counts c = finish();
    cr_expect_eq(c.good_fcs, 1);
    cr_expect_eq(c.damaged, 0);
}

Test(transmit, what_the_end_cuts_is_nothing) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    frame(octets, n, false);
    level(TRANSMIT_DE, 1);
    bit(1, false);
    transmit_finish(t, now);
    struct transmit_counts c = transmit_counts(t);
    cr_expect_eq(c.good_fcs, 1);
    cr_expect_eq(c.damaged, 0);
}

/* High, with data and enable racing by `race` at its ends. */
static void pulse(sim_time width, sim_time race) {
    level(TRANSMIT_DE, 1);
    now += race;
    level(TRANSMIT_D, 1);
    now += width;
    level(TRANSMIT_D, 0);
    now += race;
    level(TRANSMIT_DE, 0);
    now += 16 * SIM_MS;
}

Test(transmit, link_pulses_are_counted_with_their_widths) {
    pulse(111 * SIM_NS, 0);
    pulse(140 * SIM_NS, 4 * SIM_NS);
    pulse(60 * SIM_NS, 1 * SIM_NS);
    struct transmit_counts c = finish();
    cr_expect_eq(c.pulses, 3);
    cr_expect_eq(c.narrowest, 60 * SIM_NS);
    cr_expect_eq(c.widest, 140 * SIM_NS);
    cr_expect_eq(c.damaged + c.frames, 0);
}

Test(transmit, what_is_no_link_pulse_is_damage) {
    pulse(5 * SIM_NS, 0);   /* a glitch */
    pulse(350 * SIM_NS, 0); /* too long */
    level(TRANSMIT_DE, 1);  /* a low one: the wrong way round */
    now += 100 * SIM_NS;
    level(TRANSMIT_DE, 0);
    now += SIM_US;
    struct transmit_counts c = finish();
    cr_expect_eq(c.pulses, 0);
    cr_expect_eq(c.damaged, 3);
}

Test(transmit, a_driver_that_is_always_on) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    end();
    open_with(false, 1);
    for (int i = 0; i < 3; i++) {
        level(TRANSMIT_D, 1);
        now += 110 * SIM_NS;
        level(TRANSMIT_D, 0);
        now += 16 * SIM_MS;
    }
    for (int i = 0; i < 6; i++)
        octet(0x55, false);
    octet(0x55, false);
    octet(0xd5, false);
    for (size_t i = 0; i < n; i++)
        octet(octets[i], false);
    now += 5 * SIM_US;
    level(TRANSMIT_D, 0);
    now += 5 * SIM_US;
    struct transmit_counts c = finish();
    cr_expect_eq(c.pulses, 3);
    cr_expect_eq(c.good_fcs, 1);
    cr_expect_eq(c.damaged, 0);
}

Test(transmit, endless_chatter_is_bounded) {
    level(TRANSMIT_DE, 1);
    for (int i = 0; i < 50000; i++)
        octet(0xa5, false);
    now += SIM_US;
    level(TRANSMIT_DE, 0);
    struct transmit_counts c = finish();
    cr_expect_eq(c.damaged, 1);
    cr_expect_str_eq(c.why, "longer than any frame");
}

/* --- the MCU's pins ----------------------------------------------------------------------- */

/* Mode as SPI_CR1 counts it: CPOL, CPHA. */
static void spi_octet(uint8_t value, int cpol, int cpha) {
    for (int i = 0; i < 8; i++) {
        int data = value >> i & 1;
        if (!cpha)
            transmit_spi(t, now, false, data);
        transmit_spi(t, now + (cpha ? 0 : BIT / 2), true, !cpol);
        if (cpha)
            transmit_spi(t, now, false, data);
        transmit_spi(t, now + (cpha ? BIT / 2 : BIT - 1), true, cpol);
        now += BIT;
    }
}

static void spi_frame(const uint8_t *octets, size_t n, int cpol, int cpha, sim_time pause) {
    for (int i = 0; i < 7; i++)
        spi_octet(0x55, cpol, cpha);
    spi_octet(0xd5, cpol, cpha);
    for (size_t i = 0; i < n; i++, now += pause)
        spi_octet(octets[i], cpol, cpha);
    now += 10 * SIM_US;
}

ParameterizedTestParameters(transmit, any_spi_mode) {
    static int modes[] = {0, 1, 2, 3};
    return cr_make_param_array(int, modes, 4);
}

ParameterizedTest(int *mode, transmit, any_spi_mode) {
    uint8_t octets[100];
    size_t n = make(octets, 70);
    transmit_spi(t, 0, true, *mode >> 1);
    spi_frame(octets, n, *mode >> 1, *mode & 1, 0);
    spi_frame(octets, n, *mode >> 1, *mode & 1, SIM_US); /* octets with pauses */
    struct transmit_counts c = finish();
    cr_expect_eq(c.clocked, 2, "mode %d", *mode);
    cr_expect_eq(c.sent, 2, "mode %d", *mode);
    cr_assert_eq(sent.last.n, n, "mode %d", *mode);
    cr_expect_arr_eq(sent.octets, octets, n, "mode %d", *mode);
}

Test(transmit, what_is_clocked_without_a_frame_is_not_sent) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    octets[5] ^= 1;
    spi_frame(octets, n, 0, 1, 0);
    for (int i = 0; i < 20; i++)
        spi_octet(0x55, 0, 1);
    now += 10 * SIM_US;
    struct transmit_counts c = finish();
    cr_expect_eq(c.clocked, 2);
    cr_expect_eq(c.sent, 0);
    cr_expect_eq(sent.last.kind, TRANSMIT_DAMAGED);
}

/* Else a frame would be told of when the next one comes, whenever that is. */
Test(transmit, silence_ends_what_went_before) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    spi_frame(octets, n, 0, 1, 0);
    frame(octets, n, false);
    cr_expect_eq(sent.bursts, 0);
    cr_expect_eq(line.bursts, 0);
    transmit_until(t, now);
    cr_expect_eq(sent.bursts, 1);
    cr_expect_eq(line.bursts, 1);
    transmit_until(t, now + SIM_S);
    cr_expect_eq(finish().good_fcs, 1);
    cr_expect_eq(line.bursts, 1, "once");
}

Test(transmit, only_changes_of_the_clock_count) {
    uint8_t octets[100];
    size_t n = make(octets, 60);
    transmit_spi(t, 0, true, 0);
    transmit_spi(t, 5 * SIM_US, true, 0); /* a stronger pin */
    spi_frame(octets, n, 0, 1, 0);
    cr_expect_eq(finish().sent, 1);
}
