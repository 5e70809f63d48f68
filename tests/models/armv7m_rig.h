/* A core with a flash, a RAM and little handlers, for tests that give it halfwords.
 *
 * The vector of exception n points to HANDLER(n), where there is `bx lr` until a test puts
 * something else there. Programs start at START in thread mode, SP = STACK.
 */
#ifndef TESTS_MODELS_ARMV7M_RIG_H
#define TESTS_MODELS_ARMV7M_RIG_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "models/mcu/armv7m/armv7m.h"

#define FLASH      0x08000000u
#define FLASH_SIZE 0x4000u
#define RAM        0x20000000u
#define RAM_SIZE   0x4000u
#define START      (FLASH + 0x400)
#define HANDLER(n) (FLASH + 0x1000 + 32 * (n))
#define STACK      (RAM + 0x2000)
#define PROCESS    (RAM + 0x1000)

#define ICSR  0xE000ED04u
#define AIRCR 0xE000ED0Cu
#define SCR   0xE000ED10u
#define CCR   0xE000ED14u
#define SHCSR 0xE000ED24u
#define CFSR  0xE000ED28u
#define HFSR  0xE000ED2Cu
#define BFAR  0xE000ED38u
#define CPACR 0xE000ED88u
#define FPCCR 0xE000EF34u
#define FPCAR 0xE000EF38u
#define ISER  0xE000E100u
#define ISPR  0xE000E200u
#define IPR   0xE000E400u

enum { NOP = 0xBF00, BX_LR = 0x4770, WFI = 0xBF30, WFE = 0xBF20, SEV = 0xBF40, HERE = 0xE7FE };

struct rig {
    struct armv7m *core;
    uint8_t flash[FLASH_SIZE], ram[RAM_SIZE];
    /* what the callbacks saw */
    uint32_t bus_address, bus_value, bus_size, unmodelled;
    uint64_t bus_cycle;
    unsigned reads, writes, resets, hooked, entered[64], n_entered;
    int waits;
    char itm[64];
    unsigned n_itm;
    uint32_t itm_sizes;
};

static inline int rig_read(void *user, uint32_t address, unsigned size, uint32_t *value) {
    struct rig *rig = user;
    rig->reads++;
    rig->bus_address = address;
    rig->bus_size = size;
    rig->bus_cycle = armv7m_cycles(rig->core);
    *value = rig->bus_value & (0xFFFFFFFFu >> (32 - 8 * size));
    return address >> 28 == 4 ? rig->waits : ARMV7M_BUS_FAULT;
}
static inline int rig_write(void *user, uint32_t address, unsigned size, uint32_t value) {
    struct rig *rig = user;
    rig->writes++;
    rig->bus_address = address;
    rig->bus_size = size;
    rig->bus_value = value;
    rig->bus_cycle = armv7m_cycles(rig->core);
    return address >> 28 == 4 ? rig->waits : ARMV7M_BUS_FAULT;
}
static inline void rig_exception(void *user, unsigned number, bool entered) {
    struct rig *rig = user;
    if (entered && rig->n_entered < 64)
        rig->entered[rig->n_entered++] = number;
}
static inline void rig_unmodelled(void *user, uint32_t address, bool write, uint32_t value,
                                  uint32_t pc, const char *what) {
    (void)write, (void)value, (void)pc, (void)what;
    ((struct rig *)user)->unmodelled = address;
}
static inline void rig_itm(void *user, unsigned port, unsigned size, uint32_t value) {
    struct rig *rig = user;
    rig->itm_sizes = rig->itm_sizes << 8 | port << 4 | size;
    if (rig->n_itm < sizeof rig->itm)
        rig->itm[rig->n_itm++] = (char)value;
}
static inline void rig_function(void *user, struct armv7m *core, uint32_t address) {
    (void)core, (void)address;
    ((struct rig *)user)->hooked++;
}
static inline void rig_reset(void *user) {
    ((struct rig *)user)->resets++;
}

static inline void rig_put(struct rig *rig, uint32_t address, const uint16_t *code, unsigned n) {
    memcpy(rig->flash + (address - FLASH), code, n * 2);
    armv7m_invalidate(rig->core, address, n * 2);
}
#define PUT(rig, address, ...)                                                                     \
    rig_put(rig, address, (const uint16_t[]){__VA_ARGS__},                                         \
            sizeof((const uint16_t[]){__VA_ARGS__}) / 2)

static inline void rig_config(struct rig *rig, const struct armv7m_config *config) {
    struct sim_err err = SIM_ERR_INIT;
    memset(rig, 0, sizeof *rig);
    rig->core = armv7m_create(config, &err);
    cr_assert_not_null(rig->core, "%s", err.text);
    uint32_t vectors[64] = {STACK, START | 1};
    for (unsigned n = 2; n < 64; n++)
        vectors[n] = HANDLER(n) | 1;
    memcpy(rig->flash, vectors, sizeof vectors);
    for (unsigned n = 2; n < 64; n++)
        PUT(rig, HANDLER(n), BX_LR);
    for (unsigned i = 0; i < 256; i++)
        PUT(rig, START + 2 * i, NOP);
    struct armv7m_region flash = {
        .base = FLASH, .size = FLASH_SIZE, .host = rig->flash, .flags = ARMV7M_EXECUTE};
    struct armv7m_region ram = {
        .base = RAM, .size = RAM_SIZE, .host = rig->ram, .flags = ARMV7M_EXECUTE | ARMV7M_WRITE};
    cr_assert(armv7m_map(rig->core, &flash, &err), "%s", err.text);
    cr_assert(armv7m_map(rig->core, &ram, &err), "%s", err.text);
    armv7m_reset(rig->core, FLASH);
}
static inline struct armv7m_config rig_default(struct rig *rig, enum armv7m_kind kind) {
    return (struct armv7m_config){.kind = kind,
                                  .n_irq = 48,
                                  .priority_bits = 4,
                                  .reference_div = 8,
                                  .hooks = {.read = rig_read,
                                            .write = rig_write,
                                            .exception = rig_exception,
                                            .unmodelled = rig_unmodelled,
                                            .itm = rig_itm,
                                            .function = rig_function,
                                            .reset_request = rig_reset},
                                  .user = rig};
}
static inline void rig_init(struct rig *rig, enum armv7m_kind kind) {
    struct armv7m_config config = rig_default(rig, kind);
    rig_config(rig, &config);
}
static inline void rig_finish(struct rig *rig) {
    armv7m_destroy(rig->core);
}

static inline uint32_t rig_peek(struct rig *rig, uint32_t address) {
    uint32_t value = 0xBADBAD;
    cr_assert(armv7m_read(rig->core, address, 4, &value), "read of %08x", address);
    return value;
}
static inline void rig_poke(struct rig *rig, uint32_t address, uint32_t value) {
    cr_assert(armv7m_write(rig->core, address, 4, value), "write of %08x", address);
}
static inline uint32_t rig_get(struct rig *rig, unsigned reg) {
    return armv7m_get(rig->core, (enum armv7m_reg)reg);
}
/* Runs for so many cycles. */
static inline enum armv7m_stop rig_run(struct rig *rig, uint64_t cycles) {
    return armv7m_run(rig->core, armv7m_cycles(rig->core) + cycles);
}
static inline void rig_enable(struct rig *rig, unsigned irq, unsigned priority) {
    armv7m_write(rig->core, IPR + irq, 1, priority);
    rig_poke(rig, ISER + irq / 32 * 4, 1u << irq % 32);
}
/* Runs until the PC is there, one instruction at a time. */
static inline void rig_until(struct rig *rig, uint32_t pc) {
    for (unsigned i = 0; i < 1000 && armv7m_pc(rig->core) != pc; i++)
        armv7m_run(rig->core, armv7m_cycles(rig->core) + 1);
    cr_assert_eq(armv7m_pc(rig->core), pc, "pc %08x, wanted %08x", armv7m_pc(rig->core), pc);
}

#endif
