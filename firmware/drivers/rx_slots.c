/* Keeps the frames that the main loop wants, outside the ring: the end of rx_ring.c for
 * images with memory to spare. One producer (PendSV), one consumer (the main loop). */
#include "firmware/drivers/rx.h"
#include "firmware/lib/memory.h"

enum { SLOTS = 8, SLOT_OCTETS = RX_LONGEST };

__attribute__((section(".noinit"))) static struct {
    uint16_t length;
    uint8_t octets[SLOT_OCTETS];
} slots[SLOTS];
static volatile uint32_t in, out;

void rx_frame(const uint8_t *frame, uint16_t length) {
    if (!rx_wanted(frame, length)) {
        lp_drop_filter();
        return;
    }
    if (in - out == SLOTS) {
        lp_drop_queue();
        return;
    }
    memcpy(slots[in % SLOTS].octets, frame, length);
    slots[in % SLOTS].length = length;
    if (rx_overwritten())
        lp_drop_queue();
    else
        in++;
}

const uint8_t *rx_take(uint16_t *length) {
    if (in == out)
        return NULL;
    *length = slots[out % SLOTS].length;
    return slots[out % SLOTS].octets;
}

void rx_release(void) {
    out++;
}
