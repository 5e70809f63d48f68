/* The inside of an SPI, for spi_v1.c and spi_v1_edges.c alone. */
#ifndef MODELS_MCU_STM32_SPI_V1_SHIFT_H
#define MODELS_MCU_STM32_SPI_V1_SHIFT_H

#include "models/mcu/soc/stm32_block.h"
#include "models/mcu/stm32/spi_v1.h"

#define PINS 4 /* roles STM32_SCK to STM32_NSS */

struct spi {
    uint16_t cr1, cr2, crcpr, rxcrc, txcrc;
    uint16_t flags;  /* SR without BSY */
    uint16_t rx, tx; /* the buffers behind DR */
    bool dr_read;    /* OVR: DR was read, SR is next */
    bool sr_seen;    /* MODF: SR was read or written, CR1 is next */
    bool irq, rx_request, tx_request;
    uint8_t told; /* enum listening, as the owner knows it */

    uint8_t pin[PINS]; /* levels at the inputs */
    /* worked out by derive() */
    bool clocked;         /* a slave that heeds SCK */
    bool sends, receives; /* has data to put out, takes data in */
    bool drives;          /* the data output is on */
    uint8_t in_pin, out_pin, sample_level, frame;

    /* the shift register, first bit on the wire uppermost */
    uint32_t in, out;
    uint8_t bits;   /* sampled of this frame */
    bool loaded;    /* `out` belongs to this frame */
    bool crc_frame; /* this frame is the CRC */

    bool running;   /* a master in a frame */
    bool nss_out;   /* a master drives NSS */
    unsigned half;  /* half bits done of this frame */
    unsigned ratio; /* PCLK per half bit */
    uint64_t start; /* tick of PCLK at which the frame began */
};

/* spi_v1.c: a frame begins: the Tx buffer goes to the shift register, which sets TXE. */
void spi_v1_load(struct stm32_block *block, struct spi *s);
/* `n` bits were sampled, of which only the last may end a frame. */
void spi_v1_take(struct stm32_block *block, struct spi *s, unsigned n, uint32_t bits);
/* One edge of SCK; without effect when SCK has that level. */
void spi_v1_sck_edge(struct stm32_block *block, struct spi *s, unsigned level, sim_time time);

/* spi_v1_edges.c */
/* Those of SCK in turn; the data input goes on to its last level. Only the last edge of SCK can
 * reach the outside, after all of the data, and then the lists may be gone. */
void spi_v1_clock_edges(struct stm32_block *block, struct spi *s, const struct stm32_edges *clock,
                        const struct stm32_edges *in);

/* listens() and bits() of struct stm32_ip. */
bool spi_v1_listens(struct stm32_block *block, unsigned clock, unsigned data,
                    struct stm32_listener *out);
void spi_v1_bits(struct stm32_block *block, const struct stm32_bits *bits);
/* feeds() and fed(). */
bool spi_v1_feeds(struct stm32_block *block, struct stm32_feed *out);
void spi_v1_fed(struct stm32_block *block, uint32_t last, const struct stm32_bits *bits);

#endif
