/* The F1's DMA controller alone, with a peripheral of the test's own. Sections are RM0041's. */
#include <criterion/criterion.h>

#include <string.h>

#include "block_bench.h"
#include "dma_feed.h"
#include "models/mcu/stm32/ips.h"

#define FEED 0x40013000u

enum { ISR = 0, IFCR = 4, CCR = 0, CNDTR = 4, CPAR = 8, CMAR = 12 };
enum { EN = 1, TCIE = 2, HTIE = 4, TEIE = 8, DIR = 16, CIRC = 32, PINC = 64, MINC = 128 };
enum { P16 = 1 << 8, P32 = 2 << 8, M16 = 1 << 10, M32 = 2 << 10, PL0 = 1 << 12, MEM2MEM = 1 << 14 };
enum { GIF = 1, TCIF = 2, HTIF = 4, TEIF = 8 };

static struct bench bench;
static struct stm32_block *dma, *feed;

static void setup(void) {
    bench_init(&bench, 24);
    dma = bench_add(&bench, &stm32_ip_dma_f1, 0x40020000, 0);
    feed = bench_add(&bench, &feed_ip, FEED, 0);
    ((struct feed *)feed->state)->step = 1;
    bench_route(feed, STM32_DMA_RX, dma, 1);
}

static void finish(void) {
    bench_finish(&bench);
}

TestSuite(dma_f1, .init = setup, .fini = finish);

/* Channels count from 1, as in the manual. */
static uint32_t reg(unsigned channel, unsigned offset) {
    return 8 + 20 * (channel - 1) + offset;
}

static uint32_t get(unsigned offset) {
    return bench_read(dma, reg(2, offset));
}

static void set(unsigned offset, uint32_t value) {
    bench_write(dma, reg(2, offset), value);
}

static unsigned flags(void) {
    return bench_read(dma, ISR) >> 4 & 15;
}

static void cycles(unsigned n) {
    bench_run(&bench, bench.now + n * 41667);
}

static void arm(uint32_t cr, unsigned n) {
    set(CNDTR, n);
    set(CPAR, FEED);
    set(CMAR, BENCH_RAM);
    set(CCR, cr | EN);
}

Test(dma_f1, reset_values_and_masks) { /* 9.4 */
    for (unsigned c = 1; c <= 7; c++) {
        for (unsigned r = CCR; r <= CMAR; r += 4)
            cr_assert_eq(bench_read(dma, reg(c, r)), 0);
        bench_write(dma, reg(c, CCR), 0xfffffffe & ~(unsigned)MEM2MEM);
        cr_assert_eq(bench_read(dma, reg(c, CCR)), 0x3ffe);
        bench_write(dma, reg(c, CNDTR), 0xffffffff);
        cr_assert_eq(bench_read(dma, reg(c, CNDTR)), 0xffff);
    }
}

Test(dma_f1, variant_limits_the_channels) { /* DMA2 has five */
    dma->row.variant = 5;
    bench_write(dma, reg(5, CNDTR), 3);
    cr_assert_eq(bench.misuse, 0);
    bench_write(dma, reg(6, CNDTR), 3);
    cr_assert_eq(bench.misuse, 1);
    cr_assert_eq(bench_read(dma, reg(6, CNDTR)), 0);
}

Test(dma_f1, item_by_item) { /* 9.3.3, 9.4.1 */
    arm(MINC | TCIE | HTIE, 4);
    cycles(50);
    cr_assert_eq(get(CNDTR), 4, "nothing without a request");
    for (unsigned i = 1; i <= 4; i++) {
        feed_give(feed, 1);
        cr_assert_eq(get(CNDTR), 5 - i, "a request takes time");
        cycles(6);
        cr_assert_eq(get(CNDTR), 4 - i);
        cr_assert_eq(bench.ram[i - 1], i);
        cr_assert_eq(flags(), i < 2 ? 0 : i < 4 ? GIF | HTIF : GIF | HTIF | TCIF);
        cr_assert_eq(dma->irq[1], i >= 2);
    }
    cr_assert(get(CCR) & EN, "a channel stays enabled at its end");
    bench_write(dma, IFCR, TCIF << 4);
    cr_assert_eq(flags(), GIF | HTIF);
    bench_write(dma, IFCR, GIF << 4);
    cr_assert_eq(flags(), 0, "CGIF clears all");
    cr_assert(!dma->irq[1]);
    feed_give(feed, 3);
    cycles(100);
    cr_assert_eq(bench.ram[4], 0);
}

Test(dma_f1, circular) { /* 9.3.3 */
    arm(MINC | CIRC | TCIE, 6);
    for (unsigned i = 0; i < 20; i++) {
        cr_assert_eq(get(CNDTR), 6 - i % 6);
        feed_give(feed, 1);
        cycles(10);
        cr_assert_eq(bench.ram[i % 6], i + 1);
    }
    cr_assert_eq(bench.ram[6], 0);
}

Test(dma_f1, protected_while_enabled) {
    arm(MINC, 10);
    set(CNDTR, 5);
    set(CPAR, 0);
    set(CMAR, 0);
    cr_assert_eq(bench.misuse, 3);
    cr_assert_eq(get(CNDTR), 10);
    cr_assert_eq(get(CPAR), FEED);
    cr_assert_eq(get(CMAR), BENCH_RAM);
}

Test(dma_f1, disabled_in_the_middle) {
    arm(MINC, 10);
    feed_give(feed, 3);
    cycles(50);
    set(CCR, MINC);
    feed_give(feed, 3);
    cycles(50);
    cr_assert_eq(get(CNDTR), 7);
    cr_assert_eq(flags(), 0, "no flag for a channel that was stopped");
    set(CMAR, BENCH_RAM + 0x40);
    set(CCR, MINC | EN);
    cycles(50);
    cr_assert_eq(get(CNDTR), 4);
    cr_assert_eq(bench.ram[0x40], 4);
}

/* 9.3.4, the table of programmable widths: what four items of 0xB0, 0xB1.. become. */
Test(dma_f1, widths) {
    static const struct {
        unsigned psize, msize;
        const char *memory;
        unsigned octets;
    } rows[] = {
        {0, 0, "\1\2\3\4", 4},
        {0, M16, "\1\0\2\0\3\0\4\0", 8},
        {0, M32, "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 16},
        {P16, 0, "\1\2\3\4", 4},
        {P16, M16, "\1\1\2\2\3\3\4\4", 8},
        {P16, M32, "\1\1\0\0\2\2\0\0\3\3\0\0\4\4\0\0", 16},
        {P32, 0, "\1\2\3\4", 4},
        {P32, M16, "\1\1\2\2\3\3\4\4", 8},
        {P32, M32, "\1\1\1\1\2\2\2\2\3\3\3\3\4\4\4\4", 16},
    };
    struct feed *f = feed->state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(bench.ram, 0xee, 32);
        f->value = 0;
        f->step = 0x01010101;
        arm(MINC | rows[i].psize | rows[i].msize, 4);
        feed_give(feed, 4);
        cycles(100);
        cr_assert_arr_eq(bench.ram, rows[i].memory, rows[i].octets, "row %zu", i);
        cr_assert_eq(bench.ram[rows[i].octets], 0xee);
        set(CCR, 0);
    }
}

Test(dma_f1, memory_to_peripheral) {
    struct feed *f = feed->state;
    memcpy(bench.ram, "\1\2\3\4\5\6", 6);
    arm(MINC | DIR, 6);
    feed_give(feed, 4);
    cycles(100);
    cr_assert_eq(f->n_got, 4);
    for (unsigned i = 0; i < 4; i++)
        cr_assert_eq(f->got[i] & 0xff, i + 1);
    cr_assert_eq(get(CNDTR), 2);
}

Test(dma_f1, memory_to_memory) {
    for (unsigned i = 0; i < 32; i++)
        bench.ram[0x400 + i] = (uint8_t)(3 * i);
    set(CNDTR, 8);
    set(CPAR, BENCH_RAM + 0x400);
    set(CMAR, BENCH_RAM);
    set(CCR, MEM2MEM | PINC | MINC | P32 | M32 | EN);
    cycles(200);
    cr_assert_arr_eq(bench.ram, bench.ram + 0x400, 32);
    cr_assert_eq(flags(), GIF | HTIF | TCIF);
}

Test(dma_f1, bus_error) { /* 9.3.5 */
    set(CNDTR, 4);
    set(CPAR, FEED);
    set(CMAR, 0x60000000);
    set(CCR, MINC | TEIE | EN);
    feed_give(feed, 1);
    cycles(20);
    cr_assert_eq(flags(), GIF | TEIF);
    cr_assert(dma->irq[1]);
    cr_assert(!(get(CCR) & EN));
}

Test(dma_f1, priorities) { /* 9.3.2 */
    static const unsigned pl[4] = {1, 3, 3, 0};
    for (unsigned c = 1; c <= 4; c++) {
        bench_write(dma, reg(c, CNDTR), 1);
        bench_write(dma, reg(c, CPAR), FEED);
        bench_write(dma, reg(c, CMAR), BENCH_RAM + c - 1);
        bench_write(dma, reg(c, CCR), MEM2MEM | pl[c - 1] * PL0 | EN);
    }
    cycles(100);
    cr_assert_arr_eq(bench.ram, "\3\1\2\4", 4);
}

/* What an owner needs to know to say why a frame was lost. */
Test(dma_f1, tells_its_owner_what_it_stores) {
    arm(MINC, 2);
    cr_assert_eq(bench.last_rx.stream, 2);
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
    set(CCR, 0);
    bench.n_rx = 0;
    arm(MINC, 2);
    set(CCR, 0);
    cycles(50);
    cr_assert_eq(bench.last_rx.value, 2, "it was stopped before");
    arm(MINC | DIR, 2);
    feed_give(feed, 2);
    cycles(50);
    bench.rx[bench.n_rx] = 0;
    cr_assert_str_eq(bench.rx, "Ss", "nothing of the other direction: %s", bench.rx);
}

/* Whoever wants to know has the register's value at every change. */
Test(dma_f1, tells_how_many_items_are_left) {
    arm(MINC | CIRC, 3);
    feed_expect_ndtr(feed, dma, reg(2, CNDTR), 2);
    set(CCR, 0);
    cycles(50);
    set(CNDTR, 77);
    cr_assert_eq(bench.last_ndtr.value, 77);
}
