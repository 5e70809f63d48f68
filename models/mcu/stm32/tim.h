/* What the timers have in common: the counter with its prescaler, reload, update event and
 * compare flags. tim_basic.c and tim_general.c say which registers exist. */
#ifndef MODELS_MCU_STM32_TIM_H
#define MODELS_MCU_STM32_TIM_H

#include "models/mcu/soc/stm32_block.h"

enum {
    TIM_CR1 = 0x00,
    TIM_CR2 = 0x04,
    TIM_SMCR = 0x08,
    TIM_DIER = 0x0c,
    TIM_SR = 0x10,
    TIM_EGR = 0x14,
    TIM_CCMR1 = 0x18,
    TIM_CCMR2 = 0x1c,
    TIM_CCER = 0x20,
    TIM_CNT = 0x24,
    TIM_PSC = 0x28,
    TIM_ARR = 0x2c,
    TIM_CCR1 = 0x34,
    TIM_CCR4 = 0x40,
    TIM_DCR = 0x48,
    TIM_DMAR = 0x4c,
    TIM_OR = 0x50,
};

#define TIM_CHANNELS 4
#define TIM_EVENTS   1

struct tim {
    /* The counter is `cnt` at `tick`, and counts once every psc + 1 ticks from there. */
    uint64_t tick;
    uint32_t cnt;
    uint32_t psc, arr, ccr[TIM_CHANNELS]; /* in force; the register file has the preloads */
    uint32_t sr;
    bool irq;
    unsigned channels;
};

/* The row's variant is the counter's width (0: 16). */
void tim_reset(struct stm32_block *b, unsigned channels);
/* Callbacks of struct stm32_ip. */
uint32_t tim_read(struct stm32_block *b, uint32_t offset);
void tim_write(struct stm32_block *b, uint32_t offset, uint32_t value);
void tim_event(struct stm32_block *b, unsigned id);
void tim_clock_changed(struct stm32_block *b);
void tim_dma_ack(struct stm32_block *b, unsigned signal);

#endif
