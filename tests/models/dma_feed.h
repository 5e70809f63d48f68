/* A peripheral for DMA tests: DR reads 1, 2, 3, ... in 32 bits and requests while it has
 * items left; what is written to DR is kept. */
#ifndef TESTS_MODELS_DMA_FEED_H
#define TESTS_MODELS_DMA_FEED_H

#include "block_bench.h"

struct feed {
    uint32_t step; /* added per read: 1, or 0x01010101 to see every octet */
    uint32_t value, got[256];
    unsigned left, n_got;
};

extern const struct stm32_ip feed_ip;
/* `n` more items are ready (to be read or written). */
void feed_give(struct stm32_block *feed, unsigned n);
/* Three items are to be read, round and round: as they come one by one, those left are told to who
 * asks for them, as the register `ndtr` has them. */
void feed_expect_ndtr(struct stm32_block *feed, struct stm32_block *dma, uint32_t ndtr,
                      unsigned stream);

#endif
