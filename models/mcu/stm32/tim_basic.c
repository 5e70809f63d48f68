/* Basic timers TIM6 and TIM7: a 16-bit counter with prescaler, reload, update interrupt and
 * DMA request, one-pulse mode.
 *
 * Sources: RM0090 section 20.3 behaviour and 20.4 registers; RM0041 section 16, the same.
 * Not modelled, loud: the trigger output (MMS).
 */
#include "models/mcu/stm32/ips.h"
#include "models/mcu/stm32/tim.h"

static const struct stm32_reg REGS[] = {
    {.name = "CR1", .offset = TIM_CR1, .writable = 0x8f},
    {.name = "CR2", .offset = TIM_CR2, .writable = 0x70, .loud = 0x70},
    {.name = "DIER", .offset = TIM_DIER, .writable = 0x101},
    {.name = "SR", .offset = TIM_SR, .writable = 1},
    {.name = "EGR", .offset = TIM_EGR, .writable = 1},
    {.name = "CNT", .offset = TIM_CNT, .writable = 0xffff},
    {.name = "PSC", .offset = TIM_PSC, .writable = 0xffff},
    {.name = "ARR", .offset = TIM_ARR, .reset = 0xffff, .writable = 0xffff},
};

static void basic_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    tim_write(b, offset, offset == TIM_EGR ? value & 1 : value);
}

static void basic_reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    tim_reset(b, 0);
}

const struct stm32_ip stm32_ip_tim_basic = {
    .name = "tim_basic",
    .state_size = sizeof(struct tim),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = TIM_EVENTS,
    .reset = basic_reset,
    .read = tim_read,
    .write = basic_write,
    .event = tim_event,
    .clock_changed = tim_clock_changed,
    .dma_ack = tim_dma_ack,
};
