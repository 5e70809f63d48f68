/* Octets from an SPI slave by DMA to a memory that the core reads and writes all the time: taken
 * in steps as large as may be, they must come at the same instruction as edge by edge. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "models/mcu/pin_edge.h"
#include "tests/models/soc_bench.h"

#define RCC     0x40023800U
#define GPIOB   0x40020400U
#define DMA1_S3 (0x40026000U + 0x10 + 3 * 0x18)
#define SPI2    0x40003800U
#define BUFFER  0x20000100U
#define RING    64
#define BIT     (100 * SIM_NS)
#define OCTETS  600
#define START   (20 * SIM_US)

enum { WAIT = 36 }; /* place of the count in PROGRAM, in its low octet */

/* r0: buffer; r6: its bit-band alias; r7: 7. Loads and stores of each kind in it, at places that
 * wander; r4 is what they add up to; then a while without any.
 *      loop: ldrb r2, [r0, r1]; add r4, r2, r4, ror #5; ldr.w r2, [r0, r1]; add r4, r2, r4, ror #7
 *      ldm r0, {r2, r3}; eor r4, r3, r4, ror #3; adds r1, #1; and r1, r1, #63; mul r5, r1, r7
 *      and r5, r5, #63; ldrd r2, r3, [r0, #24]; add r4, r3, r4, ror #11; strb r4, [r0, r5]
 *      ldr r2, [r6, r1, lsl #2]; add r4, r2, r4, ror #1; str r4, [r6, r5, lsl #2]
 *      strh.w r4, [r0, #51]; mov r2, r0; adds r2, #40; stm r2, {r1, r4}
 *      mov r3, #40; wait: subs r3, #1; bne wait; b loop */
static const uint16_t PROGRAM[] = {
    0x5C42, 0xEB02, 0x1474, 0xF850, 0x2001, 0xEB02, 0x14F4, 0xE890, 0x000C, 0xEA83,
    0x04F4, 0x3101, 0xF001, 0x013F, 0xFB01, 0xF507, 0xF005, 0x053F, 0xE9D0, 0x2306,
    0xEB03, 0x24F4, 0x5544, 0xF856, 0x2021, 0xEB02, 0x0474, 0xF846, 0x4025, 0xF8A0,
    0x4033, 0x4602, 0x3228, 0xE882, 0x0012, 0xF04F, 0x0328, 0x3B01, 0xD1FD, 0xE7D7,
};

static const struct variant {
    uint8_t wait; /* turns of the loop without loads and stores */
    uint32_t cr1; /* of the SPI, beside SSM, RXONLY and SPE */
    uint32_t cr;  /* of the stream, beside EN */
    sim_time quantum;
    sim_time bit;
} VARIANTS[] = {
    {40, 1U << 7, 1U << 10 | 1U << 8, SIM_MS, BIT},
    {1, 1U << 7, 1U << 10 | 1U << 8, SIM_MS, BIT},
    {250, 0, 1U << 10 | 1U << 8, SIM_MS, BIT},
    {250, 1U << 7, 1U << 10 | 1U << 8, 7777777, BIT},
    {40, 1U << 7, 1U << 10, SIM_MS, BIT},                      /* ends, and overruns */
    {40, 1U << 7, 1U << 8, SIM_MS, BIT},                       /* all to one place */
    {250, 1U << 7, 1U << 10 | 1U << 8, SIM_MS, BIT / 2},       /* close to what a DMA can do */
    {250, 1U << 7, 1U << 10 | 1U << 8, SIM_MS, BIT / 4},       /* overruns */
    {40, 1U << 7 | 1U << 11, 1U << 10 | 1U << 8, SIM_MS, BIT}, /* frames of 16 bits */
};
#define N_VARIANTS (sizeof VARIANTS / sizeof *VARIANTS)
static size_t variants[N_VARIANTS];

struct octet {
    struct pin_edge edges[24];
    struct pin_list list;
    struct pin_digest digest;
};

struct slave {
    struct soc_bench bench;
    uint64_t digest, told;
    unsigned sent;
    bool level;
};
static struct octet octets[OCTETS];
static struct slave *under_test;

static void note(struct slave *s, uint64_t value) {
    s->digest = (s->digest ^ value) * 0x100000001B3U;
}

static void on_rx(void *user, const struct stm32_rx *rx) {
    (void)user;
    note(under_test, (uint64_t)rx->time);
    note(under_test, (uint64_t)rx->kind << 32 | rx->value);
    note(under_test, rx->address);
    under_test->told += rx->kind == STM32_RX_STORED;
}

static void edge(struct octet *o, size_t at, sim_time dt, unsigned *rank, unsigned pin,
                 unsigned level) {
    o->edges[at] =
        (struct pin_edge){(int32_t)dt, (uint16_t)(*rank)++, (uint8_t)pin, (uint8_t)level};
}

/* The edges of one octet, those of the clock first, none of them on the grid of the core's. */
static void make_octet(struct octet *o, unsigned value, bool *level, sim_time bit) {
    unsigned rank = 0, n = 16;
    for (unsigned i = 0; i < 8; i++) {
        sim_time start = i * bit;
        if ((value >> i & 1) != *level)
            edge(o, n++, start + 1013, &rank, 1, *level = !*level);
        edge(o, 2 * i, start + bit / 3 + i * 101, &rank, 0, 1);
        edge(o, 2 * i + 1, start + 4 * bit / 5 + 21, &rank, 0, 0);
    }
    cr_assert(pin_digest_make(&o->digest, o->edges, n));
    o->list = (struct pin_list){o->edges, n, &o->digest};
}

static void make_octets(sim_time bit) {
    bool level = false;
    for (unsigned i = 0; i < OCTETS; i++)
        make_octet(&octets[i], i * 37 + i / 7 + 11, &level, bit);
}

static void start(struct slave *s, const struct variant *v, bool one_by_one) {
    uint16_t code[sizeof PROGRAM / sizeof *PROGRAM];
    const struct stm32_config config = {.edge_by_edge = one_by_one, .on_rx = on_rx};
    *s = (struct slave){0};
    under_test = s;
    for (unsigned i = 0; i < sizeof PROGRAM / sizeof *PROGRAM; i++)
        code[i] = (uint16_t)(i == WAIT ? (PROGRAM[i] & 0xff00) | v->wait : PROGRAM[i]);
    soc_bench_init(&s->bench, "f401re", &config);
    soc_program(&s->bench, code, sizeof code / sizeof *code);
    armv7m_set(stm32_core(s->bench.mcu), ARMV7M_R0, BUFFER);
    armv7m_set(stm32_core(s->bench.mcu), (enum armv7m_reg)(ARMV7M_R0 + 6),
               0x22000000U + (BUFFER - 0x20000000U) * 32);
    armv7m_set(stm32_core(s->bench.mcu), (enum armv7m_reg)(ARMV7M_R0 + 7), 7);
    soc_write(&s->bench, RCC + 0x30, 2 | 1U << 21);
    soc_write(&s->bench, RCC + 0x40, 1U << 14);
    soc_write(&s->bench, GPIOB + 0x24, 5U << 20 | 5U << 28);
    soc_write(&s->bench, GPIOB, 0x280 | 2U << 26 | 2U << 30);
    soc_write(&s->bench, DMA1_S3 + 4, RING);
    soc_write(&s->bench, DMA1_S3 + 8, SPI2 + 0x0C);
    soc_write(&s->bench, DMA1_S3 + 12, BUFFER);
    soc_write(&s->bench, DMA1_S3, v->cr | 1);
    soc_write(&s->bench, SPI2 + 4, 1);
    soc_write(&s->bench, SPI2, 1U << 10 | 1U << 9 | 1U << 6 | v->cr1);
    cr_assert(stm32_pin_set(s->bench.mcu, 1, 13, 0, 0));
    cr_assert(stm32_pin_set(s->bench.mcu, 1, 15, 0, 0));
    soc_run(&s->bench, START);
}

/* Everything that the core can see, or has seen. */
static void look(struct slave *s) {
    struct armv7m *core = stm32_core(s->bench.mcu);
    for (unsigned i = 0; i < 8; i++)
        note(s, armv7m_get(core, (enum armv7m_reg)(ARMV7M_R0 + i)));
    note(s, armv7m_pc(core));
    note(s, armv7m_cycles(core));
    note(s, armv7m_instructions(core));
    for (unsigned i = 0; i < RING; i += 4)
        note(s, soc_read(&s->bench, BUFFER + i));
    note(s, soc_read(&s->bench, DMA1_S3 + 4));
    note(s, stm32_report_count(s->bench.mcu, STM32_LOST));
}

static void run(struct slave *s, const struct variant *v, bool one_by_one) {
    static const struct stm32_pin pins[] = {{1, 13}, {1, 15}};
    sim_time length = 8 * v->bit + 3011, end = START + OCTETS * length + 50 * SIM_US;
    start(s, v, one_by_one);
    for (sim_time now = START; now < end; now += v->quantum) {
        sim_time until = now + v->quantum < end ? now + v->quantum : end;
        for (; s->sent < OCTETS && START + s->sent * length < until; s->sent++)
            cr_assert(stm32_pin_list(s->bench.mcu, pins, START + s->sent * length,
                                     &octets[s->sent].list));
        cr_assert_eq(stm32_run_until(s->bench.mcu, until), STM32_UNTIL);
        look(s);
    }
    soc_bench_finish(&s->bench);
}

ParameterizedTestParameters(soc_feed, core_sees_octets_as_they_come) {
    for (size_t i = 0; i < N_VARIANTS; i++)
        variants[i] = i;
    return cr_make_param_array(size_t, variants, N_VARIANTS);
}

ParameterizedTest(size_t *i, soc_feed, core_sees_octets_as_they_come, .timeout = 60) {
    const struct variant *v = &VARIANTS[*i];
    static struct slave group, single;
    make_octets(v->bit);
    run(&group, v, false);
    run(&single, v, true);
    cr_expect_geq(group.told, v->bit < BIT / 2 ? 1 : RING, "variant %zu: %lu octets stored", *i,
                  (unsigned long)group.told);
    cr_expect_eq(group.told, single.told);
    cr_expect_eq(group.digest, single.digest, "variant %zu", *i);
}
