/* STM32F100RB: addresses (RM0041 section 2.3) and interrupt numbers (table 50). */
#ifndef FIRMWARE_CHIPS_F100RB_H
#define FIRMWARE_CHIPS_F100RB_H

#include "firmware/registers/afio.h"
#include "firmware/registers/armv7m.h"
#include "firmware/registers/dma_f1.h"
#include "firmware/registers/exti.h"
#include "firmware/registers/gpio_f1.h"
#include "firmware/registers/rcc_f1.h"
#include "firmware/registers/spi.h"

#define SPI2  ((struct spi_registers *)0x40003800u)
#define AFIO  ((struct afio_registers *)0x40010000u)
#define EXTI  ((struct exti_registers *)0x40010400u)
#define GPIOA ((struct gpio_registers *)0x40010800u)
#define GPIOB ((struct gpio_registers *)0x40010c00u)
#define GPIOC ((struct gpio_registers *)0x40011000u)
#define SPI1  ((struct spi_registers *)0x40013000u)
#define DMA1  ((struct dma_registers *)0x40020000u)
#define RCC   ((struct rcc_registers *)0x40021000u)

enum { IRQ_RX_DMA = 14 /* DMA1_Channel4 */, IRQ_EXTI9_5 = 23, CHIP_IRQS = 61 };

#endif
