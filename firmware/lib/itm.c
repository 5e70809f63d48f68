/* Source: ARMv7-M ARM (DDI 0403) section C1.7; RM0368 section 23.14 for the pin. */
#include "firmware/lib/itm.h"

#include "firmware/registers/armv7m.h"
#include "firmware/registers/dbgmcu.h"

void itm_init(uint32_t hclk, uint32_t baud) {
    DEMCR |= DEMCR_TRCENA;
    DBGMCU->CR |= DBGMCU_CR_TRACE_IOEN; /* TRACE_MODE 0: asynchronous, on PB3 */
    TPIU->SPPR = TPIU_SPPR_NRZ;
    TPIU->ACPR = hclk / baud - 1;
    TPIU->FFCR = TPIU_FFCR_TRIGIN; /* without the formatter: ITM packets as they are */
    ITM->LAR = ITM_LAR_KEY;
    ITM->TCR = ITM_TCR_TRACEBUSID(1) | ITM_TCR_ITMENA;
    ITM->TER[0] = 1;
}

void itm_put(char c) {
    if (!(ITM->TCR & ITM_TCR_ITMENA) || !(ITM->TER[0] & 1))
        return; /* a debugger has switched it off: nobody would empty the FIFO */
    while (!(ITM->STIM[0] & 1))
        ;
    *(volatile uint8_t *)&ITM->STIM[0] = (uint8_t)c;
}

void itm_puts(const char *text) {
    while (*text)
        itm_put(*text++);
}

void itm_number(uint32_t value) {
    char digits[10];
    int n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n > 0)
        itm_put(digits[--n]);
}

void itm_address(uint32_t address) {
    for (int i = 0; i < 4; i++) {
        itm_number(address >> 8 * i & 0xff);
        if (i < 3)
            itm_put('.');
    }
}
