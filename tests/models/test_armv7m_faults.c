/* Faults: their status registers, escalation, lockup. Source: DDI0403E B1.5.14, B3.2.15. */
#include "tests/models/armv7m_rig.h"

static struct rig rig;

static void init(void) {
    rig_init(&rig, ARMV7M_M4F);
}
static void finish(void) {
    rig_finish(&rig);
}
TestSuite(armv7m_faults, .init = init, .fini = finish);
#define RULE(name) Test(armv7m_faults, name)

enum { MEM = 4, BUS, USAGE };

static void enable_all(void) {
    rig_poke(&rig, SHCSR, 7 << 16);
}
static void set(unsigned reg, uint32_t value) {
    armv7m_set(rig.core, (enum armv7m_reg)reg, value);
}
/* The instruction at START faults: exception, CFSR, and the stacked address. */
static void faults(unsigned exception, uint32_t cfsr) {
    rig_until(&rig, HANDLER(exception));
    cr_expect_eq(rig_peek(&rig, CFSR), cfsr, "CFSR %08x", rig_peek(&rig, CFSR));
    cr_expect_eq(rig_peek(&rig, rig_get(&rig, ARMV7M_SP) + 24), START);
    cr_expect_eq(armv7m_fault(rig.core).pc, START);
    cr_expect_eq(armv7m_fault(rig.core).exception, exception);
}

RULE(undefined_instruction) {
    enable_all();
    PUT(&rig, START, 0xDE00);
    faults(USAGE, 1 << 16);
}

RULE(disabled_fault_is_a_forced_hardfault) {
    PUT(&rig, START, 0xDE00);
    rig_until(&rig, HANDLER(3));
    cr_expect_eq(rig_peek(&rig, HFSR), 1u << 30);
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 16);
    rig_poke(&rig, CFSR, 1 << 16);
    rig_poke(&rig, HFSR, 1u << 30);
    cr_expect_eq(rig_peek(&rig, CFSR) | rig_peek(&rig, HFSR), 0, "written ones clear");
}

RULE(fault_that_cannot_preempt_escalates) {
    enable_all();
    armv7m_set(rig.core, ARMV7M_PRIMASK, 1);
    PUT(&rig, START, 0xDE00);
    rig_until(&rig, HANDLER(3));
    cr_expect_eq(rig_peek(&rig, HFSR), 1u << 30);
}

RULE(fault_in_hardfault_locks_up) {
    PUT(&rig, START, 0xDE00);
    PUT(&rig, HANDLER(3), 0xDE00);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_LOCKUP);
    uint64_t start = armv7m_cycles(rig.core);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_LOCKUP);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 100);
    cr_expect_eq(armv7m_fault(rig.core).exception, 0);
}

RULE(fault_under_faultmask_locks_up) {
    armv7m_set(rig.core, ARMV7M_FAULTMASK, 1);
    PUT(&rig, START, 0xDE00);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_LOCKUP);
}

RULE(unreadable_vectors_lock_up) {
    armv7m_reset(rig.core, 0x10000000);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_LOCKUP);
    cr_expect_eq(armv7m_fault(rig.core).hfsr, 2);
}

RULE(entry_without_thumb_bit_is_invstate) {
    enable_all();
    PUT(&rig, START, 0x4700); /* bx r0 */
    set(0, START + 16);
    rig_until(&rig, HANDLER(USAGE));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 17);
    cr_expect_eq(rig_peek(&rig, STACK - 8), START + 16);
    cr_expect_eq(rig_peek(&rig, STACK - 4) >> 24 & 1, 0);
}

RULE(nocp_for_a_disabled_fpu) {
    enable_all();
    PUT(&rig, START, 0xEE30, 0x0A00);
    faults(USAGE, 1 << 19);
}

RULE(nocp_on_an_m3) {
    rig_finish(&rig);
    rig_init(&rig, ARMV7M_M3);
    enable_all();
    rig_poke(&rig, CPACR, 0xF00000);
    PUT(&rig, START, 0xEE30, 0x0A00);
    faults(USAGE, 1 << 19);
}

RULE(dsp_is_undefined_on_an_m3) {
    rig_finish(&rig);
    rig_init(&rig, ARMV7M_M3);
    enable_all();
    PUT(&rig, START, 0xFA90, 0xF000); /* sadd16 */
    faults(USAGE, 1 << 16);
}

RULE(division_by_zero_traps_when_told) {
    PUT(&rig, START, 0xFBB0, 0xF0F1); /* udiv r0, r0, r1 */
    set(0, 5);
    set(1, 0);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 0), 0);
    enable_all();
    armv7m_set(rig.core, ARMV7M_PC, START);
    rig_poke(&rig, CCR, 0x210);
    faults(USAGE, 1 << 25);
}

/* A3.2.1: words and halfwords may be unaligned unless UNALIGN_TRP; multiples never. */
RULE(unaligned_word_traps_when_told) {
    PUT(&rig, START, 0x6808); /* ldr r0, [r1] */
    set(1, RAM + 1);
    rig_poke(&rig, RAM, 0x44332211);
    rig_poke(&rig, RAM + 4, 0x88776655);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 0), 0x55443322);
    enable_all();
    armv7m_set(rig.core, ARMV7M_PC, START);
    rig_poke(&rig, CCR, 0x208);
    faults(USAGE, 1 << 24);
}

struct unaligned {
    const char *name;
    uint16_t code[2];
};
static const struct unaligned UNALIGNED[] = {
    {"ldm", {0xE891, 0x000C}},    {"stm", {0xE881, 0x000C}},   {"ldrd", {0xE9D1, 0x2300}},
    {"strd", {0xE9C1, 0x2300}},   {"ldrex", {0xE851, 0x2F00}}, {"strex", {0xE841, 0x2300}},
    {"ldrexh", {0xE8D1, 0x2F5F}}, {"ldm16", {0xC90C, NOP}},
};
RULE(multiple_dual_and_exclusive_always_trap) {
    for (unsigned i = 0; i < sizeof UNALIGNED / sizeof *UNALIGNED; i++) {
        rig_finish(&rig);
        rig_init(&rig, ARMV7M_M4F);
        enable_all();
        PUT(&rig, START, UNALIGNED[i].code[0], UNALIGNED[i].code[1]);
        set(1, RAM + 1);
        rig_run(&rig, 30);
        cr_expect_eq(rig_peek(&rig, CFSR), 1 << 24, "%s", UNALIGNED[i].name);
    }
}

RULE(precise_bus_fault_has_its_address) {
    enable_all();
    PUT(&rig, START, 0x6808);
    set(1, 0x60000004);
    set(0, 77);
    faults(BUS, 1 << 9 | 1 << 15);
    cr_expect_eq(rig_peek(&rig, BFAR), 0x60000004);
    cr_expect_eq(rig_get(&rig, 0), 77);
}

RULE(faulting_load_multiple_changes_nothing) {
    enable_all();
    PUT(&rig, START, 0xC90C); /* ldm r1!, {r2, r3} */
    set(1, RAM + RAM_SIZE - 4);
    faults(BUS, 1 << 9 | 1 << 15);
    cr_expect_eq(rig_get(&rig, 1), RAM + RAM_SIZE - 4);
    cr_expect_eq(rig_peek(&rig, BFAR), RAM + RAM_SIZE);
}

RULE(store_to_flash_goes_to_the_bus) {
    enable_all();
    PUT(&rig, START, 0x6008);
    set(1, FLASH + 0x100);
    faults(BUS, 1 << 9 | 1 << 15);
    cr_expect_eq(rig.bus_address, FLASH + 0x100);
}

RULE(fetch_from_nowhere) {
    enable_all();
    PUT(&rig, START, 0x4700);
    set(0, 0x10000001);
    rig_until(&rig, HANDLER(BUS));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 8);
    cr_expect_eq(rig_peek(&rig, STACK - 8), 0x10000000);
}

RULE(fetch_from_a_peripheral_is_iaccviol) {
    enable_all();
    PUT(&rig, START, 0x4700);
    set(0, 0x40000001);
    rig_until(&rig, HANDLER(MEM));
    cr_expect_eq(rig_peek(&rig, CFSR), 1);
}

RULE(running_off_the_end_of_a_region) {
    enable_all();
    PUT(&rig, FLASH + FLASH_SIZE - 2, NOP);
    armv7m_set(rig.core, ARMV7M_PC, FLASH + FLASH_SIZE - 2);
    rig_until(&rig, HANDLER(BUS));
    cr_expect_eq(rig_peek(&rig, STACK - 8), FLASH + FLASH_SIZE);
}

RULE(half_an_instruction_at_the_end) {
    enable_all();
    PUT(&rig, FLASH + FLASH_SIZE - 2, 0xF000);
    armv7m_set(rig.core, ARMV7M_PC, FLASH + FLASH_SIZE - 2);
    rig_until(&rig, HANDLER(BUS));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 8);
}

/* Stacking into nothing: the derived fault is taken in the same entry. */
RULE(stack_overflow_is_stkerr) {
    enable_all();
    armv7m_set(rig.core, ARMV7M_SP, 0x60000000);
    armv7m_set(rig.core, ARMV7M_PSP, 0x60000000);
    rig_enable(&rig, 0, 0x80);
    armv7m_pend(rig.core, 0);
    rig_until(&rig, HANDLER(BUS));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 12);
    rig_until(&rig, HANDLER(16));
}

RULE(unstacking_from_nothing_is_unstkerr) {
    enable_all();
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    armv7m_set(rig.core, ARMV7M_SP, 0x60000000);
    rig_until(&rig, HANDLER(BUS));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 11);
}

RULE(unreadable_vector_is_a_hardfault) {
    memcpy(rig.ram, rig.flash, 256);
    rig_poke(&rig, 0xE000ED08, RAM + RAM_SIZE - 128); /* vectors 32 and on are beyond */
    memcpy(rig.ram + RAM_SIZE - 128, rig.flash, 128);
    rig_enable(&rig, 20, 0);
    armv7m_pend(rig.core, 20);
    rig_until(&rig, HANDLER(3));
    cr_expect_eq(rig_peek(&rig, HFSR), 2);
}

RULE(lazy_stacking_into_nothing_is_lsperr) {
    enable_all();
    rig_poke(&rig, CPACR, 0xF00000);
    armv7m_set(rig.core, ARMV7M_CONTROL, 4);
    PUT(&rig, HANDLER(16), 0xEE30, 0x0A00);
    rig_enable(&rig, 0, 0x80);
    armv7m_pend(rig.core, 0);
    rig_until(&rig, HANDLER(16));
    rig_poke(&rig, FPCAR, 0x60000000);
    rig_until(&rig, HANDLER(BUS));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 13);
}

RULE(unprivileged_system_access_is_a_bus_fault) {
    enable_all();
    PUT(&rig, START, 0x6808);
    set(1, ICSR);
    armv7m_set(rig.core, ARMV7M_CONTROL, 1);
    faults(BUS, 1 << 9 | 1 << 15);
}

RULE(stir_from_unprivileged_code_when_allowed) {
    enable_all();
    rig_poke(&rig, CCR, 0x202);
    PUT(&rig, START, 0x6008);
    set(0, 9);
    set(1, 0xE000EF00);
    armv7m_set(rig.core, ARMV7M_CONTROL, 1);
    armv7m_step(rig.core);
    cr_expect_eq(rig_peek(&rig, ISPR), 1 << 9);
}

/* The IT state of the faulting instruction is stacked, so that it can be repeated. */
RULE(fault_inside_an_it_block) {
    enable_all();
    PUT(&rig, START - 2, 0xBF08, 0x6808); /* it eq; ldreq r0, [r1] */
    set(1, 0x60000000);
    armv7m_set(rig.core, ARMV7M_PC, START - 2);
    armv7m_set(rig.core, ARMV7M_XPSR, 0x41000000);
    faults(BUS, 1 << 9 | 1 << 15);
    uint32_t psr = rig_peek(&rig, STACK - 4);
    cr_expect_eq((psr >> 25 & 3) | (psr >> 8 & 0xFC), 0x08);
}

RULE(mpu_enable_is_loud) {
    rig_poke(&rig, 0xE000ED94, 1);
    cr_expect_eq(rig.unmodelled, 0xE000ED94);
}
RULE(bus_fault_ignore_is_loud) {
    rig_poke(&rig, CCR, 0x300);
    cr_expect_eq(rig.unmodelled, CCR);
}
RULE(debug_monitor_is_loud) {
    rig_poke(&rig, 0xE000EDFC, 1 << 16);
    cr_expect_eq(rig.unmodelled, 0xE000EDFC);
}
RULE(flash_patch_enable_is_loud) {
    rig_poke(&rig, 0xE0002000, 3);
    cr_expect_eq(rig.unmodelled, 0xE0002000);
}
RULE(dwt_comparator_is_loud) {
    rig_poke(&rig, 0xE0001028, 4);
    cr_expect_eq(rig.unmodelled, 0xE0001028);
}
RULE(unknown_core_register_is_loud) {
    rig_peek(&rig, 0xE000E700);
    cr_expect_eq(rig.unmodelled, 0xE000E700);
}

/* Whatever is executed, the core comes back, and time passes. */
RULE(random_code_comes_back) {
    uint32_t x = 1;
    for (unsigned program = 0; program < 3000; program++) {
        uint16_t code[128];
        for (unsigned i = 0; i < 128; i++) {
            x = x * 1664525 + 1013904223;
            code[i] = (uint16_t)(x >> 16);
            if (program & 1 && x & 0x400) /* more of the wide ones */
                code[i] |= 0xE800;
        }
        rig_finish(&rig);
        rig_init(&rig, program & 2 ? ARMV7M_M3 : ARMV7M_M4F);
        rig_poke(&rig, CPACR, 0xF00000);
        rig_put(&rig, START, code, 128);
        for (unsigned i = 0; i < 13; i++)
            set(i, (x >> i & 3) == 0 ? RAM + (x & 0xFFC) : (x >> i & 3) == 1 ? START | 1 : x * i);
        for (unsigned i = 0; i < 64; i++)
            if (x >> (i & 31) & 1)
                rig_poke(&rig, RAM + 0x1F00 + 4 * i, START + 2 * i + 1);
        uint64_t until = armv7m_cycles(rig.core);
        for (unsigned i = 0; i < 40; i++) {
            until += 50;
            enum armv7m_stop stop = armv7m_run(rig.core, until);
            if (stop == ARMV7M_BKPT)
                armv7m_set(rig.core, ARMV7M_PC, armv7m_pc(rig.core) + 2);
            cr_assert(armv7m_cycles(rig.core) >= until || stop != ARMV7M_UNTIL);
            if (i == 20)
                armv7m_pend(rig.core, i);
        }
    }
}
