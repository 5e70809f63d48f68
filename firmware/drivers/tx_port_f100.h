/* The transmitter of the STM32F100: SPI1 as a master (PA5 SCK, PA7 MOSI), APB2 / 2, and DMA1
 * channel 3. Source: RM0041 table 57 (DMA requests). */
#ifndef FIRMWARE_DRIVERS_TX_PORT_F100_H
#define FIRMWARE_DRIVERS_TX_PORT_F100_H

#include <stdbool.h>

#include "firmware/chips/f100rb.h"

#define TX_SPI SPI1
#define TX_BR  SPI_CR1_BR(0)
#define TX_DMA (&DMA1->C[3 - 1])

static inline void tx_port_clocks(void) {
    RCC->AHBENR |= RCC_AHBENR_DMA1EN;
    RCC->APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_SPI1EN;
}

static inline void tx_port_pins(void) {
    gpio_configure(GPIOA, 5, GPIO_ALTERNATE_50MHZ);
    gpio_configure(GPIOA, 7, GPIO_ALTERNATE_50MHZ);
}

static inline bool tx_port_dma_busy(void) {
    return (TX_DMA->CCR & DMA_CCR_EN) && !(DMA1->ISR & DMA_TCIF(3));
}

static inline void tx_port_start(const uint8_t *from, uint16_t length) {
    TX_DMA->CCR = 0;
    DMA1->IFCR = DMA_GIF(3);
    TX_DMA->CPAR = (uint32_t)(uintptr_t)&TX_SPI->DR;
    TX_DMA->CMAR = (uint32_t)(uintptr_t)from;
    TX_DMA->CNDTR = length;
    TX_DMA->CCR = DMA_CCR_PL(2) | DMA_CCR_MINC | DMA_CCR_DIR | DMA_CCR_EN;
}

#endif
