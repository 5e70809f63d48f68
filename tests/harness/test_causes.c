/* Causes of a loss from made-up events: an MCU at 80 MHz, frames of 64 octets 15.6 us apart
 * from the rise of the select to the next first clock edge, and one thing that goes wrong. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/causes.h"

#define DR     0x4000380cu
#define RAM    0x20000000u
#define OCTET  (800 * SIM_NS)
#define LENGTH 64u
#define PERIOD (70 * SIM_US) /* from preamble to preamble */
#define CLOCK  (6700 * SIM_NS)
#define RISE   (CLOCK + LENGTH * OCTET + 400 * SIM_NS)

static struct witness *w;
static uint8_t sent[LENGTH];
static uint64_t frames;

static void setup(void) {
    w = witness_create(false);
    cr_assert(w);
    frames = 0;
}

static void finish(void) {
    witness_destroy(w);
}

TestSuite(causes, .init = setup, .fini = finish);

static sim_time start_of(uint64_t ordinal) {
    return SIM_MS + (sim_time)ordinal * PERIOD;
}

static void tell(enum stm32_rx_kind kind, sim_time time, uint32_t address, uint32_t value) {
    bool dma = kind >= STM32_RX_DMA_ON;
    const struct stm32_rx rx = {.kind = kind,
                                .block = dma ? "DMA1" : "SPI2",
                                .stream = 3,
                                .peripheral = DR,
                                .address = address,
                                .value = value,
                                .size = 1,
                                .time = time};
    witness_rx(w, &rx);
}

static void spi_on(sim_time time, bool rxdma) {
    tell(STM32_RX_ON, time, 0, rxdma);
}

static void stream_on(sim_time time) {
    tell(STM32_RX_DMA_ON, time, 0, 1600);
}

/* The board's side of the next frame. */
static sim_time send(void) {
    sim_time start = start_of(++frames);
    for (unsigned i = 0; i < LENGTH; i++)
        sent[i] = (uint8_t)(frames * 31 + i * 7);
    witness_sending(w, sent, LENGTH, start);
    witness_pin(w, SPI_NSS, start + CLOCK - 100, true);
    witness_pin(w, SPI_SCK, start + CLOCK, true);
    witness_pin(w, SPI_NSS, start + RISE, false);
    witness_sent(w, start + RISE - 400 * SIM_NS);
    return start;
}

/* Octets `from` to `to` of it come; `to_dma`: and are stored. */
static void receive(sim_time start, unsigned from, unsigned to, bool to_dma) {
    for (unsigned i = from; i < to; i++) {
        sim_time at = start + CLOCK + (sim_time)(i + 1) * OCTET;
        tell(STM32_RX_FRAME, at, 0, sent[i]);
        if (to_dma)
            tell(STM32_RX_STORED, at + 100 * SIM_NS, RAM + (uint32_t)(frames % 8) * 2048 + i,
                 sent[i]);
    }
}

static void overrun(sim_time start, unsigned from, unsigned to) {
    for (unsigned i = from; i < to; i++)
        tell(STM32_RX_OVERRUN, start + CLOCK + (sim_time)(i + 1) * OCTET, 0, sent[i]);
}

/* A frame that comes, whole; its interrupt is taken half a microsecond later. */
static sim_time good(void) {
    sim_time start = send();
    receive(start, 0, LENGTH, true);
    witness_interrupt(w, start + RISE + SIM_US / 2);
    witness_delivered(w, frames, start + RISE + SIM_US);
    return start;
}

static void expect_at(uint64_t ordinal, const char *name, const char *text) {
    struct cause cause;
    cr_assert(causes_find(w, ordinal, "f401re", 80e6, &cause));
    cr_assert_str_eq(cause.name, name, "%s: %s", cause.name, cause.detail);
    cr_assert(strstr(cause.detail, text), "%s", cause.detail);
    cr_assert_gt(cause.time, 0);
}

static void expect(const char *name, const char *text) {
    witness_finish(w);
    expect_at(frames, name, text);
}

Test(causes, stream_armed_late) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = good();
    tell(STM32_RX_DMA_OFF, start + RISE + 2 * SIM_US, 0, 1536);
    start = send();
    overrun(start, 1, 10);
    stream_on(start + CLOCK + 10 * OCTET);
    receive(start, 10, LENGTH, true);
    witness_finish(w);
    expect_at(2, "DMA not armed", "DMA1 stream 3 was off at its first bit");
    /* 70 us less 51.2 us of octets and 0.4 us; and 8 us more */
    expect_at(2, "DMA not armed",
              "armed again 2112 cycles after the select rose, the window was 1472");
    struct witness_gaps gaps = witness_gaps(w);
    cr_assert_eq(gaps.gaps, 1);
    cr_assert_eq(gaps.late, 1);
    cr_assert_eq(gaps.window, PERIOD - RISE + CLOCK);
    cr_assert_eq(gaps.worst, gaps.window + 10 * OCTET);
}

Test(causes, armed_in_time_is_none) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = good();
    tell(STM32_RX_DMA_OFF, start + RISE + 2 * SIM_US, 0, 1536);
    stream_on(start + RISE + 5 * SIM_US);
    good();
    witness_finish(w);
    struct witness_gaps gaps = witness_gaps(w);
    cr_assert_eq(gaps.rearmed, 1);
    cr_assert_eq(gaps.late, 0);
    cr_assert_eq(gaps.worst, 5 * SIM_US);
}

/* One handler over several frames: each gap is counted from its own rise. */
Test(causes, a_handler_over_several_frames) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = good();
    tell(STM32_RX_DMA_OFF, start + RISE + SIM_US, 0, 1536);
    for (int i = 0; i < 3; i++)
        overrun(send(), 1, LENGTH);
    stream_on(start_of(4) + CLOCK + SIM_US);
    witness_finish(w);
    expect_at(3, "DMA not armed", "was off at its first bit");
    struct witness_gaps gaps = witness_gaps(w);
    cr_assert_eq(gaps.late, 3);
    cr_assert_eq(gaps.worst, 3 * PERIOD - RISE + CLOCK + SIM_US);
}

Test(causes, spi_off) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = good();
    tell(STM32_RX_OFF, start + RISE + SIM_US, 0, 0);
    send();
    expect("DMA not armed", "SPI2 was off at its first bit, not armed again");
}

Test(causes, rxdmaen_off) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = good();
    spi_on(start + RISE + SIM_US, false);
    overrun(send(), 1, LENGTH);
    expect("DMA not armed", "RXDMAEN of SPI2 was off");
}

Test(causes, never_enabled) {
    send();
    expect("DMA not armed", "no SPI slave was ever enabled");
}

Test(causes, switched_off_in_mid_frame) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    receive(start, 0, 20, true);
    tell(STM32_RX_OFF, start + CLOCK + 21 * OCTET, 0, 5);
    expect("DMA not armed", "stopped in mid-frame: 20 of 64");
}

Test(causes, stream_runs_out) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    receive(start, 0, 40, true);
    tell(STM32_RX_DMA_OFF, start + CLOCK + 40 * OCTET + 200 * SIM_NS, 0, 0);
    receive(start, 40, 41, false);
    overrun(start, 41, LENGTH);
    expect("DMA overrun", "had run to its end (NDTR 0)");
}

Test(causes, last_octet_is_left_in_dr) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    receive(start, 0, LENGTH - 1, true);
    tell(STM32_RX_DMA_OFF, start + CLOCK + (LENGTH - 1) * OCTET + 200 * SIM_NS, 0, 0);
    receive(start, LENGTH - 1, LENGTH, false);
    expect("DMA overrun", "63 of 64 octets reached memory");
}

Test(causes, stream_too_slow) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    receive(start, 0, 10, true);
    overrun(start, 10, 12);
    expect("DMA overrun", "OVR of SPI2 with DMA1 stream 3 enabled: 2 of 64");
}

/* The flag stays: what is lost later is lost for what happened first. */
Test(causes, overrun_from_before_it_was_armed) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = good();
    tell(STM32_RX_DMA_OFF, start + RISE + SIM_US, 0, 1536);
    start = send();
    overrun(start, 1, LENGTH);
    witness_interrupt(w, start + RISE + SIM_US / 2);
    stream_on(start + RISE + SIM_US);
    overrun(send(), 0, LENGTH);
    expect("DMA not armed", "in mid-frame");
}

Test(causes, without_dma) {
    spi_on(1, false);
    sim_time start = send();
    receive(start, 0, 5, false);
    overrun(start, 5, 9);
    expect("SPI overrun", "whose DR was not read in time: 4 of 64");
}

Test(causes, interrupt_late) {
    stream_on(1);
    spi_on(2, true);
    good();
    sim_time start = send();
    receive(start, 0, LENGTH, true);
    start = send();
    witness_interrupt(w, start + CLOCK + 2 * OCTET);
    receive(start, 0, LENGTH, true);
    witness_finish(w);
    expect_at(2, "NSS interrupt late", "after the frame was taken after 1600 cycles");
    expect_at(3, "NSS interrupt late", "before the frame was taken after 1600 cycles");
}

Test(causes, interrupt_never_used_is_not_late) {
    stream_on(1);
    spi_on(2, true);
    for (int i = 0; i < 3; i++)
        receive(send(), 0, LENGTH, true);
    expect("FCS in firmware", "whole in memory at 0x20001800");
}

Test(causes, bits_left_over) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    uint8_t right[LENGTH];
    memcpy(right, sent, LENGTH);
    for (unsigned i = LENGTH; i-- > 0;) /* three bits in front, first bit first */
        sent[i] = (uint8_t)(right[i] << 3 | (i ? right[i - 1] >> 5 : 5));
    receive(start, 0, LENGTH, true);
    expect("partial byte", "3 bits before it were left");
}

Test(causes, first_bit) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    sent[0] ^= 1;
    receive(start, 0, LENGTH, true);
    expect("bad first bit", "the other 63 are right");
}

Test(causes, other_bit) {
    stream_on(1);
    spi_on(2, true);
    sim_time start = send();
    sent[9] ^= 1;
    receive(start, 0, LENGTH, true);
    expect("wrong octets", "octet 9 came as");
}

/* The driver delivers the first while the others come to lie over the second. */
Test(causes, overwritten_before_it_was_checked) {
    stream_on(1);
    spi_on(2, true);
    for (int i = 0; i < 4; i++)
        receive(send(), 0, LENGTH, true);
    witness_delivered(w, 1, start_of(5));
    for (int i = 4; i < 11; i++)
        receive(send(), 0, LENGTH, true);
    witness_finish(w);
    expect_at(2, "queue full", "overwritten there");
    expect_at(9, "FCS in firmware", "its check refused it");
}

Test(causes, told_by_the_firmware) {
    stream_on(1);
    spi_on(2, true);
    for (int i = 0; i < 3; i++)
        receive(send(), 0, LENGTH, true);
    witness_no_room(w, RAM + 2 * 2048, start_of(3) + RISE + SIM_US);
    witness_finish(w);
    expect_at(2, "queue full", "it has no room");
    expect_at(3, "queue full", "where the driver did not come to it");
}

/* More frames than are remembered: the old ones are gone, the new ones right. */
Test(causes, of_many_frames) {
    stream_on(1);
    spi_on(2, true);
    for (int i = 0; i < 3 * WITNESS_FRAMES; i++)
        good();
    sim_time start = send();
    receive(start, 0, 10, true);
    struct cause cause;
    witness_finish(w);
    cr_assert_not(causes_find(w, 5, "f401re", 80e6, &cause));
    cr_assert_not(causes_find(w, 0, "f401re", 80e6, &cause));
    cr_assert_not(causes_find(w, frames + 1, "f401re", 80e6, &cause));
    expect_at(frames, "DMA not armed", "stopped");
    cr_assert_eq(witness_gaps(w).gaps, frames - 1);
}

/* Without a byte-sync circuit the preamble comes, too. */
Test(causes, behind_a_preamble) {
    static const uint8_t PREAMBLE[] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5};
    witness_destroy(w);
    w = witness_create(true);
    stream_on(1);
    spi_on(2, true);
    for (int bad = 0; bad < 2; bad++) {
        sim_time start = send();
        for (unsigned i = 0; i < sizeof PREAMBLE; i++)
            tell(STM32_RX_FRAME, start + CLOCK + 1 + (sim_time)i, 0, PREAMBLE[i]);
        sent[0] ^= (uint8_t)bad;
        receive(start, 0, LENGTH, true);
    }
    witness_finish(w);
    expect_at(1, "FCS in firmware", "whole in memory");
    expect_at(2, "bad first bit", "the other 63 are right");
}

Test(causes, f1_has_channels) {
    struct cause cause;
    stream_on(1);
    spi_on(2, true);
    tell(STM32_RX_DMA_OFF, 3, 0, 1600);
    overrun(send(), 1, LENGTH);
    witness_finish(w);
    cr_assert(causes_find(w, 1, "f100rb", 24e6, &cause));
    cr_assert(strstr(cause.detail, "DMA1 channel 3 was off"), "%s", cause.detail);
}
