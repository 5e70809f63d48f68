/* How the tables of chips name their blocks. */
#ifndef MODELS_MCU_SOC_ROWS_H
#define MODELS_MCU_SOC_ROWS_H

#include "models/mcu/soc/stm32_block.h"

/* A row of a chip: a block with its model, and one without, which is loud. */
#define ROW(NAME, IP, BASE, ...)                                                                   \
    { .name = NAME, .ip = &stm32_ip_##IP, .base = BASE, __VA_ARGS__ }
#define STUB(NAME, BASE, ...)                                                                      \
    { .name = NAME, .base = BASE, __VA_ARGS__ }
#define ON_APB1   .bus = STM32_APB1, .clock = STM32_PCLK1
#define ON_APB2   .bus = STM32_APB2, .clock = STM32_PCLK2
#define ON_LSI    .bus = STM32_APB1, .clock = STM32_LSI
#define IRQS(...) .irqs = STM32_IRQS(__VA_ARGS__)

#endif
