/* The program on a real device: frames sent through a veth pair in a network namespace of their
 * own, redirected by a real CPU map, and taken up by packet sockets, one for each CPU.
 */
#ifndef HARNESS_XDP_ENDTOEND_H
#define HARNESS_XDP_ENDTOEND_H

#include "harness/xdp/program.h"
#include "sim/err.h"

/* XDP_RPS: no program; the kernel's Receive Packet Steering spreads over all CPUs, to compare
 * with. Nothing is predicted then. */
enum xdp_mode { XDP_NATIVE, XDP_GENERIC, XDP_RPS };

struct xdp_frame {
    const uint8_t *octets;
    size_t n;
};

struct xdp_trip {
    uint64_t sent, arrived, redirected;
    uint64_t predicted[FLOW_MAX_CPUS], observed[FLOW_MAX_CPUS]; /* redirected frames, by CPU */
    uint64_t lost;      /* neither arrived nor predicted to be dropped */
    uint64_t dropped;   /* predicted to be dropped (XDP_ABORTED), and not seen */
    uint64_t elsewhere; /* seen on another CPU than predicted, or although dropped */
    uint64_t overtaken; /* arrived behind a later frame of their flow */
    double seconds;     /* of the host's time, from the first frame sent to the last arrived */
};

/* Sends each frame once, with a serial number as padding behind it. `setup` names CPUs of this
 * machine. False with SIM_ERR_ENVIRONMENT when there is no right to do this; the caller's own
 * namespace is not touched. */
bool xdp_end_to_end(const struct xdp_setup *setup, enum xdp_mode mode,
                    const struct xdp_frame *frames, size_t n, struct xdp_trip *out,
                    struct sim_err *err);

/* CPUs a CPU map can send to: those online, at most FLOW_MAX_CPUS. */
unsigned xdp_online_cpus(uint32_t slots[FLOW_MAX_CPUS]);

#endif
