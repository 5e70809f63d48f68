/* Random accesses to every block of every chip, with time and edges between: nothing may crash or
 * hang, and two chips that get the same must end the same, also when one of them delivers edges
 * in groups and the other edge by edge. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "models/mcu/soc/internal.h"
#include "tests/models/soc_bench.h"

#define STEPS 20000

static size_t chip_index[16];

struct walk {
    struct soc_bench bench;
    uint64_t seed, draws, digest;
};

static uint32_t draw(struct walk *w) {
    uint64_t x = (w->seed += 0x9E3779B97F4A7C15U); /* splitmix64 */
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    w->draws++;
    return (uint32_t)(x ^ x >> 31);
}

static void digest(struct walk *w, uint64_t value) {
    w->digest = (w->digest ^ value) * 0x100000001B3U;
}

/* Values that set-ups are made of, more often than noise. */
static uint32_t some_value(struct walk *w) {
    uint32_t kind = draw(w) % 4, value = draw(w);
    switch (kind) {
    case 0:
        return 1U << value % 32;
    case 1:
        return 0x20000000 + (value & 0x1FFC);
    case 2:
        return w->bench.mcu->blocks[value % w->bench.mcu->n_blocks].base + (value >> 24 & 0x3C);
    default:
        return value;
    }
}

/* Mostly a register that exists, of a block other than RCC. */
static uint32_t some_address(struct walk *w) {
    const struct stm32 *mcu = w->bench.mcu;
    const struct stm32_block *b = &mcu->blocks[draw(w) % mcu->n_blocks];
    for (unsigned i = 0; i < 8 && (!b->ip || b->index == 0); i++)
        b = &mcu->blocks[draw(w) % mcu->n_blocks];
    if (!b->ip || draw(w) % 8 == 0)
        return b->base + draw(w) % (b->size < 0x80 ? b->size : 0x80);
    const struct stm32_reg *reg = &b->ip->regs[draw(w) % b->ip->n_regs];
    return b->base + reg->offset + (reg->count ? draw(w) % reg->count : 0) * reg->stride;
}

static void access_something(struct walk *w) {
    unsigned size = draw(w) % 4 ? 4 : 1U << draw(w) % 2;
    uint32_t address = some_address(w) / size * size, value = 0;
    if (draw(w) % 3 == 0)
        digest(w, stm32_peek(w->bench.mcu, address, size, &value) ? value : 1);
    else
        digest(w, stm32_poke(w->bench.mcu, address, size, some_value(w)));
}

static void edge_somewhere(struct walk *w) {
    struct stm32 *mcu = w->bench.mcu;
    sim_time time = stm32_time(mcu) + draw(w) % SIM_US;
    stm32_pin_set(mcu, draw(w) % 9, draw(w) % 17, draw(w) % 4, time);
}

static void open_gates(struct walk *w) {
    struct stm32 *mcu = w->bench.mcu;
    for (unsigned i = 0; i < mcu->n_blocks; i++)
        if (mcu->blocks[i].row->enable.offset)
            soc_write(&w->bench, mcu->blocks[0].base + mcu->blocks[i].row->enable.offset,
                      0xFFFFFFFF);
}

static void walk(struct walk *w, const struct stm32_chip *chip, uint64_t seed, bool one_by_one) {
    static const uint16_t loop[] = {0xE7FE}; /* b . */
    const struct stm32_config config = {.hse_hz = 8000000, .edge_by_edge = one_by_one};
    *w = (struct walk){.seed = seed};
    soc_bench_init(&w->bench, stm32_chip_name(chip), &config);
    soc_program(&w->bench, loop, 1);
    for (unsigned i = 0; i < STEPS; i++) {
        if (i % 20 == 0)
            open_gates(w);
        access_something(w);
        if (i % 3 == 0)
            edge_somewhere(w);
        soc_run(&w->bench, draw(w) % (2 * SIM_US));
        digest(w, armv7m_cycles(stm32_core(w->bench.mcu)));
    }
    digest(w, w->bench.n_changes);
    digest(w, stm32_report_count(w->bench.mcu, STM32_UNMODELLED));
}

ParameterizedTestParameters(soc_random, walks) {
    for (size_t i = 0; i < stm32_n_chips; i++)
        chip_index[i] = i;
    return cr_make_param_array(size_t, chip_index, stm32_n_chips);
}

ParameterizedTest(size_t *index, soc_random, walks, .timeout = 120) {
    static struct walk one, two;
    const struct stm32_chip *chip = stm32_chips[*index];
    for (uint64_t seed = 1; seed <= 4; seed++) {
        walk(&one, chip, seed, false);
        walk(&two, chip, seed, seed % 2);
        cr_expect_eq(one.digest, two.digest, "%s, seed %lu", stm32_chip_name(chip),
                     (unsigned long)seed);
        cr_expect_gt(one.bench.n_changes, 10);
        soc_bench_finish(&one.bench);
        soc_bench_finish(&two.bench);
    }
}
