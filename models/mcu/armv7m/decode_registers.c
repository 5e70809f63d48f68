/* 32-bit data processing with registers, and multiplies. Source: DDI0403E A5.3.12 to
 * A5.3.17. Cycles: DDI0337I and 100166, table 3-1. */
#include "models/mcu/armv7m/decode.h"

static bool is_m4(const struct decoding *d) {
    return d->core->config.kind == ARMV7M_M4F;
}

static void register_shift(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[][2] = {
        {OP_LSLR, OP_LSLSR}, {OP_LSRR, OP_LSRSR}, {OP_ASRR, OP_ASRSR}, {OP_RORR, OP_RORSR}};
    op->inner = CODES[armv7m_bits(d->first, 5, 2)][d->first >> 4 & 1];
}

/* SXTB and its like. ra: the low bits of op1; sh: the rotation. */
static void extend(const struct decoding *d, struct op *op, bool add) {
    static const uint16_t PLAIN[] = {OP_SXTH, OP_UXTH, 0, 0, OP_SXTB, OP_UXTB};
    unsigned what = armv7m_bits(d->first, 4, 3), by = armv7m_bits(d->second, 4, 2) * 8;
    op->ra = (uint8_t)what;
    op->sh = (uint8_t)by;
    bool halves = what == 2 || what == 3;
    if (what > 5 || d->second & 0x40 || (!is_m4(d) && (add || halves)))
        op->inner = OP_undefined;
    else if (halves)
        op->inner = OP_extend16;
    else
        op->inner = add ? OP_extend_add : by ? OP_extend : PLAIN[what];
    if (!add)
        op->rn = ZERO_REG;
}

static void parallel(const struct decoding *d, struct op *op) {
    unsigned kind = armv7m_bits(d->second, 4, 2);
    op->ra = armv7m_bits(d->first, 4, 3);
    op->sh = armv7m_bits(d->second, 4, 3); /* kind, unsigned */
    bool known = op->ra != 3 && op->ra != 7 && kind != 3;
    op->inner = known && is_m4(d) ? OP_parallel : OP_undefined;
}

static void unary(const struct decoding *d, struct op *op) {
    static const uint16_t REVERSES[] = {OP_rev, OP_rev16, OP_rbit, OP_revsh};
    unsigned what = armv7m_bits(d->first, 4, 2), kind = armv7m_bits(d->second, 4, 2);
    op->ra = (uint8_t)kind;
    op->inner = OP_undefined;
    if (d->first & 0x40)
        return;
    if (what == 0 && is_m4(d))
        op->inner = OP_saturating;
    else if (what == 1 && op->rn == op->rm)
        op->inner = REVERSES[kind];
    else if (what == 2 && kind == 0 && is_m4(d))
        op->inner = OP_sel;
    else if (what == 3 && kind == 0 && op->rn == op->rm)
        op->inner = OP_clz;
}

void armv7m_decode_registers(const struct decoding *d, struct op *op) {
    unsigned op2 = armv7m_bits(d->second, 4, 4);
    op->rd = armv7m_bits(d->second, 8, 4);
    op->rn = d->first & 15;
    op->rm = d->second & 15;
    bool extends = !(d->first & 0x80) && op2 & 8, plain = extends && op->rn == 15;
    op->inner = OP_undefined;
    if (d->second >> 12 != 15 || armv7m_bad(op->rd) || armv7m_bad(op->rm) ||
        (armv7m_bad(op->rn) && !plain))
        return;
    if (extends)
        extend(d, op, !plain);
    else if (!(d->first & 0x80) && op2 == 0)
        register_shift(d, op);
    else if (d->first & 0x80 && op2 < 8)
        parallel(d, op);
    else if (d->first & 0x80 && op2 < 12)
        unary(d, op);
}

/* `ra` of the multiplies without an accumulator is ZERO_REG, so that one function does. */
static void multiply32(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[] = {OP_MLA,      OP_smla_half, OP_dual_mul, OP_smul_word,
                                     OP_dual_mul, OP_smmul,     OP_smmul,    OP_usad8};
    unsigned what = armv7m_bits(d->first, 4, 3), kind = armv7m_bits(d->second, 4, 2);
    bool alone = op->ra == 15, m4 = is_m4(d);
    op->inner = CODES[what];
    op->sh = (uint8_t)(kind | (what == 4 || what == 6 ? 4 : 0));
    if (what == 0 && kind == 1) {
        op->inner = OP_MLS;
    } else if (what == 0 && alone) {
        op->inner = OP_MUL;
    }
    op->cycles = what == 0 && op->inner != OP_MUL && !m4 ? 2 : 1;
    bool bad_kind = what == 0 ? kind > 1 : what == 1 ? false : what == 7 ? kind > 0 : kind > 1;
    bool needs = (what == 0 && kind == 1) || what == 6;
    if (bad_kind || d->second & 0xC0 || (what && !m4) || op->ra == 13 || (needs && alone))
        op->inner = OP_undefined;
    if (alone)
        op->ra = ZERO_REG;
}

static unsigned long_code(unsigned what, unsigned kind, bool m4) {
    switch (what << 4 | kind) {
    case 0x00:
        return OP_smull;
    case 0x1F:
    case 0x3F:
        return OP_div;
    case 0x20:
        return OP_umull;
    case 0x40:
        return OP_smlal;
    case 0x60:
        return OP_umlal;
    case 0x66:
        return m4 ? OP_umaal : OP_undefined;
    case 0x48:
    case 0x49:
    case 0x4A:
    case 0x4B:
        return m4 ? OP_smlal_half : OP_undefined;
    case 0x4C:
    case 0x4D:
    case 0x5C:
    case 0x5D:
        return m4 ? OP_dual_mull : OP_undefined;
    default:
        return OP_undefined;
    }
}

/* rd: low word, ra: high word. */
static void multiply64(const struct decoding *d, struct op *op) {
    unsigned what = armv7m_bits(d->first, 4, 3), kind = armv7m_bits(d->second, 4, 4);
    op->inner = (uint16_t)long_code(what, kind, is_m4(d));
    if (op->inner == OP_div) {
        op->sh = what == 3; /* unsigned */
        op->rd = armv7m_bits(d->second, 8, 4);
        op->cycles = 2; /* and what the operands add */
        if (op->ra != op->rd || d->second >> 12 != 15)
            op->inner = OP_undefined;
        return;
    }
    op->rd = armv7m_bits(d->second, 12, 4);
    op->ra = armv7m_bits(d->second, 8, 4);
    op->sh = (uint8_t)((kind & 3) | (what == 5 ? 4 : 0));
    if (armv7m_bad(op->rd) || op->rd == op->ra)
        op->inner = OP_undefined;
}

void armv7m_decode_multiply(const struct decoding *d, struct op *op) {
    bool wide = d->first & 0x80;
    op->rn = d->first & 15;
    op->rm = d->second & 15;
    op->rd = armv7m_bits(d->second, 8, 4);
    op->ra = armv7m_bits(d->second, wide ? 8 : 12, 4);
    if (armv7m_bad(op->rn) || armv7m_bad(op->rm) || armv7m_bad(op->rd))
        op->inner = OP_undefined;
    else
        (wide ? multiply64 : multiply32)(d, op);
}
