/* The line's waveform as a receiver's comparators would see it: what crosses zero and goes
 * on beyond +-300 mV (the level a receiver must reject) is an edge; edges without a pause of
 * a microsecond are a burst; what follows a burst is its tail.
 */
#ifndef MODELS_LINE_CLAUSE14_SIGNAL_H
#define MODELS_LINE_CLAUSE14_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "models/line/source.h"
#include "models/line/transmitter_piece.h"

#define SIGNAL_LEVEL     0.3  /* V; IEEE 802.3 14.3.1.3.2, from memory, check */
#define SIGNAL_REST      0.05 /* V; 14.3.1.2.1, figures 14-10 and 14-12 */
#define SIGNAL_PAUSE     SIM_US
#define SIGNAL_MAX_EDGES ((LINE_MAX_FRAME + 16) * 16)

struct signal_burst {
    struct line_edge *edges; /* zero crossings, the first where it left rest; level 0 or 1 */
    size_t n;
    bool overflow;               /* more edges than there is room for */
    double before;               /* V ahead of the first edge; NAN: not at rest */
    double peak_high, peak_low;  /* V */
    double mean;                 /* V, from the first edge to the last */
    sim_time high_from, high_to; /* the last time beyond +300 mV; equal: never */
    double after_high;           /* V, the lowest after high_to */
    double after_any;            /* V, the lowest since it was last beyond +-300 mV */
    sim_time tail_rest;          /* from here on within +-50 mV, up to the next burst */
};

/* Points of the last 30 ns. What they say of a tail is taken only when they leave: the ramp
 * into the next burst is none of it. */
#define SIGNAL_RECENT   128
#define SIGNAL_HOLDBACK (30 * SIM_NS)
struct signal_point {
    sim_time time;
    double volt;
};

struct signal {
    struct signal_burst burst;
    bool active;   /* a burst or its tail */
    int side;      /* beyond +300 mV: 1, beyond -300 mV: -1, not since rest: 0 */
    sim_time zero; /* the last crossing of 0 V */
    double last;   /* V at `at` */
    sim_time at;
    struct signal_point recent[SIGNAL_RECENT];
    unsigned recent_from, n_recent;
    double settled;            /* V, of the last point that left */
    double area, area_to_edge; /* volt ps since the first edge; up to the last edge */
    void *self;
    void (*done)(void *self, const struct signal_burst *burst); /* at its tail's end */
};

bool signal_init(struct signal *s); /* false: out of memory */
void signal_finish(struct signal *s);
void signal_piece(struct signal *s, const struct transmitter_piece *piece);
/* Ends the burst whose tail is still running, or drops it when its last edge came later
 * than `before`. */
void signal_flush(struct signal *s, sim_time before);

#endif
