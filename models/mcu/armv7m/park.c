/* See park.h. */
#include "models/mcu/armv7m/park.h"

#include <stddef.h>
#include <string.h>

#include "models/mcu/armv7m/internal.h"

/* Of cycles and instructions; by trial with our images: a search costs the host some 10 us. */
#define LONGEST      8192                /* cycles of a pass */
#define SEARCHED     768                 /* instructions of a search */
#define FIRST_PAUSE  (1u << 14)          /* cycles between searches, */
#define LONGEST_WAIT (UINT64_C(1) << 21) /* which grow to this when they find nothing */
#define MOST_VAIN    64                  /* arrivals at a head that lead to nothing */

/* --- what a pass depends on ---------------------------------------------------------------- */

static uint32_t flags_of(const struct armv7m *core) {
    return (uint32_t)(core->nz < 0) | (uint32_t)((uint32_t)core->nz == 0) << 1 | core->c << 2 |
           core->v >> 31 << 3 | (uint32_t)core->q << 4 | (uint32_t)core->ge << 8 |
           (uint32_t)core->it << 16;
}

static void take(const struct armv7m *core, struct park_registers *out) {
    const struct armv7m_lines *lines = core->park.lines;
    memcpy(out->r, core->r, sizeof out->r);
    memcpy(out->s, core->s, sizeof out->s);
    out->flags = flags_of(core);
    out->fpscr = core->fpscr;
    out->sp_other = core->sp_other;
    out->ipsr = core->ipsr;
    out->modes = core->control | (uint32_t)core->handler << 8 | (uint32_t)core->thumb << 9 |
                 (uint32_t)core->fpca << 10 | (uint32_t)core->lspact << 11 |
                 (uint32_t)core->fp_ready << 12 | (uint32_t)core->exclusive << 13 |
                 (uint32_t)core->event << 14;
    out->masks = core->basepri | (uint32_t)core->primask << 8 | (uint32_t)core->faultmask << 9;
    out->line = core->line;
    out->prefetched = lines ? lines->prefetched : 0;
    out->wait = lines && lines->ready > core->cycles ? (uint32_t)(lines->ready - core->cycles) : 0;
}

/* But for what is prefetched. */
static bool alike(const struct park_registers *a, const struct park_registers *b) {
    return memcmp(a, b, offsetof(struct park_registers, prefetched)) == 0;
}
static bool same(const struct park_registers *a, const struct park_registers *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* How often caches were filled, and code was changed: numbers to be compared. */
static uint32_t fills_of(const struct armv7m *core) {
    const struct armv7m_lines *lines = core->park.lines;
    return lines ? lines->code.fills + lines->data.fills : 0;
}
static uint32_t changes_of(const struct armv7m *core) {
    uint32_t sum = 0;
    for (unsigned i = 0; i < core->n_memory; i++)
        sum += core->memory[i].changes;
    return sum;
}

/* What is behind the fence may be written before the pass ends. */
static bool behind_fence(const struct armv7m *core, const struct park_pass *pass) {
    const struct memory *m = core->fenced;
    for (unsigned i = 0; m && i < pass->n_words; i++)
        if ((uintptr_t)pass->words[i].host - (uintptr_t)(m->host + m->fence_low) < m->fence_span)
            return true;
    return false;
}

/* Would a pass from here read what it read? */
static bool words_alike(const struct park_pass *pass) {
    for (unsigned i = 0; i < pass->n_read; i++) {
        const struct park_word *w = &pass->words[i];
        uint32_t value;
        memcpy(&value, w->host, 4);
        if ((value ^ w->value) & w->read)
            return false;
    }
    return true;
}

/* park.until: for how long, if nobody comes to tell. */
static bool ports_alike(struct armv7m *core, const struct park_pass *pass) {
    uint64_t *until = &core->park.until;
    *until = ARMV7M_NEVER;
    for (unsigned i = 0; i < pass->n_ports; i++) {
        const struct park_port *port = &pass->ports[i];
        uint64_t change = ARMV7M_NEVER;
        uint32_t value;
        if (!core->config.hooks.steady(core->config.user, port->address, port->size, &value,
                                       &change) ||
            value != port->value)
            return false;
        *until = change < *until ? change : *until;
    }
    return true;
}

/* Nobody looks at each instruction, and this one has not begun: near the limit it may have. */
static bool may_park(const struct armv7m *core, const struct park_pass *pass) {
    return core->cycles + 1 < core->limit && !core->park.stepping && !core->park.many_lines &&
           !behind_fence(core, pass) && core->park.until > core->cycles + pass->cycles &&
           !core->n_breaks && !core->n_watches;
}

/* --- heads --------------------------------------------------------------------------------- */

void armv7m_park_init(struct armv7m *core) {
    struct park *p = &core->park;
    for (unsigned i = 0; i < PARK_HEADS; i++)
        p->heads[i].address = 1;
    p->pause = FIRST_PAUSE;
    p->searched = SEARCHED;
    p->search = core->config.parks && core->config.hooks.steady ? FIRST_PAUSE : ARMV7M_NEVER;
}

static struct park_head *head_at(struct park *p, uint32_t address) {
    for (unsigned i = 0; i < PARK_HEADS; i++)
        if (p->heads[i].address == address)
            return &p->heads[i];
    return NULL;
}

bool armv7m_is_head(const struct armv7m *core, uint32_t address) {
    for (unsigned i = 0; i < PARK_HEADS; i++)
        if (core->park.heads[i].address == address)
            return true;
    return false;
}

static void drop(struct armv7m *core, struct park_head *head) {
    uint32_t address = head->address;
    head->address = 1;
    if (address != 1)
        armv7m_invalidate(core, address, 2);
}

static void forget(struct park_head *head) {
    for (unsigned i = 0; i < PARK_PASSES; i++)
        head->passes[i].known = false;
    head->usual = PARK_PASSES;
}

static void add_head(struct armv7m *core, uint32_t address) {
    struct park *p = &core->park;
    if (head_at(p, address))
        return;
    struct park_head *head = &p->heads[p->next_head++ % PARK_HEADS];
    drop(core, head);
    head->address = address;
    forget(head);
    head->proven = false;
    head->vain = 0;
    armv7m_invalidate(core, address, 2);
}

static void find_lines(struct armv7m *core) {
    struct park *p = &core->park;
    p->lines = NULL;
    p->many_lines = false;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct armv7m_lines *lines = core->memory[i].lines;
        p->many_lines |= lines && p->lines && lines != p->lines;
        p->lines = lines ? lines : p->lines;
    }
}

void armv7m_park_forget(struct armv7m *core) {
    armv7m_unpark(core);
    find_lines(core);
    armv7m_forget_all(core); /* what was translated knows the lines that there are */
    for (unsigned i = 0; i < PARK_HEADS; i++)
        forget(&core->park.heads[i]);
}

/* --- searching ----------------------------------------------------------------------------- */

static void step(struct armv7m *core) {
    uint64_t limit = core->limit;
    core->limit = core->cycles + 1;
    armv7m_execute(core);
    core->limit = limit < core->systick.next ? limit : core->systick.next;
    if (core->attention == ATT_IRQ && !armv7m_best(core))
        core->attention = 0; /* a mask was changed, and lets nothing in */
}

static void begin_search(struct armv7m *core) {
    struct park *p = &core->park;
    p->search = core->cycles;
    p->searched = 0;
    p->from = core->pc;
    take(core, &p->first);
    p->best = 1;
    p->best_sp = 0;
}

static void end_search(struct armv7m *core, bool found) {
    struct park *p = &core->park;
    p->searched = SEARCHED;
    p->pause = p->pause < LONGEST_WAIT ? 2 * p->pause : LONGEST_WAIT;
    p->search = core->cycles + p->pause;
    if (found && p->best != 1)
        add_head(core, p->best);
}

static void note_best(struct armv7m *core) {
    struct park *p = &core->park;
    uint32_t sp = core->r[13];
    if (core->it || sp < p->best_sp || (sp == p->best_sp && core->pc >= p->best))
        return;
    p->best_sp = sp;
    p->best = core->pc;
}

/* It goes on in the next run when the limit comes first. */
void armv7m_park_search(struct armv7m *core) {
    struct park *p = &core->park;
    if (p->searched == SEARCHED)
        begin_search(core);
    while (core->cycles < core->limit && !core->attention && p->state == PARK_OFF) {
        struct park_registers now;
        note_best(core);
        step(core);
        take(core, &now);
        bool found = core->pc == p->from && memcmp(p->first.r, now.r, sizeof now.r) == 0;
        if (found || ++p->searched == SEARCHED) {
            end_search(core, found);
            return;
        }
    }
}

/* --- recording ----------------------------------------------------------------------------- */

static void record(struct armv7m *core) {
    struct park *p = &core->park;
    struct park_pass *pass = p->pass;
    pass->known = pass->timed = false;
    pass->n_words = pass->n_ports = 0;
    pass->changes = changes_of(core);
    memset(p->slots, 0, sizeof p->slots);
    p->refused = false;
    p->last_port = UINT64_MAX;
    armv7m_spans(core);
}

static struct park_word *word_at(struct park *p, uint32_t address) {
    struct park_pass *pass = p->pass;
    unsigned slot = (address >> 2) * 37 % PARK_SLOTS;
    for (; p->slots[slot]; slot = (slot + 1) % PARK_SLOTS)
        if (pass->words[p->slots[slot] - 1].address == address)
            return &pass->words[p->slots[slot] - 1];
    if (pass->n_words == PARK_WORDS)
        return NULL;
    p->slots[slot] = (uint8_t)++pass->n_words;
    struct park_word *word = &pass->words[pass->n_words - 1];
    *word = (struct park_word){.address = address};
    return word;
}

static void note(struct park *p, const struct memory *m, uint32_t address, uint32_t mask,
                 bool write) {
    struct park_word *word = word_at(p, address);
    uint32_t value;
    p->refused |= !word;
    if (!word)
        return;
    word->host = m->host + (address - m->base);
    if (write) {
        word->written |= mask;
        return;
    }
    memcpy(&value, word->host, 4);
    mask &= ~word->written & ~word->read;
    word->read |= mask;
    word->value |= value & mask;
}

uint8_t *armv7m_park_note(struct armv7m *core, uint32_t address, uint32_t size, bool write) {
    const struct memory *m = armv7m_find(core, address);
    uint32_t offset = address - m->base;
    bool code = write && offset + size > m->code_low && offset < m->code_low + m->code_span;
    bool fence = offset + size > m->fence_low && offset < m->fence_low + m->fence_span;
    if (core->cycles - core->park.since > LONGEST)
        armv7m_unpark(core);
    if (core->park.state != PARK_RECORDS || offset >= m->size || size > m->size - offset ||
        !(m->region.flags & ARMV7M_WRITE) || code || fence)
        return NULL;
    uint32_t mask = size >= 4 ? UINT32_MAX : ((1u << 8 * size) - 1) << 8 * (address & 3);
    for (uint32_t at = address & ~3u; at < address + size; at += 4)
        note(&core->park, m, at, mask, write);
    return m->lines ? NULL : m->host + offset; /* a read may wait */
}

/* Of an instruction that makes one access, and can be given up before. */
static bool is_plain(const struct armv7m *core) {
    const struct op *op = core->op;
    return core->park.last_port != core->instructions && op && op->inner < OP_SLOW_FIRST &&
           !(op->pre & PRE_IT);
}

void armv7m_park_port(struct armv7m *core, uint32_t address, unsigned size) {
    struct park *p = &core->park;
    struct park_pass *pass = p->pass;
    uint64_t until;
    uint32_t value;
    if (p->refused || pass->n_ports == PARK_PORTS || !is_plain(core) ||
        !core->config.hooks.steady(core->config.user, address, size, &value, &until)) {
        p->refused = true;
        return;
    }
    p->last_port = core->instructions;
    pass->ports[pass->n_ports++] = (struct park_port){.address = address, .size = size};
}

void armv7m_park_port_end(struct armv7m *core, uint32_t value, unsigned waits) {
    struct park *p = &core->park;
    if (p->state != PARK_RECORDS || p->refused)
        return;
    struct park_port *port = &p->pass->ports[p->pass->n_ports - 1];
    port->value = value;
    port->waits = waits;
}

/* --- at the head --------------------------------------------------------------------------- */

static bool has_ram_code(const struct armv7m *core) {
    for (unsigned i = 0; i < core->n_memory; i++)
        if (core->memory[i].code_span && core->memory[i].region.flags & ARMV7M_WRITE)
            return true;
    return false;
}

static void begin(struct armv7m *core, struct park_head *head, struct park_pass *pass,
                  enum park_state state) {
    struct park *p = &core->park;
    p->head = head;
    p->pass = pass;
    p->since = core->cycles;
    p->instructions = core->instructions - 1; /* without the one that is about to begin */
    p->fills = fills_of(core);
    p->state = state;
    p->ram_code = has_ram_code(core);
    if (state == PARK_RECORDS)
        record(core);
    if (state != PARK_PARKED)
        return;
    p->pause = head->proven ? p->pause : FIRST_PAUSE;
    head->proven = true;
    head->vain = 0;
    p->count++;
}

/* Lines of 64 octets of the host's, each as one of 64 bits. */
static uint64_t lines_of(const uint8_t *from, size_t size) {
    uintptr_t first = (uintptr_t)from >> 6, last = ((uintptr_t)from + size - 1) >> 6;
    uint64_t bits = 0;
    if (last - first >= 63)
        return UINT64_MAX;
    for (; first <= last; first++)
        bits |= UINT64_C(1) << (first & 63);
    return bits;
}

/* Those that are read first, as they are looked at each time. */
static void sort_words(struct park_pass *pass) {
    pass->lines = 0;
    pass->n_read = 0;
    for (unsigned i = 0; i < pass->n_words; i++) {
        struct park_word word = pass->words[i];
        pass->lines |= lines_of(word.host, 4);
        if (!word.read)
            continue;
        pass->words[i] = pass->words[pass->n_read];
        pass->words[pass->n_read++] = word;
    }
}

/* The pass that ends was recorded: is the next one the same? */
static void recorded(struct armv7m *core, const struct park_registers *now) {
    const struct park *p = &core->park;
    struct park_pass *pass = p->pass;
    armv7m_spans(core);
    pass->instructions = core->instructions - 1 - p->instructions;
    pass->known = !p->refused && alike(now, &p->head->last) && pass->changes == changes_of(core);
    pass->at = *now;
    sort_words(pass);
}

/* A known pass ends that filled no cache: a time is known if it began as it ends. */
static bool calm(struct armv7m *core, const struct park_registers *now) {
    const struct park *p = &core->park;
    struct park_pass *pass = p->pass;
    if (!pass->known || p->fills != fills_of(core))
        return false;
    if (same(now, &p->head->last)) {
        pass->at = *now;
        pass->cycles = core->cycles - p->since;
        pass->timed = true;
    }
    return pass->timed && same(now, &pass->at);
}

/* The known pass that will be gone through from here; `head->usual` is the one tried first. */
static struct park_pass *find_pass(struct armv7m *core, struct park_head *head,
                                   const struct park_registers *now) {
    uint32_t changes = changes_of(core);
    for (unsigned i = 0; i < PARK_PASSES; i++) {
        unsigned n = (head->usual + i) % PARK_PASSES;
        struct park_pass *pass = &head->passes[n];
        if (!pass->known || pass->changes != changes || !alike(now, &pass->at) ||
            !words_alike(pass) || !ports_alike(core, pass))
            continue;
        head->usual = n;
        return pass;
    }
    return NULL;
}

/* Does the usual pass read other memory now? Then this one will do something else than the next
 * ones. */
static bool has_news(struct park_head *head) {
    const struct park_pass *pass = &head->passes[head->usual];
    bool news = head->usual != PARK_PASSES && pass->known && !words_alike(pass);
    head->usual = news ? PARK_PASSES : head->usual;
    return news;
}

static bool arrive(struct armv7m *core, struct park_head *head) {
    struct park *p = &core->park;
    struct park_registers now;
    enum park_state was = p->state;
    p->state = PARK_OFF;
    take(core, &now);
    if (was == PARK_RECORDS)
        recorded(core, &now);
    const struct park_pass *ended = was != PARK_OFF && calm(core, &now) ? p->pass : NULL;
    bool again = alike(&now, &head->last);
    head->last = now;
    struct park_pass *pass = find_pass(core, head, &now);
    if (pass) {
        bool whole = pass == ended && may_park(core, pass);
        begin(core, head, pass, whole ? PARK_PARKED : PARK_ARMED);
        return whole;
    }
    if (!again || core->n_watches || has_news(head))
        return false;
    head->next = (head->next + 1) % PARK_PASSES;
    begin(core, head, &head->passes[head->next], PARK_RECORDS);
    return false;
}

bool armv7m_park(struct armv7m *core, uint32_t pc) {
    struct park *p = &core->park;
    struct park_head *head = head_at(p, pc);
    bool other = p->state != PARK_OFF && p->head != head && core->cycles - p->since < LONGEST;
    if (p->state == PARK_REPLAYS || !head || other || core->it)
        return false;
    if (p->head != head)
        armv7m_unpark(core);
    if (arrive(core, head))
        return true;
    if (++head->vain > MOST_VAIN) {
        armv7m_unpark(core);
        drop(core, head);
    }
    return false;
}

/* --- leaving ------------------------------------------------------------------------------- */

/* The counters go on by whole passes, and with them what a cycle was noted of. */
static void skip(struct armv7m *core, uint64_t passes) {
    const struct park *p = &core->park;
    uint64_t cycles = passes * p->pass->cycles;
    if (p->lines && p->lines->ready > p->since)
        p->lines->ready += cycles;
    core->cycles = p->since + cycles;
    core->instructions += passes * p->pass->instructions;
}

/* To the first instruction boundary not before `now`. */
static void replay(struct armv7m *core, uint64_t now) {
    struct park *p = &core->park;
    unsigned attention = core->attention;
    uint64_t limit = core->limit;
    /* At a head again, its first instruction may have begun when its fetch did. */
    skip(core, now > p->since ? (now - p->since - 1) / p->pass->cycles : 0);
    p->state = PARK_REPLAYS;
    p->now = now;
    p->next_port = 0;
    while (core->cycles < now) {
        core->attention = 0; /* a mask that was changed */
        core->limit = now;
        armv7m_execute(core);
    }
    p->state = PARK_OFF;
    p->search = core->cycles + p->pause;
    core->attention = attention;
    core->limit = attention ? 0 : limit;
}

void armv7m_unpark(struct armv7m *core) {
    struct park *p = &core->park;
    enum park_state was = p->state;
    if (was == PARK_OFF || was == PARK_REPLAYS)
        return;
    p->state = PARK_OFF;
    if (was == PARK_RECORDS)
        armv7m_spans(core);
    if (was != PARK_PARKED)
        return;
    uint64_t now = core->cycles;
    uint64_t owner = core->config.hooks.cycle ? core->config.hooks.cycle(core->config.user) : 0;
    replay(core, owner > now ? owner : now);
    if (core->cycles >= core->systick.next)
        armv7m_systick_expire(core);
}

bool armv7m_parked(const struct armv7m *core) {
    return core->park.state == PARK_PARKED;
}

uint64_t armv7m_parkings(const struct armv7m *core) {
    return core->park.count;
}

void armv7m_park_pass(struct armv7m *core) {
    uint64_t until = core->park.until, to = core->limit < until ? core->limit : until;
    if (core->cycles < to)
        core->cycles = to;
    if (core->cycles >= until)
        armv7m_unpark(core);
}

bool armv7m_park_port_again(struct armv7m *core, uint32_t *value) {
    struct park *p = &core->park;
    if (core->cycles >= p->now) {
        p->owes = true;
        core->pc = armv7m_pc(core);
        core->instructions--;
        return false;
    }
    const struct park_port *port = &p->pass->ports[p->next_port++];
    core->cycles += port->waits;
    *value = port->value;
    return true;
}

void armv7m_park_pay(struct armv7m *core) {
    unsigned attention = core->attention;
    core->park.owes = false;
    core->attention = 0;
    core->limit = core->cycles + 1;
    armv7m_execute(core);
    core->attention |= attention;
    if (core->cycles >= core->systick.next)
        armv7m_systick_expire(core);
}

/* --- disturbing ---------------------------------------------------------------------------- */

/* Octets of the host's, as a memory may be seen at two addresses. */
static bool overlap(const uint8_t *a, size_t n, const uint8_t *b, size_t m) {
    return (uintptr_t)b - (uintptr_t)a < n || (uintptr_t)a - (uintptr_t)b < m;
}

bool armv7m_park_touches(const struct armv7m *core, uint32_t address, uint32_t size) {
    const struct park *p = &core->park;
    if (p->state != PARK_ARMED && p->state != PARK_PARKED)
        return false;
    const struct memory *m = armv7m_find(core->self, address);
    if (!m->size)
        return false;
    const uint8_t *from = m->host + (address - m->base);
    if (p->ram_code && m->region.flags & ARMV7M_WRITE)
        return true; /* literals may be anywhere */
    if (!(lines_of(from, size) & p->pass->lines))
        return false;
    for (unsigned i = 0; i < p->pass->n_words; i++)
        if (overlap(p->pass->words[i].host, 4, from, size))
            return true;
    return false;
}

void armv7m_park_disturb(struct armv7m *core, uint32_t address, uint32_t size) {
    if (armv7m_park_touches(core, address, size))
        armv7m_unpark(core);
}
