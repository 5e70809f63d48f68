/* Whose turn it is at a DMA controller, of the F1 or the F4: it serves one stream (F1: channel)
 * at a time, the one of highest PL, then of lowest number, of those that ask (RM0041 9.3.2,
 * RM0368 9.3.4). A request is served `latency` HCLK cycles after it rose; then the controller
 * is taken for `beat` more. */
#ifndef MODELS_MCU_STM32_DMA_H
#define MODELS_MCU_STM32_DMA_H

#include "models/mcu/soc/stm32_block.h"

#define DMA_NOBODY (-1)
enum { DMA_EVENT_SERVE, DMA_EVENTS };

struct dma_rules {
    unsigned latency, beat;
    /* PL of stream `n`, or DMA_NOBODY while it asks for nothing. */
    int (*priority)(struct stm32_block *b, unsigned n);
};

struct dma_turns {
    const struct dma_rules *rules;
    uint8_t enabled; /* a bit per stream */
    bool scheduled;
    uint64_t due;  /* tick of the next service */
    uint64_t free; /* tick from which the controller can serve again */
};

void dma_enable(struct dma_turns *turns, unsigned n, bool on);
static inline bool dma_enabled(const struct dma_turns *turns, unsigned n) {
    return turns->enabled >> n & 1;
}
/* Somebody may ask now: schedules DMA_EVENT_SERVE, unless it is or nobody does. */
void dma_kick(struct stm32_block *b, struct dma_turns *turns);
/* At DMA_EVENT_SERVE: whose turn it is, or DMA_NOBODY. Afterwards dma_end(). */
int dma_begin(struct stm32_block *b, struct dma_turns *turns);
void dma_end(struct stm32_block *b, struct dma_turns *turns);
/* For drains() and drained() of struct stm32_ip: the times of a service; false: somebody waits
 * for one. And then the last one was at that tick. */
bool dma_rests(struct stm32_block *b, const struct dma_turns *turns, struct stm32_drain *out);
void dma_passed(struct dma_turns *turns, uint64_t tick);
/* Of the items left before the end of a buffer of `reload`, those that set no flag which has its
 * interrupt enabled, and that are not the last. */
uint32_t dma_plain_items(uint32_t left, uint32_t reload, bool half_interrupt);
/* Did `items` from `left` on pass the half? */
bool dma_passes_half(uint32_t left, uint32_t reload, uint32_t items);
/* Nobody is enabled, and the event was cancelled. */
void dma_turns_reset(struct dma_turns *turns, const struct dma_rules *rules);
/* A latency is a few ticks: what was scheduled keeps its time, unless the clock is off. */
void dma_clock_changed(struct stm32_block *b, struct dma_turns *turns);

#endif
