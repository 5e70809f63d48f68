/* Memory as the core sees it: mapped regions, bit-band aliases, the private peripheral bus
 * and the callbacks; alignment rules; invalidation of decoded instructions.
 *
 * Source: DDI0403E A3.2 (alignment), B3.1 (map); TRM 100166 3.4 (bit-band, unaligned
 * accesses are split into aligned ones, an extra cycle each).
 */
#include <stdlib.h>
#include <string.h>

#include "models/mcu/armv7m/internal.h"
#include "models/mcu/armv7m/translate.h"

struct memory *armv7m_find(struct armv7m *core, uint32_t address) {
    struct memory *likely = core->page[address >> PAGE_SHIFT];
    if (LIKELY(address - likely->base < likely->size) || likely == core->nowhere)
        return likely;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct memory *m = &core->memory[i];
        if (m->size && address - m->base < m->size)
            return m;
    }
    return core->nowhere;
}

void armv7m_spans(struct armv7m *core) {
    bool slow = core->n_watches != 0 || core->park.state == PARK_RECORDS;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct memory *m = &core->memory[i];
        bool lined = m->lines && m->lines->latency;
        m->read_span = slow || lined ? 0 : m->size;
        m->lined_span = slow || !lined ? 0 : m->size;
        m->write_span = slow || !(m->region.flags & ARMV7M_WRITE) ? 0 : m->size;
    }
}

static void fill_pages(struct armv7m *core) {
    core->n_memory = 0;
    for (unsigned page = 0; page < PAGES; page++)
        core->page[page] = core->nowhere;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct memory *m = &core->memory[i];
        if (!m->size)
            continue;
        core->n_memory = i + 1;
        for (uint32_t page = m->base >> PAGE_SHIFT; page <= (m->base + m->size - 1) >> PAGE_SHIFT;
             page++)
            core->page[page] = m;
    }
    armv7m_park_forget(core);
    armv7m_spans(core);
}

static bool overlaps(const struct memory *m, const struct armv7m_region *region) {
    return m->size && (region->base - m->base < m->size || m->base - region->base < region->size);
}

static struct memory *free_slot(struct armv7m *core, const struct armv7m_region *region,
                                struct sim_err *err) {
    struct memory *slot = NULL;
    uint32_t in_line = region->lines ? (1u << region->lines->shift) - 1 : 3;
    if (region->size == 0 || region->size & 3 || region->base & (in_line | 3) || !region->host ||
        region->base + (region->size - 1) < region->base) {
        sim_err_set(err, SIM_ERR_INPUT, "a memory region is empty, unaligned or wraps");
        return NULL;
    }
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct memory *m = &core->memory[i];
        if (overlaps(m, region)) {
            sim_err_set(err, SIM_ERR_INPUT, "a memory region overlaps another");
            return NULL;
        }
        if (!m->size && !m->ops && !slot)
            slot = m;
    }
    if (!slot)
        sim_err_set(err, SIM_ERR_INPUT, "more than %d memory regions", ARMV7M_MAX_REGIONS);
    return slot;
}

bool armv7m_map(struct armv7m *core, const struct armv7m_region *region, struct sim_err *err) {
    struct memory *slot = free_slot(core, region, err);
    if (!slot)
        return false;
    armv7m_unpark(core); /* what it did meanwhile, it did with what was mapped */
    struct op *ops = NULL;
    if (region->flags & ARMV7M_EXECUTE) {
        ops = calloc(region->size / 2 + 2, sizeof *ops);
        if (!ops)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    }
    *slot = (struct memory){.region = *region,
                            .base = region->base,
                            .size = region->size,
                            .host = region->host,
                            .ops = ops,
                            .lines = region->lines,
                            .translator = core->translator};
    if (region->lines) {
        slot->line_mask = UINT32_MAX << region->lines->shift;
        region->lines->prefetched = ARMV7M_NO_LINE;
    }
    fill_pages(core);
    return true;
}

/* The hot loop may stand in the region that goes: its slots stay until the next boundary. */
bool armv7m_unmap(struct armv7m *core, uint32_t base) {
    struct memory *m = armv7m_find(core, base);
    if (!m->size || m->base != base)
        return false;
    armv7m_park_forget(core);
    m->read_span = m->write_span = m->lined_span = 0;
    if (core->op && core->code == m) {
        m->dying = true;
        armv7m_attend(core, ATT_REMAP);
    } else {
        armv7m_bury(core, m);
    }
    return true;
}

void armv7m_bury(struct armv7m *core, struct memory *m) {
    armv7m_forget_translated(m->translator, m->ops, m->ops + m->size / 2);
    free(m->ops);
    *m = (struct memory){0};
    if (core->code == m)
        core->code = core->nowhere;
    fill_pages(core);
}

/* An IT before the address decides how it is decoded, and one in it what is behind; and blocks
 * that reach what is forgotten go too. */
void armv7m_forget(struct memory *m, uint32_t offset, uint32_t size) {
    if (!m->ops || offset + size <= m->code_low || offset >= m->code_low + m->code_span)
        return;
    m->changes++;
    uint32_t from = offset > IT_BEHIND ? offset - IT_BEHIND : 0;
    uint32_t to = offset + size + IT_BEHIND < m->size ? offset + size + IT_BEHIND : m->size;
    struct op *first = &m->ops[from / 2],
              *op = from > 4 * BLOCK_MOST ? first - 2 * BLOCK_MOST : m->ops;
    for (; op < first; op++)
        if (op + op->reach > first)
            memset(op, 0, sizeof *op);
    memset(first, 0, ((to + 1) / 2 - from / 2) * sizeof *m->ops);
    armv7m_forget_translated(m->translator, first, &m->ops[(to + 1) / 2]);
}

void armv7m_forget_all(struct armv7m *core) {
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct memory *m = &core->memory[i];
        armv7m_forget(m, m->code_low, m->code_span);
    }
}

void armv7m_invalidate(struct armv7m *core, uint32_t address, uint32_t size) {
    armv7m_park_disturb(core, address, size);
    struct memory *whole = armv7m_find(core, address);
    if (address - whole->base < whole->size && size <= whole->size - (address - whole->base)) {
        armv7m_forget(whole, address - whole->base, size);
        return;
    }
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++) {
        struct memory *m = &core->memory[i];
        uint64_t low = address > m->base ? address : m->base;
        uint64_t high = (uint64_t)address + size, end = (uint64_t)m->base + m->size;
        high = high < end ? high : end;
        if (low < high)
            armv7m_forget(m, (uint32_t)(low - m->base), (uint32_t)(high - low));
    }
}

bool armv7m_fence(struct armv7m *core, uint32_t address, uint32_t size) {
    if (size)
        armv7m_park_disturb(core, address & ~7u, size + 15);
    struct memory *m = size ? armv7m_find(core, address) : NULL;
    if (core->fenced)
        core->fenced->fence_span = 0;
    core->fenced = NULL;
    if (!m || !m->size || m->code_span || m->lines)
        return false;
    uint32_t offset = address - m->base;
    m->fence_low = offset & ~7u; /* no aligned access lies across its ends */
    m->fence_span = ((offset + size + 7) & ~7u) - m->fence_low;
    core->fenced = m;
    return true;
}

void armv7m_lift(struct armv7m *core) {
    armv7m_fence(core, 0, 0);
    if (core->config.hooks.fence)
        core->config.hooks.fence(core->config.user);
}

static inline void respect_fence(struct armv7m *core, uint32_t address, unsigned size) {
    const struct memory *m = core->fenced;
    if (m && address - m->base + size > m->fence_low &&
        address - m->base < m->fence_low + m->fence_span)
        armv7m_lift(core);
}

/* The hot loop looks at the line where it enters and where one ends: it is made to enter anew,
 * lest the very next instruction be fetched or not as the caller's stops happen to fall. Blocks
 * know how long their fetches may wait at most. */
void armv7m_flush_fetch(struct armv7m *core) {
    armv7m_unpark(core);
    core->line = 1;
    core->limit = 0;
    for (unsigned i = 0; i < ARMV7M_MAX_REGIONS; i++)
        if (core->memory[i].lines)
            core->memory[i].lines->prefetched = ARMV7M_NO_LINE;
    armv7m_forget_all(core);
    armv7m_spans(core);
}

static bool in_bitband(uint32_t address) {
    return address >> 25 == 0x22000000u >> 25 || address >> 25 == 0x42000000u >> 25;
}
static bool in_ppb(uint32_t address) {
    return address >> 20 == 0xE00;
}

static void watch(struct armv7m *core, uint32_t address, unsigned size, uint32_t value,
                  bool write) {
    for (unsigned i = 0; i < core->n_watches; i++) {
        const struct armv7m_watch *w = &core->watches[i];
        if (!(write ? w->write : w->read) ||
            (address - w->address >= w->size && w->address - address >= size))
            continue;
        core->hit = (struct armv7m_watch_hit){address, armv7m_pc(core), value, write};
        core->stop = ARMV7M_WATCHPOINT;
        armv7m_attend(core, ATT_STOP);
    }
}

static uint32_t host_read(const uint8_t *from, unsigned size) {
    uint32_t value = *from;
    if (size == 4)
        memcpy(&value, from, 4);
    else if (size == 2)
        value |= (uint32_t)from[1] << 8;
    return value;
}
/* Wait states of a data read at `offset` of a region. */
static unsigned read_wait(const struct memory *m, uint32_t offset) {
    return m->lines ? armv7m_lines_read(m->lines, offset >> m->lines->shift) : 0;
}

static bool bit_read(struct armv7m *core, uint32_t address, uint32_t *value) {
    uint32_t target = (address & 0xF0000000) | (address >> 5 & 0xFFFFF), octet;
    if (!armv7m_bus_read(core, target, 1, &octet))
        return false;
    *value = octet >> (address >> 2 & 7) & 1;
    return true;
}
/* As wide as the alias access, so that a register that takes words sees a word. */
static bool bit_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value) {
    uint32_t target = (address & 0xF0000000) | (address >> 5 & 0xFFFFF), old;
    unsigned bit = (address >> 2 & 7) + 8 * (target & (size - 1));
    target &= ~(size - 1u);
    if (!armv7m_bus_read(core, target, size, &old))
        return false;
    core->cycles += 1;
    return armv7m_bus_write(core, target, size, (old & ~(1u << bit)) | (value & 1) << bit);
}

bool armv7m_bus_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value) {
    struct memory *m = armv7m_find(core, address);
    enum park_state park = core->park.state;
    *value = 0;
    if (m->size) {
        respect_fence(core, address, size);
        if (UNLIKELY(park == PARK_RECORDS))
            armv7m_park_note(core, address, size, false);
        *value = host_read(m->host + (address - m->base), size);
        core->cycles += read_wait(m, address - m->base);
        return true;
    }
    if (in_bitband(address))
        return bit_read(core, address, value);
    if (in_ppb(address)) {
        core->park.refused = true;
        return armv7m_ppb_read(core, address, size, value, false);
    }
    if (!core->config.hooks.read)
        return false;
    if (UNLIKELY(park == PARK_REPLAYS))
        return armv7m_park_port_again(core, value);
    if (UNLIKELY(park == PARK_RECORDS))
        armv7m_park_port(core, address, size);
    int waits = core->config.hooks.read(core->config.user, address, size, value);
    if (waits < 0)
        return false;
    if (UNLIKELY(park == PARK_RECORDS))
        armv7m_park_port_end(core, *value, (unsigned)waits);
    core->cycles += (unsigned)waits;
    return true;
}

bool armv7m_bus_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value) {
    struct memory *m = armv7m_find(core, address);
    if (m->size && m->region.flags & ARMV7M_WRITE) {
        respect_fence(core, address, size);
        if (UNLIKELY(core->park.state == PARK_RECORDS))
            armv7m_park_note(core, address, size, true);
        memcpy(m->host + (address - m->base), &value, size);
        armv7m_forget(m, address - m->base, size);
        return true;
    }
    if (!m->size && in_bitband(address))
        return bit_write(core, address, size, value);
    core->park.refused = true;
    if (in_ppb(address))
        return armv7m_ppb_write(core, address, size, value, false);
    if (!core->config.hooks.write)
        return false;
    int waits = core->config.hooks.write(core->config.user, address, size, value);
    if (waits < 0)
        return false;
    core->cycles += (unsigned)waits;
    return true;
}

/* The largest aligned piece at `address` of `left` octets, as the bus splits. */
static unsigned piece(uint32_t address, unsigned left) {
    return address & 1 || left == 1 ? 1 : address & 2 || left < 4 ? 2 : 4;
}

static bool bus_fault(struct armv7m *core, uint32_t address) {
    core->bfar = address;
    armv7m_raise(core, CFSR_PRECISERR | CFSR_BFARVALID);
    return false;
}
static bool unaligned_allowed(struct armv7m *core, uint32_t address, unsigned size) {
    if (!(address & (size - 1)) || (!(core->ccr & CCR_UNALIGN_TRP) && !in_ppb(address)))
        return true;
    armv7m_raise(core, CFSR_UNALIGNED);
    return false;
}

/* The usual load that has wait states. */
static inline bool load_lined(struct armv7m *core, uint32_t address, unsigned size,
                              uint32_t *value) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base;
    if (offset >= m->lined_span || address & (size - 1))
        return false;
    *value = host_read(m->host + offset, size);
    core->cycles += armv7m_lines_read(m->lines, offset >> m->lines->shift);
    return true;
}

bool armv7m_load(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value) {
    if (LIKELY(load_lined(core, address, size, value)))
        return true;
    if (core->park.state == PARK_RECORDS && !(address & (size - 1))) {
        const uint8_t *noted = armv7m_park_note(core, address, size, false);
        if (noted) {
            *value = host_read(noted, size);
            return true;
        }
    }
    if (!unaligned_allowed(core, address, size))
        return false;
    respect_fence(core, address, size); /* as the access begins */
    uint32_t result = 0, part;
    for (unsigned at = 0, n; at < size; at += n) {
        n = piece(address + at, size - at);
        core->cycles += at != 0;
        if (!armv7m_bus_read(core, address + at, n, &part))
            return !core->park.owes && bus_fault(core, address + at);
        result |= part << (8 * at);
    }
    *value = result;
    if (core->n_watches)
        watch(core, address, size, result, false);
    return true;
}

bool armv7m_store(struct armv7m *core, uint32_t address, unsigned size, uint32_t value) {
    if (core->park.state == PARK_RECORDS && !(address & (size - 1))) {
        uint8_t *noted = armv7m_park_note(core, address, size, true);
        if (noted) {
            memcpy(noted, &value, size);
            return true;
        }
    }
    if (!unaligned_allowed(core, address, size))
        return false;
    respect_fence(core, address, size);
    for (unsigned at = 0, n; at < size; at += n) {
        n = piece(address + at, size - at);
        core->cycles += at != 0;
        uint32_t part = n == 4 ? value : value >> (8 * at) & ((1u << 8 * n) - 1);
        if (!armv7m_bus_write(core, address + at, n, part))
            return bus_fault(core, address + at);
    }
    if (core->n_watches)
        watch(core, address, size, value, true);
    return true;
}

/* --- for debuggers and other masters ------------------------------------------------- */

uint8_t *armv7m_direct(struct armv7m *core, uint32_t address, uint32_t size, bool write) {
    struct memory *m = armv7m_find(core, address);
    uint32_t offset = address - m->base;
    if (!m->size || size > m->size - offset || (write && !(m->region.flags & ARMV7M_WRITE)))
        return NULL;
    armv7m_park_disturb(core, address, size);
    return m->host + offset;
}

static bool debug_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value) {
    const uint8_t *host = armv7m_direct(core, address, size, false);
    if (host)
        *value = host_read(host, size);
    if (host)
        return true;
    if (in_ppb(address))
        return armv7m_ppb_read(core, address, size, value, true);
    uint64_t cycles = core->cycles;
    bool ok = armv7m_bus_read(core, address, size, value);
    core->cycles = cycles;
    return ok;
}

static bool debug_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value) {
    uint8_t *host = armv7m_direct(core, address, size, false);
    if (host) {
        memcpy(host, &value, size);
        armv7m_invalidate(core, address, size);
        return true;
    }
    if (in_ppb(address))
        return armv7m_ppb_write(core, address, size, value, true);
    uint64_t cycles = core->cycles;
    bool ok = armv7m_bus_write(core, address, size, value);
    core->cycles = cycles;
    return ok;
}

bool armv7m_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value) {
    *value = 0;
    armv7m_unpark(core);
    if (!(address & (size - 1)))
        return debug_read(core, address, size, value);
    for (unsigned i = 0; i < size; i++) {
        uint32_t octet;
        if (!debug_read(core, address + i, 1, &octet))
            return false;
        *value |= octet << (8 * i);
    }
    return true;
}

bool armv7m_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value) {
    armv7m_unpark(core);
    if (!(address & (size - 1)))
        return debug_write(core, address, size, value);
    for (unsigned i = 0; i < size; i++)
        if (!debug_write(core, address + i, 1, value >> (8 * i) & 0xFF))
            return false;
    return true;
}
