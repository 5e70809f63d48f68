/* The smallest thing to see on an STM32F439ZI: HSE, the switch to it, HSI off, and a word
 * through ITM port 0. Nucleo-144: 8 MHz from the ST-LINK. */
#include "firmware/chips/chip.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/hse_f4.h"
#include "firmware/lib/itm.h"

enum { BAUD = 2000000 };

/* Source: RM0090 section 7.2. */
void clock_init(void) {
    hse_start(RCC);
    RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_MASK) | RCC_CFGR_SW_HSE;
    while ((RCC->CFGR & RCC_CFGR_SWS_MASK) != RCC_CFGR_SWS_HSE)
        ;
    RCC->CR &= ~RCC_CR_HSION;
    while (RCC->CR & RCC_CR_HSIRDY)
        ;
}

int main(void) {
    clock_init();
    itm_init(CLOCK_HCLK, BAUD);
    itm_puts("Hello\n");
    for (;;)
        wait_for_interrupt();
}
