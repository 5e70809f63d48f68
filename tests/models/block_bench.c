#include "block_bench.h"

#include <stdlib.h>
#include <string.h>

/* --- the bench itself ------------------------------------------------------------------------ */

void bench_init(struct bench *bench, unsigned mhz) {
    memset(bench, 0, sizeof *bench);
    bench->mhz = mhz;
    bench->size = 4;
}

void bench_finish(struct bench *bench) {
    for (unsigned i = 0; i < bench->n_blocks; i++)
        free(bench->blocks[i].state);
}

static void reset_registers(struct stm32_block *b) {
    for (size_t i = 0; i < b->ip->n_regs; i++) {
        const struct stm32_reg *reg = &b->ip->regs[i];
        for (unsigned n = 0; n < (reg->count ? reg->count : 1u); n++)
            b->regs[(reg->offset + n * reg->stride) / 4] = reg->reset;
    }
}

struct stm32_block *bench_add(struct bench *bench, const struct stm32_ip *ip, uint32_t base,
                              uint32_t variant) {
    struct stm32_block *b = &bench->blocks[bench->n_blocks++];
    b->ip = ip;
    b->bench = bench;
    b->row = (struct stm32_row){.name = ip->name, .ip = ip, .base = base, .variant = variant};
    b->state = calloc(1, ip->state_size ? ip->state_size : 1);
    for (unsigned i = 0; i < BENCH_EVENTS; i++)
        b->events[i].time = SIM_NEVER;
    memset(b->pin, STM32_Z, sizeof b->pin);
    reset_registers(b);
    if (ip->reset)
        ip->reset(b, STM32_POWER_ON);
    return b;
}

void bench_route(struct stm32_block *block, unsigned signal, struct stm32_block *dma,
                 unsigned line) {
    block->dma = dma;
    block->dma_line[signal] = line;
}

/* The earliest pending event not after `until`; of one time the first scheduled. */
static struct stm32_block *next_event(struct bench *bench, sim_time until, unsigned *id) {
    struct stm32_block *best = NULL;
    for (unsigned i = 0; i < bench->n_blocks; i++) {
        struct stm32_block *b = &bench->blocks[i];
        for (unsigned e = 0; e < b->ip->n_events; e++) {
            if (b->events[e].time > until)
                continue;
            if (best && (b->events[e].time > best->events[*id].time ||
                         (b->events[e].time == best->events[*id].time &&
                          b->events[e].order > best->events[*id].order)))
                continue;
            best = b;
            *id = e;
        }
    }
    return best;
}

void bench_run(struct bench *bench, sim_time until) {
    unsigned id = 0;
    struct stm32_block *b;
    while ((b = next_event(bench, until, &id))) {
        bench->now = b->events[id].time;
        b->events[id].time = SIM_NEVER;
        b->ip->event(b, id);
    }
    bench->now = until;
}

static const struct stm32_reg *find_reg(const struct stm32_block *b, uint32_t offset) {
    for (size_t i = 0; i < b->ip->n_regs; i++) {
        const struct stm32_reg *reg = &b->ip->regs[i];
        for (unsigned n = 0; n < (reg->count ? reg->count : 1u); n++)
            if (reg->offset + n * reg->stride == offset)
                return reg;
    }
    return NULL;
}

uint32_t bench_read(struct stm32_block *block, uint32_t offset) {
    if (!find_reg(block, offset)) {
        stm32_unmodelled(block, "no such register");
        return 0;
    }
    return block->ip->read ? block->ip->read(block, offset) : block->regs[offset / 4];
}

void bench_write(struct stm32_block *block, uint32_t offset, uint32_t value) {
    const struct stm32_reg *reg = find_reg(block, offset);
    if (!reg || ((value ^ block->regs[offset / 4]) & reg->loud))
        stm32_unmodelled(block, "no such register, or bit");
    if (reg && block->ip->write)
        block->ip->write(block, offset, value);
    else if (reg)
        stm32_store(block, offset, value);
}

void bench_pin(struct stm32_block *block, unsigned role, unsigned level, sim_time time) {
    bench_run(block->bench, time);
    block->pin[role] = (uint8_t)level;
    block->ip->pin_in(block, role, level, time);
}

/* --- services -------------------------------------------------------------------------------- */

void *stm32_state(struct stm32_block *b) {
    return b->state;
}

const struct stm32_row *stm32_row(const struct stm32_block *b) {
    return &b->row;
}

uint32_t stm32_get(const struct stm32_block *b, uint32_t offset) {
    return b->regs[offset / 4];
}

void stm32_put(struct stm32_block *b, uint32_t offset, uint32_t value) {
    b->regs[offset / 4] = value;
}

uint32_t stm32_store(struct stm32_block *b, uint32_t offset, uint32_t value) {
    uint32_t writable = find_reg(b, offset)->writable;
    return b->regs[offset / 4] = (b->regs[offset / 4] & ~writable) | (value & writable);
}

unsigned stm32_access_size(const struct stm32_block *b) {
    return b->bench->size;
}

void stm32_unmodelled(struct stm32_block *b, const char *text) {
    b->bench->unmodelled++;
    b->bench->last_text = text;
}

void stm32_misuse(struct stm32_block *b, const char *text) {
    b->bench->misuse++;
    b->bench->last_text = text;
}

void stm32_lost(struct stm32_block *b, const char *text, uint32_t value) {
    (void)value;
    b->bench->lost++;
    b->bench->last_text = text;
}

void stm32_rx_tell(struct stm32_block *b, struct stm32_rx *rx) {
    if (b->bench->n_rx < sizeof b->bench->rx - 1)
        b->bench->rx[b->bench->n_rx++] = bench_rx_letters[rx->kind];
    b->bench->last_rx = *rx;
}

void stm32_ndtr_tell(struct stm32_block *b, unsigned stream, bool to_memory, uint32_t peripheral,
                     unsigned value) {
    if (!b->bench->wants_ndtr)
        return;
    b->bench->n_ndtr++;
    b->bench->last_ndtr = (struct stm32_ndtr){
        .stream = stream, .to_memory = to_memory, .peripheral = peripheral, .value = value};
}

sim_time stm32_now(const struct stm32_block *b) {
    return b->bench->now;
}

void stm32_schedule(struct stm32_block *b, unsigned id, sim_time time) {
    b->events[id].time = time < b->bench->now ? b->bench->now : time;
    b->events[id].order = b->bench->order++;
}

void stm32_cancel(struct stm32_block *b, unsigned id) {
    b->events[id].time = SIM_NEVER;
}

sim_time stm32_pending(const struct stm32_block *b, unsigned id) {
    return b->events[id].time;
}

/* Tick k is at floor(k * 1e6 / mhz) ps. */
uint64_t stm32_tick_at(const struct stm32_block *b, sim_time time) {
    return (((uint64_t)time + 1) * b->bench->mhz + 999999) / 1000000 - 1;
}

sim_time stm32_tick_time(const struct stm32_block *b, uint64_t tick) {
    return b->bench->off ? SIM_NEVER : (sim_time)(tick * 1000000 / b->bench->mhz);
}

/* LSI ticks at 32 kHz, everything else at the bench's rate. */
uint64_t stm32_clock_tick_at(const struct stm32_block *b, enum stm32_clock clock, sim_time time) {
    return clock == STM32_LSI ? (uint64_t)time / 31250000 : stm32_tick_at(b, time);
}

sim_time stm32_clock_tick_time(const struct stm32_block *b, enum stm32_clock clock, uint64_t tick) {
    return clock == STM32_LSI ? (sim_time)(tick * 31250000) : stm32_tick_time(b, tick);
}

double stm32_hz(const struct stm32_block *b) {
    return (double)b->bench->mhz * 1e6;
}

bool stm32_clocked(const struct stm32_block *b) {
    return !b->bench->off;
}

void stm32_irq(struct stm32_block *b, unsigned n, bool level) {
    b->irq_edges += level && !b->irq[n];
    b->irq[n] = level;
}

void stm32_dma_request(struct stm32_block *b, enum stm32_signal signal, bool level) {
    b->request[signal] = level;
    if (b->dma)
        b->dma->ip->dma_request(b->dma, b->dma_line[signal], level);
}

void stm32_dma_served(struct stm32_block *b, unsigned line) {
    for (unsigned i = 0; i < b->bench->n_blocks; i++) {
        struct stm32_block *from = &b->bench->blocks[i];
        for (unsigned signal = 0; signal < STM32_SIGNALS && from->dma == b; signal++)
            if (from->dma_line[signal] == line && from->request[signal] && from->ip->dma_ack)
                from->ip->dma_ack(from, signal);
    }
}

static struct stm32_block *block_at(struct bench *bench, uint32_t address) {
    for (unsigned i = 0; i < bench->n_blocks; i++)
        if (address - bench->blocks[i].row.base < 0x400)
            return &bench->blocks[i];
    return NULL;
}

bool stm32_bus_read(struct stm32_block *b, uint32_t address, unsigned size, uint32_t *value) {
    struct bench *bench = b->bench;
    *value = 0;
    if (address - BENCH_RAM <= BENCH_RAM_SIZE - size) {
        memcpy(value, bench->ram + (address - BENCH_RAM), size);
        return true;
    }
    struct stm32_block *block = block_at(bench, address);
    if (!block)
        return false;
    bench->size = size;
    *value = bench_read(block, (address - block->row.base) & ~3u) >> 8 * (address & 3);
    *value &= size == 4 ? UINT32_MAX : (1u << 8 * size) - 1;
    bench->size = 4;
    return true;
}

bool stm32_bus_write(struct stm32_block *b, uint32_t address, unsigned size, uint32_t value) {
    struct bench *bench = b->bench;
    if (address - BENCH_RAM <= BENCH_RAM_SIZE - size) {
        memcpy(bench->ram + (address - BENCH_RAM), &value, size);
        return true;
    }
    struct stm32_block *block = block_at(bench, address);
    if (!block)
        return false;
    bench->size = size;
    value = size == 1   ? (value & 0xff) * 0x01010101u
            : size == 2 ? (value & 0xffff) * 0x10001u
                        : value;
    bench_write(block, (address - block->row.base) & ~3u, value);
    bench->size = 4;
    return true;
}

void stm32_pin_drive(struct stm32_block *b, unsigned role, unsigned level, sim_time time) {
    struct bench *bench = b->bench;
    if (bench->n_drives == BENCH_LOG)
        abort(); /* the test must begin a new log */
    bench->drives[bench->n_drives++] = (struct bench_drive){b, role, level, time};
}

unsigned stm32_pin_level(const struct stm32_block *b, unsigned role, unsigned otherwise) {
    return b->pin[role] == STM32_Z ? otherwise : b->pin[role];
}

void stm32_serial_out(struct stm32_block *b, unsigned octet) {
    struct bench *bench = b->bench;
    if (bench->n_serial < sizeof bench->serial)
        bench->serial[bench->n_serial++] = (uint8_t)octet;
    bench->serial_time = bench->now;
}

const struct stm32_config *stm32_block_config(const struct stm32_block *b) {
    return &b->bench->config;
}

const struct stm32_chip *stm32_block_chip(const struct stm32_block *b) {
    return &b->bench->chip;
}

void stm32_reset_chip(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    b->bench->resets++;
}
