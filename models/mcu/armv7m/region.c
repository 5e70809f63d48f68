/* Finds the pieces of a loop, deals registers out to it and joins its pieces; see region.h. */
#include "models/mcu/armv7m/region.h"

#include <string.h>

#include "models/mcu/armv7m/decode.h"

/* --- finding --------------------------------------------------------------------------------- */

static struct piece *piece_at(struct region *r, const struct op *head) {
    for (unsigned i = 0; i < r->n; i++)
        if (r->pieces[i].head == head)
            return &r->pieces[i];
    return NULL;
}

static bool is_known(const struct region *r, const struct op *op) {
    return op >= r->code->ops && op < r->code->ops + r->code->size / 2 && op->code != OP_DECODE;
}
static bool is_usable(const struct region *r, const struct op *op) {
    return is_known(r, op) && !(op->pre & ~(PRE_WIDE | PRE_LINE));
}
static bool is_jump(const struct op *op) {
    unsigned kind = armv7m_kind_of(op);
    return (kind >= OP_B && kind <= OP_BLE) || kind == OP_CBZ || kind == OP_CBNZ;
}
static const struct op *target_of(const struct op *branch) {
    return branch + (int32_t)branch->imm;
}

static void note_use(struct region *r, const struct op *op) {
    struct used used = template_used(op);
    r->written |= used.writes;
    for (unsigned guest = 0; guest < GUESTS; guest++)
        r->uses[guest] += (used.reads >> guest & 1) + (used.writes >> guest & 1);
}

/* A branch over one instruction that only computes, which takes as long as the jump. */
static bool is_over(const struct region *r, const struct op *op) {
    const struct op *only = op + 1;
    return armv7m_is_conditional(op) && !(op->pre & PRE_WIDE) && is_usable(r, only) &&
           !(only->pre & PRE_LINE) && target_of(op) == only + armv7m_op_length(only) &&
           only->cycles == op->taken && !(op->sh & BRANCH_LINE) && armv7m_computes(only) &&
           template_has(r, only);
}

/* The instructions that depend on an IT; 0: some cannot be done with it. */
static unsigned members(const struct region *r, const struct op *op, const struct op **behind) {
    unsigned n = 0;
    const struct op *at = op + 1;
    if (op->imm >> 4 == 14)
        return 0;
    for (unsigned it = op->imm & 0xF; it; it = it << 1 & 0xF, n++) {
        if (!is_known(r, at) || (at->pre & ~(PRE_WIDE | PRE_LINE)) != PRE_IT ||
            !armv7m_computes(at) || at->cycles != 1 || !template_has(r, at))
            return 0;
        at += armv7m_op_length(at);
    }
    *behind = at;
    return n;
}

/* A line that has to be waited for, and a literal or what a load may read. */
static unsigned waits_of(const struct region *r, const struct op *op) {
    const struct armv7m_lines *lines = r->code->lines;
    unsigned waits = r->lines && template_loads(op) ? r->lines->latency : 0;
    if (!lines || !lines->latency)
        return waits;
    return waits + (op->pre & PRE_LINE ? lines->latency + 1 + r->core->config.fetch_latency : 0) +
           (armv7m_kind_of(op) == OP_LDRL ? lines->latency : 0);
}

static void count(struct region *r, struct piece *p, const struct op *op) {
    p->cycles += op->cycles;
    p->instructions++;
    p->worst += waits_of(r, op);
    note_use(r, op);
}

/* The item at `op` into `p`; what is behind it, or NULL: there is none. */
static const struct op *add_item(struct region *r, struct piece *p, const struct op *op) {
    const struct op *behind = op + armv7m_op_length(op), *at = op + 1;
    unsigned kind = ITEM_PLAIN, n = 0;
    if (p->n == PIECE_ITEMS || !is_usable(r, op))
        return NULL;
    if (op->inner == OP_IT) {
        kind = ITEM_IT;
        n = members(r, op, &behind);
    } else if (is_over(r, op)) {
        kind = ITEM_OVER;
        n = 1;
        behind = target_of(op);
    } else if (!template_has(r, op)) {
        return NULL;
    }
    if (kind != ITEM_PLAIN && n == 0)
        return NULL;
    p->items[p->n++] = (struct item){.op = op, .kind = (uint8_t)kind};
    count(r, p, op);
    for (; n > 0; n--, at += armv7m_op_length(at))
        count(r, p, at);
    return behind;
}

static void fill(struct region *r, struct piece *p) {
    const struct op *at = p->head, *behind;
    while ((at == p->head || !piece_at(r, at)) && (behind = add_item(r, p, at)))
        at = behind;
    p->next = at;
    if (is_usable(r, at) && is_jump(at) && (at == p->head || !piece_at(r, at))) {
        p->branch = at;
        p->next = at + armv7m_op_length(at);
        count(r, p, at);
    }
    p->worst += p->cycles ? p->cycles - 1 : 0;
}

/* Another piece, unless there is nothing in it or no room for it. */
static void add_piece(struct region *r, const struct op *head) {
    struct piece *p = &r->pieces[r->n];
    r->closed = r->closed || (r->n && head == r->pieces[0].head);
    if (r->n == REGION_PIECES || piece_at(r, head) || !is_usable(r, head))
        return;
    *p = (struct piece){.head = head};
    r->n++;
    fill(r, p);
    if (!p->n && !p->branch)
        r->n--;
}

/* --- flags ----------------------------------------------------------------------------------- */

/* Flags wanted before an item, when `live` are behind it. */
static uint8_t live_before(const struct item *item, uint8_t live) {
    struct armv7m_flags flags = armv7m_flags(armv7m_kind_of(item->op));
    if (item->kind == ITEM_IT || template_accesses(item->op))
        return LIVE_ALL;
    if (item->kind == ITEM_OVER)
        return live | armv7m_condition_reads(armv7m_condition_of(item->op)) |
               armv7m_flags(armv7m_kind_of(item->op + 1)).reads;
    if (armv7m_kind_of(item->op) == OP_LDRL)
        return live;
    return (uint8_t)((live & ~flags.writes) | flags.reads);
}

static void find_live(struct piece *p) {
    p->live = LIVE_ALL;
    for (unsigned i = p->n; i-- > 0;) {
        p->items[i].live = p->live;
        p->live = live_before(&p->items[i], p->live);
    }
}

bool region_find(struct region *r, struct armv7m *core, const struct memory *code,
                 const struct op *head) {
    r->core = core;
    r->code = code;
    r->lines = core->park.lines && core->park.lines->latency ? core->park.lines : NULL;
    r->n = 0;
    r->closed = r->crowded = false;
    r->written = 0;
    memset(r->uses, 0, sizeof r->uses);
    add_piece(r, head);
    for (unsigned i = 0; i < r->n; i++) {
        const struct piece *p = &r->pieces[i];
        if (p->branch)
            add_piece(r, target_of(p->branch));
        if (!p->branch || armv7m_kind_of(p->branch) != OP_B)
            add_piece(r, p->next);
        find_live(&r->pieces[i]);
    }
    return r->n > 0;
}

/* --- registers ------------------------------------------------------------------------------- */

/* The first of these a called function keeps. */
static const uint8_t HOSTS[] = {X86_RBX, X86_R12, X86_R13, X86_RSI, X86_RDI,
                                X86_R8,  X86_R9,  X86_R10, X86_R11};
#define N_HOSTS (sizeof HOSTS / sizeof *HOSTS)
#define N_KEPT  3

static void deal(struct region *r) {
    memset(r->host, NO_HOST, sizeof r->host);
    for (unsigned i = 0; i < N_HOSTS; i++) {
        unsigned most = 0;
        for (unsigned guest = 1; guest < GUESTS; guest++)
            if (r->uses[guest] > r->uses[most])
                most = guest;
        if (r->uses[most] == 0)
            return;
        r->uses[most] = 0;
        r->host[most] = HOSTS[i];
    }
}

static bool is_kept(unsigned host) {
    for (unsigned i = 0; i < N_KEPT; i++)
        if (HOSTS[i] == host)
            return true;
    return false;
}

/* Between the host's registers and the core: those a call loses, or all. */
static void move_registers(struct region *r, bool all, bool save) {
    for (unsigned guest = 0; guest < GUESTS; guest++) {
        unsigned host = r->host[guest];
        if (host == NO_HOST || (!all && is_kept(host)) || (save && !(r->written >> guest & 1)))
            continue;
        x86_op(&r->x, save ? X86_STORE : X86_MOV, host,
               region_field(offsetof(struct armv7m, r) + 4 * (size_t)guest));
    }
}

void region_call(struct region *r, enum helper helper) {
    move_registers(r, false, true);
    x86_op(&r->x, X86_MOV, X86_RSI, x86_in(X86_RAX));
    x86_op(&r->x, X86_MOV | X86_64, X86_RDI, x86_in(CORE));
    x86_load_address(&r->x, X86_RAX, armv7m_helper(helper));
    x86_call(&r->x, X86_RAX);
    move_registers(r, false, false);
}

/* --- ways ------------------------------------------------------------------------------------ */

static void jump_to_piece(struct region *r, unsigned cc, unsigned piece) {
    uint8_t *jump = x86_jump(&r->x, cc);
    if (r->n_fixes == REGION_FIXES)
        r->x.full = r->crowded = true;
    else
        r->fixes[r->n_fixes++] = (struct fix){jump, piece};
}

struct stub *region_stub(struct region *r, enum stub_kind kind, uint8_t *jump) {
    struct stub *stub = &r->stubs[r->n_stubs];
    if (r->n_stubs == REGION_STUBS)
        r->x.full = r->crowded = true;
    else
        r->n_stubs++;
    *stub = (struct stub){.kind = kind, .jumps = {jump}, .cycles = r->cycles, .count = r->count};
    return stub;
}

static void leave_at(struct region *r, const struct op *op) {
    x86_load_address(&r->x, X86_RAX, (uintptr_t)op);
    jump_to_piece(r, X86_ALWAYS, REGION_PIECES);
}

/* To `op`, when the limit is no more than `worst` cycles ahead. */
static void leave_at_limit(struct region *r, const struct op *op, const struct op *setter,
                           unsigned worst) {
    x86_op_number(&r->x, X86_CMP | X86_64, x86_in(TIME), -(int32_t)worst);
    struct stub *stub = region_stub(r, STUB_EXIT, x86_jump(&r->x, X86_GE));
    stub->op = op;
    stub->setter = setter;
    stub->cycles = stub->count = 0;
}
/* Before the limit might fall within a piece. */
static void look_at_limit(struct region *r, const struct piece *p, const struct op *setter) {
    leave_at_limit(r, p->head, setter, p->worst);
}

/* From the end of a piece to `to`; setter: what has left its flags to this. */
static void edge(struct region *r, const struct op *to, const struct op *branch,
                 const struct op *setter) {
    struct piece *p = piece_at(r, to);
    bool all = !p || p->live & (setter ? armv7m_flags(armv7m_kind_of(setter)).writes : 0);
    if (branch)
        x86_op_number(&r->x, X86_ADD | X86_64, x86_in(TIME), branch->taken);
    if (setter && all) {
        template_remake(r, setter);
        setter = NULL;
    }
    r->cycles = 0;
    if (branch && branch->sh & BRANCH_LINE) {
        leave_at_limit(r, to, setter, 0);
        region_fetch(r, to);
    }
    if (p) {
        look_at_limit(r, p, setter);
        jump_to_piece(r, X86_ALWAYS, (unsigned)(p - r->pieces));
    } else {
        leave_at(r, to);
    }
}

/* --- writing --------------------------------------------------------------------------------- */

/* An instruction of an IT block, or one a branch jumps over, by `condition`; counted: it does not
 * count when it does not pass. */
static void write_guarded(struct region *r, const struct op *op, unsigned condition, uint8_t live,
                          bool counted) {
    unsigned cc;
    if (armv7m_flags(armv7m_kind_of(op)).writes & live) {
        uint8_t *passed = x86_jump(&r->x, template_condition(r, condition));
        if (counted)
            x86_op_number(&r->x, X86_SUB | X86_64, x86_in(COUNT), 1);
        uint8_t *behind = x86_jump(&r->x, X86_ALWAYS);
        x86_land(&r->x, passed, r->x.at);
        template_write(r, op, live);
        x86_land(&r->x, behind, r->x.at);
        return;
    }
    bool gives = template_used(op).writes != 0;
    if (gives)
        template_value(r, op);
    cc = template_condition(r, condition) ^ 1;
    if (gives)
        template_keep(r, op, cc);
    if (counted) {
        x86_op(&r->x, X86_SET + cc, 0, x86_in(X86_RCX));
        x86_op(&r->x, X86_MOVZX8, X86_RCX, x86_in(X86_RCX));
        x86_op(&r->x, X86_SUB | X86_64, COUNT, x86_in(X86_RCX));
    }
}

static void write_it(struct region *r, const struct op *op) {
    const struct op *at = op + 1;
    unsigned ahead = r->cycles;
    unsigned it = op->imm;
    r->cycles -= op->cycles;
    for (; it & 0xF; it = armv7m_it_advance(it), r->cycles--) {
        if (at->pre & PRE_LINE)
            region_fetch(r, at + armv7m_op_length(at) - 1);
        write_guarded(r, at, it >> 4, LIVE_ALL, false);
        at += armv7m_op_length(at);
    }
    r->cycles = ahead;
}

/* Instructions done together with the first of an item. */
static unsigned others_of(const struct item *item) {
    unsigned n = item->kind == ITEM_OVER;
    for (unsigned it = item->kind == ITEM_IT ? item->op->imm & 0xF : 0; it; it = it << 1 & 0xF)
        n++;
    return n;
}
static unsigned count_of(const struct item *item) {
    return 1 + others_of(item);
}
/* Those of an IT take a cycle each. */
static unsigned cycles_of(const struct item *item) {
    return item->op->cycles + (item->kind == ITEM_OVER ? item->op[1].cycles : others_of(item));
}

static void write_item(struct region *r, const struct item *item, bool compares) {
    const struct op *op = item->op;
    if (op->pre & PRE_LINE)
        region_fetch(r, op + armv7m_op_length(op) - 1);
    if (item->kind == ITEM_IT)
        write_it(r, op);
    else if (item->kind == ITEM_OVER)
        write_guarded(r, op + 1, armv7m_condition_of(op) ^ 1, item->live, true);
    else if (compares)
        template_compare(r, op);
    else
        template_write(r, op, item->live);
    r->cycles -= cycles_of(item);
    r->count -= count_of(item);
}

/* The ways on; setter: what set the host's flags for the branch, or NULL. */
static void write_end(struct region *r, const struct piece *p, const struct op *setter) {
    const struct op *branch = p->branch;
    unsigned cc = X86_ALWAYS, kind = branch ? armv7m_kind_of(branch) : OP_NOP;
    uint8_t *taken = NULL;
    if (!branch) {
        edge(r, p->next, NULL, NULL);
        return;
    }
    if (branch->pre & PRE_LINE)
        region_fetch(r, branch + armv7m_op_length(branch) - 1);
    if (kind == OP_CBZ || kind == OP_CBNZ) {
        x86_op_number(&r->x, X86_CMP, region_guest(r, branch->rn), 0);
        cc = kind == OP_CBZ ? X86_E : X86_NE;
    } else if (kind != OP_B) {
        cc = setter ? template_condition_of(armv7m_condition_of(branch))
                    : template_condition(r, armv7m_condition_of(branch));
    }
    if (cc != X86_ALWAYS) {
        taken = x86_jump(&r->x, cc);
        edge(r, p->next, NULL, setter);
        x86_land(&r->x, taken, r->x.at);
    }
    edge(r, target_of(branch), branch, setter);
}

/* The last instruction before the branch, if its flags are for the branch first of all. */
static const struct op *setter_of(const struct piece *p) {
    const struct item *last = p->n ? &p->items[p->n - 1] : NULL;
    bool plain = last && last->kind == ITEM_PLAIN && p->branch &&
                 armv7m_is_conditional(p->branch) && !(p->branch->pre & PRE_LINE);
    return plain && template_defers(last->op, armv7m_condition_of(p->branch)) ? last->op : NULL;
}

static void write_piece(struct region *r, struct piece *p) {
    const struct op *setter = setter_of(p);
    p->body = r->x.at;
    r->cycles = p->cycles;
    r->count = p->instructions;
    if (p->cycles)
        x86_op_number(&r->x, X86_ADD | X86_64, x86_in(TIME), (int32_t)p->cycles);
    x86_op_number(&r->x, X86_ADD | X86_64, x86_in(COUNT), (int32_t)p->instructions);
    for (unsigned i = 0; i < p->n; i++)
        write_item(r, &p->items[i], p->items[i].op == setter);
    write_end(r, p, setter);
}

/* Takes off what is ahead, and leaves. */
static void write_exit(struct region *r, const struct stub *stub) {
    if (stub->setter)
        template_remake(r, stub->setter);
    if (stub->cycles)
        x86_op_number(&r->x, X86_SUB | X86_64, x86_in(TIME), (int32_t)stub->cycles);
    if (stub->count)
        x86_op_number(&r->x, X86_SUB | X86_64, x86_in(COUNT), (int32_t)stub->count);
    leave_at(r, stub->op);
}

/* The offset in RAX, the region it was looked for in RCX. */
static void write_access(struct region *r, const struct stub *stub) {
    size_t found =
        stub->write ? offsetof(struct armv7m, near_write) : offsetof(struct armv7m, host_found);
    if (!stub->write && r->lines)
        region_read_lined(r, stub);
    x86_op(&r->x, X86_ADD, X86_RAX, x86_at(X86_RCX, offsetof(struct memory, base)));
    x86_load_number(&r->x, X86_RDX, stub->octets);
    region_call(r, stub->write ? HELPER_STORE : HELPER_LOAD);
    x86_op(&r->x, X86_TEST | X86_64, X86_RAX, x86_in(X86_RAX));
    uint8_t *none = x86_jump(&r->x, X86_E);
    x86_op(&r->x, X86_MOV | X86_64, X86_RDX, x86_in(X86_RAX));
    x86_op(&r->x, X86_MOV | X86_64, X86_RCX, region_field(found));
    x86_op(&r->x, X86_STORE | X86_64, X86_RCX,
           region_field(offsetof(struct armv7m, site) + stub->site * sizeof(void *)));
    if (!stub->write && r->lines)
        x86_op(&r->x, X86_ADD | X86_64, TIME, region_field(offsetof(struct armv7m, host_waits)));
    x86_land(&r->x, x86_jump(&r->x, X86_ALWAYS), stub->back);
    x86_land(&r->x, none, r->x.at);
    write_exit(r, stub);
}

static void write_stubs(struct region *r) {
    static void (*const WRITE[])(struct region * r,
                                 const struct stub *stub) = {[STUB_EXIT] = write_exit,
                                                             [STUB_ACCESS] = write_access,
                                                             [STUB_FETCH] = region_write_fetch,
                                                             [STUB_LITERAL] = region_write_literal};
    for (unsigned i = 0; i < r->n_stubs; i++) {
        const struct stub *stub = &r->stubs[i];
        for (unsigned k = 0; k < 4; k++)
            if (stub->jumps[k])
                x86_land(&r->x, stub->jumps[k], r->x.at);
        WRITE[stub->kind](r, stub);
    }
}

bool region_write(struct region *r, const uint8_t *leave) {
    r->n_stubs = r->n_fixes = 0;
    deal(r);
    move_registers(r, true, false);
    look_at_limit(r, &r->pieces[0], NULL);
    for (unsigned i = 0; i < r->n; i++)
        write_piece(r, &r->pieces[i]);
    write_stubs(r);
    uint8_t *end = r->x.at;
    move_registers(r, true, true);
    x86_land(&r->x, x86_jump(&r->x, X86_ALWAYS), leave);
    for (unsigned i = 0; i < r->n_fixes && !r->x.full; i++)
        x86_land(&r->x, r->fixes[i].jump,
                 r->fixes[i].piece == REGION_PIECES ? end : r->pieces[r->fixes[i].piece].body);
    return !r->x.full;
}
