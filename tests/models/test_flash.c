/* Wait states of the flash interfaces: ART accelerator of the F4, prefetch buffer of the F1. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/mcu/soc/internal.h"
#include "tests/models/soc_bench.h"

#define FLASH_BASE 0x08000000U
#define ACR_F4     0x40023C00U
#define ACR_F1     0x40022000U

enum { PRFTEN = 1 << 8, ICEN = 1 << 9, DCEN = 1 << 10, ICRST = 1 << 11, DCRST = 1 << 12 };

static struct armv7m_lines *lines(struct soc_bench *bench) {
    return bench->mcu->flash->ip->lines(bench->mcu->flash);
}

static unsigned fetch(struct soc_bench *bench, unsigned line) {
    return armv7m_lines_fetch(lines(bench), line, armv7m_cycles(stm32_core(bench->mcu)));
}

static unsigned data(struct soc_bench *bench, uint32_t offset) {
    return armv7m_lines_read(lines(bench), offset >> lines(bench)->shift);
}

static void cycles_pass(struct soc_bench *bench, unsigned n) {
    armv7m_stall(stm32_core(bench->mcu), n);
}

static void init_f4(struct soc_bench *bench, uint32_t acr) {
    soc_bench_init(bench, "f401re", NULL);
    soc_write(bench, ACR_F4, acr);
}

/* RM0368 3.4.1: LATENCY wait states. */
Test(flash, f4_without_accelerator) {
    struct soc_bench bench;
    for (unsigned latency = 0; latency < 6; latency++) {
        init_f4(&bench, latency);
        for (unsigned i = 0; i < 3; i++) {
            cr_expect_eq(fetch(&bench, 7), latency);
            cr_expect_eq(data(&bench, 64), latency);
        }
        soc_bench_finish(&bench);
    }
}

/* RM0368 3.4.2: 64 lines, the least recently used one goes. */
Test(flash, f4_instruction_cache) {
    struct soc_bench bench;
    init_f4(&bench, ICEN | 5);
    for (unsigned line = 0; line < 64; line++)
        cr_expect_eq(fetch(&bench, line), 5);
    for (unsigned line = 0; line < 64; line++)
        cr_expect_eq(fetch(&bench, line), 0);
    cr_expect_eq(fetch(&bench, 0), 0);
    cr_expect_eq(fetch(&bench, 100), 5, "takes the place of line 1");
    cr_expect_eq(fetch(&bench, 0), 0);
    cr_expect_eq(fetch(&bench, 2), 0);
    cr_expect_eq(fetch(&bench, 1), 5);
    soc_write(&bench, ACR_F4, ICRST | 5);
    soc_write(&bench, ACR_F4, ICEN | 5);
    cr_expect_eq(fetch(&bench, 0), 5);
    soc_bench_finish(&bench);
}

/* The accelerator in plain words: a list of lines, the one used last at the front. */
struct plain {
    uint32_t held[64], next;
    unsigned n;
    uint64_t ready;
};

static bool take_out(struct plain *p, uint32_t line) {
    for (unsigned i = 0; i < p->n; i++) {
        if (p->held[i] != line)
            continue;
        memmove(p->held + i, p->held + i + 1, (--p->n - i) * sizeof p->held[0]);
        return true;
    }
    return false;
}

static void put_first(struct plain *p, uint32_t line) {
    p->n -= p->n == 64;
    memmove(p->held + 1, p->held, p->n++ * sizeof p->held[0]);
    p->held[0] = line;
}

static unsigned plain_fetch(struct plain *p, uint32_t line, uint64_t cycle, unsigned latency) {
    unsigned waits = 0;
    if (!take_out(p, line))
        waits = p->next != line ? latency : p->ready > cycle ? (unsigned)(p->ready - cycle) : 0;
    put_first(p, line);
    bool behind = false;
    for (unsigned i = 0; i < p->n; i++)
        behind = behind || p->held[i] == line + 1;
    if (!behind && p->next != line + 1) {
        p->next = line + 1;
        p->ready = cycle + waits + latency + 1;
    }
    return waits;
}

/* Loops and jumps over more lines than the cache has. */
Test(flash, f4_as_the_plain_model) {
    struct soc_bench bench;
    struct plain plain = {.next = UINT32_MAX};
    uint64_t cycle = 0, seed = 1;
    unsigned hits = 0, early = 0;
    init_f4(&bench, PRFTEN | ICEN | 5);
    for (uint32_t i = 0, line = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned draw = (unsigned)(seed >> 33);
        line = draw % 5 ? line + 1 : draw / 5 % 90;
        unsigned waits = armv7m_lines_fetch(lines(&bench), line, cycle);
        cr_assert_eq(waits, plain_fetch(&plain, line, cycle, 5), "access %u, line %u", i, line);
        hits += waits == 0;
        early += waits > 0 && waits < 5;
        cycle += waits + draw / 512 % 9;
    }
    cr_expect_gt(hits, 1000);
    cr_expect_gt(early, 1000);
    cr_expect_lt(hits + early, 199000);
    soc_bench_finish(&bench);
}

/* The same line through the alias at 0 is the same line. */
Test(flash, f4_alias_shares_the_cache) {
    static const uint16_t NOPS[4] = {0xBF00, 0xBF00, 0xBF00, 0xBF00};
    struct soc_bench bench;
    init_f4(&bench, 0);
    soc_program(&bench, NOPS, 4);
    soc_write(&bench, ACR_F4, ICEN | 5);
    struct armv7m *core = stm32_core(bench.mcu);
    armv7m_step(core);
    cr_expect_eq(armv7m_cycles(core), 1 + 5);
    armv7m_set(core, ARMV7M_PC, 0x202);
    armv7m_step(core);
    cr_expect_eq(armv7m_cycles(core), 1 + 5 + 1);
    soc_bench_finish(&bench);
}

/* RM0368 3.4.2: the next line is read while this one is executed. */
Test(flash, f4_prefetch) {
    struct soc_bench bench;
    init_f4(&bench, PRFTEN | 5);
    cr_expect_eq(fetch(&bench, 10), 5);
    cycles_pass(&bench, 5 + 4); /* the waits, and four instructions of the line */
    cr_expect_eq(fetch(&bench, 11), 2, "six cycles for a line, four are over");
    cycles_pass(&bench, 2 + 8);
    cr_expect_eq(fetch(&bench, 12), 0);
    cycles_pass(&bench, 8);
    cr_expect_eq(fetch(&bench, 40), 5, "a branch");
    soc_bench_finish(&bench);
}

/* RM0368 3.4.2: 8 lines of data cache. */
Test(flash, f4_data_cache) {
    struct soc_bench bench;
    init_f4(&bench, DCEN | 3);
    for (uint32_t i = 0; i < 8; i++)
        cr_expect_eq(data(&bench, 16 * i), 3);
    for (uint32_t i = 0; i < 8; i++)
        cr_expect_eq(data(&bench, 16 * i + 12), 0);
    cr_expect_eq(data(&bench, 0x1000), 3);
    cr_expect_eq(data(&bench, 0), 3, "was the oldest");
    cr_expect_eq(data(&bench, 32), 0);
    soc_write(&bench, ACR_F4, DCRST | 3);
    soc_write(&bench, ACR_F4, DCEN | 3);
    cr_expect_eq(data(&bench, 32), 3);
    soc_bench_finish(&bench);
}

/* PM0075 3.1: two buffers of 64 bits. */
Test(flash, f103_prefetch) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f103rb", NULL);
    cr_expect_eq(fetch(&bench, 3), 0, "no wait states after reset");
    soc_write(&bench, ACR_F1, 0x12);
    cr_expect_eq(soc_read(&bench, ACR_F1), 0x32, "PRFTBS follows PRFTBE");
    cr_expect_eq(fetch(&bench, 3), 2);
    cycles_pass(&bench, 2 + 3);
    cr_expect_eq(fetch(&bench, 4), 0);
    cycles_pass(&bench, 1);
    cr_expect_eq(fetch(&bench, 5), 2);
    cr_expect_eq(fetch(&bench, 3), 2, "nothing is kept");
    cr_expect_eq(data(&bench, 0), 2);
    soc_write(&bench, ACR_F1, 0x02);
    cr_expect_eq(fetch(&bench, 3), 2);
    cycles_pass(&bench, 10);
    cr_expect_eq(fetch(&bench, 4), 2);
    soc_bench_finish(&bench);
}

/* RM0041: 24 MHz need no wait states, and there is no field to set any. */
Test(flash, f100_has_none) {
    struct soc_bench bench;
    soc_bench_init(&bench, "f100rb", NULL);
    soc_write(&bench, ACR_F1, 0x12);
    cr_expect_eq(soc_read(&bench, ACR_F1), 0);
    cr_expect_null(lines(&bench));
    soc_bench_finish(&bench);
}

/* `flash` in stm32_load is read only for the core. */
Test(flash, a_store_is_misuse) {
    struct soc_bench bench;
    init_f4(&bench, 0);
    static const uint16_t store[] = {0x4801, 0x6000, 0xE7FE, 0xBF00, 0x1000, 0x0800};
    soc_program(&bench, store, 6);
    soc_run(&bench, SIM_US);
    cr_expect(soc_reported(&bench, STM32_MISUSE, "memory", NULL));
    cr_expect_eq(bench.reports[0].address, 0x08001000);
    cr_expect_eq(soc_read(&bench, 0x08001000), 0xFFFFFFFF);
    soc_bench_finish(&bench);
}
