/* 32-bit loads and stores, and branches and system instructions. Source: DDI0403E A5.3.5 to
 * A5.3.10 and A5.3.4. */
#include "models/mcu/armv7m/decode.h"

void armv7m_multiple(struct op *op, bool load, uint32_t list, unsigned how) {
    unsigned n = (unsigned)__builtin_popcount(list);
    op->imm = list;
    op->ra = (uint8_t)how;
    op->sh = (uint8_t)n;
    op->inner = n == 0 ? OP_undefined : load ? OP_ldm : OP_stm;
    op->cycles = (uint8_t)(1 + n + (list >> 15 ? 3 : 0));
}

static void multiple(const struct decoding *d, struct op *op) {
    bool load = d->first & 0x10, down = (d->first & 0x180) == 0x100, back = d->first & 0x20;
    uint32_t list = d->second;
    op->rn = d->first & 15;
    armv7m_multiple(op, load, list, (back ? MULTIPLE_WRITEBACK : 0) | (down ? MULTIPLE_DOWN : 0));
    bool bad = op->rn == 15 || __builtin_popcount(list) < 2 || list & 1u << 13 ||
               (load ? list >> 14 == 3 : list >> 15) || (back && list >> op->rn & 1);
    unsigned mode = d->first >> 7 & 3;
    if (bad || mode == 0 || mode == 3)
        op->inner = OP_undefined;
}

static void dual(const struct decoding *d, struct op *op) {
    bool pre = d->first & 0x100, up = d->first & 0x80, back = d->first & 0x20;
    bool load = d->first & 0x10;
    uint32_t offset = (d->second & 0xFFu) * 4;
    op->rd = armv7m_bits(d->second, 12, 4);
    op->ra = armv7m_bits(d->second, 8, 4);
    op->rn = d->first & 15;
    op->imm = up ? offset : -offset;
    op->sh = (uint8_t)((pre ? DUAL_PRE : 0) | (back ? DUAL_WRITEBACK : 0) | (load ? DUAL_LOAD : 0));
    op->inner = OP_dual;
    op->cycles = 3;
    bool bad = armv7m_bad(op->rd) || armv7m_bad(op->ra) || (load && op->rd == op->ra) ||
               (back && (op->rn == op->rd || op->rn == op->ra || op->rn == 15)) ||
               (!load && op->rn == 15);
    if (bad)
        op->inner = OP_undefined;
    if (op->rn == 15) {
        op->rn = ZERO_REG;
        op->imm += (d->address + 4) & ~3u;
    }
}

static void exclusive_word(const struct decoding *d, struct op *op) {
    bool load = d->first & 0x10;
    op->rn = d->first & 15;
    op->rd = armv7m_bits(d->second, load ? 12 : 8, 4); /* STREX: the status */
    op->ra = armv7m_bits(d->second, 12, 4);
    op->imm = (d->second & 0xFFu) * 4;
    op->sh = 4;
    op->cycles = 2;
    bool bad = armv7m_bad(op->rd) || op->rn == 15 || armv7m_bad(op->ra) ||
               (!load && (op->rd == op->rn || op->rd == op->ra)) ||
               (load && (d->second & 0xF00) != 0xF00);
    op->inner = bad ? OP_undefined : load ? OP_ldrex : OP_strex;
}

static void exclusive_small(const struct decoding *d, struct op *op, unsigned size) {
    bool load = d->first & 0x10;
    op->rn = d->first & 15;
    op->rd = armv7m_bits(d->second, load ? 12 : 0, 4);
    op->ra = armv7m_bits(d->second, 12, 4);
    op->sh = (uint8_t)size;
    op->cycles = 2;
    bool bad = armv7m_bad(op->rd) || op->rn == 15 || armv7m_bad(op->ra) ||
               (!load && (op->rd == op->rn || op->rd == op->ra)) || (d->second & 0xF00) != 0xF00 ||
               (load && (d->second & 15) != 15);
    op->inner = bad ? OP_undefined : load ? OP_ldrex : OP_strex;
}

static void table_branch(const struct decoding *d, struct op *op) {
    op->rn = d->first & 15;
    op->rm = d->second & 15;
    op->sh = d->second >> 4 & 1;
    op->imm = d->address + 4;
    op->inner = (d->second & 0xFFE0) != 0xF000 || armv7m_bad(op->rm) || op->rn == 13 ? OP_undefined
                                                                                     : OP_table;
    op->cycles = 5; /* 2 + P, P = 3 */
}

void armv7m_decode_memory(const struct decoding *d, struct op *op) {
    if (!(d->first & 0x40)) {
        multiple(d, op);
        return;
    }
    if (d->first & 0x120) {
        dual(d, op);
        return;
    }
    unsigned small = armv7m_bits(d->second, 4, 4);
    if (!(d->first & 0x80))
        exclusive_word(d, op);
    else if (d->first & 0x10 && small < 2)
        table_branch(d, op);
    else if (small == 4 || small == 5)
        exclusive_small(d, op, small == 4 ? 1 : 2);
    else
        op->inner = OP_undefined;
}

/* LDR and STR of one register: the hot code of each kind, [offset, register offset]. */
static unsigned hot_single(unsigned size, bool is_signed, bool store, bool indexed) {
    static const uint16_t LOADS[][2] = {
        {OP_LDRB, OP_LDRBX}, {OP_LDRH, OP_LDRHX}, {OP_LDR, OP_LDRX}};
    static const uint16_t SIGNED[][2] = {{OP_LDRSB, OP_LDRSBX}, {OP_LDRSH, OP_LDRSHX}};
    static const uint16_t STORES[][2] = {
        {OP_STRB, OP_STRBX}, {OP_STRH, OP_STRHX}, {OP_STR, OP_STRX}};
    return (store ? STORES : is_signed ? SIGNED : LOADS)[size][indexed];
}

/* The addressing mode; false when there is no such encoding. *how: INDEXED_ flags. */
static bool addressing(const struct decoding *d, struct op *op, bool store, unsigned *how) {
    unsigned imm8 = d->second & 0xFF;
    *how = INDEXED_PRE;
    if (op->rn == 15) {
        uint32_t offset = d->second & 0xFFF;
        op->imm = ((d->address + 4) & ~3u) + (d->first & 0x80 ? offset : -offset);
        op->rn = ZERO_REG;
        return !store;
    }
    if (d->first & 0x80) {
        op->imm = d->second & 0xFFF;
        return true;
    }
    if (!(d->second & 0x800)) {
        op->rm = d->second & 15;
        op->sh = armv7m_bits(d->second, 4, 2);
        return !(d->second & 0x7C0) && !armv7m_bad(op->rm);
    }
    bool pre = d->second & 0x400, up = d->second & 0x200, back = d->second & 0x100;
    op->imm = up ? imm8 : -imm8;
    *how = (pre ? INDEXED_PRE : 0) | (back ? INDEXED_WRITEBACK : 0);
    return (pre || back) && !(back && op->rn == op->rd);
}

void armv7m_decode_single(const struct decoding *d, struct op *op) {
    unsigned size = armv7m_bits(d->first, 5, 2), how;
    bool is_signed = d->first & 0x100, store = !(d->first & 0x10);
    op->rd = armv7m_bits(d->second, 12, 4);
    op->rn = d->first & 15;
    op->inner = OP_undefined;
    if (size == 3 || (is_signed && (store || size == 2)))
        return;
    if (!store && size < 2 && op->rd == 15) { /* PLD, PLI and unallocated hints */
        op->rd = 0;
        bool offset = d->first & 0x80 || op->rn == 15 || !(d->second & 0x800);
        bool known = addressing(d, op, store, &how) && (offset || (d->second & 0xF00) == 0xC00);
        op->inner = known ? OP_NOP : OP_undefined;
        return;
    }
    if (!addressing(d, op, store, &how) || (store && op->rd == 15) || (size < 2 && op->rd == 13))
        return;
    op->cycles = store && op->rm == ZERO_REG ? 1 : 2;
    bool special = how != INDEXED_PRE || op->rd == 13 || op->rd == 15;
    if (!special) {
        bool indexed = op->rm != ZERO_REG, fixed = op->rn == ZERO_REG;
        op->inner =
            (uint16_t)(fixed && size == 2 ? OP_LDRL : hot_single(size, is_signed, store, indexed));
        return;
    }
    op->inner = OP_indexed;
    op->ra = (uint8_t)(size | how | (is_signed ? INDEXED_SIGNED : 0) | (store ? INDEXED_STORE : 0));
    op->cycles = op->rd == 15 ? 5 : op->cycles; /* 2 + P, P = 3 */
}

static uint32_t branch_offset(const struct decoding *d) {
    uint32_t s = d->first >> 10 & 1, j1 = d->second >> 13 & 1, j2 = d->second >> 11 & 1;
    uint32_t i1 = !(j1 ^ s), i2 = !(j2 ^ s);
    return armv7m_signed(
        s << 24 | i1 << 23 | i2 << 22 | (d->first & 0x3FFu) << 12 | (d->second & 0x7FFu) << 1, 25);
}
static uint32_t conditional_offset(const struct decoding *d) {
    uint32_t s = d->first >> 10 & 1, j1 = d->second >> 13 & 1, j2 = d->second >> 11 & 1;
    return armv7m_signed(
        s << 20 | j2 << 19 | j1 << 18 | (d->first & 0x3Fu) << 12 | (d->second & 0x7FFu) << 1, 21);
}

static void hint_or_cps(const struct decoding *d, struct op *op) {
    static const uint16_t HINTS[] = {OP_NOP, OP_NOP, OP_wfe, OP_wfi, OP_sev};
    unsigned what = d->second & 0xFF;
    op->inner = d->second & 0x700 ? OP_undefined : what < 5 ? HINTS[what] : OP_NOP;
}

static void barrier(const struct decoding *d, struct op *op) {
    unsigned what = armv7m_bits(d->second, 4, 4);
    op->inner = what == 2 ? OP_clrex : what >= 4 && what <= 6 ? OP_barrier : OP_undefined;
    op->cycles = what == 2 ? 1 : 4; /* 1 + B in the tables; from memory about 4 */
}

static void system_register(const struct decoding *d, struct op *op, bool write) {
    op->imm = d->second & 0xFF;
    op->rn = d->first & 15;
    op->rd = armv7m_bits(d->second, 8, 4);
    op->sh = armv7m_bits(d->second, 10, 2); /* MSR: NZCVQ, GE */
    op->inner = armv7m_bad(write ? op->rn : op->rd) ? OP_undefined : write ? OP_msr : OP_mrs;
    op->cycles = 2;
}

void armv7m_decode_control(const struct decoding *d, struct op *op) {
    unsigned kind = armv7m_bits(d->second, 12, 3), what = armv7m_bits(d->first, 4, 7);
    op->inner = OP_undefined;
    if (kind & 1) {
        armv7m_branch(d, op, kind & 4 ? 18 : 14, d->address + 4 + branch_offset(d));
    } else if (kind & 4) {
        return; /* BLX immediate does not exist here */
    } else if ((what & 0x38) != 0x38) {
        if (!d->in_it)
            armv7m_branch(d, op, armv7m_bits(d->first, 6, 4),
                          d->address + 4 + conditional_offset(d));
    } else if (what == 0x3A) {
        hint_or_cps(d, op);
    } else if (what == 0x3B) {
        barrier(d, op);
    } else if ((what & 0x7E) == 0x38) {
        system_register(d, op, true);
    } else if ((what & 0x7E) == 0x3E) {
        system_register(d, op, false);
    }
}
