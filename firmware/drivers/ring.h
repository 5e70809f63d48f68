/* Where frames begin and end in a ring that a DMA fills for ever. Knows no registers.
 *
 * Positions count octets since the start and wrap at 2^32; differences of them are what
 * matters. An interrupt puts frames in, one of lower priority takes them out. */
#ifndef FIRMWARE_DRIVERS_RING_H
#define FIRMWARE_DRIVERS_RING_H

#include <stdbool.h>
#include <stdint.h>

enum { RING_FRAMES = 32 }; /* frames that wait for their check, a power of two */

struct ring_frame {
    uint32_t begin;  /* position */
    uint32_t length; /* octets; more than the ring has when it came round meanwhile */
    uint32_t offset; /* of the first octet in the ring */
};

struct ring {
    uint32_t size;         /* octets until the DMA begins anew */
    uint32_t turn;         /* position of the ring's first octet, this time round */
    uint32_t begin;        /* of the frame under way: position, */
    uint32_t begin_offset; /* and offset in the ring */
    volatile uint32_t in, out;
    struct ring_frame frames[RING_FRAMES];
};

void ring_init(struct ring *ring, uint32_t size);
/* The DMA has begun anew. */
static inline void ring_turn(struct ring *ring) {
    ring->turn += ring->size;
}
/* The DMA was started anew at the ring's first octet: what waits is overwritten. */
void ring_restart(struct ring *ring);
/* A frame ends where the DMA has `remaining` octets left in this turn (NDTR). False when no
 * more frames can wait: it is forgotten. */
bool ring_end(struct ring *ring, uint32_t remaining);
/* The oldest waiting frame, or NULL. */
const struct ring_frame *ring_oldest(const struct ring *ring);
void ring_drop(struct ring *ring);
/* Whether the DMA, with `remaining` left, has come round to the frame. */
bool ring_overwritten(const struct ring *ring, const struct ring_frame *frame, uint32_t remaining);
/* Octets of the frame behind the ring's end, that is at its beginning. */
uint32_t ring_wrapped(const struct ring *ring, const struct ring_frame *frame);

#endif
