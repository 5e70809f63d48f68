/* DMA of the F4 (streams), as in RM0368 section 9.5. */
#ifndef FIRMWARE_REGISTERS_DMA_F4_H
#define FIRMWARE_REGISTERS_DMA_F4_H

#include <stdint.h>

struct dma_stream_registers {
    volatile uint32_t CR, NDTR, PAR, M0AR, M1AR, FCR;
};
struct dma_registers {
    volatile uint32_t LISR, HISR, LIFCR, HIFCR;
    struct dma_stream_registers S[8];
};

#define DMA_SxCR_EN       (1u << 0)
#define DMA_SxCR_DMEIE    (1u << 1)
#define DMA_SxCR_TEIE     (1u << 2)
#define DMA_SxCR_HTIE     (1u << 3)
#define DMA_SxCR_TCIE     (1u << 4)
#define DMA_SxCR_DIR_M2P  (1u << 6)
#define DMA_SxCR_CIRC     (1u << 8)
#define DMA_SxCR_MINC     (1u << 10)
#define DMA_SxCR_PL(n)    ((uint32_t)(n) << 16)
#define DMA_SxCR_CHSEL(n) ((uint32_t)(n) << 25)

/* Bits of a stream in LISR, HISR, LIFCR and HIFCR, to be shifted by DMA_FLAGS_SHIFT. */
#define DMA_FEIF           (1u << 0)
#define DMA_DMEIF          (1u << 2)
#define DMA_TEIF           (1u << 3)
#define DMA_HTIF           (1u << 4)
#define DMA_TCIF           (1u << 5)
#define DMA_ALL_FLAGS      0x3du
#define DMA_FLAGS_SHIFT(n) ((n) % 4 / 2 * 16 + (n) % 2 * 6)

#endif
