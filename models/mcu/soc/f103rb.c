/* STM32F103RB: Cortex-M3, 72 MHz, 128 kB flash, 20 kB RAM, 64 pins. RM0008, DS5319. */
#include "models/mcu/soc/f1.h"
#include "models/mcu/stm32/ips.h"

static const struct stm32_memory memories[] = {
    {"flash", STM32_FLASH, 0x08000000, 128 * 1024},
    {"sram", STM32_SRAM, 0x20000000, 20 * 1024},
    {"system memory", STM32_SYSTEM, 0x1FFFF000, 0x7E0},
    {"option bytes", STM32_OTP, 0x1FFFF800, 0x10},
    {0},
};

static const struct stm32_row rows[] = {
    ROW("RCC", rcc_f1, 0x40021000, .variant = 103, IRQS(5)),
    ROW("FLASH", flash_f1, 0x40022000, .variant = 103, IRQS(4)),
    ROW("DBGMCU", dbgmcu, 0xE0042000, .variant = 0x20036410),
    F1_ROWS,
    STUB("USB", 0x40005C00, APB1(23), IRQS(20, 19, 42)),
    STUB("USB SRAM", 0x40006000, APB1(23)),
    STUB("CAN", 0x40006400, APB1(25), IRQS(19, 20, 21, 22)),
    STUB("ADC2", 0x40012800, APB2(10), IRQS(18)),
    {0},
};

static const struct stm32_af afs[] = {F1_AFS, {0}};

static const struct stm32_dma_route dma[] = {F1_DMA, {0}};

const struct stm32_chip stm32_chip_f103rb = {
    .name = "f103rb",
    .summary = "STM32F103RB, Cortex-M3, 72 MHz, 128 kB flash, 20 kB RAM",
    .manual = "RM0008",
    .core = ARMV7M_M3,
    .n_irq = 43,
    .calib = 9000,
    .hsi_hz = 8000000,
    .lsi_hz = 40000,
    .max_hclk_hz = 72000000,
    .max_pclk1_hz = 36000000,
    .max_pclk2_hz = 72000000,
    .remap_by_block = true,
    F1_LQFP64_PINS,
    .memories = memories,
    .rows = rows,
    .afs = afs,
    .dma = dma,
};
