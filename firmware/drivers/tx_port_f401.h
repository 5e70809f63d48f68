/* The transmitter of the STM32F401: SPI3 as a master (PC10 SCK, PC12 MOSI), APB1 / 4, and DMA1
 * stream 7 channel 0. Source: RM0368 table 27 (DMA requests), DS10086 table 9. */
#ifndef FIRMWARE_DRIVERS_TX_PORT_F401_H
#define FIRMWARE_DRIVERS_TX_PORT_F401_H

#include <stdbool.h>

#include "firmware/chips/f401re.h"

#define TX_SPI    SPI3
#define TX_BR     SPI_CR1_BR(1)
#define TX_STREAM (&DMA1->S[7])

static inline void tx_port_clocks(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_DMA1EN;
    RCC->APB1ENR |= RCC_APB1ENR_SPI3EN;
    (void)RCC->APB1ENR; /* two cycles until the clock runs: RM0368 section 6.3.11 */
}

static inline void tx_port_pins(void) {
    gpio_alternate(GPIOC, 10, 6, GPIO_SPEED_HIGH);
    gpio_alternate(GPIOC, 12, 6, GPIO_SPEED_HIGH);
}

/* The receiver's select, PC6, is low while a frame comes. */
static inline bool tx_port_line_busy(void) {
    return !(GPIOC->IDR >> 6 & 1);
}

/* EN goes back to 0 when the last octet is in the SPI. */
static inline bool tx_port_dma_busy(void) {
    return TX_STREAM->CR & DMA_SxCR_EN;
}

static inline void tx_port_start(const uint8_t *from, uint16_t length) {
    DMA1->HIFCR = DMA_ALL_FLAGS << DMA_FLAGS_SHIFT(7);
    TX_STREAM->PAR = (uint32_t)(uintptr_t)&TX_SPI->DR;
    TX_STREAM->M0AR = (uint32_t)(uintptr_t)from;
    TX_STREAM->NDTR = length;
    TX_STREAM->FCR = 0;
    TX_STREAM->CR =
        DMA_SxCR_CHSEL(0) | DMA_SxCR_PL(2) | DMA_SxCR_MINC | DMA_SxCR_DIR_M2P | DMA_SxCR_EN;
}

#endif
