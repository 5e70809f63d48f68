/* STM32F401RE: Cortex-M4F, 84 MHz, 512 kB flash, 96 kB RAM, 64 pins. RM0368, DS10086. */
#include "models/mcu/soc/f4.h"
#include "models/mcu/stm32/ips.h"

static const struct stm32_memory memories[] = {
    {"flash", STM32_FLASH, 0x08000000, 512 * 1024},
    {"sram", STM32_SRAM, 0x20000000, 96 * 1024},
    {"system memory", STM32_SYSTEM, 0x1FFF0000, 0x7800},
    {"otp", STM32_OTP, 0x1FFF7800, 0x210},
    {"option bytes", STM32_OTP, 0x1FFFC000, 0x10},
    {0},
};

static const struct stm32_row rows[] = {
    ROW("RCC", rcc_f4, 0x40023800, .variant = 401, IRQS(5)),
    ROW("PWR", pwr_f4, 0x40007000, .variant = 401, APB1(28)),
    ROW("DBGMCU", dbgmcu, 0xE0042000, .variant = 0x10016433),
    F4_ROWS,
    {0},
};

static const struct stm32_af afs[] = {
    F4_AFS,
    {PA, 11, 8, "USART6", STM32_TX},
    {PA, 12, 8, "USART6", STM32_RX},
    {0},
};

static const struct stm32_dma_route dma[] = {F4_DMA, {0}};

const struct stm32_chip stm32_chip_f401re = {
    .name = "f401re",
    .summary = "STM32F401RE, Cortex-M4F, 84 MHz, 512 kB flash, 96 kB RAM",
    .manual = "RM0368",
    .core = ARMV7M_M4F,
    .n_irq = 85,
    .calib = 10500,
    .hsi_hz = 16000000,
    .lsi_hz = 32000,
    .max_hclk_hz = 84000000,
    .max_pclk1_hz = 42000000,
    .max_pclk2_hz = 84000000,
    .pins = {[PA] = 0xFFFF, [PB] = 0xF7FF, [PC] = 0xFFFF, [PD] = 1 << 2, [7] = 3},
    /* .not_5v: every I/O of the pin table is FT; from memory of DS10086, table 8, check. */
    .memories = memories,
    .rows = rows,
    .afs = afs,
    .dma = dma,
};
