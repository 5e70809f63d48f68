#include "dma_feed.h"

#include <criterion/criterion.h>

void feed_give(struct stm32_block *feed, unsigned n) {
    struct feed *f = feed->state;
    f->left += n;
    stm32_dma_request(feed, STM32_DMA_RX, f->left > 0);
}

static void give_one(struct stm32_block *feed) {
    feed_give(feed, 1);
    bench_run(feed->bench, feed->bench->now + SIM_US);
}

void feed_expect_ndtr(struct stm32_block *feed, struct stm32_block *dma, uint32_t ndtr,
                      unsigned stream) {
    struct bench *bench = feed->bench;
    give_one(feed);
    cr_assert_eq(bench->n_ndtr, 0, "nobody asked");
    bench->wants_ndtr = true;
    for (unsigned i = 1; i < 8; i++) {
        give_one(feed);
        cr_assert_eq(bench->n_ndtr, i);
        cr_assert_eq(bench->last_ndtr.value, bench_read(dma, ndtr), "item %u", i);
        cr_assert_eq(bench->last_ndtr.value, 3 - (i + 1) % 3);
        cr_assert_eq(bench->last_ndtr.stream, stream);
        cr_assert_eq(bench->last_ndtr.peripheral, feed->row.base);
        cr_assert(bench->last_ndtr.to_memory);
    }
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
