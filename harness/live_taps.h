/* --taps-out of a live session: what passes at each place, decoded where it is edges, judged
 * where somebody does. Every function accepts NULL: nothing is wanted.
 */
#ifndef HARNESS_LIVE_TAPS_H
#define HARNESS_LIVE_TAPS_H

#include "harness/board.h"
#include "harness/replay.h"
#include "harness/taps.h"
#include "models/line/partner.h"

struct live_taps;

/* NULL with `err`: as taps_create(), or a board without a line driver (INPUT). */
struct live_taps *live_taps_create(const struct board *board, const char *path,
                                   struct sim_err *err);
void live_taps_destroy(struct live_taps *live);
struct taps *live_taps_file(struct live_taps *live);

/* The driver's inputs and the MCU's pins; levels at time 0 come first. */
void live_taps_driver(struct live_taps *live, sim_time time, bool enable, int level);
void live_taps_spi(struct live_taps *live, sim_time time, bool clock, int level);
/* The partner's frame, `sent` of its n octets before a jam. */
void live_taps_sent(struct live_taps *live, sim_time start, const uint8_t *octets, size_t sent,
                    size_t n);
/* What the MCU was given; `cut`: by a jam. */
void live_taps_received(struct live_taps *live, const struct replay_burst *burst, bool cut);
/* The partner's verdict on what left the board at about `start`. */
void live_taps_judged(struct live_taps *live, sim_time start, enum partner_damage damage);
/* A frame to or from the host; `lost`: why it got no further, NULL. */
void live_taps_host(struct live_taps *live, sim_time time, const uint8_t *octets, size_t n,
                    const char *lost);

/* Everything up to `now` was told. False with `err` when too much waits. */
bool live_taps_now(struct live_taps *live, sim_time now, struct sim_err *err);
bool live_taps_commit(struct live_taps *live, sim_time now, struct sim_err *err);

#endif
