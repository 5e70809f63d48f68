/* What the F4 chips share: how rows name their gates, and the rows, functions and DMA requests
 * that the F401 and the F439 both have.
 *
 * Sources: RM0368 table 1 (memory map), 6.3.9 to 6.3.12 and 6.3.5 to 6.3.8 (gates, resets),
 * 9.3.3 (DMA requests), 10.2 (vectors); RM0090 alike. Alternate functions: DS10086 table 9,
 * DS9484 table 12; those of the F401 compared with a public pin list, the F439's further ones
 * from memory.
 */
#ifndef MODELS_MCU_SOC_F4_H
#define MODELS_MCU_SOC_F4_H

#include "models/mcu/soc/rows.h"

#define AHB1(n)  .bus = STM32_AHB, .clock = STM32_HCLK, .enable = {0x30, n}, .reset = {0x10, n}
#define AHB2(n)  .bus = STM32_AHB, .clock = STM32_HCLK, .enable = {0x34, n}, .reset = {0x14, n}
#define AHB3(n)  .bus = STM32_AHB, .clock = STM32_HCLK, .enable = {0x38, n}, .reset = {0x18, n}
#define APB1(n)  .bus = STM32_APB1, .clock = STM32_PCLK1, .enable = {0x40, n}, .reset = {0x20, n}
#define APB2(n)  .bus = STM32_APB2, .clock = STM32_PCLK2, .enable = {0x44, n}, .reset = {0x24, n}
#define TIMB1(n) .bus = STM32_APB1, .clock = STM32_TIMCLK1, .enable = {0x40, n}, .reset = {0x20, n}
#define TIMB2(n) .bus = STM32_APB2, .clock = STM32_TIMCLK2, .enable = {0x44, n}, .reset = {0x24, n}

#define GPIO_F4(letter, port)                                                                      \
    {                                                                                              \
        .name = "GPIO" letter, .ip = &stm32_ip_gpio_f4, .base = 0x40020000 + 0x400 * (port),       \
        AHB1(port), .variant = port                                                                \
    }

/* Timers' interrupts: the advanced ones break, update, trigger, capture; others one. */
#define F4_ROWS                                                                                    \
    ROW("FLASH", flash_f4, 0x40023C00, IRQS(4)), ROW("SYSCFG", syscfg_f4, 0x40013800, APB2(14)),   \
        ROW("EXTI", exti, 0x40013C00, ON_APB2, IRQS(6, 7, 8, 9, 10, 23, 40, 1, 41, 42)),           \
        ROW("TIM2", tim_general, 0x40000000, TIMB1(0), IRQS(28), .variant = 32),                   \
        ROW("TIM3", tim_general, 0x40000400, TIMB1(1), IRQS(29)),                                  \
        ROW("TIM4", tim_general, 0x40000800, TIMB1(2), IRQS(30)),                                  \
        ROW("TIM5", tim_general, 0x40000C00, TIMB1(3), IRQS(50), .variant = 32),                   \
        STUB("RTC", 0x40002800, ON_APB1), STUB("WWDG", 0x40002C00, APB1(11), IRQS(0)),             \
        ROW("IWDG", iwdg, 0x40003000, ON_LSI), STUB("I2S2ext", 0x40003400, APB1(14)),              \
        ROW("SPI2", spi_v1, 0x40003800, APB1(14), IRQS(36)),                                       \
        ROW("SPI3", spi_v1, 0x40003C00, APB1(15), IRQS(51)),                                       \
        STUB("I2S3ext", 0x40004000, APB1(15)),                                                     \
        ROW("USART2", usart_v1, 0x40004400, APB1(17), IRQS(38)),                                   \
        STUB("I2C1", 0x40005400, APB1(21), IRQS(31, 32)),                                          \
        STUB("I2C2", 0x40005800, APB1(22), IRQS(33, 34)),                                          \
        STUB("I2C3", 0x40005C00, APB1(23), IRQS(72, 73)),                                          \
        STUB("TIM1", 0x40010000, TIMB2(0), IRQS(24, 25, 26, 27)),                                  \
        ROW("USART1", usart_v1, 0x40011000, APB2(4), IRQS(37)),                                    \
        ROW("USART6", usart_v1, 0x40011400, APB2(5), IRQS(71)),                                    \
        STUB("ADC", 0x40012000, APB2(8), IRQS(18)), STUB("SDIO", 0x40012C00, APB2(11), IRQS(49)),  \
        ROW("SPI1", spi_v1, 0x40013000, APB2(12), IRQS(35)),                                       \
        ROW("SPI4", spi_v1, 0x40013400, APB2(13), IRQS(84)),                                       \
        STUB("TIM9", 0x40014000, TIMB2(16), IRQS(24)),                                             \
        STUB("TIM10", 0x40014400, TIMB2(17), IRQS(25)),                                            \
        STUB("TIM11", 0x40014800, TIMB2(18), IRQS(26)), GPIO_F4("A", 0), GPIO_F4("B", 1),          \
        GPIO_F4("C", 2), GPIO_F4("D", 3), GPIO_F4("E", 4), GPIO_F4("H", 7),                        \
        STUB("CRC", 0x40023000, AHB1(12)),                                                         \
        ROW("DMA1", dma_f4, 0x40026000, AHB1(21), IRQS(11, 12, 13, 14, 15, 16, 17, 47)),           \
        ROW("DMA2", dma_f4, 0x40026400, AHB1(22), IRQS(56, 57, 58, 59, 60, 68, 69, 70)),           \
        STUB("OTG_FS", 0x50000000, .size = 0x40000, AHB2(7), IRQS(67)),                            \
        ROW("UID", uid, 0x1FFF7A10, .size = 12),                                                   \
        ROW("F_SIZE", flash_size, 0x1FFF7A20, .size = 4, .variant = 16)

enum { PA, PB, PC, PD, PE, PF, PG };

#define SPI_AF(port, pin, af, name, role)                                                          \
    { port, pin, af, name, STM32_##role }
#define F4_AFS                                                                                     \
    SPI_AF(PA, 4, 5, "SPI1", NSS), SPI_AF(PA, 15, 5, "SPI1", NSS), SPI_AF(PA, 5, 5, "SPI1", SCK),  \
        SPI_AF(PB, 3, 5, "SPI1", SCK), SPI_AF(PA, 6, 5, "SPI1", MISO),                             \
        SPI_AF(PB, 4, 5, "SPI1", MISO), SPI_AF(PA, 7, 5, "SPI1", MOSI),                            \
        SPI_AF(PB, 5, 5, "SPI1", MOSI), SPI_AF(PB, 9, 5, "SPI2", NSS),                             \
        SPI_AF(PB, 12, 5, "SPI2", NSS), SPI_AF(PB, 10, 5, "SPI2", SCK),                            \
        SPI_AF(PB, 13, 5, "SPI2", SCK), SPI_AF(PB, 14, 5, "SPI2", MISO),                           \
        SPI_AF(PC, 2, 5, "SPI2", MISO), SPI_AF(PB, 15, 5, "SPI2", MOSI),                           \
        SPI_AF(PC, 3, 5, "SPI2", MOSI), SPI_AF(PA, 4, 6, "SPI3", NSS),                             \
        SPI_AF(PA, 15, 6, "SPI3", NSS), SPI_AF(PB, 3, 6, "SPI3", SCK),                             \
        SPI_AF(PC, 10, 6, "SPI3", SCK), SPI_AF(PB, 4, 6, "SPI3", MISO),                            \
        SPI_AF(PC, 11, 6, "SPI3", MISO), SPI_AF(PB, 5, 6, "SPI3", MOSI),                           \
        SPI_AF(PC, 12, 6, "SPI3", MOSI), {PA, 8, 1, "TIM1", STM32_CH1},                            \
        {PA, 9, 1, "TIM1", STM32_CH2}, {PA, 10, 1, "TIM1", STM32_CH3},                             \
        {PA, 11, 1, "TIM1", STM32_CH4}, {PA, 7, 1, "TIM1", STM32_CH1N},                            \
        {PB, 0, 1, "TIM1", STM32_CH2N}, {PB, 1, 1, "TIM1", STM32_CH3N},                            \
        {PB, 13, 1, "TIM1", STM32_CH1N}, {PB, 14, 1, "TIM1", STM32_CH2N},                          \
        {PB, 15, 1, "TIM1", STM32_CH3N}, {PA, 12, 1, "TIM1", STM32_ETR},                           \
        {PA, 6, 1, "TIM1", STM32_BKIN}, {PB, 12, 1, "TIM1", STM32_BKIN},                           \
        {PA, 0, 1, "TIM2", STM32_CH1}, {PA, 1, 1, "TIM2", STM32_CH2},                              \
        {PA, 2, 1, "TIM2", STM32_CH3}, {PA, 3, 1, "TIM2", STM32_CH4},                              \
        {PA, 5, 1, "TIM2", STM32_CH1}, {PA, 15, 1, "TIM2", STM32_CH1},                             \
        {PB, 3, 1, "TIM2", STM32_CH2}, {PB, 10, 1, "TIM2", STM32_CH3},                             \
        {PA, 6, 2, "TIM3", STM32_CH1}, {PA, 7, 2, "TIM3", STM32_CH2},                              \
        {PB, 0, 2, "TIM3", STM32_CH3}, {PB, 1, 2, "TIM3", STM32_CH4},                              \
        {PB, 4, 2, "TIM3", STM32_CH1}, {PB, 5, 2, "TIM3", STM32_CH2},                              \
        {PC, 6, 2, "TIM3", STM32_CH1}, {PC, 7, 2, "TIM3", STM32_CH2},                              \
        {PC, 8, 2, "TIM3", STM32_CH3}, {PC, 9, 2, "TIM3", STM32_CH4},                              \
        {PD, 2, 2, "TIM3", STM32_ETR}, {PB, 6, 2, "TIM4", STM32_CH1},                              \
        {PB, 7, 2, "TIM4", STM32_CH2}, {PB, 8, 2, "TIM4", STM32_CH3},                              \
        {PB, 9, 2, "TIM4", STM32_CH4}, {PA, 0, 2, "TIM5", STM32_CH1},                              \
        {PA, 1, 2, "TIM5", STM32_CH2}, {PA, 2, 2, "TIM5", STM32_CH3},                              \
        {PA, 3, 2, "TIM5", STM32_CH4}, {PA, 2, 3, "TIM9", STM32_CH1},                              \
        {PA, 3, 3, "TIM9", STM32_CH2}, {PB, 8, 3, "TIM10", STM32_CH1},                             \
        {PB, 9, 3, "TIM11", STM32_CH1}, {PA, 9, 7, "USART1", STM32_TX},                            \
        {PB, 6, 7, "USART1", STM32_TX}, {PA, 10, 7, "USART1", STM32_RX},                           \
        {PB, 7, 7, "USART1", STM32_RX}, {PA, 8, 7, "USART1", STM32_CK},                            \
        {PA, 11, 7, "USART1", STM32_CTS}, {PA, 12, 7, "USART1", STM32_RTS},                        \
        {PA, 2, 7, "USART2", STM32_TX}, {PA, 3, 7, "USART2", STM32_RX},                            \
        {PA, 4, 7, "USART2", STM32_CK}, {PA, 0, 7, "USART2", STM32_CTS},                           \
        {PA, 1, 7, "USART2", STM32_RTS}, {PC, 6, 8, "USART6", STM32_TX},                           \
        {PC, 7, 8, "USART6", STM32_RX}, {                                                          \
        PC, 8, 8, "USART6", STM32_CK                                                               \
    }

#define DMA_F4(name, signal, dma, stream, channel)                                                 \
    { name, STM32_DMA_##signal, dma, (stream)*8 + (channel) }
/* RM0368 tables 27 and 28. */
#define F4_DMA                                                                                     \
    DMA_F4("SPI3", RX, "DMA1", 0, 0), DMA_F4("SPI3", RX, "DMA1", 2, 0),                            \
        DMA_F4("SPI2", RX, "DMA1", 3, 0), DMA_F4("SPI2", TX, "DMA1", 4, 0),                        \
        DMA_F4("SPI3", TX, "DMA1", 5, 0), DMA_F4("SPI3", TX, "DMA1", 7, 0),                        \
        DMA_F4("I2C1", RX, "DMA1", 0, 1), DMA_F4("I2C1", RX, "DMA1", 5, 1),                        \
        DMA_F4("I2C1", TX, "DMA1", 6, 1), DMA_F4("I2C1", TX, "DMA1", 7, 1),                        \
        DMA_F4("TIM4", CH1, "DMA1", 0, 2), DMA_F4("TIM4", CH2, "DMA1", 3, 2),                      \
        DMA_F4("TIM4", UP, "DMA1", 6, 2), DMA_F4("TIM4", CH3, "DMA1", 7, 2),                       \
        DMA_F4("TIM2", UP, "DMA1", 1, 3), DMA_F4("TIM2", CH3, "DMA1", 1, 3),                       \
        DMA_F4("I2C3", RX, "DMA1", 2, 3), DMA_F4("I2C3", TX, "DMA1", 4, 3),                        \
        DMA_F4("TIM2", CH1, "DMA1", 5, 3), DMA_F4("TIM2", CH2, "DMA1", 6, 3),                      \
        DMA_F4("TIM2", CH4, "DMA1", 6, 3), DMA_F4("TIM2", UP, "DMA1", 7, 3),                       \
        DMA_F4("TIM2", CH4, "DMA1", 7, 3), DMA_F4("USART2", RX, "DMA1", 5, 4),                     \
        DMA_F4("USART2", TX, "DMA1", 6, 4), DMA_F4("TIM3", CH4, "DMA1", 2, 5),                     \
        DMA_F4("TIM3", UP, "DMA1", 2, 5), DMA_F4("TIM3", CH1, "DMA1", 4, 5),                       \
        DMA_F4("TIM3", TRIG, "DMA1", 4, 5), DMA_F4("TIM3", CH2, "DMA1", 5, 5),                     \
        DMA_F4("TIM3", CH3, "DMA1", 7, 5), DMA_F4("TIM5", CH3, "DMA1", 0, 6),                      \
        DMA_F4("TIM5", UP, "DMA1", 0, 6), DMA_F4("TIM5", CH4, "DMA1", 1, 6),                       \
        DMA_F4("TIM5", TRIG, "DMA1", 1, 6), DMA_F4("TIM5", CH1, "DMA1", 2, 6),                     \
        DMA_F4("TIM5", CH4, "DMA1", 3, 6), DMA_F4("TIM5", TRIG, "DMA1", 3, 6),                     \
        DMA_F4("TIM5", CH2, "DMA1", 4, 6), DMA_F4("TIM5", UP, "DMA1", 6, 6),                       \
        DMA_F4("I2C2", RX, "DMA1", 2, 7), DMA_F4("I2C2", RX, "DMA1", 3, 7),                        \
        DMA_F4("I2C2", TX, "DMA1", 7, 7), DMA_F4("TIM1", CH1, "DMA2", 6, 0),                       \
        DMA_F4("TIM1", CH2, "DMA2", 6, 0), DMA_F4("TIM1", CH3, "DMA2", 6, 0),                      \
        DMA_F4("SPI1", RX, "DMA2", 0, 3), DMA_F4("SPI1", RX, "DMA2", 2, 3),                        \
        DMA_F4("SPI1", TX, "DMA2", 3, 3), DMA_F4("SPI1", TX, "DMA2", 5, 3),                        \
        DMA_F4("SPI4", RX, "DMA2", 0, 4), DMA_F4("SPI4", TX, "DMA2", 1, 4),                        \
        DMA_F4("USART1", RX, "DMA2", 2, 4), DMA_F4("USART1", RX, "DMA2", 5, 4),                    \
        DMA_F4("USART1", TX, "DMA2", 7, 4), DMA_F4("USART6", RX, "DMA2", 1, 5),                    \
        DMA_F4("USART6", RX, "DMA2", 2, 5), DMA_F4("SPI4", RX, "DMA2", 3, 5),                      \
        DMA_F4("SPI4", TX, "DMA2", 4, 5), DMA_F4("USART6", TX, "DMA2", 6, 5),                      \
        DMA_F4("USART6", TX, "DMA2", 7, 5), DMA_F4("TIM1", TRIG, "DMA2", 0, 6),                    \
        DMA_F4("TIM1", CH1, "DMA2", 1, 6), DMA_F4("TIM1", CH2, "DMA2", 2, 6),                      \
        DMA_F4("TIM1", CH1, "DMA2", 3, 6), DMA_F4("TIM1", CH4, "DMA2", 4, 6),                      \
        DMA_F4("TIM1", TRIG, "DMA2", 4, 6), DMA_F4("TIM1", COM, "DMA2", 4, 6),                     \
        DMA_F4("TIM1", UP, "DMA2", 5, 6), DMA_F4("TIM1", CH3, "DMA2", 6, 6)

#endif
