/* A log through ITM stimulus port 0 and the SWO pin. Not for interrupts: it waits. */
#ifndef FIRMWARE_LIB_ITM_H
#define FIRMWARE_LIB_ITM_H

#include <stdint.h>

/* What a debugger does on `itm port 0 on`: SWO as NRZ at `baud`, from a core at `hclk` Hz. */
void itm_init(uint32_t hclk, uint32_t baud);
void itm_put(char c);
void itm_puts(const char *text);
/* Decimal. */
void itm_number(uint32_t value);
/* An IPv4 address, first octet in the lowest bits, as in memory. */
void itm_address(uint32_t address);

#endif
