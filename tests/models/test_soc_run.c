/* Core, blocks and pins in one time: small programs, assembled by hand. */
#include <criterion/criterion.h>

#include "models/mcu/soc/internal.h"
#include "tests/models/soc_bench.h"

#define CYCLE  62500 /* ps of 16 MHz */
#define RCC_F4 0x40023800U
#define C      0x40020800U

enum { PA, PB, PC };

/* Port C's clock on and PC10 an output; then BSRR, at r1, with r2 and r3 in turn:
 *      ldr r0, =0x40023830; movs r1, #4; str r1, [r0]
 *      ldr r1, =0x40020800; ldr r2, =1 << 20; str r2, [r1]
 *      ldr r2, =1 << 10; ldr r3, =1 << 26
 * 0:   str r2, [r1, #0x18]; str r3, [r1, #0x18]; b 0b */
static const uint16_t toggle[] = {
    0x4805,         /* 200 ldr r0, [pc, #20]: 218 */
    0x2104,         /* 202 movs r1, #4 */
    0x6001,         /* 204 str r1, [r0] */
    0x4905,         /* 206 ldr r1, [pc, #20]: 21c */
    0x4A05,         /* 208 ldr r2, [pc, #20]: 220 */
    0x600A,         /* 20a str r2, [r1] */
    0x4A05,         /* 20c ldr r2, [pc, #20]: 224 */
    0x4B06,         /* 20e ldr r3, [pc, #24]: 228 */
    0x618A,         /* 210 str r2, [r1, #24] */
    0x618B,         /* 212 str r3, [r1, #24] */
    0xE7FC,         /* 214 b 210 */
    0xBF00,         /* 216 */
    0x3830, 0x4002, /* 218 */
    0x0800, 0x4002, /* 21c */
    0x0000, 0x0010, /* 220 */
    0x0400, 0x0000, /* 224 */
    0x0000, 0x0400, /* 228 */
};
#define LENGTH(code) (sizeof(code) / sizeof((code)[0]))

/* A store takes 1 cycle, the branch 1 and the refill of the pipeline; so the period is the same
 * each time, and high lasts exactly the second store: one cycle. */
static void expect_toggle(const struct soc_bench *bench, sim_time cycle) {
    cr_assert_gt(bench->n_changes, 20);
    cr_expect_eq(bench->changes[0].level, STM32_LOW);
    sim_time period = bench->changes[3].time - bench->changes[1].time;
    cr_expect(period >= 4 * cycle && period <= 5 * cycle, "%ld", (long)period);
    for (unsigned i = 1; i < 20; i++) {
        const struct stm32_pin_change *change = &bench->changes[i];
        cr_expect_eq(change->level, i % 2 ? STM32_HIGH : STM32_LOW);
        cr_expect_eq(change->time % cycle, 0);
        if (i >= 3)
            cr_expect_eq(change->time - bench->changes[i - 2].time, period);
        if (i % 2 == 0)
            cr_expect_eq(change->time - bench->changes[i - 1].time, cycle);
    }
}

Test(soc_run, a_pin_toggles_with_exact_times) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, toggle, LENGTH(toggle));
    cr_expect_eq(soc_run(&bench, 10 * SIM_US), STM32_UNTIL);
    expect_toggle(&bench, CYCLE);
    cr_expect_eq(bench.n_reports, 0);
    cr_expect_eq(stm32_time(bench.mcu), 10 * SIM_US);
    soc_bench_finish(&bench);
}

Test(soc_run, an_hsi_of_one_percent_is_seen_at_the_pin) {
    struct soc_bench right, fast;
    soc_bench_init(&right, "f401re", NULL);
    soc_bench_init(&fast, "f401re", &(struct stm32_config){.hsi_ppm = 10000});
    soc_program(&right, toggle, LENGTH(toggle));
    soc_program(&fast, toggle, LENGTH(toggle));
    soc_run(&right, 10 * SIM_US);
    soc_run(&fast, 10 * SIM_US);
    for (unsigned i = 0; i < 20; i++) {
        double ratio = (double)right.changes[i].time / (double)fast.changes[i].time;
        cr_expect_float_eq(ratio, 1.01, 1e-5, "%f", ratio);
    }
    soc_bench_finish(&right);
    soc_bench_finish(&fast);
}

/* The clock goes from 16 to 84 MHz while the program runs: PLLCFGR, FLASH_ACR and the waiting is
 * done by the test, the switch in the middle of a run by a write. */
Test(soc_run, a_clock_change_shows_at_the_pin) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, toggle, LENGTH(toggle));
    soc_write(&bench, RCC_F4 + 0x04, 8 | 336 << 6 | 1 << 16 | 1 << 22 | 7 << 24);
    soc_write(&bench, RCC_F4, 0x01010081);
    soc_run(&bench, 3 * SIM_MS);
    soc_write(&bench, 0x40023C00, 0x702);
    soc_write(&bench, RCC_F4 + 0x08, 4 << 10 | 2);
    soc_run(&bench, SIM_US); /* the loop comes into the cache */
    bench.n_changes = 0;
    uint64_t cycles = armv7m_cycles(stm32_core(bench.mcu));
    sim_time from = stm32_time(bench.mcu);
    soc_run(&bench, SIM_MS);
    cycles = armv7m_cycles(stm32_core(bench.mcu)) - cycles;
    cr_expect(cycles >= 84000 - 5 && cycles <= 84000 + 5, "%lu", (unsigned long)cycles);
    for (unsigned i = 2; i < BENCH_KEPT; i++) {
        const struct stm32_pin_change *change = &bench.changes[i];
        sim_time period = change->time - bench.changes[i - 2].time;
        sim_time expected = 4 * 250000 / 21;
        cr_expect(period == expected || period == expected + 1, "%ld", (long)period);
        cr_expect_gt(change->time, from);
    }
    soc_bench_finish(&bench);
}

/* Results do not depend on how a run is cut. */
Test(soc_run, a_run_in_pieces_is_the_same) {
    struct soc_bench whole, pieces;
    soc_bench_init(&whole, "f401re", NULL);
    soc_bench_init(&pieces, "f401re", NULL);
    soc_program(&whole, toggle, LENGTH(toggle));
    soc_program(&pieces, toggle, LENGTH(toggle));
    soc_run(&whole, 5 * SIM_US);
    for (unsigned i = 0; i < 5000; i++)
        soc_run(&pieces, SIM_NS);
    cr_expect_eq(whole.n_changes, pieces.n_changes, "%u, %u", whole.n_changes, pieces.n_changes);
    for (unsigned i = 0; i < BENCH_KEPT && i < whole.n_changes; i++)
        cr_expect_eq(whole.changes[i].time, pieces.changes[i].time);
    soc_bench_finish(&whole);
    soc_bench_finish(&pieces);
}

Test(soc_run, a_program_twice_is_the_same) {
    struct soc_bench bench;
    sim_time first;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, toggle, LENGTH(toggle));
    soc_run(&bench, 2 * SIM_US);
    first = bench.changes[5].time;
    stm32_reset(bench.mcu);
    bench.n_changes = 0;
    soc_run(&bench, 2 * SIM_US);
    cr_expect_eq(bench.changes[5].time, 2 * SIM_US + first, "%ld", (long)bench.changes[5].time);
    soc_bench_finish(&bench);
}

/* --- sleep and interrupts --- */

/* 0:   wfi; b 0b
 * handler at 0x220 (EXTI9_5): toggles nothing, clears PR of line 6 and counts in r7:
 *      ldr r0, =0x40013c14; movs r1, #0x40; str r1, [r0]; adds r7, #1; dsb; bx lr */
static const uint16_t sleeper[] = {
    0xBF30, /* 200 wfi */
    0xE7FD, /* 202 b 200 */
    0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00,
    0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0x4803, /* 220 ldr r0, [pc, #12]: 230 */
    0x2140,                                                 /* 222 movs r1, #64 */
    0x6001,                                                 /* 224 str r1, [r0] */
    0x3701,                                                 /* 226 adds r7, #1 */
    0xF3BF, 0x8F4F,                                         /* 228 dsb */
    0x4770,                                                 /* 22c bx lr */
    0xBF00,                                                 /* 22e */
    0x3C14, 0x4001,                                         /* 230 */
};

static void start_sleeper(struct soc_bench *bench, const struct stm32_config *config) {
    soc_bench_init(bench, "f401re", config);
    soc_vector(bench, 16 + 23, 0x08000221);
    soc_program(bench, sleeper, LENGTH(sleeper));
    armv7m_set(stm32_core(bench->mcu), ARMV7M_R0 + 7, 0);
    soc_write(bench, RCC_F4 + 0x30, 0x9F);
    soc_write(bench, RCC_F4 + 0x44, 1U << 14);
    soc_write(bench, 0x4001380C, 2U << 8);
    soc_write(bench, 0x40013C00, 1U << 6);
    soc_write(bench, 0x40013C08, 1U << 6);
    soc_write(bench, 0xE000E100, 1U << 23);
}

Test(soc_run, sleep_costs_nothing) {
    struct soc_bench bench;
    start_sleeper(&bench, NULL);
    cr_expect_eq(soc_run(&bench, 3600 * SIM_S), STM32_UNTIL);
    cr_expect_lt(armv7m_instructions(stm32_core(bench.mcu)), 10);
    cr_expect_eq(armv7m_cycles(stm32_core(bench.mcu)), UINT64_C(16000000) * 3600);
    cr_expect_eq(stm32_next_time(bench.mcu), SIM_NEVER);
    soc_bench_finish(&bench);
}

/* RM0368 5.3.5: SLEEPDEEP asks for Stop or Standby, which are not modelled. */
Test(soc_run, deep_sleep_is_loud) {
    struct soc_bench bench;
    start_sleeper(&bench, NULL);
    soc_run(&bench, SIM_MS);
    cr_expect_eq(bench.n_reports, 0);
    stm32_reset(bench.mcu);
    soc_write(&bench, 0xE000ED10, 4);
    soc_run(&bench, SIM_MS);
    cr_expect(soc_reported(&bench, STM32_UNMODELLED, "PWR", NULL));
    cr_expect_eq(bench.n_reports, 1);
    soc_bench_finish(&bench);
}

/* A debugger that steps over WFI finds itself at the handler's second instruction. */
Test(soc_run, a_step_wakes_into_the_handler) {
    struct soc_bench bench;
    start_sleeper(&bench, NULL);
    soc_run(&bench, SIM_US);
    cr_assert(armv7m_asleep(stm32_core(bench.mcu)));
    cr_assert(stm32_pin_set(bench.mcu, PC, 6, STM32_HIGH, 5 * SIM_US));
    for (int i = 0; i < 3 && armv7m_pc(stm32_core(bench.mcu)) < 0x08000220; i++)
        stm32_step(bench.mcu, SIM_S);
    cr_expect_eq(armv7m_pc(stm32_core(bench.mcu)), 0x08000222, "%x",
                 armv7m_pc(stm32_core(bench.mcu)));
    cr_expect_eq(stm32_step(bench.mcu, SIM_S), STM32_REQUEST);
    cr_expect_eq(armv7m_pc(stm32_core(bench.mcu)), 0x08000224);
    soc_bench_finish(&bench);
}

Test(soc_run, an_edge_wakes_the_core) {
    struct soc_bench bench;
    start_sleeper(&bench, NULL);
    for (unsigned i = 0; i < 10; i++)
        for (unsigned level = 0; level < 2; level++)
            cr_expect(stm32_pin_set(bench.mcu, PC, 6, level,
                                    (2 * i + level + 1) * SIM_MS + 12345 * level));
    soc_run(&bench, 5 * SIM_MS);
    cr_expect_eq(armv7m_get(stm32_core(bench.mcu), ARMV7M_R0 + 7), 2);
    soc_run(&bench, SIM_S);
    cr_expect_eq(armv7m_get(stm32_core(bench.mcu), ARMV7M_R0 + 7), 10);
    soc_bench_finish(&bench);
}

static sim_time entered_at;
static struct soc_bench *entering;

/* The callback's time is that of the entry, although no block was touched since long. */
static void on_exception(void *user, unsigned number, bool entered) {
    (void)user;
    if (number == 16 + 23 && entered)
        entered_at = stm32_time(entering->mcu);
}

/* The edge, 2 to 3 cycles of synchroniser, 12 of entry. */
Test(soc_run, interrupt_latency) {
    struct soc_bench bench;
    struct stm32_config config = {.core.exception = on_exception};
    start_sleeper(&bench, &config);
    entering = &bench;
    stm32_pin_set(bench.mcu, PC, 6, 1, SIM_MS + 1);
    soc_run(&bench, 2 * SIM_MS);
    cr_expect(entered_at - SIM_MS >= 15 * CYCLE && entered_at - SIM_MS <= 16 * CYCLE, "%ld ps",
              (long)(entered_at - SIM_MS));
    soc_bench_finish(&bench);
}

/* --- a saturated SPI slave, however the run is cut --- */

#define BIT     (100 * SIM_NS)
#define DMA1_S3 (0x40026000U + 0x10 + 3 * 0x18)
#define SPI2    0x40003800U
#define OCTETS  64

struct slave {
    struct soc_bench bench;
    sim_time entered[8];
    unsigned n_entered;
};
static struct slave *running_slave;

static void on_dma(void *user, unsigned number, bool entered) {
    struct slave *s = running_slave;
    (void)user;
    if (number == 16 + 14 && entered && s->n_entered < 8)
        s->entered[s->n_entered++] = stm32_clock_tick_time(&s->bench.mcu->blocks[0], STM32_HCLK,
                                                           armv7m_cycles(stm32_core(s->bench.mcu)));
}

/* SPI2 as a slave on PB13 and PB15, LSB first, by circular DMA of 16 octets with half and full
 * interrupts, whose handler at 0x220 clears the flags:
 *      ldr r0, =0x40026008; mov.w r1, #0x08000000 | ... ; str r1, [r0]; dsb; bx lr */
static void start_slave(struct slave *s) {
    static const uint16_t loop[] = {
        0xE7FE, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00,
        0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0x4802, /* 220 ldr r0, [pc, #8]: 22c
                                                                         */
        0x4903,         /* 222 ldr r1, [pc, #12]: 230 */
        0x6001,         /* 224 str r1, [r0] */
        0xF3BF, 0x8F4F, /* 226 dsb */
        0x4770,         /* 22a bx lr */
        0x6008, 0x4002, /* 22c DMA1_LIFCR */
        0x0000, 0x0F40, /* 230 stream 3's flags */
    };
    struct stm32_config config = {.core.exception = on_dma};
    s->n_entered = 0;
    running_slave = s;
    soc_bench_init(&s->bench, "f401re", &config);
    soc_vector(&s->bench, 16 + 14, 0x08000221);
    soc_program(&s->bench, loop, LENGTH(loop));
    soc_write(&s->bench, RCC_F4 + 0x30, 2 | 1U << 21);
    soc_write(&s->bench, RCC_F4 + 0x40, 1U << 14);
    soc_write(&s->bench, 0x40020424, 5U << 20 | 5U << 28);
    soc_write(&s->bench, 0x40020400, 0x280 | 2U << 26 | 2U << 30);
    soc_write(&s->bench, DMA1_S3 + 4, 16);
    soc_write(&s->bench, DMA1_S3 + 8, SPI2 + 0x0C);
    soc_write(&s->bench, DMA1_S3 + 12, 0x20000100);
    soc_write(&s->bench, DMA1_S3, 1U << 10 | 1U << 8 | 3U << 3 | 1);
    soc_write(&s->bench, 0xE000E100, 1U << 14);
    soc_write(&s->bench, SPI2 + 4, 1);
    soc_write(&s->bench, SPI2, 1U << 9 | 1U << 7 | 1U << 6);
}

/* One bit cell, its edges off every clock's grid. */
static void send_bit(struct slave *s, unsigned n, sim_time from) {
    unsigned octet = n / 8 * 37 + 11, level = octet >> n % 8 & 1;
    sim_time start = from + n * BIT;
    cr_expect(stm32_pin_set(s->bench.mcu, PB, 15, level, start + 1013));
    cr_expect(stm32_pin_set(s->bench.mcu, PB, 13, 1, start + 30007 + n % 13 * 101));
    cr_expect(stm32_pin_set(s->bench.mcu, PB, 13, 0, start + 80021));
}

static void run_slave(struct slave *s, sim_time quantum) {
    sim_time end = OCTETS * 8 * BIT + 5 * SIM_US;
    unsigned sent = 0;
    start_slave(s);
    for (sim_time from = 0; from < end; from += quantum) {
        sim_time to = from + quantum < end ? from + quantum : end;
        for (; sent < OCTETS * 8 && (sim_time)sent * BIT < to; sent++)
            send_bit(s, sent, 0);
        cr_expect_eq(stm32_run_until(s->bench.mcu, to), STM32_UNTIL);
    }
}

Test(soc_run, a_saturated_slave_is_the_same_in_any_quanta) {
    static const sim_time quanta[] = {20 * SIM_US, 1 * SIM_US, BIT, 33333};
    struct slave whole, cut;
    run_slave(&whole, SIM_MS);
    cr_expect_eq(whole.n_entered, OCTETS / 8, "%u", whole.n_entered);
    cr_expect_eq(whole.bench.n_reports, 0);
    for (unsigned i = 0; i < 16; i++) {
        uint32_t word = soc_read(&whole.bench, (0x20000100 + i) & ~3U);
        cr_expect_eq(word >> 8 * (i % 4) & 0xFF, ((OCTETS - 16 + i) * 37 + 11) & 0xFF, "%u", i);
    }
    for (unsigned q = 0; q < 4; q++) {
        run_slave(&cut, quanta[q]);
        cr_expect_eq(cut.n_entered, whole.n_entered);
        for (unsigned i = 0; i < whole.n_entered; i++)
            cr_expect_eq(cut.entered[i], whole.entered[i], "quantum %ld: %ld, %ld", (long)quanta[q],
                         (long)cut.entered[i], (long)whole.entered[i]);
        soc_bench_finish(&cut.bench);
    }
    soc_bench_finish(&whole.bench);
}

/* --- resets, stops --- */

/* ldr r0, =0xe000ed0c; ldr r1, =0x05fa0004; str r1, [r0]; b . */
static const uint16_t resetter[] = {
    0x4801, 0x4902, 0x6001, 0xE7FE, 0xED0C, 0xE000, 0x0004, 0x05FA,
};

Test(soc_run, a_software_reset_is_told_in_csr) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, resetter, LENGTH(resetter));
    soc_run(&bench, SIM_US);
    cr_expect_str_eq(bench.reset_cause, "software");
    cr_expect_eq(soc_read(&bench, RCC_F4 + 0x74) >> 24, 0x1E, "RM0368 6.3.18: SFTRSTF besides");
    soc_bench_finish(&bench);
}

/* A reset does not bend time: 16 MHz again from the moment of the reset on. */
Test(soc_run, a_reset_at_another_clock_keeps_the_time) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, resetter, LENGTH(resetter));
    soc_write(&bench, RCC_F4 + 0x08, 15U << 4); /* 31.25 kHz */
    soc_run(&bench, SIM_MS);
    cr_expect_str_eq(bench.reset_cause, "software");
    cr_expect_eq(stm32_hclk_hz(bench.mcu), 16e6);
    sim_time now = stm32_clock_tick_time(&bench.mcu->blocks[0], STM32_HCLK,
                                         armv7m_cycles(stm32_core(bench.mcu)));
    cr_expect(now >= SIM_MS && now < SIM_MS + 20 * CYCLE, "%ld", (long)now);
    uint64_t cycles = armv7m_cycles(stm32_core(bench.mcu));
    cr_expect(cycles > 10000 && cycles < 16000, "%lu", (unsigned long)cycles);
    soc_bench_finish(&bench);
}

/* ldr r0, =0x40005400; str r0, [r0]; b . */
static const uint16_t stranger[] = {0x4801, 0x6000, 0xE7FE, 0xBF00, 0x5400, 0x4000};

Test(soc_run, a_strict_run_ends_at_what_is_not_modelled) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", &(struct stm32_config){.strict = true});
    soc_program(&bench, stranger, LENGTH(stranger));
    cr_expect_eq(soc_run(&bench, SIM_MS), STM32_NOT_MODELLED);
    cr_expect_lt(stm32_time(bench.mcu), SIM_US);
    cr_expect_eq(bench.n_reports, 1);
    cr_expect_str_eq(bench.reports[0].block, "I2C1");
    cr_expect_eq(bench.reports[0].pc, 0x08000202);
    cr_expect_eq(bench.reports[0].value, 0x40005400);
    cr_expect_eq(soc_run(&bench, SIM_MS), STM32_UNTIL, "and may go on");
    soc_bench_finish(&bench);
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, stranger, LENGTH(stranger));
    cr_expect_eq(soc_run(&bench, SIM_MS), STM32_UNTIL);
    soc_bench_finish(&bench);
}

Test(soc_run, a_stop_is_asked_for) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, toggle, LENGTH(toggle));
    stm32_request_stop(bench.mcu);
    cr_expect_eq(soc_run(&bench, SIM_US), STM32_REQUEST);
    cr_expect_eq(soc_run(&bench, SIM_US), STM32_UNTIL);
    soc_bench_finish(&bench);
}

Test(soc_run, a_step_is_one_instruction) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, toggle, LENGTH(toggle));
    for (uint32_t pc = 0x08000200; pc < 0x08000214; pc += 2) {
        cr_expect_eq(armv7m_pc(stm32_core(bench.mcu)), pc);
        cr_expect_eq(stm32_step(bench.mcu, SIM_S), STM32_REQUEST);
    }
    cr_expect_eq(bench.n_changes, 3);
    soc_bench_finish(&bench);
}

Test(soc_run, a_fault_without_a_vector_locks_up) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f401re", NULL);
    soc_program(&bench, (const uint16_t[]){0xDE00}, 1);
    cr_expect_eq(stm32_run_until(bench.mcu, SIM_MS), STM32_LOCKUP);
    cr_expect_eq(stm32_run_until(bench.mcu, SIM_MS), STM32_UNTIL, "blocks go on");
    cr_expect_eq(stm32_time(bench.mcu), SIM_MS);
    soc_bench_finish(&bench);
}

/* --- events --- */

static struct {
    unsigned id;
    sim_time time;
} seen[16];
static unsigned n_seen;

static void note(struct stm32_block *b, unsigned id) {
    seen[n_seen].id = id;
    seen[n_seen++].time = stm32_now(b);
    if (id == 3)
        stm32_schedule(b, 4, stm32_now(b)); /* at once: after what is there already */
}

static const struct stm32_ip noter = {.name = "noter", .n_events = 8, .event = note};
static const struct stm32_row noter_rows[] = {{.name = "ONE", .ip = &noter, .base = 0x40000000},
                                              {0}};
static const struct stm32_memory noter_memory[] = {{"flash", STM32_FLASH, 0x08000000, 1024}, {0}};
static const struct stm32_af noter_af[] = {{0}};
static const struct stm32_dma_route noter_dma[] = {{0}};

Test(soc_run, events_run_in_order_and_first_in_first_out) {
    const struct stm32_chip chip = {.name = "noter",
                                    .n_irq = 1,
                                    .hsi_hz = 16000000,
                                    .memories = noter_memory,
                                    .rows = noter_rows,
                                    .afs = noter_af,
                                    .dma = noter_dma};
    static const unsigned order[] = {2, 3, 0, 5, 4, 1};
    struct stm32_config config = {0};
    struct sim_err err = SIM_ERR_INIT;
    struct stm32 *mcu = stm32_create(&chip, &config, &err);
    struct stm32_block *b = &mcu->blocks[0];
    stm32_schedule(b, 1, 5000);
    stm32_schedule(b, 6, 100);
    stm32_schedule(b, 2, 100);
    stm32_schedule(b, 3, 2001);
    stm32_schedule(b, 0, 2001);
    stm32_schedule(b, 5, 1);
    stm32_schedule(b, 5, 2001); /* moved: last of its time */
    stm32_cancel(b, 6);
    cr_expect_eq(stm32_pending(b, 5), 2001);
    cr_expect_eq(stm32_pending(b, 6), SIM_NEVER);
    stm32_run_until(mcu, SIM_US);
    stm32_run_until(mcu, SIM_US);
    cr_assert_eq(n_seen, 6);
    for (unsigned i = 0; i < 6; i++)
        cr_expect_eq(seen[i].id, order[i], "%u: %u", i, seen[i].id);
    cr_expect_eq(seen[4].time, 2001);
    cr_expect_eq(seen[5].time, 5000);
    stm32_destroy(mcu);
}
