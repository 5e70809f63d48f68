/* Pins and blocks of the transmitter. 10 MHz of the SPI's clock: APB1's 40 MHz / 4 on the
 * F401 (SPI3), APB2's 20 MHz / 2 on the F100 (SPI1). Sources: RM0368 tables 27 and 9 of
 * DS10086; RM0041 table 57. */
#ifndef FIRMWARE_DRIVERS_TX_PORT_H
#define FIRMWARE_DRIVERS_TX_PORT_H

#include <stdbool.h>

#include "firmware/chips/chip.h"

#define TX_CR1                                                                                     \
    (SPI_CR1_CPHA | SPI_CR1_MSTR | SPI_CR1_LSBFIRST | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_SPE)

#ifdef CHIP_F100RB
/* PA5 SCK, PA7 MOSI, DMA1 channel 3. */
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
#else
/* PC10 SCK, PC12 MOSI, DMA1 stream 7 channel 0. */
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
