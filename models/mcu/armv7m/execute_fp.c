/* Floating point instructions, and the state of the floating point context. Source: DDI0403E
 * A7.7 and B1.5.7 (lazy stacking, ExecuteFPCheck). */
#include "models/mcu/armv7m/decode.h"
#include "models/mcu/armv7m/fp.h"

static bool enabled(const struct armv7m *core) {
    unsigned access = core->cpacr >> 20 & 3;
    return access == 3 || (access == 1 && armv7m_privileged(core));
}

void armv7m_fp_update(struct armv7m *core) {
    core->fp_ready = enabled(core) && (core->fpca || !(core->fpccr & FPCCR_ASPEN)) && !core->lspact;
}

/* Lazy stacking's late store, where the exception entry left room for it. */
static bool preserve(struct armv7m *core) {
    bool ok = true;
    for (unsigned i = 0; i < 16; i++)
        ok &= armv7m_bus_write(core, core->fpcar + 4 * i, 4, core->s[i]);
    ok &= armv7m_bus_write(core, core->fpcar + 0x40, 4, core->fpscr);
    core->lspact = false;
    core->cycles += 17;
    return ok;
}

bool armv7m_fp_begin(struct armv7m *core) {
    if (core->fp_ready)
        return true;
    if (!enabled(core)) {
        armv7m_raise(core, CFSR_NOCP);
        return false;
    }
    if (core->lspact && !preserve(core)) {
        armv7m_raise(core, CFSR_LSPERR);
        return false;
    }
    if (!core->fpca && core->fpccr & FPCCR_ASPEN) {
        core->fpca = true;
        core->fpscr = (core->fpscr & ~0x07C00000u) | core->fpdscr;
    }
    armv7m_fp_update(core);
    return true;
}

#define BEGIN()                                                                                    \
    do {                                                                                           \
        if (!armv7m_fp_begin(core))                                                                \
            return FLOW_LEAVE;                                                                     \
    } while (0)
#define SIGN 0x80000000u

enum flow exec_fp_undefined(struct armv7m *core, const struct op *op) {
    (void)op;
    if (!enabled(core))
        return armv7m_raise(core, CFSR_NOCP);
    return armv7m_raise(core, CFSR_UNDEFINSTR);
}

/* sh: 0 VADD, 1 VSUB, 2 VMUL, 3 VNMUL */
enum flow exec_fp_arith(struct armv7m *core, const struct op *op) {
    BEGIN();
    uint32_t n = core->s[op->rn], m = core->s[op->rm], *fpscr = &core->fpscr, result;
    switch (op->sh) {
    case 0:
        result = armv7m_fp_add(fpscr, n, m);
        break;
    case 1:
        result = armv7m_fp_sub(fpscr, n, m);
        break;
    default:
        result = armv7m_fp_mul(fpscr, n, m) ^ (op->sh == 3 ? SIGN : 0);
        break;
    }
    core->s[op->rd] = result;
    return FLOW_NEXT;
}

enum flow exec_fp_div(struct armv7m *core, const struct op *op) {
    BEGIN();
    core->s[op->rd] = armv7m_fp_div(&core->fpscr, core->s[op->rn], core->s[op->rm]);
    return FLOW_NEXT;
}

/* sh: 0 VMLA, 1 VMLS, 2 VNMLS, 3 VNMLA, rounded twice; 4 VFMA, 5 VFMS, 6 VFNMS, 7 VFNMA, once.
 * The negated ones negate the accumulator, the odd ones the product. */
enum flow exec_fp_mac(struct armv7m *core, const struct op *op) {
    BEGIN();
    uint32_t *fpscr = &core->fpscr, n = core->s[op->rn], m = core->s[op->rm];
    uint32_t addend = core->s[op->rd] ^ (op->sh & 2 ? SIGN : 0), minus = op->sh & 1 ? SIGN : 0;
    if (op->sh & 4)
        core->s[op->rd] = armv7m_fp_fma(fpscr, addend, n ^ minus, m);
    else
        core->s[op->rd] = armv7m_fp_add(fpscr, addend, armv7m_fp_mul(fpscr, n, m) ^ minus);
    return FLOW_NEXT;
}

/* sh: 0 VMOV, 1 VABS, 2 VNEG, 3 VSQRT */
enum flow exec_fp_unary(struct armv7m *core, const struct op *op) {
    BEGIN();
    uint32_t m = core->s[op->rm];
    switch (op->sh) {
    case 1:
        m &= ~SIGN;
        break;
    case 2:
        m ^= SIGN;
        break;
    case 3:
        m = armv7m_fp_sqrt(&core->fpscr, m);
        break;
    default:
        break;
    }
    core->s[op->rd] = m;
    return FLOW_NEXT;
}

enum flow exec_fp_cmp(struct armv7m *core, const struct op *op) {
    BEGIN();
    uint32_t m = op->sh & 2 ? 0 : core->s[op->rm];
    uint32_t nzcv = armv7m_fp_compare(&core->fpscr, core->s[op->rd], m, op->sh & 1);
    core->fpscr = (core->fpscr & 0x0FFFFFFF) | nzcv;
    return FLOW_NEXT;
}

enum flow exec_fp_movi(struct armv7m *core, const struct op *op) {
    BEGIN();
    core->s[op->rd] = op->imm;
    return FLOW_NEXT;
}

/* sh bit 3: to an integer (bit 0: toward zero, bit 1: signed); else from one (bit 0: signed). */
enum flow exec_fp_convert(struct armv7m *core, const struct op *op) {
    BEGIN();
    enum fp_rounding set = (enum fp_rounding)(core->fpscr >> 22 & 3);
    uint32_t m = core->s[op->rm];
    core->s[op->rd] = op->sh & 8 ? armv7m_fp_to_fixed(&core->fpscr, m, 32, 0, !(op->sh & 2),
                                                      op->sh & 1 ? ROUND_ZERO : set)
                                 : armv7m_fp_from_fixed(&core->fpscr, m, 32, 0, !(op->sh & 1), set);
    return FLOW_NEXT;
}

/* imm: binary places; ra: bits; sh bit 0: unsigned, bit 1: to fixed point. */
enum flow exec_fp_fixed(struct armv7m *core, const struct op *op) {
    BEGIN();
    uint32_t *s = &core->s[op->rd];
    bool is_unsigned = op->sh & 1;
    *s = op->sh & 2
             ? armv7m_fp_to_fixed(&core->fpscr, *s, op->ra, op->imm, is_unsigned, ROUND_ZERO)
             : armv7m_fp_from_fixed(&core->fpscr, *s, op->ra, op->imm, is_unsigned, ROUND_NEAREST);
    return FLOW_NEXT;
}

/* sh bit 0: the top half; bit 1: to half precision. */
enum flow exec_fp_half(struct armv7m *core, const struct op *op) {
    BEGIN();
    unsigned at = op->sh & 1 ? 16 : 0;
    uint32_t m = core->s[op->rm], *d = &core->s[op->rd];
    if (op->sh & 2)
        *d = (*d & ~(0xFFFFu << at)) | armv7m_fp_to_half(&core->fpscr, m) << at;
    else
        *d = armv7m_fp_from_half(&core->fpscr, m >> at & 0xFFFF);
    return FLOW_NEXT;
}

/* --- moves ---------------------------------------------------------------------------- */

static enum flow load_words(struct armv7m *core, uint32_t address, unsigned first, unsigned n) {
    uint32_t values[32];
    if (address & 3)
        return armv7m_raise(core, CFSR_UNALIGNED);
    for (unsigned i = 0; i < n; i++)
        if (!armv7m_load(core, address + 4 * i, 4, &values[i]))
            return FLOW_LEAVE;
    for (unsigned i = 0; i < n; i++)
        core->s[first + i] = values[i];
    return FLOW_NEXT;
}
static enum flow store_words(struct armv7m *core, uint32_t address, unsigned first, unsigned n) {
    if (address & 3)
        return armv7m_raise(core, CFSR_UNALIGNED);
    for (unsigned i = 0; i < n; i++)
        if (!armv7m_store(core, address + 4 * i, 4, core->s[first + i]))
            return FLOW_LEAVE;
    return FLOW_NEXT;
}

enum flow exec_fp_load(struct armv7m *core, const struct op *op) {
    BEGIN();
    return load_words(core, core->r[op->rn] + op->imm, op->rd, op->sh ? 2 : 1);
}

enum flow exec_fp_store(struct armv7m *core, const struct op *op) {
    BEGIN();
    return store_words(core, core->r[op->rn] + op->imm, op->rd, op->sh ? 2 : 1);
}

static enum flow multiple(struct armv7m *core, const struct op *op,
                          enum flow (*move)(struct armv7m *, uint32_t, unsigned, unsigned)) {
    uint32_t base = core->r[op->rn], span = op->imm * 4;
    bool down = op->ra & MULTIPLE_DOWN, back = op->ra & MULTIPLE_WRITEBACK;
    unsigned rn = op->rn;
    enum flow flow = move(core, down ? base - span : base, op->rd, op->imm);
    if (flow == FLOW_NEXT && back)
        core->r[rn] = down ? base - span : base + span;
    return flow;
}

enum flow exec_fp_load_multiple(struct armv7m *core, const struct op *op) {
    BEGIN();
    return multiple(core, op, load_words);
}

enum flow exec_fp_store_multiple(struct armv7m *core, const struct op *op) {
    BEGIN();
    return multiple(core, op, store_words);
}

enum flow exec_fp_move_core(struct armv7m *core, const struct op *op) {
    BEGIN();
    if (op->sh)
        core->r[op->rd] = core->s[op->rn];
    else
        core->s[op->rn] = core->r[op->rd];
    return FLOW_NEXT;
}

enum flow exec_fp_move_two(struct armv7m *core, const struct op *op) {
    BEGIN();
    if (op->sh) {
        core->r[op->rd] = core->s[op->rn];
        core->r[op->ra] = core->s[op->rn + 1];
    } else {
        core->s[op->rn] = core->r[op->rd];
        core->s[op->rn + 1] = core->r[op->ra];
    }
    return FLOW_NEXT;
}

enum flow exec_fp_mrs(struct armv7m *core, const struct op *op) {
    BEGIN();
    if (op->rd == 15) {
        uint8_t q = core->q;
        armv7m_set_flags(core, core->fpscr);
        core->q = q;
    } else {
        core->r[op->rd] = core->fpscr;
    }
    return FLOW_NEXT;
}

enum flow exec_fp_msr(struct armv7m *core, const struct op *op) {
    BEGIN();
    core->fpscr = core->r[op->rd] & FPSCR_MASK;
    return FLOW_NEXT;
}
