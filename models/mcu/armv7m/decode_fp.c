/* The floating point encodings (FPv4-SP). Source: DDI0403E A6.4 to A6.7, A7.7.223 and on.
 * Cycles: 100166 table 7-1. Register fields hold indices of S registers. */
#include "models/mcu/armv7m/decode.h"

static uint8_t single(unsigned four, unsigned one) {
    return (uint8_t)(four << 1 | one);
}
static void operands(const struct decoding *d, struct op *op) {
    op->rd = single(armv7m_bits(d->second, 12, 4), d->first >> 6 & 1);
    op->rn = single(d->first & 15, d->second >> 7 & 1);
    op->rm = single(d->second & 15, d->second >> 5 & 1);
}

static uint32_t expand(uint32_t imm8) {
    uint32_t exp = imm8 & 0x40 ? 0x1F : 0x20;
    return (imm8 & 0x80) << 24 | exp << 25 | (imm8 & 0x3F) << 19;
}

static void fixed(const struct decoding *d, struct op *op) {
    unsigned bits = d->second & 0x80 ? 32 : 16;
    unsigned imm = (d->second & 15u) << 1 | (d->second >> 5 & 1);
    op->inner = imm > bits ? OP_undefined : OP_fp_fixed;
    op->imm = bits - imm;
    op->ra = (uint8_t)bits;
    op->sh = (uint8_t)((d->first & 1) | (d->first >> 1 & 2)); /* unsigned, to fixed */
}

static void unary(struct op *op, unsigned kind) {
    op->inner = OP_fp_unary;
    op->sh = (uint8_t)kind;
    op->cycles = kind == 3 ? 14 : 1;
}

/* opc1 is 1x11: by opc2 and opc3. */
static void other(const struct decoding *d, struct op *op) {
    unsigned opc2 = d->first & 15, opc3 = armv7m_bits(d->second, 6, 2);
    op->rn = op->rm;
    op->inner = OP_undefined;
    if (!(opc3 & 1)) {
        op->inner = d->second & 0xA0 ? OP_undefined : OP_fp_movi;
        op->imm = expand((uint32_t)opc2 << 4 | (d->second & 15));
    } else if (opc2 == 0) {
        unary(op, opc3 >> 1);
    } else if (opc2 == 1) {
        unary(op, 2 + (opc3 >> 1));
    } else if (opc2 == 2 || opc2 == 3) {
        op->inner = OP_fp_half;
        op->sh = (uint8_t)((opc3 >> 1) | (opc2 & 1) << 1); /* top, to half */
    } else if (opc2 == 4 || opc2 == 5) {
        op->inner = opc2 == 5 && d->second & 0x2F ? OP_undefined : OP_fp_cmp;
        op->sh = (uint8_t)((opc3 >> 1) | (opc2 & 1) << 1); /* signalling, with zero */
    } else if (opc2 == 8 || opc2 == 12 || opc2 == 13) {
        op->inner = OP_fp_convert;
        op->sh =
            (uint8_t)((opc3 >> 1) | (opc2 & 1) << 1 | (opc2 & 4) << 1); /* signed; to integer */
    } else if (opc2 >= 10 && opc2 != 12 && opc2 != 13) {
        fixed(d, op);
    }
}

static void data(const struct decoding *d, struct op *op) {
    unsigned opc1 = armv7m_bits(d->first, 4, 2) | (d->first >> 5 & 4);
    unsigned second = d->second >> 6 & 1;
    static const uint8_t MACS[8][2] = {{0, 1}, {2, 3}, {0}, {0}, {0}, {6, 7}, {4, 5}, {0}};
    operands(d, op);
    switch (opc1) {
    case 0:
    case 1:
    case 5:
    case 6:
        op->inner = OP_fp_mac;
        op->sh = MACS[opc1][second];
        op->cycles = 3;
        break;
    case 2:
    case 3:
        op->inner = OP_fp_arith;
        op->sh = (uint8_t)((opc1 == 2 ? 2 : 0) + second);
        break;
    case 4:
        op->inner = second ? OP_undefined : OP_fp_div;
        op->cycles = 14;
        break;
    default:
        other(d, op);
        break;
    }
}

/* One register to or from the core; VMRS and VMSR. */
static void transfer(const struct decoding *d, struct op *op) {
    unsigned opc1 = armv7m_bits(d->first, 5, 3), rt = armv7m_bits(d->second, 12, 4);
    bool load = d->first & 0x10, scalar = d->second & 0x100;
    op->rd = (uint8_t)rt;
    op->sh = load;
    op->inner = OP_undefined;
    if (opc1 == 7 && !scalar) {
        bool fpscr = (d->first & 15) == 1 && !(d->second & 0xEF);
        op->inner = !fpscr || rt == 13 || (rt == 15 && !load) ? OP_undefined
                    : load                                    ? OP_fp_mrs
                                                              : OP_fp_msr;
    } else if (opc1 == 0 && !scalar) {
        op->rn = single(d->first & 15, d->second >> 7 & 1);
        op->inner = armv7m_bad(rt) || d->second & 0x6F ? OP_undefined : OP_fp_move_core;
    } else if (opc1 < 2 && scalar) { /* half of a D register, 0..15 */
        op->rn = single(d->first & 15, opc1);
        op->inner = armv7m_bad(rt) || d->second & 0xEF ? OP_undefined : OP_fp_move_core;
    }
}

/* Two registers to or from the core. */
static void transfer_two(const struct decoding *d, struct op *op) {
    bool load = d->first & 0x10, pair = d->second & 0x100;
    unsigned vm = d->second & 15, m = d->second >> 5 & 1;
    op->rd = armv7m_bits(d->second, 12, 4);
    op->ra = d->first & 15;
    op->rn = pair ? (uint8_t)(vm * 2) : single(vm, m);
    op->sh = load;
    op->cycles = 2;
    bool bad = armv7m_bad(op->rd) || armv7m_bad(op->ra) || (load && op->rd == op->ra) ||
               (d->second & 0xD0) != 0x10 || (pair ? m : op->rn == 31);
    op->inner = bad ? OP_undefined : OP_fp_move_two;
}

static void load_store(const struct decoding *d, struct op *op) {
    bool up = d->first & 0x80, load = d->first & 0x10, pair = d->second & 0x100;
    uint32_t offset = (d->second & 0xFFu) * 4;
    op->rn = d->first & 15;
    op->imm = up ? offset : -offset;
    op->sh = pair;
    op->inner = load ? OP_fp_load : OP_fp_store;
    op->cycles = pair ? 3 : 2;
    if (op->rn == 15) {
        op->imm += (d->address + 4) & ~3u;
        op->rn = ZERO_REG;
        if (!load)
            op->inner = OP_undefined;
    }
}

static void multiple(const struct decoding *d, struct op *op) {
    bool pre = d->first & 0x100, up = d->first & 0x80, back = d->first & 0x20;
    bool load = d->first & 0x10, pair = d->second & 0x100;
    unsigned n = d->second & 0xFF;
    op->rn = d->first & 15;
    op->imm = n;
    op->ra = (uint8_t)((back ? MULTIPLE_WRITEBACK : 0) | (pre ? MULTIPLE_DOWN : 0));
    op->inner = load ? OP_fp_load_multiple : OP_fp_store_multiple;
    op->cycles = (uint8_t)(1 + n);
    bool mode = (pre && !up && back) || (!pre && up);
    if (!mode || n == 0 || op->rd + n > 32 || (pair && n & 1) || op->rn == 15)
        op->inner = OP_undefined;
}

static void memory(const struct decoding *d, struct op *op) {
    bool pre = d->first & 0x100, up = d->first & 0x80, back = d->first & 0x20;
    bool high = d->first & 0x40, pair = d->second & 0x100;
    unsigned vd = armv7m_bits(d->second, 12, 4);
    op->rd = pair ? (uint8_t)(vd * 2) : single(vd, high);
    if (!pre && !up && !back)
        op->inner = OP_undefined;
    else if (pre && !back)
        load_store(d, op);
    else
        multiple(d, op);
    if (pair && high) /* D16 and above */
        op->inner = OP_undefined;
}

/* Double precision arithmetic is not in this unit. */
static void refuse(const struct decoding *d, struct op *op) {
    (void)d;
    op->inner = OP_undefined;
}

void armv7m_decode_fp(const struct decoding *d, struct op *op) {
    unsigned coprocessor = armv7m_bits(d->second, 8, 4);
    bool pair = d->second & 0x100;
    op->inner = OP_undefined;
    if (d->core->config.kind != ARMV7M_M4F || coprocessor >> 1 != 5) {
        op->inner = OP_nocp;
        return;
    }
    if (d->first >> 8 == 0xEE)
        (d->second & 0x10 ? transfer : pair ? refuse : data)(d, op);
    else if ((d->first & 0xFFE0) == 0xEC40)
        transfer_two(d, op);
    else if (d->first >> 9 == 0xEC >> 1)
        memory(d, op);
    if (op->inner == OP_undefined) /* without an enabled FPU they are NOCP */
        op->inner = OP_fp_undefined;
}
