/* The two XDP programs, and what one of them makes of a frame. */
#ifndef HARNESS_XDP_PROGRAM_H
#define HARNESS_XDP_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/xdp/bpf/hash.h"
#include "harness/xdp/bpf/reference.h"

enum xdp_program { XDP_REFERENCE, XDP_FLOW };

/* What decides beside the frame. `reference` has eight CPUs whose slots are 0 to 7, and knows of
 * nothing else. */
struct xdp_setup {
    enum xdp_program program;
    struct flow_config config;
    uint64_t filled; /* bit s: slot s of the CPU map holds a CPU */
};

/* Redirected to `slot`, or not: then `action` is why (XDP_PASS, XDP_ABORTED, ...). */
struct xdp_decision {
    int action;    /* enum xdp_action of <linux/bpf.h> */
    uint32_t slot; /* with XDP_REDIRECT; otherwise 0 */
};

/* What only a look at the inside tells. */
struct xdp_inside {
    enum flow_class of; /* of `reference`: FLOW_PORTS or FLOW_NOT_PPPOE */
    struct flow_tuple tuple;
    uint32_t hash, index; /* 0 when it was not hashed */
};

/* By the programs' own headers, compiled for the host. `inside` may be NULL. */
struct xdp_decision xdp_native(const struct xdp_setup *setup, const uint8_t *frame, size_t n,
                               struct xdp_inside *inside);

/* `cpus` CPUs whose slots are 0 ... cpus - 1, all of them filled. At most FLOW_MAX_CPUS. */
struct xdp_setup xdp_setup_of(enum xdp_program program, enum flow_hash hash, unsigned cpus);

const char *xdp_class_name(enum flow_class of);
const char *xdp_hash_name(enum flow_hash hash);

#endif
