#include "tests/firmware/image_lockstep.h"

#include <stdio.h>
#include <string.h>

#include "models/mcu/soc/stm32_block.h"

#define PPB             0xE0000000u
#define SRAM_BITS       0x22000000u
#define PERIPHERAL_BITS 0x42000000u
#define PSR_FLAGS       0xF80F0000u /* NZCVQ and GE */
#define N_REGS          17          /* R0..R15, XPSR */
#define MARGIN          SIM_US      /* more than an instruction or an exception entry takes */

static struct range {
    uint32_t base, size;
} RANGES[] = {
    {0x1FFF0000, 0x10000}, /* system memory, unique id */
    {SRAM_BITS, 0x2000000},
    {0x40000000, 0x20000000}, /* peripherals, their bit-band alias, and AHB2 */
    {PPB, 0x100000},
};

static struct image_lockstep lockstep;
static int (*chip_read)(void *user, uint32_t address, unsigned size, uint32_t *value);
static int (*chip_write)(void *user, uint32_t address, unsigned size, uint32_t value);

static void fail(struct image_lockstep *l, const char *what, uint32_t where, uint32_t ours,
                 uint32_t theirs) {
    if (!*l->failure)
        snprintf(l->failure, sizeof l->failure,
                 "instruction %llu, next at %08x: %s %08x is %08x, Unicorn has %08x",
                 (unsigned long long)l->compared, (unsigned)armv7m_pc(l->core), what,
                 (unsigned)where, (unsigned)ours, (unsigned)theirs);
}

/* --- our side ------------------------------------------------------------------------- */

static void note(struct image_access access) {
    if (lockstep.n_ours < IMAGE_ACCESSES)
        lockstep.ours[lockstep.n_ours++] = access;
}
static int our_read(void *user, uint32_t address, unsigned size, uint32_t *value) {
    int waits = chip_read(user, address, size, value);
    note((struct image_access){.address = address, .size = size, .value = *value});
    return waits;
}
static int our_write(void *user, uint32_t address, unsigned size, uint32_t value) {
    note((struct image_access){.address = address, .size = size, .value = value, .write = true});
    return chip_write(user, address, size, value);
}

static const struct op *next_op(struct image_lockstep *l) {
    uint32_t pc = armv7m_pc(l->core);
    struct memory *code = armv7m_find(l->core, pc);
    struct op *op = &code->ops[(pc - code->base) / 2];
    if (op->code == OP_DECODE)
        armv7m_decode(l->core, code, pc);
    return op;
}

static bool is_skipped(const struct image_lockstep *l) {
    return l->core->it && !armv7m_condition(l->core, l->core->it >> 4);
}

/* Instructions about interrupts, sleep and debugging; and what ends a translated block, which
 * Unicorn 2.0.1 forgets an IT block over. */
static bool is_system(struct image_lockstep *l) {
    switch (next_op(l)->inner) {
    case OP_svc:
    case OP_bkpt:
    case OP_wfi:
    case OP_wfe:
    case OP_sev:
    case OP_cps:
    case OP_mrs:
    case OP_msr:
    case OP_barrier:
        return true;
    default:
        return false;
    }
}

static void our_exception(void *user, unsigned number, bool entered) {
    (void)user, (void)number;
    lockstep.jumped = true;
    lockstep.exceptions += entered;
}

/* One instruction, or an exception entry with one, or sleep until the next event. False when
 * it was no plain instruction. */
static bool step(struct image_lockstep *l) {
    bool wakes = armv7m_asleep(l->core) && armv7m_wakes(l->core);
    enum stm32_stop usual = armv7m_asleep(l->core) ? STM32_UNTIL : STM32_REQUEST;
    uint64_t before = armv7m_instructions(l->core);
    l->n_ours = l->n_theirs = 0;
    l->jumped = false;
    enum stm32_stop stop = wakes ? stm32_run_until(l->bench->mcu, stm32_time(l->bench->mcu) + 1)
                                 : stm32_step(l->bench->mcu, l->until);
    if (stop != usual)
        fail(l, "stop", 0, stop, usual);
    return !l->jumped && !(l->core->attention & (ATT_PHASE | ATT_SLEEP)) &&
           armv7m_instructions(l->core) == before + 1;
}

/* --- their side ------------------------------------------------------------------------ */

static const int UC_REGS[N_REGS] = {
    UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R4,  UC_ARM_REG_R5,
    UC_ARM_REG_R6,  UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9, UC_ARM_REG_R10, UC_ARM_REG_R11,
    UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR, UC_ARM_REG_PC, UC_ARM_REG_XPSR};

static uint32_t our_reg(const struct image_lockstep *l, unsigned i) {
    uint32_t value = armv7m_get(l->core, i < 16 ? (enum armv7m_reg)i : ARMV7M_XPSR);
    return i < 16 ? value : value & PSR_FLAGS;
}

static void copy_state(struct image_lockstep *l) {
    for (unsigned i = 0; i < N_REGS; i++) {
        uint32_t value = our_reg(l, i) | (i == 16 ? 1u << 24 : 0);
        uc_reg_write(l->uc, UC_REGS[i], &value);
    }
}

static bool compare(struct image_lockstep *l, uint32_t pc) {
    for (unsigned i = 0; i < N_REGS; i++) {
        uint32_t theirs, ours = our_reg(l, i);
        uc_reg_read(l->uc, UC_REGS[i], &theirs);
        theirs = i == 15 ? pc : i == 16 ? theirs & PSR_FLAGS : theirs;
        if (ours != theirs)
            fail(l, "register", i, ours, theirs);
    }
    return !*l->failure;
}

static void stop(struct image_lockstep *l) {
    l->stopping = true;
    uc_emu_stop(l->uc);
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
    struct image_lockstep *l = user;
    (void)uc, (void)size;
    if (l->stopping)
        return;
    if (l->n_theirs != l->n_ours)
        fail(l, "accesses of", (uint32_t)address, l->n_ours, l->n_theirs);
    /* Unicorn does not call for instructions that their IT block skips. */
    bool plain = true;
    while (plain && is_skipped(l) && armv7m_pc(l->core) != address)
        plain = step(l);
    if (!plain || !compare(l, (uint32_t)address) || stm32_time(l->bench->mcu) >= l->until ||
        is_system(l)) {
        stop(l);
        return;
    }
    if (l->plant)
        l->core->r[8] ^= 4;
    l->plant = false;
    l->compared++;
    if (!step(l))
        stop(l);
}

/* The next access of our core's instruction is this one. */
static const struct image_access *expected(struct image_lockstep *l, uint32_t address,
                                           unsigned size, bool write) {
    static const struct image_access NONE;
    const struct image_access *a = l->n_theirs < l->n_ours ? &l->ours[l->n_theirs++] : &NONE;
    if (a->address != address || a->size != size || a->write != write)
        fail(l, write ? "write of" : "read of", a->address, a->size, address);
    return a;
}

static bool passes_hooks(const struct image_lockstep *l, uint32_t address) {
    bool bit = address >> 25 == SRAM_BITS >> 25 || address >> 25 == PERIPHERAL_BITS >> 25;
    bool peripheral = address >= 0x40000000 && address < PPB;
    return !bit && (peripheral || l->n_theirs < l->n_ours);
}

/* The core's own registers and bit-band aliases do not pass our hooks as they are: a load gives
 * what our core's register has now, a store is not compared. */
static uint32_t private_value(struct image_lockstep *l, unsigned size) {
    uint32_t pc;
    uc_reg_read(l->uc, UC_ARM_REG_PC, &pc);
    const struct memory *code = armv7m_find(l->core, pc);
    const struct op *op = &code->ops[(pc - code->base) / 2];
    uint32_t value = op->rd < 16 ? armv7m_get(l->core, (enum armv7m_reg)op->rd) : 0;
    l->n_theirs = l->n_ours;
    return size == 4 ? value : value & ((1u << 8 * size) - 1);
}

/* user: the base of the range. */
static uint64_t on_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
    struct image_lockstep *l = &lockstep;
    uint32_t address = *(const uint32_t *)user + (uint32_t)offset;
    (void)uc;
    if (l->stopping)
        return 0;
    l->reads++;
    return passes_hooks(l, address) ? expected(l, address, size, false)->value
                                    : private_value(l, size);
}
static void on_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user) {
    struct image_lockstep *l = &lockstep;
    uint32_t address = *(const uint32_t *)user + (uint32_t)offset;
    (void)uc;
    if (l->stopping)
        return;
    l->writes++;
    if (!passes_hooks(l, address)) {
        l->n_theirs = l->n_ours;
        return;
    }
    const struct image_access *ours = expected(l, address, size, true);
    if (ours->value != (uint32_t)value)
        fail(l, "a write to", address, ours->value, (uint32_t)value);
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
                     void *user) {
    struct image_lockstep *l = user;
    uint32_t ours = 0, at = (uint32_t)address, n = (uint32_t)size;
    uint32_t theirs = n == 4 ? (uint32_t)value : (uint32_t)value & ((1u << 8 * n) - 1);
    const uint8_t *ram = armv7m_direct(l->core, at, n, true);
    (void)uc, (void)type;
    if (!ram) /* a peripheral: see on_write() */
        return;
    memcpy(&ours, ram, n);
    if (l->stopping && l->n_undo < IMAGE_ACCESSES)
        l->undo[l->n_undo++] = (struct image_access){.address = at, .size = n, .value = ours};
    if (l->stopping)
        return;
    l->stores++;
    if (ours != theirs)
        fail(l, "RAM at", at, ours, theirs);
}

static bool map_memories(struct image_lockstep *l) {
    const struct stm32_memory *m = stm32_chip_of(l->bench->mcu)->memories;
    for (; m->name; m++) {
        bool ram = m->kind == STM32_SRAM || m->kind == STM32_CCM;
        void *host = armv7m_direct(l->core, m->base, m->size, ram);
        uint32_t rights = UC_PROT_READ | (ram ? UC_PROT_WRITE : UC_PROT_EXEC);
        if ((ram || m->kind == STM32_FLASH) &&
            (!host || uc_mem_map_ptr(l->uc, m->base, m->size, rights, host)))
            return false;
    }
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++) {
        void *base = &RANGES[i].base;
        if (uc_mmio_map(l->uc, RANGES[i].base, RANGES[i].size, on_read, base, on_write, base))
            return false;
    }
    return true;
}

static bool open_unicorn(struct image_lockstep *l) {
    uc_hook code, store;
    bool m4 = stm32_chip_of(l->bench->mcu)->core == ARMV7M_M4F;
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &l->uc))
        return false;
    uc_ctl_set_cpu_model(l->uc, m4 ? UC_CPU_ARM_CORTEX_M4 : UC_CPU_ARM_CORTEX_M3);
    return map_memories(l) &&
           !uc_hook_add(l->uc, &code, UC_HOOK_CODE, __extension__(void *) on_code, l, 1, 0) &&
           !uc_hook_add(l->uc, &store, UC_HOOK_MEM_WRITE, __extension__(void *) on_store, l, 1, 0);
}

static void begin(struct image_lockstep *l, struct bench *b) {
    l->bench = b;
    l->core = stm32_core(b->mcu);
    chip_read = l->core->config.hooks.read;
    chip_write = l->core->config.hooks.write;
    l->core->config.hooks.read = our_read;
    l->core->config.hooks.write = our_write;
    l->core->config.hooks.exception = our_exception;
    if (!open_unicorn(l))
        fail(l, "Unicorn does not open", 0, 0, 0);
}

/* From our core's state until something is not for Unicorn. */
static void run_both(struct image_lockstep *l) {
    l->stopping = false;
    l->n_undo = l->n_ours = l->n_theirs = 0;
    copy_state(l);
    uc_err err = uc_emu_start(l->uc, armv7m_pc(l->core) | 1, 0xFFFFFFFE, 0, 0);
    if (!l->stopping)
        fail(l, uc_strerror(err), 0, 0, 0);
    while (l->n_undo > 0) {
        const struct image_access *a = &l->undo[--l->n_undo];
        memcpy(armv7m_direct(l->core, a->address, a->size, true), &a->value, a->size);
    }
}

enum stm32_stop image_lockstep_run(struct bench *b, sim_time until) {
    struct image_lockstep *l = &lockstep;
    if (!l->bench)
        begin(l, b);
    l->until = until - MARGIN;
    while (!*l->failure && stm32_time(b->mcu) < l->until) {
        if (armv7m_asleep(l->core) || l->core->attention || l->core->it || is_system(l)) {
            uint64_t before = armv7m_instructions(l->core);
            step(l);
            l->alone += armv7m_instructions(l->core) - before;
        } else {
            run_both(l);
        }
    }
    return STM32_UNTIL;
}

struct image_lockstep *image_lockstep_begin(void) {
    memset(&lockstep, 0, sizeof lockstep);
    return &lockstep;
}

void image_lockstep_end(void) {
    if (lockstep.uc)
        uc_close(lockstep.uc);
    lockstep.uc = NULL;
}
