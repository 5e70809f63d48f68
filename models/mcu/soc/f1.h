/* What the F1 chips share. Sources: RM0008 3.3 (memory map), 7.3.4 to 7.3.8 (gates, resets), 9.3
 * (remaps), 10.1.2 (vectors), 13.3.7 (DMA requests); RM0041 alike.
 */
#ifndef MODELS_MCU_SOC_F1_H
#define MODELS_MCU_SOC_F1_H

#include "models/mcu/soc/rows.h"

#define AHB(n)   .bus = STM32_AHB, .clock = STM32_HCLK, .enable = {0x14, n}
#define APB1(n)  .bus = STM32_APB1, .clock = STM32_PCLK1, .enable = {0x1C, n}, .reset = {0x10, n}
#define APB2(n)  .bus = STM32_APB2, .clock = STM32_PCLK2, .enable = {0x18, n}, .reset = {0x0C, n}
#define TIMB1(n) .bus = STM32_APB1, .clock = STM32_TIMCLK1, .enable = {0x1C, n}, .reset = {0x10, n}
#define TIMB2(n) .bus = STM32_APB2, .clock = STM32_TIMCLK2, .enable = {0x18, n}, .reset = {0x0C, n}

#define GPIO_F1(letter, port)                                                                      \
    {                                                                                              \
        .name = "GPIO" letter, .ip = &stm32_ip_gpio_f1, .base = 0x40010800 + 0x400 * (port),       \
        APB2((port) + 2), .variant = port                                                          \
    }

#define F1_ROWS                                                                                    \
    ROW("PWR", pwr_f1, 0x40007000, APB1(28)), ROW("AFIO", afio_f1, 0x40010000, APB2(0)),           \
        ROW("EXTI", exti, 0x40010400, ON_APB2, IRQS(6, 7, 8, 9, 10, 23, 40, 1, 41)),               \
        ROW("TIM2", tim_general, 0x40000000, TIMB1(0), IRQS(28)),                                  \
        ROW("TIM3", tim_general, 0x40000400, TIMB1(1), IRQS(29)),                                  \
        ROW("TIM4", tim_general, 0x40000800, TIMB1(2), IRQS(30)),                                  \
        STUB("RTC", 0x40002800, ON_APB1, IRQS(3)), STUB("WWDG", 0x40002C00, APB1(11), IRQS(0)),    \
        ROW("IWDG", iwdg, 0x40003000, ON_LSI),                                                     \
        ROW("SPI2", spi_v1, 0x40003800, APB1(14), IRQS(36)),                                       \
        ROW("USART2", usart_v1, 0x40004400, APB1(17), IRQS(38)),                                   \
        ROW("USART3", usart_v1, 0x40004800, APB1(18), IRQS(39)),                                   \
        STUB("I2C1", 0x40005400, APB1(21), IRQS(31, 32)),                                          \
        STUB("I2C2", 0x40005800, APB1(22), IRQS(33, 34)),                                          \
        STUB("BKP", 0x40006C00, APB1(27), IRQS(2)), GPIO_F1("A", 0), GPIO_F1("B", 1),              \
        GPIO_F1("C", 2), GPIO_F1("D", 3), GPIO_F1("E", 4),                                         \
        STUB("ADC1", 0x40012400, APB2(9), IRQS(18)),                                               \
        STUB("TIM1", 0x40012C00, TIMB2(11), IRQS(24, 25, 26, 27)),                                 \
        ROW("SPI1", spi_v1, 0x40013000, APB2(12), IRQS(35)),                                       \
        ROW("USART1", usart_v1, 0x40013800, APB2(14), IRQS(37)),                                   \
        ROW("DMA1", dma_f1, 0x40020000, AHB(0), IRQS(11, 12, 13, 14, 15, 16, 17)),                 \
        STUB("CRC", 0x40023000, AHB(6)), ROW("UID", uid, 0x1FFFF7E8, .size = 12),                  \
        ROW("F_SIZE", flash_size, 0x1FFFF7E0, .size = 4)

enum { PA, PB, PC, PD, PE };

/* What the package of 64 pins has. No FT in the pin table: the ADC's pins, PB5, the backup
 * domain's and the oscillator's; from memory of DocID16455, DS5319, table 5, check. */
#define F1_LQFP64_PINS                                                                             \
    .pins = {[PA] = 0xFFFF, [PB] = 0xFFFF, [PC] = 0xFFFF, [PD] = 7},                               \
    .not_5v = {[PA] = 0x00FF, [PB] = 0x0023, [PC] = 0xE03F, [PD] = 3}

/* The third column is the block's remap value in AFIO_MAPR (RM0008 tables 36 to 56). */
#define F1_AFS                                                                                     \
    {PA, 4, 0, "SPI1", STM32_NSS}, {PA, 5, 0, "SPI1", STM32_SCK}, {PA, 6, 0, "SPI1", STM32_MISO},  \
        {PA, 7, 0, "SPI1", STM32_MOSI}, {PA, 15, 1, "SPI1", STM32_NSS},                            \
        {PB, 3, 1, "SPI1", STM32_SCK}, {PB, 4, 1, "SPI1", STM32_MISO},                             \
        {PB, 5, 1, "SPI1", STM32_MOSI}, {PB, 12, 0, "SPI2", STM32_NSS},                            \
        {PB, 13, 0, "SPI2", STM32_SCK}, {PB, 14, 0, "SPI2", STM32_MISO},                           \
        {PB, 15, 0, "SPI2", STM32_MOSI}, {PA, 9, 0, "USART1", STM32_TX},                           \
        {PA, 10, 0, "USART1", STM32_RX}, {PB, 6, 1, "USART1", STM32_TX},                           \
        {PB, 7, 1, "USART1", STM32_RX}, {PA, 8, 0, "USART1", STM32_CK},                            \
        {PA, 8, 1, "USART1", STM32_CK}, {PA, 11, 0, "USART1", STM32_CTS},                          \
        {PA, 11, 1, "USART1", STM32_CTS}, {PA, 12, 0, "USART1", STM32_RTS},                        \
        {PA, 12, 1, "USART1", STM32_RTS}, {PA, 2, 0, "USART2", STM32_TX},                          \
        {PA, 3, 0, "USART2", STM32_RX}, {PA, 4, 0, "USART2", STM32_CK},                            \
        {PA, 0, 0, "USART2", STM32_CTS}, {PA, 1, 0, "USART2", STM32_RTS},                          \
        {PB, 10, 0, "USART3", STM32_TX}, {PB, 11, 0, "USART3", STM32_RX},                          \
        {PB, 12, 0, "USART3", STM32_CK}, {PB, 13, 0, "USART3", STM32_CTS},                         \
        {PB, 14, 0, "USART3", STM32_RTS}, {PC, 10, 1, "USART3", STM32_TX},                         \
        {PC, 11, 1, "USART3", STM32_RX}, {PC, 12, 1, "USART3", STM32_CK},                          \
        {PB, 13, 1, "USART3", STM32_CTS}, {PB, 14, 1, "USART3", STM32_RTS},                        \
        {PA, 8, 0, "TIM1", STM32_CH1}, {PA, 9, 0, "TIM1", STM32_CH2},                              \
        {PA, 10, 0, "TIM1", STM32_CH3}, {PA, 11, 0, "TIM1", STM32_CH4},                            \
        {PA, 12, 0, "TIM1", STM32_ETR}, {PB, 12, 0, "TIM1", STM32_BKIN},                           \
        {PB, 13, 0, "TIM1", STM32_CH1N}, {PB, 14, 0, "TIM1", STM32_CH2N},                          \
        {PB, 15, 0, "TIM1", STM32_CH3N}, {PA, 8, 1, "TIM1", STM32_CH1},                            \
        {PA, 9, 1, "TIM1", STM32_CH2}, {PA, 10, 1, "TIM1", STM32_CH3},                             \
        {PA, 11, 1, "TIM1", STM32_CH4}, {PA, 12, 1, "TIM1", STM32_ETR},                            \
        {PA, 6, 1, "TIM1", STM32_BKIN}, {PA, 7, 1, "TIM1", STM32_CH1N},                            \
        {PB, 0, 1, "TIM1", STM32_CH2N}, {PB, 1, 1, "TIM1", STM32_CH3N},                            \
        {PA, 0, 0, "TIM2", STM32_CH1}, {PA, 1, 0, "TIM2", STM32_CH2},                              \
        {PA, 2, 0, "TIM2", STM32_CH3}, {PA, 3, 0, "TIM2", STM32_CH4},                              \
        {PA, 15, 1, "TIM2", STM32_CH1}, {PB, 3, 1, "TIM2", STM32_CH2},                             \
        {PA, 2, 1, "TIM2", STM32_CH3}, {PA, 3, 1, "TIM2", STM32_CH4},                              \
        {PA, 0, 2, "TIM2", STM32_CH1}, {PA, 1, 2, "TIM2", STM32_CH2},                              \
        {PB, 10, 2, "TIM2", STM32_CH3}, {PB, 11, 2, "TIM2", STM32_CH4},                            \
        {PA, 15, 3, "TIM2", STM32_CH1}, {PB, 3, 3, "TIM2", STM32_CH2},                             \
        {PB, 10, 3, "TIM2", STM32_CH3}, {PB, 11, 3, "TIM2", STM32_CH4},                            \
        {PA, 6, 0, "TIM3", STM32_CH1}, {PA, 7, 0, "TIM3", STM32_CH2},                              \
        {PB, 0, 0, "TIM3", STM32_CH3}, {PB, 1, 0, "TIM3", STM32_CH4},                              \
        {PB, 4, 2, "TIM3", STM32_CH1}, {PB, 5, 2, "TIM3", STM32_CH2},                              \
        {PB, 0, 2, "TIM3", STM32_CH3}, {PB, 1, 2, "TIM3", STM32_CH4},                              \
        {PC, 6, 3, "TIM3", STM32_CH1}, {PC, 7, 3, "TIM3", STM32_CH2},                              \
        {PC, 8, 3, "TIM3", STM32_CH3}, {PC, 9, 3, "TIM3", STM32_CH4},                              \
        {PB, 6, 0, "TIM4", STM32_CH1}, {PB, 7, 0, "TIM4", STM32_CH2},                              \
        {PB, 8, 0, "TIM4", STM32_CH3}, {                                                           \
        PB, 9, 0, "TIM4", STM32_CH4                                                                \
    }

#define DMA_F1(name, signal, channel)                                                              \
    { name, STM32_DMA_##signal, "DMA1", (channel)-1 }
/* RM0008 table 78, RM0041 table 56. */
#define F1_DMA                                                                                     \
    DMA_F1("TIM2", CH3, 1), DMA_F1("TIM4", CH1, 1), DMA_F1("SPI1", RX, 2),                         \
        DMA_F1("USART3", TX, 2), DMA_F1("TIM1", CH1, 2), DMA_F1("TIM2", UP, 2),                    \
        DMA_F1("TIM3", CH3, 2), DMA_F1("SPI1", TX, 3), DMA_F1("USART3", RX, 3),                    \
        DMA_F1("TIM1", CH2, 3), DMA_F1("TIM3", CH4, 3), DMA_F1("TIM3", UP, 3),                     \
        DMA_F1("SPI2", RX, 4), DMA_F1("USART1", TX, 4), DMA_F1("I2C2", TX, 4),                     \
        DMA_F1("TIM1", CH4, 4), DMA_F1("TIM1", TRIG, 4), DMA_F1("TIM1", COM, 4),                   \
        DMA_F1("TIM4", CH2, 4), DMA_F1("SPI2", TX, 5), DMA_F1("USART1", RX, 5),                    \
        DMA_F1("I2C2", RX, 5), DMA_F1("TIM1", UP, 5), DMA_F1("TIM2", CH1, 5),                      \
        DMA_F1("TIM4", CH3, 5), DMA_F1("USART2", RX, 6), DMA_F1("I2C1", TX, 6),                    \
        DMA_F1("TIM1", CH3, 6), DMA_F1("TIM3", CH1, 6), DMA_F1("TIM3", TRIG, 6),                   \
        DMA_F1("USART2", TX, 7), DMA_F1("I2C1", RX, 7), DMA_F1("TIM2", CH2, 7),                    \
        DMA_F1("TIM2", CH4, 7), DMA_F1("TIM4", UP, 7)

#endif
