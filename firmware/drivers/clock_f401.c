/* 80 MHz from the 8 MHz that a Nucleo's ST-LINK feeds into OSC_IN, or with CLOCK_HSI from the
 * internal 16 MHz RC as the reference firmware does. Source: RM0368 sections 3.4 and 6.2. */
#include "firmware/chips/chip.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/hse_f4.h"

#ifdef CLOCK_HSI
#define SOURCE_MHZ 16
#define SOURCE     0
#else
#define SOURCE_MHZ 8
#define SOURCE     RCC_PLLCFGR_PLLSRC_HSE
#endif

static void oscillator_on(void) {
#ifdef CLOCK_HSI
    while (!(RCC->CR & RCC_CR_HSIRDY))
        ;
#else
    hse_start(RCC);
#endif
}

void clock_init(void) {
    oscillator_on();
    /* VCO in 1 MHz (2 MHz would ask for PLLN = 160, and 192 is the least), out 320 MHz; / 4 =
     * 80 MHz. PLLQ only has to keep USB below 48 MHz. The voltage scale after reset (2)
     * allows 84 MHz. */
    RCC->PLLCFGR = RCC_PLLCFGR_PLLM(SOURCE_MHZ) | RCC_PLLCFGR_PLLN(320) | RCC_PLLCFGR_PLLP(4) |
                   RCC_PLLCFGR_PLLQ(7) | SOURCE;
    RCC->CR |= RCC_CR_PLLON;
    /* Two wait states from 60 to 84 MHz at 2.7 to 3.6 V; read back before the clock rises. */
    FLASH->ACR = FLASH_ACR_LATENCY(2) | FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
    while ((FLASH->ACR & FLASH_ACR_LATENCY_MASK) != 2)
        ;
    RCC->CFGR = RCC_CFGR_PPRE1_DIV2; /* APB1 is at most 42 MHz */
    while (!(RCC->CR & RCC_CR_PLLRDY))
        ;
    RCC->CFGR |= RCC_CFGR_SW_PLL;
    while ((RCC->CFGR & RCC_CFGR_SWS_MASK) != RCC_CFGR_SWS_PLL)
        ;
}
