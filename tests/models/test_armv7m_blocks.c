/* Blocks change nothing: random code, valid or not, on two equal cores. One goes by single
 * instructions, the other by random stretches; wherever that one stops, registers, flags,
 * cycles, instructions and the state of the fetches are those of the first at that cycle.
 *
 * Code runs from a flash with wait states or from the RAM that its own stores hit; faults
 * return behind what faulted; SysTick interrupts at odd moments. The second may have its loops
 * translated, at the first opportunity. LINKPULSE_BLOCKS sets another number of programs.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host_code.h"
#include "models/mcu/armv7m/region.h"

#define FLASH     0x08000000u
#define OTHER     0x08100000u /* another flash, with lines of its own */
#define RAM       0x20000000u
#define SIZE      0x800u
#define PROGRAM   0x200u
#define HANDLER   0x180u
#define ONLY_BACK 0x194u /* bx lr */
#define STRETCH   150    /* cycles, the longest; of loops eight times that */
#define STOPS     60
#define PROGRAMS  3000

struct machine {
    struct armv7m *core;
    struct armv7m_lines lines, other_lines;
    uint8_t flash[SIZE], other[SIZE], ram[SIZE];
    struct armv7m_cached *held[2][SIZE / 8 + 1], *other_held[SIZE / 4 + 1];
};
static struct machine single, whole;
static struct armv7m_host_code host_code;
static bool translates; /* the machine made last */
static uint64_t seed;

static uint32_t draw(void) {
    uint64_t x = seed += 0x9E3779B97F4A7C15u; /* splitmix64 */
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((x ^ x >> 31) >> 16);
}

/* Instructions: what is fixed, and what is random. R0 to R3 are written, R7 is the base of
 * loads and stores, R4 and R8 of loads, R5 an index. */
static const struct form {
    uint16_t first, random, second, random_second; /* second: 0 for a narrow one */
} FORMS[] = {
    {0x0000, 0x1FFB, 0, 0},           /* shifts, ADD and SUB */
    {0x0000, 0x1FFB, 0, 0},           /* twice as often */
    {0x2000, 0x1BFF, 0, 0},           /* MOV, CMP, ADD, SUB with a number */
    {0x2800, 0x0303, 0, 0},           /* CMP with a small one */
    {0x4000, 0x03FB, 0, 0},           /* data processing */
    {0x4400, 0x023B, 0, 0},           /* ADD, MOV without flags */
    {0xB200, 0x00FB, 0, 0},           /* SXTH and its like */
    {0x4800, 0x0307, 0, 0},           /* literals */
    {0x6038, 0x1EC3, 0, 0},           /* LDR, STR, LDRB, STRB */
    {0x8038, 0x0EC3, 0, 0},           /* LDRH, STRH */
    {0x9000, 0x0B3F, 0, 0},           /* on the stack */
    {0xF807, 0x0050, 0x0B00, 0x3407}, /* the base written back */
    {0xF807, 0x0070, 0x0904, 0x3403}, /* down */
    {0xF3C0, 0x0003, 0x0508, 0x70C0}, /* UBFX R5: an index of 9 bits */
    {0xF854, 0x0000, 0x0025, 0x3000}, /* LDR of a table */
    {0x5D60, 0x0003, 0, 0},           /* LDRB */
    {0x5760, 0x0883, 0, 0},           /* LDRSB, LDRSH */
    {0x6820, 0x17C3, 0, 0},           /* LDR, LDRB */
    {0xF818, 0x0060, 0x0B00, 0x3407}, /* loads up, and down */
    {0xF818, 0x0060, 0x0904, 0x3403},
    {0xEA00, 0x0077, 0x0000, 0x73F7}, /* AND, BIC, ORR, ORN shifted */
    {0xEB00, 0x00B7, 0x0000, 0x73F7}, /* ADD, SUB, and undefined ones */
    {0xF080, 0x0417, 0x0000, 0x73FF}, /* EOR with a number */
    {0xF100, 0x04B7, 0x0000, 0x73FF}, /* ADD, ADC, SUB ... */
    {0xFB00, 0x0007, 0x0000, 0x7317}, /* MLA, MLS */
    {0xFBA0, 0x0007, 0x0100, 0x2207}, /* UMULL */
    {0xEE30, 0x0003, 0x0A20, 0x1081}, /* VADD; a fault on an M3 */
    {0xB100, 0x080B, 0, 0},           /* CBZ, CBNZ, very near */
    {0xB100, 0x08FB, 0, 0},           /* and less so */
    {0xD000, 0x0D00, 0, 0},           /* a branch over one */
    {0xD001, 0x0D00, 0, 0},           /* over one that is wide */
    {0xBF08, 0x00D0, 0, 0},           /* an IT with one */
    {0x4208, 0x0050, 0, 0},           /* TST, RSB */
    {0xEA4F, 0x0000, 0x0000, 0x7317}, /* MOV shifted */
    {0xF000, 0x0447, 0x0000, 0x030F}, /* AND, ORR with a small number */
    {0x0000, 0xFFFF, 0, 0},           /* anything */
};
#define N_FORMS (sizeof FORMS / sizeof *FORMS)

/* One instruction at `to`; its octets. */
static uint32_t write_one(uint8_t *to) {
    uint32_t x = draw(), which = draw() % (N_FORMS + 6);
    uint16_t half[2] = {0, 0};
    if (which < N_FORMS) {
        const struct form *form = &FORMS[which];
        half[0] = (uint16_t)(form->first | (x & form->random));
        half[1] = (uint16_t)(form->second | (x >> 16 & form->random_second));
        memcpy(to, half, 4);
        return half[0] >> 11 >= 0x1D ? 4 : 2;
    }
    if (which < N_FORMS + 2) /* IT */
        half[0] = (uint16_t)(0xBF00 | (x % 0xF0 & 0xF0) | (1 + (x >> 16) % 15));
    else /* a branch, mostly a little forward */
        half[0] = (uint16_t)(0xD000 | (x >> 8) % 14 << 8 | (((x >> 16) % 16 - 4) & 0xFF));
    memcpy(to, half, 2);
    return 2;
}

static uint32_t put_halves(uint8_t *to, unsigned n, unsigned first, unsigned second) {
    const uint16_t halves[] = {(uint16_t)first, (uint16_t)second};
    memcpy(to, halves, 2 * (size_t)n);
    return 2 * n;
}

/* Instructions and a way back to one of them: a few times round, by any condition, or by CBZ. */
static uint32_t write_loop(uint8_t *to, uint32_t room) {
    uint32_t starts[32], n = 0, at = 0, most = 1 + draw() % 24, way = draw() % 16;
    if (way < 13) /* movs r6,#2.. */
        at = put_halves(to, 1, 0x2600 | (2 + draw() % 14), 0);
    while (n < most && at + 16 < room) {
        starts[n++] = at;
        at += write_one(to + at);
        if (to[starts[n - 1] + 1] == 0xBF) /* IT, and what depends on it */
            for (unsigned i = 0; i < 4; i++)
                at += put_halves(to + at, 1, 0x1C52 | (draw() & 0x1E9), 0);
    }
    if (n == 0)
        return write_one(to);
    uint32_t back = (at - starts[draw() % 3 ? 0 : draw() % n] + 4) / 2;
    if (way < 13) /* subs r6,#1; bne */
        return at + put_halves(to + at, 2, 0x3E01, 0xD100 | (-(back + 1) & 0xFF));
    if (way < 15)
        return at + put_halves(to + at, 1, 0xD000 | draw() % 14 << 8 | (-back & 0xFF), 0);
    return at + put_halves(to + at, 2, 0xB100 | (draw() & 7), 0xE000 | (-(back + 1) & 0x7FF));
}

static void write_program(uint8_t *memory, bool loops) {
    /* Goes on behind what faulted, in no IT block, as what is there may not have been decoded in
     * one: ldr r1,[sp,#24]; adds r1,#2; str r1,[sp,#24]; ldr r1,[sp,#28]; bic r1,r1,#0x06000000;
     * bic r1,r1,#0xFC00; str r1,[sp,#28]; bx lr */
    static const uint16_t BEHIND[] = {0x9906, 0x3102, 0x9106, 0x9907, 0xF021,
                                      0x61C0, 0xF421, 0x417C, 0x9107, 0x4770};
    static const uint16_t BACK = 0xE000 | (((PROGRAM - (SIZE - 2) - 4) / 2) & 0x7FF);
    for (uint32_t i = PROGRAM; i < SIZE - 4;)
        i += loops ? write_loop(memory + i, SIZE - 4 - i) : write_one(memory + i);
    memcpy(memory + SIZE - 2, &BACK, 2);
    memcpy(memory + HANDLER, BEHIND, sizeof BEHIND);
    memcpy(memory + ONLY_BACK, &BEHIND[9], 2);
}

static void write_vectors(uint8_t *flash, uint32_t entry) {
    uint32_t vectors[32] = {RAM + 0x180, entry | 1};
    for (unsigned n = 2; n < 32; n++)
        vectors[n] = FLASH + (n == EXC_SYSTICK ? ONLY_BACK : HANDLER) + 1;
    memcpy(flash, vectors, sizeof vectors);
}

/* How the second is tried: its loops translated, in programs that have some. */
struct trial {
    bool translates, loops;
};

static bool map_other(struct machine *m, struct sim_err *err) {
    struct armv7m_region other = {OTHER, SIZE, m->other, 0, &m->other_lines};
    m->other_lines = (struct armv7m_lines){.shift = 2 + draw() % 4, .latency = draw() % 8};
    m->other_lines.data = (struct armv7m_cache){.on = draw() & 1, .size = 3, .held = m->other_held};
    memset(m->other_held, 0, sizeof m->other_held);
    return armv7m_map(m->core, &other, err);
}

/* Flash, which is at 0 too, another one in some, and RAM. */
static bool map(struct machine *m, struct sim_err *err) {
    struct armv7m_region flash = {FLASH, SIZE, m->flash, ARMV7M_EXECUTE, &m->lines};
    struct armv7m_region alias = {0, SIZE, m->flash, 0, &m->lines};
    struct armv7m_region ram = {RAM, SIZE, m->ram, ARMV7M_EXECUTE | ARMV7M_WRITE, NULL};
    return armv7m_map(m->core, &flash, err) && armv7m_map(m->core, &ram, err) &&
           armv7m_map(m->core, &alias, err) && (draw() % 3 || map_other(m, err));
}

/* Pointers and small numbers. */
static void set_registers(struct armv7m *core) {
    static const uint32_t READ[] = {FLASH, FLASH, 0, OTHER, RAM};
    for (unsigned r = 0; r < 13; r++)
        armv7m_set(core, (enum armv7m_reg)r,
                   draw() & 1 ? RAM + PROGRAM + (draw() & 0x3FC) : draw() & 0x3F);
    armv7m_set(core, (enum armv7m_reg)4, READ[draw() % 5]);
    armv7m_set(core, (enum armv7m_reg)8, READ[draw() % 5] + (draw() & 0x7FC));
    armv7m_set(core, (enum armv7m_reg)7, RAM + (draw() & 1 ? 0x40 : PROGRAM + (draw() & 0x1FC)));
}

/* The same for both by the same seed. */
static void machine_init(struct machine *m, uint64_t from, const struct trial *trial) {
    struct sim_err err = SIM_ERR_INIT;
    seed = from;
    memset(m, 0, sizeof *m);
    bool in_ram = draw() & 1;
    struct armv7m_config config = {.kind = draw() & 1 ? ARMV7M_M4F : ARMV7M_M3,
                                   .n_irq = 16,
                                   .priority_bits = 4,
                                   .fetch_latency = draw() % 3};
    m->lines = (struct armv7m_lines){
        .shift = 3 + draw() % 3, .latency = draw() % 4, .prefetch = draw() & 1};
    m->lines.code = (struct armv7m_cache){.on = draw() & 1, .size = 8, .held = m->held[0]};
    m->lines.data = (struct armv7m_cache){.on = draw() & 1, .size = 2, .held = m->held[1]};
    write_program(m->flash, trial->loops);
    write_program(m->ram, trial->loops);
    write_vectors(m->flash, (in_ram ? RAM : FLASH) + PROGRAM);
    if (m == &whole && trial->translates)
        config.host = host_code;
    m->core = armv7m_create(&config, &err);
    translates = m->core && m->core->translator;
    cr_assert(m->core && map(m, &err), "%s", err.text);
    armv7m_reset(m->core, FLASH);
    set_registers(m->core);
    armv7m_write(m->core, 0xE000ED88, 4, 0xF00000); /* the FPU on */
    armv7m_write(m->core, 0xE000E014, 4, 30 + draw() % 200);
    /* A stop at the wait for a line lets an interrupt in that would else come an instruction later:
     * not both. */
    armv7m_write(m->core, 0xE000E010, 4, m->lines.latency ? 0 : 7);
}

static void machine_finish(struct machine *m) {
    armv7m_destroy(m->core);
}

/* Line by line, from the one used last. */
static bool same_lines(const struct armv7m_cache *a, const struct armv7m_cache *b) {
    const struct armv7m_cached *x = &a->ends, *y = &b->ends;
    if (a->filled != b->filled)
        return false;
    for (unsigned n = 0; n < a->filled; n++) {
        x = x->older;
        y = y->older;
        if (x->line != y->line)
            return false;
    }
    return true;
}

/* The first difference, or NULL. */
static const char *difference(const struct machine *a, const struct machine *b) {
    const struct armv7m *x = a->core, *y = b->core;
    if (x->cycles != y->cycles || x->instructions != y->instructions)
        return "counters";
    if (memcmp(x->r, y->r, 15 * sizeof *x->r) != 0 || armv7m_pc(x) != armv7m_pc(y))
        return "registers";
    if (armv7m_xpsr(x) != armv7m_xpsr(y) || x->it != y->it)
        return "flags";
    if (memcmp(x->s, y->s, sizeof x->s) != 0 || x->fpscr != y->fpscr)
        return "FPU";
    if (x->line != y->line || a->lines.prefetched != b->lines.prefetched ||
        (a->lines.prefetch && a->lines.ready != b->lines.ready) ||
        !same_lines(&a->lines.code, &b->lines.code) ||
        !same_lines(&a->lines.data, &b->lines.data) ||
        !same_lines(&a->other_lines.data, &b->other_lines.data))
        return "lines";
    return memcmp(a->ram, b->ram, SIZE) != 0 ? "memory" : NULL;
}

/* Which operations there are only in blocks were decoded. */
static bool seen[OP_ALL];
static void note_seen(const struct armv7m *core) {
    for (unsigned m = 0; m < 2; m++)
        for (const struct op *op = core->memory[m].ops; op < core->memory[m].ops + SIZE / 2; op++)
            seen[op->code] = seen[op->then] = true;
}
static unsigned n_seen(void) {
    unsigned n = 0;
    for (unsigned code = OP_CODES; code < OP_ALL; code++)
        n += seen[code];
    return n;
}

/* What is wrong with the second: a bit of a register, or which line was used last. */
enum plant { PLANT_NONE, PLANT_BIT, PLANT_USE };

static void plant_one(struct machine *m, enum plant plant) {
    struct armv7m_cache *cache = &m->lines.data;
    if (plant == PLANT_BIT)
        m->core->r[12] ^= 4;
    if (plant == PLANT_USE && cache->filled)
        armv7m_cache_use(cache, cache->ends.newer->line);
}

/* The other flash goes, or comes with another set-up. */
static void remap(struct machine *m, uint64_t from) {
    struct sim_err err = SIM_ERR_INIT;
    uint64_t resumed = seed;
    seed = from;
    armv7m_unmap(m->core, OTHER);
    cr_assert(draw() & 1 || map_other(m, &err), "%s", err.text);
    seed = resumed;
}

/* One random program; what differs, or NULL. */
static const char *compare(uint64_t from, const struct trial *trial, enum plant plant,
                           uint64_t *instructions) {
    const char *found = NULL;
    machine_init(&single, from, trial);
    machine_init(&whole, from, trial);
    for (unsigned i = 0; i < STOPS && !found; i++) {
        uint64_t stretch = draw() % (trial->loops && i & 1 ? 8 * STRETCH : STRETCH);
        enum armv7m_stop stop = armv7m_run(whole.core, armv7m_cycles(whole.core) + stretch);
        while (armv7m_cycles(single.core) < armv7m_cycles(whole.core) && stop == ARMV7M_UNTIL)
            armv7m_run(single.core, armv7m_cycles(single.core) + 1);
        if (stop != ARMV7M_UNTIL) /* asleep, stopped or locked up */
            break;
        if (i == STOPS / 2)
            plant_one(&whole, plant);
        if (!(whole.core->attention &
              ATT_PHASE)) /* a fault began at a cycle, or will at the same */
            found = difference(&single, &whole);
        if (i % 16 == 8) {
            note_seen(whole.core);
            remap(&single, from + i);
            remap(&whole, from + i);
        }
    }
    *instructions += trial->translates ? whole.core->translated : armv7m_instructions(whole.core);
    note_seen(whole.core);
    machine_finish(&single);
    machine_finish(&whole);
    return found;
}

static uint64_t wanted(void) {
    const char *text = getenv("LINKPULSE_BLOCKS");
    return text ? strtoull(text, NULL, 0) : PROGRAMS;
}

Test(armv7m_blocks, stops_are_where_single_steps_are, .timeout = 3000) {
    uint64_t instructions = 0;
    for (uint64_t i = 0; i < wanted(); i++) {
        const struct trial interpreted = {false, i & 1};
        const char *found = compare(i << 20, &interpreted, PLANT_NONE, &instructions);
        cr_assert_null(found, "program %llu: %s", (unsigned long long)i, found);
    }
    cr_expect_gt(instructions, 1000 * wanted(), "only %llu instructions",
                 (unsigned long long)instructions);
    cr_expect_gt(n_seen(), (OP_ALL - OP_CODES) / 2, "only %u operations", n_seen());
}

/* Of 50 programs. */
static unsigned differ_with(enum plant plant) {
    uint64_t instructions = 0;
    unsigned differ = 0;
    for (uint64_t i = 0; i < 50; i++)
        differ += compare(i << 20, &(struct trial){false, false}, plant, &instructions) != NULL;
    return differ;
}

Test(armv7m_blocks, sees_a_difference) {
    cr_expect_gt(differ_with(PLANT_BIT), 20);
    cr_expect_gt(differ_with(PLANT_USE), 5);
    cr_expect_eq(differ_with(PLANT_NONE), 0);
}

static void need_translation(void) {
    if (!translates)
        cr_skip_test("this host does not execute translations");
}

/* Loops, translated when they were gone through once; `most` programs, how many of them differ. */
static unsigned translated(uint64_t most, uint64_t *instructions, char *text, size_t size) {
    unsigned differ = 0;
    host_code = host_code_map(1 << 16);
    size_t whole_size = host_code.size;
    host_code.after = 1;
    for (uint64_t i = 0; i < most; i++) {
        host_code.size = i % 4 ? whole_size : 2048; /* full again and again */
        const struct trial trial = {true, i % 8 != 0};
        const char *found = compare(i << 20, &trial, PLANT_NONE, instructions);
        if (found && !differ++)
            snprintf(text, size, "program %llu: %s", (unsigned long long)i, found);
    }
    host_code.size = whole_size;
    host_code_unmap(&host_code);
    return differ;
}

Test(armv7m_blocks, translation_changes_nothing, .timeout = 3000) {
    char text[100] = "";
    uint64_t instructions = 0;
    cr_expect_eq(translated(wanted(), &instructions, text, sizeof text), 0, "%s", text);
    need_translation();
    cr_expect_gt(instructions, 1000 * wanted(), "only %llu instructions",
                 (unsigned long long)instructions);
}

Test(armv7m_blocks, sees_a_wrong_template) {
    char text[100] = "";
    uint64_t instructions = 0;
    template_row(OP_ADDSI)->x86 = X86_SUB;
    unsigned differ = translated(200, &instructions, text, sizeof text);
    need_translation();
    cr_expect_gt(differ, 5);
}

/* A loop that always leaves its translation after two instructions: cmp r0,#1; beq .-2;
 * udiv r1,r2,r3; b .-8. */
Test(armv7m_blocks, gives_up_what_is_not_worth_it) {
    static const uint16_t LOOP[] = {0x2801, 0xD0FD, 0xFBB2, 0xF1F3, 0xE7FA};
    const struct trial trial = {true, false};
    host_code = host_code_map(1 << 16);
    machine_init(&whole, 0, &trial);
    armv7m_write(whole.core, 0xE000E010, 4, 0);
    memcpy(whole.ram + PROGRAM, LOOP, sizeof LOOP);
    armv7m_set(whole.core, ARMV7M_R0, 0);
    armv7m_set(whole.core, ARMV7M_PC, RAM + PROGRAM);
    armv7m_run(whole.core, 100000);
    uint64_t translated = whole.core->translated;
    armv7m_run(whole.core, 200000);
    cr_expect_eq(whole.core->translated, translated);
    cr_expect(translated > 0 || !translates);
    machine_finish(&whole);
    host_code_unmap(&host_code);
}

/* Without interrupts; loops of the test go to its RAM. */
static void init_for_loops(unsigned after) {
    const struct trial trial = {true, false};
    host_code = host_code_map(1 << 20);
    host_code.after = after;
    machine_init(&whole, 0, &trial);
    armv7m_write(whole.core, 0xE000E010, 4, 0);
}
static void finish_loops(void) {
    machine_finish(&whole);
    host_code_unmap(&host_code);
}
static void run_at(uint32_t offset, uint64_t cycles) {
    armv7m_set(whole.core, ARMV7M_PC, RAM + offset);
    armv7m_run(whole.core, armv7m_cycles(whole.core) + cycles);
}

/* More loads than a region has stubs: that is no reason to give up what was translated. */
Test(armv7m_blocks, keeps_translations_when_a_loop_is_too_long) {
    enum { SMALL = 0x40, LOADS = REGION_STUBS + 20 };
    static const uint16_t LOOP[] = {0x3001, 0xE7FD}; /* adds r0, #1; b .-2 */
    init_for_loops(1);
    memcpy(whole.ram + SMALL, LOOP, sizeof LOOP);
    for (unsigned i = 0; i < LOADS; i++)
        put_halves(whole.ram + PROGRAM + 2 * i, 1, 0x6838, 0); /* ldr r0, [r7] */
    put_halves(whole.ram + PROGRAM + 2 * LOADS, 1, 0xE000 | (-(LOADS + 2) & 0x7FF), 0);
    const struct op *ops = whole.core->memory[1].ops;
    run_at(SMALL, 1000);
    cr_expect(!translates || ops[SMALL / 2].begin == OP_HOST);
    run_at(PROGRAM, 50000);
    cr_expect(!translates || ops[PROGRAM / 2].heat == HEAT_REFUSED);
    cr_expect_neq(ops[PROGRAM / 2].begin, OP_HOST);
    cr_expect(!translates || ops[SMALL / 2].begin == OP_HOST);
    finish_loops();
}

Test(armv7m_blocks, translates_after_more_passes_than_are_counted) {
    static const uint16_t LOOP[] = {0x3001, 0xE7FD};
    init_for_loops(100000);
    memcpy(whole.ram + PROGRAM, LOOP, sizeof LOOP);
    run_at(PROGRAM, 1000000);
    cr_expect(whole.core->translated > 0 || !translates);
    finish_loops();
}

/* itete al; adds r0, #1 and so on; b . -- UNPREDICTABLE: none is left out, as by single
 * instructions. */
Test(armv7m_blocks, an_else_of_always_is_executed) {
    static const uint16_t CODE[] = {0xBFEB, 0x3001, 0x3101, 0x3201, 0x3301, 0xE7FE};
    init_for_loops(1);
    memcpy(whole.ram + PROGRAM, CODE, sizeof CODE);
    for (unsigned stretch = 1; stretch <= 30; stretch += 29) {
        for (unsigned r = 0; r < 4; r++)
            armv7m_set(whole.core, (enum armv7m_reg)r, 0);
        run_at(PROGRAM, stretch);
        for (unsigned i = 0; i < 30; i++)
            armv7m_run(whole.core, armv7m_cycles(whole.core) + stretch);
        for (unsigned r = 0; r < 4; r++)
            cr_expect_eq(armv7m_get(whole.core, (enum armv7m_reg)r), 1, "r%u by %u", r, stretch);
    }
    finish_loops();
}
