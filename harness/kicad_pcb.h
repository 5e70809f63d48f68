/* KiCad PCB (.kicad_pcb, KiCad 5 to 9) into a netlist.
 *
 * Read: footprints (`module` before KiCad 6), reference and value (`fp_text`, or `property`
 * from KiCad 8), pads with their nets ((net 7 "/sck"), or by name alone) and pin functions.
 * A footprint without a numbered pad (logos, holes) is no part. References that are empty
 * or occur twice (REF**) are made unique by "#" and a number. Names stay as they are.
 */
#ifndef HARNESS_KICAD_PCB_H
#define HARNESS_KICAD_PCB_H

#include <stddef.h>

#include "sim/err.h"
#include "sim/netlist.h"

/* The caller destroys the result; NULL and `err` on failure. */
struct netlist *kicad_pcb_read(const char *path, struct sim_err *err);
struct netlist *kicad_pcb_parse(const char *data, size_t size, const char *file,
                                struct sim_err *err);

#endif
