/* Every single fault of a list generated from a netlist, as --edit texts: what a tool that judges
 * boards should notice. */
#ifndef HARNESS_GATE_FAULTS_H
#define HARNESS_GATE_FAULTS_H

#include <stddef.h>

#include "harness/board.h"

enum fault_kind {
    FAULT_OPEN,    /* a pin is not soldered */
    FAULT_BRIDGE,  /* solder between neighbouring pins of a part */
    FAULT_HIGH,    /* an input is on the supply, */
    FAULT_LOW,     /* or on ground */
    FAULT_REMOVED, /* a part of two pins is missing, */
    FAULT_SHORTED, /* or bridged, */
    FAULT_HALF,    /* or has half its value, */
    FAULT_DOUBLE,  /* or twice */
    FAULT_SWAPPED, /* two like units of a part have changed places */
    FAULT_FAMILY,  /* another make or family of the part */
    FAULT_KINDS
};

#define FAULT_EDITS     10 /* two units of five pins */
#define FAULT_EDIT_TEXT 160

struct fault {
    enum fault_kind kind;
    unsigned n_edits;
    char edits[FAULT_EDITS][FAULT_EDIT_TEXT];
    char what[128]; /* "U8.2 and U8.3 bridged" */
};

/* In the order of the netlist. The caller frees `*out`. Connectors without pin numbers have no
 * neighbours; a part without a model has no inputs and no units. */
size_t faults_list(const struct board *board, struct fault **out);

const char *fault_kind_name(enum fault_kind kind); /* "open" */

#endif
