/* A stretch of a waveform between two events, exact: a constant and damped exponentials.
 *
 *     v(t) = constant + sum of  exp(rate dt) (re cos(2 pi turns dt) - im sin(2 pi turns dt))
 *
 * with dt = t - start in ps. Volt, or whatever the constant's unit is.
 */
#ifndef MODELS_LINE_TRANSMITTER_PIECE_H
#define MODELS_LINE_TRANSMITTER_PIECE_H

#include <stdbool.h>

#include "sim/simtime.h"

#define TRANSMITTER_TERMS 13 /* five of the transmitter, eight of a cable */

struct transmitter_term {
    double re, im;
    double rate, turns; /* per ps; rate < 0 */
};

struct transmitter_piece {
    sim_time start, end; /* holds in [start, end) */
    double constant;
    unsigned n;
    struct transmitter_term terms[TRANSMITTER_TERMS];
};

double transmitter_piece_value(const struct transmitter_piece *piece, sim_time time);

/* The first ps in [from, end) at which the value is at or above `level` (`above`), or at or
 * below it; SIM_NEVER when there is none. Exact to the ps where the value passes `level`
 * once between two of the points it looks at, which lie 0.1 ns apart at the start of the
 * piece and up to a sixteenth of its age later on: no term moves faster than that. */
sim_time transmitter_piece_reach(const struct transmitter_piece *piece, sim_time from, double level,
                                 bool above);

/* When all but what moves slower than `slow` (ps; 1/e, 1/(2 pi) of a turn) has come below
 * `small`: from there on the piece is next to straight. */
sim_time transmitter_piece_calm(const struct transmitter_piece *piece, double slow, double small);

/* The next point to look at after `time`, end - 1 at the latest; `end` after that. */
sim_time transmitter_piece_next(const struct transmitter_piece *piece, sim_time time);

#endif
