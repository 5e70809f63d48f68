/* Alternate function control of the F1: RM0008 9.4, RM0041 7.4.
 *
 * Modelled: remaps of SPI1, USART1..3 and TIM1..4, and EXTICR1..4. SWJ_CFG is write only and
 * has no effect (there is no debug port on the pins).
 * Not modelled, loud: remaps of I2C1, CAN, PD01, the event output, MAPR2.
 */
#include "models/mcu/soc/stm32_block.h"

enum { EVCR = 0x00, MAPR = 0x04, EXTICR1 = 0x08, EXTICR4 = 0x14, MAPR2 = 0x1C };

#define MAPR_SWJ_CFG 0x07000000U

static const struct stm32_reg regs[] = {
    {.name = "EVCR", .offset = EVCR, .writable = 0x000000FF, .loud = 0x00000080},
    {.name = "MAPR", .offset = MAPR, .writable = 0x0001FFFF, .loud = 0x001FE002},
    {.name = "EXTICR", .offset = EXTICR1, .writable = 0x0000FFFF, .count = 4, .stride = 4},
    {.name = "MAPR2", .offset = MAPR2, .writable = 0x00003FFF, .loud = 0x00003FFF},
};

static const struct remap {
    const char *block;
    uint8_t shift, mask;
} remaps[] = {
    {"SPI1", 0, 1}, {"USART1", 2, 1}, {"USART2", 3, 1}, {"USART3", 4, 3},
    {"TIM1", 6, 3}, {"TIM2", 8, 3},   {"TIM3", 10, 3},  {"TIM4", 12, 1},
};

static void apply(struct stm32_block *b, uint32_t value) {
    for (unsigned i = 0; i < sizeof(remaps) / sizeof(remaps[0]); i++)
        stm32_remap_pins(b, remaps[i].block, value >> remaps[i].shift & remaps[i].mask);
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    apply(b, 0);
}

static void select(struct stm32_block *b, uint32_t offset, uint32_t value) {
    for (unsigned i = 0; i < 4; i++)
        stm32_exti_select(b, (offset - EXTICR1) + i, value >> 4 * i & 15);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    value = stm32_store(b, offset, value);
    if (offset == MAPR)
        apply(b, value);
    else if (offset >= EXTICR1 && offset <= EXTICR4)
        select(b, offset, value);
}

const struct stm32_ip stm32_ip_afio_f1 = {
    .name = "afio_f1",
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .write = write,
};
