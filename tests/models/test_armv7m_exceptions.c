/* Exceptions: one test per rule of DDI0403E B1.5 (section in the comment). */
#include "tests/models/armv7m_rig.h"

static struct rig rig;

static void init(void) {
    rig_init(&rig, ARMV7M_M4F);
}
static void finish(void) {
    rig_finish(&rig);
}
TestSuite(armv7m_exceptions, .init = init, .fini = finish);

#define RULE(name) Test(armv7m_exceptions, name)
#define IRQ(n)     (16 + (n))

/* B1.5.6: R0-R3, R12, LR, return address, xPSR, from the lowest address up. */
RULE(entry_stacks_eight_words) {
    rig_enable(&rig, 0, 0x40);
    for (unsigned i = 0; i < 13; i++)
        armv7m_set(rig.core, (enum armv7m_reg)i, 0x100 + i);
    armv7m_set(rig.core, ARMV7M_LR, 0x12345679);
    armv7m_set(rig.core, ARMV7M_XPSR, 0xA1000000);
    armv7m_pend(rig.core, 0);
    rig_until(&rig, HANDLER(IRQ(0)));
    const uint32_t want[8] = {0x100, 0x101, 0x102, 0x103, 0x10C, 0x12345679, START, 0xA1000000};
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 32);
    for (unsigned i = 0; i < 8; i++)
        cr_expect_eq(rig_peek(&rig, STACK - 32 + 4 * i), want[i], "word %u", i);
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0xFFFFFFF9);
    cr_expect_eq(rig_get(&rig, ARMV7M_XPSR) & 0x1FF, IRQ(0));
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK);
    cr_expect_eq(rig_get(&rig, ARMV7M_XPSR), 0xA1000000);
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0x12345679);
}

/* B1.5.7: with STKALIGN the frame is 8-aligned, and bit 9 of the stacked xPSR says so. */
RULE(entry_aligns_the_stack) {
    armv7m_set(rig.core, ARMV7M_SP, STACK - 4);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 40);
    cr_expect_eq(rig_peek(&rig, STACK - 40 + 28) & 0x200, 0x200);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 4);
}

RULE(entry_does_not_align_without_stkalign) {
    rig_poke(&rig, CCR, 0);
    armv7m_set(rig.core, ARMV7M_SP, STACK - 4);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 36);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 4);
}

/* 12 cycles in, 10 out (bx lr included), 6 between (DDI0337I 5.6, KB 103489845). */
RULE(entry_takes_12_cycles_and_exit_10) {
    armv7m_nmi(rig.core);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 12);
    start = armv7m_cycles(rig.core);
    rig_until(&rig, START);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 1 + 10);
}

RULE(tail_chain_takes_6_cycles_and_stacks_nothing) {
    rig_enable(&rig, 1, 0x40);
    rig_enable(&rig, 2, 0x80);
    armv7m_pend(rig.core, 1);
    armv7m_pend(rig.core, 2);
    rig_until(&rig, HANDLER(IRQ(1)));
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(IRQ(2)));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 1 + 6);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 32);
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0xFFFFFFF9);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK);
}

/* B1.5.12: the higher one is taken at the end of the same entry. */
RULE(late_arrival_replaces) {
    rig_enable(&rig, 1, 0x80);
    rig_enable(&rig, 2, 0x40);
    armv7m_pend(rig.core, 1);
    uint64_t start = armv7m_cycles(rig.core);
    rig_run(&rig, 5);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 5);
    armv7m_pend(rig.core, 2);
    rig_until(&rig, HANDLER(IRQ(2)));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 12);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 32);
    rig_until(&rig, HANDLER(IRQ(1)));
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 32);
}

RULE(too_late_arrival_nests) {
    rig_enable(&rig, 1, 0x80);
    rig_enable(&rig, 2, 0x40);
    armv7m_pend(rig.core, 1);
    rig_until(&rig, HANDLER(IRQ(1)));
    armv7m_pend(rig.core, 2);
    rig_until(&rig, HANDLER(IRQ(2)));
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 64);
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0xFFFFFFF1);
}

/* A return is given up for what arrives in it. */
RULE(exit_is_abandoned_for_an_arrival) {
    rig_enable(&rig, 1, 0x80);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    rig_run(&rig, 6);
    armv7m_pend(rig.core, 1);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(IRQ(1)));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 6);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 32);
}

/* Table B1-8: EXC_RETURN. */
RULE(exc_return_of_the_process_stack) {
    armv7m_set(rig.core, ARMV7M_PSP, PROCESS);
    armv7m_set(rig.core, ARMV7M_CONTROL, 2);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0xFFFFFFFD);
    cr_expect_eq(rig_get(&rig, ARMV7M_PSP), PROCESS - 32);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK);
    cr_expect_eq(rig_get(&rig, ARMV7M_CONTROL), 0);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), PROCESS);
    cr_expect_eq(rig_get(&rig, ARMV7M_CONTROL), 2);
}

static void enable_fp(void) {
    rig_poke(&rig, CPACR, 0xF00000);
    armv7m_set(rig.core, ARMV7M_CONTROL, 4);
    for (unsigned i = 0; i < 32; i++)
        armv7m_set(rig.core, (enum armv7m_reg)(ARMV7M_S0 + i), 0x40000000 + i);
    armv7m_set(rig.core, ARMV7M_FPSCR, 0x10);
}

/* B1.5.7: the space is kept, the registers are stored when the handler uses the FPU. */
RULE(lazy_stacking_stores_on_first_use) {
    enable_fp();
    PUT(&rig, HANDLER(2), NOP, 0xEE30, 0x0A00, BX_LR); /* vadd.f32 s0, s0, s0 */
    armv7m_nmi(rig.core);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 12);
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0xFFFFFFE9);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 0x68);
    cr_expect_eq(rig_peek(&rig, FPCCR) & 1, 1);
    cr_expect_eq(rig_peek(&rig, FPCAR), STACK - 0x48);
    cr_expect_eq(rig_peek(&rig, STACK - 0x48), 0);
    cr_expect_eq(rig_get(&rig, ARMV7M_CONTROL) & 4, 0);
    rig_until(&rig, HANDLER(2) + 6);
    cr_expect_eq(rig_peek(&rig, FPCCR) & 1, 0);
    for (unsigned i = 0; i < 16; i++)
        cr_expect_eq(rig_peek(&rig, STACK - 0x48 + 4 * i), 0x40000000 + i);
    cr_expect_eq(rig_peek(&rig, STACK - 8), 0x10);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_S0), 0x40000000);
    cr_expect_eq(rig_get(&rig, ARMV7M_CONTROL) & 4, 4);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK);
}

RULE(lazy_stacking_without_use_stores_nothing) {
    enable_fp();
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    rig_until(&rig, START);
    cr_expect_eq(rig_peek(&rig, STACK - 0x48 + 4), 0);
    cr_expect_eq(rig_get(&rig, ARMV7M_S0 + 1), 0x40000001);
    cr_expect_eq(rig_peek(&rig, FPCCR) & 1, 0);
}

RULE(eager_stacking_takes_17_cycles_more) {
    enable_fp();
    rig_poke(&rig, FPCCR, 0x80000000);
    armv7m_nmi(rig.core);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 29);
    cr_expect_eq(rig_peek(&rig, STACK - 0x48 + 8), 0x40000002);
    armv7m_set(rig.core, ARMV7M_S0, 7);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_S0), 0x40000000);
}

RULE(without_a_context_the_frame_is_basic) {
    rig_poke(&rig, CPACR, 0xF00000);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), 0xFFFFFFF9);
}

/* B1.5.4: the lowest number wins among equals, the subpriority decides order alone. */
RULE(priority_then_number) {
    rig_enable(&rig, 5, 0x40);
    rig_enable(&rig, 3, 0x40);
    rig_enable(&rig, 9, 0x30);
    armv7m_pend(rig.core, 5);
    armv7m_pend(rig.core, 3);
    armv7m_pend(rig.core, 9);
    rig_run(&rig, 100);
    const unsigned want[] = {IRQ(9), IRQ(3), IRQ(5)};
    cr_expect_eq(rig.n_entered, 3);
    for (unsigned i = 0; i < 3; i++)
        cr_expect_eq(rig.entered[i], want[i]);
}

RULE(equal_priority_does_not_preempt) {
    rig_enable(&rig, 5, 0x40);
    rig_enable(&rig, 3, 0x40);
    armv7m_pend(rig.core, 5);
    rig_until(&rig, HANDLER(IRQ(5)));
    armv7m_pend(rig.core, 3);
    rig_until(&rig, HANDLER(IRQ(3)));
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), STACK - 32);
}

RULE(grouping_takes_bits_from_preemption) {
    rig_poke(&rig, AIRCR, 0x05FA0000 | 5 << 8); /* groups of two bits: 0x40 and 0x50 are one */
    rig_enable(&rig, 5, 0x50);
    rig_enable(&rig, 3, 0x40);
    rig_enable(&rig, 4, 0x30);
    armv7m_pend(rig.core, 5);
    rig_until(&rig, HANDLER(IRQ(5)));
    armv7m_pend(rig.core, 3);
    rig_run(&rig, 1);
    cr_expect_eq(rig.n_entered, 1);
    armv7m_pend(rig.core, 4);
    rig_run(&rig, 60);
    cr_expect_eq(rig.entered[1], IRQ(4));
    cr_expect_eq(rig.entered[2], IRQ(3));
}

RULE(aircr_needs_its_key) {
    rig_poke(&rig, AIRCR, 0x12340000 | 5 << 8);
    cr_expect_eq(rig_peek(&rig, AIRCR), 0xFA050000);
    rig_poke(&rig, AIRCR, 0x05FA0000 | 5 << 8);
    cr_expect_eq(rig_peek(&rig, AIRCR), 0xFA050500);
}

/* B1.4.3, B1.5.4: the masks. */
RULE(primask_masks_all_but_nmi_and_hardfault) {
    rig_enable(&rig, 0, 0);
    armv7m_set(rig.core, ARMV7M_PRIMASK, 1);
    armv7m_pend(rig.core, 0);
    rig_run(&rig, 20);
    cr_expect_eq(rig.n_entered, 0);
    armv7m_nmi(rig.core);
    rig_run(&rig, 40);
    cr_expect_eq(rig.n_entered, 1);
    armv7m_set(rig.core, ARMV7M_PRIMASK, 0);
    rig_run(&rig, 20);
    cr_expect_eq(rig.entered[1], IRQ(0));
}

RULE(basepri_masks_its_priority_and_lower) {
    rig_enable(&rig, 0, 0x50);
    rig_enable(&rig, 1, 0x40);
    armv7m_set(rig.core, ARMV7M_BASEPRI, 0x50);
    armv7m_pend(rig.core, 0);
    armv7m_pend(rig.core, 1);
    rig_run(&rig, 100);
    cr_expect_eq(rig.n_entered, 1);
    cr_expect_eq(rig.entered[0], IRQ(1));
}

RULE(basepri_max_only_raises) {
    PUT(&rig, START, 0xF380, 0x8812, 0xF381, 0x8812); /* msr basepri_max, r0; r1 */
    armv7m_set(rig.core, ARMV7M_R0, 0x40);
    armv7m_set(rig.core, (enum armv7m_reg)1, 0x80);
    armv7m_step(rig.core);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, ARMV7M_BASEPRI), 0x40);
}

RULE(faultmask_masks_all_but_nmi_and_clears_on_return) {
    rig_enable(&rig, 0, 0);
    rig_enable(&rig, 1, 0);
    PUT(&rig, HANDLER(IRQ(0)), 0xB671, NOP, BX_LR); /* cpsid f */
    armv7m_pend(rig.core, 0);
    rig_until(&rig, HANDLER(IRQ(0)) + 2);
    cr_expect_eq(rig_get(&rig, ARMV7M_FAULTMASK), 1);
    rig_until(&rig, START);
    cr_expect_eq(rig_get(&rig, ARMV7M_FAULTMASK), 0);
}

RULE(unprivileged_code_cannot_mask) {
    PUT(&rig, START, 0xB672, 0xF380, 0x8814); /* cpsid i; msr control, r0 */
    armv7m_set(rig.core, ARMV7M_CONTROL, 1);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, ARMV7M_PRIMASK), 0);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, ARMV7M_CONTROL), 1);
}

/* SVC: the return address is behind it; where it cannot preempt, it escalates. */
RULE(svc_returns_behind_itself) {
    PUT(&rig, START, 0xDF05, NOP);
    rig_until(&rig, HANDLER(11));
    cr_expect_eq(rig_peek(&rig, STACK - 8), START + 2);
    rig_until(&rig, START + 2);
}

RULE(masked_svc_is_a_hardfault) {
    PUT(&rig, START, 0xDF05);
    armv7m_set(rig.core, ARMV7M_PRIMASK, 1);
    rig_until(&rig, HANDLER(3));
    cr_expect_eq(rig_peek(&rig, HFSR), 1u << 30);
}

RULE(pendsv_through_icsr) {
    rig_poke(&rig, ICSR, 1 << 28);
    cr_expect_eq(rig_peek(&rig, ICSR) >> 12 & 0x1FF, 14);
    rig_run(&rig, 30);
    cr_expect_eq(rig.entered[0], 14);
    rig_poke(&rig, ICSR, 1 << 28);
    rig_poke(&rig, ICSR, 1 << 27);
    rig_run(&rig, 30);
    cr_expect_eq(rig.n_entered, 1);
}

RULE(icsr_shows_the_active_exception) {
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(rig_peek(&rig, ICSR), 2 | 1 << 11);
}

/* B3.4: a line that stays high is taken again, a pulse once. */
RULE(level_pends_again_pulse_does_not) {
    rig_enable(&rig, 7, 0);
    armv7m_set_irq(rig.core, 7, true);
    rig_run(&rig, 60);
    cr_expect_gt(rig.n_entered, 2);
    armv7m_set_irq(rig.core, 7, false);
    rig_run(&rig, 60);
    unsigned n = rig.n_entered;
    rig_run(&rig, 60);
    cr_expect_eq(rig.n_entered, n);
    armv7m_set_irq(rig.core, 7, true);
    armv7m_set_irq(rig.core, 7, false);
    rig_run(&rig, 60);
    cr_expect_eq(rig.n_entered, n + 1);
}

RULE(disabled_stays_pending) {
    armv7m_pend(rig.core, 40);
    rig_run(&rig, 30);
    cr_expect_eq(rig_peek(&rig, ISPR + 4), 1 << 8);
    cr_expect_eq(rig.n_entered, 0);
    rig_poke(&rig, ISER + 4, 1 << 8);
    rig_run(&rig, 30);
    cr_expect_eq(rig.entered[0], IRQ(40));
    cr_expect_eq(rig_peek(&rig, ISPR + 4), 0);
}

RULE(nvic_registers) {
    rig_poke(&rig, ISER, 0xFFFFFFFF);
    rig_poke(&rig, ISER + 4, 0xFFFFFFFF);
    cr_expect_eq(rig_peek(&rig, ISER + 4), 0xFFFF, "48 interrupts");
    rig_poke(&rig, ISER + 0x80, 0xF0);
    cr_expect_eq(rig_peek(&rig, ISER), 0xFFFFFF0F);
    rig_poke(&rig, IPR + 44, 0xFFFFFFFF);
    cr_expect_eq(rig_peek(&rig, IPR + 44), 0xF0F0F0F0, "4 priority bits");
    rig_poke(&rig, IPR + 48, 0xFFFFFFFF);
    cr_expect_eq(rig_peek(&rig, IPR + 48), 0);
    cr_expect_eq(rig_peek(&rig, 0xE000E004), 1);
    rig_poke(&rig, 0xE000EF00, 33); /* STIR */
    cr_expect_eq(rig_peek(&rig, ISPR + 4), 2);
    rig_poke(&rig, ISPR + 0x84, 2);
    cr_expect_eq(rig_peek(&rig, ISPR + 4), 0);
    rig_poke(&rig, 0xE000ED20, 0xFFFFFFFF);
    cr_expect_eq(rig_peek(&rig, 0xE000ED20), 0xF0F0F0F0);
}

RULE(iabr_shows_what_is_active) {
    rig_enable(&rig, 20, 0);
    armv7m_pend(rig.core, 20);
    rig_until(&rig, HANDLER(IRQ(20)));
    cr_expect_eq(rig_peek(&rig, 0xE000E300), 1 << 20);
}

RULE(vtor_moves_the_table) {
    memcpy(rig.ram, rig.flash, 256);
    uint32_t handler = HANDLER(20) | 1;
    memcpy(rig.ram + 8, &handler, 4);
    rig_poke(&rig, 0xE000ED08, RAM);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(20));
}

/* IT state is stacked and goes on behind the interrupt. */
RULE(interrupt_inside_an_it_block) {
    PUT(&rig, START, 0xBF06, 0x2001, 0x2102, 0x2203); /* itte eq; moveq r0, r1; movne r2 */
    armv7m_set(rig.core, ARMV7M_XPSR, 0x41000000);
    armv7m_step(rig.core);
    armv7m_step(rig.core);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(rig_peek(&rig, STACK - 8), START + 4);
    cr_expect_neq(rig_peek(&rig, STACK - 4) & 0x0600FC00, 0);
    armv7m_set(rig.core, ARMV7M_XPSR, 0x01000002); /* other flags in the handler */
    rig_until(&rig, START + 8);
    cr_expect_eq(rig_get(&rig, 0), 1);
    cr_expect_eq(rig_get(&rig, 1), 2);
    cr_expect_eq(rig_get(&rig, 2), 0);
}

/* B1.5.8: returns that do not fit are INVPC. */
RULE(bad_exc_return_is_invpc) {
    rig_poke(&rig, SHCSR, 1 << 18);
    PUT(&rig, HANDLER(2), 0x4700); /* bx r0 */
    armv7m_set(rig.core, ARMV7M_R0, 0xFFFFFFF5);
    armv7m_nmi(rig.core);
    rig_until(&rig, HANDLER(6));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 18);
}

RULE(return_to_thread_with_another_active_is_invpc) {
    rig_poke(&rig, SHCSR, 1 << 18);
    rig_enable(&rig, 0, 0x40);
    armv7m_pend(rig.core, 0);
    rig_until(&rig, HANDLER(IRQ(0)));
    armv7m_nmi(rig.core);
    PUT(&rig, HANDLER(2), 0x4700);
    armv7m_set(rig.core, ARMV7M_R0, 0xFFFFFFF9);
    rig_until(&rig, HANDLER(6));
    cr_expect_eq(rig_peek(&rig, CFSR), 1 << 18);
}

RULE(in_thread_mode_exc_return_is_an_address) {
    PUT(&rig, START, 0x4700);
    armv7m_set(rig.core, ARMV7M_R0, 0xFFFFFFF9);
    rig_until(&rig, HANDLER(3));
    cr_expect_eq(rig_peek(&rig, CFSR) & 0xFF, 1, "IACCVIOL: never executable");
}

/* Sleep: B1.5.19, B1.5.18. */
RULE(wfi_sleeps_until_an_interrupt) {
    PUT(&rig, START, WFI, NOP);
    rig_enable(&rig, 0, 0);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_SLEEP);
    cr_expect(armv7m_asleep(rig.core));
    cr_expect_leq(armv7m_cycles(rig.core), 1, "told at once");
    cr_expect_eq(armv7m_run(rig.core, ARMV7M_NEVER), ARMV7M_SLEEP);
    uint64_t start = armv7m_cycles(rig.core);
    cr_expect_eq(rig_run(&rig, 1000), ARMV7M_SLEEP);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 1000);
    armv7m_pend(rig.core, 0);
    start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(IRQ(0)));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 12);
    rig_until(&rig, START + 2);
}

RULE(wfi_wakes_under_primask_without_entry) {
    PUT(&rig, START, WFI, NOP);
    rig_enable(&rig, 0, 0);
    armv7m_set(rig.core, ARMV7M_PRIMASK, 1);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_SLEEP);
    armv7m_pend(rig.core, 0);
    rig_run(&rig, 1);
    cr_expect_not(armv7m_asleep(rig.core));
    cr_expect_eq(rig.n_entered, 0);
}

RULE(wfi_is_not_woken_by_what_basepri_masks) {
    PUT(&rig, START, WFI, NOP);
    rig_enable(&rig, 0, 0x80);
    armv7m_set(rig.core, ARMV7M_BASEPRI, 0x40);
    rig_run(&rig, 10);
    armv7m_pend(rig.core, 0);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_SLEEP);
}

RULE(wfe_waits_for_an_event) {
    PUT(&rig, START, SEV, WFE, WFE, NOP);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_SLEEP);
    cr_expect_eq(armv7m_pc(rig.core), START + 6, "the first took SEV's event");
    armv7m_event(rig.core);
    cr_expect_eq(rig_run(&rig, 3), ARMV7M_UNTIL);
}

RULE(sevonpend_wakes_wfe_by_a_disabled_interrupt) {
    PUT(&rig, START, WFE, NOP);
    rig_run(&rig, 10);
    armv7m_pend(rig.core, 0);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_SLEEP);
    rig_poke(&rig, ISPR + 0x80, 1);
    rig_poke(&rig, SCR, 1 << 4);
    armv7m_pend(rig.core, 0);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_UNTIL);
}

RULE(sleeponexit_sleeps_again) {
    rig_poke(&rig, SCR, 2);
    armv7m_nmi(rig.core);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_SLEEP);
    cr_expect_eq(armv7m_pc(rig.core), START);
    armv7m_nmi(rig.core);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_SLEEP);
    cr_expect_eq(rig.n_entered, 2);
}

/* B3.3: a period is RVR + 1 clocks. */
RULE(systick_counts_down_and_pends) {
    rig_poke(&rig, 0xE000E014, 99);
    rig_poke(&rig, 0xE000E018, 0);
    uint64_t start = armv7m_cycles(rig.core);
    rig_poke(&rig, 0xE000E010, 7);
    rig_run(&rig, 10);
    cr_expect_eq(rig_peek(&rig, 0xE000E018), 90);
    rig_until(&rig, HANDLER(15));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 100 + 12);
    rig_run(&rig, 1000 - 12);
    cr_expect_eq(rig.n_entered, 10);
    cr_expect_eq(rig_peek(&rig, 0xE000E010) & 0x10000, 0x10000);
}

RULE(systick_reference_clock_is_slower) {
    rig_poke(&rig, 0xE000E014, 99);
    rig_poke(&rig, 0xE000E018, 0);
    uint64_t start = armv7m_cycles(rig.core);
    rig_poke(&rig, 0xE000E010, 3);
    cr_expect_eq(armv7m_next_wake(rig.core), start + 800);
    rig_until(&rig, HANDLER(15));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 800 + 12);
}

RULE(systick_wakes_a_sleeping_core) {
    PUT(&rig, START, WFI, NOP);
    rig_poke(&rig, 0xE000E014, 499);
    rig_poke(&rig, 0xE000E018, 0);
    uint64_t start = armv7m_cycles(rig.core);
    rig_poke(&rig, 0xE000E010, 7);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_SLEEP);
    cr_expect_eq(rig_run(&rig, 5000), ARMV7M_UNTIL);
    cr_expect_gt(rig.n_entered, 5);
    cr_expect_eq(armv7m_next_wake(rig.core) % 500, start % 500);
}

RULE(configured_latency_is_added) {
    rig_finish(&rig);
    struct armv7m_config config = rig_default(&rig, ARMV7M_M3);
    config.entry_latency = 7;
    rig_config(&rig, &config);
    armv7m_nmi(rig.core);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, HANDLER(2));
    cr_expect_eq(armv7m_cycles(rig.core) - start, 19);
}

RULE(reset_request) {
    PUT(&rig, START, 0x6008); /* str r0, [r1] */
    armv7m_set(rig.core, ARMV7M_R0, 0x05FA0004);
    armv7m_set(rig.core, (enum armv7m_reg)1, AIRCR);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_RESET_REQUEST);
    cr_expect_eq(rig.resets, 1);
    armv7m_reset(rig.core, FLASH);
    cr_expect_eq(armv7m_pc(rig.core), START);
}
