/* Ports, SYSCFG or AFIO, EXTI: registers and pins without firmware. */
#include <criterion/criterion.h>

#include "models/mcu/soc/internal.h"
#include "tests/models/soc_bench.h"

#define RCC_F4  0x40023800U
#define RCC_F1  0x40021000U
#define A       0x40020000U /* F4 ports */
#define C       0x40020800U
#define F1A     0x40010800U
#define F1B     0x40010C00U
#define SYSCFG  0x40013800U
#define EXTI_F4 0x40013C00U
#define AFIO    0x40010000U
#define CYCLE   62500 /* ps of 16 MHz */

enum { PA, PB, PC };

static void init_f4(struct soc_bench *bench) {
    soc_bench_init(bench, "f401re", NULL);
    soc_write(bench, RCC_F4 + 0x30, 0x9F);
    soc_write(bench, RCC_F4 + 0x44, 1U << 14);
}

static void init_f1(struct soc_bench *bench) {
    soc_bench_init(bench, "f100rb", NULL);
    soc_write(bench, RCC_F1 + 0x18, 0x7D);
}

static struct stm32_pin_change last(const struct soc_bench *bench) {
    cr_assert(bench->n_changes > 0 && bench->n_changes <= BENCH_KEPT);
    return bench->changes[bench->n_changes - 1];
}

static void set(struct soc_bench *bench, unsigned port, unsigned pin, unsigned level, sim_time dt) {
    cr_expect(stm32_pin_set(bench->mcu, port, pin, level, stm32_time(bench->mcu) + dt));
}

/* --- F4 -------------------------------------------------------------------------------- */

/* RM0368 8.4.1 to 8.4.4. */
Test(gpio, f4_reset_values) {
    struct soc_bench bench;
    init_f4(&bench);
    cr_expect_eq(soc_read(&bench, A + 0x00), 0xA8000000);
    cr_expect_eq(soc_read(&bench, A + 0x08), 0x0C000000);
    cr_expect_eq(soc_read(&bench, A + 0x0C), 0x64000000);
    cr_expect_eq(soc_read(&bench, A + 0x400), 0x00000280);
    cr_expect_eq(soc_read(&bench, A + 0x408), 0x000000C0);
    cr_expect_eq(soc_read(&bench, A + 0x40C), 0x00000100);
    cr_expect_eq(soc_read(&bench, C), 0);
    /* The pulls of the debug port: PA14 down, PA15 and PA13 up. */
    cr_expect_eq(stm32_pin_get(bench.mcu, PA, 14).pull, -1);
    cr_expect_eq(stm32_pin_get(bench.mcu, PA, 15).pull, 1);
    soc_bench_finish(&bench);
}

/* RM0368 8.3.5, 8.4.7: BSRR sets and resets; set has priority. */
Test(gpio, f4_output_by_odr_and_bsrr) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_write(&bench, C, 1U << 2 * 10);
    cr_expect_eq(last(&bench).level, STM32_LOW);
    soc_write(&bench, C + 0x18, 1U << 10);
    cr_expect_eq(last(&bench).level, STM32_HIGH);
    cr_expect_eq(soc_read(&bench, C + 0x14), 1U << 10);
    soc_write(&bench, C + 0x18, 1U << 26 | 1U << 10);
    cr_expect_eq(soc_read(&bench, C + 0x14), 1U << 10);
    soc_write(&bench, C + 0x18, 1U << 26);
    cr_expect_eq(last(&bench).level, STM32_LOW);
    cr_expect_eq(last(&bench).port, PC);
    cr_expect_eq(last(&bench).pin, 10);
    cr_expect_eq(soc_read(&bench, C + 0x18), 0, "BSRR reads 0");
    soc_write(&bench, C + 0x14, 0xFFFFFFFF);
    cr_expect_eq(soc_read(&bench, C + 0x14), 0xFFFF);
    soc_bench_finish(&bench);
}

Test(gpio, f4_a_write_reaches_the_pin_a_cycle_later) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_run(&bench, 10 * CYCLE);
    soc_write(&bench, C, 1U << 2 * 10);
    cr_expect_eq(last(&bench).time, 11 * CYCLE);
    soc_bench_finish(&bench);
}

/* RM0368 8.4.3: OSPEEDR; the slower, the weaker. */
Test(gpio, f4_speed_sets_impedance_and_edge) {
    struct soc_bench bench;
    double ohms = 1e9, edge = 1e9;
    init_f4(&bench);
    soc_write(&bench, C, 1U << 2 * 10);
    for (uint32_t speed = 0; speed < 4; speed++) {
        soc_write(&bench, C + 0x08, speed << 2 * 10);
        cr_expect_lt(last(&bench).ohms, ohms);
        cr_expect_lt(last(&bench).edge_ns, edge);
        ohms = last(&bench).ohms;
        edge = last(&bench).edge_ns;
    }
    cr_expect_eq(ohms, 40);
    soc_bench_finish(&bench);
}

Test(gpio, f4_open_drain_lets_go) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_write(&bench, C + 0x04, 1U << 3);
    soc_write(&bench, C, 1U << 2 * 3);
    cr_expect_eq(last(&bench).level, STM32_LOW);
    soc_write(&bench, C + 0x18, 1U << 3);
    cr_expect_eq(last(&bench).level, STM32_Z);
    soc_write(&bench, C + 0x0C, 1U << 2 * 3);
    cr_expect_eq(last(&bench).pull, 1);
    cr_expect_eq(last(&bench).ohms, 40000);
    soc_run(&bench, 3 * CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 1U << 3, "pulled up");
    soc_bench_finish(&bench);
}

/* RM0368 8.3.3, and the synchroniser of two AHB cycles. */
Test(gpio, f4_input_is_seen_two_cycles_later) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_run(&bench, 100 * CYCLE);
    set(&bench, PC, 6, STM32_HIGH, 10);
    soc_run(&bench, CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 0);
    soc_run(&bench, CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 0);
    soc_run(&bench, CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 1U << 6);
    set(&bench, PC, 6, STM32_LOW, 20000); /* a pulse between two edges of the clock is lost */
    set(&bench, PC, 6, STM32_HIGH, 30000);
    for (unsigned i = 0; i < 5; i++) {
        soc_run(&bench, CYCLE);
        cr_expect_eq(soc_read(&bench, C + 0x10), 1U << 6, "%u", i);
    }
    soc_bench_finish(&bench);
}

Test(gpio, pulls_and_analog) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_write(&bench, C + 0x0C, 1U << 2 * 6);
    soc_run(&bench, 3 * CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 1U << 6);
    set(&bench, PC, 6, STM32_LOW, 0);
    soc_run(&bench, 3 * CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 0);
    set(&bench, PC, 6, STM32_Z, 0);
    soc_run(&bench, 3 * CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 1U << 6, "released, so pulled up");
    soc_write(&bench, C, 3U << 2 * 6);
    soc_run(&bench, 3 * CYCLE);
    cr_expect_eq(soc_read(&bench, C + 0x10), 0, "RM0368 8.3.12");
    soc_bench_finish(&bench);
}

/* RM0368 8.4.8: the key sequence, then the set-up is frozen and ODR is not. */
Test(gpio, f4_lock) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_write(&bench, C + 0x1C, 1U << 16 | 2);
    soc_write(&bench, C + 0x1C, 3); /* other pins: the sequence fails */
    soc_write(&bench, C + 0x1C, 1U << 16 | 2);
    cr_expect_eq(soc_read(&bench, C + 0x1C) >> 16, 0);
    soc_write(&bench, C + 0x1C, 0);
    soc_write(&bench, C + 0x1C, 1U << 16 | 2);
    soc_write(&bench, C + 0x1C, 2);
    soc_write(&bench, C + 0x1C, 1U << 16 | 2);
    cr_expect_eq(soc_read(&bench, C + 0x1C), 1U << 16 | 2);
    soc_write(&bench, C, 0xF);
    cr_expect_eq(soc_read(&bench, C), 0x3);
    soc_write(&bench, C + 0x20, 0xFF);
    cr_expect_eq(soc_read(&bench, C + 0x20), 0x0F);
    soc_write(&bench, C + 0x14, 2);
    cr_expect_eq(soc_read(&bench, C + 0x14), 2);
    soc_bench_finish(&bench);
}

Test(gpio, pins_are_named) {
    struct soc_bench bench;
    unsigned port = 0, pin = 0;
    init_f4(&bench);
    cr_expect(stm32_pin_parse(bench.mcu, "PC12", &port, &pin));
    cr_expect(port == PC && pin == 12);
    cr_expect(stm32_pin_parse(bench.mcu, "pb13", &port, &pin));
    cr_expect_not(stm32_pin_parse(bench.mcu, "PB11", &port, &pin), "no such pin on 64 pins");
    cr_expect_not(stm32_pin_parse(bench.mcu, "PC16", &port, &pin));
    cr_expect_not(stm32_pin_parse(bench.mcu, "PC1x", &port, &pin));
    cr_expect_not(stm32_pin_parse(bench.mcu, "P", &port, &pin));
    cr_expect_not(stm32_pin_parse(bench.mcu, "PC18446744073709551621", &port, &pin));
    cr_expect_not(stm32_pin_set(bench.mcu, PB, 11, 1, 0));
    soc_run(&bench, SIM_US);
    cr_expect_not(stm32_pin_set(bench.mcu, PC, 6, 1, SIM_US - 1), "in the past");
    soc_bench_finish(&bench);
}

/* --- F1 ---------------------------------------------------------------------------------- */

/* RM0041 7.2.1 to 7.2.6. */
Test(gpio, f1_modes) {
    struct soc_bench bench;
    init_f1(&bench);
    cr_expect_eq(soc_read(&bench, F1A), 0x44444444);
    cr_expect_eq(soc_read(&bench, F1A + 4), 0x44444444);
    soc_write(&bench, F1A, 0x44443444); /* PA3: output, 50 MHz */
    cr_expect_eq(last(&bench).level, STM32_LOW);
    cr_expect_eq(last(&bench).ohms, 40);
    soc_write(&bench, F1A + 0x10, 8);
    cr_expect_eq(last(&bench).level, STM32_HIGH);
    soc_write(&bench, F1A + 0x14, 8);
    cr_expect_eq(last(&bench).level, STM32_LOW);
    soc_write(&bench, F1A, 0x44442444); /* 2 MHz */
    cr_expect_eq(last(&bench).ohms, 250);
    soc_write(&bench, F1A, 0x44448444); /* input with pull, ODR 0: down */
    cr_expect_eq(last(&bench).pull, -1);
    soc_write(&bench, F1A + 0x10, 8);
    cr_expect_eq(last(&bench).pull, 1);
    soc_write(&bench, F1A, 0x44446444); /* open drain, ODR 1 */
    cr_expect_eq(last(&bench).level, STM32_Z);
    soc_bench_finish(&bench);
}

/* RM0041 7.2.7. */
Test(gpio, f1_lock) {
    struct soc_bench bench;
    init_f1(&bench);
    soc_write(&bench, F1A + 0x18, 1U << 16 | 8);
    soc_write(&bench, F1A + 0x18, 8);
    soc_write(&bench, F1A + 0x18, 1U << 16 | 8);
    cr_expect_eq(soc_read(&bench, F1A + 0x18), 1U << 16 | 8);
    soc_write(&bench, F1A, 0x33333333);
    cr_expect_eq(soc_read(&bench, F1A), 0x33334333);
    soc_bench_finish(&bench);
}

/* --- alternate functions -------------------------------------------------------------------- */

static struct stm32_block *block(struct soc_bench *bench, const char *name) {
    return block_by_name(bench->mcu, name);
}

/* DS10086 table 9: PC10 is SPI3_SCK at AF6. */
Test(gpio, f4_alternate_function_routes_both_ways) {
    struct soc_bench bench;
    init_f4(&bench);
    struct stm32_block *spi = block(&bench, "SPI3");
    stm32_pin_drive(spi, STM32_SCK, STM32_HIGH, 5);
    soc_write(&bench, C + 0x24, 6U << 8);
    soc_write(&bench, C, 2U << 20);
    cr_expect_eq(last(&bench).level, STM32_HIGH);
    stm32_pin_drive(spi, STM32_SCK, STM32_LOW, 123456);
    cr_expect_eq(last(&bench).level, STM32_LOW);
    cr_expect_eq(last(&bench).time, 123456);
    soc_write(&bench, C + 0x24, 5U << 8);
    cr_expect_eq(last(&bench).level, STM32_Z, "AF5 of PC10 is nothing");
    stm32_pin_drive(spi, STM32_SCK, STM32_Z, 200000);
    soc_write(&bench, C + 0x24, 6U << 8);
    cr_expect_eq(stm32_pin_level(spi, STM32_SCK, 7), 0);
    set(&bench, PC, 10, STM32_HIGH, 1000);
    soc_run(&bench, CYCLE);
    cr_expect_eq(stm32_pin_level(spi, STM32_SCK, 7), 1);
    cr_expect_eq(stm32_pin_level(spi, STM32_NSS, 7), 7, "nothing routed");
    soc_bench_finish(&bench);
}

/* RM0041 7.3.7, 7.4.2: the remap of SPI1 moves SCK from PA5 to PB3; inputs need no mode. */
Test(gpio, f1_remap) {
    struct soc_bench bench;
    init_f1(&bench);
    struct stm32_block *spi = block(&bench, "SPI1");
    soc_write(&bench, F1A, 0x44B44444);
    stm32_pin_drive(spi, STM32_SCK, STM32_HIGH, 5);
    cr_expect_eq(stm32_pin_get(bench.mcu, PA, 5).level, STM32_HIGH);
    soc_write(&bench, F1B, 0x4444B444);
    cr_expect_eq(stm32_pin_get(bench.mcu, PB, 3).level, STM32_Z);
    soc_write(&bench, AFIO + 4, 1);
    cr_expect_eq(stm32_pin_get(bench.mcu, PA, 5).level, STM32_Z);
    cr_expect_eq(stm32_pin_get(bench.mcu, PB, 3).level, STM32_HIGH);
    set(&bench, PB, 5, STM32_HIGH, 0);
    soc_run(&bench, CYCLE);
    cr_expect_eq(stm32_pin_level(spi, STM32_MOSI, 7), 1, "floating input PB5 is MOSI");
    soc_bench_finish(&bench);
}

/* --- EXTI ------------------------------------------------------------------------------------ */

static void expect_irq(const struct soc_bench *bench, unsigned line, unsigned level) {
    cr_expect_eq(bench->mcu->irq_count[line], level, "interrupt %u", line);
}

/* RM0368 7.2.3, 10.3: PC6 on line 6, rising; the interrupt is EXTI9_5. */
Test(gpio, exti_sees_an_edge_two_cycles_later) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_write(&bench, SYSCFG + 0x0C, 2U << 8);
    soc_write(&bench, EXTI_F4 + 0x00, 1U << 6);
    soc_write(&bench, EXTI_F4 + 0x08, 1U << 6);
    soc_run(&bench, 100 * CYCLE);
    set(&bench, PC, 6, STM32_HIGH, 10);
    soc_run(&bench, 3 * CYCLE - 1);
    cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), 0);
    soc_run(&bench, 1);
    cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), 1U << 6);
    expect_irq(&bench, 23, 1);
    soc_write(&bench, EXTI_F4 + 0x14, 1U << 6);
    expect_irq(&bench, 23, 0);
    set(&bench, PC, 6, STM32_LOW, 0);
    soc_run(&bench, 10 * CYCLE);
    cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), 0, "falling is not selected");
    soc_write(&bench, EXTI_F4 + 0x0C, 1U << 6);
    set(&bench, PC, 6, STM32_HIGH, 0);
    soc_run(&bench, 10 * CYCLE);
    soc_write(&bench, EXTI_F4 + 0x14, 1U << 6);
    set(&bench, PC, 6, STM32_LOW, 0);
    soc_run(&bench, 10 * CYCLE);
    cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), 1U << 6);
    soc_bench_finish(&bench);
}

Test(gpio, exti_takes_only_the_selected_port) {
    struct soc_bench bench;
    init_f4(&bench);
    soc_write(&bench, SYSCFG + 0x0C, 2U << 8);
    soc_write(&bench, EXTI_F4 + 0x00, 1U << 6);
    soc_write(&bench, EXTI_F4 + 0x08, 1U << 6);
    set(&bench, PA, 6, STM32_HIGH, 10);
    soc_run(&bench, 10 * CYCLE);
    cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), 0);
    soc_bench_finish(&bench);
}

/* RM0368 10.3.5, 10.3.6: SWIER pends where IMR allows; clearing PR clears SWIER. */
Test(gpio, exti_by_software) {
    static const struct {
        unsigned line, irq;
    } rows[] = {{0, 6}, {1, 7}, {4, 10}, {5, 23}, {9, 23}, {10, 40}, {15, 40}, {16, 1}, {17, 41}};
    struct soc_bench bench;
    init_f4(&bench);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t bit = 1U << rows[i].line;
        soc_write(&bench, EXTI_F4 + 0x10, bit);
        cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), 0, "masked");
        soc_write(&bench, EXTI_F4 + 0x14, bit);
        soc_write(&bench, EXTI_F4 + 0x00, bit);
        soc_write(&bench, EXTI_F4 + 0x10, bit);
        cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x14), bit);
        expect_irq(&bench, rows[i].irq, 1);
        soc_write(&bench, EXTI_F4 + 0x14, bit);
        cr_expect_eq(soc_read(&bench, EXTI_F4 + 0x10), 0);
        expect_irq(&bench, rows[i].irq, 0);
    }
    soc_bench_finish(&bench);
}

/* RM0041 7.4.3. */
Test(gpio, exti_of_the_f1) {
    struct soc_bench bench;
    init_f1(&bench);
    soc_write(&bench, AFIO + 0x0C, 2U << 8);
    soc_write(&bench, 0x40010400, 1U << 6);
    soc_write(&bench, 0x40010408, 1U << 6);
    set(&bench, PC, 6, STM32_HIGH, 10);
    soc_run(&bench, SIM_US);
    cr_expect_eq(soc_read(&bench, 0x40010414), 1U << 6);
    expect_irq(&bench, 23, 1);
    soc_bench_finish(&bench);
}
