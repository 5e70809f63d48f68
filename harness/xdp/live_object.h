/* A program loaded for use, with a real CPU map. */
#ifndef HARNESS_XDP_LIVE_OBJECT_H
#define HARNESS_XDP_LIVE_OBJECT_H

#include "harness/xdp/program.h"
#include "sim/err.h"

struct bpf_object;

/* Object `name` ("flow") opened, with the setup's configuration in it, not loaded. NULL with
 * `err`. */
struct bpf_object *xdp_open(const char *name, const struct xdp_setup *setup, struct sim_err *err);

/* Load it; false with SIM_ERR_ENVIRONMENT without the right to, SIM_ERR_UNMODELLED when the
 * verifier refuses. `program`: the descriptor of its only program. */
bool xdp_load(struct bpf_object *object, int *program, struct sim_err *err);

/* Give the CPUs of setup->filled a queue of `queue` frames each (16384 at most). */
bool xdp_fill_cpus(struct bpf_object *object, const struct xdp_setup *setup, unsigned queue,
                   struct sim_err *err);

#endif
