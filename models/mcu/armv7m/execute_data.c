/* Data processing that is not in the hot loop: shifts with carry, bit operations, long
 * multiplies, divides, saturation. Source: DDI0403E A7.7. */
#include "models/mcu/armv7m/decode.h"

/* Shift_C: amount 0..32; *carry in and out. */
static uint32_t shift(uint32_t x, unsigned type, unsigned by, uint32_t *carry) {
    uint32_t result;
    if (type == SHIFT_RRX_TYPE) {
        result = *carry << 31 | x >> 1;
        *carry = x & 1;
        return result;
    }
    if (!by)
        return x;
    switch (type) {
    case SHIFT_LSL_TYPE:
        *carry = x >> (32 - by) & 1;
        return by > 31 ? 0 : x << by;
    case SHIFT_LSR_TYPE:
        *carry = x >> (by - 1) & 1;
        return by > 31 ? 0 : x >> by;
    case SHIFT_ASR_TYPE:
        *carry = x >> (by - 1) & 1;
        return (uint32_t)((int32_t)x >> (by > 31 ? 31 : by));
    default:
        *carry = x >> (by - 1) & 1;
        return x >> by | x << (32 - by);
    }
}

/* x + y + carry, with its flags when asked for. */
static uint32_t add(struct armv7m *core, uint32_t x, uint32_t y, uint32_t carry, bool s) {
    uint64_t sum = (uint64_t)x + y + carry;
    if (s) {
        core->c = (uint32_t)(sum >> 32);
        core->v = ~(x ^ y) & (x ^ (uint32_t)sum);
    }
    return (uint32_t)sum;
}

static void operate(struct armv7m *core, const struct op *op, unsigned alu, bool s, uint32_t y,
                    uint32_t carry) {
    uint32_t x = core->r[op->rn], result;
    switch (alu) {
    case ALU_AND:
        result = x & y;
        break;
    case ALU_BIC:
        result = x & ~y;
        break;
    case ALU_ORR:
        result = x | y;
        break;
    case ALU_ORN:
        result = x | ~y;
        break;
    case ALU_EOR:
        result = x ^ y;
        break;
    case ALU_ADD:
        result = add(core, x, y, 0, s);
        break;
    case ALU_ADC:
        result = add(core, x, y, core->c, s);
        break;
    case ALU_SBC:
        result = add(core, x, ~y, core->c, s);
        break;
    case ALU_SUB:
        result = add(core, x, ~y, 1, s);
        break;
    default:
        result = add(core, y, ~x, 1, s);
        break;
    }
    if (s) {
        core->nz = (int32_t)result;
        if (alu < ALU_ADD)
            core->c = carry;
    }
    core->r[op->rd] = op->rd == 13 ? result & ~3u : result;
}

enum flow exec_alu_shift(struct armv7m *core, const struct op *op) {
    uint32_t carry = core->c;
    uint32_t y = shift(core->r[op->rm], op->imm >> ALU_TYPE, op->sh, &carry);
    operate(core, op, op->imm & 15, op->imm & ALU_S, y, carry);
    return FLOW_NEXT;
}

enum flow exec_alu_imm(struct armv7m *core, const struct op *op) {
    operate(core, op, op->ra, op->sh & 1, op->imm, op->sh & 2 ? op->imm >> 31 : core->c);
    return FLOW_NEXT;
}

enum flow exec_add_sp(struct armv7m *core, const struct op *op) {
    core->r[13] = (core->r[op->rn] + core->r[op->rm] + op->imm) & ~3u;
    return FLOW_NEXT;
}

enum flow exec_movt(struct armv7m *core, const struct op *op) {
    core->r[op->rd] = (core->r[op->rd] & 0xFFFF) | op->imm << 16;
    return FLOW_NEXT;
}

enum flow exec_clz(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rm];
    core->r[op->rd] = x ? (uint32_t)__builtin_clz(x) : 32;
    return FLOW_NEXT;
}

enum flow exec_rbit(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rm];
    x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
    x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
    x = (x >> 4 & 0x0F0F0F0F) | (x & 0x0F0F0F0F) << 4;
    core->r[op->rd] = __builtin_bswap32(x);
    return FLOW_NEXT;
}

enum flow exec_rev(struct armv7m *core, const struct op *op) {
    core->r[op->rd] = __builtin_bswap32(core->r[op->rm]);
    return FLOW_NEXT;
}

enum flow exec_rev16(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rm];
    core->r[op->rd] = (x >> 8 & 0x00FF00FF) | (x & 0x00FF00FF) << 8;
    return FLOW_NEXT;
}

enum flow exec_revsh(struct armv7m *core, const struct op *op) {
    core->r[op->rd] = (uint32_t)(int16_t)__builtin_bswap16((uint16_t)core->r[op->rm]);
    return FLOW_NEXT;
}

static uint32_t rotate(uint32_t x, unsigned by) {
    return by ? x >> by | x << (32 - by) : x;
}
/* what: 0 SXTH, 1 UXTH, 4 SXTB, 5 UXTB */
static uint32_t extended(uint32_t x, unsigned what) {
    switch (what) {
    case 0:
        return (uint32_t)(int16_t)x;
    case 1:
        return x & 0xFFFF;
    case 4:
        return (uint32_t)(int8_t)x;
    default:
        return x & 0xFF;
    }
}

enum flow exec_extend(struct armv7m *core, const struct op *op) {
    core->r[op->rd] = extended(rotate(core->r[op->rm], op->sh), op->ra);
    return FLOW_NEXT;
}

enum flow exec_extend_add(struct armv7m *core, const struct op *op) {
    core->r[op->rd] = core->r[op->rn] + extended(rotate(core->r[op->rm], op->sh), op->ra);
    return FLOW_NEXT;
}

/* The M3 multiplies 64 bits in 3 to 5 cycles, 4 to 7 with an accumulator, ending early for
 * small operands. How early is not published: approximate, by the operands that need more
 * than 16 bits. */
static void long_cycles(struct armv7m *core, uint32_t x, uint32_t y, bool add, uint32_t high) {
    if (core->config.kind == ARMV7M_M4F)
        return;
    core->cycles += 2 + (x > 0xFFFF) + (y > 0xFFFF);
    if (add)
        core->cycles += 1 + (high != 0);
}
static uint32_t magnitude(uint32_t x) {
    return x >> 31 ? -x : x;
}
static void set_long(struct armv7m *core, const struct op *op, uint64_t value) {
    core->r[op->rd] = (uint32_t)value;
    core->r[op->ra] = (uint32_t)(value >> 32);
}
static uint64_t get_long(const struct armv7m *core, const struct op *op) {
    return (uint64_t)core->r[op->ra] << 32 | core->r[op->rd];
}

enum flow exec_umull(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rn], y = core->r[op->rm];
    long_cycles(core, x, y, false, 0);
    set_long(core, op, (uint64_t)x * y);
    return FLOW_NEXT;
}

enum flow exec_smull(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rn], y = core->r[op->rm];
    long_cycles(core, magnitude(x), magnitude(y), false, 0);
    set_long(core, op, (uint64_t)((int64_t)(int32_t)x * (int32_t)y));
    return FLOW_NEXT;
}

enum flow exec_umlal(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rn], y = core->r[op->rm];
    long_cycles(core, x, y, true, core->r[op->ra]);
    set_long(core, op, (uint64_t)x * y + get_long(core, op));
    return FLOW_NEXT;
}

enum flow exec_smlal(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rn], y = core->r[op->rm];
    long_cycles(core, magnitude(x), magnitude(y), true, core->r[op->ra]);
    set_long(core, op, (uint64_t)((int64_t)(int32_t)x * (int32_t)y) + get_long(core, op));
    return FLOW_NEXT;
}

/* 2 to 12 cycles, ending early. How early is not published: approximate, in proportion to
 * the bits of the quotient. */
static unsigned divide_cycles(uint32_t x, uint32_t y) {
    if (x < y)
        return 0;
    unsigned bits = 1 + (unsigned)__builtin_clz(y) - (unsigned)__builtin_clz(x);
    return (bits * 10 + 31) / 32;
}

enum flow exec_div(struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rn], y = core->r[op->rm];
    if (y == 0) {
        if (core->ccr & CCR_DIV_0_TRP)
            return armv7m_raise(core, CFSR_DIVBYZERO);
        core->r[op->rd] = 0;
    } else if (op->sh) {
        core->cycles += divide_cycles(x, y);
        core->r[op->rd] = x / y;
    } else {
        core->cycles += divide_cycles(magnitude(x), magnitude(y));
        uint32_t quotient = magnitude(x) / magnitude(y);
        core->r[op->rd] = (x ^ y) >> 31 ? -quotient : quotient;
    }
    return FLOW_NEXT;
}

/* `ra` bit 0: ASR instead of LSL. */
static int32_t saturate_operand(const struct armv7m *core, const struct op *op) {
    uint32_t x = core->r[op->rn];
    return op->ra & 1 ? (int32_t)x >> op->sh : (int32_t)(x << op->sh);
}

enum flow exec_ssat(struct armv7m *core, const struct op *op) {
    int32_t x = saturate_operand(core, op), top = (int32_t)(0x7FFFFFFFu >> (31 - op->imm));
    int32_t result = x > top ? top : x < -top - 1 ? -top - 1 : x;
    core->q |= result != x;
    core->r[op->rd] = (uint32_t)result;
    return FLOW_NEXT;
}

enum flow exec_usat(struct armv7m *core, const struct op *op) {
    int32_t x = saturate_operand(core, op);
    int32_t top = op->imm ? (int32_t)(0x7FFFFFFFu >> (31 - op->imm)) : 0;
    int32_t result = x < 0 ? 0 : x > top ? top : x;
    core->q |= result != x;
    core->r[op->rd] = (uint32_t)result;
    return FLOW_NEXT;
}
