/* What both strategies do with a frame. */
#ifndef FIRMWARE_DRIVERS_RX_CHECK_H
#define FIRMWARE_DRIVERS_RX_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Whether `length` octets, FCS included, are a frame; counts why not, or delivers it. May
 * invert the frame's first bit. */
bool rx_check(uint8_t *frame, uint32_t length);

/* Starts counting cycles. */
void rx_cycles_init(void);
uint32_t rx_cycles(void);
/* Notes how long an interrupt took that began at `begin`. */
void rx_cycles_note(uint32_t begin);

#endif
