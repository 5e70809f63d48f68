/* The F4's DMA controller alone, with a peripheral of the test's own, and behind an SPI.
 * Sections are RM0368's. */
#include <criterion/criterion.h>

#include <string.h>

#include "block_bench.h"
#include "dma_feed.h"
#include "models/mcu/stm32/ips.h"

#define STREAM   3u
#define CHANNEL  2u
#define FEED     0x40001000u
#define SPI_BASE 0x40003800u

enum { LISR = 0, HISR = 4, LIFCR = 8, HIFCR = 12 };
enum { SCR = 0, SNDTR = 4, SPAR = 8, SM0AR = 12, SM1AR = 16, SFCR = 20 };
enum { EN = 1, DMEIE = 2, TEIE = 4, HTIE = 8, TCIE = 16, PFCTRL = 32, M2P = 64, M2M = 128 };
enum { CIRC = 1 << 8, PINC = 1 << 9, MINC = 1 << 10, P16 = 1 << 11, P32 = 2 << 11 };
enum { M16 = 1 << 13, M32 = 2 << 13, PINCOS = 1 << 15, PL0 = 1 << 16, DBM = 1 << 18, CT = 1 << 19 };
enum { PBURST4 = 1 << 21, MBURST4 = 1 << 23, CH = (int)CHANNEL << 25 };
enum { DMDIS = 4, FEIE = 128 };
enum { FEIF = 1, DMEIF = 4, TEIF = 8, HTIF = 16, TCIF = 32 };

static struct bench bench;
static struct stm32_block *dma, *feed, *spi;

static void setup(void) {
    bench_init(&bench, 100);
    dma = bench_add(&bench, &stm32_ip_dma_f4, 0x40026000, 0);
    feed = bench_add(&bench, &feed_ip, FEED, 0);
    spi = bench_add(&bench, &stm32_ip_spi_v1, SPI_BASE, 0);
    ((struct feed *)feed->state)->step = 1;
    bench_route(feed, STM32_DMA_RX, dma, STREAM * 8 + CHANNEL);
}

static void finish(void) {
    bench_finish(&bench);
}

TestSuite(dma_f4, .init = setup, .fini = finish);

static uint32_t reg(unsigned stream, unsigned offset) {
    return 0x10 + 0x18 * stream + offset;
}

static uint32_t get(unsigned offset) {
    return bench_read(dma, reg(STREAM, offset));
}

static void set(unsigned offset, uint32_t value) {
    bench_write(dma, reg(STREAM, offset), value);
}

/* Flags of stream 3, which begin at bit 22 of LISR. */
static unsigned flags(void) {
    return bench_read(dma, LISR) >> 22;
}

static void cycles(unsigned n) {
    bench_run(&bench, bench.now + n * 10000);
}

static void arm(uint32_t cr, unsigned n, uint32_t fcr) {
    set(SNDTR, n);
    set(SPAR, FEED);
    set(SM0AR, BENCH_RAM);
    set(SM1AR, BENCH_RAM + 0x100);
    set(SFCR, fcr);
    set(SCR, cr | CH | EN);
}

static void check_ram(uint32_t offset, const void *expected, size_t n, const char *what) {
    cr_assert_arr_eq(bench.ram + offset, expected, n, "%s", what);
}

/* --- registers ------------------------------------------------------------------------------- */

Test(dma_f4, reset_values) { /* 9.5 */
    for (unsigned s = 0; s < 8; s++)
        for (unsigned r = SCR; r <= SFCR; r += 4)
            cr_assert_eq(bench_read(dma, reg(s, r)), r == SFCR ? 0x21 : 0);
    cr_assert_eq(bench_read(dma, LISR), 0);
    cr_assert_eq(bench_read(dma, HISR), 0);
}

Test(dma_f4, masks) {
    set(SCR, 0xfffffffe);
    cr_assert_eq(get(SCR), 0x0feffffe);
    set(SNDTR, 0xffffffff);
    cr_assert_eq(get(SNDTR), 0xffff);
    set(SFCR, 0xffffffff);
    cr_assert_eq(get(SFCR), 0xa7, "FS reads empty, the rest as written: %x", get(SFCR));
}

Test(dma_f4, protected_while_enabled) { /* 9.5.5 to 9.5.10 */
    arm(MINC, 10, 0);
    set(SNDTR, 5);
    set(SPAR, 0);
    set(SM0AR, 0);
    cr_assert_eq(bench.misuse, 3);
    cr_assert_eq(get(SNDTR), 10);
    cr_assert_eq(get(SPAR), FEED);
    cr_assert_eq(get(SM0AR), BENCH_RAM);
    set(SCR, CH | EN | TCIE);
    cr_assert_eq(get(SCR), MINC | CH | EN | TCIE, "MINC is protected, TCIE is not");
    cr_assert_eq(bench.misuse, 4);
}

Test(dma_f4, flow_controller_is_loud) {
    arm(PFCTRL, 1, 0);
    cr_assert_eq(bench.unmodelled, 1);
}

Test(dma_f4, narrow_writes_are_misuse) { /* 9.2: words only */
    stm32_bus_write(feed, 0x40026000 + reg(0, SNDTR), 1, 7);
    cr_assert_eq(bench.misuse, 1);
}

/* --- peripheral to memory, direct mode ------------------------------------------------------- */

Test(dma_f4, direct_mode_item_by_item) { /* 9.3.12 */
    arm(MINC | TCIE | HTIE, 4, 0);
    cycles(50);
    cr_assert_eq(get(SNDTR), 4, "nothing without a request");
    for (unsigned i = 1; i <= 4; i++) {
        feed_give(feed, 1);
        cr_assert_eq(get(SNDTR), 5 - i, "a request takes time");
        cycles(6);
        cr_assert_eq(get(SNDTR), 4 - i);
        cr_assert_eq(bench.ram[i - 1], i);
        cr_assert_eq(flags(), i < 2 ? 0 : i < 4 ? HTIF : HTIF | TCIF);
        cr_assert_eq(dma->irq[STREAM], i >= 2);
    }
    cr_assert_eq(get(SCR) & EN, 0, "a normal stream disables itself");
    bench_write(dma, LIFCR, TCIF << 22);
    cr_assert_eq(flags(), HTIF);
    cr_assert(dma->irq[STREAM]);
    bench_write(dma, LIFCR, HTIF << 22);
    cr_assert(!dma->irq[STREAM]);
    feed_give(feed, 3);
    cycles(100);
    cr_assert_eq(bench.ram[4], 0);
}

Test(dma_f4, flags_of_every_stream_have_their_place) { /* 9.5.1 to 9.5.4 */
    static const unsigned shift[4] = {0, 6, 16, 22};
    for (unsigned s = 0; s < 8; s++) {
        bench_write(dma, reg(s, SNDTR), 1);
        bench_write(dma, reg(s, SPAR), FEED);
        bench_write(dma, reg(s, SM0AR), BENCH_RAM);
        bench_write(dma, reg(s, SFCR), DMDIS);
        bench_write(dma, reg(s, SCR), M2M | TCIE | EN);
        cycles(20);
        unsigned at = s < 4 ? LISR : HISR;
        cr_assert_eq(bench_read(dma, at), (unsigned)TCIF << shift[s % 4]);
        cr_assert(dma->irq[s]);
        bench_write(dma, at + 8, (unsigned)TCIF << shift[s % 4]);
        cr_assert_eq(bench_read(dma, at), 0);
        cr_assert(!dma->irq[s]);
    }
}

Test(dma_f4, channel_selects_the_request) { /* 9.3.3 */
    set(SNDTR, 4);
    set(SPAR, FEED);
    set(SM0AR, BENCH_RAM);
    set(SCR, MINC | 3 << 25 | EN);
    feed_give(feed, 1);
    cycles(50);
    cr_assert_eq(get(SNDTR), 4);
}

Test(dma_f4, request_that_waits_is_served_when_enabled) {
    feed_give(feed, 2);
    arm(MINC, 4, 0);
    cycles(30);
    cr_assert_eq(get(SNDTR), 2);
}

Test(dma_f4, sizes_in_direct_mode_are_psize) { /* 9.5.5, MSIZE */
    arm(MINC | P16 | M32, 2, 0);
    cr_assert_eq(get(SCR) >> 13 & 3, 1, "MSIZE is forced to PSIZE");
    ((struct feed *)feed->state)->step = 0x01010101;
    feed_give(feed, 2);
    cycles(30);
    check_ram(0, "\1\1\2\2\0", 5, "two half-words");
}

Test(dma_f4, circular_wraps_and_counts) { /* 9.3.8 */
    arm(MINC | CIRC | TCIE, 6, 0);
    for (unsigned i = 0; i < 20; i++) {
        cr_assert_eq(get(SNDTR), 6 - i % 6, "item %u", i);
        feed_give(feed, 1);
        cycles(10);
        cr_assert_eq(bench.ram[i % 6], i + 1);
    }
    cr_assert_eq(bench.ram[6], 0);
    cr_assert_eq(flags(), HTIF | TCIF);
    cr_assert(get(SCR) & EN);
    cr_assert_eq(dma->irq_edges, 1);
}

Test(dma_f4, double_buffer_swaps) { /* 9.3.9 */
    arm(MINC | DBM, 4, 0);
    cr_assert(get(SCR) & CIRC, "forced by DBM");
    for (unsigned i = 0; i < 12; i++) {
        cr_assert_eq(get(SCR) & CT, i / 4 % 2 ? (unsigned)CT : 0);
        feed_give(feed, 1);
        cycles(10);
        cr_assert_eq(bench.ram[(i / 4 % 2 ? 0x100 : 0) + i % 4], i + 1);
    }
    cr_assert(get(SCR) & CT);
    set(SM0AR, BENCH_RAM + 0x200);
    cr_assert_eq(get(SM0AR), BENCH_RAM + 0x200, "the half not in use may move");
    feed_give(feed, 5);
    cycles(60);
    cr_assert_eq(bench.ram[0x200], 17);
    set(SM0AR, BENCH_RAM);
    cr_assert_eq(flags() & TEIF, TEIF, "the half in use may not");
    cr_assert_eq(get(SCR) & EN, 0);
}

Test(dma_f4, starts_with_the_buffer_of_ct) {
    arm(MINC | DBM | CT, 4, 0);
    feed_give(feed, 1);
    cycles(10);
    cr_assert_eq(bench.ram[0x100], 1);
}

/* --- FIFO ------------------------------------------------------------------------------------ */

Test(dma_f4, fifo_holds_until_its_threshold) { /* 9.3.12 */
    for (unsigned fth = 0; fth < 4; fth++) {
        memset(bench.ram, 0, 64);
        ((struct feed *)feed->state)->value = 0;
        arm(MINC, 40, DMDIS | fth);
        unsigned limit = 4 * (fth + 1);
        for (unsigned i = 1; i < limit; i++) {
            feed_give(feed, 1);
            cycles(10);
            cr_assert_eq(bench.ram[0], 0, "threshold %u: nothing yet after %u", limit, i);
            cr_assert_eq(get(SFCR) >> 3 & 7, i / 4, "FS after %u octets", i);
        }
        feed_give(feed, 1);
        cycles(10);
        cr_assert_eq(bench.ram[limit - 1], limit);
        cr_assert_eq(get(SFCR) >> 3 & 7, 4, "empty again");
        cr_assert_eq(get(SNDTR), 40 - limit);
        set(SCR, CH);
        cycles(10);
        bench_write(dma, LIFCR, 0x0f400000);
    }
}

Test(dma_f4, fifo_packs_and_unpacks) { /* 9.3.10 */
    arm(MINC | M32, 8, DMDIS | 1);
    feed_give(feed, 8);
    cycles(100);
    check_ram(0, "\1\2\3\4\5\6\7\10", 8, "octets to words");
    cr_assert_eq(flags(), TCIF | HTIF);
    bench_write(dma, LIFCR, 0x0f400000);
    ((struct feed *)feed->state)->step = 0x01010101;
    ((struct feed *)feed->state)->value = 0x10203040;
    arm(MINC | P32, 2, DMDIS | 1);
    feed_give(feed, 2);
    cycles(100);
    check_ram(0, "\x41\x31\x21\x11\x42\x32\x22\x12", 8, "words to octets");
}

Test(dma_f4, the_rest_is_flushed_at_the_end) {
    arm(MINC, 6, DMDIS | 3);
    feed_give(feed, 6);
    cycles(100);
    check_ram(0, "\1\2\3\4\5\6\0", 7, "six octets under a threshold of sixteen");
    cr_assert_eq(flags(), HTIF | TCIF);
}

Test(dma_f4, disabling_flushes_and_tells) { /* 9.3.14 */
    arm(MINC | TCIE, 20, DMDIS | 3);
    feed_give(feed, 5);
    cycles(100);
    cr_assert_eq(bench.ram[0], 0);
    set(SCR, get(SCR) & ~(unsigned)EN);
    cr_assert(get(SCR) & EN, "EN stays until the stream has ended");
    feed_give(feed, 3);
    cycles(10);
    cr_assert(!(get(SCR) & EN));
    check_ram(0, "\1\2\3\4\5\0", 6, "what was in the FIFO");
    cr_assert_eq(flags(), TCIF);
    cr_assert(dma->irq[STREAM]);
    cr_assert_eq(get(SNDTR), 15);
    bench_write(dma, LIFCR, 0x0f400000);
    set(SM0AR, BENCH_RAM + 5);
    set(SCR, MINC | CH | EN);
    cycles(100);
    cr_assert_eq(get(SNDTR), 12, "goes on with what was left");
}

Test(dma_f4, bursts_from_the_peripheral) { /* 9.3.11 */
    arm(MINC | PBURST4, 8, DMDIS | 3);
    feed_give(feed, 1);
    cycles(8);
    cr_assert_eq(get(SNDTR), 4, "one request, four beats");
    feed_give(feed, 1);
    cycles(30);
    cr_assert_eq(get(SNDTR), 0);
    check_ram(0, "\1\2\3\4\5\6\7\10", 8, "two bursts");
}

Test(dma_f4, threshold_against_bursts) { /* 9.3.12, table of FIFO thresholds */
    static const struct {
        uint32_t cr;
        unsigned fth;
        bool fits;
    } rows[] = {
        {MBURST4, 0, true},
        {MBURST4, 1, true},
        {MBURST4, 2, true},
        {MBURST4, 3, true},
        {2 * MBURST4, 0, false},
        {2 * MBURST4, 1, true},
        {2 * MBURST4, 2, false},
        {2 * MBURST4, 3, true},
        {3 * MBURST4, 1, false},
        {3 * MBURST4, 3, true},
        {MBURST4 | M16, 0, false},
        {MBURST4 | M16, 1, true},
        {MBURST4 | M16, 2, false},
        {2 * MBURST4 | M16, 3, true},
        {MBURST4 | M32, 2, false},
        {MBURST4 | M32, 3, true},
        {2 * MBURST4 | M32, 3, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arm(MINC | rows[i].cr, 64, DMDIS | FEIE | rows[i].fth);
        cr_assert_eq(!(get(SCR) & EN), !rows[i].fits, "row %zu", i);
        cr_assert_eq(flags(), rows[i].fits ? 0 : FEIF, "row %zu", i);
        cr_assert_eq(dma->irq[STREAM], !rows[i].fits);
        set(SCR, 0);
        cycles(10);
        bench_write(dma, LIFCR, 0x0f400000);
    }
}

/* --- to peripheral, memory to memory --------------------------------------------------------- */

Test(dma_f4, memory_to_peripheral) { /* 9.3.7, 9.3.12 */
    for (unsigned mode = 0; mode < 2; mode++) {
        struct feed *f = feed->state;
        f->n_got = 0;
        for (unsigned i = 0; i < 20; i++)
            bench.ram[i] = (uint8_t)(i + 1);
        arm(MINC | M2P, 20, mode ? DMDIS | 1 : 0);
        cycles(20);
        cr_assert_eq(get(SNDTR), 20, "fetched, not sent");
        bench.ram[0] = 99;
        feed_give(feed, 5);
        cycles(100);
        cr_assert_eq(f->n_got, 5);
        cr_assert_eq(get(SNDTR), 15);
        feed_give(feed, 30);
        cycles(500);
        cr_assert_eq(f->n_got, 20);
        for (unsigned i = 0; i < 20; i++)
            cr_assert_eq(f->got[i] & 0xff, i + 1, "mode %u item %u: %u", mode, i, f->got[i]);
        cr_assert_eq(flags(), HTIF | TCIF);
        cr_assert(!(get(SCR) & EN));
        bench_write(dma, LIFCR, 0x0f400000);
        feed_give(feed, 0u - f->left);
    }
}

Test(dma_f4, refilled_at_the_threshold) { /* 9.3.12 */
    struct feed *f = feed->state;
    arm(MINC | M2P, 20, DMDIS | 1);
    feed_give(feed, 7);
    cycles(200);
    bench.ram[16] = 0x77; /* nine octets left: not fetched yet */
    feed_give(feed, 1);
    cycles(50);
    bench.ram[17] = 0x88; /* eight: refilled */
    feed_give(feed, 12);
    cycles(300);
    cr_assert_eq(f->n_got, 20);
    cr_assert_eq(f->got[16] & 0xff, 0x77);
    cr_assert_eq(f->got[17] & 0xff, 0);
}

Test(dma_f4, circular_to_peripheral) {
    struct feed *f = feed->state;
    memcpy(bench.ram, "\1\2\3\4\5", 5);
    arm(MINC | M2P | CIRC, 5, DMDIS | 3);
    feed_give(feed, 17);
    cycles(1000);
    cr_assert_eq(f->n_got, 17);
    for (unsigned i = 0; i < 17; i++)
        cr_assert_eq(f->got[i] & 0xff, i % 5 + 1);
    cr_assert_eq(get(SNDTR), 3);
}

Test(dma_f4, memory_to_memory) { /* 9.3.7 */
    for (unsigned i = 0; i < 64; i++)
        bench.ram[0x400 + i] = (uint8_t)(3 * i);
    set(SNDTR, 16);
    set(SPAR, BENCH_RAM + 0x400);
    set(SM0AR, BENCH_RAM);
    set(SCR, M2M | PINC | MINC | P32 | M16 | EN);
    cr_assert(get(SFCR) & DMDIS, "set by the hardware");
    cycles(2000);
    check_ram(0, bench.ram + 0x400, 64, "copied");
    cr_assert(flags() & TCIF);
}

Test(dma_f4, pincos_steps_by_words) { /* 9.5.5 */
    ((struct feed *)feed->state)->step = 0;
    set(SNDTR, 3);
    set(SPAR, BENCH_RAM + 0x400);
    set(SM0AR, BENCH_RAM);
    memcpy(bench.ram + 0x400, "\1aaa\2bbb\3ccc", 12);
    set(SCR, M2M | PINC | PINCOS | MINC | EN);
    cycles(200);
    check_ram(0, "\1\2\3", 3, "every fourth octet");
}

Test(dma_f4, bus_error) { /* 9.3.18 */
    arm(MINC | TEIE, 4, 0);
    set(SCR, CH);
    cycles(10);
    bench_write(dma, LIFCR, 0x0f400000);
    set(SM0AR, 0x60000000);
    set(SCR, MINC | TEIE | CH | EN);
    feed_give(feed, 1);
    cycles(20);
    cr_assert_eq(flags(), TEIF);
    cr_assert(dma->irq[STREAM]);
    cr_assert(!(get(SCR) & EN));
}

Test(dma_f4, priorities) { /* 9.3.4: PL first, then the lower number */
    static const unsigned pl[4] = {1, 3, 3, 0};
    for (unsigned s = 0; s < 4; s++) {
        bench_write(dma, reg(s, SNDTR), 1);
        bench_write(dma, reg(s, SPAR), FEED);
        bench_write(dma, reg(s, SM0AR), BENCH_RAM + s);
        bench_write(dma, reg(s, SFCR), DMDIS);
        bench_write(dma, reg(s, SCR), M2M | pl[s] * PL0 | EN);
    }
    cycles(100);
    check_ram(0, "\3\1\2\4", 4, "order of service");
}

/* --- behind an SPI slave --------------------------------------------------------------------- */

enum { SPI_CR1 = 0, SPI_CR2 = 4, SPI_SR = 8, SPI_DR = 12 };

static void clock_octet(unsigned octet, unsigned bits) {
    for (unsigned i = 0; i < bits; i++) { /* LSB first, mode 0, 10 Mb/s */
        bench_pin(spi, STM32_MOSI, octet >> i & 1, bench.now + 25000);
        bench_pin(spi, STM32_SCK, 1, bench.now + 25000);
        bench_pin(spi, STM32_SCK, 0, bench.now + 50000);
    }
}

static void arm_spi(uint32_t cr, unsigned n) {
    bench_route(spi, STM32_DMA_RX, dma, STREAM * 8 + CHANNEL);
    arm(cr, n, 0);
    set(SCR, CH);
    cycles(10);
    bench_write(dma, LIFCR, 0x0f400000);
    set(SPAR, SPI_BASE + SPI_DR);
    set(SCR, cr | CH | EN);
    bench_write(spi, SPI_CR2, 1);
    bench_write(spi, SPI_CR1, 0x80 | 0x400 | 0x200 | 0x40); /* LSB first, RXONLY, SSM, SPE */
}

Test(dma_f4, pins_to_memory) {
    arm_spi(MINC | CIRC, 64);
    for (unsigned i = 0; i < 200; i++) {
        clock_octet(i ^ 0x5a, 8);
        cycles(5);
        cr_assert_eq(get(SNDTR), 64 - (i + 1) % 64, "NDTR within a frame's time");
        cr_assert_eq(bench.ram[i % 64], (i ^ 0x5a) & 0xff);
    }
    cr_assert_eq(bench_read(spi, SPI_SR), 2);
}

Test(dma_f4, not_armed_means_overrun) {
    arm_spi(MINC, 2);
    for (unsigned i = 1; i <= 4; i++)
        clock_octet(i, 8);
    check_ram(0, "\1\2\0", 3, "two octets, then the stream is done");
    cr_assert_eq(bench_read(spi, SPI_SR), 0x43, "OVR, TXE, RXNE");
    cr_assert_eq(bench.lost, 1, "the fourth octet is lost, the third still in DR");
}

Test(dma_f4, partial_octet_does_not_reach_memory) {
    arm_spi(MINC | CIRC, 16);
    clock_octet(0x11, 8);
    clock_octet(0xff, 5);
    bench_write(spi, SPI_CR1, 0x80 | 0x400 | 0x200);
    bench_write(spi, SPI_CR1, 0x80 | 0x400 | 0x200 | 0x40);
    clock_octet(0x22, 8);
    cycles(20);
    check_ram(0, "\x11\x22\0", 3, "the five bits are gone");
}

Test(dma_f4, memory_to_pins_without_gap) {
    bench.mhz = 40; /* PCLK / 4 is 10 MHz */
    for (unsigned i = 0; i < 64; i++)
        bench.ram[i] = (uint8_t)(i * 37);
    bench_route(spi, STM32_DMA_TX, dma, STREAM * 8 + CHANNEL);
    set(SNDTR, 64);
    set(SPAR, SPI_BASE + SPI_DR);
    set(SM0AR, BENCH_RAM);
    set(SCR, MINC | M2P | CH | EN);
    bench_write(spi, SPI_CR1, 0x80 | 0x304 | 0x8 | 0x40); /* LSB first, SSM, SSI, MSTR, /4 */
    bench_write(spi, SPI_CR2, 2);
    bench_run(&bench, 60 * SIM_US);
    unsigned bits = 0, mosi = 0;
    sim_time last = 0;
    for (unsigned i = 0; i < bench.n_drives; i++) {
        struct bench_drive d = bench.drives[i];
        if (d.role == STM32_MOSI)
            mosi = d.level;
        if (d.role != STM32_SCK || d.level != STM32_HIGH)
            continue;
        cr_assert_eq(mosi, bench.ram[bits / 8] >> bits % 8 & 1, "bit %u", bits);
        cr_assert(bits == 0 || d.time - last == 100000, "a gap before bit %u", bits);
        last = d.time;
        bits++;
    }
    cr_assert_eq(bits, 512);
}

/* What an owner needs to know to say why a frame was lost. */
Test(dma_f4, tells_its_owner_what_it_stores) {
    arm(MINC, 2, 0);
    cr_assert_eq(bench.last_rx.stream, STREAM);
    cr_assert_eq(bench.last_rx.peripheral, FEED);
    feed_give(feed, 1);
    cycles(50);
    cr_assert_str_eq(bench.rx, "Sm", "%s", bench.rx);
    cr_assert_eq(bench.last_rx.address, BENCH_RAM);
    cr_assert_eq(bench.last_rx.size, 1);
    feed_give(feed, 1);
    cycles(50);
    cr_assert_str_eq(bench.rx, "Smms", "it ran to its end: %s", bench.rx);
    cr_assert_eq(bench.last_rx.value, 0);
    set(SCR, CH);
    bench_write(dma, LIFCR, (TCIF | HTIF) << 22);
    bench.n_rx = 0;
    arm(MINC, 2, 0);
    set(SCR, CH);
    cycles(50);
    cr_assert_eq(bench.last_rx.value, 2, "it was stopped before");
    arm(MINC | M2P, 2, 0);
    feed_give(feed, 2);
    cycles(50);
    bench.rx[bench.n_rx] = 0;
    cr_assert_str_eq(bench.rx, "Ss", "nothing of the other direction: %s", bench.rx);
}

/* Whoever wants to know has the register's value at every change. */
Test(dma_f4, tells_how_many_items_are_left) {
    arm(MINC | CIRC, 3, 0);
    feed_expect_ndtr(feed, dma, reg(STREAM, SNDTR), STREAM);
    set(SCR, 0);
    cycles(50);
    set(SNDTR, 77);
    cr_assert_eq(bench.last_ndtr.value, 77);
}
