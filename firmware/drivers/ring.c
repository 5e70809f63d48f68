#include "firmware/drivers/ring.h"

#include <stddef.h>

void ring_init(struct ring *ring, uint32_t size) {
    *ring = (struct ring){.size = size};
}

void ring_restart(struct ring *ring) {
    ring->turn += 2 * ring->size + 1;
    ring->begin = ring->turn;
    ring->begin_offset = 0;
}

/* 0 is read for a moment before the DMA reloads it: the next turn's first octet. */
static uint32_t offset_of(const struct ring *ring, uint32_t remaining) {
    return remaining == 0 ? 0 : ring->size - remaining;
}

bool ring_end(struct ring *ring, uint32_t remaining) {
    uint32_t offset = offset_of(ring, remaining), position = ring->turn + offset;
    bool room = ring->in - ring->out < RING_FRAMES;
    if (room) {
        ring->frames[ring->in % RING_FRAMES] =
            (struct ring_frame){ring->begin, position - ring->begin, ring->begin_offset};
        ring->in++;
    }
    ring->begin = position;
    ring->begin_offset = offset;
    return room;
}

const struct ring_frame *ring_oldest(const struct ring *ring) {
    return ring->in == ring->out ? NULL : &ring->frames[ring->out % RING_FRAMES];
}

void ring_drop(struct ring *ring) {
    ring->out++;
}

bool ring_overwritten(const struct ring *ring, const struct ring_frame *frame, uint32_t remaining) {
    return ring->turn + offset_of(ring, remaining) - frame->begin > ring->size;
}

uint32_t ring_wrapped(const struct ring *ring, const struct ring_frame *frame) {
    uint32_t end = frame->offset + frame->length;
    return end > ring->size ? end - ring->size : 0;
}
