/* Memory as the core sees it, and what debuggers and chips do to a core. */
#include "tests/models/armv7m_rig.h"

static struct rig rig;

static void init(void) {
    rig_init(&rig, ARMV7M_M4F);
}
static void finish(void) {
    rig_finish(&rig);
}
TestSuite(armv7m_memory, .init = init, .fini = finish);
#define CASE(name) Test(armv7m_memory, name)

static void set(unsigned reg, uint32_t value) {
    armv7m_set(rig.core, (enum armv7m_reg)reg, value);
}

/* DDI0403E B3.1.1: a word of the alias is a bit of the region. */
CASE(bit_band_of_ram) {
    PUT(&rig, START, 0x6008, 0x680A); /* str r0, [r1]; ldr r2, [r1] */
    rig_poke(&rig, RAM + 0x300, 0x000000F0);
    set(0, 1);
    set(1, 0x22000000 + 0x300 * 32 + 9 * 4);
    armv7m_step(rig.core);
    cr_expect_eq(rig_peek(&rig, RAM + 0x300), 0x000002F0);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 2), 1);
    set(0, 0xFE);
    armv7m_set(rig.core, ARMV7M_PC, START);
    armv7m_step(rig.core);
    cr_expect_eq(rig_peek(&rig, RAM + 0x300), 0x000000F0);
}

CASE(bit_band_of_a_peripheral_reads_and_writes_it) {
    PUT(&rig, START, 0x6008);
    rig.bus_value = 0xFF00;
    set(0, 1);
    set(1, 0x42000000 + 0x10C04 * 32 + 3 * 4);
    armv7m_step(rig.core);
    cr_expect_eq(rig.reads, 1);
    cr_expect_eq(rig.writes, 1);
    cr_expect_eq(rig.bus_address, 0x40010C04);
    cr_expect_eq(rig.bus_value, 0xFF08);
    cr_expect_eq(rig.bus_size, 4);
}

/* The bus sees the cycle of the access and its wait states are paid. */
CASE(bus_access_is_at_its_cycle) {
    PUT(&rig, START, NOP, NOP, NOP, 0x6008, 0x6808); /* str, ldr */
    rig.waits = 5;
    set(1, 0x40000000);
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, START + 6);
    armv7m_step(rig.core);
    cr_expect_eq(rig.bus_cycle - start, 3);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 3 + 1 + 5);
    armv7m_step(rig.core);
    cr_expect_eq(rig.bus_cycle - start, 9);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 9 + 2 + 5);
}

CASE(unaligned_bus_access_is_split) {
    PUT(&rig, START, 0x6808);
    set(1, 0x40000001);
    armv7m_step(rig.core);
    cr_expect_eq(rig.reads, 3);
}

CASE(signed_and_narrow_loads) {
    PUT(&rig, START, 0x5608, 0x5E08, 0x7808, 0x8808);
    rig_poke(&rig, RAM, 0x8180);
    set(1, RAM);
    set(0, 0);
    armv7m_step(rig.core); /* ldrsb r0, [r1, r0] */
    cr_expect_eq(rig_get(&rig, 0), 0xFFFFFF80);
    set(0, 0);
    armv7m_step(rig.core); /* ldrsh */
    cr_expect_eq(rig_get(&rig, 0), 0xFFFF8180);
    armv7m_step(rig.core); /* ldrb */
    cr_expect_eq(rig_get(&rig, 0), 0x80);
    armv7m_step(rig.core); /* ldrh */
    cr_expect_eq(rig_get(&rig, 0), 0x8180);
}

/* A3.4: STREX succeeds once after LDREX, not after CLREX or an exception. */
CASE(exclusives) {
    PUT(&rig, START, 0xE851, 0x0F00, 0xE841, 0x2300, 0xE841, 0x2400, 0xE851, 0x0F00, 0xF3BF, 0x8F2F,
        0xE841, 0x2500, 0xE851, 0x0F00, 0xE841, 0x2600);
    set(1, RAM);
    set(2, 42);
    for (unsigned i = 0; i < 6; i++)
        armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 3), 0);
    cr_expect_eq(rig_peek(&rig, RAM), 42);
    cr_expect_eq(rig_get(&rig, 4), 1);
    cr_expect_eq(rig_get(&rig, 5), 1, "after CLREX");
    armv7m_step(rig.core);
    armv7m_nmi(rig.core);
    rig_until(&rig, START + 32);
    cr_expect_eq(rig_get(&rig, 6), 1, "after an exception");
}

CASE(table_branches) {
    PUT(&rig, START, 0xE8D0, 0xF001, NOP, NOP, NOP); /* tbb [r0, r1] */
    rig_poke(&rig, RAM, 0x00000300);
    set(0, RAM);
    set(1, 1);
    armv7m_step(rig.core);
    cr_expect_eq(armv7m_pc(rig.core), START + 4 + 6);
    PUT(&rig, START, 0xE8D0, 0xF011); /* tbh [r0, r1, lsl #1] */
    rig_poke(&rig, RAM, 0x00200000);
    armv7m_set(rig.core, ARMV7M_PC, START);
    armv7m_step(rig.core);
    cr_expect_eq(armv7m_pc(rig.core), START + 4 + 0x40);
}

CASE(calls_into_ram_and_back) {
    PUT(&rig, START, 0x4780, 0x2105, HERE); /* blx r0; movs r1, #5 */
    armv7m_write(rig.core, RAM + 0x400, 4, 0x47702207);
    set(0, RAM + 0x401);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, ARMV7M_LR), START + 3);
    rig_until(&rig, START + 4);
    cr_expect_eq(rig_get(&rig, 1), 5);
    cr_expect_eq(rig_get(&rig, 2), 7);
}

/* A store into code that was executed is seen when it is executed again. */
CASE(stores_invalidate_decoded_code) {
    armv7m_write(rig.core, RAM + 0x400, 4, 0x47702207); /* movs r2, #7; bx lr */
    PUT(&rig, START, 0x4780, 0x8001, 0x4780, HERE);     /* blx r0; strh r1, [r0]; blx r0 */
    set(0, RAM + 0x401);
    set(1, 0x2209); /* movs r2, #9 */
    rig_until(&rig, START + 2);
    cr_expect_eq(rig_get(&rig, 2), 7);
    set(0, RAM + 0x400);
    armv7m_step(rig.core);
    set(0, RAM + 0x401);
    rig_until(&rig, START + 6);
    cr_expect_eq(rig_get(&rig, 2), 9);
}

/* An instruction that overwrites the next one, and itself. */
CASE(code_may_overwrite_itself) {
    armv7m_write(rig.core, RAM + 0x400, 4, 0x22076008); /* str r0, [r1]; movs r2, #7 */
    armv7m_write(rig.core, RAM + 0x404, 4, 0xBF00E7FE);
    set(0, 0x22096008);
    set(1, RAM + 0x400);
    armv7m_set(rig.core, ARMV7M_PC, RAM + 0x402);
    armv7m_step(rig.core);
    armv7m_set(rig.core, ARMV7M_PC, RAM + 0x400);
    rig_run(&rig, 10);
    cr_expect_eq(rig_get(&rig, 2), 9);
}

/* Shifting an IT block's contents: what was inside is outside afterwards. */
CASE(invalidating_an_it_invalidates_its_block) {
    armv7m_write(rig.core, RAM + 0x400, 4, 0x2207BF08); /* it eq; moveq r2, #7 */
    armv7m_write(rig.core, RAM + 0x404, 4, 0xBF00E7FE);
    armv7m_set(rig.core, ARMV7M_PC, RAM + 0x400);
    armv7m_set(rig.core, ARMV7M_XPSR, 0x81000000);
    rig_run(&rig, 10);
    cr_expect_eq(rig_get(&rig, 2), 0);
    armv7m_write(rig.core, RAM + 0x400, 2, NOP);
    armv7m_set(rig.core, ARMV7M_PC, RAM + 0x400);
    rig_run(&rig, 10);
    cr_expect_eq(rig_get(&rig, 2), 7);
    cr_expect_eq(rig_get(&rig, ARMV7M_XPSR) >> 28, 0, "and sets the flags");
}

static struct armv7m_lines lines;

/* Three wait states, which nothing shortens. */
static void slow_flash(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct armv7m_region flash = {.base = FLASH,
                                  .size = FLASH_SIZE,
                                  .host = rig.flash,
                                  .flags = ARMV7M_EXECUTE,
                                  .lines = &lines};
    lines = (struct armv7m_lines){.shift = 4, .latency = 3};
    cr_assert(armv7m_unmap(rig.core, FLASH));
    cr_assert(armv7m_map(rig.core, &flash, &err));
    armv7m_reset(rig.core, FLASH);
}

/* Runs to an address; how many cycles that took. */
static uint64_t took(uint32_t end) {
    uint64_t start = armv7m_cycles(rig.core);
    rig_until(&rig, end);
    return armv7m_cycles(rig.core) - start;
}

CASE(each_new_line_costs) {
    slow_flash();
    cr_expect_eq(took(START + 32), 16 + 2 * 3);
}

CASE(a_loop_within_a_line_costs_once) {
    slow_flash();
    PUT(&rig, START, 0x3801, 0xD1FD);
    set(0, 100);
    cr_expect_eq(took(START + 4), 100 * 3 - 1 + 3);
}

CASE(a_straddling_instruction_needs_both_lines) {
    slow_flash();
    PUT(&rig, START + 14, 0xF3AF, 0x8000); /* nop.w at the end of the line */
    cr_expect_eq(took(START + 14), 7 + 3);
    cr_expect_eq(took(START + 20), 1 + 1 + 3);
}

CASE(a_branch_between_lines_costs) {
    slow_flash();
    PUT(&rig, START, 0xE01E);
    cr_expect_eq(took(START + 66), 2 + 1 + 2 * 3);
}

CASE(literals_pay_data_waits) {
    slow_flash();
    PUT(&rig, START, 0x4802);
    cr_expect_eq(took(START + 2), 3 + 2 + 3);
}

/* The second read of a line costs nothing; an unaligned literal is still put together. */
CASE(literals_of_a_cached_line) {
    static struct armv7m_cached *held[FLASH_SIZE / 16 + 1];
    static const uint8_t DATA[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    slow_flash();
    memset(held, 0, sizeof held);
    lines.data = (struct armv7m_cache){.on = true, .size = 8, .held = held};
    PUT(&rig, START, 0x4807, 0xBF00, 0x4805, 0xBF00, 0xF8DF, 0x1012); /* of START + 32, 28, 30 */
    memcpy(rig.flash + (START - FLASH) + 28, DATA, sizeof DATA);
    armv7m_invalidate(rig.core, START, 64);
    cr_expect_eq(took(START + 4), 3 + 2 + 3 + 1);
    cr_expect_eq(rig_get(&rig, 0), 0x08070605);
    cr_expect_eq(took(START + 8), 2 + 3 + 1, "another line");
    cr_expect_eq(rig_get(&rig, 0), 0x04030201);
    cr_expect_eq(took(START + 12), 2 + 1, "halves of a word, in lines that are there");
    cr_expect_eq(rig_get(&rig, 1), 0x06050403);
}

CASE(a_region_begins_with_a_line) {
    struct sim_err err = SIM_ERR_INIT;
    static struct armv7m_lines long_lines = {.shift = 8};
    static uint8_t octets[0x200];
    struct armv7m_region region = {
        .base = 0x30000080, .size = sizeof octets, .host = octets, .lines = &long_lines};
    cr_expect_not(armv7m_map(rig.core, &region, &err));
    region.base = 0x30000100;
    cr_expect(armv7m_map(rig.core, &region, &err));
}

/* A step from an address leaves nothing behind that would pass over a breakpoint there. */
CASE(a_breakpoint_where_a_step_began) {
    PUT(&rig, START, 0x3001, 0xE7FD); /* adds r0, #1; b START */
    armv7m_step(rig.core);
    cr_assert(armv7m_break(rig.core, START, true));
    rig_run(&rig, 100);
    cr_expect_eq(rig_get(&rig, 0), 1);
}

CASE(unmapping_under_the_running_code) {
    struct sim_err err = SIM_ERR_INIT;
    struct armv7m_region alias = {
        .base = 0, .size = FLASH_SIZE, .host = rig.flash, .flags = ARMV7M_EXECUTE};
    cr_assert(armv7m_map(rig.core, &alias, &err));
    cr_expect_not(armv7m_map(rig.core, &alias, &err), "twice");
    armv7m_set(rig.core, ARMV7M_PC, START - FLASH);
    rig_run(&rig, 5);
    cr_expect_eq(armv7m_pc(rig.core), START - FLASH + 10);
    cr_expect(armv7m_unmap(rig.core, 0));
    rig_until(&rig, HANDLER(3));
}

static enum armv7m_semihost host_answer;
static enum armv7m_semihost on_semihost(void *user, struct armv7m *core) {
    (void)user;
    armv7m_set(core, ARMV7M_R0, armv7m_get(core, ARMV7M_R0) + 1);
    return host_answer;
}

CASE(semihosting) {
    rig_finish(&rig);
    struct armv7m_config config = rig_default(&rig, ARMV7M_M3);
    config.hooks.semihost = on_semihost;
    rig_config(&rig, &config);
    PUT(&rig, START, 0xBEAB, 0xBEAB, 0xBEAB, 0xBE00);
    set(0, 0x18);
    host_answer = ARMV7M_SEMIHOST_DONE;
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 0), 0x19);
    host_answer = ARMV7M_SEMIHOST_STOP;
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_SEMIHOST_END);
    cr_expect_eq(armv7m_pc(rig.core), START + 4);
    host_answer = ARMV7M_SEMIHOST_UNSUPPORTED;
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_BKPT);
    cr_expect_eq(armv7m_pc(rig.core), START + 4);
    armv7m_set(rig.core, ARMV7M_PC, START + 6);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_BKPT, "another BKPT is nobody's");
}

CASE(breakpoints_stop_before_and_are_left_again) {
    armv7m_break(rig.core, START + 4, true);
    for (unsigned i = 0; i < 2; i++) {
        cr_expect_eq(rig_run(&rig, 100), ARMV7M_BREAKPOINT);
        cr_expect_eq(armv7m_pc(rig.core), START + 4);
        armv7m_step(rig.core);
        cr_expect_eq(armv7m_pc(rig.core), START + 6);
        armv7m_set(rig.core, ARMV7M_PC, START);
    }
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_BREAKPOINT);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_UNTIL);
    cr_expect(armv7m_break(rig.core, START + 4, false));
    cr_expect_not(armv7m_break(rig.core, START + 4, false));
    armv7m_set(rig.core, ARMV7M_PC, START);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_UNTIL);
}

CASE(breakpoints_inside_an_it_block) {
    PUT(&rig, START, 0xBF0C, 0x2001, 0x2002, 0x2103); /* ite eq; moveq r0,#1; movne r0,#2 */
    armv7m_set(rig.core, ARMV7M_XPSR, 0x41000000);
    armv7m_break(rig.core, START + 2, true);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_BREAKPOINT);
    armv7m_break(rig.core, START + 2, false);
    armv7m_break(rig.core, START + 6, true);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_BREAKPOINT);
    cr_expect_eq(rig_get(&rig, 0), 1);
    cr_expect_eq(rig_get(&rig, ARMV7M_XPSR), 0x41000000);
}

CASE(hooks_call_without_cycles) {
    uint64_t start = armv7m_cycles(rig.core);
    cr_expect(armv7m_hook(rig.core, START + 6, true));
    rig_run(&rig, 10);
    cr_expect_eq(rig.hooked, 1);
    cr_expect_eq(armv7m_cycles(rig.core) - start, 10);
    cr_expect_eq(armv7m_pc(rig.core), START + 20);
}

CASE(watchpoints_stop_behind_the_access) {
    struct armv7m_watch watch = {RAM + 4, 4, false, true};
    PUT(&rig, START, 0x6808, 0x7188, NOP); /* ldr r0, [r1]; strb r0, [r1, #6] */
    set(1, RAM);
    cr_expect(armv7m_watch(rig.core, &watch, true));
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_WATCHPOINT);
    cr_expect_eq(armv7m_pc(rig.core), START + 4);
    struct armv7m_watch_hit hit = armv7m_watch_hit(rig.core);
    cr_expect_eq(hit.address, RAM + 6);
    cr_expect_eq(hit.pc, START + 2);
    cr_expect(hit.write);
    cr_expect(armv7m_watch(rig.core, &watch, false));
    armv7m_set(rig.core, ARMV7M_PC, START);
    cr_expect_eq(rig_run(&rig, 10), ARMV7M_UNTIL);
}

/* ITM: enabled by TRCENA, TCR and TER together. */
CASE(stimulus_ports) {
    PUT(&rig, START, 0x7008, 0x7008, 0x8008, 0x6048); /* strb, strb, strh to 0, str to 1 */
    set(0, 'A');
    set(1, 0xE0000000);
    armv7m_step(rig.core);
    cr_expect_eq(rig.n_itm, 0);
    rig_poke(&rig, 0xE000EDFC, 1 << 24);
    rig_poke(&rig, 0xE0000E80, 1);
    rig_poke(&rig, 0xE0000E00, 3);
    for (unsigned i = 0; i < 3; i++)
        armv7m_step(rig.core);
    cr_expect_eq(rig.n_itm, 3);
    cr_expect_eq(rig.itm_sizes, 0x010214);
    cr_expect_eq(rig.itm[0], 'A');
    cr_expect_eq(rig_peek(&rig, 0xE0000000), 1, "ready");
}

CASE(special_registers) {
    PUT(&rig, START, 0xF380, 0x8809, 0xF3EF, 0x8109, 0xF3EF, 0x8203, 0xF380, 0x8808);
    set(0, PROCESS + 3); /* msr psp, r0; mrs r1, psp; mrs r2, xpsr; msr msp, r0 */
    armv7m_step(rig.core);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 1), PROCESS);
    armv7m_set(rig.core, ARMV7M_XPSR, 0xF9000000);
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, 2), 0xF8000000, "T reads as 0");
    armv7m_step(rig.core);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), PROCESS);
    armv7m_set(rig.core, ARMV7M_CONTROL, 2);
    cr_expect_eq(rig_get(&rig, ARMV7M_SP), PROCESS);
    armv7m_set(rig.core, ARMV7M_SP, PROCESS + 16);
    cr_expect_eq(rig_get(&rig, ARMV7M_PSP), PROCESS + 16);
    cr_expect_eq(rig_get(&rig, ARMV7M_MSP), PROCESS);
}

CASE(identification) {
    cr_expect_eq(rig_peek(&rig, 0xE000ED00), 0x410FC241);
    cr_expect_eq(rig_peek(&rig, 0xE000EF40), 0x10110021);
    cr_expect_eq(rig_peek(&rig, 0xE000EF44), 0x11000011);
}

/* At RAM + 0x102 movs r0, #1; bx lr: called, made movs r0, #2 by a store to the word it is in the
 * second half of, called again. */
CASE(a_store_to_the_word_in_whose_middle_code_begins) {
    rig_poke(&rig, RAM + 0x100, 0x2001BF00);
    rig_poke(&rig, RAM + 0x104, BX_LR);
    PUT(&rig, START, 0x47A0, 0x6035, 0x47A0, HERE); /* blx r4; str r5, [r6]; blx r4 */
    armv7m_set(rig.core, (enum armv7m_reg)4, RAM + 0x103);
    armv7m_set(rig.core, (enum armv7m_reg)5, 0x2002BF00);
    armv7m_set(rig.core, (enum armv7m_reg)6, RAM + 0x100);
    rig_run(&rig, 100);
    cr_expect_eq(rig_get(&rig, 0), 2);
}

CASE(direct_pointers) {
    cr_expect_eq(armv7m_direct(rig.core, RAM + 8, 8, true), rig.ram + 8);
    cr_expect_null(armv7m_direct(rig.core, RAM + RAM_SIZE - 4, 8, true));
    cr_expect_null(armv7m_direct(rig.core, FLASH, 4, true));
    cr_expect_not_null(armv7m_direct(rig.core, FLASH, 4, false));
}

CASE(request_stop) {
    armv7m_request_stop(rig.core);
    cr_expect_eq(rig_run(&rig, 100), ARMV7M_REQUEST);
    cr_expect_eq(rig_run(&rig, 5), ARMV7M_UNTIL);
}

CASE(bad_configurations_are_refused) {
    struct sim_err err = SIM_ERR_INIT;
    struct armv7m_config config = {.n_irq = 0, .priority_bits = 4};
    cr_expect_null(armv7m_create(&config, &err));
    config.n_irq = 241;
    cr_expect_null(armv7m_create(&config, &err));
    config = (struct armv7m_config){.n_irq = 8, .priority_bits = 9};
    cr_expect_null(armv7m_create(&config, &err));
}
