/* The receiving pins and blocks of the STM32F401: SPI2 as a slave (PB13 SCK, PB15 MOSI), DMA1
 * stream 3 channel 0, EXTI line 6 (PC6). Source: RM0368 table 27 (DMA requests), DS10086
 * table 9 (alternate functions). */
#ifndef FIRMWARE_DRIVERS_RX_PORT_F401_H
#define FIRMWARE_DRIVERS_RX_PORT_F401_H

#include <stdbool.h>

#include "firmware/chips/f401re.h"

#define RX_STREAM (&DMA1->S[3])
#define RX_FLAGS  DMA_FLAGS_SHIFT(3)

static inline void rx_port_pins(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_DMA1EN;
    RCC->APB1ENR |= RCC_APB1ENR_SPI2EN;
    RCC->APB2ENR |= RCC_APB2ENR_SYSCFGEN;
    (void)RCC->APB2ENR; /* two cycles until the clock runs: RM0368 section 6.3.11 */
    gpio_alternate(GPIOB, 13, 5, GPIO_SPEED_LOW);
    gpio_alternate(GPIOB, 15, 5, GPIO_SPEED_LOW);
    SYSCFG->EXTICR[1] = (SYSCFG->EXTICR[1] & ~0xf00u) | 0x200u; /* EXTI6 is port C */
}

static inline void rx_port_dma_start(uint8_t *to, uint16_t size, bool circular) {
    DMA1->LIFCR = DMA_ALL_FLAGS << RX_FLAGS;
    RX_STREAM->PAR = (uint32_t)(uintptr_t)&SPI2->DR;
    RX_STREAM->M0AR = (uint32_t)(uintptr_t)to;
    RX_STREAM->NDTR = size;
    /* Direct mode: an octet is in memory as soon as NDTR has counted it. */
    RX_STREAM->FCR = 0;
    RX_STREAM->CR = DMA_SxCR_CHSEL(0) | DMA_SxCR_PL(3) | DMA_SxCR_MINC |
                    (circular ? DMA_SxCR_CIRC | DMA_SxCR_TCIE | DMA_SxCR_TEIE : 0) | DMA_SxCR_EN;
}

static inline void rx_port_dma_stop(void) {
    RX_STREAM->CR = 0;
    while (RX_STREAM->CR & DMA_SxCR_EN)
        ; /* an octet under way is finished first */
}

static inline uint16_t rx_port_remaining(void) {
    return (uint16_t)RX_STREAM->NDTR;
}

static inline bool rx_port_wrapped(void) {
    return DMA1->LISR >> RX_FLAGS & DMA_TCIF;
}
static inline void rx_port_clear_wrapped(void) {
    DMA1->LIFCR = DMA_TCIF << RX_FLAGS;
}
static inline bool rx_port_dma_failed(void) {
    return DMA1->LISR >> RX_FLAGS & DMA_TEIF;
}

#endif
