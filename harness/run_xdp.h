/* `run --xdp`: does the flow-hash program decide the same on the frames the board recovered as on
 * those that were sent? Short frames come back padded, so this is no matter of course. All
 * functions but the first accept NULL: not wanted. */
#ifndef HARNESS_RUN_XDP_H
#define HARNESS_RUN_XDP_H

#include "harness/run_result.h"
#include "sim/err.h"

struct run_xdp;

/* NULL with `err` when the program was not built. */
struct run_xdp *run_xdp_open(uint64_t seed, struct sim_err *err);
void run_xdp_close(struct run_xdp *x);

/* A frame of a capture, as it stands there, and as it goes onto the line, FCS included. */
void run_xdp_sent(struct run_xdp *x, uint64_t frame, const uint8_t *octets, size_t n,
                  const uint8_t *wire, size_t n_wire);
/* A frame as it was recovered, without FCS. False with `err` when a way to decide broke down. */
bool run_xdp_recovered(struct run_xdp *x, const uint8_t *octets, size_t n, struct sim_err *err);

void run_xdp_conclude(const struct run_xdp *x, struct run_result *result);

#endif
