/* The hot loop: predecoded instructions dispatched by computed goto, one label each. Flat on
 * purpose. What is not hot is called through a table.
 *
 * `cycles` is the counter in a register; SYNC writes it back before anything that can see
 * it. core->limit is read before every instruction, so whoever sets it to 0 is obeyed at
 * the next instruction boundary.
 */
#include <string.h>

#include "models/mcu/armv7m/fp_quick.h"
#include "models/mcu/armv7m/internal.h"

typedef enum flow exec_function(struct armv7m *core, const struct op *op);
#define ROW(name) exec_##name,
static exec_function *const SLOW[] = {ARMV7M_SLOW_OPS(ROW)};
#undef ROW

bool armv7m_condition(const struct armv7m *core, unsigned condition) {
    bool n = core->nz < 0, z = (uint32_t)core->nz == 0, c = core->c, v = core->v >> 31, is;
    switch (condition >> 1) {
    case 0:
        is = z;
        break;
    case 1:
        is = c;
        break;
    case 2:
        is = n;
        break;
    case 3:
        is = v;
        break;
    case 4:
        is = c && !z;
        break;
    case 5:
        is = n == v;
        break;
    case 6:
        is = n == v && !z;
        break;
    default:
        return true;
    }
    return is != (condition & 1);
}

/* A branch pays one cycle more when its target's octets are in two words. */
static inline unsigned straddles(const struct memory *code, uint32_t offset) {
    uint16_t first;
    if (LIKELY(!(offset & 2)))
        return 0;
    memcpy(&first, code->host + offset, 2);
    return first >> 11 >= 0x1D;
}

/* Wait states of the last octets of an instruction with PRE_LINE. */
static inline unsigned fetch_end(struct armv7m *core, const struct memory *code,
                                 const struct op *op, uint64_t cycle) {
    return armv7m_fetch(core, code, armv7m_op_pc(code, op + armv7m_op_length(op) - 1), cycle);
}

/* The part of OP_PRE that may call out. false: leave before the instruction. */
static bool before(struct armv7m *core, const struct memory *code, const struct op *op) {
    uint32_t pc = armv7m_op_pc(code, op);
    if (op->pre & PRE_BREAK && core->skip_break != pc) {
        core->stop = ARMV7M_BREAKPOINT;
        armv7m_attend(core, ATT_STOP);
        return false;
    }
    core->skip_break = 1;
    if (op->pre & PRE_LINE)
        core->cycles += fetch_end(core, code, op, core->cycles);
    if (op->pre & PRE_HOOK && core->config.hooks.function)
        core->config.hooks.function(core->config.user, core, pc);
    return true;
}

/* Steps ITSTATE; true when the instruction is to be executed. */
static inline bool guard(struct armv7m *core, const struct op *op) {
    uint8_t it = core->it;
    core->it_before = it;
    if (UNLIKELY(!it))
        return true;
    core->it = it & 7 ? (it & 0xE0) | (it << 1 & 0x1F) : 0;
    return op->pre & PRE_ALWAYS || armv7m_condition(core, it >> 4);
}

#define SYNC()                                                                                     \
    do {                                                                                           \
        core->op = op;                                                                             \
        core->cycles = cycles;                                                                     \
        core->instructions += count;                                                               \
        count = 0;                                                                                 \
    } while (0)
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        if (UNLIKELY(cycles >= core->limit))                                                       \
            goto out;                                                                              \
        count++;                                                                                   \
        __extension__({ goto *LABELS[op->code]; });                                                \
    } while (0)
/* Both widths of an operation. BODY must not contain a comma outside parentheses. */
#define HOT(name, ...)                                                                             \
    name##_N : __VA_ARGS__;                                                                        \
    cycles += op->cycles;                                                                          \
    op += 1;                                                                                       \
    DISPATCH();                                                                                    \
    name##_W : __VA_ARGS__;                                                                        \
    cycles += op->cycles;                                                                          \
    op += 2;                                                                                       \
    DISPATCH()

#define RD        core->r[op->rd]
#define RN        core->r[op->rn]
#define RM        core->r[op->rm]
#define NZ(value) core->nz = (int32_t)(value)

#define ADD_FLAGS(x, y, store)                                                                     \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y), r_ = a_ + b_;                                                 \
        NZ(r_);                                                                                    \
        core->c = r_ < a_;                                                                         \
        core->v = ~(a_ ^ b_) & (a_ ^ r_);                                                          \
        if (store)                                                                                 \
            RD = r_;                                                                               \
    } while (0)
#define SUB_FLAGS(x, y, store)                                                                     \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y), r_ = a_ - b_;                                                 \
        NZ(r_);                                                                                    \
        core->c = a_ >= b_;                                                                        \
        core->v = (a_ ^ b_) & (a_ ^ r_);                                                           \
        if (store)                                                                                 \
            RD = r_;                                                                               \
    } while (0)
#define ADC_FLAGS(x, y)                                                                            \
    do {                                                                                           \
        uint32_t a_ = (x), b_ = (y);                                                               \
        uint64_t sum_ = (uint64_t)a_ + b_ + core->c;                                               \
        NZ((uint32_t)sum_);                                                                        \
        core->c = (uint32_t)(sum_ >> 32);                                                          \
        core->v = ~(a_ ^ b_) & (a_ ^ (uint32_t)sum_);                                              \
        RD = (uint32_t)sum_;                                                                       \
    } while (0)
#define SET(value)                                                                                 \
    do {                                                                                           \
        uint32_t r_ = (value);                                                                     \
        RD = r_;                                                                                   \
        NZ(r_);                                                                                    \
    } while (0)
/* Shift by the low octet of a register. */
#define BY (RM & 0xFF)
#define SHIFT_SET(value, carry)                                                                    \
    do {                                                                                           \
        uint32_t x_ = RN, by_ = BY;                                                                \
        if (by_)                                                                                   \
            core->c = (carry);                                                                     \
        SET(value);                                                                                \
    } while (0)
#define SHIFT_LSL(x, by) ((by) > 31 ? 0 : (x) << ((by)&31))
#define SHIFT_LSR(x, by) ((by) > 31 ? 0 : (x) >> ((by)&31))
#define SHIFT_ASR(x, by) ((uint32_t)((int32_t)(x) >> ((by) > 31 ? 31 : (by))))
#define SHIFT_ROR(x, by) ((x) >> ((by)&31) | (x) << (-(by)&31))

#define LOAD(at, type, size)                                                                       \
    do {                                                                                           \
        uint32_t address_ = (at);                                                                  \
        const struct memory *m_ = core->page[address_ >> PAGE_SHIFT];                              \
        uint32_t offset_ = address_ - m_->base;                                                    \
        type value_;                                                                               \
        if (LIKELY(offset_ < m_->read_span && !(address_ & (size - 1)) &&                          \
                   offset_ - m_->fence_low >= m_->fence_span)) {                                   \
            memcpy(&value_, m_->host + offset_, size);                                             \
        } else {                                                                                   \
            uint32_t word_;                                                                        \
            SYNC();                                                                                \
            if (!armv7m_load(core, address_, size, &word_))                                        \
                goto left;                                                                         \
            cycles = core->cycles;                                                                 \
            value_ = (type)word_;                                                                  \
        }                                                                                          \
        RD = (uint32_t)value_;                                                                     \
    } while (0)
#define STORE(at, type, size)                                                                      \
    do {                                                                                           \
        uint32_t address_ = (at);                                                                  \
        struct memory *m_ = core->page[address_ >> PAGE_SHIFT];                                    \
        uint32_t offset_ = address_ - m_->base;                                                    \
        type value_ = (type)RD;                                                                    \
        if (LIKELY(offset_ < m_->write_span && !(address_ & (size - 1)) &&                         \
                   offset_ - m_->code_low >= m_->code_span &&                                      \
                   offset_ - m_->fence_low >= m_->fence_span)) {                                   \
            memcpy(m_->host + offset_, &value_, size);                                             \
        } else {                                                                                   \
            cost = op->cycles;                                                                     \
            SYNC();                                                                                \
            if (!armv7m_store(core, address_, size, RD))                                           \
                goto left;                                                                         \
            cycles = core->cycles + cost;                                                          \
            op += op_step;                                                                         \
            DISPATCH();                                                                            \
        }                                                                                          \
    } while (0)
/* A literal is mostly in the cache of data. */
#define LOAD_LITERAL()                                                                             \
    do {                                                                                           \
        if (LIKELY(cached_literal(core, op->imm, &RD)))                                            \
            break;                                                                                 \
        LOAD(op->imm, uint32_t, 4);                                                                \
    } while (0)
/* A store may overwrite its own slot: nothing of it is read afterwards. */
#define HOT_STORE(name, at, type, size)                                                            \
    name##_N : {                                                                                   \
        enum { op_step = 1 };                                                                      \
        STORE(at, type, size);                                                                     \
    }                                                                                              \
    cycles += op->cycles;                                                                          \
    op += 1;                                                                                       \
    DISPATCH();                                                                                    \
    name##_W : {                                                                                   \
        enum { op_step = 2 };                                                                      \
        STORE(at, type, size);                                                                     \
    }                                                                                              \
    cycles += op->cycles;                                                                          \
    op += 2;                                                                                       \
    DISPATCH()
#define OFFSET  (RN + op->imm)
#define INDEXED (RN + (RM << op->sh))

#define TAKE()                                                                                     \
    do {                                                                                           \
        cycles += op->taken;                                                                       \
        op += (int32_t)op->imm;                                                                    \
        goto taken;                                                                                \
    } while (0)
#define HOT_BRANCH(name, condition)                                                                \
    name##_N : if (condition) TAKE();                                                              \
    cycles += op->cycles;                                                                          \
    op += 1;                                                                                       \
    DISPATCH();                                                                                    \
    name##_W : if (condition) TAKE();                                                              \
    cycles += op->cycles;                                                                          \
    op += 2;                                                                                       \
    DISPATCH()
#define FLAG_N       (core->nz < 0)
#define FLAG_Z       ((uint32_t)core->nz == 0)
#define FLAG_V       (core->v >> 31)
#define LINK(length) core->r[14] = (armv7m_op_pc(code, op) + (length)) | 1
#define JUMP_TO(target)                                                                            \
    do {                                                                                           \
        uint32_t to_ = (target);                                                                   \
        uint32_t offset_ = to_ - 1 - code->base;                                                   \
        if (LIKELY(to_ & 1 && offset_ < code->size)) {                                             \
            cycles += op->taken + straddles(code, offset_);                                        \
            op = code->ops + offset_ / 2;                                                          \
            goto taken;                                                                            \
        }                                                                                          \
        cycles += op->taken;                                                                       \
        SYNC();                                                                                    \
        armv7m_branch_exchange(core, to_);                                                         \
        cycles = core->cycles;                                                                     \
        goto enter;                                                                                \
    } while (0)

#define SD core->s[op->rd]
#define SN core->s[op->rn]
#define SM core->s[op->rm]
/* The usual case here, all others by function. */
#define HOT_FP(name, usual, then)                                                                  \
    name##_N : name##_W : if (UNLIKELY(!core->fp_ready || !(usual))) goto fp_call;                 \
    then;                                                                                          \
    cycles += op->cycles;                                                                          \
    op += 2;                                                                                       \
    DISPATCH()

static inline bool quick_load(const struct armv7m *core, uint32_t address, uint32_t *value) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base;
    if (UNLIKELY(offset >= m->read_span || address & 3 || offset - m->fence_low < m->fence_span))
        return false;
    memcpy(value, m->host + offset, 4);
    return true;
}
/* A word whose line the cache of data holds. */
static inline bool cached_literal(const struct armv7m *core, uint32_t address, uint32_t *value) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base;
    if (offset >= m->lined_span || address & 3 ||
        !armv7m_cache_has(&m->lines->data, offset >> m->lines->shift))
        return false;
    armv7m_cache_use(&m->lines->data, offset >> m->lines->shift);
    memcpy(value, m->host + offset, 4);
    return true;
}
static inline bool quick_store(const struct armv7m *core, uint32_t address, uint32_t value) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base;
    if (UNLIKELY(offset >= m->write_span || address & 3 || offset - m->code_low < m->code_span ||
                 offset - m->fence_low < m->fence_span))
        return false;
    memcpy(m->host + offset, &value, 4);
    return true;
}

static enum flow fp_slow(struct armv7m *core, const struct op *op) {
    switch (op->inner & ~1u) {
    case OP_VMLA:
    case OP_VFMA:
        return exec_fp_mac(core, op);
    case OP_VLDR:
        return exec_fp_load(core, op);
    case OP_VSTR:
        return exec_fp_store(core, op);
    default:
        return exec_fp_arith(core, op);
    }
}

/* core->code is the region of core->pc, or found here. */
static bool enter_region(struct armv7m *core) {
    uint32_t offset = core->pc - core->code->base;
    if (LIKELY(offset < core->code->size && core->code->ops))
        return true;
    core->code = armv7m_find(core, core->pc);
    if (core->code->ops)
        return true;
    core->op = NULL;
    bool never = core->pc >= 0xE0000000 || (core->pc >= 0x40000000 && core->pc < 0x60000000) ||
                 (core->pc >= 0xA0000000 && core->pc < 0xE0000000);
    armv7m_raise_at(core, never ? CFSR_IACCVIOL : CFSR_IBUSERR, core->pc);
    return false;
}

void armv7m_execute(struct armv7m *core) {
#define ROW(name)      __extension__ &&name##_N, __extension__ &&name##_W,
#define SLOW_ROW(name) __extension__ &&call,
    static const void *const LABELS[] = {__extension__ && decode, __extension__ && pre,
                                         __extension__ && line_N, __extension__ && line_W,
                                         ARMV7M_HOT_OPS(ROW) ARMV7M_SLOW_OPS(SLOW_ROW)};
#undef ROW
#undef SLOW_ROW
    uint64_t cycles = core->cycles, count = 0;
    struct memory *code;
    const struct op *op;
    bool lines; /* fetches may wait */
    unsigned cost;
    uint32_t result; /* of the FPU */
    enum flow flow;

enter:
    if (UNLIKELY(core->attention))
        goto left;
    if (UNLIKELY(!enter_region(core)))
        goto left;
    code = core->code;
    lines = code->line_mask != 0;
    op = code->ops + (core->pc - code->base) / 2;
taken:
    if (lines)
        cycles += armv7m_fetch(core, code, armv7m_op_pc(code, op), cycles);
    DISPATCH();

decode: /* the slots behind the region are never filled: go on in the next one */
    if (UNLIKELY(op >= code->ops + code->size / 2)) {
        SYNC();
        core->instructions--;
        core->pc = armv7m_op_pc(code, op);
        goto enter;
    }
    if (UNLIKELY(core->fenced == code)) {
        SYNC();
        armv7m_lift(core);
    }
    armv7m_decode(core, code, armv7m_op_pc(code, op));
    __extension__({ goto *LABELS[op->code]; });

pre:
    if (op->pre & (PRE_HOOK | PRE_BREAK)) {
        SYNC();
        if (!before(core, code, op)) {
            core->instructions--;
            goto out;
        }
        cycles = core->cycles;
    } else if (op->pre & PRE_LINE) {
        cycles += fetch_end(core, code, op, cycles);
    }
    if (op->pre & PRE_IT && !guard(core, op)) {
        cycles += 1;
        op += armv7m_op_length(op);
        DISPATCH();
    }
    __extension__({ goto *LABELS[op->inner]; });

line_N:
    cycles += armv7m_fetch(core, code, armv7m_op_pc(code, op), cycles);
    __extension__({ goto *LABELS[op->inner]; });
line_W:
    cycles += armv7m_fetch(core, code, armv7m_op_pc(code, op + 1), cycles);
    __extension__({ goto *LABELS[op->inner]; });

call:
    cost = op->cycles;
    SYNC();
    flow = SLOW[op->inner - OP_SLOW_FIRST](core, op);
called:
    cycles = core->cycles += cost;
    if (LIKELY(flow == FLOW_NEXT)) {
        op += armv7m_op_length(op);
        DISPATCH();
    }
    if (flow == FLOW_JUMP)
        goto enter;
    goto left;

    HOT(NOP, );
    HOT(MOVI, RD = op->imm);
    HOT(MOVSI, SET(op->imm));
    HOT(MOVR, RD = RM);
    HOT(MOVSR, SET(RM));
    HOT(MVNR, RD = ~RM);
    HOT(MVNSR, SET(~RM));
    HOT(ADDI, RD = RN + op->imm);
    HOT(ADDSI, ADD_FLAGS(RN, op->imm, true));
    HOT(SUBSI, SUB_FLAGS(RN, op->imm, true));
    HOT(RSBI, RD = op->imm - RN);
    HOT(RSBSI, SUB_FLAGS(op->imm, RN, true));
    HOT(CMPI, SUB_FLAGS(RN, op->imm, false));
    HOT(CMNI, ADD_FLAGS(RN, op->imm, false));
    HOT(ADDR, RD = RN + RM);
    HOT(ADDSR, ADD_FLAGS(RN, RM, true));
    HOT(SUBR, RD = RN - RM);
    HOT(SUBSR, SUB_FLAGS(RN, RM, true));
    HOT(CMPR, SUB_FLAGS(RN, RM, false));
    HOT(CMNR, ADD_FLAGS(RN, RM, false));
    HOT(ADCR, RD = RN + RM + core->c);
    HOT(ADCSR, ADC_FLAGS(RN, RM));
    HOT(SBCR, RD = RN + ~RM + core->c);
    HOT(SBCSR, ADC_FLAGS(RN, ~RM));
    HOT(ANDI, RD = RN & op->imm);
    HOT(ANDSI, SET(RN & op->imm));
    HOT(ORRI, RD = RN | op->imm);
    HOT(EORI, RD = RN ^ op->imm);
    HOT(TSTI, NZ(RN & op->imm));
    HOT(ANDR, RD = RN & RM);
    HOT(ANDSR, SET(RN & RM));
    HOT(ORRR, RD = RN | RM);
    HOT(ORRSR, SET(RN | RM));
    HOT(EORR, RD = RN ^ RM);
    HOT(EORSR, SET(RN ^ RM));
    HOT(BICR, RD = RN & ~RM);
    HOT(BICSR, SET(RN & ~RM));
    HOT(TSTR, NZ(RN & RM));
    HOT(ADD_LSL, RD = RN + (RM << op->sh));
    HOT(SUB_LSL, RD = RN - (RM << op->sh));
    HOT(AND_LSL, RD = RN & RM << op->sh);
    HOT(ORR_LSL, RD = RN | RM << op->sh);
    HOT(EOR_LSL, RD = RN ^ RM << op->sh);
    HOT(ADD_LSR, RD = RN + (RM >> op->sh));
    HOT(SUB_LSR, RD = RN - (RM >> op->sh));
    HOT(AND_LSR, RD = RN & RM >> op->sh);
    HOT(ORR_LSR, RD = RN | RM >> op->sh);
    HOT(EOR_LSR, RD = RN ^ RM >> op->sh);
    /* Immediate shifts: 1..31, so no special case; 32 and 0 are decoded otherwise. */
    HOT(LSLI, RD = RM << op->sh);
    HOT(LSLSI, core->c = RM >> (32 - op->sh) & 1; SET(RM << op->sh));
    HOT(LSRI, RD = RM >> op->sh);
    HOT(LSRSI, core->c = RM >> (op->sh - 1) & 1; SET(RM >> op->sh));
    HOT(ASRI, RD = (uint32_t)((int32_t)RM >> op->sh));
    HOT(ASRSI, core->c = RM >> (op->sh - 1) & 1; SET((uint32_t)((int32_t)RM >> op->sh)));
    HOT(RORI, RD = SHIFT_ROR(RM, op->sh));
    HOT(LSLR, RD = SHIFT_LSL(RN, BY));
    HOT(LSLSR, SHIFT_SET(SHIFT_LSL(x_, by_), by_ > 32 ? 0 : x_ >> (32 - by_) & 1));
    HOT(LSRR, RD = SHIFT_LSR(RN, BY));
    HOT(LSRSR, SHIFT_SET(SHIFT_LSR(x_, by_), by_ > 32 ? 0 : x_ >> (by_ - 1) & 1));
    HOT(ASRR, RD = SHIFT_ASR(RN, BY));
    HOT(ASRSR, SHIFT_SET(SHIFT_ASR(x_, by_), x_ >> (by_ > 32 ? 31 : by_ - 1) & 1));
    HOT(RORR, RD = SHIFT_ROR(RN, BY));
    HOT(RORSR, SHIFT_SET(SHIFT_ROR(x_, by_), x_ >> ((by_ - 1) & 31) & 1));
    HOT(MUL, RD = RN * RM);
    HOT(MULS, SET(RN * RM));
    HOT(MLA, RD = core->r[op->ra] + RN * RM);
    HOT(MLS, RD = core->r[op->ra] - RN * RM);
    HOT(UXTB, RD = RM & 0xFF);
    HOT(UXTH, RD = RM & 0xFFFF);
    HOT(SXTB, RD = (uint32_t)(int8_t)RM);
    HOT(SXTH, RD = (uint32_t)(int16_t)RM);
    HOT(UBFX, RD = RN << op->ra >> op->sh);
    HOT(SBFX, RD = (uint32_t)((int32_t)(RN << op->ra) >> op->sh));
    HOT(BFI, RD = (RD & ~op->imm) | (RN << op->sh & op->imm));

    HOT(LDR, LOAD(OFFSET, uint32_t, 4));
    HOT(LDRB, LOAD(OFFSET, uint8_t, 1));
    HOT(LDRH, LOAD(OFFSET, uint16_t, 2));
    HOT(LDRSB, LOAD(OFFSET, int8_t, 1));
    HOT(LDRSH, LOAD(OFFSET, int16_t, 2));
    HOT(LDRX, LOAD(INDEXED, uint32_t, 4));
    HOT(LDRBX, LOAD(INDEXED, uint8_t, 1));
    HOT(LDRHX, LOAD(INDEXED, uint16_t, 2));
    HOT(LDRSBX, LOAD(INDEXED, int8_t, 1));
    HOT(LDRSHX, LOAD(INDEXED, int16_t, 2));
    HOT(LDRL, LOAD_LITERAL());
    HOT_STORE(STR, OFFSET, uint32_t, 4);
    HOT_STORE(STRB, OFFSET, uint8_t, 1);
    HOT_STORE(STRH, OFFSET, uint16_t, 2);
    HOT_STORE(STRX, INDEXED, uint32_t, 4);
    HOT_STORE(STRBX, INDEXED, uint8_t, 1);
    HOT_STORE(STRHX, INDEXED, uint16_t, 2);

    HOT_BRANCH(B, true);
    HOT_BRANCH(BEQ, FLAG_Z);
    HOT_BRANCH(BNE, !FLAG_Z);
    HOT_BRANCH(BCS, core->c);
    HOT_BRANCH(BCC, !core->c);
    HOT_BRANCH(BMI, FLAG_N);
    HOT_BRANCH(BPL, !FLAG_N);
    HOT_BRANCH(BVS, FLAG_V);
    HOT_BRANCH(BVC, !FLAG_V);
    HOT_BRANCH(BHI, core->c && !FLAG_Z);
    HOT_BRANCH(BLS, !core->c || FLAG_Z);
    HOT_BRANCH(BGE, FLAG_N == FLAG_V);
    HOT_BRANCH(BLT, FLAG_N != FLAG_V);
    HOT_BRANCH(BGT, FLAG_N == FLAG_V && !FLAG_Z);
    HOT_BRANCH(BLE, FLAG_N != FLAG_V || FLAG_Z);
    HOT_BRANCH(CBZ, RN == 0);
    HOT_BRANCH(CBNZ, RN != 0);
BL_N:
BL_W:
    LINK(4);
    TAKE();
BX_N:
BX_W:
    JUMP_TO(RM);
BLX_N:
BLX_W : {
    uint32_t target = RM;
    LINK(2);
    JUMP_TO(target);
}
    HOT(IT, core->it = (uint8_t)op->imm);

    HOT_FP(VADD, armv7m_quick_add(&core->fpscr, SN, SM, &result), SD = result);
    HOT_FP(VSUB, armv7m_quick_add(&core->fpscr, SN, SM ^ 0x80000000, &result), SD = result);
    HOT_FP(VMUL, armv7m_quick_mul(&core->fpscr, SN, SM, &result), SD = result);
    HOT_FP(VMLA,
           armv7m_quick_mul(&core->fpscr, SN, SM, &result) &&
               armv7m_quick_add(&core->fpscr, SD, result, &result),
           SD = result);
    HOT_FP(VFMA, armv7m_quick_fma(&core->fpscr, SD, SN, SM, &result), SD = result);
    HOT_FP(VLDR, quick_load(core, OFFSET, &result), SD = result);
    HOT_FP(VSTR, quick_store(core, OFFSET, SD), );
fp_call:
    cost = op->cycles;
    SYNC();
    flow = fp_slow(core, op);
    goto called;

out:
    core->pc = armv7m_op_pc(code, op);
left:
    core->cycles = cycles;
    core->instructions += count;
    core->op = NULL;
}
