/* Keeps translations: when a loop is hot it becomes one, when its instructions are forgotten it is
 * dropped, when the memory for code is full all are.
 *
 * A loop is noticed by its branch back, so that what is executed once costs nothing. Its head gets
 * OP_HOST for where a block begins; everything else about its slots stays, and the interpreter can
 * go on at any of them. A translation is left before the limit may fall within one of its pieces,
 * and before anything that may call out of the core: nothing outside can see that there are
 * any. Whether there is one decides about time of the host alone.
 */
#include "models/mcu/armv7m/translate.h"

#include <stdlib.h>
#include <string.h>

#include "models/mcu/armv7m/region.h"

#define TRANSLATIONS  512
#define DEFAULT_AFTER 64
#define FAR_AHEAD     (UINT64_C(1) << 62) /* cycles: no limit, in what has a sign */
#define TRIED         1024 /* entries after which a translation must be worth them: */
#define WORTH         8    /* instructions for each */

typedef const struct op *enter_function(struct armv7m *core, const uint8_t *code);

struct translation {
    const uint8_t *run;
    struct op *head; /* NULL: dropped */
    const struct op *low, *high;
    uint32_t entered;
    uint64_t done; /* instructions */
};
struct translator {
    struct armv7m_host_code memory;
    struct x86 x;
    uint8_t *first; /* behind `enter` and `leave` */
    const uint8_t *leave;
    enter_function *enter;
    struct armv7m *core;
    unsigned n, n_sites, after;
    struct translation list[TRANSLATIONS];
    struct region region; /* at work */
};

/* --- ways in and out ----------------------------------------------------------------------- */

/* The System V ABI for AMD64: arguments in RDI and RSI, these are the callee's to keep. */
static const uint8_t KEPT[] = {X86_RBX, X86_RBP, X86_R12, X86_R13, X86_R14, X86_R15};
#define N_KEPT (sizeof KEPT / sizeof *KEPT)

static void write_leave(struct x86 *x) {
    x86_op(x, X86_STORE | X86_64, TIME, region_field(offsetof(struct armv7m, host_time)));
    x86_op(x, 0x01 | X86_64, COUNT, region_field(offsetof(struct armv7m, instructions)));
    x86_op_number(x, X86_ADD | X86_64, x86_in(X86_RSP), 8);
    for (unsigned i = N_KEPT; i-- > 0;)
        x86_pop(x, KEPT[i]);
    x86_return(x);
}

/* Six registers and the return address, and eight octets more: calls find RSP as they must. */
static void write_enter(struct x86 *x) {
    for (unsigned i = 0; i < N_KEPT; i++)
        x86_push(x, KEPT[i]);
    x86_op_number(x, X86_SUB | X86_64, x86_in(X86_RSP), 8);
    x86_op(x, X86_MOV | X86_64, CORE, x86_in(X86_RDI));
    x86_op(x, X86_MOV | X86_64, TIME, region_field(offsetof(struct armv7m, host_time)));
    x86_op(x, X86_XOR, COUNT, x86_in(COUNT));
    x86_jump_to(x, X86_RSI);
}

static uint64_t run_address(const struct translator *t, const uint8_t *written) {
    return (uintptr_t)(t->memory.run + (written - t->memory.write));
}

static bool host_can(const struct armv7m_host_code *memory) {
#if defined(__x86_64__) && !defined(_WIN32)
    return memory->write && memory->run && memory->size;
#else
    (void)memory;
    return false;
#endif
}

bool armv7m_translator_create(struct armv7m *core, struct sim_err *err) {
    const struct armv7m_host_code *memory = &core->config.host;
    if (!host_can(memory))
        return true;
    struct translator *t = calloc(1, sizeof *t);
    if (!t)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    t->memory = *memory;
    t->core = core;
    t->after = memory->after ? memory->after : DEFAULT_AFTER;
    t->after = t->after < HEAT_REFUSED ? t->after : HEAT_REFUSED - 1;
    t->x = (struct x86){memory->write, memory->write + memory->size, false};
    t->leave = t->x.at;
    write_leave(&t->x);
    t->enter = (enter_function *)(uintptr_t)run_address(t, t->x.at);
    write_enter(&t->x);
    t->first = t->x.at;
    core->translator = t;
    for (unsigned i = 0; i < ARMV7M_SITES; i++)
        core->site[i] = core->nowhere;
    return true;
}

void armv7m_translator_destroy(struct translator *t) {
    free(t);
}

/* --- what translated code calls -------------------------------------------------------------- */

/* What was fetched from before the limit on is executed, as in hot.c. */
static uint64_t fetch(struct armv7m *core, uint32_t address, uint64_t time) {
    uint64_t now = core->host_limit + time;
    unsigned waits = armv7m_fetch(core, core->code, address, now);
    if (UNLIKELY(now + waits >= core->limit))
        core->limit = now + waits + 1;
    return waits;
}
static uint64_t read_line(struct armv7m *core, uint32_t line) {
    return armv7m_lines_read(core->code->lines, line);
}
/* What is not where the instruction found the last, with the wait for its line; see waits_of() in
 * region.c. NULL: not plain. */
static const uint8_t *load(struct armv7m *core, uint32_t address, uint32_t size) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base;
    core->host_waits = 0;
    if (offset < m->lined_span && !(address & (size - 1)) && m->lines == core->park.lines) {
        core->host_waits = armv7m_lines_read(m->lines, offset >> m->lines->shift);
        core->host_found = m;
        return m->host + offset;
    }
    const uint8_t *place = armv7m_readable(core, address, size);
    core->host_found = core->near_read;
    return place;
}

uint64_t armv7m_helper(enum helper helper) {
    const uintptr_t ADDRESSES[] = {(uintptr_t)fetch, (uintptr_t)read_line, (uintptr_t)load,
                                   (uintptr_t)armv7m_writable};
    return ADDRESSES[helper];
}

unsigned armv7m_new_site(struct armv7m *core) {
    return core->translator->n_sites++ % ARMV7M_SITES;
}

/* --- translations ---------------------------------------------------------------------------- */

static void drop(struct translation *t, uint16_t heat) {
    t->head->begin = t->head->entry;
    t->head->heat = heat;
    t->head = NULL;
}

static void drop_all(struct translator *t) {
    for (unsigned i = 0; i < t->n; i++)
        if (t->list[i].head)
            drop(&t->list[i], 0);
    t->n = 0;
    t->x.at = t->first;
    t->x.full = false;
}

void armv7m_forget_translated(struct translator *t, const struct op *from, const struct op *to) {
    for (unsigned i = 0; t && i < t->n; i++) {
        struct translation *one = &t->list[i];
        if (one->head && one->head->begin != OP_HOST)
            one->head = NULL;
        else if (one->head && one->low < to && one->high > from)
            drop(one, 0);
    }
}

/* From the first slot to behind the last. */
static void note_span(struct translation *one, const struct region *r) {
    one->low = one->high = r->pieces[0].head;
    for (unsigned i = 0; i < r->n; i++) {
        const struct piece *p = &r->pieces[i];
        one->low = p->head < one->low ? p->head : one->low;
        one->high = p->next > one->high ? p->next : one->high;
    }
}

/* Octets that are written at one address and executed at another, where others were executed
 * before: Intel's manual (vol. 3A, "Handling Self- and Cross-Modifying Code") asks for a
 * serializing instruction. */
static void serialize(void) {
#ifdef __x86_64__
    uint32_t a = 0, c = 0;
    __asm__ volatile("cpuid" : "+a"(a), "+c"(c) : : "rbx", "rdx", "memory");
#endif
}

/* The region that was found; false: there is no room. */
static bool write(struct translator *t, struct op *head) {
    struct translation *one = &t->list[t->n];
    if (t->n == TRANSLATIONS)
        return false;
    t->region.x = t->x;
    if (!region_write(&t->region, t->leave))
        return false;
    *one = (struct translation){.run = (const uint8_t *)(uintptr_t)run_address(t, t->x.at),
                                .head = head};
    note_span(one, &t->region);
    t->x.at = t->region.x.at;
    head->begin = OP_HOST;
    head->heat = (uint16_t)t->n++;
    serialize();
    return true;
}

bool armv7m_translate(struct armv7m *core, const struct memory *code, struct op *head) {
    struct translator *t = core->translator;
    if (!region_find(&t->region, core, code, head))
        return false;
    if (write(t, head))
        return true;
    if (t->region.crowded)
        return false;
    drop_all(t);
    region_find(&t->region, core, code, head);
    return write(t, head);
}

void armv7m_warm(struct armv7m *core, const struct memory *code, struct op *head) {
    struct translator *t = core->translator;
    if (head->code == OP_DECODE || ++head->heat < t->after)
        return;
    head->heat = HEAT_REFUSED;
    region_find(&t->region, core, code, head);
    if (t->region.closed)
        armv7m_translate(core, code, head);
}

const struct op *armv7m_run_translated(struct armv7m *core, const struct op *op) {
    struct translation *one = &core->translator->list[op->heat];
    uint64_t left = core->limit - core->cycles, before = core->instructions;
    left = left < FAR_AHEAD ? left : FAR_AHEAD;
    core->host_limit = core->cycles + left;
    core->host_time = -(int64_t)left;
    op = core->translator->enter(core, one->run);
    core->cycles = core->host_limit + (uint64_t)core->host_time;
    core->translated += core->instructions - before;
    one->done += core->instructions - before;
    if (++one->entered == TRIED) {
        if (one->done < TRIED * WORTH)
            drop(one, HEAT_REFUSED);
        one->entered = 0;
        one->done = 0;
    }
    return op;
}
