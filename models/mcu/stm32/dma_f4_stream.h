/* A stream of the DMA controller of the STM32F4 (dma_f4.c): its registers and what they say.
 * Section numbers are RM0368's.
 */
#ifndef MODELS_MCU_STM32_DMA_F4_STREAM_H
#define MODELS_MCU_STM32_DMA_F4_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#define FIFO 16u /* octets */

enum { /* 9.5.5 */
       EN = 1u << 0,
       DMEIE = 1u << 1,
       TEIE = 1u << 2,
       HTIE = 1u << 3,
       TCIE = 1u << 4,
       PFCTRL = 1u << 5,
       DIR_SHIFT = 6,
       CIRC = 1u << 8,
       PINC = 1u << 9,
       MINC = 1u << 10,
       PSIZE_SHIFT = 11,
       MSIZE_SHIFT = 13,
       PINCOS = 1u << 15,
       PL_SHIFT = 16,
       DBM = 1u << 18,
       CT = 1u << 19,
       PBURST_SHIFT = 21,
       MBURST_SHIFT = 23,
       CHSEL_SHIFT = 25,
};
#define SCR_BITS 0x0fefffffu
#define SCR_FREE (EN | DMEIE | TEIE | HTIE | TCIE | CIRC) /* may change while EN is set */

enum { TO_MEMORY, TO_PERIPHERAL, MEMORY_TO_MEMORY };

enum { DMDIS = 1u << 2, FEIE = 1u << 7 };                               /* 9.5.10 */
enum { FEIF = 1, DMEIF = 4, TEIF = 8, HTIF = 16, TCIF = 32, ALL = 61 }; /* 9.5.1 */

struct stream {
    uint32_t cr, ndtr, par, mar[2], fcr;
    uint32_t reload;             /* NDTR as it was written */
    uint32_t peripheral, memory; /* addresses of the next items */
    int32_t fetch;               /* to a peripheral: octets not yet read from memory */
    uint8_t fifo[FIFO], head, level;
    uint8_t flags;
    uint8_t requests; /* a bit per channel */
    bool stopping, irq;
};

static inline unsigned field(uint32_t value, unsigned shift, unsigned bits) {
    return value >> shift & ((1u << bits) - 1);
}

static inline unsigned direction(const struct stream *s) {
    return field(s->cr, DIR_SHIFT, 2);
}

static inline bool direct_mode(const struct stream *s) {
    return !(s->fcr & DMDIS);
}

static inline unsigned psize(const struct stream *s) {
    return 1u << field(s->cr, PSIZE_SHIFT, 2);
}

static inline unsigned msize(const struct stream *s) {
    return 1u << field(s->cr, MSIZE_SHIFT, 2);
}

/* Beats of a burst: 1, 4, 8, 16; none in direct mode (9.3.11). */
static inline unsigned burst(const struct stream *s, unsigned shift) {
    unsigned code = direct_mode(s) ? 0 : field(s->cr, shift, 2);
    return code ? 2u << code : 1;
}

static inline unsigned threshold(const struct stream *s) {
    return 4 * (field(s->fcr, 0, 2) + 1);
}

static inline bool circular(const struct stream *s) {
    return s->cr & (CIRC | DBM);
}

static inline uint32_t target(const struct stream *s) {
    return s->mar[(s->cr & DBM) && (s->cr & CT)];
}

#endif
