/* Starts the F4's HSE: the clock that a Nucleo's ST-LINK feeds into OSC_IN, or where there is
 * none a crystal. Source: RM0368 sections 6.2.1 and 6.3.1. */
#ifndef FIRMWARE_DRIVERS_HSE_F4_H
#define FIRMWARE_DRIVERS_HSE_F4_H

#include <stdbool.h>

#include "firmware/registers/rcc_f4.h"

/* A clock is ready within microseconds; this many looks take some hundred of them. */
enum { HSE_LOOKS = 1000 };

static inline bool hse_ready(struct rcc_registers *rcc, unsigned looks) {
    while (looks-- > 0)
        if (rcc->CR & RCC_CR_HSERDY)
            return true;
    return false;
}

/* Waits for ever if there is neither. HSEBYP may only change while HSE is off. */
static inline void hse_start(struct rcc_registers *rcc) {
    rcc->CR |= RCC_CR_HSEBYP;
    rcc->CR |= RCC_CR_HSEON;
    if (hse_ready(rcc, HSE_LOOKS))
        return;
    rcc->CR &= ~RCC_CR_HSEON;
    rcc->CR &= ~RCC_CR_HSEBYP;
    rcc->CR |= RCC_CR_HSEON;
    while (!hse_ready(rcc, HSE_LOOKS))
        ;
}

#endif
