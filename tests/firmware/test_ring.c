/* The ring's bookkeeping against a DMA that is a counter. */
#include <criterion/criterion.h>

#include "firmware/drivers/ring.h"

struct bench {
    struct ring ring;
    uint32_t size, written; /* octets ever */
};

static void begin(struct bench *b, uint32_t size) {
    *b = (struct bench){.size = size};
    ring_init(&b->ring, size);
}

static uint32_t remaining(const struct bench *b) {
    return b->size - b->written % b->size;
}

static void receive(struct bench *b, uint32_t octets) {
    for (uint32_t i = 0; i < octets; i++)
        if (++b->written % b->size == 0)
            ring_turn(&b->ring);
}

static bool frame(struct bench *b, uint32_t octets) {
    receive(b, octets);
    return ring_end(&b->ring, remaining(b));
}

Test(ring, frames_come_out_as_they_went_in) {
    struct bench b;
    begin(&b, 1000);
    uint32_t offset = 0;
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t length = 64 + i * 37 % 400;
        cr_assert(frame(&b, length));
        const struct ring_frame *f = ring_oldest(&b.ring);
        cr_assert_eq(f->length, length);
        cr_assert_eq(f->offset, offset);
        uint32_t end = offset + length;
        cr_assert_eq(ring_wrapped(&b.ring, f), end > 1000 ? end - 1000 : 0);
        cr_assert(!ring_overwritten(&b.ring, f, remaining(&b)));
        offset = end % 1000;
        ring_drop(&b.ring);
        cr_assert_null(ring_oldest(&b.ring));
    }
}

Test(ring, a_frame_that_ends_with_the_ring) {
    struct bench b;
    begin(&b, 128);
    cr_assert(frame(&b, 128));
    cr_assert_eq(ring_oldest(&b.ring)->length, 128);
    cr_assert_eq(ring_wrapped(&b.ring, ring_oldest(&b.ring)), 0);
    ring_drop(&b.ring);
    cr_assert(frame(&b, 64));
    cr_assert_eq(ring_oldest(&b.ring)->offset, 0);
    cr_assert_eq(ring_oldest(&b.ring)->length, 64);
}

/* NDTR is 0 for a moment, its turn already counted. */
Test(ring, nothing_remaining_is_the_next_turn) {
    struct bench b;
    begin(&b, 128);
    receive(&b, 128);
    cr_assert(ring_end(&b.ring, 0));
    cr_assert_eq(ring_oldest(&b.ring)->length, 128);
}

Test(ring, overwritten_at_the_very_octet) {
    struct bench b;
    begin(&b, 256);
    frame(&b, 100);
    const struct ring_frame *f = ring_oldest(&b.ring);
    receive(&b, 156);
    cr_assert(!ring_overwritten(&b.ring, f, remaining(&b)));
    receive(&b, 1);
    cr_assert(ring_overwritten(&b.ring, f, remaining(&b)));
}

Test(ring, a_frame_longer_than_the_ring_keeps_its_length) {
    struct bench b;
    begin(&b, 256);
    frame(&b, 700);
    cr_assert_eq(ring_oldest(&b.ring)->length, 700);
    cr_assert(ring_overwritten(&b.ring, ring_oldest(&b.ring), remaining(&b)));
}

Test(ring, no_room_forgets_the_newest) {
    struct bench b;
    begin(&b, 1000);
    for (int i = 0; i < RING_FRAMES; i++)
        cr_assert(frame(&b, 10));
    cr_assert(!frame(&b, 11));
    ring_drop(&b.ring);
    cr_assert(frame(&b, 12));
    for (int i = 0; i < RING_FRAMES - 1; i++, ring_drop(&b.ring))
        cr_assert_eq(ring_oldest(&b.ring)->length, 10);
    cr_assert_eq(ring_oldest(&b.ring)->length, 12);
    cr_assert_eq(ring_oldest(&b.ring)->offset, 10 * RING_FRAMES + 11);
}

Test(ring, positions_wrap_at_32_bits) {
    struct bench b;
    begin(&b, 1000);
    b.ring.turn = 0xffffffffu - 500;
    b.ring.begin = b.ring.turn;
    frame(&b, 900);
    cr_assert_eq(ring_oldest(&b.ring)->length, 900);
    cr_assert(!ring_overwritten(&b.ring, ring_oldest(&b.ring), remaining(&b)));
}

Test(ring, a_restart_spoils_what_waits) {
    struct bench b;
    begin(&b, 1000);
    frame(&b, 100);
    receive(&b, 50);
    b.written = 0;
    ring_restart(&b.ring);
    cr_assert(ring_overwritten(&b.ring, ring_oldest(&b.ring), remaining(&b)));
    ring_drop(&b.ring);
    frame(&b, 70);
    cr_assert_eq(ring_oldest(&b.ring)->length, 70);
    cr_assert_eq(ring_oldest(&b.ring)->offset, 0);
    cr_assert(!ring_overwritten(&b.ring, ring_oldest(&b.ring), remaining(&b)));
}
