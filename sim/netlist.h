/* Parts, pins and nets as plain data, plus checked queries and the edits that make
 * board variants. Knows nothing of KiCad, values or models.
 *
 * Ownership: the netlist owns every string it holds; pointers stay valid until
 * netlist_destroy(). Indices are stable: nothing is ever removed, a removed part is
 * only marked, and a disconnected pin has net NETLIST_NONE.
 */
#ifndef SIM_NETLIST_H
#define SIM_NETLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETLIST_NONE UINT32_MAX

struct netlist_pin {
    uint32_t part;      /* index into parts */
    uint32_t net;       /* index into nets, or NETLIST_NONE when unconnected */
    uint32_t next;      /* next pin of the same part, or NETLIST_NONE */
    const char *number; /* pad number as in the footprint, "1", "+5V", never NULL */
    const char *name;   /* pin function, "~{Q}", or "" */
    long line;          /* of the board's file, 1-based; 0 when unknown */
};

struct netlist_part {
    const char *ref;       /* "U4" */
    const char *value;     /* as written on the board, "74HC08", "0.68"; may be "" */
    const char *footprint; /* library footprint name without library, may be "" */
    const char *library;   /* symbol library part ("74HC08", "R"), may be "" (PCB files) */
    uint32_t first_pin;    /* NETLIST_NONE when it has none */
    uint32_t last_pin;
    bool removed; /* by an edit, or `0` pF */
    long line;    /* of the board's file, 1-based; 0 when unknown */
};

struct netlist_net {
    const char *name; /* as in KiCad, "/sck", "Net-(C9-Pad2)", "GND" */
};

struct netlist {
    struct netlist_part *parts;
    uint32_t n_parts;
    struct netlist_pin *pins;
    uint32_t n_pins;
    struct netlist_net *nets;
    uint32_t n_nets;
    struct netlist_store *store; /* strings and name index, private */
};

struct netlist *netlist_create(void);
void netlist_destroy(struct netlist *netlist); /* accepts NULL */

/* Adders return the new index, or NETLIST_NONE when `ref` exists already
 * (netlist_add_part only). NULL strings are taken as "". */
uint32_t netlist_add_part(struct netlist *netlist, const char *ref, const char *value,
                          const char *footprint, const char *library);
uint32_t netlist_add_net(struct netlist *netlist, const char *name); /* find or create */
uint32_t netlist_add_pin(struct netlist *netlist, uint32_t part, const char *number,
                         const char *name, uint32_t net);
void netlist_set_value(struct netlist *netlist, uint32_t part, const char *value);

/* Queries; NETLIST_NONE when absent. A pin number that occurs more than once on a part
 * (GND pads) yields the first; NULL is no pin's. */
uint32_t netlist_find_part(const struct netlist *netlist, const char *ref);
uint32_t netlist_find_net(const struct netlist *netlist, const char *name);
uint32_t netlist_find_pin(const struct netlist *netlist, uint32_t part, const char *number);
/* The net of that pin; NETLIST_NONE also when it is on none. */
uint32_t netlist_pin_net(const struct netlist *netlist, uint32_t part, const char *number);

#endif
