/* The frame: tables, accesses, reports, resets, clock arithmetic, order of events. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#include "models/mcu/soc/internal.h"
#include "tests/models/soc_bench.h"

#define RCC_F4   0x40023800U
#define RCC_F1   0x40021000U
#define FLASH_F4 0x40023C00U

/* --- tables ----------------------------------------------------------------------------- */

static size_t chip_index[16];

ParameterizedTestParameters(soc, chip_is_consistent) {
    for (size_t i = 0; i < stm32_n_chips; i++)
        chip_index[i] = i;
    return cr_make_param_array(size_t, chip_index, stm32_n_chips);
}

/* stm32_create checks overlaps, interrupts, routes and functions of its tables. */
ParameterizedTest(size_t *index, soc, chip_is_consistent) {
    struct soc_bench bench;
    soc_bench_init(&bench, stm32_chip_name(stm32_chips[*index]), NULL);
    cr_expect_eq(bench.n_reports, 0, "%u reports in creation", bench.n_reports);
    soc_bench_finish(&bench);
}

/* Rows that the checks must refuse. */
static const struct stm32_memory no_memory[] = {{"flash", STM32_FLASH, 0x08000000, 1024}, {0}};
static const struct stm32_reg twice_regs[] = {{.name = "A", .offset = 4},
                                              {.name = "B", .offset = 4}};
static const struct stm32_ip twice = {.name = "twice", .regs = twice_regs, .n_regs = 2};
static const struct stm32_row overlapping[] = {
    {.name = "ONE", .base = 0x40000000, .size = 0x800}, {.name = "TWO", .base = 0x40000400}, {0}};
static const struct stm32_row bad_irq[] = {
    {.name = "ONE", .base = 0x40000000, .irqs = STM32_IRQS(10)}, {0}};
static const struct stm32_row bad_reg[] = {{.name = "ONE", .ip = &twice, .base = 0x40000000}, {0}};
static const struct stm32_row good[] = {{.name = "ONE", .base = 0x40000000}, {0}};
static const struct stm32_af no_af[] = {{0}}, bad_af[] = {{0, 0, 0, "NONE", STM32_SCK}, {0}};
static const struct stm32_dma_route no_dma[] = {{0}}, bad_dma[] = {{"ONE", 0, "NONE", 0}, {0}};
static const struct bad_chip {
    const struct stm32_row *rows;
    const struct stm32_af *afs;
    const struct stm32_dma_route *dma;
    const char *text;
} bad_chips[] = {
    {overlapping, no_af, no_dma, "chip bad: TWO overlaps ONE"},
    {bad_irq, no_af, no_dma, "chip bad: ONE has interrupt 10 of 10"},
    {bad_reg, no_af, no_dma, "block ONE: register B overlaps or is outside"},
    {good, bad_af, no_dma, "chip bad: alternate function row 0 (NONE): no such block or pin"},
    {good, no_af, bad_dma, "chip bad: DMA row ONE to NONE: no such block"},
    {good, no_af, no_dma, NULL},
};

Test(soc, bad_tables_are_refused) {
    for (unsigned i = 0; i < sizeof(bad_chips) / sizeof(bad_chips[0]); i++) {
        const struct bad_chip *bad = &bad_chips[i];
        struct stm32_chip chip = {.name = "bad", .n_irq = 10, .hsi_hz = 8000000, .lsi_hz = 40000};
        struct stm32_config config = {0};
        struct sim_err err = SIM_ERR_INIT;
        chip.memories = no_memory;
        chip.rows = bad->rows;
        chip.afs = bad->afs;
        chip.dma = bad->dma;
        struct stm32 *mcu = stm32_create(&chip, &config, &err);
        cr_expect_eq(mcu == NULL, bad->text != NULL, "case %u", i);
        cr_expect_str_eq(err.text, bad->text ? bad->text : "");
        stm32_destroy(mcu);
    }
}

Test(soc, config_is_checked) {
    const struct stm32_config bad[] = {{.hsi_ppm = 200000}, {.hse_ppm = NAN}, {.hse_hz = 1}};
    for (unsigned i = 0; i < 3; i++) {
        struct sim_err err = SIM_ERR_INIT;
        cr_expect_null(stm32_create(stm32_chip_find("f401re"), &bad[i], &err));
        cr_expect_eq(err.cls, SIM_ERR_INPUT, "%s", err.text);
    }
    cr_expect_null(stm32_chip_find("f401"));
    cr_expect(stm32_chip_find("F439ZI"));
}

/* --- registers by their tables -------------------------------------------------------------- */

static void open_gates(struct soc_bench *bench, const struct stm32_chip *chip) {
    struct stm32 *mcu = bench->mcu;
    (void)chip;
    for (unsigned i = 0; i < mcu->n_blocks; i++)
        mcu->blocks[i].clocked = true;
}

ParameterizedTestParameters(soc, write_masks_hold) {
    for (size_t i = 0; i < stm32_n_chips; i++)
        chip_index[i] = i;
    return cr_make_param_array(size_t, chip_index, stm32_n_chips);
}

/* Every register of every modelled block whose accesses have no code of their own. */
ParameterizedTest(size_t *index, soc, write_masks_hold) {
    struct soc_bench bench;
    unsigned tried = 0;
    soc_bench_init(&bench, stm32_chip_name(stm32_chips[*index]), NULL);
    open_gates(&bench, stm32_chips[*index]);
    for (unsigned i = 0; i < bench.mcu->n_blocks; i++) {
        struct stm32_block *b = &bench.mcu->blocks[i];
        if (!b->ip || b->ip->write || b->ip->read)
            continue;
        for (unsigned k = 0; k < b->ip->n_regs; k++) {
            const struct stm32_reg *reg = &b->ip->regs[k];
            uint32_t before = soc_read(&bench, b->base + reg->offset);
            soc_write(&bench, b->base + reg->offset, ~before);
            cr_expect_eq(soc_read(&bench, b->base + reg->offset), before ^ reg->writable, "%s.%s",
                         b->row->name, reg->name);
            tried++;
        }
    }
    cr_expect_gt(tried, 2);
    soc_bench_finish(&bench);
}

static const struct reset_value {
    const char *chip;
    uint32_t address, value;
    const char *source;
} reset_values[] = {
    {"f401re", RCC_F4 + 0x00, 0x00000083, "RM0368 6.3.1 CR"},
    {"f401re", RCC_F4 + 0x04, 0x24003010, "RM0368 6.3.2 PLLCFGR"},
    {"f401re", RCC_F4 + 0x08, 0x00000000, "RM0368 6.3.3 CFGR"},
    {"f401re", RCC_F4 + 0x30, 0x00000000, "RM0368 6.3.9 AHB1ENR"},
    {"f401re", RCC_F4 + 0x50, 0x0061900F, "RM0368 6.3.13 AHB1LPENR"},
    {"f401re", RCC_F4 + 0x60, 0x10E2C80F, "RM0368 6.3.15 APB1LPENR"},
    {"f401re", RCC_F4 + 0x64, 0x00077930, "RM0368 6.3.16 APB2LPENR"},
    {"f401re", RCC_F4 + 0x74, 0x0E000000, "RM0368 6.3.18 CSR"},
    {"f401re", FLASH_F4 + 0x00, 0x00000000, "RM0368 3.8.1 ACR"},
    {"f401re", FLASH_F4 + 0x10, 0x80000000, "RM0368 3.8.5 CR"},
    {"f439zi", RCC_F4 + 0x30, 0x00100000, "RM0090 6.3.10 AHB1ENR"},
    {"f439zi", RCC_F4 + 0x50, 0x7EEF97FF, "RM0090 6.3.15 AHB1LPENR"},
    {"f439zi", RCC_F4 + 0x60, 0xF6FEC9FF, "RM0090 6.3.18 APB1LPENR"},
    {"f439zi", RCC_F4 + 0x84, 0x24003000, "RM0090 6.3.23 PLLI2SCFGR"},
    {"f100rb", RCC_F1 + 0x00, 0x00000083, "RM0041 6.3.1 CR"},
    {"f100rb", RCC_F1 + 0x14, 0x00000014, "RM0041 6.3.6 AHBENR"},
    {"f100rb", RCC_F1 + 0x24, 0x0C000000, "RM0041 6.3.10 CSR"},
    {"f100rb", 0x40022000, 0x00000000, "RM0041 FLASH_ACR"},
    {"f103rb", 0x40022000, 0x00000030, "PM0075 3.1 ACR"},
    {"f103rb", 0x40022010, 0x00000080, "PM0075 3.5 CR"},
    {"f401re", 0xE0042000, 0x10016433, "RM0368 23.6.1 DBGMCU_IDCODE"},
};

Test(soc, functions_of_pins) {
    const struct stm32_chip *f401 = stm32_chip_find("f401re"), *f100 = stm32_chip_find("f100rb");
    const unsigned a = 0, b = 1, c = 2, e = 4;
    cr_expect_str_eq(stm32_chip_spi(f401, b, 13, "SCK", 0), "SPI2");
    cr_expect_null(stm32_chip_spi(f401, b, 13, "SCK", 1));
    cr_expect_str_eq(stm32_chip_spi(f401, b, 3, "SCK", 0), "SPI1");
    cr_expect_str_eq(stm32_chip_spi(f401, b, 3, "SCK", 1), "SPI3");
    cr_expect_null(stm32_chip_spi(f401, b, 13, "MOSI", 0));
    cr_expect_null(stm32_chip_spi(f401, a, 9, "TX", 0), "of a USART");
    cr_expect_null(stm32_chip_spi(f100, c, 10, "SCK", 0), "no SPI3");
    cr_expect(stm32_chip_has_pin(f401, c, 6));
    cr_expect_not(stm32_chip_has_pin(f401, e, 7));
    cr_expect_not(stm32_chip_has_pin(f401, 16, 0));
    cr_expect(stm32_chip_takes_5v(f100, b, 13));
    cr_expect_not(stm32_chip_takes_5v(f100, b, 5));
    cr_expect_not(stm32_chip_takes_5v(f401, e, 7), "not there");
    for (size_t i = 0; i < stm32_n_chips; i++)
        for (unsigned port = 0; port < 16; port++)
            cr_expect_eq(stm32_chips[i]->not_5v[port] & ~stm32_chips[i]->pins[port], 0,
                         "%s port %u", stm32_chips[i]->name, port);
}

Test(soc, reset_values) {
    for (unsigned i = 0; i < sizeof(reset_values) / sizeof(reset_values[0]); i++) {
        const struct reset_value *r = &reset_values[i];
        struct soc_bench bench;
        soc_bench_init(&bench, r->chip, NULL);
        cr_expect_eq(soc_read(&bench, r->address), r->value, "%s %s: 0x%08X", r->chip, r->source,
                     soc_read(&bench, r->address));
        soc_bench_finish(&bench);
    }
}

/* --- access rules ----------------------------------------------------------------------------- */

Test(soc, a_gated_block_reads_zero) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    cr_expect_eq(soc_read(&bench, 0x40020000), 0);
    soc_write(&bench, 0x40020014, 1);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "GPIOA", "ODR"));
    soc_write(&bench, RCC_F4 + 0x30, 1);
    cr_expect_eq(soc_read(&bench, 0x40020000), 0xA8000000, "RM0368 8.4.1");
    cr_expect_eq(soc_read(&bench, 0x40020014), 0);
    cr_expect_eq(stm32_report_count(bench.mcu, STM32_MISUSE), 2);
    soc_bench_finish(&bench);
}

Test(soc, a_block_in_reset_is_cleared_and_silent) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, RCC_F4 + 0x30, 2);
    soc_write(&bench, 0x40020414, 0xFF);
    soc_write(&bench, RCC_F4 + 0x10, 2);
    cr_expect_eq(soc_read(&bench, 0x40020400), 0);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "GPIOB", "MODER"));
    soc_write(&bench, RCC_F4 + 0x10, 0);
    cr_expect_eq(soc_read(&bench, 0x40020400), 0x00000280);
    cr_expect_eq(soc_read(&bench, 0x40020414), 0);
    soc_bench_finish(&bench);
}

Test(soc, what_is_not_modelled_is_loud) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    cr_expect_eq(soc_read(&bench, 0x40005414), 0);
    cr_expect(soc_reported(&bench, STM32_UNMODELLED, "I2C1", NULL));
    cr_expect_eq(bench.reports[0].offset, 0x14);
    cr_expect_eq(bench.reports[0].address, 0x40005414);
    soc_write(&bench, RCC_F4 + 0x08, 1U << 21); /* MCO1 */
    cr_expect(soc_reported(&bench, STM32_UNMODELLED, "RCC", "CFGR"));
    cr_expect_eq(bench.reports[1].value, 1U << 21);
    cr_expect(bench.reports[1].write);
    soc_read(&bench, RCC_F4 + 0x1C);
    cr_expect(soc_reported(&bench, STM32_UNMODELLED, "RCC", NULL));
    cr_expect_eq(stm32_report_count(bench.mcu, STM32_UNMODELLED), 3);
    soc_bench_finish(&bench);
}

Test(soc, a_repeated_report_is_counted_only) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    for (unsigned i = 0; i < 1000; i++)
        soc_read(&bench, 0x40005414);
    cr_expect_eq(bench.n_reports, 1);
    cr_expect_eq(stm32_report_count(bench.mcu, STM32_UNMODELLED), 1000);
    for (unsigned i = 0; i < 0x100; i += 4) /* more places than the table holds */
        soc_read(&bench, 0x40005400 + i);
    cr_expect_eq(bench.n_reports, 64, "%u", bench.n_reports);
    soc_bench_finish(&bench);
}

Test(soc, an_empty_address_is_a_bus_error) {
    struct soc_bench bench;
    uint32_t value;
    soc_bench_init(&bench, "f401re", NULL);
    cr_expect_not(stm32_peek(bench.mcu, 0x40007400, 4, &value));
    cr_expect_not(stm32_poke(bench.mcu, 0x60000000, 4, 0));
    cr_expect_not(stm32_peek(bench.mcu, 0x20000000 + 96 * 1024, 4, &value));
    soc_bench_finish(&bench);
}

/* RM0008 3.1: an APB duplicates the octets of a narrow write; an AHB takes the lanes. */
Test(soc, narrow_accesses) {
    struct soc_bench bench;
    uint32_t value;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, RCC_F4 + 0x44, 1U << 14);
    stm32_poke(bench.mcu, 0x40013808, 1, 0x12); /* SYSCFG_EXTICR1, 16 bits wide */
    cr_expect_eq(soc_read(&bench, 0x40013808), 0x1212);
    stm32_poke(bench.mcu, RCC_F4 + 0x31, 1, 0x10); /* CRC: bit 12 of AHB1ENR */
    stm32_poke(bench.mcu, RCC_F4 + 0x30, 1, 0x01);
    cr_expect_eq(soc_read(&bench, RCC_F4 + 0x30), 0x1001);
    stm32_peek(bench.mcu, 0x40020002, 2, &value);
    cr_expect_eq(value, 0xA800);
    soc_bench_finish(&bench);
}

/* --- routes ---------------------------------------------------------------------------------- */

static unsigned line_seen[4][2]; /* rises, falls */
static unsigned acks[2];

static void count_request(struct stm32_block *b, unsigned line, bool level) {
    (void)b;
    line_seen[line][!level]++;
}

static void count_ack(struct stm32_block *b, unsigned signal) {
    acks[b->index]++;
    stm32_dma_request(b, signal, false);
}

static const struct stm32_ip source_ip = {.name = "source", .dma_ack = count_ack};
static const struct stm32_ip dma_ip = {.name = "dma", .n_lines = 4, .dma_request = count_request};
static const struct stm32_row routed_rows[] = {
    {.name = "S0", .ip = &source_ip, .base = 0x40000000, .irqs = STM32_IRQS(4, 5)},
    {.name = "S1", .ip = &source_ip, .base = 0x40000400, .irqs = STM32_IRQS(5)},
    {.name = "DMA", .ip = &dma_ip, .base = 0x40000800},
    {0}};
static const struct stm32_dma_route routed_dma[] = {{"S1", STM32_DMA_RX, "DMA", 3},
                                                    {"S0", STM32_DMA_RX, "DMA", 3},
                                                    {"S0", STM32_DMA_RX, "DMA", 1},
                                                    {"S0", STM32_DMA_TX, "DMA", 2},
                                                    {0}};

static struct stm32 *make_routed(void) {
    static struct stm32_chip chip = {.name = "routed", .n_irq = 10, .hsi_hz = 8000000};
    struct stm32_config config = {0};
    struct sim_err err = SIM_ERR_INIT;
    chip.memories = no_memory;
    chip.rows = routed_rows;
    chip.afs = no_af;
    chip.dma = routed_dma;
    struct stm32 *mcu = stm32_create(&chip, &config, &err);
    cr_assert(mcu, "%s", err.text);
    return mcu;
}

/* NVIC: ISPR0 at 0xE000E200; DDI0403E B3.4.6. */
static uint32_t pending(struct stm32 *mcu) {
    uint32_t value = 0;
    cr_assert(stm32_peek(mcu, 0xE000E200, 4, &value));
    return value;
}

Test(soc, a_shared_interrupt_line_is_the_or) {
    struct stm32 *mcu = make_routed();
    stm32_irq(&mcu->blocks[0], 1, true);
    stm32_irq(&mcu->blocks[0], 1, true);
    stm32_irq(&mcu->blocks[1], 0, true);
    cr_expect_eq(mcu->irq_count[5], 2);
    cr_expect_eq(pending(mcu), 1U << 5);
    stm32_irq(&mcu->blocks[0], 1, false);
    cr_expect_eq(mcu->irq_count[5], 1);
    stm32_irq(&mcu->blocks[1], 0, false);
    cr_expect_eq(mcu->irq_count[5], 0);
    stm32_irq(&mcu->blocks[0], 2, true); /* it has no such output */
    stm32_irq(&mcu->blocks[0], 0, true);
    cr_expect_eq(pending(mcu), 3U << 4);
    stm32_destroy(mcu);
}

Test(soc, a_shared_dma_line_is_the_or) {
    struct stm32 *mcu = make_routed();
    stm32_dma_request(&mcu->blocks[0], STM32_DMA_RX, true);
    stm32_dma_request(&mcu->blocks[1], STM32_DMA_RX, true);
    stm32_dma_request(&mcu->blocks[0], STM32_DMA_TX, true);
    stm32_dma_request(&mcu->blocks[0], STM32_DMA_UP, true); /* goes nowhere */
    cr_expect(line_seen[3][0] == 1 && line_seen[1][0] == 1 && line_seen[2][0] == 1);
    stm32_dma_served(&mcu->blocks[2], 3);
    cr_expect(acks[0] == 1 && acks[1] == 1);
    cr_expect(line_seen[3][1] == 1 && line_seen[1][1] == 1 && line_seen[2][1] == 0);
    stm32_dma_served(&mcu->blocks[2], 3);
    cr_expect(acks[0] == 1 && acks[1] == 1, "nothing requests");
    stm32_reset(mcu);
    cr_expect_eq(line_seen[2][1], 1, "a reset lowers requests");
    stm32_destroy(mcu);
}

/* --- memory -------------------------------------------------------------------------------------
 */

Test(soc, loading_and_the_alias_at_zero) {
    struct soc_bench bench;
    struct sim_err err = SIM_ERR_INIT;
    const uint8_t octets[4] = {1, 2, 3, 4};
    soc_bench_init(&bench, "f100rb", NULL);
    cr_expect_eq(soc_read(&bench, 0x08000000), 0xFFFFFFFF);
    cr_expect(stm32_load(bench.mcu, 0x08000010, octets, 4, &err));
    cr_expect_eq(soc_read(&bench, 0x10), 0x04030201);
    cr_expect(stm32_load(bench.mcu, 0x20, octets, 4, &err));
    cr_expect_eq(soc_read(&bench, 0x08000020), 0x04030201);
    cr_expect(stm32_load(bench.mcu, 0x20000000 + 8188, octets, 4, &err));
    cr_expect_not(stm32_load(bench.mcu, 0x20000000 + 8189, octets, 4, &err));
    cr_expect_str_eq(err.text, "4 octets at 0x20001FFD do not fit into sram of f100rb (8 kB)");
    cr_expect_not(stm32_load(bench.mcu, 0x40000000, octets, 4, &err));
    cr_expect_str_eq(err.text, "f100rb has no flash or RAM at address 0x40000000");
    soc_bench_finish(&bench);
}

/* RM0368 7.2.1: MEM_MODE 3 shows the SRAM at 0, and 2.4 the boot modes. */
Test(soc, memory_is_remapped) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_write(&bench, 0x20000008, 0x1234);
    soc_write(&bench, RCC_F4 + 0x44, 1U << 14);
    soc_write(&bench, 0x40013800, 3);
    cr_expect_eq(soc_read(&bench, 8), 0x1234);
    soc_write(&bench, 0x40013800, 0);
    cr_expect_eq(soc_read(&bench, 8), 0xFFFFFFFF);
    soc_bench_finish(&bench);
    soc_bench_init(&bench, "f401re", &(struct stm32_config){.boot = STM32_BOOT_SRAM});
    soc_write(&bench, 0x20000008, 0x1234);
    cr_expect_eq(soc_read(&bench, 8), 0x1234);
    soc_bench_finish(&bench);
}

/* --- time
 * ------------------------------------------------------------------------------------------ */

Test(soc, ticks_do_not_drift) {
    struct timebase base = {0};
    timebase_set(&base, stm32_rate(84e6, 0), 0);
    cr_expect_eq(base.num, 250000);
    cr_expect_eq(base.den, 21);
    cr_expect_eq(timebase_time(&base, 84000000), SIM_S);
    cr_expect_eq(timebase_time(&base, UINT64_C(84000000) * 86400), 86400 * SIM_S);
    for (uint64_t tick = 0; tick < 100000; tick += 7) {
        sim_time time = timebase_time(&base, tick);
        cr_assert_eq(timebase_at(&base, time), tick);
        cr_assert_eq(timebase_after(&base, time), tick);
        cr_assert_eq(timebase_after(&base, time + 1), tick + 1);
        if (time)
            cr_assert_eq(timebase_at(&base, time - 1), tick - 1);
    }
}

Test(soc, ticks_count_on_over_a_change_of_rate) {
    struct timebase base = {0};
    timebase_set(&base, stm32_rate(16e6, 0), 0);
    timebase_set(&base, stm32_rate(84e6, 0), 1 * SIM_MS);
    cr_expect_eq(timebase_at(&base, 1 * SIM_MS), 16000);
    cr_expect_eq(timebase_time(&base, 16000 + 84000), 2 * SIM_MS);
    timebase_set(&base, (struct stm32_rate){0, 1}, 2 * SIM_MS);
    cr_expect_eq(timebase_at(&base, 5 * SIM_MS), 100000);
    cr_expect_eq(timebase_time(&base, 100001), SIM_NEVER);
}

Test(soc, an_error_in_ppm_is_exact) {
    struct timebase base = {0};
    timebase_set(&base, stm32_rate(16e6, 10000), 0);
    cr_expect_eq(timebase_time(&base, 16160000), SIM_S);
    timebase_set(&base, stm32_rate_scale(stm32_rate(16e6, -123.456), 84, 16), 0);
    uint64_t ticks = timebase_at(&base, 1000 * SIM_S) - base.tick;
    cr_expect_float_eq((double)ticks, 84e9 * (1 - 123.456e-6), 1.5, "%f", (double)ticks);
}
