/* Receives frames: octets by DMA from the SPI slave, frame ends from PC6. Two strategies,
 * chosen at build time by linking one of them:
 *
 *   rx_ring.c    the DMA runs for ever around a ring; the interrupt at a frame's end notes
 *                where it ended and resynchronises the SPI, the FCS is checked in PendSV
 *   rx_rearm.c   as the reference firmware: the interrupt stops the DMA, checks the FCS and
 *                starts it anew in another buffer
 */
#ifndef FIRMWARE_DRIVERS_RX_H
#define FIRMWARE_DRIVERS_RX_H

#include <stdbool.h>
#include <stdint.h>

enum {
    RX_FCS = 4,
    RX_SHORTEST = 64, /* with FCS */
    RX_LONGEST = 1522 /* with FCS and a VLAN tag */
};

/* What happened since reset. Each frame end is counted in exactly one of the first block. */
struct rx_counters {
    uint32_t delivered;
    uint32_t bad_fcs;
    uint32_t too_short;
    uint32_t too_long;
    uint32_t overwritten; /* the ring came round before the frame was checked */
    uint32_t no_descriptor;

    uint32_t first_bit;   /* of delivered: good only with the first bit inverted */
    uint32_t filtered;    /* of delivered: for someone else */
    uint32_t queue_full;  /* of delivered: the main loop was behind */
    uint32_t false_edges; /* PC6 was low again */
    uint32_t dma_errors;
    uint32_t isr_last, isr_longest; /* cycles in the interrupt at a frame's end */
};
extern struct rx_counters rx_counters;

/* Both priorities, 0 the most urgent. Nothing else may delay the first. */
enum { RX_EDGE_PRIORITY = 0, RX_CHECK_PRIORITY = 14 };

void rx_init(void);

/* rx_ring.c calls it in PendSV after lp_deliver_frame(): the image's, or that of rx_slots.c.
 * The frame is there until it returns, or until the ring comes round: rx_overwritten(). */
void rx_frame(const uint8_t *frame, uint16_t length);
bool rx_overwritten(void);

/* The image's, for rx_slots.c and rx_rearm.c: whether the main loop wants this frame. Called
 * in an interrupt. */
bool rx_wanted(const uint8_t *frame, uint16_t length);

/* rx_slots.c and rx_rearm.c: the oldest wanted frame, without FCS, or NULL. It stays until
 * rx_release(). */
const uint8_t *rx_take(uint16_t *length);
void rx_release(void);

/* Called for every complete frame with a good FCS, before any filter, with the length without
 * FCS. Does nothing: it is where an observer reads what the driver received. */
void lp_deliver_frame(const uint8_t *frame, uint16_t length);

/* What became of frames otherwise, for the same observer. Each counts in rx_counters. */

/* The frame delivered last is for someone else; finds no room. */
void lp_drop_filter(void);
void lp_drop_queue(void);
/* A frame that begins at `frame` cannot wait for its check: it will not be delivered. */
void lp_lose_frame(const uint8_t *frame);

#endif
