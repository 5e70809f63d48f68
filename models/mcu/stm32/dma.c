#include "models/mcu/stm32/dma.h"

void dma_enable(struct dma_turns *turns, unsigned n, bool on) {
    uint8_t bit = (uint8_t)(1u << n);
    turns->enabled = (uint8_t)(on ? turns->enabled | bit : turns->enabled & ~bit);
}

static int arbitrate(struct stm32_block *b, const struct dma_turns *turns) {
    int best = DMA_NOBODY, highest = DMA_NOBODY;
    for (unsigned left = turns->enabled; left; left &= left - 1) {
        int n = __builtin_ctz(left), priority = turns->rules->priority(b, (unsigned)n);
        if (priority > highest) {
            highest = priority;
            best = n;
        }
    }
    return best;
}

static void kick_at(struct stm32_block *b, struct dma_turns *turns, uint64_t now) {
    if (turns->scheduled || arbitrate(b, turns) == DMA_NOBODY)
        return;
    uint64_t tick = now + turns->rules->latency;
    turns->due = tick > turns->free ? tick : turns->free;
    sim_time at = stm32_tick_time(b, turns->due);
    if (at == SIM_NEVER)
        return;
    turns->scheduled = true;
    stm32_schedule(b, DMA_EVENT_SERVE, at);
}

void dma_kick(struct stm32_block *b, struct dma_turns *turns) {
    if (!turns->scheduled)
        kick_at(b, turns, stm32_tick_at(b, stm32_now(b)));
}

int dma_begin(struct stm32_block *b, struct dma_turns *turns) {
    turns->scheduled = false;
    int n = arbitrate(b, turns);
    if (n != DMA_NOBODY)
        turns->free = turns->due + turns->rules->beat;
    return n;
}

void dma_end(struct stm32_block *b, struct dma_turns *turns) {
    kick_at(b, turns, turns->due);
}

bool dma_rests(struct stm32_block *b, const struct dma_turns *turns, struct stm32_drain *out) {
    out->latency = turns->rules->latency;
    out->beat = turns->rules->beat;
    out->free = turns->free;
    return !turns->scheduled && arbitrate(b, turns) == DMA_NOBODY;
}

void dma_passed(struct dma_turns *turns, uint64_t tick) {
    turns->due = tick;
    turns->free = tick + turns->rules->beat;
}

uint32_t dma_plain_items(uint32_t left, uint32_t reload, bool half_interrupt) {
    uint32_t stop = half_interrupt && left > reload / 2 ? reload / 2 : 0;
    return left > stop ? left - stop - 1 : 0;
}

bool dma_passes_half(uint32_t left, uint32_t reload, uint32_t items) {
    return reload > 1 && left > reload / 2 && left - items <= reload / 2;
}

void dma_turns_reset(struct dma_turns *turns, const struct dma_rules *rules) {
    turns->rules = rules;
    turns->enabled = 0;
    turns->scheduled = false;
}

void dma_clock_changed(struct stm32_block *b, struct dma_turns *turns) {
    if (!stm32_clocked(b) && turns->scheduled) {
        stm32_cancel(b, DMA_EVENT_SERVE);
        turns->scheduled = false;
    } else if (stm32_clocked(b)) {
        dma_kick(b, turns);
    }
}
