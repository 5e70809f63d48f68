/* EXTI, as in RM0368 section 10.3, RM0041 section 8.3 and RM0090 section 12.3. */
#ifndef FIRMWARE_REGISTERS_EXTI_H
#define FIRMWARE_REGISTERS_EXTI_H

#include <stdint.h>

struct exti_registers {
    volatile uint32_t IMR, EMR, RTSR, FTSR, SWIER, PR;
};

#endif
