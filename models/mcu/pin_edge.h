/* Edges at the pins of an MCU, many at a time. */
#ifndef MODELS_MCU_PIN_EDGE_H
#define MODELS_MCU_PIN_EDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of a list of edges in ascending order of `pin`, those of one pin in order of time. `dt` ps
 * after a start that goes with the list; of edges of one time that with the lower `rank`, less
 * than their number, is first; `pin` counts in a list of pins. */
struct pin_edge {
    int32_t dt;
    uint16_t rank;
    uint8_t pin, level;
};

/* What a list means to a receiver that shifts in a bit at every other edge of a clock, pin 0,
 * from its data, pin 1: worked out once for a list that comes again and again. The edges of
 * these two in order of time; each turns the level of its pin. */
enum { PIN_DIGEST_EDGES = 40, PIN_DIGEST_CLOCKS = 20 };
struct pin_digest {
    uint8_t n, n_clocks;             /* edges; n 0: there is no digest */
    uint8_t first_clock, first_data; /* levels after the first edge of each */
    uint32_t others;                 /* edges of the list before those of other pins */
    int32_t first, last;             /* ps, of the first edge and the last */
    uint32_t sampled[2]; /* by level of the clock: whether data is turned at each edge to that
                          * level, the first uppermost */
    uint8_t position[PIN_DIGEST_CLOCKS]; /* of each edge of the clock among all */
    struct pin_move {
        int32_t dt;
        uint8_t rank, clocks; /* the latter: edges of the clock before this one */
    } move[PIN_DIGEST_EDGES];
};

struct pin_list {
    const struct pin_edge *edges;
    size_t n;
    const struct pin_digest *digest; /* NULL: none */
};

/* False when there is no digest of the list: too many edges, one that turns nothing, none at all;
 * out->n is 0 then. */
bool pin_digest_make(struct pin_digest *out, const struct pin_edge *edges, size_t n);

#endif
