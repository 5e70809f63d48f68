/* The far end of the transmit pair: the driver's waveform through the board's cable into the
 * comparators of a link partner. */
#ifndef HARNESS_FAR_END_H
#define HARNESS_FAR_END_H

#include "harness/board_config.h"
#include "models/line/cable_piece.h"
#include "models/line/partner.h"
#include "models/line/partner_input.h"
#include "models/line/transmitter.h"

struct far_end {
    struct cable cable;
    struct cable_piece passing;
    struct partner_input input;
    struct partner *partner;
};

/* To stay where it is. The partner, made for the same limits, outlives it. False with `err`
 * (INPUT): no such cable. */
bool far_end_init(struct far_end *end, const struct board_line *line,
                  const struct partner_limits *limits, struct partner *partner,
                  struct sim_err *err);
/* Takes the waveform from the start on; the partner has then come to the last crossing. */
struct transmitter_sink far_end_sink(struct far_end *end);

#endif
