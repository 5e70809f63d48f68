/* What each operation becomes on an x86-64 host: a row of TEMPLATES says how, the functions below
 * write it. What has no row ends a piece. Meaning as in hot.c, whose macros have the names of the
 * operations; flags are stored only if something reads them. */
#include "models/mcu/armv7m/decode.h"
#include "models/mcu/armv7m/templates.h"

#define AT(name) [(OP_##name - OP_HOT_FIRST) / 2]
static struct template TEMPLATES[(OP_SLOW_FIRST - OP_HOT_FIRST) / 2] = {
    AT(NOP) = {FORM_NOP, SETS_NONE, 0},
    AT(MOVI) = {FORM_NUMBER, SETS_NONE, 0},
    AT(MOVSI) = {FORM_NUMBER, SETS_NONE, 0},
    AT(MOVR) = {FORM_MOVE, SETS_NONE, 0},
    AT(MOVSR) = {FORM_MOVE, SETS_NONE, 0},
    AT(MVNR) = {FORM_NOT, SETS_NONE, 0},
    AT(MVNSR) = {FORM_NOT, SETS_NONE, 0},
    AT(ADDI) = {FORM_ALU_I, SETS_ADD, X86_ADD},
    AT(ADDSI) = {FORM_ALU_I, SETS_ADD, X86_ADD},
    AT(SUBSI) = {FORM_ALU_I, SETS_SUB, X86_SUB},
    AT(RSBI) = {FORM_RSB, SETS_SUB, 0},
    AT(RSBSI) = {FORM_RSB, SETS_SUB, 0},
    AT(CMPI) = {FORM_COMPARE_I, SETS_SUB, X86_SUB},
    AT(CMNI) = {FORM_COMPARE_I, SETS_ADD, X86_ADD},
    AT(ADDR) = {FORM_ALU, SETS_ADD, X86_ADD},
    AT(ADDSR) = {FORM_ALU, SETS_ADD, X86_ADD},
    AT(SUBR) = {FORM_ALU, SETS_SUB, X86_SUB},
    AT(SUBSR) = {FORM_ALU, SETS_SUB, X86_SUB},
    AT(CMPR) = {FORM_COMPARE, SETS_SUB, X86_SUB},
    AT(CMNR) = {FORM_COMPARE, SETS_ADD, X86_ADD},
    AT(ADCR) = {FORM_CARRY, SETS_ADD, X86_ADC},
    AT(ADCSR) = {FORM_CARRY, SETS_ADD, X86_ADC},
    AT(SBCR) = {FORM_BORROW, SETS_SUB, X86_SBB},
    AT(SBCSR) = {FORM_BORROW, SETS_SUB, X86_SBB},
    AT(ANDI) = {FORM_ALU_I, SETS_NZ, X86_AND},
    AT(ANDSI) = {FORM_ALU_I, SETS_NZ, X86_AND},
    AT(ORRI) = {FORM_ALU_I, SETS_NZ, X86_OR},
    AT(EORI) = {FORM_ALU_I, SETS_NZ, X86_XOR},
    AT(TSTI) = {FORM_COMPARE_I, SETS_NZ, X86_AND},
    AT(ANDR) = {FORM_ALU, SETS_NZ, X86_AND},
    AT(ANDSR) = {FORM_ALU, SETS_NZ, X86_AND},
    AT(ORRR) = {FORM_ALU, SETS_NZ, X86_OR},
    AT(ORRSR) = {FORM_ALU, SETS_NZ, X86_OR},
    AT(EORR) = {FORM_ALU, SETS_NZ, X86_XOR},
    AT(EORSR) = {FORM_ALU, SETS_NZ, X86_XOR},
    AT(BICR) = {FORM_BIC, SETS_NZ, X86_AND},
    AT(BICSR) = {FORM_BIC, SETS_NZ, X86_AND},
    AT(TSTR) = {FORM_COMPARE, SETS_NZ, X86_AND},
    AT(ADD_LSL) = {FORM_LSL, SETS_NONE, X86_ADD},
    AT(SUB_LSL) = {FORM_LSL, SETS_NONE, X86_SUB},
    AT(AND_LSL) = {FORM_LSL, SETS_NONE, X86_AND},
    AT(ORR_LSL) = {FORM_LSL, SETS_NONE, X86_OR},
    AT(EOR_LSL) = {FORM_LSL, SETS_NONE, X86_XOR},
    AT(ADD_LSR) = {FORM_LSR, SETS_NONE, X86_ADD},
    AT(SUB_LSR) = {FORM_LSR, SETS_NONE, X86_SUB},
    AT(AND_LSR) = {FORM_LSR, SETS_NONE, X86_AND},
    AT(ORR_LSR) = {FORM_LSR, SETS_NONE, X86_OR},
    AT(EOR_LSR) = {FORM_LSR, SETS_NONE, X86_XOR},
    AT(LSLI) = {FORM_SHIFT, SETS_NZC, X86_SHL},
    AT(LSLSI) = {FORM_SHIFT, SETS_NZC, X86_SHL},
    AT(LSRI) = {FORM_SHIFT, SETS_NZC, X86_SHR},
    AT(LSRSI) = {FORM_SHIFT, SETS_NZC, X86_SHR},
    AT(ASRI) = {FORM_SHIFT, SETS_NZC, X86_SAR},
    AT(ASRSI) = {FORM_SHIFT, SETS_NZC, X86_SAR},
    AT(RORI) = {FORM_SHIFT, SETS_NONE, X86_ROR},
    AT(LSLR) = {FORM_BY, SETS_NONE, X86_SHL},
    AT(LSRR) = {FORM_BY, SETS_NONE, X86_SHR},
    AT(ASRR) = {FORM_BY_ASR, SETS_NONE, X86_SAR},
    AT(RORR) = {FORM_BY_ROR, SETS_NONE, X86_ROR},
    AT(MUL) = {FORM_ALU, SETS_NONE, X86_IMUL},
    AT(MULS) = {FORM_ALU, SETS_NONE, X86_IMUL},
    AT(MLA) = {FORM_MLA, SETS_NONE, X86_ADD},
    AT(MLS) = {FORM_MLS, SETS_NONE, X86_ADD},
    AT(UXTB) = {FORM_EXTEND, SETS_NONE, X86_MOVZX8},
    AT(UXTH) = {FORM_EXTEND, SETS_NONE, X86_MOVZX16},
    AT(SXTB) = {FORM_EXTEND, SETS_NONE, X86_MOVSX8},
    AT(SXTH) = {FORM_EXTEND, SETS_NONE, X86_MOVSX16},
    AT(UBFX) = {FORM_FIELD, SETS_NONE, X86_SHR},
    AT(SBFX) = {FORM_FIELD, SETS_NONE, X86_SAR},
    AT(BFI) = {FORM_INSERT, SETS_NONE, 0},
    AT(LDR) = {FORM_LOAD, SETS_NONE, X86_MOV},
    AT(LDRB) = {FORM_LOAD, SETS_NONE, X86_MOVZX8},
    AT(LDRH) = {FORM_LOAD, SETS_NONE, X86_MOVZX16},
    AT(LDRSB) = {FORM_LOAD, SETS_NONE, X86_MOVSX8},
    AT(LDRSH) = {FORM_LOAD, SETS_NONE, X86_MOVSX16},
    AT(LDRX) = {FORM_LOAD_X, SETS_NONE, X86_MOV},
    AT(LDRBX) = {FORM_LOAD_X, SETS_NONE, X86_MOVZX8},
    AT(LDRHX) = {FORM_LOAD_X, SETS_NONE, X86_MOVZX16},
    AT(LDRSBX) = {FORM_LOAD_X, SETS_NONE, X86_MOVSX8},
    AT(LDRSHX) = {FORM_LOAD_X, SETS_NONE, X86_MOVSX16},
    AT(LDRL) = {FORM_LITERAL, SETS_NONE, X86_MOV},
    AT(STR) = {FORM_STORE, SETS_NONE, X86_STORE},
    AT(STRB) = {FORM_STORE, SETS_NONE, X86_STORE8},
    AT(STRH) = {FORM_STORE, SETS_NONE, X86_STORE | X86_16},
    AT(STRX) = {FORM_STORE_X, SETS_NONE, X86_STORE},
    AT(STRBX) = {FORM_STORE_X, SETS_NONE, X86_STORE8},
    AT(STRHX) = {FORM_STORE_X, SETS_NONE, X86_STORE | X86_16},
};
#undef AT

/* Operands by form. */
enum { USE_N = 1, USE_M = 2, USE_A = 4, USE_D = 8, GIVES_D = 16 };
static const uint8_t USES[FORMS] = {
    [FORM_NUMBER] = GIVES_D,
    [FORM_MOVE] = USE_M | GIVES_D,
    [FORM_NOT] = USE_M | GIVES_D,
    [FORM_ALU_I] = USE_N | GIVES_D,
    [FORM_ALU] = USE_N | USE_M | GIVES_D,
    [FORM_BIC] = USE_N | USE_M | GIVES_D,
    [FORM_RSB] = USE_N | GIVES_D,
    [FORM_COMPARE_I] = USE_N,
    [FORM_COMPARE] = USE_N | USE_M,
    [FORM_CARRY] = USE_N | USE_M | GIVES_D,
    [FORM_BORROW] = USE_N | USE_M | GIVES_D,
    [FORM_LSL] = USE_N | USE_M | GIVES_D,
    [FORM_LSR] = USE_N | USE_M | GIVES_D,
    [FORM_SHIFT] = USE_M | GIVES_D,
    [FORM_BY] = USE_N | USE_M | GIVES_D,
    [FORM_BY_ASR] = USE_N | USE_M | GIVES_D,
    [FORM_BY_ROR] = USE_N | USE_M | GIVES_D,
    [FORM_MLA] = USE_N | USE_M | USE_A | GIVES_D,
    [FORM_MLS] = USE_N | USE_M | USE_A | GIVES_D,
    [FORM_EXTEND] = USE_M | GIVES_D,
    [FORM_FIELD] = USE_N | GIVES_D,
    [FORM_INSERT] = USE_N | USE_D | GIVES_D,
    [FORM_LOAD] = USE_N | GIVES_D,
    [FORM_LOAD_X] = USE_N | USE_M | GIVES_D,
    [FORM_STORE] = USE_N | USE_D,
    [FORM_STORE_X] = USE_N | USE_M | USE_D,
    [FORM_LITERAL] = GIVES_D,
};

const struct template *template_of(const struct op *op) {
    static const struct template NONE;
    return op->inner >= OP_HOT_FIRST && op->inner < OP_SLOW_FIRST
               ? &TEMPLATES[(op->inner - OP_HOT_FIRST) / 2]
               : &NONE;
}

struct template *template_row(unsigned kind) {
    return &TEMPLATES[(kind - OP_HOT_FIRST) / 2];
}

bool template_has(const struct region *r, const struct op *op) {
    if (template_of(op)->form == FORM_LITERAL)
        return armv7m_is_literal(r->core, r->code, op);
    return template_of(op)->form != FORM_NONE || armv7m_indexed_form(op);
}

bool template_accesses(const struct op *op) {
    unsigned form = template_of(op)->form;
    return (form >= FORM_LOAD && form <= FORM_STORE_X) || armv7m_indexed_form(op);
}

bool template_loads(const struct op *op) {
    unsigned form = template_of(op)->form;
    return form == FORM_LOAD || form == FORM_LOAD_X ||
           (armv7m_indexed_form(op) && !(op->ra & INDEXED_STORE));
}

struct used template_used(const struct op *op) {
    unsigned uses = USES[template_of(op)->form];
    struct used used = {0, 0};
    if (armv7m_indexed_form(op)) {
        used.writes = 1u << op->rn;
        uses = op->ra & INDEXED_STORE ? USE_N | USE_D : USE_N | GIVES_D;
    }
    used.reads = (uses & USE_N ? 1u << op->rn : 0) | (uses & USE_M ? 1u << op->rm : 0) |
                 (uses & USE_A ? 1u << op->ra : 0) | (uses & USE_D ? 1u << op->rd : 0);
    used.writes |= uses & GIVES_D ? 1u << op->rd : 0;
    return used;
}

/* --- values -------------------------------------------------------------------------------- */

void template_get(struct region *r, unsigned to, unsigned guest) {
    if (r->host[guest] != to)
        x86_op(&r->x, X86_MOV, to, region_guest(r, guest));
}
void template_put(struct region *r, unsigned guest, unsigned from) {
    if (r->host[guest] == NO_HOST)
        x86_op(&r->x, X86_STORE, from, region_guest(r, guest));
    else if (r->host[guest] != from)
        x86_op(&r->x, X86_MOV, r->host[guest], x86_in(from));
}

/* RD's register, if it can be written before RM is read. */
static unsigned place(const struct region *r, const struct op *op) {
    unsigned host = r->host[op->rd];
    return host == NO_HOST || (op->rd == op->rm && op->rd != op->rn) ? X86_RAX : host;
}

static void shifted(struct region *r, const struct op *op, unsigned which, uint32_t x86,
                    unsigned to) {
    template_get(r, X86_RCX, op->rm);
    x86_shift(&r->x, which, X86_RCX, op->sh);
    template_get(r, to, op->rn);
    x86_op(&r->x, x86, to, x86_in(X86_RCX));
}

/* By the low octet of RM: 32 and more leave nothing. */
static void by_register(struct region *r, const struct op *op, uint32_t which, unsigned to) {
    x86_op(&r->x, X86_MOVZX8, X86_RCX, region_guest(r, op->rm));
    template_get(r, to, op->rn);
    x86_op(&r->x, X86_SHIFT_CL, which, x86_in(to));
    x86_op_number(&r->x, X86_CMP, x86_in(X86_RCX), 32);
    x86_op(&r->x, X86_SBB, X86_RCX, x86_in(X86_RCX));
    x86_op(&r->x, X86_AND, to, x86_in(X86_RCX));
}
/* Arithmetic: 31 and more are alike. */
static void by_register_asr(struct region *r, const struct op *op, unsigned to) {
    x86_op(&r->x, X86_MOVZX8, X86_RCX, region_guest(r, op->rm));
    x86_load_number(&r->x, X86_RDX, 31);
    x86_op(&r->x, X86_CMP, X86_RCX, x86_in(X86_RDX));
    x86_op(&r->x, X86_CMOV + X86_A, X86_RCX, x86_in(X86_RDX));
    template_get(r, to, op->rn);
    x86_op(&r->x, X86_SHIFT_CL, X86_SAR, x86_in(to));
}

static void multiply(struct region *r, const struct op *op, bool subtract, unsigned to) {
    template_get(r, X86_RCX, op->rn);
    x86_op(&r->x, X86_IMUL, X86_RCX, region_guest(r, op->rm));
    if (subtract)
        x86_op(&r->x, X86_UNARY, X86_NEG, x86_in(X86_RCX));
    x86_op(&r->x, X86_ADD, X86_RCX, region_guest(r, op->ra));
    x86_op(&r->x, X86_MOV, to, x86_in(X86_RCX));
}

static void insert(struct region *r, const struct op *op, unsigned to) {
    template_get(r, X86_RCX, op->rn);
    x86_shift(&r->x, X86_SHL, X86_RCX, op->sh);
    x86_op_number(&r->x, X86_AND, x86_in(X86_RCX), (int32_t)op->imm);
    template_get(r, to, op->rd);
    x86_op_number(&r->x, X86_AND, x86_in(to), (int32_t)~op->imm);
    x86_op(&r->x, X86_OR, to, x86_in(X86_RCX));
}

/* RN with a number, RM or what becomes of it; RDX stays, but for FORM_BY_ASR. */
static void combine(struct region *r, const struct op *op, const struct template *t, unsigned to) {
    switch (t->form) {
    case FORM_LSL:
    case FORM_LSR:
        shifted(r, op, t->form == FORM_LSL ? X86_SHL : X86_SHR, t->x86, to);
        return;
    case FORM_BIC:
        template_get(r, X86_RCX, op->rm);
        x86_op(&r->x, X86_UNARY, X86_NOT, x86_in(X86_RCX));
        template_get(r, to, op->rn);
        x86_op(&r->x, X86_AND, to, x86_in(X86_RCX));
        return;
    case FORM_RSB:
        template_get(r, X86_RCX, op->rn);
        x86_load_number(&r->x, to, op->imm);
        x86_op(&r->x, X86_SUB, to, x86_in(X86_RCX));
        return;
    case FORM_CARRY:
    case FORM_BORROW:
        template_get(r, to, op->rn);
        x86_carry_of(&r->x, region_field(offsetof(struct armv7m, c)));
        if (t->form == FORM_BORROW)
            x86_complement(&r->x);
        x86_op(&r->x, t->x86, to, region_guest(r, op->rm));
        return;
    case FORM_ALU_I:
    case FORM_COMPARE_I:
        template_get(r, to, op->rn);
        x86_op_number(&r->x, t->x86, x86_in(to), (int32_t)op->imm);
        return;
    default:
        template_get(r, to, op->rn);
        x86_op(&r->x, t->x86, to, region_guest(r, op->rm));
        return;
    }
}

/* What the operation puts into RD into `to`; flags of the host as its template says. */
static void value(struct region *r, const struct op *op, unsigned to) {
    const struct template *t = template_of(op);
    switch (t->form) {
    case FORM_NUMBER:
        x86_load_number(&r->x, to, op->imm);
        return;
    case FORM_MOVE:
        template_get(r, to, op->rm);
        return;
    case FORM_NOT:
        template_get(r, to, op->rm);
        x86_op(&r->x, X86_UNARY, X86_NOT, x86_in(to));
        return;
    case FORM_SHIFT:
        template_get(r, to, op->rm);
        x86_shift(&r->x, t->x86, to, op->sh);
        return;
    case FORM_BY:
        by_register(r, op, t->x86, to);
        return;
    case FORM_BY_ASR:
        by_register_asr(r, op, to);
        return;
    case FORM_BY_ROR:
        template_get(r, X86_RCX, op->rm);
        template_get(r, to, op->rn);
        x86_op(&r->x, X86_SHIFT_CL, t->x86, x86_in(to));
        return;
    case FORM_MLA:
    case FORM_MLS:
        multiply(r, op, t->form == FORM_MLS, to);
        return;
    case FORM_EXTEND:
        x86_op(&r->x, t->x86, to, region_guest(r, op->rm));
        return;
    case FORM_FIELD:
        template_get(r, to, op->rn);
        if (op->ra)
            x86_shift(&r->x, X86_SHL, to, op->ra);
        x86_shift(&r->x, t->x86, to, op->sh);
        return;
    case FORM_INSERT:
        insert(r, op, to);
        return;
    default:
        combine(r, op, t, to);
        return;
    }
}

void template_value(struct region *r, const struct op *op) {
    value(r, op, X86_RAX);
}

void template_keep(struct region *r, const struct op *op, unsigned cc) {
    if (r->host[op->rd] != NO_HOST) {
        x86_op(&r->x, X86_CMOV + (cc ^ 1), r->host[op->rd], x86_in(X86_RAX));
        return;
    }
    x86_op(&r->x, X86_CMOV + cc, X86_RAX, region_guest(r, op->rd));
    template_put(r, op->rd, X86_RAX);
}

/* --- flags --------------------------------------------------------------------------------- */

/* Stores flags of a result, by the host's, which stay; RCX and RDX do not. */
static void store_flags(struct region *r, const struct op *op, uint8_t flags, unsigned result) {
    unsigned sets = template_of(op)->sets;
    if (flags & LIVE_C)
        x86_op(&r->x, X86_SET + (sets == SETS_SUB ? X86_AE : X86_B), 0,
               region_field(offsetof(struct armv7m, c)));
    if (flags & LIVE_V) {
        x86_load_number(&r->x, X86_RDX, 0x80000000);
        x86_load_number(&r->x, X86_RCX, 0);
        x86_op(&r->x, X86_CMOV + X86_O, X86_RCX, x86_in(X86_RDX));
        x86_op(&r->x, X86_STORE, X86_RCX, region_field(offsetof(struct armv7m, v)));
    }
    if (flags & LIVE_NZ) {
        x86_op(&r->x, X86_MOVSXD, X86_RCX, x86_in(result));
        x86_op(&r->x, X86_STORE | X86_64, X86_RCX, region_field(offsetof(struct armv7m, nz)));
    }
}

bool template_defers(const struct op *op, unsigned condition) {
    unsigned kind = armv7m_kind_of(op);
    if (kind == OP_TSTI || kind == OP_TSTR)
        return condition < 2 || condition == 4 || condition == 5; /* EQ, NE, MI, PL */
    return kind == OP_CMPI || kind == OP_CMPR || kind == OP_SUBSI;
}

void template_compare(struct region *r, const struct op *op) {
    const struct template *t = template_of(op);
    bool tests = t->sets == SETS_NZ;
    unsigned n = r->host[op->rn];
    if (t->form == FORM_ALU_I) {
        template_write(r, op, 0);
        return;
    }
    if (n == NO_HOST)
        template_get(r, n = X86_RAX, op->rn);
    if (t->form == FORM_COMPARE)
        x86_op(&r->x, tests ? X86_TEST : X86_CMP, n, region_guest(r, op->rm));
    else if (tests)
        x86_test_number(&r->x, x86_in(n), op->imm);
    else
        x86_op_number(&r->x, X86_CMP, x86_in(n), (int32_t)op->imm);
}

void template_remake(struct region *r, const struct op *op) {
    if (template_of(op)->form == FORM_ALU_I) { /* SUBS: RN was the result and the number */
        template_get(r, X86_RAX, op->rd);
        x86_op_number(&r->x, X86_ADD, x86_in(X86_RAX), (int32_t)op->imm);
        x86_op_number(&r->x, X86_SUB, x86_in(X86_RAX), (int32_t)op->imm);
    } else {
        value(r, op, X86_RAX);
    }
    store_flags(r, op, armv7m_flags(armv7m_kind_of(op)).writes, X86_RAX);
}

/* A test has N and Z where a subtraction has them. */
unsigned template_condition_of(unsigned condition) {
    static const uint8_t AFTER_SUB[] = {X86_E,  X86_NE, X86_AE, X86_B,  X86_S, X86_NS, X86_O,
                                        X86_NO, X86_A,  X86_BE, X86_GE, X86_L, X86_G,  X86_LE};
    return AFTER_SUB[condition];
}

/* The flags of the guest are in memory: N in the upper half of nz, Z when the lower is 0. */
unsigned template_condition(struct region *r, unsigned condition) {
    struct x86_operand low = region_field(offsetof(struct armv7m, nz));
    struct x86_operand high = region_field(offsetof(struct armv7m, nz) + 4);
    struct x86_operand c = region_field(offsetof(struct armv7m, c));
    struct x86_operand v = region_field(offsetof(struct armv7m, v));
    static const uint8_t CC[] = {X86_E,  X86_NE, X86_NE, X86_E,  X86_L, X86_GE, X86_L,
                                 X86_GE, X86_G,  X86_LE, X86_NS, X86_S, X86_E,  X86_NE};
    switch (condition / 2) {
    case 0: /* EQ */
        x86_op_number(&r->x, X86_CMP, low, 0);
        break;
    case 1: /* CS; the octets above are 0 */
        x86_op(&r->x, X86_MOVZX8, X86_RCX, c);
        x86_op(&r->x, X86_TEST, X86_RCX, x86_in(X86_RCX));
        break;
    case 2: /* MI */
        x86_op_number(&r->x, X86_CMP, high, 0);
        break;
    case 3: /* VS */
        x86_op_number(&r->x, X86_CMP, v, 0);
        break;
    case 4: /* HI: C - Z is above 0 */
        x86_op(&r->x, X86_MOVZX8, X86_RCX, c);
        x86_op_number(&r->x, X86_CMP, low, 1);
        x86_op_number(&r->x, X86_SBB, x86_in(X86_RCX), 0);
        break;
    case 5: /* GE */
        x86_op(&r->x, X86_MOV, X86_RCX, high);
        x86_op(&r->x, X86_XOR, X86_RCX, v);
        break;
    default: /* GT: (N ^ V) + Z is 0 */
        x86_op(&r->x, X86_MOV, X86_RCX, high);
        x86_op(&r->x, X86_XOR, X86_RCX, v);
        x86_shift(&r->x, X86_SHR, X86_RCX, 31);
        x86_op_number(&r->x, X86_CMP, low, 1);
        x86_op_number(&r->x, X86_ADC, x86_in(X86_RCX), 0);
        break;
    }
    return CC[condition];
}

void template_write(struct region *r, const struct op *op, uint8_t live) {
    const struct template *t = template_of(op);
    uint8_t flags = armv7m_flags(armv7m_kind_of(op)).writes & live;
    bool compares = t->form == FORM_COMPARE || t->form == FORM_COMPARE_I;
    if (t->form == FORM_LITERAL) {
        template_literal(r, op);
    } else if (template_accesses(op)) {
        template_access(r, op);
    } else if (t->form != FORM_NOP && (flags || !compares)) {
        unsigned to = compares ? X86_RAX : place(r, op);
        value(r, op, to);
        if (!compares)
            template_put(r, op->rd, to);
        if (flags)
            store_flags(r, op, flags, to);
    }
}
