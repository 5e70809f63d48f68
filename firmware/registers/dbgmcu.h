/* DBGMCU, as in RM0368 section 23.16, RM0041 section 25.16 and RM0090 section 38.16. */
#ifndef FIRMWARE_REGISTERS_DBGMCU_H
#define FIRMWARE_REGISTERS_DBGMCU_H

#include <stdint.h>

struct dbgmcu_registers {
    volatile uint32_t IDCODE, CR, APB1FZ, APB2FZ;
};
#define DBGMCU ((struct dbgmcu_registers *)0xe0042000u)

#define DBGMCU_CR_TRACE_IOEN (1u << 5)

#endif
