/* STM32F100RB: Cortex-M3, 24 MHz, 128 kB flash, 8 kB RAM, 64 pins. RM0041, DocID16455. */
#include "models/mcu/soc/f1.h"
#include "models/mcu/stm32/ips.h"

static const struct stm32_memory memories[] = {
    {"flash", STM32_FLASH, 0x08000000, 128 * 1024},
    {"sram", STM32_SRAM, 0x20000000, 8 * 1024},
    {"system memory", STM32_SYSTEM, 0x1FFFF000, 0x7E0},
    {"option bytes", STM32_OTP, 0x1FFFF800, 0x10},
    {0},
};

static const struct stm32_row rows[] = {
    ROW("RCC", rcc_f1, 0x40021000, .variant = 100, IRQS(5)),
    ROW("FLASH", flash_f1, 0x40022000, .variant = 100, IRQS(4)),
    ROW("DBGMCU", dbgmcu, 0xE0042000, .variant = 0x10016420),
    F1_ROWS,
    ROW("TIM6", tim_basic, 0x40001000, TIMB1(4), IRQS(54)),
    ROW("TIM7", tim_basic, 0x40001400, TIMB1(5), IRQS(55)),
    STUB("DAC", 0x40007400, APB1(29), IRQS(54)),
    STUB("CEC", 0x40007800, APB1(30), IRQS(42)),
    STUB("TIM15", 0x40014000, TIMB2(16), IRQS(24)),
    STUB("TIM16", 0x40014400, TIMB2(17), IRQS(25)),
    STUB("TIM17", 0x40014800, TIMB2(18), IRQS(26)),
    {0},
};

static const struct stm32_af afs[] = {
    F1_AFS,
    {PA, 2, 0, "TIM15", STM32_CH1},
    {PA, 3, 0, "TIM15", STM32_CH2},
    {PB, 8, 0, "TIM16", STM32_CH1},
    {PB, 9, 0, "TIM17", STM32_CH1},
    {0},
};

static const struct stm32_dma_route dma[] = {
    F1_DMA,
    DMA_F1("TIM6", UP, 3),
    DMA_F1("TIM7", UP, 4),
    DMA_F1("TIM15", CH1, 5),
    DMA_F1("TIM15", UP, 5),
    DMA_F1("TIM15", TRIG, 5),
    DMA_F1("TIM15", COM, 5),
    DMA_F1("TIM16", CH1, 6),
    DMA_F1("TIM16", UP, 6),
    DMA_F1("TIM17", CH1, 7),
    DMA_F1("TIM17", UP, 7),
    {0},
};

const struct stm32_chip stm32_chip_f100rb = {
    .name = "f100rb",
    .summary = "STM32F100RB, Cortex-M3, 24 MHz, 128 kB flash, 8 kB RAM",
    .manual = "RM0041",
    .core = ARMV7M_M3,
    .n_irq = 56,
    .calib = 3000,
    .hsi_hz = 8000000,
    .lsi_hz = 40000,
    .max_hclk_hz = 24000000,
    .max_pclk1_hz = 24000000,
    .max_pclk2_hz = 24000000,
    .remap_by_block = true,
    F1_LQFP64_PINS,
    .memories = memories,
    .rows = rows,
    .afs = afs,
    .dma = dma,
};
