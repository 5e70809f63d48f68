/* Pins and blocks of the receiver, for the chip at hand. RM0368 section 20.3 and RM0041
 * section 23.3: SPI; its slave is LSB first, mode 0, and selected by software. */
#ifndef FIRMWARE_DRIVERS_RX_PORT_H
#define FIRMWARE_DRIVERS_RX_PORT_H

#include <stdbool.h>

#ifdef CHIP_F100RB
#include "firmware/drivers/rx_port_f100.h"
#else
#include "firmware/drivers/rx_port_f401.h"
#endif

#define RX_NSS_LINE 6 /* of port C and of EXTI */

/* High from the end of a frame to the first octet of the next. */
static inline bool rx_port_idle(void) {
    return GPIOC->IDR >> RX_NSS_LINE & 1;
}

static inline void rx_port_clear_edge(void) {
    EXTI->PR = 1u << RX_NSS_LINE;
}

static inline void rx_port_edge_on(unsigned priority) {
    EXTI->RTSR |= 1u << RX_NSS_LINE;
    EXTI->IMR |= 1u << RX_NSS_LINE;
    irq_enable(IRQ_EXTI9_5, priority);
}

/* SSM with SSI = 0: always selected, since PC6 is not this SPI's NSS pin. */
static inline void rx_port_spi_on(void) {
    SPI2->CR2 = SPI_CR2_RXDMAEN;
    SPI2->CR1 = SPI_CR1_LSBFIRST | SPI_CR1_RXONLY | SPI_CR1_SSM | SPI_CR1_SPE;
}

/* Forgets the bits of an octet that never became whole. The manuals say that a receiver
 * finishes its octet before it heeds SPE = 0, and not what SSI does to one; a reset through
 * the RCC is beyond doubt and takes three writes more. With RX_RESYNC_BY_SPE it is done as
 * one would without that doubt: deselect, off, on. */
static inline void rx_port_resync(void) {
#ifdef RX_RESYNC_BY_SPE
    SPI2->CR1 = SPI_CR1_LSBFIRST | SPI_CR1_RXONLY | SPI_CR1_SSM | SPI_CR1_SSI;
#else
    RCC->APB1RSTR = RCC_APB1RSTR_SPI2RST;
    RCC->APB1RSTR = 0;
#endif
    rx_port_spi_on();
}

#endif
