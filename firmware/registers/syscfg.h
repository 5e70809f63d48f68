/* SYSCFG of the F4, as in RM0368 section 7.2. */
#ifndef FIRMWARE_REGISTERS_SYSCFG_H
#define FIRMWARE_REGISTERS_SYSCFG_H

#include <stdint.h>

struct syscfg_registers {
    volatile uint32_t MEMRMP, PMC, EXTICR[4], RESERVED[2], CMPCR;
};

#endif
