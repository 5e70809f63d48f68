/* The hot loop: predecoded instructions dispatched by computed goto, one label each. Flat on
 * purpose. What is not hot is called through a table.
 *
 * core->limit is read before every block, and a block that might reach it is done by single
 * instructions. What can call out of the core ends a block, always or when it does so; whoever
 * sets the limit to 0 is obeyed at the next instruction boundary.
 */
#include <string.h>

#include "models/mcu/armv7m/fp_quick.h"
#include "models/mcu/armv7m/hot.h"
#include "models/mcu/armv7m/internal.h"
#include "models/mcu/armv7m/translate.h"

typedef enum flow exec_function(struct armv7m *core, const struct op *op);
#define ROW(name) exec_##name,
static exec_function *const SLOW[] = {ARMV7M_SLOW_OPS(ROW)};
#undef ROW

bool armv7m_condition(const struct armv7m *core, unsigned condition) {
    return armv7m_passes(core->nz, core->c, core->v, condition);
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

/* The part of what is first that may call out. false: leave before the instruction. */
static bool before(struct armv7m *core, const struct memory *code, const struct op *op) {
    uint32_t pc = armv7m_op_pc(code, op), last = pc + armv7m_op_length(op) * 2 - 1;
    unsigned pre = op->pre; /* parking may have the slot forgotten */
    if (pre & PRE_BREAK && core->skip_break != pc) {
        core->stop = ARMV7M_BREAKPOINT;
        armv7m_attend(core, ATT_STOP);
        return false;
    }
    if (pre & PRE_PARK && armv7m_park(core, pc))
        return false;
    core->skip_break = 1;
    if (pre & PRE_LINE)
        core->cycles += armv7m_fetch(core, code, last, core->cycles);
    if (pre & PRE_HOOK)
        armv7m_unpark(core);
    if (pre & PRE_HOOK && core->config.hooks.function)
        core->config.hooks.function(core->config.user, core, pc);
    return true;
}

/* Steps ITSTATE; true when the instruction is to be executed. passes: its condition. */
static inline bool guard(struct armv7m *core, const struct op *op, bool passes) {
    uint8_t it = core->it;
    core->it_before = it;
    if (UNLIKELY(!it))
        return true;
    core->it = (uint8_t)armv7m_it_advance(it);
    return op->pre & PRE_ALWAYS || passes;
}

/* Whether aligned octets lie behind the fence; those without one have a span of 0. */
static inline bool fenced(const struct memory *m, uint32_t offset) {
    return offset - m->fence_low < m->fence_span;
}

/* `size` octets that can be read with nothing else to happen: without wait states, or in the
 * cache of data. NULL: not so. */
const uint8_t *armv7m_readable(struct armv7m *core, uint32_t address, uint32_t size) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base;
    if (address & (size - 1) || fenced(m, offset))
        return NULL;
    if (offset < m->read_span) {
        core->near_read = m;
        return m->host + offset;
    }
    if (offset >= m->lined_span || !armv7m_cache_has(&m->lines->data, offset >> m->lines->shift))
        return NULL;
    armv7m_cache_use(&m->lines->data, offset >> m->lines->shift);
    return m->host + offset;
}
/* Mostly in the region of the last one: then its place does not wait for the address. */
static inline const uint8_t *readable(struct armv7m *core, uint32_t address, uint32_t size) {
    const struct memory *m = core->near_read;
    uint32_t offset = address - m->base;
    if (LIKELY(offset < m->read_span && !(address & (size - 1)) && !fenced(m, offset)))
        return m->host + offset;
    return armv7m_readable(core, address, size);
}
static inline uint8_t *writable(struct armv7m *core, uint32_t address, uint32_t size) {
    const struct memory *m = core->near_write;
    uint32_t offset = address - m->base;
    if (UNLIKELY(offset >= m->write_span)) {
        m = core->near_write = core->page[address >> PAGE_SHIFT];
        offset = address - m->base;
    }
    bool plain = offset < m->write_span && !(address & (size - 1)) &&
                 offset - m->code_low >= m->code_span && !fenced(m, offset);
    return LIKELY(plain) ? m->host + offset : NULL;
}
uint8_t *armv7m_writable(struct armv7m *core, uint32_t address, uint32_t size) {
    return writable(core, address, size);
}
static inline bool quick_load(struct armv7m *core, uint32_t address, uint32_t *value) {
    const uint8_t *from = readable(core, address, 4);
    if (LIKELY(from))
        memcpy(value, from, 4);
    return from;
}
static inline bool quick_store(struct armv7m *core, uint32_t address, uint32_t value) {
    uint8_t *to = writable(core, address, 4);
    if (LIKELY(to))
        memcpy(to, &value, 4);
    return to;
}

/* A literal of the region that is executed. */
static inline uint32_t literal(const struct memory *code, uint32_t address, uint64_t *cycles) {
    uint32_t value, offset = address - code->base;
    if (code->lines)
        *cycles += armv7m_lines_read(code->lines, offset >> code->lines->shift);
    memcpy(&value, code->host + offset, 4);
    return value;
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

/* A table of all labels in the order of enum armv7m_code, by the macros ROW (narrow and wide),
 * SLOW_ROW, PAIR_ROW, WIDE_ROW and ONE, which the places of use define. */
/* clang-format off */
#define TABLE                                                                                      \
    ONE(decode) ONE(single) ROW(line) ARMV7M_HOT_OPS(ROW) ARMV7M_SLOW_OPS(SLOW_ROW) ROW(SUBI)      \
    ROW(LITERAL) ONE(host) ONE(it_run) ONE(it_pass) ONE(it_pass_c) ONE(it_pass_n)                  \
    ONE(it_pass_z) ARMV7M_SKIP_OPS(PAIR_ROW) ARMV7M_BRANCH_OPS(PAIR_ROW)                           \
    ARMV7M_PREDICATED_OPS(WIDE_ROW) ARMV7M_GUARDED_OPS(WIDE_ROW) ARMV7M_FORWARD_OPS(WIDE_ROW)      \
    ARMV7M_INDEXED_OPS(PAIR_ROW)
/* clang-format on */

/* What labels have in common is not to be computed before they are known (the GCC manual advises
 * this for computed goto). */
#ifdef __clang__
#define ALONE
#else
#define ALONE __attribute__((optimize("no-gcse")))
#endif

ALONE void armv7m_execute(struct armv7m *core) {
#define ONE(label)            __extension__ &&label,
#define ROW(name)             ONE(name##_N) ONE(name##_W)
#define SLOW_ROW(name)        ONE(call)
#define PAIR_ROW(first, name) ONE(first##_##name)
#define WIDE_ROW(how, name)   ROW(how##_##name)
    static const void *const LABELS[OP_ALL] = {TABLE};
#undef ONE
#undef ROW
#undef SLOW_ROW
#undef PAIR_ROW
#undef WIDE_ROW
#define ROW(name)             ONE() ONE()
#define SLOW_ROW(name)        ONE()
#define PAIR_ROW(first, name) ONE()
#define WIDE_ROW(how, name)   ONE() ONE()
#define ONE(label)            __extension__ &&again,
    static const void *const AGAIN[OP_ALL] = {TABLE};
#undef ONE
#define ONE(label) __extension__ &&guarded,
    static const void *const GUARDED[OP_ALL] = {TABLE};
#undef ONE
#define ONE(label) __extension__ &&step,
    static const void *const STEPS[OP_ALL] = {TABLE};
    uint64_t cycles = core->cycles, count = 0;
    const void *const *labels = LABELS;
    struct memory *code;
    const struct op *op;
    bool extends;            /* a load of a signed value */
    bool went;               /* what was translated did something */
    unsigned octets, length; /* of an access; of an instruction, in halfwords */
    unsigned cost, rd, how, it = 0;
    uint32_t address, result;
    enum flow flow;
    int64_t nz;
    uint32_t c, v, last = 0; /* last: the result of the operation before */

enter:
    GET_FLAGS();
    if (UNLIKELY(core->attention))
        goto left;
    if (UNLIKELY(!enter_region(core)))
        goto left;
    code = core->code;
    op = code->ops + (core->pc - code->base) / 2;
    goto taken;
far: /* behind a branch back, or to another line */
    if (how & BRANCH_BACK && op->begin != OP_HOST && op->heat != HEAT_REFUSED)
        armv7m_warm(core, code, &code->ops[op - code->ops]);
    if (!(how & BRANCH_LINE))
        BLOCK();
taken: /* an instruction that begins before the limit is executed, however long its fetch takes */
    if (code->line_mask) {
        if (UNLIKELY(cycles >= core->limit))
            goto out;
        cycles += armv7m_fetch(core, code, armv7m_op_pc(code, op), cycles);
        if (UNLIKELY(cycles >= core->limit))
            core->limit = cycles + 1;
    }
again:
    BLOCK();

decode: /* the slots behind the region are never filled: go on in the next one */
    if (UNLIKELY(op >= code->ops + code->size / 2)) {
        SYNC();
        core->pc = armv7m_op_pc(code, op);
        goto enter;
    }
    if (UNLIKELY(core->fenced == code)) {
        SYNC();
        armv7m_lift(core);
    }
    armv7m_decode(core, code, armv7m_op_pc(code, op));
    BLOCK();

host: /* the head of a loop that was translated */
    cycles -= op->ahead;
    count -= op->left;
    SYNC();
    count = core->instructions;
    op = armv7m_run_translated(core, op);
    went = core->instructions != count;
    count = 0;
    cycles = core->cycles;
    GET_FLAGS();
    if (went)
        BLOCK();
    if (cycles + op->worst >= core->limit)
        goto one;
    cycles += op->ahead;
    count += op->left;
    __extension__({ goto *LABELS[op->entry]; });

one: /* the limit is within the block */
    labels = STEPS;
step:
    if (cycles >= core->limit)
        goto out;
    cycles += op->cycles;
    count += op->inner != OP_DECODE;
    if (LIKELY(!(op->pre & ~PRE_WIDE)))
        __extension__({ goto *LABELS[op->inner]; });
    goto first;
single: /* a block of one */
    labels = AGAIN;
    if (!(op->pre & ~PRE_WIDE))
        __extension__({ goto *LABELS[op->inner]; });
first: /* what is to be done before it */
    cycles -= op->cycles;
    if (op->pre & (PRE_HOOK | PRE_BREAK | PRE_PARK)) {
        SYNC();
        if (!before(core, code, op)) {
            core->instructions--;
            goto out;
        }
        cycles = core->cycles;
        GET_FLAGS();
        if (UNLIKELY(op->code == OP_DECODE)) /* the hook had it forgotten */
            armv7m_decode(core, code, armv7m_op_pc(code, op));
    } else if (op->pre & PRE_LINE) {
        cycles += fetch_end(core, code, op, cycles);
    }
    if (op->pre & PRE_IT && !guard(core, op, armv7m_passes(nz, c, v, core->it >> 4))) {
        cycles += 1;
        op += armv7m_op_length(op);
        BLOCK();
    }
    cycles += op->cycles;
    __extension__({ goto *LABELS[op->inner]; });

line_N:
    cycles += armv7m_fetch(core, code, armv7m_op_pc(code, op), cycles - op->ahead);
    __extension__({ goto *LABELS[op->then]; });
line_W:
    cycles += armv7m_fetch(core, code, armv7m_op_pc(code, op + 1), cycles - op->ahead);
    __extension__({ goto *LABELS[op->then]; });

it_run: /* the block of an IT, whose operations take a cycle each, done or not */
    it = op->imm;
    op += 1;
    labels = GUARDED;
    goto guard;
guarded: /* behind one of them */
    it = armv7m_it_advance(it);
guard:
    while (it && !armv7m_passes(nz, c, v, it >> 4)) {
        op += armv7m_op_length(op);
        it = armv7m_it_advance(it);
    }
    if (it)
        __extension__({ goto *LABELS[op->then]; });
    labels = LABELS;
    NEXT();

it_pass: /* the same when all are predicated */
    it = PASSES;
    op += 1;
    __extension__({ goto *LABELS[op->then]; });
it_pass_c:
    it = PASSES_C;
    op += 1;
    __extension__({ goto *LABELS[op->then]; });
it_pass_n:
    it = PASSES_N;
    op += 1;
    __extension__({ goto *LABELS[op->then]; });
it_pass_z:
    it = PASSES_Z;
    op += 1;
    __extension__({ goto *LABELS[op->then]; });

function: /* an operation within a block turns out not to be plain */
    REWIND();
    goto calling;
call:
    cycles -= op->cycles;
calling:
    cost = op->cycles;
    length = armv7m_op_length(op);
    SYNC();
    flow = SLOW[op->inner - OP_SLOW_FIRST](core, op);
called: /* which may have had `op` forgotten */
    cycles = core->cycles += cost;
    GET_FLAGS();
    if (LIKELY(flow == FLOW_NEXT)) {
        op += length;
        BLOCK();
    }
    if (flow == FLOW_JUMP)
        goto enter;
    goto left;
fp_function:
    REWIND();
    cost = op->cycles;
    length = armv7m_op_length(op);
    SYNC();
    flow = fp_slow(core, op);
    goto called;
load:
    REWIND();
    cost = op->cycles;
    length = armv7m_op_length(op);
    rd = op->rd;
    SYNC();
    if (!armv7m_load(core, address, octets, &result))
        goto left;
    if (extends)
        result = octets == 1 ? (uint32_t)(int8_t)result : (uint32_t)(int16_t)result;
    core->r[rd] = result;
    cycles = core->cycles + cost;
    GET_FLAGS();
    op += length;
    BLOCK();
store:
    REWIND();
    cost = op->cycles;
    length = armv7m_op_length(op);
    SYNC();
    if (!armv7m_store(core, address, octets, RD))
        goto left;
    cycles = core->cycles + cost;
    GET_FLAGS();
    op += length;
    BLOCK();

    HOT(NOP, );
    HOT_VALUE(MOVI);
    HOT(MOVSI, SET(op->imm));
    HOT_VALUE(MOVR);
    HOT(MOVSR, SET(RM));
    HOT_VALUE(MVNR);
    HOT(MVNSR, SET(~RM));
    HOT_VALUE(ADDI);
    HOT_DO(ADDSI);
    HOT_DO(SUBSI);
    HOT_VALUE(RSBI);
    HOT(RSBSI, SUB_FLAGS(op->imm, RN, true));
    HOT_DO(CMPI);
    HOT(CMNI, ADD_FLAGS(RN, op->imm, false));
    HOT_VALUE(SUBI);
    HOT_VALUE(ADDR);
    HOT_DO(ADDSR);
    HOT_VALUE(SUBR);
    HOT_DO(SUBSR);
    HOT_DO(CMPR);
    HOT(CMNR, ADD_FLAGS(RN, RM, false));
    HOT(ADCR, PUT(RN + RM + c));
    HOT(ADCSR, ADC_FLAGS(RN, RM));
    HOT(SBCR, PUT(RN + ~RM + c));
    HOT(SBCSR, ADC_FLAGS(RN, ~RM));
    HOT_VALUE(ANDI);
    HOT_DO(ANDSI);
    HOT_VALUE(ORRI);
    HOT_VALUE(EORI);
    HOT(TSTI, NZ(RN & op->imm));
    HOT_VALUE(ANDR);
    HOT_DO(ANDSR);
    HOT_VALUE(ORRR);
    HOT_DO(ORRSR);
    HOT_VALUE(EORR);
    HOT_DO(EORSR);
    HOT_VALUE(BICR);
    HOT(BICSR, SET(RN & ~RM));
    HOT_DO(TSTR);
    HOT_VALUE(ADD_LSL);
    HOT_DO(SUB_LSL);
    HOT(AND_LSL, PUT(RN & RM << op->sh));
    HOT(ORR_LSL, PUT(RN | RM << op->sh));
    HOT_VALUE(EOR_LSL);
    HOT(ADD_LSR, PUT(RN + (RM >> op->sh)));
    HOT(SUB_LSR, PUT(RN - (RM >> op->sh)));
    HOT(AND_LSR, PUT(RN & RM >> op->sh));
    HOT(ORR_LSR, PUT(RN | RM >> op->sh));
    HOT_VALUE(EOR_LSR);
    /* Immediate shifts: 1..31, so no special case; 32 and 0 are decoded otherwise. */
    HOT_VALUE(LSLI);
    HOT_DO(LSLSI);
    HOT_VALUE(LSRI);
    HOT_DO(LSRSI);
    HOT_DO(ASRI);
    HOT_DO(ASRSI);
    HOT(RORI, PUT(SHIFT_ROR(RM, op->sh)));
    HOT(LSLR, PUT(SHIFT_LSL(RN, BY)));
    HOT(LSLSR, SHIFT_SET(SHIFT_LSL(x_, by_), by_ > 32 ? 0 : x_ >> (32 - by_) & 1));
    HOT(LSRR, PUT(SHIFT_LSR(RN, BY)));
    HOT(LSRSR, SHIFT_SET(SHIFT_LSR(x_, by_), by_ > 32 ? 0 : x_ >> (by_ - 1) & 1));
    HOT(ASRR, PUT(SHIFT_ASR(RN, BY)));
    HOT(ASRSR, SHIFT_SET(SHIFT_ASR(x_, by_), x_ >> (by_ > 32 ? 31 : by_ - 1) & 1));
    HOT(RORR, PUT(SHIFT_ROR(RN, BY)));
    HOT(RORSR, SHIFT_SET(SHIFT_ROR(x_, by_), x_ >> ((by_ - 1) & 31) & 1));
    HOT_DO(MUL);
    HOT(MULS, SET(RN * RM));
    HOT(MLA, PUT(core->r[op->ra] + RN * RM));
    HOT(MLS, PUT(core->r[op->ra] - RN * RM));
    HOT_DO(UXTB);
    HOT_DO(UXTH);
    HOT_DO(SXTB);
    HOT_DO(SXTH);
    HOT_DO(UBFX);
    HOT(SBFX, PUT((uint32_t)((int32_t)(RN << op->ra) >> op->sh)));
    HOT(BFI, PUT((RD & ~op->imm) | (RN << op->sh & op->imm)));

    HOT_DO(LDR);
    HOT_DO(LDRB);
    HOT_DO(LDRH);
    HOT(LDRSB, LOAD(OFFSET, int8_t, 1));
    HOT(LDRSH, LOAD(OFFSET, int16_t, 2));
    HOT_DO(LDRX);
    HOT_DO(LDRBX);
    HOT_DO(LDRHX);
    HOT(LDRSBX, LOAD(INDEXED, int8_t, 1));
    HOT(LDRSHX, LOAD(INDEXED, int16_t, 2));
    HOT(LDRL, LOAD(op->imm, uint32_t, 4));
    HOT(LITERAL, PUT(literal(code, op->imm, &cycles)));
    HOT(STR, STORE(OFFSET, uint32_t, 4));
    HOT(STRB, STORE(OFFSET, uint8_t, 1));
    HOT(STRH, STORE(OFFSET, uint16_t, 2));
    HOT(STRX, STORE(INDEXED, uint32_t, 4));
    HOT(STRBX, STORE(INDEXED, uint8_t, 1));
    HOT(STRHX, STORE(INDEXED, uint16_t, 2));

    HOT_INDEXED_LOAD(LDR, POST, uint32_t);
    HOT_INDEXED_LOAD(LDR, PRE, uint32_t);
    HOT_INDEXED_LOAD(LDRB, POST, uint8_t);
    HOT_INDEXED_LOAD(LDRB, PRE, uint8_t);
    HOT_INDEXED_LOAD(LDRH, POST, uint16_t);
    HOT_INDEXED_LOAD(LDRH, PRE, uint16_t);
    HOT_INDEXED_STORE(STR, POST, uint32_t);
    HOT_INDEXED_STORE(STR, PRE, uint32_t);
    HOT_INDEXED_STORE(STRB, POST, uint8_t);
    HOT_INDEXED_STORE(STRB, PRE, uint8_t);
    HOT_INDEXED_STORE(STRH, POST, uint16_t);
    HOT_INDEXED_STORE(STRH, PRE, uint16_t);

    HOT_BRANCH(B, true);
    ARMV7M_BY_CONDITION(HOT_BRANCH_BY, B)
    HOT_BRANCH(CBZ, RN == 0);
    HOT_BRANCH(CBNZ, RN != 0);
    ARMV7M_SKIP_OPS(HOT_SKIP)
    ARMV7M_BRANCH_OPS(HOT_WITH_BRANCH)
    ARMV7M_PREDICATED_OPS(HOT_PREDICATED)
    ARMV7M_GUARDED_OPS(HOT_GUARDED)
    ARMV7M_FORWARD_OPS(HOT_FORWARD)
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
out:
    core->pc = armv7m_op_pc(code, op);
left:
    PUT_FLAGS();
    core->cycles = cycles;
    core->instructions += count;
    core->op = NULL;
}
