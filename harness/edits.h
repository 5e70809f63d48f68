/* `--edit`: small changes to a netlist, so that variants need no files of their own.
 *
 *     open U5.12            the pin leaves its net
 *     short U8.2 /sck_tx    the pin leaves its net and joins the named one
 *     tie U4.12 VCC         the same, for a supply
 *     value R5=680          the value as it would stand on the board
 *     remove C10            the part is not fitted
 *     bridge U4.11 U4.12    the nets of both pins become one, that with more pins
 *
 * A pin is addressed by number, or by its name where that names one pin alone.
 */
#ifndef HARNESS_EDITS_H
#define HARNESS_EDITS_H

#include "sim/err.h"
#include "sim/netlist.h"

bool edit_apply(struct netlist *netlist, const char *edit, struct sim_err *err);

/* "; nearest is ..." for a reference or net that does not exist, in `out`. */
const char *edit_near_part(const struct netlist *netlist, const char *ref, char *out, size_t size);
const char *edit_near_net(const struct netlist *netlist, const char *net, char *out, size_t size);

#endif
