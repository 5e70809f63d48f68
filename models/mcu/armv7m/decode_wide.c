/* The 32-bit encodings: data processing with immediates and shifted registers, branches,
 * system instructions. Source: DDI0403E A5.3. */
#include "models/mcu/armv7m/decode.h"

/* ThumbExpandImm. *rotated: the carry comes from bit 31. */
static uint32_t expand(unsigned imm12, bool *rotated) {
    uint32_t octet = imm12 & 0xFF;
    *rotated = imm12 >> 10 != 0;
    if (*rotated) {
        unsigned by = imm12 >> 7;
        octet = 0x80 | (imm12 & 0x7F);
        return octet >> by | octet << (32 - by);
    }
    switch (imm12 >> 8) {
    case 0:
        return octet;
    case 1:
        return octet << 16 | octet;
    case 2:
        return octet << 24 | octet << 8;
    default:
        return octet * 0x01010101u;
    }
}

/* The registers that the manual calls unpredictable are refused. `compare`: no result. */
static bool registers_allowed(unsigned alu, bool compare, unsigned rd, unsigned rn, bool s) {
    bool stack = (alu == ALU_ADD || alu == ALU_SUB) && rn == 13;
    bool move = (alu == ALU_ORR || alu == ALU_ORN) && rn == 15;
    if (!move && armv7m_bad(rn) && !stack)
        return false;
    if (compare)
        return true;
    if (rd == 13)
        return stack || (move && alu == ALU_ORR && !s);
    return rd != 15;
}

static bool is_compare(unsigned alu, bool s, unsigned rd) {
    return s && rd == 15 && (alu == ALU_AND || alu == ALU_EOR || alu == ALU_ADD || alu == ALU_SUB);
}

struct immediate {
    uint16_t plain, set, none; /* code; none: with SINK_REG; 0: by function */
    bool invert;
};
/* Hot forms by operation. */
static const struct immediate IMMEDIATES[16] = {
    [ALU_AND] = {OP_ANDI, OP_ANDSI, OP_TSTI, false},
    [ALU_BIC] = {OP_ANDI, OP_ANDSI, 0, true},
    [ALU_ORR] = {OP_ORRI, 0, 0, false},
    [ALU_ORN] = {OP_ORRI, 0, 0, true},
    [ALU_EOR] = {OP_EORI, 0, 0, false},
    [ALU_ADD] = {OP_ADDI, OP_ADDSI, OP_CMNI, false},
    [ALU_SUB] = {0, OP_SUBSI, OP_CMPI, false},
    [ALU_RSB] = {OP_RSBI, OP_RSBSI, 0, false},
};

static void modified_immediate(const struct decoding *d, struct op *op) {
    unsigned alu = armv7m_bits(d->first, 5, 4), rn = d->first & 15;
    unsigned rd = armv7m_bits(d->second, 8, 4);
    bool s = d->first & 0x10, rotated, compare = is_compare(alu, s, rd);
    uint32_t value =
        expand((d->first & 0x400) << 1 | (d->second >> 4 & 0x700) | (d->second & 0xFF), &rotated);
    bool known =
        1 << alu & (1 << ALU_AND | 1 << ALU_BIC | 1 << ALU_ORR | 1 << ALU_ORN | 1 << ALU_EOR |
                    1 << ALU_ADD | 1 << ALU_ADC | 1 << ALU_SBC | 1 << ALU_SUB | 1 << ALU_RSB);
    if (!known || !registers_allowed(alu, compare, rd, rn, s)) {
        op->inner = OP_undefined;
        return;
    }
    bool move = rn == 15, logical = alu < ALU_ADD;
    op->rd = (uint8_t)(compare ? SINK_REG : rd);
    op->rn = (uint8_t)(move ? ZERO_REG : rn);
    op->imm = value;
    const struct immediate *hot = &IMMEDIATES[alu];
    unsigned code = compare ? hot->none : s ? hot->set : hot->plain;
    if (rd == 13 || (s && logical && rotated))
        code = 0;
    else if (move && (alu == ALU_ORR || alu == ALU_ORN))
        code = s ? OP_MOVSI : OP_MOVI;
    else if (alu == ALU_SUB && !s) {
        code = OP_ADDI;
        op->imm = -value;
    }
    op->inner = (uint16_t)(code ? code : OP_alu_imm);
    if (code && hot->invert)
        op->imm = ~op->imm;
    op->ra = (uint8_t)alu;
    op->sh = (uint8_t)(s | (rotated && logical) << 1);
}

static void wide_move(struct op *op, bool s, unsigned type, unsigned by, bool invert) {
    static const uint16_t SHIFTS[][2] = {
        {OP_LSLI, OP_LSLSI}, {OP_LSRI, OP_LSRSI}, {OP_ASRI, OP_ASRSI}, {OP_RORI, 0}};
    unsigned code = 0;
    op->rn = ZERO_REG;
    if (by == 0 && type == SHIFT_LSL_TYPE)
        code = invert ? (s ? OP_MVNSR : OP_MVNR) : s ? OP_MOVSR : OP_MOVR;
    else if (!invert && by < 32 && type != SHIFT_RRX_TYPE)
        code = SHIFTS[type][s];
    if (code)
        op->inner = (uint16_t)code;
    else
        armv7m_alu_shift(op, invert ? ALU_ORN : ALU_ORR, s, type, by);
    op->sh = (uint8_t)by;
}

static unsigned register_code(unsigned alu, bool s, bool compare) {
    static const uint16_t CODES[16][3] = {
        [ALU_AND] = {OP_ANDR, OP_ANDSR, OP_TSTR}, [ALU_BIC] = {OP_BICR, OP_BICSR},
        [ALU_ORR] = {OP_ORRR, OP_ORRSR},          [ALU_EOR] = {OP_EORR, OP_EORSR},
        [ALU_ADD] = {OP_ADDR, OP_ADDSR, OP_CMNR}, [ALU_ADC] = {OP_ADCR, OP_ADCSR},
        [ALU_SBC] = {OP_SBCR, OP_SBCSR},          [ALU_SUB] = {OP_SUBR, OP_SUBSR, OP_CMPR}};
    return CODES[alu][compare ? 2 : s];
}
static unsigned shifted_code(unsigned alu, unsigned type) {
    static const uint16_t CODES[16][2] = {[ALU_AND] = {OP_AND_LSL, OP_AND_LSR},
                                          [ALU_ORR] = {OP_ORR_LSL, OP_ORR_LSR},
                                          [ALU_EOR] = {OP_EOR_LSL, OP_EOR_LSR},
                                          [ALU_ADD] = {OP_ADD_LSL, OP_ADD_LSR},
                                          [ALU_SUB] = {OP_SUB_LSL, OP_SUB_LSR}};
    return type <= SHIFT_LSR_TYPE ? CODES[alu][type] : 0;
}

/* PKHBT, PKHTB: M4. */
static void pack(const struct decoding *d, struct op *op, unsigned by) {
    bool top = d->second & 0x20;
    op->inner = d->core->config.kind != ARMV7M_M4F || d->first & 0x10 || d->second & 0x10 ||
                        armv7m_bad(op->rd) || armv7m_bad(op->rn)
                    ? OP_undefined
                    : OP_pkh;
    op->ra = top;
    op->sh = (uint8_t)(top && !by ? 32 : by);
}

static void shifted_register(const struct decoding *d, struct op *op) {
    unsigned alu = armv7m_bits(d->first, 5, 4), rn = d->first & 15, rm = d->second & 15;
    unsigned rd = armv7m_bits(d->second, 8, 4), type = armv7m_bits(d->second, 4, 2);
    unsigned by = armv7m_bits(d->second, 12, 3) << 2 | armv7m_bits(d->second, 6, 2);
    bool s = d->first & 0x10, compare = is_compare(alu, s, rd);
    op->rd = (uint8_t)(compare ? SINK_REG : rd);
    op->rn = (uint8_t)rn;
    op->rm = (uint8_t)rm;
    bool move = (alu == ALU_ORR || alu == ALU_ORN) && rn == 15;
    bool stack_move = alu == ALU_ORR && move && !s && !by && !type && rm == 13 && rd != 13;
    bool known = alu <= ALU_EOR || alu == ALU_PKH || alu == ALU_ADD || alu == ALU_ADC ||
                 alu == ALU_SBC || alu == ALU_SUB || alu == ALU_RSB;
    if (!known || d->second & 0x8000 || (armv7m_bad(rm) && !stack_move) ||
        (rd == 13 && alu != ALU_PKH && (by > 3 || type)) ||
        (alu != ALU_PKH && !registers_allowed(alu, compare, rd, rn, s))) {
        op->inner = OP_undefined;
        return;
    }
    if (alu == ALU_PKH) {
        pack(d, op, by);
        return;
    }
    if (type == SHIFT_ROR_TYPE && !by)
        type = SHIFT_RRX_TYPE;
    else if (type && !by)
        by = 32;
    bool plain = type == SHIFT_LSL_TYPE && !by;
    op->sh = (uint8_t)by;
    unsigned code = plain                                     ? register_code(alu, s, compare)
                    : !s && by < 32 && type <= SHIFT_LSR_TYPE ? shifted_code(alu, type)
                                                              : 0;
    if (rd == 13) {
        armv7m_alu_shift(op, alu, s, type, by);
        op->rn = move ? ZERO_REG : op->rn;
    } else if (move) {
        wide_move(op, s, type, by, alu == ALU_ORN);
    } else if (code) {
        op->inner = (uint16_t)code;
    } else {
        armv7m_alu_shift(op, alu, s, type, by);
    }
}

static void bit_field(const struct decoding *d, struct op *op, bool is_signed) {
    unsigned low = armv7m_bits(d->second, 12, 3) << 2 | armv7m_bits(d->second, 6, 2);
    unsigned width = (d->second & 31) + 1;
    op->inner = low + width > 32 || armv7m_bad(op->rd) || armv7m_bad(op->rn) ? OP_undefined
                : is_signed                                                  ? OP_SBFX
                                                                             : OP_UBFX;
    op->sh = (uint8_t)(32 - width);
    op->ra = (uint8_t)(32 - width - low);
}

static void bit_insert(const struct decoding *d, struct op *op) {
    unsigned low = armv7m_bits(d->second, 12, 3) << 2 | armv7m_bits(d->second, 6, 2);
    unsigned high = d->second & 31;
    if (high < low || armv7m_bad(op->rd) || op->rn == 13) {
        op->inner = OP_undefined;
        return;
    }
    op->inner = OP_BFI;
    op->rn = op->rn == 15 ? ZERO_REG : op->rn;
    op->sh = (uint8_t)low;
    op->imm = (0xFFFFFFFFu >> (31 - (high - low))) << low;
}

static void saturate(const struct decoding *d, struct op *op, bool is_unsigned, bool right) {
    unsigned by = armv7m_bits(d->second, 12, 3) << 2 | armv7m_bits(d->second, 6, 2);
    bool halves = right && !by;
    op->imm = d->second & 31;
    op->sh = (uint8_t)by;
    op->ra = (uint8_t)(right | is_unsigned << 1);
    op->inner = halves ? OP_sat16 : is_unsigned ? OP_usat : OP_ssat;
    if (armv7m_bad(op->rd) || armv7m_bad(op->rn) ||
        (halves && (d->core->config.kind != ARMV7M_M4F || op->imm > 15)))
        op->inner = OP_undefined;
}

static void add_plain(const struct decoding *d, struct op *op, uint32_t imm12, bool subtract) {
    unsigned rd = op->rd;
    op->inner = rd == 15 || (rd == 13 && op->rn != 13) ? OP_undefined : OP_ADDI;
    op->imm = subtract ? -imm12 : imm12;
    if (op->rn == 15) {
        op->imm += (d->address + 4) & ~3u;
        op->rn = ZERO_REG;
    } else if (rd == 13 && op->inner == OP_ADDI) {
        op->inner = OP_add_sp;
    }
}

static void plain_immediate(const struct decoding *d, struct op *op) {
    uint32_t imm12 = (d->first & 0x400u) << 1 | (d->second >> 4 & 0x700) | (d->second & 0xFF);
    op->rd = armv7m_bits(d->second, 8, 4);
    op->rn = d->first & 15;
    switch (d->first >> 4 & 31) {
    case 0x00:
    case 0x0A:
        add_plain(d, op, imm12, d->first & 0x80);
        break;
    case 0x04:
    case 0x0C:
        op->imm = imm12 | (d->first & 15u) << 12;
        op->rn = op->rd;
        op->inner = armv7m_bad(op->rd) ? OP_undefined : d->first & 0x80 ? OP_movt : OP_MOVI;
        break;
    case 0x10:
    case 0x12:
        saturate(d, op, false, d->first & 0x20);
        break;
    case 0x14:
        bit_field(d, op, true);
        break;
    case 0x16:
        bit_insert(d, op);
        break;
    case 0x18:
    case 0x1A:
        saturate(d, op, true, d->first & 0x20);
        break;
    case 0x1C:
        bit_field(d, op, false);
        break;
    default:
        op->inner = OP_undefined;
        break;
    }
    /* Bits that are to be 0, outside of moves and additions. */
    if (d->first & 0x100 && (d->first & 0x400 || d->second & 0x20))
        op->inner = OP_undefined;
}

void armv7m_decode_wide(const struct decoding *d, struct op *op) {
    unsigned op1 = armv7m_bits(d->first, 11, 2), op2 = armv7m_bits(d->first, 4, 7);
    if (op1 == 1 && op2 < 0x20)
        armv7m_decode_memory(d, op);
    else if (op1 == 1 && op2 < 0x40)
        shifted_register(d, op);
    else if (op1 == 2 && d->second & 0x8000)
        armv7m_decode_control(d, op);
    else if (op1 == 2)
        (op2 & 0x20 ? plain_immediate : modified_immediate)(d, op);
    else if (op1 == 3 && op2 < 0x20)
        armv7m_decode_single(d, op);
    else if (op1 == 3 && op2 < 0x30)
        armv7m_decode_registers(d, op);
    else if (op1 == 3 && op2 < 0x40)
        armv7m_decode_multiply(d, op);
    else
        armv7m_decode_fp(d, op);
}
