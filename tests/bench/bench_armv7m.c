/* Million instructions and cycles per second of the core on loops of one kind of instructions
 * and on ordinary ones: from memory without wait states, and from the flash of chips set up as at
 * their highest clock; beside Unicorn plain and with a hook that counts cycles by block, and
 * qemu-system-arm plain and with -icount, which count no cycles or not those of the chip; and the
 * cost of a run-until call. CPU time, so that a busy machine does not count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_UNICORN
#include <unicorn/unicorn.h>
#endif

#include "harness/host_code.h"
#include "models/mcu/soc/stm32.h"
#include "tests/bench/bench_qemu.h"

#define FLASH       0x08000000u
#define RAM         0x20000000u
#define SIZE        0x10000u
#define START       0x40u
#define PROLOGUE_AT 0x400u
#define DATA_AT     0x2000u /* a table, numbers */
#define TEXT_AT     0x2800u /* a string, and the same 0x100 behind */
#define TEXT        63u
#define ROUNDS      2500000u /* at most */
#define BITS        8u       /* of the first round of the CRC */

/* A loop: the body `times` times, then SUBS R0, #1 and BNE. */
struct program {
    const char *name;
    uint16_t body[24];
    unsigned n, times; /* halfwords of the body */
    unsigned part;     /* of ROUNDS that it does, as it is long */
    bool fp;
};
static const struct program PROGRAMS[] = {
    /* adds r1,r1,r2; eors r2,r1; lsls r3,r2,#3; subs r4,r4,r3; orrs r5,r2; adds r6,#1 */
    {"integer", {0x1889, 0x404A, 0x00D3, 0x1AE4, 0x4315, 0x3601}, 6, 4, 1, false},
    /* ldr r1,[r7,#4]; adds r1,#1; str r1,[r7,#4]; ldrb r2,[r7,#9]; strh r2,[r7,#12];
       ldr r3,[r7,r6] */
    {"memory", {0x6879, 0x3101, 0x6079, 0x7A7A, 0x81BA, 0x59BB}, 6, 4, 1, false},
    /* ldr r1,[pc,#128]; adds r2,r2,r1; ldr r3,[pc,#144]; eors r2,r3 */
    {"literals", {0x4920, 0x1852, 0x4B24, 0x405A}, 4, 4, 1, false},
    /* a bitwise CRC: lsrs r1,#1; bcc .+4; eors r1,r2; subs r3,#1; bne; adds r1,r0; movs r3,#8 */
    {"branches", {0x0849, 0xD300, 0x4051, 0x3B01, 0xD1FA, 0x1809, 0x2308}, 7, 1, 1, false},
    /* vadd s0,s0,s1; vmul s2,s0,s3; vsub s4,s2,s0; vfma s5,s1,s3 */
    {"float", {0xEE30, 0x0A20, 0xEE20, 0x1A21, 0xEE31, 0x2A40, 0xEEE0, 0x2AA1}, 8, 3, 1, true},
    /* a bitwise CRC as compilers write it: lsls r2,r1,#31; ite mi; eormi r1,r7,r1,lsr #1;
       lsrpl r1,#1; subs r3,#1; bne; add r1,r0; movs r3,#8 */
    {"bits",
     {0x07CA, 0xBF4C, 0xEA87, 0x0151, 0x0849, 0x3B01, 0xD1F8, 0x4401, 0x2308},
     9,
     1,
     1,
     false},
    /* a CRC by table of 64 octets: ldr r5,=DATA; add r4,r5,#1024; add r6,r4,#64;
       ldrb r2,[r4],#1; eors r2,r1; uxtb r2,r2; ldr r2,[r5,r2,lsl #2]; eor r1,r2,r1,lsr #8;
       cmp r4,r6; bne */
    {"table",
     {0xF242, 0x0500, 0xF6C0, 0x0500, 0xF505, 0x6480, 0xF104, 0x0640, 0xF814, 0x2B01, 0x404A,
      0xB2D2, 0xF855, 0x2022, 0xEA82, 0x2111, 0x42B4, 0xD1F5},
     18,
     1,
     16,
     false},
    /* sorts 16 words into RAM: ldr r4,=DATA; movs r5,#0; 1: ldr r1,[r4,r5,lsl #2]; mov r6,r5;
       2: cbz r6,3f; subs r3,r6,#1; ldr r2,[r7,r3,lsl #2]; cmp r2,r1; ble 3f;
       str r2,[r7,r6,lsl #2]; mov r6,r3; b 2b; 3: str r1,[r7,r6,lsl #2]; adds r5,#1; cmp r5,#16;
       bne 1b */
    {"sort",
     {0xF242, 0x0400, 0xF6C0, 0x0400, 0x2500, 0xF854, 0x1025, 0x462E,
      0xB146, 0x1E73, 0xF857, 0x2023, 0x428A, 0xDD03, 0xF847, 0x2026,
      0x461E, 0xE7F5, 0xF847, 0x1026, 0x3501, 0x2D10, 0xD1ED},
     23,
     1,
     24,
     false},
    /* compares two strings: ldr r4,=TEXT; add r5,r4,#256; ldrb r1,[r4],#1; ldrb r2,[r5],#1;
       cbz r1,.+6; cmp r1,r2; beq */
    {"strings",
     {0xF642, 0x0400, 0xF6C0, 0x0400, 0xF504, 0x7580, 0xF814, 0x1B01, 0xF815, 0x2B01, 0xB109,
      0x4291, 0xD0F8},
     13,
     1,
     12,
     false},
};
#define N_PROGRAMS (sizeof PROGRAMS / sizeof *PROGRAMS)

static _Alignas(4096) uint8_t flash[SIZE], ram[SIZE];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What ordinary loops read: the same anywhere. */
static void write_data(void) {
    uint32_t x = 1;
    for (uint32_t i = DATA_AT; i < TEXT_AT + 0x200; i++) {
        x = x * 1664525 + 1013904223;
        flash[i] = (uint8_t)(x >> 24);
    }
    for (uint32_t i = 0; i <= TEXT; i++)
        flash[TEXT_AT + i] = flash[TEXT_AT + 0x100 + i] = i < TEXT ? (uint8_t)(0x20 + i) : 0;
}

/* The loop of `p` into `flash`; returns the address behind it. */
static uint32_t load(const struct program *p) {
    const uint32_t vectors[2] = {RAM + SIZE / 32, FLASH + START + 1};
    uint8_t *end = flash + START;
    memset(ram, 0, sizeof ram);
    write_data();
    memcpy(flash, vectors, sizeof vectors);
    for (unsigned i = 0; i < p->times; i++, end += 2 * p->n)
        memcpy(end, p->body, 2 * (size_t)p->n);
    unsigned back = 2 * p->n * p->times + 6; /* from the PC of BNE */
    const uint16_t tail[] = {0x3801, (uint16_t)(0xD100 | (0x100 - back / 2)), 0xE7FE};
    memcpy(end, tail, sizeof tail);
    return FLASH + (uint32_t)(end - flash) + 4;
}

static void *checked(void *made, const struct sim_err *err) {
    if (!made) {
        fprintf(stderr, "%s\n", err->text);
        exit(1);
    }
    return made;
}

static void begin(struct armv7m *core, const struct program *p) {
    armv7m_write(core, 0xE000ED88, 4, 0xF00000);
    armv7m_set(core, ARMV7M_R0, ROUNDS / p->part);
    armv7m_set(core, (enum armv7m_reg)3, BITS);
    armv7m_set(core, (enum armv7m_reg)7, RAM);
    for (unsigned i = 0; i < 8; i++)
        armv7m_set(core, (enum armv7m_reg)(ARMV7M_S0 + i), 0x3F810000 + (i << 12));
}

static struct armv7m_host_code host_code; /* the same for all in turn */

static struct armv7m *create(const struct program *p, bool translates) {
    struct sim_err err = SIM_ERR_INIT;
    struct armv7m_config config = {.kind = ARMV7M_M4F, .n_irq = 16, .priority_bits = 4};
    if (translates)
        config.host = host_code;
    struct armv7m *core = checked(armv7m_create(&config, &err), &err);
    struct armv7m_region code = {
        .base = FLASH, .size = SIZE, .host = flash, .flags = ARMV7M_EXECUTE};
    struct armv7m_region data = {
        .base = RAM, .size = SIZE, .host = ram, .flags = ARMV7M_EXECUTE | ARMV7M_WRITE};
    checked(armv7m_map(core, &code, &err) && armv7m_map(core, &data, &err) ? core : NULL, &err);
    armv7m_reset(core, FLASH);
    begin(core, p);
    return core;
}

struct speed {
    double mips, mcycles; /* million a second */
    uint64_t instructions;
};

static struct speed speed_of(const struct armv7m *core, double took) {
    uint64_t n = armv7m_instructions(core);
    return (struct speed){(double)n / took * 1e-6, (double)armv7m_cycles(core) / took * 1e-6, n};
}

/* From memory without wait states. */
static struct speed bare(const struct program *p, bool translates) {
    uint32_t end = load(p);
    struct armv7m *core = create(p, translates);
    armv7m_break(core, end, true);
    double start = now();
    armv7m_run(core, ARMV7M_NEVER);
    struct speed speed = speed_of(core, now() - start);
    armv7m_destroy(core);
    return speed;
}

/* A chip whose flash is set up as at its highest clock. */
struct setup {
    const char *chip;
    uint32_t acr_at, acr;
};
static const struct setup SETUPS[] = {
    {"f401re", 0x40023C00, 0x702}, /* 2 wait states, prefetch, both caches */
    {"f103rb", 0x40022000, 0x12},  /* 2 wait states, prefetch buffer */
};

static struct speed on_chip(const struct setup *setup, const struct program *p) {
    struct sim_err err = SIM_ERR_INIT;
    struct stm32_config config = {.host_code = host_code};
    struct stm32 *mcu = checked(stm32_create(stm32_chip_find(setup->chip), &config, &err), &err);
    uint32_t end = load(p);
    if (!stm32_load(mcu, FLASH, flash, SIZE, &err))
        checked(NULL, &err);
    stm32_reset(mcu);
    stm32_poke(mcu, setup->acr_at, 4, setup->acr);
    begin(stm32_core(mcu), p);
    armv7m_break(stm32_core(mcu), end, true);
    double start = now();
    stm32_run_until(mcu, 100 * SIM_S);
    struct speed speed = speed_of(stm32_core(mcu), now() - start);
    stm32_destroy(mcu);
    return speed;
}

static double run_until_ns(void) {
    load(&PROGRAMS[0]);
    struct armv7m *core = create(&PROGRAMS[0], true);
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

static double theirs(const struct program *p, bool hooked, uint64_t instructions) {
    uc_engine *uc;
    uc_hook hook;
    uint64_t counted = 0;
    uint32_t rounds = ROUNDS / p->part, bits = BITS, base = RAM, end = load(p);
    uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &uc);
    uc_ctl_set_cpu_model(uc, UC_CPU_ARM_CORTEX_M4);
    uc_mem_map_ptr(uc, FLASH, SIZE, UC_PROT_READ | UC_PROT_EXEC, flash);
    uc_mem_map_ptr(uc, RAM, SIZE, UC_PROT_READ | UC_PROT_WRITE, ram);
    uc_reg_write(uc, UC_ARM_REG_R0, &rounds);
    uc_reg_write(uc, UC_ARM_REG_R3, &bits);
    uc_reg_write(uc, UC_ARM_REG_R7, &base);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t value = 0x3F810000 + (i << 12);
        uc_reg_write(uc, UC_ARM_REG_S0 + (int)i, &value);
    }
    if (hooked)
        uc_hook_add(uc, &hook, UC_HOOK_BLOCK, __extension__(void *) on_block, &counted, 1, 0);
    double start = now();
    uc_emu_start(uc, (FLASH + START) | 1, end, 0, 0);
    double took = now() - start;
    uc_close(uc);
    return (double)instructions / took * 1e-6;
}
#else
static double theirs(const struct program *p, bool hooked, uint64_t instructions) {
    (void)p, (void)hooked, (void)instructions;
    return 0;
}
#endif

/* For an emulator that starts from the reset vector: the registers of begin(), then the loop. */
static const uint16_t PROLOGUE[] = {
    0x480F,                /* ldr r0, =0xE000ED88 */
    0xF44F,        0x0170, /* mov.w r1, #0xF00000 */
    0x6001,                /* str r1, [r0] */
    0xF3BF,        0x8F6F, /* isb */
    0xA104,                /* adr r1, floats */
    0xEC91,        0x0A08, /* vldmia r1, {s0-s7} */
    0x480C,                /* ldr r0, =rounds */
    0x2300 | BITS,         /* movs r3, #BITS */
    0xF04F,        0x5700, /* mov.w r7, #RAM */
    0x490B,                /* ldr r1, =loop */
    0x4708,                /* bx r1 */
    0xBF00,
};
/* SYS_EXIT with ADP_Stopped_ApplicationExit, in place of the loop's end. */
static const uint16_t EPILOGUE[] = {
    0x2018,         /* movs r0, #0x18 */
    0xF240, 0x0126, /* movw r1, #0x26 */
    0xF2C0, 0x0102, /* movt r1, #2 */
    0xBEAB,         /* bkpt 0xAB */
};

static double qemu_run(const struct program *p, uint32_t rounds, bool icount) {
    uint8_t *epilogue = flash + (load(p) - FLASH);
    const uint32_t entry = FLASH + PROLOGUE_AT + 1;
    uint32_t literals[11];
    for (uint32_t i = 0; i < 8; i++)
        literals[i] = 0x3F810000 + (i << 12);
    literals[8] = 0xE000ED88;
    literals[9] = rounds;
    literals[10] = FLASH + START + 1;
    memcpy(flash + 4, &entry, 4);
    memcpy(flash + PROLOGUE_AT, PROLOGUE, sizeof PROLOGUE);
    memcpy(flash + PROLOGUE_AT + sizeof PROLOGUE, literals, sizeof literals);
    memcpy(epilogue, EPILOGUE, sizeof EPILOGUE);
    return qemu_seconds(flash, SIZE, icount);
}

/* Its start is taken off: a run of one round. 0: it is not installed. */
#define QEMU_TIMES 8 /* as many rounds as the others, since starting takes as long as they */
static double qemu(const struct program *p, bool icount, uint64_t instructions) {
    double start = qemu_run(p, 1, icount),
           took = qemu_run(p, QEMU_TIMES * (ROUNDS / p->part), icount);
    return start < 0 || took <= start ? 0
                                      : (double)instructions * QEMU_TIMES / (took - start) * 1e-6;
}

int main(void) {
    bool has_qemu = qemu_run(&PROGRAMS[0], 1, false) >= 0;
    host_code = host_code_map(1 << 20);
    printf("Million instructions a second; in the columns Mc/s million cycles\n");
    printf("%-9s %10s %11s %6s %10s %10s %8s %9s %6s %8s\n", "loop", "translated", "interpreted",
           "Mc/s", "f401 Mc/s", "f103 Mc/s", "Unicorn", "counting", "QEMU", "-icount");
    for (size_t i = 0; i < N_PROGRAMS; i++) {
        const struct program *p = &PROGRAMS[i];
        struct speed speed = bare(p, true);
        printf("%-9s %10.0f %11.0f %6.0f %10.0f ", p->name, speed.mips, bare(p, false).mips,
               speed.mcycles, on_chip(&SETUPS[0], p).mcycles);
        if (p->fp)
            printf("%10s", "-");
        else
            printf("%10.0f", on_chip(&SETUPS[1], p).mcycles);
        printf(" %8.0f %9.0f %6.0f %8.0f\n", theirs(p, false, speed.instructions),
               theirs(p, true, speed.instructions), qemu(p, false, speed.instructions),
               qemu(p, true, speed.instructions));
    }
    if (!has_qemu)
        printf("QEMU: skipped, qemu-system-arm is not installed\n");
    printf("%-10s %10.1f ns\n", "run-until", run_until_ns());
    return 0;
}
