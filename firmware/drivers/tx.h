/* Sends frames: an SPI master at exactly 10 MHz, mode 1, LSB first, fed by DMA. One buffer;
 * full duplex, so it does not wait for a frame being received, unless built with
 * TX_SENSES_CARRIER. From one context only. */
#ifndef FIRMWARE_DRIVERS_TX_H
#define FIRMWARE_DRIVERS_TX_H

#include <stdint.h>

enum {
    TX_LONGEST = 1514, /* without preamble and FCS */
    TX_SHORTEST = 60
};

void tx_init(void);
/* Where to build the next frame; waits until the one before has left, at most 1.3 ms. */
uint8_t *tx_begin(void);
/* Pads the frame, adds its FCS and sends it no sooner than 9.6 us after the one before. */
void tx_commit(uint16_t length);

#endif
