#include "dma_feed.h"

void feed_give(struct stm32_block *feed, unsigned n) {
    struct feed *f = feed->state;
    f->left += n;
    stm32_dma_request(feed, STM32_DMA_RX, f->left > 0);
}

static void feed_take(struct stm32_block *b, struct feed *f) {
    f->left -= f->left > 0;
    stm32_dma_request(b, STM32_DMA_RX, f->left > 0);
}

static uint32_t feed_read(struct stm32_block *b, uint32_t offset) {
    struct feed *f = b->state;
    (void)offset;
    f->value += f->step;
    feed_take(b, f);
    return f->value;
}

static void feed_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct feed *f = b->state;
    (void)offset;
    f->got[f->n_got++ % 256] = value;
    feed_take(b, f);
}

static const struct stm32_reg REGS[] = {{.name = "DR", .offset = 0, .count = 64, .stride = 4}};

const struct stm32_ip feed_ip = {
    .name = "feed",
    .state_size = sizeof(struct feed),
    .regs = REGS,
    .n_regs = 1,
    .read = feed_read,
    .write = feed_write,
};
