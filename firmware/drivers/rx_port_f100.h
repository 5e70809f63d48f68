/* The receiving pins and blocks of the STM32F100: SPI2 as a slave (PB13 SCK, PB15 MOSI), DMA1
 * channel 4, EXTI line 6 (PC6). Source: RM0041 table 57 (DMA requests). */
#ifndef FIRMWARE_DRIVERS_RX_PORT_F100_H
#define FIRMWARE_DRIVERS_RX_PORT_F100_H

#include <stdbool.h>

#include "firmware/chips/f100rb.h"

enum { RX_CHANNEL = 4 };
#define RX_DMA (&DMA1->C[RX_CHANNEL - 1])

/* The pins are floating inputs after reset, which is what a slave needs. */
static inline void rx_port_pins(void) {
    RCC->AHBENR |= RCC_AHBENR_DMA1EN;
    RCC->APB1ENR |= RCC_APB1ENR_SPI2EN;
    RCC->APB2ENR |= RCC_APB2ENR_AFIOEN | RCC_APB2ENR_IOPBEN | RCC_APB2ENR_IOPCEN;
    AFIO->EXTICR[1] = (AFIO->EXTICR[1] & ~0xf00u) | 0x200u; /* EXTI6 is port C */
}

static inline void rx_port_dma_start(uint8_t *to, uint16_t size, bool circular) {
    DMA1->IFCR = DMA_GIF(RX_CHANNEL);
    RX_DMA->CPAR = (uint32_t)(uintptr_t)&SPI2->DR;
    RX_DMA->CMAR = (uint32_t)(uintptr_t)to;
    RX_DMA->CNDTR = size;
    RX_DMA->CCR = DMA_CCR_PL(3) | DMA_CCR_MINC |
                  (circular ? DMA_CCR_CIRC | DMA_CCR_TCIE | DMA_CCR_TEIE : 0) | DMA_CCR_EN;
}

static inline void rx_port_dma_stop(void) {
    RX_DMA->CCR = 0;
}

static inline uint16_t rx_port_remaining(void) {
    return (uint16_t)RX_DMA->CNDTR;
}

static inline bool rx_port_wrapped(void) {
    return DMA1->ISR & DMA_TCIF(RX_CHANNEL);
}
static inline void rx_port_clear_wrapped(void) {
    DMA1->IFCR = DMA_TCIF(RX_CHANNEL);
}
static inline bool rx_port_dma_failed(void) {
    return DMA1->ISR & DMA_TEIF(RX_CHANNEL);
}

#endif
