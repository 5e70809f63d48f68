/* Decoding an instruction into its slot with what surrounds it (fetch lines, breakpoints,
 * pipelining with the instruction behind it), and the 16-bit encodings.
 *
 * Source: DDI0403E A5.2; the cycles are those of DDI0337I and 100166, table 3-1, with
 * P = 1 for immediate branches.
 */
#include <string.h>

#include "models/mcu/armv7m/decode.h"

static bool fetch(struct armv7m *core, const struct memory *code, uint32_t address,
                  unsigned *half) {
    uint16_t value;
    uint32_t offset = address - code->base;
    if (offset >= code->size) {
        code = armv7m_find(core, address);
        offset = address - code->base;
        if (!code->ops)
            return false;
    }
    memcpy(&value, code->host + offset, 2);
    *half = value;
    return true;
}

/* The instruction alone, without its surroundings. */
static void decode_plain(struct armv7m *core, const struct memory *code, uint32_t address,
                         bool in_it, struct op *op) {
    struct decoding d = {.core = core, .code = code, .address = address, .in_it = in_it};
    memset(op, 0, sizeof *op);
    op->rm = ZERO_REG;
    op->cycles = 1;
    if (!fetch(core, code, address, &d.first)) {
        op->inner = OP_fetch_fault;
    } else if (d.first >> 11 < 0x1D) {
        armv7m_decode_narrow(&d, op);
    } else if (!fetch(core, code, address + 2, &d.second)) {
        op->inner = OP_fetch_fault;
    } else {
        op->pre = PRE_WIDE;
        armv7m_decode_wide(&d, op);
        if (op->inner < OP_SLOW_FIRST)
            op->inner++;
    }
}

static unsigned narrow_code(const struct op *op) {
    return op->inner >= OP_SLOW_FIRST ? op->inner : op->inner & ~1u;
}
static bool is_single_load(unsigned code) {
    return (code >= OP_LDR && code <= OP_LDRSH) || (code >= OP_LDRX && code <= OP_LDRSHX) ||
           code == OP_LDRL;
}
static bool is_indexed_store(unsigned code) {
    return code == OP_STRX || code == OP_STRBX || code == OP_STRHX;
}
static bool uses_address(unsigned code) {
    return (code >= OP_LDR && code <= OP_STRHX) || code == OP_indexed || code == OP_dual ||
           code == OP_ldm || code == OP_stm || code == OP_ldrex || code == OP_strex;
}
static bool computes(unsigned code) {
    return code >= OP_MOVI && code <= OP_BFI && code != OP_CMPI && code != OP_CMNI &&
           code != OP_CMPR && code != OP_CMNR && code != OP_TSTI && code != OP_TSTR;
}

/* Results of the FPU that the next of its operations waits for. */
static bool fp_computes(unsigned code) {
    return code == OP_fp_arith || code == OP_fp_mac || code == OP_fp_div || code == OP_fp_convert ||
           code == OP_fp_fixed || code == OP_fp_half;
}
static bool fp_reads(const struct op *op, unsigned s) {
    bool computes = fp_computes(op->inner) || op->inner == OP_fp_unary || op->inner == OP_fp_cmp;
    bool destination = op->inner == OP_fp_mac || op->inner == OP_fp_cmp;
    return computes && (op->rn == s || op->rm == s || (destination && op->rd == s));
}

/* Pipelining with the next instruction, booked on this one: a load hides the second cycle
 * behind a following independent load; an address made from the result of a data operation
 * waits one cycle, and so does an FPU operation for the result of the one before. All fall
 * through, so the next instruction is known here. */
static void pair(struct armv7m *core, const struct memory *code, uint32_t address, struct op *op) {
    unsigned own = narrow_code(op);
    if (!is_single_load(own) && !computes(own) && !fp_computes(own))
        return;
    struct op next;
    decode_plain(core, code, address + armv7m_op_length(op) * 2, false, &next);
    unsigned other = narrow_code(&next);
    if (fp_computes(own)) {
        op->cycles += fp_reads(&next, op->rd);
        return;
    }
    bool depends = op->rd == next.rn || op->rd == next.rm;
    if (is_single_load(own) && !depends && (is_single_load(other) || is_indexed_store(other)))
        op->cycles = 1;
    if (computes(own) && depends && uses_address(other) && other != OP_LDRL)
        op->cycles++;
}

static bool in_table(const uint32_t *table, unsigned n, uint32_t address) {
    for (unsigned i = 0; i < n; i++)
        if (table[i] == address)
            return true;
    return false;
}

/* From a multiple of 4 on, as a store that may lie across is looked at by its first octet alone. */
static void note(struct memory *code, uint32_t offset) {
    uint32_t end = code->code_span ? code->code_low + code->code_span : offset;
    if (!code->code_span || offset < code->code_low)
        code->code_low = offset & ~3u;
    code->code_span = (offset + 4 > end ? offset + 4 : end) - code->code_low;
}

/* The hot form of a frequent floating point operation. */
static unsigned hot_fp(const struct op *op) {
    static const uint16_t ARITH[] = {OP_VADD, OP_VSUB, OP_VMUL};
    if (op->inner == OP_fp_arith && op->sh < 3)
        return ARITH[op->sh] + 1u;
    if (op->inner == OP_fp_mac && !(op->sh & 3))
        return op->sh ? OP_VFMA + 1 : OP_VMLA + 1;
    if (op->inner == OP_fp_load && !op->sh)
        return OP_VLDR + 1;
    if (op->inner == OP_fp_store && !op->sh)
        return OP_VSTR + 1;
    return op->inner;
}

void armv7m_fill(struct armv7m *core, struct memory *code, uint32_t address, bool in_it) {
    uint32_t offset = address - code->base;
    struct op *op = &code->ops[offset / 2];
    decode_plain(core, code, address, in_it, op);
    pair(core, code, address, op);
    op->inner = (uint16_t)hot_fp(op);
    uint32_t last = address + armv7m_op_length(op) * 2 - 1;
    if (code->line_mask && ((address - 1) & code->line_mask) != (last & code->line_mask))
        op->pre |= PRE_LINE;
    if (in_it)
        op->pre |= op->inner == OP_bkpt ? PRE_IT | PRE_ALWAYS : PRE_IT;
    if (in_table(core->hooks, core->n_hooks, address))
        op->pre |= PRE_HOOK;
    if (in_table(core->breaks, core->n_breaks, address))
        op->pre |= PRE_BREAK;
    if (armv7m_is_head(core, address))
        op->pre |= PRE_PARK;
    note(code, offset);
}

/* --- 16-bit encodings -------------------------------------------------------------- */

static void shift_immediate(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[][2] = {
        {OP_LSLI, OP_LSLSI}, {OP_LSRI, OP_LSRSI}, {OP_ASRI, OP_ASRSI}};
    unsigned type = armv7m_bits(d->first, 11, 2), by = armv7m_bits(d->first, 6, 5);
    op->rd = d->first & 7;
    op->rm = armv7m_bits(d->first, 3, 3);
    op->rn = ZERO_REG;
    op->sh = (uint8_t)by;
    if (by)
        op->inner = CODES[type][!d->in_it];
    else if (type == 0)
        op->inner = d->in_it ? OP_MOVR : OP_MOVSR;
    else
        armv7m_alu_shift(op, ALU_ORR, !d->in_it, type, 32);
}

static void add_subtract(const struct decoding *d, struct op *op) {
    bool s = !d->in_it;
    unsigned value = armv7m_bits(d->first, 6, 3);
    op->rd = d->first & 7;
    op->rn = armv7m_bits(d->first, 3, 3);
    switch (armv7m_bits(d->first, 9, 2)) {
    case 0:
        op->rm = (uint8_t)value;
        op->inner = s ? OP_ADDSR : OP_ADDR;
        break;
    case 1:
        op->rm = (uint8_t)value;
        op->inner = s ? OP_SUBSR : OP_SUBR;
        break;
    case 2:
        op->imm = value;
        op->inner = s ? OP_ADDSI : OP_ADDI;
        break;
    default:
        op->imm = s ? value : -value;
        op->inner = s ? OP_SUBSI : OP_ADDI;
        break;
    }
}

static void immediate8(const struct decoding *d, struct op *op) {
    bool s = !d->in_it;
    op->rd = op->rn = armv7m_bits(d->first, 8, 3);
    op->imm = d->first & 0xFF;
    switch (armv7m_bits(d->first, 11, 2)) {
    case 0:
        op->rn = ZERO_REG;
        op->inner = s ? OP_MOVSI : OP_MOVI;
        break;
    case 1:
        op->inner = OP_CMPI;
        break;
    case 2:
        op->inner = s ? OP_ADDSI : OP_ADDI;
        break;
    default:
        op->inner = s ? OP_SUBSI : OP_ADDI;
        op->imm = s ? op->imm : -op->imm;
        break;
    }
}

static void registers(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[16][2] = {
        {OP_ANDR, OP_ANDSR}, {OP_EORR, OP_EORSR}, {OP_LSLR, OP_LSLSR}, {OP_LSRR, OP_LSRSR},
        {OP_ASRR, OP_ASRSR}, {OP_ADCR, OP_ADCSR}, {OP_SBCR, OP_SBCSR}, {OP_RORR, OP_RORSR},
        {OP_TSTR, OP_TSTR},  {OP_RSBI, OP_RSBSI}, {OP_CMPR, OP_CMPR},  {OP_CMNR, OP_CMNR},
        {OP_ORRR, OP_ORRSR}, {OP_MUL, OP_MULS},   {OP_BICR, OP_BICSR}, {OP_MVNR, OP_MVNSR}};
    unsigned what = armv7m_bits(d->first, 6, 4);
    op->rd = op->rn = d->first & 7;
    op->rm = armv7m_bits(d->first, 3, 3);
    op->inner = CODES[what][!d->in_it];
    if (what == 9) /* RSB Rd, Rn, #0 */
        op->rn = op->rm;
}

/* ADD, CMP, MOV with any register; BX, BLX. */
static void high_registers(const struct decoding *d, struct op *op) {
    unsigned rd = (d->first & 7) | armv7m_bits(d->first, 7, 1) << 3;
    unsigned rm = armv7m_bits(d->first, 3, 4), what = armv7m_bits(d->first, 8, 2);
    op->rd = op->rn = (uint8_t)rd;
    op->rm = (uint8_t)rm;
    if (what == 3) {
        op->inner = rm == 15 || d->first & 7 ? OP_undefined : rd >= 8 ? OP_BLX : OP_BX;
        op->rd = op->rn = ZERO_REG;
        op->taken = 2;
        return;
    }
    if (what == 1) {
        op->inner = rm == 15 || rd == 15 ? OP_undefined : OP_CMPR;
        return;
    }
    op->imm = 0;
    if (rm == 15) {
        op->rm = ZERO_REG;
        op->imm = d->address + 4;
    }
    if (what == 2)
        op->rn = ZERO_REG;
    if (rd == 15) {
        op->inner = OP_mov_pc; /* PC + RM + imm, or RM + imm */
        op->imm += what == 0 ? d->address + 4 : 0;
        op->rn = ZERO_REG;
        op->cycles = 3;
    } else if (rd == 13) {
        op->inner = OP_add_sp;
    } else if (rm == 15) {
        op->inner = OP_ADDI;
    } else {
        op->inner = what == 0 ? OP_ADDR : OP_MOVR;
    }
}

static void literal(const struct decoding *d, struct op *op) {
    op->rd = armv7m_bits(d->first, 8, 3);
    op->rn = ZERO_REG;
    op->imm = ((d->address + 4) & ~3u) + (d->first & 0xFF) * 4;
    op->inner = OP_LDRL;
    op->cycles = 2;
}

static void load_store_register(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[] = {OP_STRX, OP_STRHX, OP_STRBX, OP_LDRSBX,
                                     OP_LDRX, OP_LDRHX, OP_LDRBX, OP_LDRSHX};
    op->rd = d->first & 7;
    op->rn = armv7m_bits(d->first, 3, 3);
    op->rm = armv7m_bits(d->first, 6, 3);
    op->inner = CODES[armv7m_bits(d->first, 9, 3)];
    op->cycles = 2;
}

/* STR, LDR, STRB, LDRB, STRH, LDRH with a 5-bit offset. */
static void load_store_immediate(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[] = {OP_STR, OP_LDR, OP_STRB, OP_LDRB, OP_STRH, OP_LDRH};
    unsigned what = armv7m_bits(d->first, 11, 5) - 12;
    static const uint8_t SCALE[] = {2, 2, 0, 0, 1, 1};
    op->rd = d->first & 7;
    op->rn = armv7m_bits(d->first, 3, 3);
    op->imm = armv7m_bits(d->first, 6, 5) << SCALE[what];
    op->inner = CODES[what];
    op->cycles = what & 1 ? 2 : 1;
}

static void load_store_sp(const struct decoding *d, struct op *op) {
    bool load = armv7m_bits(d->first, 11, 1);
    op->rd = armv7m_bits(d->first, 8, 3);
    op->rn = 13;
    op->imm = (d->first & 0xFF) * 4;
    op->inner = load ? OP_LDR : OP_STR;
    op->cycles = load ? 2 : 1;
}

static void address_of(const struct decoding *d, struct op *op) {
    bool sp = armv7m_bits(d->first, 11, 1);
    op->rd = armv7m_bits(d->first, 8, 3);
    op->rn = sp ? 13 : ZERO_REG;
    op->imm = (d->first & 0xFF) * 4 + (sp ? 0 : (d->address + 4) & ~3u);
    op->inner = OP_ADDI;
}

static void push_pop(const struct decoding *d, struct op *op) {
    bool pop = armv7m_bits(d->first, 11, 1);
    uint32_t list = d->first & 0xFF;
    if (d->first & 0x100)
        list |= pop ? 1u << 15 : 1u << 14;
    op->rn = 13;
    armv7m_multiple(op, pop, list, pop ? MULTIPLE_WRITEBACK : MULTIPLE_WRITEBACK | MULTIPLE_DOWN);
}

static void extend_narrow(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[] = {OP_SXTH, OP_SXTB, OP_UXTH, OP_UXTB};
    op->rd = d->first & 7;
    op->rm = armv7m_bits(d->first, 3, 3);
    op->rn = ZERO_REG;
    op->inner = CODES[armv7m_bits(d->first, 6, 2)];
}

static void reverse(const struct decoding *d, struct op *op) {
    static const uint16_t CODES[] = {OP_rev, OP_rev16, OP_undefined, OP_revsh};
    op->rd = d->first & 7;
    op->rm = armv7m_bits(d->first, 3, 3);
    op->inner = CODES[armv7m_bits(d->first, 6, 2)];
}

/* An immediate branch; out of the region it goes by a function. condition: 0..14, or 16 CBZ,
 * 17 CBNZ, 18 BL. */
void armv7m_branch(const struct decoding *d, struct op *op, unsigned condition, uint32_t target) {
    static const uint16_t CODES[] = {OP_BEQ, OP_BNE, OP_BCS, OP_BCC,  OP_BMI, OP_BPL, OP_BVS,
                                     OP_BVC, OP_BHI, OP_BLS, OP_BGE,  OP_BLT, OP_BGT, OP_BLE,
                                     OP_B,   OP_B,   OP_CBZ, OP_CBNZ, OP_BL};
    uint32_t offset = target - d->code->base;
    op->imm = (uint32_t)((int32_t)(target - d->address) / 2);
    op->inner = CODES[condition];
    op->taken = 1;
    if (offset >= d->code->size) {
        op->inner = OP_far_branch;
        op->imm = target;
        op->sh = (uint8_t)condition;
        return;
    }
    uint16_t first;
    memcpy(&first, d->code->host + offset, 2);
    if (target & 2 && first >> 11 >= 0x1D)
        op->taken = 2;
}

static void hint_or_it(const struct decoding *d, struct op *op) {
    static const uint16_t HINTS[] = {OP_NOP, OP_NOP, OP_wfe, OP_wfi, OP_sev};
    unsigned what = armv7m_bits(d->first, 4, 4);
    op->imm = d->first & 0xFF;
    if (d->first & 15)
        op->inner = d->in_it || what == 15 ? OP_undefined : OP_IT;
    else
        op->inner = what < 5 ? HINTS[what] : OP_NOP;
}

static void miscellaneous(const struct decoding *d, struct op *op) {
    unsigned what = armv7m_bits(d->first, 8, 4);
    if (what == 0) {
        op->rd = op->rn = 13;
        op->inner = OP_ADDI; /* a multiple of 4, so no masking */
        op->imm = (d->first & 0x7F) * 4;
        if (d->first & 0x80)
            op->imm = -op->imm;
    } else if (what == 2) {
        extend_narrow(d, op);
    } else if ((what & 5) == 1) {
        uint32_t offset = armv7m_bits(d->first, 9, 1) << 6 | armv7m_bits(d->first, 3, 5) << 1;
        op->rn = d->first & 7;
        armv7m_branch(d, op, what & 8 ? 17 : 16, d->address + 4 + offset);
    } else if ((what & 6) == 4) {
        push_pop(d, op);
    } else if (what == 6 && armv7m_bits(d->first, 5, 3) == 3) {
        op->inner = d->in_it ? OP_undefined : OP_cps;
        op->imm = d->first & 0x1F;
    } else if (what == 10) {
        reverse(d, op);
    } else if (what == 14) {
        op->inner = OP_bkpt;
        op->imm = d->first & 0xFF;
    } else if (what == 15) {
        hint_or_it(d, op);
    } else {
        op->inner = OP_undefined;
    }
}

static void multiple_narrow(const struct decoding *d, struct op *op) {
    bool load = armv7m_bits(d->first, 11, 1);
    uint32_t list = d->first & 0xFF;
    op->rn = armv7m_bits(d->first, 8, 3);
    armv7m_multiple(op, load, list, load && list >> op->rn & 1 ? 0 : MULTIPLE_WRITEBACK);
}

static void conditional(const struct decoding *d, struct op *op) {
    unsigned condition = armv7m_bits(d->first, 8, 4);
    if (condition == 15) {
        op->inner = OP_svc;
        op->imm = d->first & 0xFF;
    } else if (condition == 14 || d->in_it) {
        op->inner = OP_undefined;
    } else {
        armv7m_branch(d, op, condition, d->address + 4 + armv7m_signed(d->first, 8) * 2);
    }
}

void armv7m_decode_narrow(const struct decoding *d, struct op *op) {
    switch (d->first >> 11) {
    case 0:
    case 1:
    case 2:
        shift_immediate(d, op);
        break;
    case 3:
        add_subtract(d, op);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        immediate8(d, op);
        break;
    case 8:
        (d->first & 0x400 ? high_registers : registers)(d, op);
        break;
    case 9:
        literal(d, op);
        break;
    case 10:
    case 11:
        load_store_register(d, op);
        break;
    case 18:
    case 19:
        load_store_sp(d, op);
        break;
    case 20:
    case 21:
        address_of(d, op);
        break;
    case 22:
    case 23:
        miscellaneous(d, op);
        break;
    case 24:
    case 25:
        multiple_narrow(d, op);
        break;
    case 26:
    case 27:
        conditional(d, op);
        break;
    case 28:
        armv7m_branch(d, op, 14, d->address + 4 + armv7m_signed(d->first, 11) * 2);
        break;
    default: /* 12..17 */
        load_store_immediate(d, op);
        break;
    }
}
