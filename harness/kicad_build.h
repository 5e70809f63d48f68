/* What the two KiCad readers share: adding pins with checks, within limits that keep a
 * hostile file from costing more than about a second. */
#ifndef HARNESS_KICAD_BUILD_H
#define HARNESS_KICAD_BUILD_H

#include "harness/sexpr.h"
#include "sim/netlist.h"

#define KICAD_MAX_PARTS     16384u
#define KICAD_MAX_PINS      65536u
#define KICAD_MAX_PART_PINS 4096u

struct kicad_build {
    const struct sexpr *sexpr;
    const char *file;
    struct netlist *netlist;
    struct sim_err *err;
};

typedef struct netlist *kicad_parser(const char *data, size_t size, const char *file,
                                     struct sim_err *err);
/* The whole file through `parse`. */
struct netlist *kicad_read(const char *path, kicad_parser *parse, struct sim_err *err);

/* An error at a node's line. Always false. */
bool kicad_fail(const struct kicad_build *build, uint32_t node, const char *format, ...);

/* "R_0805" of "Resistor_SMD:R_0805"; never NULL. */
const char *kicad_base_name(const char *footprint);

/* A pin, or a further pad of one; an error when the same number sits on another net. */
bool kicad_add_pin(const struct kicad_build *build, uint32_t node, uint32_t part,
                   const char *number, const char *name, uint32_t net);

#endif
