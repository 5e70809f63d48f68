/* Loops that wait: a chip whose core is parked in them against one that executes them pass by
 * pass. Random loops, with interrupts, edges and a DMA that change what they read at random times,
 * must end the same to the cycle; and of some loops it is known whether they are to be parked. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "tests/models/soc_bench.h"

#define PROGRAMS     60
#define CHUNKS       40
#define DATA         0x20000400U /* what loops read and write */
#define TICKS        0           /* offsets there: counted by SysTick, */
#define EDGES        4           /* by EXTI0, */
#define STORED       32          /* and 4 words that the DMA may write */
#define SWEEP        600         /* instructions */
#define EDGE_HANDLER 0x08001000U
#define HEAD         0x08000220U

/* Where the families have what the test sets up: DMA by the update of TIM2. */
static const struct family {
    const char *chip;
    uint32_t gpio_c, idr, exti, exti_port, acr, acr_mask;
    uint32_t gates[4][2]; /* register, value */
    uint32_t dma_cr, dma_n, dma_from, dma_to, dma_on;
} FAMILIES[] = {
    {"f401re",
     0x40020800,
     0x10,
     0x40013C00,
     0x40013808,
     0x40023C00,
     0x702,
     {{0x40023830, 0x00200007}, {0x40023840, 1}, {0x40023844, 1 << 14 | 1 << 12}},
     0x40026028,
     0x4002602C,
     0x40026030,
     0x40026034,
     3U << 25 | 2 << 13 | 2 << 11 | 1 << 10 | 1 << 8 | 1},
    {"f439zi",
     0x40020800,
     0x10,
     0x40013C00,
     0x40013808,
     0x40023C00,
     0x705,
     {{0x40023830, 0x00200007}, {0x40023840, 1}, {0x40023844, 1 << 14 | 1 << 12}},
     0x40026028,
     0x4002602C,
     0x40026030,
     0x40026034,
     3U << 25 | 2 << 13 | 2 << 11 | 1 << 10 | 1 << 8 | 1},
    {"f100rb",
     0x40011000,
     0x08,
     0x40010400,
     0x40010008,
     0,
     0,
     {{0x40021018, 0x1D}, {0x4002101C, 1}, {0x40021014, 1}},
     0x4002001C,
     0x40020020,
     0x40020024,
     0x40020028,
     2 << 10 | 2 << 8 | 1 << 7 | 1 << 5 | 1},
    {"f103rb",
     0x40011000,
     0x08,
     0x40010400,
     0x40010008,
     0x40022000,
     0x12,
     {{0x40021018, 0x1D}, {0x4002101C, 1}, {0x40021014, 1}},
     0x4002001C,
     0x40020020,
     0x40020024,
     0x40020028,
     2 << 10 | 2 << 8 | 1 << 7 | 1 << 5 | 1},
};
enum { N_FAMILIES = sizeof FAMILIES / sizeof *FAMILIES };
static size_t family_index[N_FAMILIES];

static uint64_t seed;

static uint32_t draw(uint32_t below) {
    uint64_t x = (seed += 0x9E3779B97F4A7C15U); /* splitmix64 */
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return (uint32_t)((x ^ x >> 31) >> 8) % below;
}

/* --- programs: r4 DATA, r5 port C, r6 EXTI, r7 a number; r0 to r3 for anything --------------- */

struct program {
    uint16_t code[512];
    unsigned n;
};

static void put(struct program *p, unsigned halfword) {
    p->code[p->n++] = (uint16_t)halfword;
}
static void put_wide(struct program *p, unsigned first, unsigned second) {
    put(p, first);
    put(p, second);
}

static void start(struct program *p, const struct family *f) {
    const uint32_t literals[] = {DATA, f->gpio_c, f->exti, 0x5A5A0000 + draw(16)};
    static const uint16_t LOAD[] = {0x4C03, 0x4D04, 0x4E04, 0x4F05, 0xE00A}; /* ldr; b HEAD */
    memset(p, 0xBF, sizeof *p);
    p->n = 0;
    for (unsigned i = 0; i < 5; i++)
        put(p, LOAD[i]);
    p->n = 8;
    for (unsigned i = 0; i < 4; i++)
        put_wide(p, literals[i] & 0xFFFF, literals[i] >> 16);
}

static void put_load(struct program *p) {
    unsigned r = draw(4), word = draw(12);
    switch (draw(6)) {
    case 0:
        put(p, 0x6800 | word << 6 | 4 << 3 | r); /* ldr r, [r4, #] */
        break;
    case 1:
        put(p, 0x7800 | draw(32) << 6 | 4 << 3 | r); /* ldrb */
        break;
    case 2:
        put(p, 0x8800 | draw(24) << 6 | 4 << 3 | r); /* ldrh */
        break;
    case 3:
        put_wide(p, 0xF8D4, r << 12 | draw(40)); /* ldr.w, unaligned or not */
        break;
    case 4:
        put_wide(p, 0xE9D4, r << 12 | (r ^ 1) << 8 | word); /* ldrd */
        break;
    default:
        put_wide(p, 0xE894, 7); /* ldm r4, {r0-r2} */
    }
}

static void put_port(struct program *p, const struct family *f) {
    unsigned r = draw(4);
    if (draw(3))
        put(p, 0x6800 | f->idr / 4 << 6 | 5 << 3 | r);
    else
        put(p, 0x6800 | draw(6) << 6 | 6 << 3 | r); /* EXTI */
    if (draw(2))
        put(p, 0x4000 | 7 << 3 | r); /* ands r, r7 */
}

static void put_store(struct program *p) {
    unsigned r = draw(4);
    switch (draw(4)) {
    case 0:
        put(p, 0x6000 | (8 + draw(12)) << 6 | 4 << 3 | 7); /* str r7, [r4, #] */
        break;
    case 1:
        put(p, 0x6000 | (12 + draw(8)) << 6 | 4 << 3 | r);
        break;
    case 2:
        put(p, 0x7000 | draw(32) << 6 | 4 << 3 | r); /* strb */
        break;
    default:
        put(p, 0xB40F); /* push {r0-r3}; pop {r0-r2}; pop {r3} */
        put(p, 0xBC07);
        put(p, 0xBC08);
    }
}

static void put_flow(struct program *p) {
    unsigned r = draw(4);
    switch (draw(8)) {
    case 6: /* a bit of what the DMA may write: ldr r0, [r4, #]; lsls r0, #; bpl over; nop; movs */
        put(p, 0x6800 | (8 + draw(4)) << 6 | 4 << 3);
        put(p, 0x0000 | (20 + draw(12)) << 6);
        put(p, 0xD500);
        put(p, 0xBF00);
        put(p, 0x2000);
        break;
    case 7: /* cpsie i, load, cpsid i: masked elsewhere */
        put(p, 0xB662);
        put_load(p);
        put(p, 0xB672);
        break;
    case 0: /* cmp r, #; beq or bne over one */
        put(p, 0x2800 | r << 8 | draw(4));
        put(p, draw(2) ? 0xD000 : 0xD100);
        put(p, 0x3001 | draw(4) << 8);
        break;
    case 1: /* cmp r, r'; ite eq */
        put(p, 0x4280 | draw(4) << 3 | r);
        put(p, 0xBF0C);
        put(p, 0x2005 | draw(4) << 8);
        put(p, 0x2007 | draw(4) << 8);
        break;
    case 2:
        put(p, 0xB672); /* cpsid i */
        put_load(p);
        put(p, 0xB662);
        break;
    case 3: /* bl over a function, which is: push {r3, lr}; ldr; pop {r3, pc} */
        put(p, 0xE002);
        put(p, 0xB508);
        put(p, 0x6800 | draw(12) << 6 | 4 << 3 | r);
        put(p, 0xBD08);
        put_wide(p, 0xF7FF, 0xFFFB);
        break;
    case 4: /* ldrex r0, [r4, #40]; strex r1, r0, [r4, #40] */
        put_wide(p, 0xE854, 0x0F0A);
        put_wide(p, 0xE844, 0x010A);
        break;
    default:
        put(p, 0x2000 | r << 8 | draw(256)); /* movs */
    }
}

/* What keeps a loop from being parked, or should: counters, clocks, effects. */
static void put_trap(struct program *p, const struct family *f) {
    switch (draw(5)) {
    case 0:
        put(p, 0x3701); /* adds r7, #1 */
        break;
    case 1: /* a counter in memory */
        put(p, 0x6800 | 10 << 6 | 4 << 3);
        put(p, 0x3001);
        put(p, 0x6000 | 10 << 6 | 4 << 3);
        break;
    case 2: /* movs r0, #0xE0; lsls r0, #24; ldr.w r1, [r0, #CVR]; where from 0xE000E000 */
        put(p, 0x20E0);
        put(p, 0x0600);
        put_wide(p, 0xF500, 0x4060); /* add.w r0, r0, #0xE000 */
        put(p, 0x6981);              /* ldr r1, [r0, #0x18] */
        break;
    case 3:
        put(p, 0x6000 | (f->idr + 4) / 4 << 6 | 5 << 3 | draw(4)); /* ODR */
        break;
    default:
        put(p, 0xBF30); /* wfi */
    }
}

static void make_loop(struct program *p, const struct family *f) {
    start(p, f);
    bool trap = draw(8) == 0;
    for (unsigned i = 0, n = 2 + draw(14); i < n; i++) {
        unsigned kind = draw(9);
        if (kind < 4)
            put_load(p);
        else if (kind < 5)
            put_port(p, f);
        else if (kind < 7)
            put_store(p);
        else
            put_flow(p);
        if (trap && i == n / 2)
            put_trap(p, f);
    }
    put(p, 0xE000 | ((16 - (int)p->n - 2) & 0x7FF)); /* b HEAD */
}

/* SysTick counts TICKS, and goes through more code than the cache holds; EXTI0 counts EDGES, and
 * clears its bit. */
static void put_handlers(struct soc_bench *bench, const struct family *f) {
    static const uint16_t TICK[] = {0x4802, 0x6801, 0x3101, 0x6001, 0xE002, 0xBF00};
    uint16_t sweep[SWEEP];
    const uint16_t EDGE[] = {0x4803, 0x2101, 0x6141, 0x4803, 0x6841, 0x3101, 0x6041, 0x4770};
    const uint32_t literals[] = {f->exti, DATA};
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(stm32_load(bench->mcu, 0x08000700, (const uint8_t *)TICK, sizeof TICK, &err));
    cr_assert(stm32_load(bench->mcu, 0x0800070C, (const uint8_t *)&literals[1], 4, &err));
    for (unsigned i = 0; i < SWEEP; i++)
        sweep[i] = i + 1 < SWEEP ? 0xBF00 : 0x4770;
    cr_assert(stm32_load(bench->mcu, 0x08000710, (const uint8_t *)sweep, sizeof sweep, &err));
    cr_assert(stm32_load(bench->mcu, EDGE_HANDLER, (const uint8_t *)EDGE, sizeof EDGE, &err));
    cr_assert(stm32_load(bench->mcu, EDGE_HANDLER + 16, (const uint8_t *)literals, 8, &err));
    soc_vector(bench, 15, 0x08000701);
    soc_vector(bench, 16 + 6, EDGE_HANDLER | 1);
}

/* --- two chips -------------------------------------------------------------------------------- */

struct setup {
    uint32_t acr, tick, timer, dma_n, dma_to;
    bool dma;
};

static struct setup some_setup(const struct family *f) {
    struct setup s = {.tick = 1500 + draw(40000)};
    s.timer = 30 + draw(6000);
    s.dma = draw(2);
    s.acr = (0x710 | draw(6)) & f->acr_mask;
    s.acr &= draw(2) ? 0xFFFF : 0xFF;
    s.acr &= draw(2) ? 0xFFFF : ~0x600U; /* without caches */
    s.acr &= draw(3) ? 0xFFFF : ~0x110U; /* without prefetching */
    s.dma_n = 1 + draw(4);
    s.dma_to = draw(2) ? DATA + STORED : DATA + 0x200;
    return s;
}

static void set_up(struct soc_bench *bench, const struct family *f, const struct program *p,
                   const struct setup *s) {
    put_handlers(bench, f);
    soc_program(bench, p->code, p->n);
    for (unsigned i = 0; i < 4 && f->gates[i][0]; i++)
        soc_write(bench, f->gates[i][0], f->gates[i][1]);
    if (f->acr)
        soc_write(bench, f->acr, s->acr);
    soc_write(bench, f->exti_port, 2);
    soc_write(bench, f->exti, 1);     /* IMR */
    soc_write(bench, f->exti + 8, 1); /* RTSR */
    soc_write(bench, 0xE000E100, 1 << 6);
    soc_write(bench, 0xE000E014, s->tick);
    soc_write(bench, 0xE000E010, 7);
    soc_write(bench, f->dma_n, s->dma_n);
    soc_write(bench, f->dma_from, 0x40000024); /* TIM2_CNT */
    soc_write(bench, f->dma_to, s->dma_to);
    soc_write(bench, f->dma_cr, f->dma_on);
    soc_write(bench, 0x4000002C, s->timer); /* ARR */
    soc_write(bench, 0x4000000C, s->dma ? 1 << 8 : 0);
    soc_write(bench, 0x40000000, 1);
}

static uint64_t digest_of(struct soc_bench *bench) {
    struct armv7m *core = stm32_core(bench->mcu);
    uint64_t digest = bench->n_changes;
    const uint8_t *data = armv7m_direct(core, 0x20000000, 0x1000, false);
    for (unsigned i = 0; i < 0x1000; i++)
        digest = (digest ^ data[i]) * 0x100000001B3U;
    for (unsigned i = 0; i <= ARMV7M_XPSR; i++)
        digest = (digest ^ armv7m_get(core, (enum armv7m_reg)i)) * 0x100000001B3U;
    digest = (digest ^ armv7m_cycles(core)) * 0x100000001B3U;
    return (digest ^ armv7m_instructions(core)) * 0x100000001B3U;
}

static bool was_parked(struct soc_bench *bench) {
    return armv7m_parkings(stm32_core(bench->mcu)) > 0;
}

struct pair {
    struct soc_bench parks, executes;
};

static void pair_init(struct pair *pair, const struct family *f, const struct program *p,
                      const struct setup *s) {
    soc_bench_init(&pair->parks, f->chip, &(struct stm32_config){.hse_hz = 8000000});
    soc_bench_init(&pair->executes, f->chip,
                   &(struct stm32_config){.hse_hz = 8000000, .pass_by_pass = true});
    set_up(&pair->parks, f, p, s);
    set_up(&pair->executes, f, p, s);
}
static void pair_finish(struct pair *pair) {
    soc_bench_finish(&pair->parks);
    soc_bench_finish(&pair->executes);
}

/* Edges at port C in what is to come, then time; false: they are not the same any more. */
static bool pair_run(struct pair *pair) {
    sim_time length = draw(4) ? 400 : 4;
    length = 1 + (sim_time)draw((uint32_t)length) * SIM_US;
    length /= draw(3) ? 1 : 7;
    sim_time at = stm32_time(pair->parks.mcu);
    for (unsigned n = draw(4); n > 0; n--) {
        at += draw(60) * SIM_US;
        at += draw(1000000);
        unsigned pin = draw(3), level = draw(2);
        cr_assert(stm32_pin_set(pair->parks.mcu, 2, pin, level, at));
        cr_assert(stm32_pin_set(pair->executes.mcu, 2, pin, level, at));
    }
    soc_run(&pair->parks, length);
    soc_run(&pair->executes, length);
    return digest_of(&pair->parks) == digest_of(&pair->executes);
}

ParameterizedTestParameters(park, random_loops) {
    for (size_t i = 0; i < N_FAMILIES; i++)
        family_index[i] = i;
    return cr_make_param_array(size_t, family_index, N_FAMILIES);
}

ParameterizedTest(size_t *index, park, random_loops, .timeout = 300) {
    const struct family *f = &FAMILIES[*index];
    static struct pair pair;
    struct program program;
    unsigned parked = 0;
    for (unsigned i = 0; i < PROGRAMS; i++) {
        seed = i + 1;
        make_loop(&program, f);
        const struct setup setup = some_setup(f);
        pair_init(&pair, f, &program, &setup);
        for (unsigned k = 0; k < CHUNKS; k++)
            cr_assert(pair_run(&pair), "%s, program %u, chunk %u", f->chip, i, k);
        parked += was_parked(&pair.parks);
        cr_assert_not(was_parked(&pair.executes));
        pair_finish(&pair);
    }
    cr_expect_gt(parked, PROGRAMS / 3, "%s: %u parked", f->chip, parked);
    cr_expect_lt(parked, PROGRAMS, "%s: %u parked", f->chip, parked);
}

/* The comparison can fail. */
Test(park, a_chip_that_runs_some_cycles_longer_is_not_the_same) {
    static struct pair pair;
    struct program program;
    seed = 1;
    start(&program, &FAMILIES[0]);
    put(&program, 0xE7FE); /* b . */
    const struct setup setup = some_setup(&FAMILIES[0]);
    pair_init(&pair, &FAMILIES[0], &program, &setup);
    cr_expect(pair_run(&pair));
    soc_run(&pair.parks, 10 * 62500);
    cr_expect_neq(digest_of(&pair.parks), digest_of(&pair.executes));
    pair_finish(&pair);
}

/* --- loops known to be parked, or not --------------------------------------------------------- */

static const struct loop {
    const char *name;
    bool parks;
    uint16_t code[8]; /* before `b HEAD`; 0 ends it */
} LOOPS[] = {
    {"nothing", true, {0xBF00}},
    {"a flag in memory", true, {0x6820}},
    {"a pin", true, {0x6928}},
    {"a pending bit of EXTI", true, {0x6970}},
    {"a stack that is used", true, {0xB40F, 0xBC0F}},
    {"a store of the same", true, {0x6327}},
    {"a critical section", true, {0xB672, 0x6820, 0xB662}},
    {"a counter in a register", false, {0x3701}},
    {"a counter in memory", false, {0x6AA0, 0x3001, 0x62A0}},
    {"a counter in an octet", false, {0x7A20, 0x3001, 0x7220}},
    {"SysTick's counter", false, {0x20E0, 0x0600, 0xF500, 0x4060, 0x6981}},
    {"a timer's counter", false, {0x2040, 0x0600, 0x6A41}},
    {"a port that is written", false, {0x616F}},
    {"the data register of SPI1", false, {0x4801, 0x68C1, 0xE002, 0xBF00, 0x3000, 0x4001}},
    {"sleep", false, {0xBF30}},
};
enum { N_LOOPS = sizeof LOOPS / sizeof *LOOPS };
static size_t loop_index[N_LOOPS];

ParameterizedTestParameters(park, known_loops) {
    for (size_t i = 0; i < N_LOOPS; i++)
        loop_index[i] = i;
    return cr_make_param_array(size_t, loop_index, N_LOOPS);
}

ParameterizedTest(size_t *index, park, known_loops, .timeout = 60) {
    const struct loop *loop = &LOOPS[*index];
    static struct pair pair;
    struct program program;
    seed = *index + 1;
    start(&program, &FAMILIES[0]);
    for (unsigned i = 0; i < 8 && loop->code[i]; i++)
        put(&program, loop->code[i]);
    put(&program, 0xE000 | ((16 - (int)program.n - 2) & 0x7FF));
    const struct setup setup = {.acr = 0x702, .tick = 20000, .timer = 1000};
    pair_init(&pair, &FAMILIES[0], &program, &setup);
    for (unsigned k = 0; k < CHUNKS; k++)
        cr_assert(pair_run(&pair), "%s, chunk %u", loop->name, k);
    cr_expect_eq(was_parked(&pair.parks), loop->parks, "%s", loop->name);
    pair_finish(&pair);
}
