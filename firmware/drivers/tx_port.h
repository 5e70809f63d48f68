/* Pins and blocks of the transmitter, for the chip at hand: 10 MHz of its SPI's clock, mode 1,
 * LSB first. */
#ifndef FIRMWARE_DRIVERS_TX_PORT_H
#define FIRMWARE_DRIVERS_TX_PORT_H

#ifdef CHIP_F100RB
#include "firmware/drivers/tx_port_f100.h"
#else
#include "firmware/drivers/tx_port_f401.h"
#endif

#define TX_CR1                                                                                     \
    (SPI_CR1_CPHA | SPI_CR1_MSTR | SPI_CR1_LSBFIRST | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_SPE)

/* The SPI before the pins, so that SCK is never driven high on the way. */
static inline void tx_port_init(void) {
    tx_port_clocks();
    TX_SPI->CR2 = SPI_CR2_TXDMAEN;
    TX_SPI->CR1 = TX_CR1 | TX_BR;
    tx_port_pins();
}

/* Waits for the DMA, then for the SPI's buffer and shifter. */
static inline void tx_port_finish(void) {
    while (tx_port_dma_busy())
        ;
    while (!(TX_SPI->SR & SPI_SR_TXE))
        ;
    while (TX_SPI->SR & SPI_SR_BSY)
        ;
}

#endif
