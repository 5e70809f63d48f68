/* Text through ITM as CMSIS's ITM_SendChar does it: only when a probe has switched it on. */
#include "test.h"

int main(void) {
    if (!(REG(0xe0000e80) & 1) || !(REG(0xe0000e00) & 1))
        return 2;
    itm_text("Hello, ITM\n");
    itm_char((char)0xe9); /* no ASCII */
    *(volatile uint16_t *)0xe0000000 = 'a' | 'b' << 8;
    REG(0xe0000004) = 0x12345678; /* port 1: SWO only */
    return 0;
}
