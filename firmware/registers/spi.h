/* SPI, as in RM0368 section 20.5 and RM0041 section 23.5: the same block on both. */
#ifndef FIRMWARE_REGISTERS_SPI_H
#define FIRMWARE_REGISTERS_SPI_H

#include <stdint.h>

struct spi_registers {
    volatile uint32_t CR1, CR2, SR, DR, CRCPR, RXCRCR, TXCRCR;
};

#define SPI_CR1_CPHA     (1u << 0)
#define SPI_CR1_CPOL     (1u << 1)
#define SPI_CR1_MSTR     (1u << 2)
#define SPI_CR1_BR(n)    ((uint32_t)(n) << 3) /* clock / 2^(n + 1) */
#define SPI_CR1_SPE      (1u << 6)
#define SPI_CR1_LSBFIRST (1u << 7)
#define SPI_CR1_SSI      (1u << 8)
#define SPI_CR1_SSM      (1u << 9)
#define SPI_CR1_RXONLY   (1u << 10)

#define SPI_CR2_RXDMAEN (1u << 0)
#define SPI_CR2_TXDMAEN (1u << 1)

#define SPI_SR_RXNE (1u << 0)
#define SPI_SR_TXE  (1u << 1)
#define SPI_SR_OVR  (1u << 6)
#define SPI_SR_BSY  (1u << 7)

#endif
