/* Lines of a flash in what was translated: a fetch or a read of one that a cache holds is looked
 * up and noted in line, as in lines.h; for what is not held, and for what the prefetch does, a
 * function is called out of the way. The set-up of the lines is in the code: when it changes, all
 * is forgotten. */
#include "models/mcu/armv7m/region.h"

#define OF_MEMORY(field) x86_at(X86_RCX, offsetof(struct memory, field))

#define OLDER(reg) x86_at(reg, offsetof(struct armv7m_cached, older))
#define NEWER(reg) x86_at(reg, offsetof(struct armv7m_cached, newer))

static void move(struct region *r, unsigned to, struct x86_operand from) {
    x86_op(&r->x, X86_MOV | X86_64, to, from);
}
static void store(struct region *r, unsigned from, struct x86_operand to) {
    x86_op(&r->x, X86_STORE | X86_64, from, to);
}

/* `held` of a line, whose place is in `place`, into RDX: a jump when it is NULL. */
static uint8_t *unless_held(struct region *r, unsigned place) {
    move(r, X86_RDX, x86_at(place, 0));
    x86_op(&r->x, X86_TEST | X86_64, X86_RDX, x86_in(X86_RDX));
    return x86_jump(&r->x, X86_E);
}

/* armv7m_cache_use() of what is in RDX. */
static void use(struct region *r, const struct armv7m_cache *cache) {
    move(r, X86_RAX, OLDER(X86_RDX));
    move(r, X86_RCX, NEWER(X86_RDX));
    store(r, X86_RAX, OLDER(X86_RCX));
    store(r, X86_RCX, NEWER(X86_RAX));
    x86_load_address(&r->x, X86_RCX, (uintptr_t)&cache->ends);
    move(r, X86_RAX, OLDER(X86_RCX));
    store(r, X86_RAX, OLDER(X86_RDX));
    store(r, X86_RCX, NEWER(X86_RDX));
    store(r, X86_RDX, NEWER(X86_RAX));
    store(r, X86_RDX, OLDER(X86_RCX));
}
/* The same, unless it is the newest. */
static void use_again(struct region *r, const struct armv7m_cache *cache) {
    x86_load_address(&r->x, X86_RCX, (uintptr_t)&cache->ends);
    x86_op(&r->x, X86_CMP | X86_64, X86_RDX, OLDER(X86_RCX));
    uint8_t *newest = x86_jump(&r->x, X86_E);
    use(r, cache);
    x86_land(&r->x, newest, r->x.at);
}

/* --- fetches --------------------------------------------------------------------------------- */

/* A line that is held, and the prefetch has nothing to do; if not, to `stub`. */
static void look_up(struct region *r, struct stub *stub, const struct armv7m_lines *lines,
                    uint32_t line) {
    x86_load_address(&r->x, X86_RAX, (uintptr_t)&lines->code.held[line]);
    stub->jumps[0] = unless_held(r, X86_RAX);
    if (lines->prefetch) {
        x86_op_number(&r->x, X86_CMP | X86_64, x86_at(X86_RAX, sizeof *lines->code.held), 0);
        uint8_t *held = x86_jump(&r->x, X86_NE);
        x86_load_address(&r->x, X86_RCX, (uintptr_t)&lines->prefetched);
        x86_op_number(&r->x, X86_CMP, x86_at(X86_RCX, 0), (int32_t)(line + 1));
        stub->jumps[1] = x86_jump(&r->x, X86_NE);
        x86_land(&r->x, held, r->x.at);
    }
    use(r, &lines->code);
}

/* Where no cache is: the line is waited for, unless the prefetch has it or will have; to `stub`
 * when the next one is there already, or the limit might be reached. */
static void await(struct region *r, struct stub *stub, const struct armv7m_lines *lines,
                  uint32_t line) {
    struct x86_operand prefetched = x86_at(X86_RDX, offsetof(struct armv7m_lines, prefetched)),
                       ready = x86_at(X86_RDX, offsetof(struct armv7m_lines, ready));
    x86_op_number(&r->x, X86_CMP | X86_64, x86_in(TIME),
                  (int32_t)r->cycles - (int32_t)lines->latency);
    stub->jumps[0] = x86_jump(&r->x, X86_GE);
    x86_load_address(&r->x, X86_RDX, (uintptr_t)lines);
    x86_op_number(&r->x, X86_CMP, prefetched, (int32_t)(line + 1));
    stub->jumps[1] = x86_jump(&r->x, X86_E);
    x86_op(&r->x, X86_LEA | X86_64, X86_RCX, (struct x86_operand){TIME, true, -(int32_t)r->cycles});
    x86_op(&r->x, X86_ADD | X86_64, X86_RCX, region_field(offsetof(struct armv7m, host_limit)));
    x86_load_number(&r->x, X86_RAX, lines->latency);
    x86_op_number(&r->x, X86_CMP, prefetched, (int32_t)line);
    uint8_t *not_it = x86_jump(&r->x, X86_NE);
    move(r, X86_RAX, ready);
    x86_op(&r->x, X86_SUB | X86_64, X86_RAX, x86_in(X86_RCX));
    uint8_t *later = x86_jump(&r->x, X86_NS);
    x86_load_number(&r->x, X86_RAX, 0);
    x86_land(&r->x, later, r->x.at);
    x86_land(&r->x, not_it, r->x.at);
    x86_op(&r->x, X86_ADD | X86_64, TIME, x86_in(X86_RAX));
    x86_op(&r->x, X86_ADD | X86_64, X86_RCX, x86_in(X86_RAX));
    x86_op_number(&r->x, X86_ADD | X86_64, x86_in(X86_RCX), (int32_t)lines->latency + 1);
    store(r, X86_RCX, ready);
    x86_store_number(&r->x, prefetched, line + 1);
}

void region_fetch(struct region *r, const struct op *op) {
    const struct memory *code = r->code;
    const struct armv7m_lines *lines = code->lines;
    uint32_t address = armv7m_op_pc(code, op) & code->line_mask;
    struct x86_operand last = region_field(offsetof(struct armv7m, line));
    if (!code->line_mask)
        return;
    if (!lines->latency) {
        x86_store_number(&r->x, last, address);
        return;
    }
    x86_op_number(&r->x, X86_CMP, last, (int32_t)address);
    uint8_t *same = x86_jump(&r->x, X86_E);
    struct stub *stub = region_stub(r, STUB_FETCH, NULL);
    stub->at = address;
    uint32_t line = (address - code->base) >> lines->shift;
    if (lines->code.on)
        look_up(r, stub, lines, line);
    else if (lines->prefetch && !r->core->config.fetch_latency)
        await(r, stub, lines, line);
    else
        stub->jumps[0] = x86_jump(&r->x, X86_ALWAYS);
    x86_store_number(&r->x, last, address);
    stub->back = r->x.at;
    x86_land(&r->x, same, r->x.at);
}

void region_write_fetch(struct region *r, const struct stub *stub) {
    x86_load_number(&r->x, X86_RAX, stub->at);
    x86_op(&r->x, X86_LEA | X86_64, X86_RDX,
           (struct x86_operand){TIME, true, -(int32_t)stub->cycles});
    region_call(r, HELPER_FETCH);
    x86_op(&r->x, X86_ADD | X86_64, TIME, x86_in(X86_RAX));
    x86_land(&r->x, x86_jump(&r->x, X86_ALWAYS), stub->back);
}

/* --- literals -------------------------------------------------------------------------------- */

void region_read_line(struct region *r, uint32_t line) {
    const struct armv7m_lines *lines = r->code->lines;
    if (!lines->data.on) {
        x86_op_number(&r->x, X86_ADD | X86_64, x86_in(TIME), (int32_t)lines->latency);
        return;
    }
    x86_load_address(&r->x, X86_RDX, (uintptr_t)&lines->data.held[line]);
    struct stub *stub = region_stub(r, STUB_LITERAL, unless_held(r, X86_RDX));
    stub->at = line;
    use_again(r, &lines->data);
    stub->back = r->x.at;
}

void region_write_literal(struct region *r, const struct stub *stub) {
    x86_load_number(&r->x, X86_RAX, stub->at);
    region_call(r, HELPER_READ_LINE);
    x86_op(&r->x, X86_ADD | X86_64, TIME, x86_in(X86_RAX));
    x86_land(&r->x, x86_jump(&r->x, X86_ALWAYS), stub->back);
}

/* --- data ------------------------------------------------------------------------------------ */

/* The offset in RAX stays, RCX is lost. The line is held, or else the jump that is returned. */
static uint8_t *look_for_data(struct region *r) {
    const struct armv7m_cache *cache = &r->lines->data;
    x86_op(&r->x, X86_MOV, X86_RDX, x86_in(X86_RAX));
    x86_shift(&r->x, X86_SHR, X86_RDX, r->lines->shift);
    x86_shift(&r->x, X86_SHL, X86_RDX, 3); /* log2 sizeof *held */
    x86_load_address(&r->x, X86_RCX, (uintptr_t)cache->held);
    x86_op(&r->x, X86_ADD | X86_64, X86_RDX, x86_in(X86_RCX));
    uint8_t *missed = unless_held(r, X86_RDX);
    x86_push(&r->x, X86_RAX);
    use_again(r, cache);
    x86_pop(&r->x, X86_RAX);
    return missed;
}

void region_read_lined(struct region *r, const struct stub *stub) {
    struct x86_operand site =
        region_field(offsetof(struct armv7m, site) + stub->site * sizeof(void *));
    uint8_t *others[3] = {NULL}, *missed = NULL;
    x86_load_address(&r->x, X86_RDX, (uintptr_t)r->lines);
    x86_op(&r->x, X86_CMP | X86_64, X86_RDX, OF_MEMORY(lines));
    others[0] = x86_jump(&r->x, X86_NE);
    x86_op(&r->x, X86_CMP, X86_RAX, OF_MEMORY(lined_span));
    others[1] = x86_jump(&r->x, X86_AE);
    if (stub->octets > 1) {
        x86_test_number(&r->x, x86_in(X86_RAX), stub->octets - 1);
        others[2] = x86_jump(&r->x, X86_NE);
    }
    if (r->lines->data.on) {
        missed = look_for_data(r);
        move(r, X86_RCX, site);
    } else {
        x86_op_number(&r->x, X86_ADD | X86_64, x86_in(TIME), (int32_t)r->lines->latency);
    }
    move(r, X86_RDX, OF_MEMORY(host));
    x86_op(&r->x, X86_ADD | X86_64, X86_RDX, x86_in(X86_RAX));
    x86_land(&r->x, x86_jump(&r->x, X86_ALWAYS), stub->back);
    if (missed) {
        x86_land(&r->x, missed, r->x.at);
        move(r, X86_RCX, site);
    }
    for (unsigned i = 0; i < 3; i++)
        if (others[i])
            x86_land(&r->x, others[i], r->x.at);
}
