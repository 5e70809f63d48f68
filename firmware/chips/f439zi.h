/* STM32F439ZI: the few addresses its image needs (RM0090 section 2.3). */
#ifndef FIRMWARE_CHIPS_F439ZI_H
#define FIRMWARE_CHIPS_F439ZI_H

#include "firmware/registers/armv7m.h"
#include "firmware/registers/rcc_f4.h"

#define RCC ((struct rcc_registers *)0x40023800u)

enum { IRQ_RX_DMA = 14, IRQ_EXTI9_5 = 23, CHIP_IRQS = 91 };

#endif
