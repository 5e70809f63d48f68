/* The core runs a sequence while it is being made up, so that every instruction can be
 * chosen for what the registers hold; Unicorn runs it afterwards, and is compared before
 * each instruction; then the core runs it again in one go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/models/armv7m_lockstep.h"

#define NOP   0xBF00u
#define RENEW 1000000 /* instructions of an engine */

static uint64_t draw(struct lockstep *l) {
    uint64_t x = l->seed += 0x9E3779B97F4A7C15u; /* splitmix64 */
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static int code_write(void *user, uint32_t address, unsigned size, uint32_t value) {
    (void)user, (void)address, (void)size, (void)value;
    return ARMV7M_BUS_FAULT;
}

static const int UC_REGS[N_STATE] = {
    UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R4,   UC_ARM_REG_R5,
    UC_ARM_REG_R6,  UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9, UC_ARM_REG_R10,  UC_ARM_REG_R11,
    UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR, UC_ARM_REG_PC, UC_ARM_REG_XPSR, UC_ARM_REG_FPSCR};

static int uc_reg(unsigned i) {
    return i < STATE_S0 ? UC_REGS[i] : UC_ARM_REG_S0 + (int)(i - STATE_S0);
}
static enum armv7m_reg our_reg(unsigned i) {
    return i < 16             ? (enum armv7m_reg)i
           : i == STATE_PSR   ? ARMV7M_XPSR
           : i == STATE_FPSCR ? ARMV7M_FPSCR
                              : (enum armv7m_reg)(ARMV7M_S0 + i - STATE_S0);
}
static unsigned n_state(const struct lockstep *l) {
    return l->kind == ARMV7M_M4F ? N_STATE : STATE_FPSCR;
}

static void read_ours(const struct lockstep *l, struct state *s) {
    for (unsigned i = 0; i < n_state(l); i++)
        s->r[i] = armv7m_get(l->core, our_reg(i));
    s->r[STATE_PSR] &= 0xF80F0000;
}
static void write_ours(struct lockstep *l, const struct state *s) {
    for (unsigned i = 0; i < n_state(l); i++)
        armv7m_set(l->core, our_reg(i), i == STATE_PSR ? s->r[i] | 1 << 24 : s->r[i]);
}
static void read_theirs(struct lockstep *l, struct state *s) {
    for (unsigned i = 0; i < n_state(l); i++)
        uc_reg_read(l->uc, uc_reg(i), &s->r[i]);
    s->r[STATE_PSR] &= 0xF80F0000;
}
static void write_theirs(struct lockstep *l, const struct state *s) {
    for (unsigned i = 0; i < n_state(l); i++)
        if (i != STATE_PC && i != STATE_PSR)
            uc_reg_write(l->uc, uc_reg(i), &s->r[i]);
    uint32_t psr = s->r[STATE_PSR] | 1u << 24;
    uc_reg_write(l->uc, UC_ARM_REG_XPSR, &psr);
}

static void describe(struct lockstep *l, unsigned at, unsigned reg, uint32_t ours, uint32_t theirs,
                     const char *when) {
    if (*l->failure)
        return;
    int n = snprintf(l->failure, sizeof l->failure,
                     "%s: instruction %u of %u at %08x (%08x): state %u is %08x, Unicorn has %08x;",
                     when, at, l->n, l->address[at], l->word[at], reg, ours, theirs);
    const struct state *before = &l->after[at];
    for (unsigned i = 0; i < 18 && n > 0 && n < (int)sizeof l->failure - 16; i++)
        n += snprintf(l->failure + n, sizeof l->failure - (size_t)n, " %08x", before->r[i]);
    for (unsigned i = STATE_S0; i < n_state(l) && n < (int)sizeof l->failure - 16; i++)
        n += snprintf(l->failure + n, sizeof l->failure - (size_t)n, " %s%08x",
                      i == STATE_S0 ? "S " : "", before->r[i]);
}

static bool compare(struct lockstep *l, const struct state *ours, const struct state *theirs,
                    unsigned at, const char *when) {
    for (unsigned i = 0; i < n_state(l); i++) {
        if (ours->r[i] == theirs->r[i])
            continue;
        describe(l, at, i, ours->r[i], theirs->r[i], when);
        return false;
    }
    return true;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
    struct lockstep *l = user;
    struct state theirs;
    (void)size;
    if (*l->failure || l->checked > l->n)
        return;
    read_theirs(l, &theirs);
    theirs.r[STATE_PC] = (uint32_t)address;
    /* Unicorn does not call for instructions that their IT block skips. */
    while (l->checked < l->n && l->skipped[l->checked] && l->address[l->checked] != address)
        l->checked++;
    if (!compare(l, &l->after[l->checked], &theirs, l->checked ? l->checked - 1 : 0, "step"))
        uc_emu_stop(uc);
    l->checked++;
}

/* Both with an active floating point context: Unicorn clears all of FPSCR when one begins,
 * ARMv7-M a part of it. */
static bool begin_fp(struct lockstep *l) {
    static const uint8_t VMOV[] = {0xB0, 0xEE, 0x40, 0x0A};
    armv7m_write(l->core, 0xE000ED88, 4, 0x00F00000);
    armv7m_set(l->core, ARMV7M_CONTROL, 4);
    return !uc_mem_write(l->uc, CODE_BASE, VMOV, sizeof VMOV) &&
           !uc_emu_start(l->uc, CODE_BASE | 1, CODE_BASE + sizeof VMOV, 0, 0);
}

/* A new engine: also from time to time, since Unicorn 2.0.1 crashes when the buffer of its
 * translations overflows (in tb_set_jmp_target, after some 7 million instructions). */
static bool open_unicorn(struct lockstep *l) {
    bool m4 = l->kind == ARMV7M_M4F;
    uc_hook hook;
    if (l->uc)
        uc_close(l->uc);
    l->opened = l->instructions;
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &l->uc))
        return false;
    uc_ctl_set_cpu_model(l->uc, m4 ? UC_CPU_ARM_CORTEX_M4 : UC_CPU_ARM_CORTEX_M3);
    return !uc_mem_map(l->uc, CODE_BASE, CODE_SIZE, UC_PROT_READ | UC_PROT_EXEC) &&
           !uc_mem_map(l->uc, RAM_BASE, RAM_SIZE, UC_PROT_READ | UC_PROT_WRITE) &&
           (!m4 || begin_fp(l)) &&
           !uc_hook_add(l->uc, &hook, UC_HOOK_CODE, __extension__(void *) on_code, l, 1, 0);
}

bool lockstep_init(struct lockstep *l, enum armv7m_kind kind, uint64_t seed) {
    memset(l, 0, sizeof *l);
    l->kind = kind;
    l->seed = seed;
    struct armv7m_config config = {
        .kind = kind, .n_irq = 16, .priority_bits = 4, .hooks = {.write = code_write}};
    config.host = l->host_code = host_code_map(1 << 18);
    struct sim_err err = SIM_ERR_INIT;
    l->core = armv7m_create(&config, &err);
    struct armv7m_region code = {
        .base = CODE_BASE, .size = CODE_SIZE, .host = l->code, .flags = ARMV7M_EXECUTE};
    struct armv7m_region ram = {
        .base = RAM_BASE, .size = RAM_SIZE, .host = l->ram, .flags = ARMV7M_WRITE};
    for (unsigned i = 0; i < CODE_SIZE; i++)
        l->code[i] = (uint8_t)draw(l);
    memset(l->code, 0, 4);
    memcpy(l->code + 4, "\1\0\0\10", 4); /* a valid entry address */
    if (!l->core || !armv7m_map(l->core, &code, &err) || !armv7m_map(l->core, &ram, &err))
        return false;
    armv7m_reset(l->core, CODE_BASE);
    return open_unicorn(l);
}

void lockstep_finish(struct lockstep *l) {
    armv7m_destroy(l->core);
    host_code_unmap(&l->host_code);
    if (l->uc)
        uc_close(l->uc);
}

/* --- making up a sequence ------------------------------------------------------------ */

/* A value: small, a pointer into RAM, one with few bits, a float of interest, or anything. */
static uint32_t value(struct lockstep *l) {
    static const uint32_t CORNERS[] = {0,          1,          0xFFFFFFFF, 0x80000000, 0x7FFFFFFF,
                                       0x80,       0x8000,     0x7F800000, 0xFF800000, 0x7FC00000,
                                       0x7F800001, 0xFFC12345, 0x00000001, 0x807FFFFF, 0x00800000,
                                       0x3F800000, 0xBF800000, 0x4F000000, 0x7F7FFFFF, 0x33800000};
    uint64_t x = draw(l);
    switch (x >> 60) {
    case 0:
    case 1:
        return x & 0x1F;
    case 2:
    case 3:
    case 4:
        return RAM_BASE + 0x400 + (x & 0x37FC & (RAM_SIZE - 1));
    case 5:
    case 6:
        return CORNERS[(x & 0xFFFFFF) % (sizeof CORNERS / sizeof *CORNERS)];
    case 7:
    case 8: /* a float of moderate size */
        return (uint32_t)(x & 0x807FFFFF) | (uint32_t)(110 + (x >> 32 & 31)) << 23;
    default:
        return (uint32_t)x;
    }
}

static void start_state(struct lockstep *l) {
    for (unsigned i = 0; i < N_STATE; i++)
        l->start.r[i] = value(l);
    l->start.r[STATE_SP] = RAM_BASE + 0x2000 + (draw(l) & 0x3FC);
    l->start.r[STATE_PC] = CODE_BASE;
    uint32_t ge; /* cannot be written there */
    uc_reg_read(l->uc, UC_ARM_REG_XPSR, &ge);
    l->start.r[STATE_PSR] = ((uint32_t)draw(l) & 0xF8000000) | (ge & 0xF0000);
    l->start.r[STATE_FPSCR] = (uint32_t)draw(l) & 0xF7C0009F;
    if (draw(l) & 1)
        l->start.r[STATE_FPSCR] = 0;
}

static bool in_ram(uint32_t address, uint32_t span) {
    return address >= RAM_BASE && address <= RAM_BASE + RAM_SIZE - span;
}

/* Register fields of FPU operations are larger than the registers here. */
static uint32_t base(const struct armv7m *core, unsigned r) {
    return r <= ZERO_REG ? core->r[r] : 0;
}

/* The addresses an instruction would use are in RAM and as aligned as it wants. */
static bool memory_fits(const struct armv7m *core, const struct op *op) {
    unsigned code = op->inner;
    uint32_t rn = base(core, op->rn), n = 4 * (uint32_t)__builtin_popcount(op->imm);
    uint32_t address;
    if (code < OP_SLOW_FIRST)
        code &= ~1u;
    switch (code) {
    case OP_LDR:
    case OP_LDRB:
    case OP_LDRH:
    case OP_LDRSB:
    case OP_LDRSH:
    case OP_STR:
    case OP_STRB:
    case OP_STRH:
        return in_ram(rn + op->imm, 4);
    case OP_LDRX:
    case OP_LDRBX:
    case OP_LDRHX:
    case OP_LDRSBX:
    case OP_LDRSHX:
    case OP_STRX:
    case OP_STRBX:
    case OP_STRHX:
        return in_ram(rn + (base(core, op->rm) << op->sh), 4);
    case OP_LDRL:
        return op->imm >= CODE_BASE + LITERALS && op->imm <= CODE_BASE + CODE_SIZE - 4;
    case OP_add_sp: /* Unicorn keeps the low bits of SP, which read as 0 */
        return !((rn + base(core, op->rm) + op->imm) & 3);
    case OP_alu_imm:
        return op->rd != 13 || !(op->imm & 3);
    case OP_alu_shift:
        return op->rd != 13 || !(base(core, op->rm) << op->sh & 3);
    case OP_indexed:
        address = rn + op->imm + (op->rm == ZERO_REG ? 0 : base(core, op->rm) << op->sh);
        if (op->rd == 13 || (op->rn == 13 && address & 3))
            return false; /* SP as above */
        return op->rd != 15 && in_ram(rn, 4) && in_ram(address, 4);
    case OP_dual:
        return !(rn & 3) && in_ram(rn, 8) && in_ram(rn + op->imm, 8);
    case OP_ldm:
    case OP_stm:
        return !(op->imm >> 15) && !(rn & 3) && in_ram(rn, 64) && in_ram(rn - n, 64);
    case OP_ldrex:
        return in_ram(rn + op->imm, 4) && !((rn + op->imm) & (op->sh - 1u));
    case OP_VLDR:
    case OP_VSTR:
    case OP_fp_load:
    case OP_fp_store:
        return !(rn & 3) && in_ram(rn + op->imm, 8);
    case OP_fp_load_multiple:
    case OP_fp_store_multiple:
        return !(rn & 3) && in_ram(rn, 128) && in_ram(rn - 128, 128);
    default:
        return true;
    }
}

unsigned lockstep_code(const struct op *op) {
    return op->inner < OP_SLOW_FIRST ? op->inner & ~1u : op->inner;
}

/* Not compared: what leaves the sequence, and system instructions (tested elsewhere). */
static bool excluded_code(unsigned code) {
    switch (code) {
    case OP_BX:
    case OP_BLX:
    case OP_undefined:
    case OP_fp_undefined:
    case OP_nocp:
    case OP_fetch_fault:
    case OP_svc:
    case OP_bkpt:
    case OP_wfi:
    case OP_wfe:
    case OP_sev:
    case OP_cps:
    case OP_mrs:
    case OP_table:
    case OP_mov_pc:
    case OP_far_branch:
    case OP_clrex:
    case OP_strex:
        return true;
    default:
        return false;
    }
}

bool lockstep_covers(enum armv7m_kind kind, unsigned code) {
    bool hot = code < OP_SLOW_FIRST, m4 = kind == ARMV7M_M4F;
    return !excluded_code(code) && (!hot || !(code & 1)) && code >= OP_HOT_FIRST &&
           (m4 || (code < OP_sat16 && code != OP_extend_add && (!hot || code < OP_VADD)));
}

static bool excluded(const struct lockstep *l, const struct op *op) {
    unsigned code = lockstep_code(op);
    /* A branch a little forward, not in an IT block but at its end. */
    if (code >= OP_B && code <= OP_CBNZ && code != OP_BX && code != OP_BLX)
        return (int32_t)op->imm < 1 || (int32_t)op->imm > 8 || l->core->it & 7;
    return excluded_code(code) || (code == OP_msr && op->imm >= 4);
}

static bool filtered(const struct lockstep *l, const struct op *op, uint32_t word);

static uint32_t branch_encoding(uint32_t word) {
    static const uint32_t KINDS[] = {0xD000, 0xD000,     0xB100,     0xB900,
                                     0xE000, 0xF000F800, 0xF000B800, 0xF0008000};
    uint32_t kind = KINDS[word >> 8 & 7], offset = word & 3;
    uint32_t condition = (word >> 16) % 14;
    if (kind == 0xD000)
        return kind | condition << 8 | offset;
    if (kind == 0xF0008000)
        return kind | condition << 22 | offset;
    return kind >> 8 == 0xB1 || kind >> 8 == 0xB9 ? kind | offset << 3 | (word >> 4 & 7)
                                                  : kind | offset;
}

/* Encodings that random bits seldom hit. */
static uint32_t rare_encoding(uint32_t word) {
    uint32_t rd = word & 15, rm = word >> 4 & 15;
    switch (word >> 8 & 7) {
    case 0: /* CLZ, RBIT and the reversals */
        return 0xFA90F080 | (word & 0x00200030) | rm << 16 | rd << 8 | rm;
    case 1: /* MSR APSR */
        return 0xF3808000 | rm << 16 | (word & 0x00000C00);
    case 2: /* barriers */
        return 0xF3BF8F4F | (word & 0x30);
    case 3: /* VMRS, VMSR */
        return 0xEEE10A10 | (word & 0x00100000) | rd << 12;
    default:
        return (word & 0x010F7FFF) | 0xEAC00000; /* PKH */
    }
}

static uint32_t encoding(struct lockstep *l) {
    uint64_t x = draw(l);
    uint32_t word = (uint32_t)x;
    switch (x >> 60) {
    case 0: /* data processing with registers, multiplies */
    case 1:
        word = (word & 0x01FFFFFF) | 0xFA000000;
        return x >> 40 & 1 ? word | 0xF000 : word;
    case 2: /* floating point */
    case 3:
    case 4:
    case 5:
        return l->kind == ARMV7M_M4F ? (word & 0x13FFF5FF) | 0xEC000A00 : word & 0xDFFF;
    case 6:
        return (word & 0x01FFFFFF) | 0xE8000000;
    case 7: /* IT */
        return 0xBF00 | (word & 0xFF);
    case 12: /* shifted registers */
        return (word & 0x01FF7FFF) | 0xEA000000;
    case 13:
        return word >> 30 ? word & 0xFFFF : rare_encoding(word);
    case 11: /* branches */
        return branch_encoding(word);
    case 8:
    case 9:
        return (word & 0x0FFFFFFF & ~0x8000u) | 0xF0000000;
    case 10:
        return (word & 0x01FFFFFF) | 0xF8000000;
    default:
        return word & 0xFFFF;
    }
}

/* Writes an instruction at `at`; its length, or 0 when it is not wanted. */
static unsigned place(struct lockstep *l, uint32_t at, uint32_t word) {
    bool wide = word >> 27 >= 0x1D;
    uint16_t halves[2] = {(uint16_t)(wide ? word >> 16 : word), (uint16_t)word};
    memcpy(l->code + (at - CODE_BASE), halves, wide ? 4 : 2);
    armv7m_invalidate(l->core, at, 4);
    if (!wide && (word & 0xFFFF) >> 11 >= 0x1D)
        return 0;
    struct memory *code = armv7m_find(l->core, at);
    armv7m_decode(l->core, code, at);
    const struct op *op = &code->ops[(at - CODE_BASE) / 2];
    if (excluded(l, op) || !memory_fits(l->core, op) ||
        filtered(l, op, wide ? word : word & 0xFFFF))
        return 0;
    return wide ? 4 : 2;
}

/* Where Unicorn 2.0.1 is not a Cortex-M. */
static bool filtered(const struct lockstep *l, const struct op *op, uint32_t word) {
    unsigned code = lockstep_code(op);
    if (code == OP_IT)
        return (word >> 4 & 15) == 14 && (word & 7); /* AL with an else: unpredictable */
    /* From fixed point is rounded to nearest whatever FPSCR says (DDI0403E A7.7.229); Unicorn
     * obeys FPSCR.RMode. */
    if (code == OP_fp_fixed && !(op->sh & 2))
        return l->core->fpscr >> 22 & 3;
    /* What ends a translated block loses the rest of an IT block. */
    if (code == OP_barrier || code == OP_msr || code == OP_fp_msr)
        return l->core->it & 7;
    /* YIELD ends Unicorn's emulation with UC_ERR_INSN_INVALID. */
    return word == 0xBF10 || ((word & 0xFFF0D7FF) == 0xF3A08001);
}

static bool make(struct lockstep *l) {
    uint32_t at = CODE_BASE;
    start_state(l);
    memset(l->code, 0, LITERALS);
    armv7m_invalidate(l->core, CODE_BASE, CODE_SIZE);
    for (unsigned i = 0; i < RAM_SIZE; i += 4) {
        uint32_t x = value(l);
        memcpy(l->ram + i, &x, 4);
    }
    memcpy(l->ram_start, l->ram, RAM_SIZE);
    write_ours(l, &l->start);
    read_ours(l, &l->after[0]);
    for (l->n = 0; l->n < SEQUENCE || l->core->it;) {
        bool last = l->n == SEQUENCE - 1 && !l->core->it; /* an IT would have no block */
        uint32_t word = last ? NOP : encoding(l);
        unsigned size = place(l, at, word);
        if (!size) {
            l->refused++;
            continue;
        }
        l->address[l->n] = at;
        l->word[l->n] = size == 4 ? word : word & 0xFFFF;
        uint8_t it = l->core->it;
        l->skipped[l->n] = it && !armv7m_condition(l->core, it >> 4);
        l->seen[lockstep_code(&armv7m_find(l->core, at)->ops[(at - CODE_BASE) / 2])]++;
        enum armv7m_stop stop = armv7m_step(l->core);
        read_ours(l, &l->after[++l->n]);
        at = l->core->pc;
        if (stop != ARMV7M_UNTIL || at <= l->address[l->n - 1] || at > l->address[l->n - 1] + 20 ||
            l->core->attention & ~(unsigned)ATT_IRQ) {
            snprintf(l->failure, sizeof l->failure, "instruction %08x at %08x: stop %d, pc %08x",
                     l->word[l->n - 1], l->address[l->n - 1], (int)stop, l->core->pc);
            return false;
        }
    }
    l->address[l->n] = at;
    l->after[l->n / 2].r[3] ^= l->plant;
    return true;
}

static bool run_theirs(struct lockstep *l) {
    struct state theirs;
    uint32_t end = l->address[l->n];
    uc_mem_write(l->uc, CODE_BASE, l->code, CODE_SIZE);
    uc_ctl_remove_cache(l->uc, CODE_BASE, CODE_BASE + CODE_SIZE);
    uc_mem_write(l->uc, RAM_BASE, l->ram_start, RAM_SIZE);
    write_theirs(l, &l->start);
    l->checked = 0;
    uc_err err = uc_emu_start(l->uc, CODE_BASE | 1, end, 0, 0);
    if (*l->failure)
        return false;
    if (err) {
        unsigned at = l->checked ? l->checked - 1 : 0;
        describe(l, at, 0, 0, 0, uc_strerror(err));
        return false;
    }
    read_theirs(l, &theirs);
    uint8_t ram[RAM_SIZE];
    uc_mem_read(l->uc, RAM_BASE, ram, RAM_SIZE);
    if (!compare(l, &l->after[l->n], &theirs, l->n - 1, "end"))
        return false;
    for (unsigned i = 0; i < RAM_SIZE; i++)
        if (ram[i] != l->ram[i]) {
            describe(l, l->n - 1, RAM_BASE + i, l->ram[i], ram[i], "memory");
            return false;
        }
    return true;
}

/* From every instruction with which a block begins: the first, and behind one that ends another. */
static void translate_all(struct lockstep *l) {
    struct memory *code = armv7m_find(l->core, CODE_BASE);
    for (unsigned i = 0; l->core->translator && i < l->n; i++) {
        struct op *op = &code->ops[(l->address[i] - CODE_BASE) / 2];
        if (i == 0 || code->ops[(l->address[i - 1] - CODE_BASE) / 2].left == 1)
            armv7m_translate(l->core, code, op);
    }
}

/* The whole sequence at once: the hot loop as it is used, or what it is translated to. */
static bool run_again(struct lockstep *l, bool translated) {
    struct state again;
    memcpy(l->ram, l->ram_start, RAM_SIZE);
    write_ours(l, &l->start);
    uint64_t instructions = armv7m_instructions(l->core);
    armv7m_break(l->core, l->address[l->n], true);
    if (translated)
        translate_all(l);
    enum armv7m_stop stop = armv7m_run(l->core, armv7m_cycles(l->core) + 100000);
    armv7m_break(l->core, l->address[l->n], false);
    read_ours(l, &again);
    if (stop != ARMV7M_BREAKPOINT || armv7m_instructions(l->core) - instructions != l->n) {
        snprintf(l->failure, sizeof l->failure, "again: stop %d after %d instructions of %u",
                 (int)stop, (int)(armv7m_instructions(l->core) - instructions), l->n);
        return false;
    }
    return compare(l, &again, &l->after[l->n], l->n - 1, translated ? "translated" : "again");
}

bool lockstep_sequence(struct lockstep *l) {
    if (l->instructions - l->opened > RENEW && !open_unicorn(l)) {
        snprintf(l->failure, sizeof l->failure, "Unicorn does not open again");
        return false;
    }
    if (!make(l) || !run_theirs(l) || !run_again(l, false) || !run_again(l, true))
        return false;
    l->instructions += l->n;
    return true;
}
