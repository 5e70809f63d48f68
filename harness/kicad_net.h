/* KiCad netlist export (.net, S-expression, KiCad 5 to 9) into a netlist.
 *
 * Read: components (ref, value, footprint, libsource part, the dnp property), libparts
 * (pin names, where the nodes carry none: KiCad 5), nets and their nodes. Errors: no export
 * at all, no parts, a reference twice, a node of an unknown reference, a pin on two nets.
 */
#ifndef HARNESS_KICAD_NET_H
#define HARNESS_KICAD_NET_H

#include <stddef.h>

#include "sim/err.h"
#include "sim/netlist.h"

/* The caller destroys the result; NULL and `err` on failure. */
struct netlist *kicad_net_read(const char *path, struct sim_err *err);
struct netlist *kicad_net_parse(const char *data, size_t size, const char *file,
                                struct sim_err *err);

#endif
