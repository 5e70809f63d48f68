/* General-purpose timers TIM2 to TIM5: a counter of 16 or 32 bits (the row's variant), up or
 * down, with four compare channels as flags, interrupts and DMA requests.
 *
 * Sources: RM0368 section 13.3 behaviour and 13.4 registers; RM0041 section 13, the same with
 * 16 bits.
 * Not modelled, loud: centre-aligned counting, slave modes and external clocks, trigger
 * output, input capture, outputs of the channels on pins, the DMA burst registers.
 */
#include "models/mcu/stm32/ips.h"
#include "models/mcu/stm32/tim.h"

enum {
    CMS = 3 << 5,
    CCXS = 0x0303,  /* in CCMRx: a channel as an input */
    OCXCE = 0x8080, /* cleared by ETR */
    CCXE = 0x1111,  /* in CCER: a channel to its pin */
    TIE_TDE = 1 << 6 | 1 << 14,
};

static const struct stm32_reg REGS[] = {
    {.name = "CR1", .offset = TIM_CR1, .writable = 0x3ff, .loud = CMS},
    {.name = "CR2", .offset = TIM_CR2, .writable = 0xf8, .loud = 0xf0},
    {.name = "SMCR", .offset = TIM_SMCR, .writable = 0xfff7, .loud = 0xff77},
    {.name = "DIER", .offset = TIM_DIER, .writable = 0x5f5f, .loud = TIE_TDE},
    {.name = "SR", .offset = TIM_SR, .writable = 0x1e5f},
    {.name = "EGR", .offset = TIM_EGR, .writable = 0x5f, .loud = 1 << 6},
    {.name = "CCMR1", .offset = TIM_CCMR1, .writable = 0xffff, .loud = CCXS | OCXCE},
    {.name = "CCMR2", .offset = TIM_CCMR2, .writable = 0xffff, .loud = CCXS | OCXCE},
    {.name = "CCER", .offset = TIM_CCER, .writable = 0xbbbb, .loud = CCXE},
    {.name = "CNT", .offset = TIM_CNT, .writable = 0xffffffff},
    {.name = "PSC", .offset = TIM_PSC, .writable = 0xffff},
    {.name = "ARR", .offset = TIM_ARR, .reset = 0xffff, .writable = 0xffffffff},
    {.name = "CCRx", .offset = TIM_CCR1, .writable = 0xffffffff, .count = 4, .stride = 4},
    {.name = "DCR", .offset = TIM_DCR, .writable = 0x1f1f, .loud = 0x1f1f},
    {.name = "DMAR", .offset = TIM_DMAR, .writable = 0xffff, .loud = 0xffff},
    {.name = "OR", .offset = TIM_OR, .writable = 0xcc0, .loud = 0xcc0},
};

static void general_reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    tim_reset(b, TIM_CHANNELS);
}

const struct stm32_ip stm32_ip_tim_general = {
    .name = "tim_general",
    .state_size = sizeof(struct tim),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = TIM_EVENTS,
    .reset = general_reset,
    .read = tim_read,
    .write = tim_write,
    .event = tim_event,
    .clock_changed = tim_clock_changed,
    .dma_ack = tim_dma_ack,
};
