#include "harness/view/decoders/line_clock.h"

#define NEAR          0.25 /* of a bit: half way between a middle and a boundary */
#define NEAR_PREAMBLE 0.4  /* while boundaries have no edges and the phase is not sure */
#define UNSURE        8    /* middles: the phase is known after them */
#define AVERAGED      16   /* middles that the phase is an average of */
#define FREQUENCY     (1.0 / 1024)
#define PULLED        0.02 /* of a bit, at most: far beyond any crystal */

void line_clock_init(struct line_clock *clock, double nominal) {
    *clock = (struct line_clock){.nominal = nominal, .period = nominal, .preamble = true};
}

static struct line_bit bit_of(struct line_clock *clock, int value) {
    struct line_bit bit = {clock->cell, clock->middle + clock->period / 2, value};
    clock->cell = bit.to;
    return bit;
}

/* Two middles: a bit each. */
static unsigned lock(struct line_clock *clock, double time, bool high, struct line_bit *bits) {
    double early = clock->previous;
    clock->locked = true;
    clock->n_middles = 2;
    clock->middle = early + (time - early - clock->period) / 2;
    clock->cell = clock->middle - clock->period / 2;
    bits[0] = bit_of(clock, clock->previous_high);
    clock->middle += clock->period;
    bits[1] = bit_of(clock, high);
    return 2;
}

static unsigned wait(struct line_clock *clock, double time, bool high, struct line_bit *bits) {
    double since = time - clock->previous, off = since - clock->nominal;
    bool whole =
        clock->n_edges > 0 && off >= -NEAR * clock->nominal && off <= NEAR * clock->nominal;
    unsigned n = whole ? lock(clock, time, high, bits) : 0;
    clock->n_edges++;
    clock->previous = time;
    clock->previous_high = high;
    return n;
}

static struct line_bit middle(struct line_clock *clock, double off, bool high) {
    double most = PULLED * clock->nominal;
    if (clock->n_middles < AVERAGED)
        clock->n_middles++;
    else
        clock->period += off * FREQUENCY;
    if (clock->period > clock->nominal + most)
        clock->period = clock->nominal + most;
    if (clock->period < clock->nominal - most)
        clock->period = clock->nominal - most;
    clock->middle += clock->period + off / clock->n_middles;
    return bit_of(clock, high);
}

/* Bits that passed without an edge in the middle, up to `time`. */
static unsigned missed(struct line_clock *clock, double time, double near, struct line_bit *bits) {
    unsigned n = 0;
    while (time - clock->middle > (1 + near) * clock->period && n < LINE_CLOCK_MOST - 1) {
        clock->middle += clock->period;
        bits[n++] = bit_of(clock, -1);
    }
    if (time - clock->middle > (1 + near) * clock->period) /* too long to count */
        clock->middle = time - clock->period;
    return n;
}

unsigned line_clock_edge(struct line_clock *clock, double time, bool high,
                         struct line_bit bits[LINE_CLOCK_MOST]) {
    if (!clock->locked)
        return wait(clock, time, high, bits);
    double near = clock->preamble && clock->n_middles < UNSURE ? NEAR_PREAMBLE : NEAR;
    unsigned n = missed(clock, time, near, bits);
    double off = time - clock->middle - clock->period;
    if (off >= -near * clock->period)
        bits[n++] = middle(clock, off, high);
    return n;
}
