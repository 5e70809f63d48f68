/* A shape of code on which a kernel's verifier has been seen to explode, and in a long loop to
 * take the loading process with it: a branchless step of a CRC, c >> 1 ^ (POLY & -(c & 1)). The
 * sign of a bit becomes a mask of which the verifier follows both values at every step.
 * Multiplying by the bit behind an asm barrier does the same and is verified in a line. */
#ifndef HARNESS_XDP_TRAP_H
#define HARNESS_XDP_TRAP_H

#include <stdbool.h>

#include "harness/xdp/object.h"

/* How many there are; `first`: the instruction of the first. */
unsigned xdp_traps(const struct bpf_insn *insns, size_t n, size_t *first);

/* False with SIM_ERR_UNMODELLED naming the first. */
bool xdp_trap_free(const struct xdp_object *object, struct sim_err *err);

#endif
