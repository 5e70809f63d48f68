/* Basic and general-purpose timers alone. The counter is compared tick by tick with one that
 * counts step by step. Sections are RM0368's. */
#include <criterion/criterion.h>

#include "block_bench.h"
#include "models/mcu/stm32/ips.h"
#include "models/mcu/stm32/tim.h"
#include "sim/rng.h"

enum { CEN = 1, UDIS = 2, URS = 4, OPM = 8, DIR = 16, ARPE = 128 };

static struct bench bench;
static struct stm32_block *tim, *basic;

static void setup(void) {
    bench_init(&bench, 1); /* a tick is a microsecond */
    tim = bench_add(&bench, &stm32_ip_tim_general, 0x40000400, 16);
    basic = bench_add(&bench, &stm32_ip_tim_basic, 0x40001000, 0);
}

static void finish(void) {
    bench_finish(&bench);
}

TestSuite(tim, .init = setup, .fini = finish);

static void ticks(unsigned n) {
    bench_run(&bench, bench.now + n * SIM_US);
}

Test(tim, reset_values) { /* 13.4 */
    for (uint32_t r = TIM_CR1; r <= TIM_CCR4; r += 4)
        if (r != 0x30)
            cr_assert_eq(bench_read(tim, r), r == TIM_ARR ? 0xffff : 0, "offset %x", r);
    struct stm32_block *wide = bench_add(&bench, &stm32_ip_tim_general, 0x40000000, 32);
    cr_assert_eq(bench_read(wide, TIM_ARR), 0xffffffff);
    cr_assert_eq(bench_read(basic, TIM_ARR), 0xffff);
}

Test(tim, not_modelled_is_loud) {
    bench_write(tim, TIM_CR1, 1 << 5);
    bench_write(tim, TIM_SMCR, 7);
    bench_write(tim, TIM_CCMR1, 1);
    bench_write(tim, TIM_CCER, 1);
    bench_write(basic, TIM_CR2, 0x20);
    cr_assert_eq(bench.unmodelled, 5);
    bench_read(basic, TIM_CCR1);
    cr_assert_eq(bench.unmodelled, 6);
}

/* A counter as in the figures of 13.3.2, one step at a time. */
struct steps {
    unsigned cnt, psc, prescaler, arr, ccr, sr;
    bool down;
};

static void step(struct steps *s) {
    if (s->prescaler++ < s->psc)
        return;
    s->prescaler = 0;
    if (s->down ? s->cnt == 0 : s->cnt == s->arr) {
        s->cnt = s->down ? s->arr : 0;
        s->sr |= 1;
    } else {
        s->cnt = s->down ? s->cnt - 1 : s->cnt + 1;
    }
    if (s->cnt == s->ccr)
        s->sr |= 2;
}

Test(tim, counts_like_one_that_counts) {
    for (unsigned run = 0; run < 200; run++) {
        struct steps s = {.psc = (unsigned)rng_u64(1, run, 0) % 5,
                          .arr = 1 + (unsigned)rng_u64(1, run, 1) % 20,
                          .down = run & 1};
        s.ccr = (unsigned)rng_u64(1, run, 2) % (s.arr + 2);
        bench_write(tim, TIM_CR1, s.down ? DIR : 0);
        bench_write(tim, TIM_PSC, s.psc);
        bench_write(tim, TIM_ARR, s.arr);
        bench_write(tim, TIM_CCR1, s.ccr);
        bench_write(tim, TIM_EGR, 1);
        s.cnt = s.down ? s.arr : 0;
        bench_write(tim, TIM_SR, 0);
        bench_write(tim, TIM_DIER, run & 2 ? 3 : 0);
        bench_write(tim, TIM_CR1, CEN | (s.down ? DIR : 0));
        for (unsigned look = 0; look < 40; look++) {
            unsigned n = (unsigned)rng_u64(2, run, look) % 60;
            for (unsigned i = 0; i < n; i++)
                step(&s);
            ticks(n);
            cr_assert_eq(bench_read(tim, TIM_CNT), s.cnt, "run %u look %u", run, look);
            cr_assert_eq(bench_read(tim, TIM_SR) & 3, s.sr, "run %u look %u", run, look);
            cr_assert_eq(tim->irq[0], (run & 2) && s.sr);
            bench_write(tim, TIM_SR, s.sr = look % 3 ? s.sr & ~1u : s.sr & ~2u);
        }
    }
}

Test(tim, update_interrupt_at_its_tick) { /* 13.3.2 */
    bench_write(basic, TIM_PSC, 9);
    bench_write(basic, TIM_ARR, 99);
    bench_write(basic, TIM_EGR, 1);
    cr_assert_eq(bench_read(basic, TIM_SR), 1, "UG sets UIF");
    bench_write(basic, TIM_SR, 0);
    bench_write(basic, TIM_DIER, 1);
    bench_write(basic, TIM_CR1, CEN);
    for (unsigned i = 0; i < 3; i++) {
        ticks(999);
        cr_assert(!basic->irq[0]);
        ticks(1);
        cr_assert(basic->irq[0]);
        bench_write(basic, TIM_SR, 0);
        cr_assert(!basic->irq[0]);
    }
    cr_assert_eq(basic->irq_edges, 3);
}

Test(tim, preload) { /* 13.3.1, ARPE; PSC is always buffered */
    bench_write(tim, TIM_ARR, 9);
    bench_write(tim, TIM_CR1, CEN | ARPE);
    ticks(5);
    bench_write(tim, TIM_ARR, 19);
    bench_write(tim, TIM_PSC, 1);
    ticks(5);
    cr_assert_eq(bench_read(tim, TIM_CNT), 0);
    ticks(39);
    cr_assert_eq(bench_read(tim, TIM_CNT), 19);
    ticks(1);
    cr_assert_eq(bench_read(tim, TIM_CNT), 0);
    bench_write(tim, TIM_CR1, CEN);
    bench_write(tim, TIM_ARR, 4);
    ticks(10);
    cr_assert_eq(bench_read(tim, TIM_CNT), 0, "without ARPE at once");
}

Test(tim, one_pulse_stops) { /* 13.3.10 */
    bench_write(tim, TIM_ARR, 9);
    bench_write(tim, TIM_CR1, CEN | OPM);
    ticks(9);
    cr_assert_eq(bench_read(tim, TIM_CR1), CEN | OPM);
    ticks(1);
    cr_assert_eq(bench_read(tim, TIM_CR1), OPM);
    ticks(30);
    cr_assert_eq(bench_read(tim, TIM_CNT), 0);
    cr_assert_eq(bench_read(tim, TIM_SR) & 1, 1);
}

Test(tim, update_can_be_suppressed) { /* 13.4.1, UDIS and URS */
    bench_write(tim, TIM_CR1, URS);
    bench_write(tim, TIM_EGR, 1);
    cr_assert_eq(bench_read(tim, TIM_SR) & 1, 0);
    bench_write(tim, TIM_ARR, 9);
    bench_write(tim, TIM_CR1, CEN | UDIS);
    ticks(25);
    cr_assert_eq(bench_read(tim, TIM_CNT), 5);
    cr_assert_eq(bench_read(tim, TIM_SR) & 1, 0);
}

Test(tim, wide_counter) {
    struct stm32_block *wide = bench_add(&bench, &stm32_ip_tim_general, 0x40000000, 32);
    bench_write(wide, TIM_CNT, 0xfffffff0);
    bench_write(wide, TIM_CR1, CEN);
    ticks(20);
    cr_assert_eq(bench_read(wide, TIM_CNT), 4);
    bench_write(tim, TIM_CNT, 0xfffff0);
    bench_write(tim, TIM_CR1, CEN);
    ticks(20);
    cr_assert_eq(bench_read(tim, TIM_CNT), 4, "16 bits");
}

Test(tim, dma_request_until_served) { /* 13.4.4, UDE */
    bench_write(tim, TIM_ARR, 9);
    bench_write(tim, TIM_DIER, 1 << 8);
    bench_write(tim, TIM_CR1, CEN);
    ticks(9);
    cr_assert(!tim->request[STM32_DMA_UP]);
    ticks(1);
    cr_assert(tim->request[STM32_DMA_UP]);
    tim->ip->dma_ack(tim, STM32_DMA_UP);
    cr_assert(!tim->request[STM32_DMA_UP]);
}

Test(tim, stops_with_its_clock) {
    bench_write(tim, TIM_ARR, 9);
    bench_write(tim, TIM_DIER, 1);
    bench_write(tim, TIM_CR1, CEN);
    bench.off = true;
    tim->ip->clock_changed(tim);
    ticks(100);
    cr_assert(!tim->irq[0]);
}
