/* See park.h. */
#include "models/mcu/armv7m/park.h"

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

static void take_lines(const struct armv7m *core, struct park_registers *out) {
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        const struct armv7m_lines *lines = core->memory[i].lines;
        if (!lines)
            continue;
        out->prefetched[i].line = lines->prefetched;
        out->prefetched[i].wait =
            lines->ready > core->cycles ? (uint32_t)(lines->ready - core->cycles) : 0;
    }
}

static void take(const struct armv7m *core, struct park_registers *out) {
    memset(out, 0, sizeof *out);
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
    take_lines(core, out);
}

/* How often caches were filled, or changed; and code. Numbers to be compared. */
static uint32_t fills_of(const struct armv7m *core) {
    uint32_t sum = 0;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++)
        if (core->memory[i].lines)
            sum += core->memory[i].lines->code.fills + core->memory[i].lines->data.fills;
    return sum;
}
static uint32_t changes_of(const struct armv7m *core) {
    uint32_t sum = 0;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++)
        sum += core->memory[i].changes;
    return sum;
}

static bool behind_fence(const struct armv7m *core, const uint8_t *host) {
    const struct memory *m = core->fenced;
    return m && (uintptr_t)host - (uintptr_t)(m->host + m->fence_low) < m->fence_span;
}

/* Would a pass from here read what it read? And until when, if nobody comes to tell? */
static bool reads_alike(struct armv7m *core, const struct park_head *head, uint64_t *until) {
    for (unsigned i = 0; i < head->n_words; i++) {
        const struct park_word *w = &head->words[i];
        uint32_t value;
        memcpy(&value, w->host, 4);
        if ((value ^ w->value) & w->read || behind_fence(core, w->host))
            return false;
    }
    *until = ARMV7M_NEVER;
    for (unsigned i = 0; i < head->n_ports; i++) {
        const struct park_port *port = &head->ports[i];
        uint64_t change = ARMV7M_NEVER;
        uint32_t value;
        if (!core->config.hooks.steady(core->config.user, port->address, port->size, &value,
                                       &change) ||
            value != port->value)
            return false;
        *until = change < *until ? change : *until;
    }
    return *until > core->cycles + head->cycles;
}

/* Nobody looks at each instruction, and nothing waits for the pass to let it in. */
static bool may_park(const struct armv7m *core, const struct park_head *head) {
    return !core->attention && !core->park.stepping && !core->n_breaks && !core->n_watches &&
           !(head->masks && armv7m_highest_pending(core));
}

/* --- heads --------------------------------------------------------------------------------- */

void armv7m_park_init(struct armv7m *core) {
    struct park *p = &core->park;
    for (unsigned i = 0; i < PARK_HEADS; i++)
        p->heads[i].address = 1;
    p->pause = FIRST_PAUSE;
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

static void add_head(struct armv7m *core, uint32_t address) {
    struct park *p = &core->park;
    if (head_at(p, address))
        return;
    struct park_head *head = &p->heads[p->next_head++ % PARK_HEADS];
    drop(core, head);
    head->address = address;
    head->known = head->proven = false;
    head->vain = 0;
    armv7m_invalidate(core, address, 2);
}

void armv7m_park_forget(struct armv7m *core) {
    armv7m_unpark(core);
    for (unsigned i = 0; i < PARK_HEADS; i++)
        core->park.heads[i].known = false;
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

void armv7m_park_search(struct armv7m *core) {
    struct park *p = &core->park;
    struct park_registers first, now;
    uint32_t pc = core->pc, best = 1, best_sp = 0;
    bool found = false;
    take(core, &first);
    for (unsigned n = 0; n < SEARCHED && !found; n++) {
        if (core->cycles >= core->limit || core->attention || p->state == PARK_PARKED)
            break;
        if (!core->it && (core->r[13] > best_sp || (core->r[13] == best_sp && core->pc < best))) {
            best_sp = core->r[13];
            best = core->pc;
        }
        step(core);
        if (core->pc != pc)
            continue;
        take(core, &now);
        found = memcmp(first.r, now.r, sizeof now.r) == 0 && first.ipsr == now.ipsr;
    }
    p->pause = p->pause < LONGEST_WAIT ? 2 * p->pause : LONGEST_WAIT;
    p->search = core->cycles + p->pause;
    if (found && best != 1 && p->state == PARK_OFF)
        add_head(core, best);
}

/* --- recording ----------------------------------------------------------------------------- */

static void record(struct armv7m *core, struct park_head *head) {
    struct park *p = &core->park;
    head->known = head->masks = false;
    head->n_words = head->n_ports = 0;
    head->changes = changes_of(core);
    memset(p->slots, 0, sizeof p->slots);
    p->refused = false;
    p->last_port = UINT64_MAX;
    p->state = PARK_RECORDS;
    armv7m_spans(core);
}

static struct park_word *word_at(struct park *p, uint32_t address) {
    struct park_head *head = p->head;
    unsigned slot = (address >> 2) * 37 % PARK_SLOTS;
    for (; p->slots[slot]; slot = (slot + 1) % PARK_SLOTS)
        if (head->words[p->slots[slot] - 1].address == address)
            return &head->words[p->slots[slot] - 1];
    if (head->n_words == PARK_WORDS)
        return NULL;
    p->slots[slot] = (uint8_t)++head->n_words;
    struct park_word *word = &head->words[head->n_words - 1];
    *word = (struct park_word){.address = address};
    return word;
}

void armv7m_park_note(struct armv7m *core, const struct memory *m, uint32_t address, unsigned size,
                      bool write) {
    struct park *p = &core->park;
    struct park_word *word = word_at(p, address & ~3u);
    uint32_t mask = (UINT32_MAX >> (32 - 8 * size)) << 8 * (address & 3), value;
    if (core->cycles - p->since > LONGEST) {
        armv7m_unpark(core);
        return;
    }
    p->refused |= !word;
    if (!word)
        return;
    word->host = m->host + (word->address - m->base);
    memcpy(&value, word->host, 4);
    if (write) {
        word->written |= mask;
        return;
    }
    mask &= ~word->written & ~word->read;
    word->read |= mask;
    word->value |= value & mask;
}

/* One read an instruction: it happens at its first cycle, so before the limit. */
void armv7m_park_port(struct armv7m *core, uint32_t address, unsigned size) {
    struct park *p = &core->park;
    struct park_head *head = p->head;
    uint64_t until;
    uint32_t value;
    if (p->refused || head->n_ports == PARK_PORTS || p->last_port == core->instructions ||
        !core->config.hooks.steady(core->config.user, address, size, &value, &until)) {
        p->refused = true;
        return;
    }
    p->last_port = core->instructions;
    head->ports[head->n_ports++] = (struct park_port){.address = address, .size = size};
}

void armv7m_park_port_end(struct armv7m *core, uint32_t value, unsigned waits) {
    struct park *p = &core->park;
    if (p->state != PARK_RECORDS || p->refused)
        return;
    struct park_port *port = &p->head->ports[p->head->n_ports - 1];
    port->value = value;
    port->waits = waits;
}

/* --- at the head --------------------------------------------------------------------------- */

static void begin(struct armv7m *core, struct park_head *head, enum park_state state) {
    struct park *p = &core->park;
    p->head = head;
    p->since = core->cycles;
    p->instructions = core->instructions - 1; /* without the one that is about to begin */
    p->fills = fills_of(core);
    p->state = state;
    if (state == PARK_PARKED) {
        p->pause = head->proven ? p->pause : FIRST_PAUSE;
        head->proven = true;
        head->vain = 0;
    } else if (state == PARK_RECORDS) {
        record(core, head);
    }
}

/* A pass came to its end without a cache's being filled. */
static bool undisturbed(const struct armv7m *core, const struct park_head *head, bool same) {
    const struct park *p = &core->park;
    return same && p->head == head && p->fills == fills_of(core) && !p->refused;
}

/* The pass that ends was recorded, and the next one will be the same. */
static bool recorded(struct armv7m *core, struct park_head *head, bool same) {
    struct park *p = &core->park;
    p->state = PARK_OFF;
    armv7m_spans(core);
    head->cycles = core->cycles - p->since;
    head->instructions = core->instructions - 1 - p->instructions;
    head->known = undisturbed(core, head, same) && head->changes == changes_of(core) &&
                  reads_alike(core, head, &p->until);
    return head->known;
}

static bool passed(struct armv7m *core, struct park_head *head, bool same) {
    struct park *p = &core->park;
    p->refused = false;
    return head->known && undisturbed(core, head, same) &&
           core->cycles - p->since == head->cycles && reads_alike(core, head, &p->until);
}

static bool arrive(struct armv7m *core, struct park_head *head) {
    struct park *p = &core->park;
    struct park_registers now;
    take(core, &now);
    bool same = memcmp(&now, &head->at, sizeof now) == 0, whole = false;
    if (head->changes != changes_of(core) && p->state != PARK_RECORDS)
        head->known = false;
    if (p->state == PARK_RECORDS)
        whole = recorded(core, head, same);
    else if (p->state == PARK_ARMED)
        whole = passed(core, head, same);
    if (whole && may_park(core, head)) {
        begin(core, head, PARK_PARKED);
        return true;
    }
    p->state = PARK_OFF;
    head->at = now;
    head->known = head->known && same;
    if (same && head->known && reads_alike(core, head, &p->until))
        begin(core, head, PARK_ARMED);
    else if (same && may_park(core, head))
        begin(core, head, PARK_RECORDS);
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
    uint64_t cycles = passes * p->head->cycles;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct armv7m_lines *lines = core->memory[i].lines;
        bool seen = false;
        for (unsigned k = 0; k < i; k++)
            seen = seen || core->memory[k].lines == lines;
        if (lines && !seen && lines->ready > p->since)
            lines->ready += cycles;
    }
    core->cycles = p->since + cycles;
    core->instructions += passes * p->head->instructions;
}

/* To the first instruction boundary not before `now`. */
static void replay(struct armv7m *core, uint64_t now) {
    struct park *p = &core->park;
    unsigned attention = core->attention;
    uint64_t limit = core->limit;
    skip(core, (now - p->since) / p->head->cycles);
    p->state = PARK_REPLAYS;
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
}

bool armv7m_parked(const struct armv7m *core) {
    return core->park.state == PARK_PARKED;
}

void armv7m_park_pass(struct armv7m *core) {
    uint64_t until = core->park.until, to = core->limit < until ? core->limit : until;
    if (core->cycles < to)
        core->cycles = to;
    if (core->cycles >= until)
        armv7m_unpark(core);
}

uint32_t armv7m_park_port_again(struct armv7m *core) {
    struct park *p = &core->park;
    const struct park_port *port = &p->head->ports[p->next_port++];
    core->cycles += port->waits;
    return port->value;
}

/* --- disturbing ---------------------------------------------------------------------------- */

/* Octets of the host's, as a memory may be seen at two addresses. */
static bool overlap(const uint8_t *a, size_t n, const uint8_t *b, size_t m) {
    return (uintptr_t)b - (uintptr_t)a < n || (uintptr_t)a - (uintptr_t)b < m;
}

/* A memory that is executed may have literals anywhere. */
static bool may_be_code(const struct armv7m *core, const uint8_t *from, size_t size) {
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        const struct memory *m = &core->memory[i];
        if (m->code_span && m->region.flags & ARMV7M_WRITE && overlap(m->host, m->size, from, size))
            return true;
    }
    return false;
}

bool armv7m_park_touches(const struct armv7m *core, uint32_t address, uint32_t size) {
    const struct park *p = &core->park;
    if (p->state != PARK_ARMED && p->state != PARK_PARKED)
        return false;
    const struct memory *m = armv7m_find(core->self, address);
    const uint8_t *from = m->host + (address - m->base);
    if (!m->size)
        return false;
    for (unsigned i = 0; i < p->head->n_words; i++)
        if (overlap(p->head->words[i].host, 4, from, size))
            return true;
    return may_be_code(core, from, size);
}

void armv7m_park_disturb(struct armv7m *core, uint32_t address, uint32_t size) {
    if (armv7m_park_touches(core, address, size))
        armv7m_unpark(core);
}
