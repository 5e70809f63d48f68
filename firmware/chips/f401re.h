/* STM32F401RE: addresses (RM0368 section 2.3) and interrupt numbers (table 38). */
#ifndef FIRMWARE_CHIPS_F401RE_H
#define FIRMWARE_CHIPS_F401RE_H

#include "firmware/registers/armv7m.h"
#include "firmware/registers/dma_f4.h"
#include "firmware/registers/exti.h"
#include "firmware/registers/flash_f4.h"
#include "firmware/registers/gpio_f4.h"
#include "firmware/registers/rcc_f4.h"
#include "firmware/registers/spi.h"
#include "firmware/registers/syscfg.h"

#define SPI2   ((struct spi_registers *)0x40003800u)
#define SPI3   ((struct spi_registers *)0x40003c00u)
#define SYSCFG ((struct syscfg_registers *)0x40013800u)
#define EXTI   ((struct exti_registers *)0x40013c00u)
#define GPIOA  ((struct gpio_registers *)0x40020000u)
#define GPIOB  ((struct gpio_registers *)0x40020400u)
#define GPIOC  ((struct gpio_registers *)0x40020800u)
#define RCC    ((struct rcc_registers *)0x40023800u)
#define FLASH  ((struct flash_registers *)0x40023c00u)
#define DMA1   ((struct dma_registers *)0x40026000u)

enum { IRQ_RX_DMA = 14 /* DMA1_Stream3 */, IRQ_EXTI9_5 = 23, CHIP_IRQS = 85 };

#endif
