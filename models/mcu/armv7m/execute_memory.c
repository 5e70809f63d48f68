/* Loads, stores and branches that are not in the hot loop. Source: DDI0403E A7.7, A3.2. */
#include <string.h>

#include "models/mcu/armv7m/decode.h"

/* A branch by a loaded or computed value: bit 0 is the Thumb bit, and in handler mode values
 * from 0xF0000000 return from the exception. */
enum flow armv7m_branch_exchange(struct armv7m *core, uint32_t target) {
    if (core->handler && target >= 0xF0000000)
        return armv7m_exception_return(core, target);
    core->pc = target & ~1u;
    core->thumb = target & 1;
    if (!core->thumb)
        armv7m_attend(core, ATT_STATE);
    return FLOW_JUMP;
}

/* Writes a register from memory; PC branches. */
static enum flow load_register(struct armv7m *core, unsigned rd, uint32_t value) {
    if (rd == 15)
        return armv7m_branch_exchange(core, value);
    core->r[rd] = rd == 13 ? value & ~3u : value;
    return FLOW_NEXT;
}

enum flow exec_indexed(struct armv7m *core, const struct op *op) {
    static const uint8_t SIZES[] = {1, 2, 4};
    uint32_t offset = op->imm + (core->r[op->rm] << (op->rm == ZERO_REG ? 0 : op->sh));
    uint32_t after = core->r[op->rn] + offset;
    uint32_t address = op->ra & INDEXED_PRE ? after : core->r[op->rn], value;
    unsigned size = SIZES[op->ra & INDEXED_SIZE];
    bool back = op->ra & INDEXED_WRITEBACK;
    unsigned rd = op->rd, rn = op->rn;
    bool extend = op->ra & INDEXED_SIGNED;
    if (rd == 15 && address & 3)
        return armv7m_raise(core, CFSR_UNALIGNED);
    if (op->ra & INDEXED_STORE) {
        if (!armv7m_store(core, address, size, core->r[rd]))
            return FLOW_LEAVE;
        if (back)
            core->r[rn] = rn == 13 ? after & ~3u : after;
        return FLOW_NEXT;
    }
    if (!armv7m_load(core, address, size, &value))
        return FLOW_LEAVE;
    if (back)
        core->r[rn] = rn == 13 ? after & ~3u : after;
    if (extend)
        value = size == 1 ? (uint32_t)(int8_t)value : (uint32_t)(int16_t)value;
    return load_register(core, rd, value);
}

enum flow exec_dual(struct armv7m *core, const struct op *op) {
    uint32_t after = core->r[op->rn] + op->imm, first, second;
    uint32_t address = op->sh & DUAL_PRE ? after : core->r[op->rn];
    bool back = op->sh & DUAL_WRITEBACK;
    unsigned rn = op->rn, rd = op->rd, ra = op->ra;
    if (address & 3)
        return armv7m_raise(core, CFSR_UNALIGNED);
    if (op->sh & DUAL_LOAD) {
        if (!armv7m_load(core, address, 4, &first) || !armv7m_load(core, address + 4, 4, &second))
            return FLOW_LEAVE;
        core->r[rd] = first;
        core->r[ra] = second;
    } else if (!armv7m_store(core, address, 4, core->r[rd]) ||
               !armv7m_store(core, address + 4, 4, core->r[ra])) {
        return FLOW_LEAVE;
    }
    if (back)
        core->r[rn] = rn == 13 ? after & ~3u : after;
    return FLOW_NEXT;
}

/* Octets that can be accessed with nothing else to happen, or NULL. */
static uint8_t *reach(struct armv7m *core, uint32_t address, uint32_t size, bool write) {
    uint8_t *fast = armv7m_fast(core, address, size, write);
    if (UNLIKELY(!fast) && core->park.state == PARK_RECORDS)
        return armv7m_park_note(core, address, size, write);
    return fast;
}

/* The words of a list, lowest register first; false when one faulted. */
static bool load_list(struct armv7m *core, uint32_t address, unsigned n, uint32_t *values) {
    const uint8_t *fast = reach(core, address, 4 * n, false);
    if (LIKELY(fast)) {
        memcpy(values, fast, 4 * (size_t)n);
        return true;
    }
    for (unsigned i = 0; i < n; i++)
        if (!armv7m_load(core, address + 4 * i, 4, &values[i]))
            return false;
    return true;
}
static bool store_list(struct armv7m *core, uint32_t address, unsigned n, uint32_t list) {
    uint8_t *fast = reach(core, address, 4 * n, true);
    for (; list; list &= list - 1) {
        unsigned r = (unsigned)__builtin_ctz(list);
        if (LIKELY(fast))
            memcpy(fast, &core->r[r], 4);
        else if (!armv7m_store(core, address, 4, core->r[r]))
            return false;
        fast = fast ? fast + 4 : NULL;
        address += 4;
    }
    return true;
}

enum flow exec_ldm(struct armv7m *core, const struct op *op) {
    uint32_t base = core->r[op->rn], span = 4 * op->sh, list = op->imm, values[16];
    uint32_t address = op->ra & MULTIPLE_DOWN ? base - span : base;
    uint32_t after = op->ra & MULTIPLE_DOWN ? address : base + span;
    bool back = op->ra & MULTIPLE_WRITEBACK;
    unsigned rn = op->rn;
    if (address & 3)
        return armv7m_raise(core, CFSR_UNALIGNED);
    if (!load_list(core, address, span / 4, values))
        return FLOW_LEAVE;
    const uint32_t *next = values;
    for (uint32_t left = list & 0x7FFF; left; left &= left - 1)
        core->r[__builtin_ctz(left)] = *next++;
    if (back)
        core->r[rn] = after;
    return list >> 15 ? load_register(core, 15, *next) : FLOW_NEXT;
}

enum flow exec_stm(struct armv7m *core, const struct op *op) {
    uint32_t base = core->r[op->rn], span = 4 * op->sh, list = op->imm;
    uint32_t address = op->ra & MULTIPLE_DOWN ? base - span : base;
    uint32_t after = op->ra & MULTIPLE_DOWN ? address : base + span;
    bool back = op->ra & MULTIPLE_WRITEBACK;
    unsigned rn = op->rn;
    if (address & 3)
        return armv7m_raise(core, CFSR_UNALIGNED);
    if (!store_list(core, address, span / 4, list))
        return FLOW_LEAVE;
    if (back)
        core->r[rn] = after;
    return FLOW_NEXT;
}

enum flow exec_ldrex(struct armv7m *core, const struct op *op) {
    uint32_t address = core->r[op->rn] + op->imm, value;
    if (address & (op->sh - 1u))
        return armv7m_raise(core, CFSR_UNALIGNED);
    if (!armv7m_load(core, address, op->sh, &value))
        return FLOW_LEAVE;
    core->exclusive = true;
    core->r[op->rd] = value;
    return FLOW_NEXT;
}

/* The local monitor of M3 and M4 tags no address (from memory of their TRMs): any store
 * exclusive after a load exclusive succeeds. */
enum flow exec_strex(struct armv7m *core, const struct op *op) {
    uint32_t address = core->r[op->rn] + op->imm;
    unsigned rd = op->rd;
    if (address & (op->sh - 1u))
        return armv7m_raise(core, CFSR_UNALIGNED);
    bool may = core->exclusive;
    if (may && !armv7m_store(core, address, op->sh, core->r[op->ra]))
        return FLOW_LEAVE;
    core->exclusive = false;
    core->r[rd] = !may;
    return FLOW_NEXT;
}

enum flow exec_clrex(struct armv7m *core, const struct op *op) {
    (void)op;
    core->exclusive = false;
    return FLOW_NEXT;
}

enum flow exec_table(struct armv7m *core, const struct op *op) {
    uint32_t pc = op->imm, base = op->rn == 15 ? pc : core->r[op->rn], value;
    if (!armv7m_load(core, base + (core->r[op->rm] << op->sh), op->sh ? 2 : 1, &value))
        return FLOW_LEAVE;
    core->pc = pc + value * 2;
    return FLOW_JUMP;
}

/* MOV PC, Rm and ADD PC, Rm: no change of state by bit 0. */
enum flow exec_mov_pc(struct armv7m *core, const struct op *op) {
    core->pc = (core->r[op->rm] + op->imm) & ~1u;
    return FLOW_JUMP;
}

/* An immediate branch to another region. sh: as in armv7m_branch(). */
enum flow exec_far_branch(struct armv7m *core, const struct op *op) {
    uint32_t next = armv7m_op_pc(core->code, op) + armv7m_op_length(op) * 2;
    bool take = op->sh < 16    ? armv7m_condition(core, op->sh)
                : op->sh == 16 ? core->r[op->rn] == 0
                : op->sh == 17 ? core->r[op->rn] != 0
                               : true;
    if (!take)
        return FLOW_NEXT;
    if (op->sh == 18)
        core->r[14] = next | 1;
    core->cycles += 1;
    core->pc = op->imm;
    return FLOW_JUMP;
}
