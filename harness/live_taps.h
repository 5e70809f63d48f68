/* --taps-out of a live session: the four places of a run, and the host's side. What the partner
 * finds wrong with a frame of the board becomes a comment on it at line-out. */
#ifndef HARNESS_LIVE_TAPS_H
#define HARNESS_LIVE_TAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/taps.h"
#include "harness/transmit.h"

struct live_taps;

/* A pipe is opened when somebody reads it. `swapped`: see struct transmit_settings. NULL with
 * `err` as taps_create(). The others accept NULL: nobody wants them. */
struct live_taps *live_taps_open(const char *path, bool swapped, struct sim_err *err);
void live_taps_close(struct live_taps *taps);

/* From the partner, whole or cut by a collision; the octets that came, of n. */
void live_taps_line_in(struct live_taps *taps, sim_time start, const uint8_t *octets, size_t came,
                       size_t n);
void live_taps_rx(struct live_taps *taps, const struct replay_burst *burst);
/* Pins of the SPI master; D and DE of the line driver. */
void live_taps_spi(struct live_taps *taps, sim_time time, bool clock, int level);
void live_taps_driver(struct live_taps *taps, sim_time time, enum transmit_net net, int level);
/* A frame of the board that began about then, and what is wrong with it. */
void live_taps_damaged(struct live_taps *taps, sim_time start, const char *why);
/* Without FCS, either way. */
void live_taps_host(struct live_taps *taps, sim_time time, const uint8_t *frame, size_t n);

/* The driver and the pins have come to `now`. False with `err` once the file takes no more: the
 * taps are to be closed. */
bool live_taps_now(struct live_taps *taps, sim_time now, struct sim_err *err);
bool live_taps_commit(struct live_taps *taps, sim_time now, struct sim_err *err);

#endif
