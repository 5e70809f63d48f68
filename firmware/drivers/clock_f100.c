/* 20 MHz from an 8 MHz crystal: SPI1 makes 10 MHz of PCLK2 / 2, and SPI2 as a slave is rated
 * for exactly PCLK1 / 2 = 10 MHz. 24 MHz, the chip's limit, has no divider to 10 MHz. Flash
 * has no wait states to 24 MHz. Source: RM0041 section 6.2. */
#include "firmware/chips/chip.h"
#include "firmware/drivers/clock.h"

void clock_init(void) {
    RCC->CR |= RCC_CR_HSEON;
    while (!(RCC->CR & RCC_CR_HSERDY))
        ;
    RCC->CFGR = RCC_CFGR_PLLSRC | RCC_CFGR_PLLMUL(5);
    RCC->CFGR2 = RCC_CFGR2_PREDIV1(2); /* last: its bit 0 is also PLLXTPRE of CFGR */
    RCC->CR |= RCC_CR_PLLON;
    while (!(RCC->CR & RCC_CR_PLLRDY))
        ;
    RCC->CFGR |= RCC_CFGR_SW_PLL;
    while ((RCC->CFGR & RCC_CFGR_SWS_MASK) != RCC_CFGR_SWS_PLL)
        ;
}
