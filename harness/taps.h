/* Frames at the places of the path, in one pcapng file: an interface per place, nanoseconds,
 * each frame with its FCS, a comment on those that are damaged or lost. Frames are written in
 * the order of time, whichever place reports first. The file appears whole or not at all; a
 * FIFO is written as a live session goes on. */
#ifndef HARNESS_TAPS_H
#define HARNESS_TAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/simtime.h"

/* line-in: as sent by the partner, at the first bit of the preamble. mcu-rx: octets at the
 * pins of the MCU's SPI slave, at the select. mcu-tx: octets at its master's pins, at the first
 * clock edge. line-out: decoded at the line driver, at the first edge. host, in a live session
 * only: both ways behind the partner, without FCS. */
enum taps_place { TAP_LINE_IN, TAP_MCU_RX, TAP_MCU_TX, TAP_LINE_OUT, TAP_HOST, TAPS };

/* No place reports a frame, or what became of it, later than this after its time: see
 * DELIVERED_PATIENCE; the longest frame takes 14 ms. */
#define TAPS_LATEST  (100 * SIM_MS)
#define TAPS_WAITING 16384 /* frames at most between then and now: four full lines have 6,000 */

struct taps;

/* `live`: with the host's place, and a FIFO is not opened before somebody reads it. NULL with
 * `err` as outfile_open(). */
struct taps *taps_create(const char *path, bool live, struct sim_err *err);
void taps_destroy(struct taps *taps); /* what was not committed is removed; accepts NULL */

struct taps_packet {
    enum taps_place tap;
    sim_time time;
    const uint8_t *octets; /* from the destination address on; copied */
    size_t n;              /* 0 allowed */
    size_t whole;          /* of the frame that was cut to n; 0: it was not */
    const char *comment;   /* NULL: none */
};
/* False when more than TAPS_WAITING wait, or out of memory. */
bool taps_frame(struct taps *taps, const struct taps_packet *packet, struct sim_err *err);
/* A comment on a frame given already, of that place and a time from..to; false when it has been
 * written, or has one. */
bool taps_comment(struct taps *taps, enum taps_place tap, sim_time from, sim_time to,
                  const char *comment);
bool taps_crowded(const struct taps *taps); /* half of what may wait does */
/* Everywhere, time has come to `now`. */
void taps_now(struct taps *taps, sim_time now);
bool taps_commit(struct taps *taps, struct sim_err *err);

/* True when somebody reads the FIFO, or it is none. Who goes away may come back, and gets what
 * comes from then on. */
bool taps_read(struct taps *taps);
uint64_t taps_dropped(const struct taps *taps); /* frames the FIFO's reader did not take in time */

#endif
