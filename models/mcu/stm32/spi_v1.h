/* Registers of the SPI in spi_v1.c, with the sections of RM0368. */
#ifndef MODELS_MCU_STM32_SPI_V1_H
#define MODELS_MCU_STM32_SPI_V1_H

enum { CR1 = 0x00, CR2 = 0x04, SR = 0x08, DR = 0x0c, CRCPR = 0x10, RXCRCR = 0x14, TXCRCR = 0x18 };
enum { I2SCFGR = 0x1c, I2SPR = 0x20 };

enum { /* 20.5.1 */
       CPHA = 1u << 0,
       CPOL = 1u << 1,
       MSTR = 1u << 2,
       BR = 7u << 3,
       SPE = 1u << 6,
       LSBFIRST = 1u << 7,
       SSI = 1u << 8,
       SSM = 1u << 9,
       RXONLY = 1u << 10,
       DFF = 1u << 11,
       CRCNEXT = 1u << 12,
       CRCEN = 1u << 13,
       BIDIOE = 1u << 14,
       BIDIMODE = 1u << 15,
};
enum { /* 20.5.2 */
       RXDMAEN = 1u << 0,
       TXDMAEN = 1u << 1,
       SSOE = 1u << 2,
       FRF = 1u << 4,
       ERRIE = 1u << 5,
       RXNEIE = 1u << 6,
       TXEIE = 1u << 7,
};
enum { /* 20.5.3 */
       RXNE = 1u << 0,
       TXE = 1u << 1,
       CRCERR = 1u << 4,
       MODF = 1u << 5,
       OVR = 1u << 6,
       BSY = 1u << 7,
};
/* Not to be changed while SPE is set (20.5.1, notes). */
#define FROZEN (CPHA | CPOL | LSBFIRST | DFF | CRCEN)

#endif
