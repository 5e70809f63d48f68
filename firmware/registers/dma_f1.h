/* DMA of the F1 (channels), as in RM0041 section 9.4. Channels count from 1. */
#ifndef FIRMWARE_REGISTERS_DMA_F1_H
#define FIRMWARE_REGISTERS_DMA_F1_H

#include <stdint.h>

struct dma_channel_registers {
    volatile uint32_t CCR, CNDTR, CPAR, CMAR, RESERVED;
};
struct dma_registers {
    volatile uint32_t ISR, IFCR;
    struct dma_channel_registers C[7]; /* C[n - 1] is channel n */
};

#define DMA_CCR_EN    (1u << 0)
#define DMA_CCR_TCIE  (1u << 1)
#define DMA_CCR_HTIE  (1u << 2)
#define DMA_CCR_TEIE  (1u << 3)
#define DMA_CCR_DIR   (1u << 4) /* from memory */
#define DMA_CCR_CIRC  (1u << 5)
#define DMA_CCR_MINC  (1u << 7)
#define DMA_CCR_PL(n) ((uint32_t)(n) << 12)

/* Bits of channel n in ISR and IFCR. */
#define DMA_GIF(n)  (1u << (4 * ((n)-1)))
#define DMA_TCIF(n) (2u << (4 * ((n)-1)))
#define DMA_TEIF(n) (8u << (4 * ((n)-1)))

#endif
