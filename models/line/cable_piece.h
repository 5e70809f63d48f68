/* A waveform in pieces at the far end of a cable, in pieces again: each term by the cable's gain
 * at the term's own (complex) frequency, and the transients of the cable's poles.
 */
#ifndef MODELS_LINE_CABLE_PIECE_H
#define MODELS_LINE_CABLE_PIECE_H

#include "models/line/cable.h"
#include "models/line/transmitter_piece.h"

struct cable_piece {
    const struct cable *cable;
    double pole[CABLE_POLES]; /* each pole's value where the last piece ended */
};

/* At rest, input 0. The cable outlives it. */
void cable_piece_init(struct cable_piece *state, const struct cable *cable);
/* The next piece, without a gap behind the last, to what comes out in its time (the bulk delay
 * not counted). The input has TRANSMITTER_TERMS - CABLE_POLES terms at most. */
void cable_piece_pass(struct cable_piece *state, const struct transmitter_piece *in,
                      struct transmitter_piece *out);

#endif
