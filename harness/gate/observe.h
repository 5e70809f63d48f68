/* What a board does on its nets, at several corners, with frames in, a frame out and link pulses:
 * two boards that do the same are one board for whoever uses it. */
#ifndef HARNESS_GATE_OBSERVE_H
#define HARNESS_GATE_OBSERVE_H

#include "harness/board.h"
#include "sim/simtime.h"

struct observation; /* the edges of the observed nets */

/* Observed are the nets that the board states ([attach], [stage]), the line driver's inputs and
 * whatever meets a connector or jack. Net names of the netlist identify them. NULL with `err` when
 * the board cannot be simulated. */
struct observation *observe(const struct board *board, struct sim_err *err);
void observation_destroy(struct observation *observation); /* accepts NULL */

/* True when every edge is there in both at the same picosecond, at every corner. Otherwise
 * `difference` says on which net first: "/sck: 3 of 812 edges more, up to 0.4 ns apart". */
bool observation_same(const struct observation *a, const struct observation *b, char *difference,
                      size_t size);

#endif
