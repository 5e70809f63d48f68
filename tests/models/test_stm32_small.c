/* Watchdog, random numbers, unique id and flash size alone; and that no block is harmed by
 * whatever is written to it. */
#include <criterion/criterion.h>

#include <string.h>

#include "block_bench.h"
#include "models/mcu/stm32/ips.h"
#include "sim/rng.h"

#define LSI_PS 31250000 /* of the bench */

static struct bench bench;

static void setup(void) {
    bench_init(&bench, 48);
}

static void finish(void) {
    bench_finish(&bench);
}

TestSuite(small, .init = setup, .fini = finish);

enum { KR = 0, PR = 4, RLR = 8, SR = 12 };

Test(small, iwdg_registers) { /* RM0368 15.4 */
    struct stm32_block *b = bench_add(&bench, &stm32_ip_iwdg, 0x40003000, 0);
    cr_assert_eq(bench_read(b, PR), 0);
    cr_assert_eq(bench_read(b, RLR), 0xfff);
    cr_assert_eq(bench_read(b, SR), 0);
    bench_write(b, PR, 3);
    cr_assert_eq(bench_read(b, PR), 0, "locked");
    cr_assert_eq(bench.misuse, 1);
    bench_write(b, KR, 0x5555);
    bench_write(b, PR, 3);
    bench_write(b, RLR, 0x123);
    cr_assert_eq(bench_read(b, SR), 3);
    bench_run(&bench, 6 * (sim_time)LSI_PS);
    cr_assert_eq(bench_read(b, SR), 0);
    cr_assert_eq(bench_read(b, PR), 3);
    cr_assert_eq(bench_read(b, RLR), 0x123);
    bench_write(b, KR, 0xaaaa);
    bench_write(b, PR, 4);
    cr_assert_eq(bench_read(b, PR), 3, "any other key locks again");
}

Test(small, iwdg_resets) { /* 15.3, timeouts: /4 and 0xfff are 512 ms at 32 kHz */
    struct stm32_block *b = bench_add(&bench, &stm32_ip_iwdg, 0x40003000, 0);
    bench_run(&bench, SIM_S);
    bench_write(b, KR, 0xcccc);
    bench_run(&bench, bench.now + 511 * SIM_MS);
    cr_assert_eq(bench.resets, 0);
    bench_write(b, KR, 0xaaaa);
    bench_run(&bench, bench.now + 512 * SIM_MS - 1);
    cr_assert_eq(bench.resets, 0, "reloaded");
    bench_run(&bench, bench.now + 1);
    cr_assert_eq(bench.resets, 1);
}

Test(small, iwdg_with_another_rate) {
    struct stm32_block *b = bench_add(&bench, &stm32_ip_iwdg, 0x40003000, 0);
    bench_write(b, KR, 0x5555);
    bench_write(b, PR, 6);
    bench_write(b, RLR, 9);
    bench_run(&bench, 8 * (sim_time)LSI_PS);
    bench_write(b, KR, 0xcccc);
    bench_run(&bench, bench.now + 2560 * (sim_time)LSI_PS - 1);
    cr_assert_eq(bench.resets, 0);
    bench_run(&bench, bench.now + 1);
    cr_assert_eq(bench.resets, 1);
}

Test(small, rng_words) { /* RM0090 24.3, 24.4 */
    struct stm32_block *b = bench_add(&bench, &stm32_ip_rng, 0x50060800, 0);
    bench.config.seed = 7;
    cr_assert_eq(bench_read(b, 4), 0);
    cr_assert_eq(bench_read(b, 8), 0);
    cr_assert_eq(bench.misuse, 1, "DR before DRDY");
    bench_write(b, 0, 4 | 8);
    uint32_t words[8];
    for (unsigned i = 0; i < 8; i++) {
        bench_run(&bench, bench.now + 40 * SIM_US / 48 - 30000);
        cr_assert_eq(bench_read(b, 4), 0);
        cr_assert(!b->irq[0]);
        bench_run(&bench, bench.now + 60000);
        cr_assert_eq(bench_read(b, 4), 1);
        cr_assert(b->irq[0]);
        words[i] = bench_read(b, 8);
        cr_assert_eq(bench_read(b, 4), 0);
        for (unsigned k = 0; k < i; k++)
            cr_assert_neq(words[i], words[k]);
    }
    struct stm32_block *again = bench_add(&bench, &stm32_ip_rng, 0x50060c00, 0);
    bench_write(again, 0, 4);
    bench_run(&bench, bench.now + SIM_US);
    cr_assert_eq(bench_read(again, 8), words[0], "the same seed, the same words");
    bench.config.seed = 8;
    struct stm32_block *other = bench_add(&bench, &stm32_ip_rng, 0x50061000, 0);
    bench_write(other, 0, 4);
    bench_run(&bench, bench.now + SIM_US);
    cr_assert_neq(bench_read(other, 8), words[0]);
}

Test(small, rng_without_clock) { /* 24.3.2 */
    struct stm32_block *b = bench_add(&bench, &stm32_ip_rng, 0x50060800, 0);
    bench.off = true;
    bench_write(b, 0, 4 | 8);
    cr_assert_eq(bench_read(b, 4), 2 | 32);
    cr_assert(b->irq[0]);
    bench.off = false;
    b->ip->clock_changed(b);
    bench_run(&bench, bench.now + SIM_US);
    cr_assert_eq(bench_read(b, 4), 1 | 32);
    bench_write(b, 4, 0);
    cr_assert_eq(bench_read(b, 4), 1);
}

Test(small, unique_id) { /* RM0368 24.1 */
    struct stm32_block *b = bench_add(&bench, &stm32_ip_uid, 0x1fff7a10, 0);
    cr_assert_neq(bench_read(b, 0), 0);
    bench.config.uid[2] = 5;
    cr_assert_eq(bench_read(b, 0), 0);
    cr_assert_eq(bench_read(b, 8), 5);
    bench_write(b, 8, 6);
    cr_assert_eq(bench_read(b, 8), 5, "read only");
}

Test(small, flash_size) { /* RM0368 24.2, RM0041 26.1 */
    static const struct stm32_memory memories[] = {
        {.name = "flash", .kind = STM32_FLASH, .base = 0x08000000, .size = 512 * 1024},
        {.name = "sram", .kind = STM32_SRAM, .base = 0x20000000, .size = 96 * 1024},
        {.name = NULL},
    };
    bench.chip.memories = memories;
    struct stm32_block *f4 = bench_add(&bench, &stm32_ip_flash_size, 0x1fff7a20, 16);
    struct stm32_block *f1 = bench_add(&bench, &stm32_ip_flash_size, 0x1ffff7e0, 0);
    uint32_t value = 0;
    cr_assert(stm32_bus_read(f4, 0x1fff7a22, 2, &value));
    cr_assert_eq(value, 512);
    cr_assert(stm32_bus_read(f1, 0x1ffff7e0, 2, &value));
    cr_assert_eq(value, 512);
}

/* Any values to any register, any levels at any pin, with time passing: it ends, and (in a
 * build with sanitizers) without a bad access. DMA moves between registers as well. */
Test(small, random_accesses_do_no_harm) {
    static const struct stm32_ip *const ips[] = {&stm32_ip_spi_v1,    &stm32_ip_usart_v1,
                                                 &stm32_ip_tim_basic, &stm32_ip_tim_general,
                                                 &stm32_ip_dma_f1,    &stm32_ip_dma_f4};
    for (unsigned pass = 0; pass < 40; pass++) {
        bench_finish(&bench);
        bench_init(&bench, 48);
        for (unsigned i = 0; i < 2; i++)
            bench_add(&bench, ips[(pass + 3 * i) % 6], 0x40000000 + 0x400 * i, 0);
        struct stm32_block *dma = bench_add(&bench, ips[4 + pass % 2], 0x40000800, 0);
        for (unsigned i = 0; i < STM32_DMA_TX + 1; i++)
            bench_route(&bench.blocks[0], i, dma, pass % 2 ? 9 * i : i);
        for (unsigned i = 0; i < 4000; i++) {
            uint64_t r = rng_u64(5, pass, i);
            struct stm32_block *b = &bench.blocks[r % 3];
            const struct stm32_reg *reg = &b->ip->regs[(r >> 8) % b->ip->n_regs];
            uint32_t offset = reg->offset;
            if (reg->count)
                offset += (uint32_t)(r >> 16) % reg->count * reg->stride;
            uint32_t value = (uint32_t)(r >> 32) & (uint32_t)rng_u64(6, pass, i);
            if (r & 0x1000000)
                value = 0x40000000 + (value & 0xffc);
            bench_write(b, offset, value);
            bench_read(b, offset);
            if (b->ip->pin_in)
                bench_pin(b, (r >> 20) % 6, r >> 26 & 1, bench.now);
            bench_run(&bench, bench.now + (sim_time)(r >> 40 & 0xfffff));
            bench.n_drives = 0;
        }
    }
}
