/* The running kernel's own answer, on the unmodified object file, without any device.
 *
 * BPF_PROG_TEST_RUN tells the action alone. The slot is spelt in bits: the object is loaded
 * several times with its CPU map made a device map (which takes the same keys and values), and
 * in the load of bit b only those slots hold a device whose number has this bit. A redirect is
 * a 1. A load with every filled slot tells whether there is a redirect at all, and one with
 * none what else is answered.
 */
#ifndef HARNESS_XDP_KERNEL_H
#define HARNESS_XDP_KERNEL_H

#include "harness/xdp/program.h"
#include "sim/err.h"

struct xdp_kernel;

/* NULL with SIM_ERR_ENVIRONMENT and one line when this user or this kernel may not load, with
 * SIM_ERR_UNMODELLED when the verifier refuses the program. */
struct xdp_kernel *xdp_kernel_create(const struct xdp_setup *setup, struct sim_err *err);
void xdp_kernel_destroy(struct xdp_kernel *kernel); /* accepts NULL */

/* What BPF_PROG_TEST_RUN takes: a page less its head and tail room (net/bpf/test_run.c). */
#define XDP_KERNEL_LONGEST  3500
#define XDP_KERNEL_SHORTEST 15 /* something behind the Ethernet header */

/* One frame of XDP_KERNEL_SHORTEST to XDP_KERNEL_LONGEST octets. */
bool xdp_kernel_decide(struct xdp_kernel *kernel, const uint8_t *frame, size_t n,
                       struct xdp_decision *out, struct sim_err *err);

/* bpf_get_hash_recalc() of the frame, by the kernel's flow dissector: the same for both
 * directions of a flow, another one after each boot. */
bool xdp_kernel_hash(struct xdp_kernel *kernel, const uint8_t *frame, size_t n, uint32_t *hash,
                     struct sim_err *err);

#endif
