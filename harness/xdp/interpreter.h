/* A user-space interpreter of eBPF, as far as XDP programs of the kind in xdp/bpf need it: every
 * access is checked against the packet, the stack, the context, the maps' values and the
 * constant data; nothing outside of them can be read or written.
 *
 * Sources: Linux, Documentation/bpf/standardization/instruction-set.rst, and bpf-helpers(7).
 */
#ifndef HARNESS_XDP_INTERPRETER_H
#define HARNESS_XDP_INTERPRETER_H

#include "harness/xdp/object.h"
#include "harness/xdp/program.h"

struct xdp_interpreter;

/* With `flow`, setup->config becomes the object's `config`. The object is borrowed. NULL with `err`
 * when a map or the data cannot be had. */
struct xdp_interpreter *xdp_interpreter_create(const struct xdp_object *object,
                                               const struct xdp_setup *setup, struct sim_err *err);
void xdp_interpreter_destroy(struct xdp_interpreter *interpreter); /* accepts NULL */

/* One frame. False with SIM_ERR_UNMODELLED naming the instruction for an access out of bounds, an
 * unknown instruction or helper, or a program that does not end. The frame is not changed. */
bool xdp_interpret(struct xdp_interpreter *interpreter, const uint8_t *frame, size_t n,
                   struct xdp_decision *out, struct sim_err *err);

/* The values of an array map as they stand, by name; NULL: no such map. */
const uint8_t *xdp_interpreter_values(const struct xdp_interpreter *interpreter, const char *map);

#endif
