/* Accesses to blocks: by the core, by DMA, by a debugger.
 *
 * Timing, from memory of RM0368 section 2 and the AMBA APB protocol: a register on the AHB
 * answers without wait states; an APB transfer takes two PCLK cycles, a read waits for it,
 * a write is taken over by the bridge and only the next access waits. The phase of PCLK and
 * contention with DMA are not modelled.
 */
#include "models/mcu/soc/internal.h"

struct stm32_block *bus_find(struct stm32 *mcu, uint32_t address) {
    struct stm32_block *hit = mcu->last_hit;
    if (hit && address - hit->base < hit->size)
        return hit;
    unsigned low = 0, high = mcu->n_blocks;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        hit = mcu->by_base[middle];
        if (address - hit->base < hit->size)
            return mcu->last_hit = hit;
        if (address < hit->base)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Why an access does not reach the block; NULL: it does. */
static const char *unreachable(struct stm32_block *b, enum stm32_report_kind *kind) {
    *kind = STM32_MISUSE;
    if (!b->ip) {
        *kind = STM32_UNMODELLED;
        return "there is no model of this block";
    }
    if (!b->clocked)
        return "the block's clock is off in RCC: reads 0, writes have no effect";
    if (b->held)
        return "the block is held in reset by RCC: reads 0, writes have no effect";
    return NULL;
}

static const struct stm32_reg *find_reg(struct stm32_block *b, uint32_t offset) {
    unsigned row = b->reg_of[offset / 4];
    return row ? &b->ip->regs[row - 1] : NULL;
}

static bool reachable(struct stm32 *mcu, struct stm32_block *b, uint32_t offset) {
    enum stm32_report_kind kind;
    const char *why = unreachable(b, &kind);
    if (!why && !find_reg(b, offset)) {
        kind = STM32_UNMODELLED;
        why = "a reserved register, or one that is not modelled";
    }
    if (why)
        report_access(mcu, b, kind, why);
    return !why;
}

static uint32_t lanes(unsigned size) {
    return size == 1 ? 0xFF : size == 2 ? 0xFFFF : 0xFFFFFFFF;
}

static uint32_t block_read(struct stm32 *mcu, struct stm32_block *b, uint32_t offset,
                           unsigned size) {
    if (!reachable(mcu, b, offset))
        return 0;
    mcu->access_size = size;
    uint32_t word = b->ip->read ? b->ip->read(b, offset & ~3U) : stm32_get(b, offset & ~3U);
    return word >> 8 * (offset & 3) & lanes(size);
}

/* A narrow write as a word: duplicated by an APB bridge, merged on an AHB. */
static uint32_t widen(const struct stm32_block *b, uint32_t offset, unsigned size, uint32_t value) {
    unsigned shift = 8 * (offset & 3);
    if (size == 4)
        return value;
    value &= lanes(size);
    if (b->row->bus == STM32_AHB)
        return (stm32_get(b, offset & ~3U) & ~(lanes(size) << shift)) | value << shift;
    return size == 1 ? value * 0x01010101U : value * 0x00010001U;
}

static void block_write(struct stm32 *mcu, struct stm32_block *b, uint32_t offset, unsigned size,
                        uint32_t value) {
    if (!reachable(mcu, b, offset))
        return;
    uint32_t word = widen(b, offset, size, value);
    uint32_t loud = find_reg(b, offset)->loud;
    if ((word ^ stm32_get(b, offset & ~3U)) & loud)
        report_access(mcu, b, STM32_UNMODELLED, "a bit that is not modelled was changed");
    mcu->access_size = size;
    if (b->ip->write)
        b->ip->write(b, offset & ~3U, word);
    else
        stm32_store(b, offset & ~3U, word);
}

/* Whether an access sees or changes what edges at pins do. */
static bool touches_edges(struct stm32_block *b, uint32_t address, bool write) {
    if (!b || write || !b->ip || !b->ip->pin_in)
        return b && write;
    const struct stm32_reg *reg = find_reg(b, address - b->base);
    return !reg || !reg->apart;
}

static bool access_block(struct stm32 *mcu, uint32_t address, unsigned size, bool write, bool dma,
                         uint32_t *value) {
    struct stm32_block *b = bus_find(mcu, address);
    bool touches = touches_edges(b, address, write);
    if (touches)
        inbox_settle(mcu, mcu->now);
    if (b && dma)
        bus_disturb(b);
    mcu->access.active = true;
    mcu->access.write = write;
    mcu->access.dma = dma;
    mcu->access.address = address;
    mcu->access.value = write ? *value : 0;
    if (b && write)
        block_write(mcu, b, address - b->base, size, *value);
    else if (b)
        *value = block_read(mcu, b, address - b->base, size);
    else if (write && memory_at(mcu, address))
        report_access(mcu, NULL, STM32_MISUSE, "a write to a memory that is read only");
    mcu->access.active = false;
    mcu->stale |= touches ? STALE_ACTS : 0;
    return b || (write && memory_at(mcu, address));
}

/* Wait states of a core's access; see the file's head. */
static int bridge_wait(struct stm32 *mcu, uint32_t address, bool write) {
    enum stm32_bus bus = mcu->last_hit && address - mcu->last_hit->base < mcu->last_hit->size
                             ? mcu->last_hit->row->bus
                             : STM32_AHB;
    if (bus == STM32_AHB)
        return 0;
    uint64_t cycle = armv7m_cycles(mcu->core);
    uint64_t busy = mcu->apb_free[bus] > cycle ? mcu->apb_free[bus] - cycle : 0;
    unsigned transfer = 2 * mcu->apb_div[bus];
    uint64_t waits = write ? busy : busy + transfer - 1;
    mcu->apb_free[bus] = cycle + busy + transfer;
    return (int)waits;
}

static int core_access(struct stm32 *mcu, uint32_t address, unsigned size, bool write,
                       uint32_t *value) {
    if (mcu->running)
        events_advance(mcu, timebase_time(&mcu->clocks[STM32_HCLK], armv7m_cycles(mcu->core)));
    if (!access_block(mcu, address, size, write, false, value))
        return ARMV7M_BUS_FAULT;
    if (!mcu->running)
        return 0;
    if (mcu->feed.fence ? mcu->stale & STALE_ACTS : mcu->stale && events_seen(mcu) < mcu->target)
        armv7m_request_stop(mcu->core);
    return bridge_wait(mcu, address, write);
}

bool bus_core_steady(void *user, uint32_t address, unsigned size, uint32_t *value,
                     uint64_t *until) {
    struct stm32 *mcu = user;
    const struct timebase *hclk = &mcu->clocks[STM32_HCLK];
    struct stm32_block *b = bus_find(mcu, address);
    uint64_t cycle = armv7m_cycles(mcu->core);
    const struct stm32_reg *reg =
        b && b->ip && b->clocked && !b->held && address - b->base < b->size
            ? find_reg(b, address - b->base)
            : NULL;
    sim_time change = SIM_NEVER;
    if (!reg || reg->steady == STM32_UNSTEADY || mcu->apb_free[b->row->bus] > cycle)
        return false;
    mcu->access_size = size;
    uint32_t offset = (address - b->base) & ~3U, word;
    if (reg->steady == STM32_STEADY)
        word = b->ip->read ? b->ip->read(b, offset) : stm32_get(b, offset);
    else if (!pins_steady(mcu, b, timebase_time(hclk, cycle), &word, &change))
        return false;
    b->watched = true;
    *value = word >> 8 * (address & 3) & lanes(size);
    *until = change == SIM_NEVER ? ARMV7M_NEVER : timebase_after(hclk, change);
    return true;
}

int bus_core_read(void *user, uint32_t address, unsigned size, uint32_t *value) {
    return core_access(user, address, size, false, value);
}

int bus_core_write(void *user, uint32_t address, unsigned size, uint32_t value) {
    return core_access(user, address, size, true, &value);
}

static uint32_t load(const uint8_t *octets, unsigned size) {
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)octets[i] << 8 * i;
    return value;
}

/* Memory for a DMA, NULL: none, or not for it. It has no way to the CCM, and none to the alias
 * at 0 (RM0090 2.3.1, RM0368 2.1). `block` tells whether a block may answer instead. */
static uint8_t *dma_memory(struct stm32 *mcu, uint32_t address, uint32_t size, bool write,
                           bool *block) {
    *block = mcu->last_hit && address - mcu->last_hit->base < mcu->last_hit->size;
    const struct memory *memory = *block ? NULL : memory_at(mcu, address);
    *block = !memory;
    if (!memory || memory->what->kind == STM32_CCM)
        return NULL;
    return armv7m_direct(mcu->core, address, size, write);
}

uint8_t *bus_dma_memory(struct stm32 *mcu, uint32_t address, uint32_t size, bool write) {
    bool block;
    return dma_memory(mcu, address, size, write, &block);
}

bool stm32_bus_read(struct stm32_block *b, uint32_t address, unsigned size, uint32_t *value) {
    bool block;
    const uint8_t *octets = dma_memory(b->mcu, address, size, false, &block);
    if (!octets)
        return block && access_block(b->mcu, address, size, false, true, value);
    *value = load(octets, size);
    return true;
}

bool stm32_bus_write(struct stm32_block *b, uint32_t address, unsigned size, uint32_t value) {
    bool block;
    uint8_t *octets = dma_memory(b->mcu, address, size, true, &block);
    if (!octets)
        return block && access_block(b->mcu, address, size, true, true, &value);
    for (unsigned i = 0; i < size; i++)
        octets[i] = (uint8_t)(value >> 8 * i);
    armv7m_invalidate(b->mcu->core, address, size);
    return true;
}

bool stm32_peek(struct stm32 *mcu, uint32_t address, unsigned size, uint32_t *value) {
    events_advance(mcu, mcu->now);
    return armv7m_read(mcu->core, address, size, value);
}

bool stm32_poke(struct stm32 *mcu, uint32_t address, unsigned size, uint32_t value) {
    events_advance(mcu, mcu->now);
    return armv7m_write(mcu->core, address, size, value);
}

void *stm32_state(struct stm32_block *b) {
    return b->state;
}

const struct stm32_row *stm32_row(const struct stm32_block *b) {
    return b->row;
}

uint32_t stm32_get(const struct stm32_block *b, uint32_t offset) {
    return b->regs[offset / 4];
}

void stm32_put(struct stm32_block *b, uint32_t offset, uint32_t value) {
    b->regs[offset / 4] = value;
}

uint32_t stm32_store(struct stm32_block *b, uint32_t offset, uint32_t value) {
    const struct stm32_reg *reg = find_reg(b, offset);
    uint32_t mask = reg ? reg->writable : 0;
    uint32_t *held = &b->regs[offset / 4];
    return *held = (*held & ~mask) | (value & mask);
}

unsigned stm32_access_size(const struct stm32_block *b) {
    return b->mcu->access_size;
}
