/* RCC, FLASH and PWR: the clock tree and its rules, registers without firmware. */
#include <criterion/criterion.h>
#include <math.h>

#include "models/mcu/soc/internal.h"
#include "tests/models/soc_bench.h"

#define F4    0x40023800U
#define F1    0x40021000U
#define ACR   0x40023C00U
#define HSION 0x81U /* and HSITRIM as it is after reset */
#define HSEON (1U << 16)
#define PLLON (1U << 24)

static double rate(const struct soc_bench *bench, enum stm32_clock clock) {
    struct stm32_rate r = bench->mcu->rates[clock];
    return (double)r.hz / (double)r.per;
}

static void expect_rates(const struct soc_bench *bench, double hclk, double pclk1, double pclk2,
                         double tim1, double tim2) {
    cr_expect_float_eq(rate(bench, STM32_HCLK), hclk, 1e-3, "HCLK %f", rate(bench, STM32_HCLK));
    cr_expect_float_eq(rate(bench, STM32_PCLK1), pclk1, 1e-3);
    cr_expect_float_eq(rate(bench, STM32_PCLK2), pclk2, 1e-3);
    cr_expect_float_eq(rate(bench, STM32_TIMCLK1), tim1, 1e-3);
    cr_expect_float_eq(rate(bench, STM32_TIMCLK2), tim2, 1e-3);
}

/* Sets the F4's PLL up, waits for it and switches. */
static void f4_pll(struct soc_bench *bench, uint32_t pllcfgr, uint32_t cfgr, uint32_t acr) {
    bool hse = pllcfgr >> 22 & 1;
    soc_write(bench, ACR, acr);
    soc_write(bench, F4 + 0x04, pllcfgr);
    soc_write(bench, F4, HSION | (hse ? HSEON : 0) | PLLON);
    soc_run(bench, 3 * SIM_MS);
    cr_expect(soc_read(bench, F4) & 1U << 25, "the PLL locks");
    soc_write(bench, F4 + 0x08, cfgr | 2);
    cr_expect_eq(soc_read(bench, F4 + 0x08) >> 2 & 3, 2, "SWS follows");
}

static uint32_t pllcfgr(unsigned m, unsigned n, unsigned p, unsigned q, bool hse) {
    return m | n << 6 | (p / 2 - 1) << 16 | (uint32_t)hse << 22 | q << 24;
}

Test(rcc, after_reset_everything_runs_from_hsi) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    expect_rates(&bench, 16e6, 16e6, 16e6, 16e6, 16e6);
    cr_expect_float_eq(rate(&bench, STM32_LSI), 32000, 1e-9);
    cr_expect_eq(bench.mcu->rates[STM32_CLK48].hz, 0);
    soc_bench_finish(&bench);
}

/* RM0368 figure 12 and 6.2: timers run at twice PCLK when it is divided. */
Test(rcc, f401_at_84_mhz) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    f4_pll(&bench, pllcfgr(8, 336, 4, 7, true), 4U << 10, 2);
    expect_rates(&bench, 84e6, 42e6, 84e6, 84e6, 84e6);
    cr_expect_float_eq(rate(&bench, STM32_CLK48), 48e6, 1e-3);
    cr_expect_eq(bench.n_reports, 0, "%s", bench.reports[0].text);
    soc_bench_finish(&bench);
}

Test(rcc, f401_at_80_mhz_from_hsi_with_its_error) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", &(struct stm32_config){.hsi_ppm = 10000});
    expect_rates(&bench, 16.16e6, 16.16e6, 16.16e6, 16.16e6, 16.16e6);
    f4_pll(&bench, pllcfgr(16, 320, 4, 8, false), 4U << 10, 2);
    expect_rates(&bench, 80.8e6, 40.4e6, 80.8e6, 80.8e6, 80.8e6);
    cr_expect_eq(bench.n_reports, 0, "%s", bench.reports[0].text);
    soc_bench_finish(&bench);
}

Test(rcc, f439_at_168_mhz) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f439zi", NULL);
    f4_pll(&bench, pllcfgr(8, 336, 2, 7, true), 5U << 10 | 4U << 13, 5);
    expect_rates(&bench, 168e6, 42e6, 84e6, 84e6, 168e6);
    soc_write(&bench, F4 + 0x8C, 1U << 24); /* TIMPRE: RM0090 6.3.25 */
    expect_rates(&bench, 168e6, 42e6, 84e6, 168e6, 168e6);
    cr_expect_eq(bench.n_reports, 0, "%s", bench.reports[0].text);
    soc_bench_finish(&bench);
}

static void f1_pll(struct soc_bench *bench, uint32_t cfgr) {
    soc_write(bench, F1 + 0x04, cfgr);
    soc_write(bench, F1, HSION | (cfgr >> 16 & 1 ? HSEON : 0) | PLLON);
    soc_run(bench, 3 * SIM_MS);
    cr_expect(soc_read(bench, F1) & 1U << 25, "the PLL locks");
    soc_write(bench, F1 + 0x04, cfgr | 2);
    cr_expect_eq(soc_read(bench, F1 + 0x04) >> 2 & 3, 2);
}

/* RM0041 6.3.2: PLLMUL 0b0001 is times 3. */
Test(rcc, f100_at_24_mhz) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f100rb", NULL);
    f1_pll(&bench, 1U << 18 | 1U << 16);
    expect_rates(&bench, 24e6, 24e6, 24e6, 24e6, 24e6);
    cr_expect_eq(bench.n_reports, 0, "%s", bench.reports[0].text);
    soc_bench_finish(&bench);
}

/* RM0041 6.3.11: PREDIV1 divides by one more; its bit 0 is PLLXTPRE. */
Test(rcc, f100_prediv) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f100rb", NULL);
    soc_write(&bench, F1 + 0x2C, 1);
    cr_expect_eq(soc_read(&bench, F1 + 0x04), 1U << 17);
    f1_pll(&bench, 4U << 18 | 3U << 16);
    expect_rates(&bench, 24e6, 24e6, 24e6, 24e6, 24e6);
    soc_bench_finish(&bench);
}

Test(rcc, f103_at_72_mhz) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f103rb", NULL);
    soc_write(&bench, 0x40022000, 0x12);
    f1_pll(&bench, 7U << 18 | 1U << 16 | 4U << 8);
    expect_rates(&bench, 72e6, 36e6, 72e6, 72e6, 72e6);
    cr_expect_float_eq(rate(&bench, STM32_CLK48), 48e6, 1e-3);
    cr_expect_eq(bench.n_reports, 0, "%s", bench.reports[0].text);
    soc_bench_finish(&bench);
}

/* RM0368 6.3.3: HPRE 0b1111 is 512, PPRE 0b111 is 16. */
Test(rcc, prescalers) {
    static const uint16_t ahb[16] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 64, 128, 256, 512};
    static const uint8_t apb[8] = {1, 1, 1, 1, 2, 4, 8, 16};
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    for (uint32_t i = 0; i < 16; i++) {
        soc_write(&bench, F4 + 0x08, i << 4 | (i & 7) << 10 | (7 - (i & 7)) << 13);
        cr_expect_float_eq(rate(&bench, STM32_HCLK), 16e6 / ahb[i], 1e-6);
        cr_expect_float_eq(rate(&bench, STM32_PCLK1), 16e6 / ahb[i] / apb[i & 7], 1e-6);
        cr_expect_float_eq(rate(&bench, STM32_PCLK2), 16e6 / ahb[i] / apb[7 - (i & 7)], 1e-6);
    }
    soc_bench_finish(&bench);
}

/* RM0368 6.2.6: a switch to a source that is not ready waits for it. */
Test(rcc, a_switch_waits_for_its_source) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, F4 + 0x08, 1);
    soc_write(&bench, F4, HSION | HSEON);
    soc_run(&bench, 1 * SIM_MS);
    cr_expect_eq(soc_read(&bench, F4 + 0x08), 1);
    cr_expect_eq(soc_read(&bench, F4) & 1U << 17, 0);
    soc_run(&bench, 2 * SIM_MS);
    cr_expect_eq(soc_read(&bench, F4 + 0x08), 5);
    expect_rates(&bench, 8e6, 8e6, 8e6, 8e6, 8e6);
    soc_write(&bench, F4, HSEON | 0x80);
    cr_expect_eq(soc_read(&bench, F4) & 3, 0, "HSI off");
    soc_bench_finish(&bench);
}

Test(rcc, a_missing_crystal_never_starts) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", &(struct stm32_config){0});
    soc_write(&bench, F4, HSION | HSEON);
    soc_run(&bench, 100 * SIM_MS);
    cr_expect_eq(soc_read(&bench, F4) & 1U << 17, 0);
    soc_bench_finish(&bench);
}

/* RM0368 6.2.1: a crystal needs HSEBYP clear, a clock at OSC_IN needs it set. */
Test(rcc, bypass_must_fit_the_board) {
    for (unsigned i = 0; i < 8; i++) {
        bool clock = i & 1, bypass = i >> 1 & 1, either = i >> 2 & 1;
        struct soc_bench bench;
        soc_bench_init(
            &bench, "f401re",
            &(struct stm32_config){.hse_hz = 8000000, .hse_bypass = clock, .hse_either = either});
        soc_write(&bench, F4, HSION | HSEON | (uint32_t)bypass << 18);
        soc_run(&bench, 5 * SIM_MS);
        bool ready = soc_read(&bench, F4) >> 17 & 1;
        cr_expect_eq(ready, either || clock == bypass, "case %u", i);
        cr_expect_eq(bench.n_reports == 0, ready, "case %u", i);
        soc_bench_finish(&bench);
    }
}

/* RM0368 6.3.1: HSITRIM moves the HSI; the model's error is a setting. */
Test(rcc, trimming_is_loud) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, F4, HSION);
    cr_expect_eq(bench.n_reports, 0);
    soc_write(&bench, F4, HSION + 8);
    cr_expect(soc_reported(&bench, STM32_UNMODELLED, "RCC", "CR"));
    soc_bench_finish(&bench);
}

/* RM0368 6.3.1: HSEON, HSION and PLLON cannot be cleared while SYSCLK needs them. */
Test(rcc, what_makes_sysclk_stays_on) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, F4, 0);
    cr_expect_eq(soc_read(&bench, F4) & 3, 3);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "RCC", "CR"));
    soc_bench_finish(&bench);
}

/* RM0368 6.3.2: PLLCFGR can be written only while the PLL is off. */
Test(rcc, pllcfgr_is_locked_while_the_pll_runs) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    f4_pll(&bench, pllcfgr(8, 336, 4, 7, true), 4U << 10, 2);
    soc_write(&bench, F4 + 0x04, pllcfgr(8, 320, 4, 7, true));
    cr_expect_eq(soc_read(&bench, F4 + 0x04), pllcfgr(8, 336, 4, 7, true) | 1U << 29);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "RCC", "PLLCFGR"));
    soc_bench_finish(&bench);
}

Test(rcc, a_pll_out_of_range_is_misuse) {
    struct soc_bench bench;
    static const struct {
        unsigned m, n;
        bool locks;
    } rows[] = {{8, 50, false}, {8, 100, true},   {8, 432, true},  {4, 216, true}, {4, 240, false},
                {1, 50, false}, {16, 336, false}, {8, 433, false}, {8, 49, false}};
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        soc_bench_init(&bench, "f401re", NULL);
        soc_write(&bench, F4 + 0x04, pllcfgr(rows[i].m, rows[i].n, 4, 7, true));
        soc_write(&bench, F4, HSION | HSEON | PLLON);
        soc_run(&bench, 5 * SIM_MS);
        cr_expect_eq(soc_read(&bench, F4) >> 25 & 1, rows[i].locks, "M %u, N %u", rows[i].m,
                     rows[i].n);
        cr_expect_eq(soc_reported(&bench, STM32_MISUSE, "RCC", NULL), !rows[i].locks);
        soc_bench_finish(&bench);
    }
}

/* RM0368 table 6: 84 MHz takes two wait states. */
Test(rcc, too_few_wait_states_are_misuse) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    f4_pll(&bench, pllcfgr(8, 336, 4, 7, true), 4U << 10, 1);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "FLASH", NULL));
    soc_bench_finish(&bench);
}

Test(rcc, a_bus_above_its_maximum_is_misuse) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    f4_pll(&bench, pllcfgr(8, 336, 4, 7, true), 0, 2);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "RCC", "CFGR"));
    cr_expect_str_eq(bench.reports[0].text, "PCLK1 is above the chip's maximum");
    soc_bench_finish(&bench);
}

/* RM0368 6.3.4 and 6.3.18: LSI. */
Test(rcc, lsi_and_its_interrupt_flag) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, F4 + 0x0C, 1U << 8);
    soc_write(&bench, F4 + 0x74, 1);
    cr_expect_eq(soc_read(&bench, F4 + 0x74), 0x0E000001);
    soc_run(&bench, 50 * SIM_US);
    cr_expect_eq(soc_read(&bench, F4 + 0x74), 0x0E000003);
    cr_expect_eq(soc_read(&bench, F4 + 0x0C), 0x101);
    cr_expect_eq(bench.mcu->irq_count[5], 1);
    soc_write(&bench, F4 + 0x0C, 1U << 16);
    cr_expect_eq(soc_read(&bench, F4 + 0x0C), 0);
    cr_expect_eq(bench.mcu->irq_count[5], 0);
    soc_write(&bench, F4 + 0x74, 1U << 24); /* RMVF */
    cr_expect_eq(soc_read(&bench, F4 + 0x74) >> 24, 0);
    soc_bench_finish(&bench);
}

/* RM0368 5.1.2: the backup domain opens with DBP. */
Test(rcc, the_backup_domain_is_locked) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, F4 + 0x70, 1U << 16);
    cr_expect_eq(soc_read(&bench, F4 + 0x70), 0);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "RCC", "BDCR"));
    soc_write(&bench, F4 + 0x40, 1U << 28);
    soc_write(&bench, 0x40007000, 1U << 8);
    soc_write(&bench, F4 + 0x70, 1U << 16);
    cr_expect_eq(soc_read(&bench, F4 + 0x70), 1U << 16);
    soc_bench_finish(&bench);
}

/* Only bits of blocks that the chip has: RM0368 6.3.9 to 6.3.12, 6.3.5 to 6.3.8. */
Test(rcc, gates_have_the_manuals_bits) {
    static const struct {
        const char *chip;
        uint32_t base, offset, mask;
    } rows[] = {
        {"f401re", F4, 0x30, 0x0060109F}, {"f401re", F4, 0x34, 0x00000080},
        {"f401re", F4, 0x40, 0x10E2C80F}, {"f401re", F4, 0x44, 0x00077931},
        {"f439zi", F4, 0x30, 0x7EF417FF}, {"f439zi", F4, 0x34, 0x000000F1},
        {"f439zi", F4, 0x38, 0x00000001}, {"f439zi", F4, 0x40, 0xF6FEC9FF},
        {"f439zi", F4, 0x44, 0x04777F33}, {"f100rb", F1, 0x14, 0x00000055},
        {"f100rb", F1, 0x18, 0x00075A7D}, {"f100rb", F1, 0x1C, 0x78664837},
        {"f103rb", F1, 0x18, 0x00005E7D}, {"f103rb", F1, 0x1C, 0x1AE64807},
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct soc_bench bench;
        soc_bench_init(&bench, rows[i].chip, NULL);
        soc_write(&bench, rows[i].base + rows[i].offset, 0xFFFFFFFF);
        uint32_t got = soc_read(&bench, rows[i].base + rows[i].offset);
        cr_expect_eq(got, rows[i].mask, "%s RCC + 0x%02X: 0x%08X", rows[i].chip, rows[i].offset,
                     got);
        soc_bench_finish(&bench);
    }
}

/* RM0368 3.6.2: two keys open FLASH_CR; PG and the rest are not modelled. */
Test(rcc, flash_keys) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, ACR + 4, 0x45670123);
    soc_write(&bench, ACR + 4, 0xCDEF89AB);
    cr_expect_eq(soc_read(&bench, ACR + 0x10), 0);
    soc_write(&bench, ACR + 0x10, 1);
    cr_expect(soc_reported(&bench, STM32_UNMODELLED, "FLASH", "CR"));
    soc_bench_finish(&bench);
}

/* RM0090 5.5.1, 5.5.2. */
Test(rcc, over_drive) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f439zi", NULL);
    soc_write(&bench, F4 + 0x40, 1U << 28);
    cr_expect_eq(soc_read(&bench, 0x40007000), 0x0000C000);
    cr_expect_eq(soc_read(&bench, 0x40007004), 1U << 14);
    soc_write(&bench, 0x40007000, 0x0001C000);
    soc_run(&bench, 2 * SIM_US);
    cr_expect_eq(soc_read(&bench, 0x40007004), 0x00014000);
    soc_bench_finish(&bench);
}
