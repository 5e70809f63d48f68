/* Blocks of decoded instructions, and what an instruction may do in its block that is quicker
 * than what it does alone with the same outcome.
 *
 * Within a block nothing outside the core can look, and no limit falls: the hot loop enters
 * one only when its last instruction begins before the limit, whatever its fetches wait. So
 * flags that are written again before anything reads them need not be made, and a few
 * instructions can be done as one. What may call out of the core (a load or store that is not
 * plain) finds all of the state as it would be without blocks, and the block ends there.
 *
 * What a slot says of its block depends on the slots behind it as far as it reaches, and
 * armv7m_forget() forgets it with them. A decoded slot is never decoded otherwise without that.
 */
#include "models/mcu/armv7m/decode.h"

#define SKIP_MOST 8 /* operations a branch within a block may jump over */

unsigned armv7m_kind_of(const struct op *op) {
    return op->inner >= OP_SLOW_FIRST ? op->inner : op->inner & ~1u;
}
static unsigned width_of(const struct op *op) { /* to be added to a narrow form */
    return op->pre & PRE_WIDE ? 1 : 0;
}
static bool is_branch(unsigned kind) {
    return kind >= OP_B && kind <= OP_CBNZ;
}
static bool computes(unsigned kind) {
    return kind >= OP_NOP && kind <= OP_BFI;
}
bool armv7m_computes(const struct op *op) {
    return computes(armv7m_kind_of(op));
}

/* --- flags --------------------------------------------------------------------------------- */

#define NZC  (LIVE_NZ | LIVE_C)
#define NZCV LIVE_ALL
static const struct armv7m_flags FLAGS[] = {
    {OP_MOVSI, OP_MOVI, LIVE_NZ, 0},  {OP_MOVSR, OP_MOVR, LIVE_NZ, 0},
    {OP_MVNSR, OP_MVNR, LIVE_NZ, 0},  {OP_ADDSI, OP_ADDI, NZCV, 0},
    {OP_SUBSI, OP_SUBI, NZCV, 0},     {OP_RSBSI, OP_RSBI, NZCV, 0},
    {OP_CMPI, OP_NOP, NZCV, 0},       {OP_CMNI, OP_NOP, NZCV, 0},
    {OP_ADDSR, OP_ADDR, NZCV, 0},     {OP_SUBSR, OP_SUBR, NZCV, 0},
    {OP_CMPR, OP_NOP, NZCV, 0},       {OP_CMNR, OP_NOP, NZCV, 0},
    {OP_ADCR, OP_ADCR, 0, LIVE_C},    {OP_ADCSR, OP_ADCR, NZCV, LIVE_C},
    {OP_SBCR, OP_SBCR, 0, LIVE_C},    {OP_SBCSR, OP_SBCR, NZCV, LIVE_C},
    {OP_ANDSI, OP_ANDI, LIVE_NZ, 0},  {OP_TSTI, OP_NOP, LIVE_NZ, 0},
    {OP_ANDSR, OP_ANDR, LIVE_NZ, 0},  {OP_ORRSR, OP_ORRR, LIVE_NZ, 0},
    {OP_EORSR, OP_EORR, LIVE_NZ, 0},  {OP_BICSR, OP_BICR, LIVE_NZ, 0},
    {OP_TSTR, OP_NOP, LIVE_NZ, 0},    {OP_MULS, OP_MUL, LIVE_NZ, 0},
    {OP_LSLSI, OP_LSLI, NZC, 0},      {OP_LSRSI, OP_LSRI, NZC, 0},
    {OP_ASRSI, OP_ASRI, NZC, 0},      {OP_LSLSR, OP_LSLR, NZC, LIVE_C}, /* by 0: C stays */
    {OP_LSRSR, OP_LSRR, NZC, LIVE_C}, {OP_ASRSR, OP_ASRR, NZC, LIVE_C},
    {OP_RORSR, OP_RORR, NZC, LIVE_C},
};

struct armv7m_flags armv7m_flags(unsigned kind) {
    for (unsigned i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
        if (FLAGS[i].kind == kind)
            return FLAGS[i];
    bool leaves = !computes(kind) && kind != OP_LITERAL;
    return (struct armv7m_flags){(uint16_t)kind, (uint16_t)kind, 0, leaves ? LIVE_ALL : 0};
}

uint8_t armv7m_condition_reads(unsigned condition) {
    static const uint8_t READS[] = {LIVE_NZ, LIVE_C, LIVE_NZ, LIVE_V, NZC, LIVE_ALL, LIVE_ALL, 0};
    return READS[condition >> 1];
}

/* --- operations done otherwise ------------------------------------------------------------- */

bool armv7m_is_literal(const struct armv7m *core, const struct memory *code, const struct op *op) {
    bool noted = core->config.parks && code->region.flags & ARMV7M_WRITE;
    return armv7m_kind_of(op) == OP_LDRL && !(op->imm & 3) && op->imm - code->base < code->size &&
           !core->n_watches && !noted;
}

unsigned armv7m_indexed_form(const struct op *op) {
    static const uint16_t FORMS[2][2][3] = {
        {{OP_LDRB_POST, OP_LDRH_POST, OP_LDR_POST}, {OP_STRB_POST, OP_STRH_POST, OP_STR_POST}},
        {{OP_LDRB_PRE, OP_LDRH_PRE, OP_LDR_PRE}, {OP_STRB_PRE, OP_STRH_PRE, OP_STR_PRE}}};
    bool plain = op->inner == OP_indexed && op->ra & INDEXED_WRITEBACK && op->rm == ZERO_REG &&
                 !(op->ra & INDEXED_SIGNED) && op->rn != 13 && op->rd != 13 && op->rd != 15;
    return plain
               ? FORMS[!!(op->ra & INDEXED_PRE)][!!(op->ra & INDEXED_STORE)][op->ra & INDEXED_SIZE]
               : 0;
}

/* The form, of those from `first` on, of what is in a list of operations; or 0. */
static unsigned form_of(unsigned first, unsigned kind, const uint16_t *kinds, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        if (kinds[i] == kind)
            return first + 2 * i;
    return 0;
}
#define KIND(how, name) OP_##name,
static unsigned predicated(unsigned first, unsigned kind) {
    static const uint16_t KINDS[] = {ARMV7M_PREDICATED(KIND, )};
    return form_of(first, kind, KINDS, sizeof KINDS / sizeof *KINDS);
}
/* With RN, or RM, at hand. */
static unsigned forwarded_n(unsigned kind) {
    static const uint16_t KINDS[] = {ARMV7M_FORWARD_N(KIND)};
    return form_of(OP_N_ADDI, kind, KINDS, sizeof KINDS / sizeof *KINDS);
}
static unsigned forwarded_m(unsigned kind) {
    static const uint16_t KINDS[] = {ARMV7M_FORWARD_M(KIND)};
    return form_of(OP_M_MOVR, kind, KINDS, sizeof KINDS / sizeof *KINDS);
}
#undef KIND

/* Conditions of a single flag have forms of their own. */
enum { BY_ANY, BY_C, BY_N, BY_Z };
static unsigned flag_of(unsigned condition) {
    static const uint8_t BY[8] = {BY_Z, BY_C, BY_N};
    return BY[condition >> 1];
}
/* What `ra` is for that: EQ, CS and MI have an even number. */
static uint8_t ra_of(unsigned condition) {
    return (uint8_t)(flag_of(condition) == BY_ANY ? condition : condition & 1);
}

/* An operation and the branch behind it, or 0. */
static unsigned with_branch(unsigned kind, const struct op *next) {
    static const uint16_t FORMS[][2] = {{OP_CMPI, OP_CMPI_EQ},
                                        {OP_CMPR, OP_CMPR_EQ},
                                        {OP_SUBSI, OP_SUBSI_EQ},
                                        {OP_TSTR, OP_TSTR_EQ},
                                        {OP_LSLSI, OP_LSLSI_EQ}};
    if (!armv7m_is_conditional(next) || next->pre || next->code != next->inner)
        return 0;
    for (unsigned i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (FORMS[i][0] == kind)
            return FORMS[i][1] + armv7m_condition_of(next);
    return 0;
}

/* --- linking ------------------------------------------------------------------------------- */

/* The block of an IT can be done at once: operations of one cycle that only compute. Their
 * number and halfwords with the IT; false: not so. */
static bool it_whole(const struct memory *code, const struct op *op, unsigned *n,
                     unsigned *length) {
    const struct op *at = op + 1, *end = code->ops + code->size / 2;
    *n = 1;
    for (unsigned it = op->imm & 0xF; it; it = it << 1 & 0xF) {
        if (at >= end || !computes(armv7m_kind_of(at)) || at->cycles != 1 ||
            (at->pre & ~PRE_WIDE) != PRE_IT)
            return false;
        at += armv7m_op_length(at);
        ++*n;
    }
    *length = (unsigned)(at - op);
    return true;
}

/* Something that goes on with the next instruction, as far as is known here. */
static bool falls(const struct op *op) {
    unsigned kind = armv7m_kind_of(op);
    return !(op->pre & ~(PRE_WIDE | PRE_LINE)) && !is_branch(kind) &&
           (kind < OP_SLOW_FIRST || armv7m_indexed_form(op));
}

/* Executed alone, or the end of a block. */
static void link_end(struct op *op) {
    bool ends = !falls(op) && !(op->pre & ~PRE_WIDE);
    op->begin = op->entry = op->code = ends ? op->inner : OP_SINGLE;
    op->from = 0;
    op->ahead = op->cycles;
    op->left = 1;
    op->worst = 0;
    op->reach = (uint8_t)armv7m_op_length(op);
    op->live = LIVE_ALL;
}

/* A branch tells whether its target is in another line than its last octets, and, where loops are
 * translated, whether it makes one. */
static void find_target(const struct memory *code, struct op *op) {
    uint32_t at = armv7m_op_pc(code, op), end = at + armv7m_op_length(op) * 2 - 1;
    unsigned kind = armv7m_kind_of(op);
    if (is_branch(kind) && kind != OP_BX && kind != OP_BLX)
        op->sh =
            (((at + op->imm * 2) & code->line_mask) != (end & code->line_mask) ? BRANCH_LINE : 0) |
            (code->translator && (int32_t)op->imm <= 0 ? BRANCH_BACK : 0);
}

/* The most cycles that fetching and reading at `op` may wait. A prefetch that was just begun
 * takes a cycle more than a fetch. */
static unsigned waits(const struct armv7m *core, const struct memory *code, const struct op *op) {
    if (!code->lines || !code->lines->latency)
        return 0;
    unsigned fetch = code->lines->latency + 1 + core->config.fetch_latency;
    return (op->pre & PRE_LINE ? fetch : 0) +
           (op->then == OP_LITERAL + width_of(op) ? code->lines->latency : 0);
}

/* Leaves its result at hand. */
static bool yields(const struct op *op) {
    unsigned then = op->then, kind = then - width_of(op);
    bool tests = kind == OP_NOP || kind == OP_CMPI || kind == OP_CMNI || kind == OP_CMPR ||
                 kind == OP_CMNR || kind == OP_TSTI || kind == OP_TSTR;
    return (computes(kind) && !tests) || kind == OP_SUBI || kind == OP_LITERAL ||
           (kind >= OP_LDR && kind <= OP_LDRSH) || (kind >= OP_LDRX && kind <= OP_LDRSHX) ||
           (then >= OP_LDR_POST && then <= OP_LDRH_POST) ||
           (then >= OP_LDR_PRE && then <= OP_LDRH_PRE);
}

/* `op` goes on with `next`, which takes an operand from it if all that come to it within a block
 * come from there: known by the length of what is before, since code may be read in two ways.
 * length: of `op`, or CONTESTED when it is more than an operation. */
enum { CONTESTED = 3 };
static void forward(const struct op *op, struct op *next, unsigned length) {
    unsigned form = 0, kind = next->then - width_of(next);
    next->from = (uint8_t)(next->from && next->from != length ? CONTESTED : length);
    next->code = next->entry;
    if (next->from == CONTESTED || next->entry != next->then || !yields(op))
        return;
    if (next->rn == op->rd)
        form = forwarded_n(kind);
    if (!form && next->rm == op->rd)
        form = forwarded_m(kind);
    if (form)
        next->code = (uint16_t)(form + width_of(next));
}

/* Puts `op`, n instructions in `cycles` cycles, before the block at `next`; false: it is full. */
static bool prepend(const struct armv7m *core, const struct memory *code, struct op *op,
                    struct op *next, unsigned n, unsigned cycles) {
    unsigned worst = cycles + waits(core, code, op) + next->worst;
    if (next->code == OP_DECODE || next->left + n > BLOCK_MOST || worst > UINT8_MAX)
        return false;
    op->left = (uint8_t)(next->left + n);
    op->ahead = (uint8_t)(next->ahead + cycles);
    op->worst = (uint8_t)worst;
    op->reach = (uint8_t)(next + next->reach - op);
    op->begin = op->entry = op->code = op->pre & PRE_LINE ? OP_LINE + width_of(op) : op->then;
    op->from = 0;
    forward(op, next, n > 1 ? CONTESTED : armv7m_op_length(op));
    return true;
}

/* Whether ITSTATE has the condition contrary to that of the IT. An IT of AL with an else comes to
 * 1111, which is UNPREDICTABLE (A7.7.38) and passes by A7.3.1: as AL does, so not contrary. */
static bool contrary(unsigned it, unsigned condition) {
    return it >> 4 != condition && it >> 4 != 0xF;
}

/* The operations behind an IT are predicated, if all can be. */
static bool predicate_all(struct op *op, unsigned n) {
    struct op *at = op + 1;
    unsigned i, it = op->imm;
    for (i = 1; i < n && predicated(OP_MORE_MOVI, armv7m_kind_of(at)); i++)
        at += armv7m_op_length(at);
    if (i < n)
        return false;
    for (at = op + 1, i = 1; i < n; at += armv7m_op_length(at), i++) {
        unsigned how = i + 1 < n ? OP_MORE_MOVI : OP_LAST_MOVI;
        at->then = (uint16_t)(predicated(how, armv7m_kind_of(at)) + width_of(at));
        at->taken = contrary(it, op->imm >> 4);
        it = armv7m_it_advance(it);
    }
    return true;
}

static bool link_it(const struct armv7m *core, const struct memory *code, struct op *op) {
    unsigned n, length;
    if (!it_whole(code, op, &n, &length))
        return false;
    const struct op *only = op + 1;
    bool all = predicate_all(op, n);
    unsigned condition = op->imm >> 4, by = flag_of(condition);
    static const uint16_t IF[] = {OP_IF_MOVI, OP_IF_C_MOVI, OP_IF_N_MOVI, OP_IF_Z_MOVI};
    op->then = (uint16_t)(all ? OP_IT_PASS + by : OP_IT_RUN);
    if (all && n == 2)
        op->then = (uint16_t)(predicated(IF[by], armv7m_kind_of(only)) + width_of(only));
    op->ra = ra_of(condition);
    op->live = LIVE_ALL;
    return prepend(core, code, op, op + length, n, n);
}

static bool link_plain(const struct armv7m *core, const struct memory *code, struct op *op) {
    struct op *next = op + armv7m_op_length(op);
    unsigned kind = armv7m_is_literal(core, code, op) ? OP_LITERAL : armv7m_kind_of(op), indexed;
    struct armv7m_flags flags = armv7m_flags(kind);
    op->live = (uint8_t)((next->live & ~flags.writes) | flags.reads);
    if (flags.writes && !(flags.writes & next->live))
        kind = flags.plain;
    op->then = (uint16_t)(kind + width_of(op));
    if (!width_of(op) && with_branch(kind, next))
        op->then = (uint16_t)with_branch(kind, next);
    indexed = armv7m_indexed_form(op);
    if (indexed)
        op->then = (uint16_t)indexed;
    return prepend(core, code, op, next, 1, op->cycles);
}

/* What a branch jumps over is in its block, and so is its target. */
static bool jumps_within(const struct op *op, const struct op *to) {
    const struct op *at = op + 1;
    for (unsigned n = 0; at < to && n < SKIP_MOST; n++) {
        if (at->left < 2 || at->pre & PRE_LINE || armv7m_kind_of(at) == OP_IT)
            return false;
        at += armv7m_op_length(at);
    }
    return at == to && to->code != OP_DECODE;
}

/* A branch over one operation that only computes, in as many cycles as that takes. */
static unsigned over_one(const struct op *op, const struct op *to) {
    const struct op *only = op + 1;
    unsigned kind = armv7m_kind_of(only), whole;
    if (!armv7m_is_conditional(op) || only + armv7m_op_length(only) != to ||
        only->cycles != op->taken)
        return 0;
    struct armv7m_flags flags = armv7m_flags(kind);
    static const uint16_t OVER[] = {OP_OVER_MOVI, OP_OVER_C_MOVI, OP_OVER_N_MOVI, OP_OVER_Z_MOVI};
    unsigned form = OVER[flag_of(armv7m_condition_of(op))];
    whole = flags.writes & to->live ? 0 : predicated(form, flags.plain);
    return whole ? whole + width_of(only) : 0;
}

/* A branch so little forward that what it jumps over may be in its block. */
static bool may_skip(const struct op *op) {
    unsigned kind = armv7m_kind_of(op);
    bool zero = kind == OP_CBZ || kind == OP_CBNZ;
    return !(op->pre & ~PRE_LINE) && (zero || armv7m_is_conditional(op)) && (int32_t)op->imm > 1 &&
           (int32_t)op->imm <= 2 * SKIP_MOST;
}

static bool link_skip(const struct armv7m *core, const struct memory *code, struct op *op) {
    unsigned kind = armv7m_kind_of(op);
    bool zero = kind == OP_CBZ || kind == OP_CBNZ;
    struct op *next = op + 1, *to = op + (int32_t)op->imm;
    if (!may_skip(op) || !jumps_within(op, to))
        return false;
    unsigned skip = kind == OP_CBZ    ? OP_SKIP_ZR
                    : kind == OP_CBNZ ? OP_SKIP_NZ
                                      : OP_SKIP_EQ + armv7m_condition_of(op);
    unsigned one = over_one(op, to);
    op->then = (uint16_t)(one ? one : skip);
    op->live = (uint8_t)(next->live | to->live |
                         (zero ? 0 : armv7m_condition_reads(armv7m_condition_of(op))));
    if (one)
        op->ra = ra_of(armv7m_condition_of(op) ^ 1);
    if (!prepend(core, code, op, next, 1, op->cycles))
        return false;
    unsigned jump = op->cycles + op->taken + waits(core, code, op) + to->worst;
    if (jump > UINT8_MAX)
        return false;
    op->worst = (uint8_t)(jump > op->worst ? jump : op->worst);
    return true;
}

/* The slots behind are linked. */
static void link(const struct armv7m *core, const struct memory *code, struct op *op) {
    bool linked = false;
    find_target(code, op);
    if (op->inner == OP_IT && falls(op))
        linked = link_it(core, code, op) || link_plain(core, code, op);
    else if (falls(op))
        linked = link_plain(core, code, op);
    else
        linked = link_skip(core, code, op);
    if (!linked)
        link_end(op);
}

/* --- decoding ------------------------------------------------------------------------------ */

/* Behind the last instruction of an IT block that goes on at `offset`. */
static uint32_t guards_end(const struct memory *code, uint32_t offset, uint8_t it) {
    for (; it & 0xF && offset < code->size; it = (uint8_t)armv7m_it_advance(it))
        offset += code->host[offset + 1] >> 3 >= 0x1D ? 4 : 2;
    return offset;
}

/* A slot that was decoded as something else may be known to other blocks. True: so it was, and
 * all were forgotten. */
static bool clear_guards(struct memory *code, uint32_t address, uint8_t it) {
    uint32_t offset = address - code->base, end = guards_end(code, offset, it);
    for (uint32_t i = offset; i < end && i < code->size; i += 2) {
        if (code->ops[i / 2].code == OP_DECODE)
            continue;
        armv7m_forget(code, offset, end - offset);
        return true;
    }
    return false;
}

/* Instructions of an IT block are alone in their blocks. */
static void decode_guards(struct armv7m *core, struct memory *code, uint32_t address, uint8_t it) {
    for (uint32_t offset = address - code->base; it & 0xF && offset < code->size;
         it = (uint8_t)armv7m_it_advance(it)) {
        struct op *op = &code->ops[offset / 2];
        armv7m_fill(core, code, code->base + offset, true);
        find_target(code, op);
        link_end(op);
        op->then = op->inner;
        offset += armv7m_op_length(op) * 2;
    }
}

void armv7m_decode_block(struct armv7m *core, struct memory *code, uint32_t address, uint8_t it) {
    clear_guards(code, address, it);
    decode_guards(core, code, address, it);
}

/* Decodes from `address` to the end of the block, at most n of them, or to where it is decoded
 * already; `ops` lists them. False: others had to be forgotten, and these are. What is behind a
 * branch may never be executed, and an IT there be none: it has no say until it is. */
static bool decode_forward(struct armv7m *core, struct memory *code, uint32_t address,
                           struct op **ops, unsigned *n) {
    unsigned in_block;
    bool certain = true;
    uint32_t offset = address - code->base;
    for (*n = 0; *n < BLOCK_MOST && offset < code->size;) {
        struct op *op = &code->ops[offset / 2];
        if (op->code != OP_DECODE)
            break;
        armv7m_fill(core, code, code->base + offset, false);
        if (op->inner == OP_IT && !certain)
            break;
        op->code = OP_SINGLE;
        ops[(*n)++] = op;
        unsigned length = armv7m_op_length(op);
        if (op->inner == OP_IT) {
            if (clear_guards(code, code->base + offset + 2, (uint8_t)op->imm))
                return false;
            decode_guards(core, code, code->base + offset + 2, (uint8_t)op->imm);
            if (!it_whole(code, op, &in_block, &length))
                break;
        }
        if (!falls(op) && !may_skip(op))
            break;
        certain = certain && falls(op);
        offset += length * 2;
    }
    return true;
}

/* ITSTATE says whether the instruction is in a block, however it was come to: the slots of a
 * block may have been forgotten since its IT was executed. */
void armv7m_decode(struct armv7m *core, struct memory *code, uint32_t address) {
    struct op *ops[BLOCK_MOST];
    unsigned n;
    if (core->it) {
        armv7m_decode_block(core, code, address, core->it);
        return;
    }
    while (!decode_forward(core, code, address, ops, &n))
        while (n-- > 0)
            ops[n]->code = OP_DECODE;
    while (n-- > 0)
        link(core, code, ops[n]);
}
