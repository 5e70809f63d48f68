/* The partner's input comparators: a waveform in pieces becomes the levels that
 * partner_edge() takes.
 *
 * Pieces are looked at in steps that grow with their age, no term of them being fast for
 * long: an excursion of less than PARTNER_INPUT_STEP_PS may pass unseen, as it does in the
 * filter that every real port has in front (three poles at 15 MHz; IEEE 802.3 14.3.1.3.2).
 */
#ifndef MODELS_LINE_PARTNER_INPUT_H
#define MODELS_LINE_PARTNER_INPUT_H

#include "models/line/partner.h"
#include "models/line/transmitter_piece.h"

#define PARTNER_INPUT_STEP_PS 4000

#define PARTNER_INPUT_BITS 18 /* of a piece's age in ps that are looked up; then it is computed */

/* exp((rate + 2 pi turns i) dt) for each power of two of dt. */
struct partner_input_factor {
    double rate, turns;
    struct {
        double re, im;
    } power[PARTNER_INPUT_BITS];
};

struct partner_input {
    const struct partner_limits *limits;
    void *user;
    void (*on_level)(void *user, sim_time time, int level);
    /* Set while the squelch is open: what exceeds the slicer then counts as strong, and where it
     * exceeds the squelch need not be found. */
    bool open;
    int level; /* as last seen */
    /* The terms of the latest pieces, by their place; a driver has two systems, on and off. */
    struct partner_input_factor factors[2][TRANSMITTER_TERMS];
    unsigned older; /* of the two */
};

/* In ascending order, without a gap. A piece must not lie before what the partner has run to. */
void partner_input_piece(struct partner_input *input, const struct transmitter_piece *piece);

#endif
