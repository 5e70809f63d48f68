/* Reports: what is not modelled, what the firmware misused, what was lost. */
#include "models/mcu/soc/internal.h"

static bool seen_before(struct stm32 *mcu, const struct stm32_report *r) {
    for (unsigned i = 0; i < mcu->n_sites; i++) {
        const struct site *s = &mcu->sites[i];
        if (s->kind == r->kind && s->pc == r->pc && s->address == r->address && s->text == r->text)
            return true;
    }
    if (mcu->n_sites < SITES)
        mcu->sites[mcu->n_sites++] = (struct site){r->text, r->address, r->pc, (uint8_t)r->kind};
    return false;
}

void report(struct stm32 *mcu, struct stm32_block *b, struct stm32_report *r) {
    r->block = b ? b->row->name : r->block;
    r->time = mcu->now;
    mcu->counts[r->kind]++;
    if (r->kind == STM32_UNMODELLED && mcu->config.strict) {
        mcu->ended = mcu->roused = true;
        if (mcu->running)
            armv7m_request_stop(mcu->core);
    }
    bool repeated = r->kind != STM32_LOST && seen_before(mcu, r);
    if (!repeated && mcu->config.on_report)
        mcu->config.on_report(mcu->config.user, r);
}

static const char *reg_name(const struct stm32_block *b, uint32_t offset) {
    unsigned row = b->reg_of && offset < b->size ? b->reg_of[offset / 4] : 0;
    return row ? b->ip->regs[row - 1].name : NULL;
}

void report_access(struct stm32 *mcu, struct stm32_block *b, enum stm32_report_kind kind,
                   const char *text) {
    struct stm32_report r = {.kind = kind, .text = text, .block = "memory"};
    r.pc = armv7m_pc(mcu->core);
    if (mcu->access.active) {
        r.address = mcu->access.address;
        r.value = mcu->access.value;
        r.write = mcu->access.write;
        r.dma = mcu->access.dma;
    } else if (b) {
        r.address = b->base;
    }
    if (b && r.address - b->base < b->size) {
        r.offset = r.address - b->base;
        r.reg = mcu->access.active ? reg_name(b, r.offset) : NULL;
    }
    report(mcu, b, &r);
}

void report_core(void *user, uint32_t address, bool write, uint32_t value, uint32_t pc,
                 const char *what) {
    struct stm32 *mcu = user;
    struct stm32_report r = {.kind = STM32_UNMODELLED, .block = "core", .text = what};
    r.address = address;
    r.value = value;
    r.write = write;
    r.pc = pc;
    report(mcu, NULL, &r);
}

void stm32_unmodelled(struct stm32_block *b, const char *text) {
    report_access(b->mcu, b, STM32_UNMODELLED, text);
}

void stm32_misuse(struct stm32_block *b, const char *text) {
    report_access(b->mcu, b, STM32_MISUSE, text);
}

void stm32_lost(struct stm32_block *b, const char *text, uint32_t value) {
    struct stm32_report r = {.kind = STM32_LOST, .text = text, .value = value};
    r.address = b->base;
    r.pc = armv7m_pc(b->mcu->core);
    report(b->mcu, b, &r);
}

void stm32_rx_tell(struct stm32_block *b, struct stm32_rx *rx) {
    if (!b->mcu->config.on_rx)
        return;
    rx->block = b->row->name;
    rx->time = b->mcu->now;
    b->mcu->config.on_rx(b->mcu->config.user, rx);
}

void stm32_ndtr_tell(struct stm32_block *b, unsigned stream, bool to_memory, uint32_t peripheral,
                     unsigned value) {
    const struct stm32_config *config = &b->mcu->config;
    if (config->on_ndtr)
        config->on_ndtr(config->user, &(struct stm32_ndtr){.block = b->row->name,
                                                           .stream = stream,
                                                           .to_memory = to_memory,
                                                           .peripheral = peripheral,
                                                           .value = value,
                                                           .time = b->mcu->now});
}

uint64_t stm32_report_count(const struct stm32 *mcu, enum stm32_report_kind kind) {
    return mcu->counts[kind];
}
