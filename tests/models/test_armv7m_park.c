/* Loops that wait, on a core that parks and one that does not: the same to the cycle. Of a chip's
 * loops see test_park.c; these are what chips do not have, or rarely do. */
#include "tests/models/armv7m_rig.h"

#define STRETCHES 300
#define STRETCH   777 /* cycles; together several searches for a loop, and what follows them */
#define LOOP      (RAM + 0x100)
#define DATA      (RAM + 0x800)

static struct rig parks, executes;
static struct armv7m_lines parks_lines, executes_lines;

static bool not_steady(void *user, uint32_t address, unsigned size, uint32_t *value,
                       uint64_t *until) {
    (void)user, (void)address, (void)size, (void)value, (void)until;
    return false;
}

static void both_init(void) {
    struct armv7m_config config = rig_default(&executes, ARMV7M_M4F);
    config.hooks.steady = not_steady;
    rig_config(&executes, &config);
    config.user = &parks;
    config.parks = true;
    rig_config(&parks, &config);
}
static void both_finish(void) {
    rig_finish(&parks);
    rig_finish(&executes);
}

/* One of the regions gets wait states. */
static void slow_down(struct rig *rig, struct armv7m_lines *lines, uint32_t base) {
    struct sim_err err = SIM_ERR_INIT;
    *lines = (struct armv7m_lines){.shift = 4, .latency = 3};
    struct armv7m_region region = {base, FLASH_SIZE, rig->flash, ARMV7M_EXECUTE, lines};
    if (base == RAM)
        region = (struct armv7m_region){base, RAM_SIZE, rig->ram, ARMV7M_WRITE, lines};
    cr_assert(armv7m_unmap(rig->core, base) && armv7m_map(rig->core, &region, &err), "%s",
              err.text);
}
static void both_slow_down(uint32_t base) {
    slow_down(&parks, &parks_lines, base);
    slow_down(&executes, &executes_lines, base);
}

static void both_set(unsigned reg, uint32_t value) {
    armv7m_set(parks.core, (enum armv7m_reg)reg, value);
    armv7m_set(executes.core, (enum armv7m_reg)reg, value);
}

static bool same(void) {
    bool registers = true;
    for (unsigned reg = 0; reg <= ARMV7M_XPSR; reg++)
        registers = registers && rig_get(&parks, reg) == rig_get(&executes, reg);
    return registers && armv7m_cycles(parks.core) == armv7m_cycles(executes.core) &&
           armv7m_instructions(parks.core) == armv7m_instructions(executes.core) &&
           parks.hooked == executes.hooked && memcmp(parks.ram, executes.ram, RAM_SIZE) == 0;
}
static void run_both(void) {
    for (unsigned i = 0; i < STRETCHES; i++) {
        rig_run(&parks, STRETCH);
        rig_run(&executes, STRETCH);
        cr_assert(same(), "stretch %u", i);
    }
}

/* nop.w, in two lines; b .-4. The hook keeps it from being parked, and it is given up as a head. */
Test(armv7m_park, a_head_with_a_hook) {
    both_init();
    both_slow_down(FLASH);
    PUT(&parks, START + 14, 0xF3AF, 0x8000, 0xE7FC);
    PUT(&executes, START + 14, 0xF3AF, 0x8000, 0xE7FC);
    cr_assert(armv7m_hook(parks.core, START + 14, true));
    cr_assert(armv7m_hook(executes.core, START + 14, true));
    run_both();
    cr_expect_gt(executes.hooked, 200);
    cr_expect_eq(armv7m_parkings(parks.core), 0);
    both_finish();
}

/* nop; ldr r0, [pc, #28]; eors r0, r1; str r0, [r2]; movs r0, #0; b .-10: in RAM, and r2 points to
 * the literal. The head is executed alone, hence the nop. */
static void run_in_ram(uint32_t change) {
    static const uint16_t CODE[] = {NOP, 0x4807, 0x4048, 0x6010, 0x2000, 0xE7F9};
    both_init();
    memcpy(parks.ram + (LOOP - RAM), CODE, sizeof CODE);
    memcpy(executes.ram + (LOOP - RAM), CODE, sizeof CODE);
    both_set(1, change);
    both_set(2, LOOP + 32);
    both_set(ARMV7M_PC, LOOP);
    run_both();
    cr_expect_eq(armv7m_parkings(parks.core) > 0, change == 0);
    both_finish();
}
Test(armv7m_park, a_literal_that_the_loop_changes) {
    run_in_ram(1);
}
Test(armv7m_park, a_literal_that_the_loop_writes_and_keeps) {
    run_in_ram(0);
}

/* ldr r0, [r2]; str r0, [r2, #4]; ldmia r2, {r0, r1}; b .-8 */
Test(armv7m_park, a_memory_with_wait_states) {
    both_init();
    both_slow_down(RAM);
    PUT(&parks, START, 0x6810, 0x6050, 0xE892, 0x0003, 0xE7FA);
    PUT(&executes, START, 0x6810, 0x6050, 0xE892, 0x0003, 0xE7FA);
    both_set(2, DATA);
    run_both();
    cr_expect_gt(armv7m_parkings(parks.core), 0);
    both_finish();
}
