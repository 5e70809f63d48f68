/* The simulated board as a live session wants it: netlist, MCU and firmware, its transmit pair
 * listened to. */
#ifndef HARNESS_LIVE_BOARD_H
#define HARNESS_LIVE_BOARD_H

#include "harness/board.h"
#include "harness/cosim.h"
#include "harness/live.h"
#include "harness/live_taps.h"
#include "harness/options.h"

struct live_board_settings {
    const struct board *board;
    const char *image;             /* ELF */
    const struct options *options; /* seed, strictness, cache, what a developer asked for */
};

struct live_rig;

/* NULL with `err`: a board without a transmitter (INPUT), and as cosim_create() and
 * replay_create(). */
struct live_rig *live_rig_create(const struct live_board_settings *settings, struct sim_err *err);
void live_rig_destroy(struct live_rig *rig); /* accepts NULL */
/* What is to be written at the end is; false with `err`. */
bool live_rig_commit(struct live_rig *rig, struct sim_err *err);

/* For struct live_settings. */
struct live_board live_rig_board(struct live_rig *rig);
/* Who is told the crossings of its limits' thresholds; before time goes on. */
void live_rig_attach(struct live_rig *rig, struct live *live, const struct partner_limits *limits);
/* Where the frames at each place go; before time goes on. */
void live_rig_tap(struct live_rig *rig, struct live_taps *taps);
/* What the partner made of one of the board's frames, for its place in the taps. */
void live_rig_judged(struct live_rig *rig, const struct partner_frame *frame);
/* The cable's delay, one way. */
sim_time live_rig_delay(const struct live_rig *rig);
/* The MCU; the firmware has come to an end, a fault. */
const struct cosim *live_rig_cosim(const struct live_rig *rig);
bool live_rig_ended(const struct live_rig *rig);
/* How often the clock of the MCU's transmitting SPI has changed. */
uint64_t live_rig_sent(const struct live_rig *rig);
/* How many times slower than real time frames to the board were simulated so far, by the host's
 * clock; 0: there were none. */
double live_rig_slowness(const struct live_rig *rig);
struct cosim_figures live_rig_figures(const struct live_rig *rig);
const char *live_rig_misuse(const struct live_rig *rig, char *out, size_t size);

#endif
