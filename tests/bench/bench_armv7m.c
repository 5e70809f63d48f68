/* Million instructions and cycles per second of the core on an integer, a memory and a
 * floating point loop, beside Unicorn plain and with a hook that counts cycles by block; and
 * the cost of a run-until call. CPU time, so that a busy machine does not count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_UNICORN
#include <unicorn/unicorn.h>
#endif

#include "models/mcu/armv7m/armv7m.h"

#define FLASH  0x08000000u
#define RAM    0x20000000u
#define SIZE   0x10000u
#define ROUNDS 10000000u

struct program {
    const char *name;
    uint16_t code[16];
    unsigned n, per_round; /* halfwords; instructions in the loop */
};
/* Each loops back to its start but for its last halfword, a branch to itself. R0: rounds. */
static const struct program PROGRAMS[] = {
    /* adds r1,r1,r2; eors r2,r1; lsls r3,r2,#3; subs r4,r4,r3; orrs r5,r2; adds r6,#1;
       subs r0,#1; bne */
    {"integer", {0x1889, 0x404A, 0x00D3, 0x1AE4, 0x4315, 0x3601, 0x3801, 0xD1F7, 0xE7FE}, 9, 8},
    /* ldr r1,[r7,#4]; adds r1,#1; str r1,[r7,#4]; ldrb r2,[r7,#9]; strh r2,[r7,#12];
       ldr r3,[r7,r6]; subs r0,#1; bne */
    {"memory", {0x6879, 0x3101, 0x6079, 0x7A7A, 0x81BA, 0x59BB, 0x3801, 0xD1F7, 0xE7FE}, 9, 8},
    /* a bitwise CRC: lsrs r1,#1; bcc .+4; eors r1,r2; subs r3,#1; bne; adds r1,r0; movs r3,#8;
       subs r0,#1; bne */
    {"branches",
     {0x0849, 0xD300, 0x4051, 0x3B01, 0xD1FA, 0x1809, 0x2308, 0x3801, 0xD1F6, 0xE7FE},
     10,
     44},
    /* vadd s0,s0,s1; vmul s2,s0,s3; vsub s4,s2,s0; vfma s5,s1,s3; subs r0,#1; bne */
    {"float",
     {0xEE30, 0x0A20, 0xEE20, 0x1A21, 0xEE31, 0x2A40, 0xEEE0, 0x2AA1, 0x3801, 0xD1F5, 0xE7FE},
     11,
     6},
};

static uint8_t flash[SIZE], ram[SIZE];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void load(const struct program *p) {
    const uint32_t vectors[2] = {RAM + SIZE / 2, FLASH + 0x41};
    memset(ram, 0, sizeof ram);
    memcpy(flash, vectors, sizeof vectors);
    memcpy(flash + 0x40, p->code, p->n * 2);
}

static struct armv7m *create(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct armv7m_config config = {.kind = ARMV7M_M4F, .n_irq = 16, .priority_bits = 4};
    struct armv7m *core = armv7m_create(&config, &err);
    struct armv7m_region code = {
        .base = FLASH, .size = SIZE, .host = flash, .flags = ARMV7M_EXECUTE};
    struct armv7m_region data = {
        .base = RAM, .size = SIZE, .host = ram, .flags = ARMV7M_EXECUTE | ARMV7M_WRITE};
    if (!core || !armv7m_map(core, &code, &err) || !armv7m_map(core, &data, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    armv7m_reset(core, FLASH);
    armv7m_write(core, 0xE000ED88, 4, 0xF00000);
    armv7m_set(core, ARMV7M_R0, ROUNDS);
    armv7m_set(core, (enum armv7m_reg)7, RAM);
    for (unsigned i = 0; i < 8; i++)
        armv7m_set(core, (enum armv7m_reg)(ARMV7M_S0 + i), 0x3F810000 + (i << 12));
    return core;
}

static double ours(const struct program *p, double *cycles) {
    load(p);
    struct armv7m *core = create();
    armv7m_break(core, FLASH + 0x40 + 2 * (p->n - 1), true);
    double start = now();
    armv7m_run(core, ARMV7M_NEVER);
    double took = now() - start;
    *cycles = (double)armv7m_cycles(core) / took * 1e-6;
    double mips = (double)armv7m_instructions(core) / took * 1e-6;
    armv7m_destroy(core);
    return mips;
}

static double run_until_ns(void) {
    load(&PROGRAMS[0]);
    struct armv7m *core = create();
    double start = now();
    for (uint64_t until = 1; until <= 10000000; until++)
        armv7m_run(core, until);
    double took = now() - start;
    armv7m_destroy(core);
    return took * 100;
}

#ifdef HAVE_UNICORN
static void on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
    (void)uc, (void)address;
    *(uint64_t *)user += size / 2;
}

static double theirs(const struct program *p, bool hooked) {
    uc_engine *uc;
    uc_hook hook;
    uint64_t counted = 0;
    uint32_t rounds = ROUNDS, base = RAM;
    uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &uc);
    uc_ctl_set_cpu_model(uc, UC_CPU_ARM_CORTEX_M4);
    load(p);
    uc_mem_map_ptr(uc, FLASH, SIZE, UC_PROT_READ | UC_PROT_EXEC, flash);
    uc_mem_map_ptr(uc, RAM, SIZE, UC_PROT_READ | UC_PROT_WRITE, ram);
    uc_reg_write(uc, UC_ARM_REG_R0, &rounds);
    uc_reg_write(uc, UC_ARM_REG_R7, &base);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t value = 0x3F810000 + (i << 12);
        uc_reg_write(uc, UC_ARM_REG_S0 + (int)i, &value);
    }
    if (hooked)
        uc_hook_add(uc, &hook, UC_HOOK_BLOCK, __extension__(void *) on_block, &counted, 1, 0);
    double start = now();
    uc_emu_start(uc, (FLASH + 0x40) | 1, FLASH + 0x40 + 2 * (p->n - 1), 0, 0);
    double took = now() - start;
    uc_close(uc);
    return (double)ROUNDS * p->per_round / took * 1e-6;
}
#else
static double theirs(const struct program *p, bool hooked) {
    (void)p, (void)hooked;
    return 0;
}
#endif

int main(void) {
    printf("%-10s %10s %12s %14s %18s\n", "loop", "MIPS", "Mcycles/s", "Unicorn MIPS",
           "counting by block");
    for (size_t i = 0; i < sizeof PROGRAMS / sizeof *PROGRAMS; i++) {
        double cycles, mips = ours(&PROGRAMS[i], &cycles);
        printf("%-10s %10.0f %12.0f %14.0f %18.0f\n", PROGRAMS[i].name, mips, cycles,
               theirs(&PROGRAMS[i], false), theirs(&PROGRAMS[i], true));
    }
    printf("%-10s %10.1f ns\n", "run-until", run_until_ns());
    return 0;
}
