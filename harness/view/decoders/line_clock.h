/* A receiver's clock on Manchester code: edges in, bits out.
 *
 * It locks to the first two edges a whole bit apart (only two edges in the middle of bits can
 * be), then follows the middles by a phase locked loop. Without frequency error it bears edges
 * +-18 ns off and more; a receiver has to bear 30 ns peak to peak (78Q2123 data sheet, p. 31).
 */
#ifndef HARNESS_VIEW_DECODERS_LINE_CLOCK_H
#define HARNESS_VIEW_DECODERS_LINE_CLOCK_H

#include <stdbool.h>

#define LINE_CLOCK_MOST 4 /* bits out of one edge */

struct line_bit {
    double from, to; /* the bit's cell */
    int value;       /* 0 or 1; -1: no edge in its middle, or one too many */
};

struct line_clock {
    double nominal;  /* of a bit, in the unit of all times here */
    double period;   /* as followed */
    double middle;   /* of the last bit, as followed */
    double cell;     /* where the next bit's cell begins */
    double previous; /* before the lock: the last edge */
    unsigned n_edges, n_middles;
    bool locked, preamble, previous_high;
};

/* Bits of `nominal`. While `preamble` is true (the caller ends it) no edge is expected at the
 * boundary of cells, and edges may be further off. */
void line_clock_init(struct line_clock *clock, double nominal);
/* An edge to high or low. Returns how many bits it ends the wait for. Of a gap of more than
 * LINE_CLOCK_MOST bits within a transmission only the first are told. */
unsigned line_clock_edge(struct line_clock *clock, double time, bool high,
                         struct line_bit bits[LINE_CLOCK_MOST]);

#endif
