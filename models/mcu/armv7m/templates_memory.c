/* Loads, stores and literals, translated: the usual ones in line, as hot.c has them; what is not
 * plain leaves the region before the instruction. */
#include "models/mcu/armv7m/decode.h"
#include "models/mcu/armv7m/templates.h"

#define OF_MEMORY(field) x86_at(X86_RCX, offsetof(struct memory, field))

/* A jump unless what is at RAX less `low` lies below `span`, or unless not. */
static uint8_t *outside(struct region *r, struct x86_operand low, struct x86_operand span,
                        bool inside) {
    x86_op(&r->x, X86_MOV, X86_RDX, x86_in(X86_RAX));
    x86_op(&r->x, X86_SUB, X86_RDX, low);
    x86_op(&r->x, X86_CMP, X86_RDX, span);
    return x86_jump(&r->x, inside ? X86_B : X86_AE);
}

/* The address in RAX; then its place in the host in RDX, as readable() and writable() of hot.c
 * find it, by the region that this instruction found last. */
static void reach(struct region *r, const struct op *op, unsigned octets, bool write) {
    struct stub *stub = region_stub(r, STUB_ACCESS, NULL);
    stub->op = op;
    stub->octets = octets;
    stub->write = write;
    stub->site = armv7m_new_site(r->core);
    x86_op(&r->x, X86_MOV | X86_64, X86_RCX,
           region_field(offsetof(struct armv7m, site) + stub->site * sizeof(void *)));
    x86_op(&r->x, X86_SUB, X86_RAX, OF_MEMORY(base));
    x86_op(&r->x, X86_CMP, X86_RAX, write ? OF_MEMORY(write_span) : OF_MEMORY(read_span));
    stub->jumps[0] = x86_jump(&r->x, X86_AE);
    stub->jumps[1] = outside(r, OF_MEMORY(fence_low), OF_MEMORY(fence_span), true);
    if (write)
        stub->jumps[2] = outside(r, OF_MEMORY(code_low), OF_MEMORY(code_span), true);
    if (octets > 1) {
        x86_test_number(&r->x, x86_in(X86_RAX), octets - 1);
        stub->jumps[3] = x86_jump(&r->x, X86_NE);
    }
    x86_op(&r->x, X86_MOV | X86_64, X86_RDX, OF_MEMORY(host));
    x86_op(&r->x, X86_ADD | X86_64, X86_RDX, x86_in(X86_RAX));
    stub->back = r->x.at;
}

static void load(struct region *r, const struct op *op, uint32_t x86, unsigned octets) {
    unsigned to = r->host[op->rd] == NO_HOST ? X86_RAX : r->host[op->rd];
    reach(r, op, octets, false);
    x86_op(&r->x, x86, to, x86_at(X86_RDX, 0));
    template_put(r, op->rd, to);
}

static void store(struct region *r, const struct op *op, uint32_t x86, unsigned octets) {
    unsigned from = r->host[op->rd] == NO_HOST ? X86_RAX : r->host[op->rd];
    reach(r, op, octets, true);
    template_get(r, from, op->rd);
    x86_op(&r->x, x86, from, x86_at(X86_RDX, 0));
}

static unsigned octets_of(uint32_t x86) {
    switch (x86) {
    case X86_MOVZX8:
    case X86_MOVSX8:
    case X86_STORE8:
        return 1;
    case X86_MOV:
    case X86_STORE:
        return 4;
    default:
        return 2;
    }
}

static void access(struct region *r, const struct op *op, const struct template *t) {
    bool indexed = t->form == FORM_LOAD_X || t->form == FORM_STORE_X;
    if (indexed) {
        template_get(r, X86_RAX, op->rm);
        if (op->sh)
            x86_shift(&r->x, X86_SHL, X86_RAX, op->sh);
        x86_op(&r->x, X86_ADD, X86_RAX, region_guest(r, op->rn));
    } else {
        template_get(r, X86_RAX, op->rn);
        if (op->imm)
            x86_op_number(&r->x, X86_ADD, x86_in(X86_RAX), (int32_t)op->imm);
    }
    (t->form <= FORM_LOAD_X ? load : store)(r, op, t->x86, octets_of(t->x86));
}

/* The base is written back: between the access and its result, which may go to the base. */
static void access_back(struct region *r, const struct op *op) {
    static const uint32_t LOADS[] = {X86_MOVZX8, X86_MOVZX16, X86_MOV},
                          STORES[] = {X86_STORE8, X86_STORE | X86_16, X86_STORE};
    unsigned size = op->ra & INDEXED_SIZE;
    bool write = op->ra & INDEXED_STORE;
    template_get(r, X86_RAX, op->rn);
    if (op->ra & INDEXED_PRE)
        x86_op_number(&r->x, X86_ADD, x86_in(X86_RAX), (int32_t)op->imm);
    reach(r, op, 1u << size, write);
    if (write) {
        template_get(r, X86_RAX, op->rd);
        x86_op(&r->x, STORES[size], X86_RAX, x86_at(X86_RDX, 0));
    } else {
        x86_op(&r->x, LOADS[size], X86_RAX, x86_at(X86_RDX, 0));
    }
    x86_op_number(&r->x, X86_ADD, region_guest(r, op->rn), (int32_t)op->imm);
    if (!write)
        template_put(r, op->rd, X86_RAX);
}

void template_literal(struct region *r, const struct op *op) {
    uint32_t offset = op->imm - r->code->base;
    unsigned to = r->host[op->rd] == NO_HOST ? X86_RAX : r->host[op->rd];
    if (r->code->lines && r->code->lines->latency)
        region_read_line(r, offset >> r->code->lines->shift);
    x86_load_address(&r->x, X86_RAX, (uintptr_t)(r->code->host + offset));
    x86_op(&r->x, X86_MOV, to, x86_at(X86_RAX, 0));
    template_put(r, op->rd, to);
}

void template_access(struct region *r, const struct op *op) {
    const struct template *t = template_of(op);
    if (t->form == FORM_NONE)
        access_back(r, op);
    else
        access(r, op, t);
}
