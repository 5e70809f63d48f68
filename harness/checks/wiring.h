/* How a board is wired, for the static checks: what each pin does on its net, which levels a
 * net can ever take, what can make it toggle, and what its signal is wanted for.
 *
 * A node is a set of nets joined by wires: 0 ohm resistors, and switches and jumpers in the
 * position the board states. A pool is a set of nodes that nothing drives by itself, joined by
 * resistors: a resistor brings to it what drives its other end. All conclusions are one-sided:
 * what cannot be decided (a floating input, a part without a model, a connector) counts as able
 * to take both levels and to toggle, so that a "never" is always proven.
 */
#ifndef HARNESS_CHECKS_WIRING_H
#define HARNESS_CHECKS_WIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"

/* What a pin does on its net. */
enum wiring_role {
    WIRING_LOADS,    /* hangs there: R, C, timing pins, LEDs, taps */
    WIRING_DRIVES,   /* a push-pull output */
    WIRING_TRISTATE, /* an output that can be disabled */
    WIRING_CHANNEL,  /* a FET's drain or source */
    WIRING_HEARS,    /* a CMOS input, or a FET's gate */
    WIRING_LINE_IN,  /* a line receiver's input */
    WIRING_OUTSIDE,  /* a connector, or a part without a model: may drive and hear */
    WIRING_JACK_RX,  /* the line drives it */
    WIRING_JACK_TX,  /* the line hears it */
    WIRING_POWER,    /* supply pin of a part */
    WIRING_GROUND,
    WIRING_NOTHING, /* test point, hole, logo: only looks */
};

/* What can make a net toggle; or'ed. */
enum {
    WIRING_BY_LINE = 1,    /* the receive pair */
    WIRING_BY_SENDER = 2,  /* the MCU's sending SPI (attach.tx_clk, attach.tx_mosi) */
    WIRING_BY_MCU = 4,     /* other pins of the MCU */
    WIRING_BY_OUTSIDE = 8, /* another connector, or a part without a model */
    WIRING_BY_ITSELF = 16, /* an oscillator on the board */
};

enum wiring_rail { WIRING_NO_RAIL, WIRING_IS_POWER, WIRING_IS_GROUND };

/* A unit with a logic function; its pins in the order of sim/part.h. */
struct wiring_unit {
    uint32_t part;
    const struct part_unit *unit;
    uint32_t pins[PART_MAX_UNIT_PINS];  /* netlist pins, NETLIST_NONE: not there */
    uint32_t nodes[PART_MAX_UNIT_PINS]; /* NETLIST_NONE: open, or not there */
    uint8_t n_in, first_out, end_out;   /* inputs are pins [0, n_in) */
    bool used;                          /* something wants its output */
};

struct wiring_node {
    uint32_t name;         /* the net it is called by; NETLIST_NONE: not a node of its own */
    enum wiring_rail rail; /* a supply or ground */
    double volt;           /* of a supply; NAN when unknown */
    uint32_t pool;
    uint32_t next;     /* node of the same pool, or NETLIST_NONE */
    uint32_t first, n; /* of `by_node` */
    bool wanted;       /* what it carries leads somewhere */
};

struct wiring_pool {
    uint32_t first; /* its first node */
    bool strong;    /* one node with an output of its own, or a rail */
    uint8_t levels; /* bit 0: can be low, bit 1: can be high */
    uint8_t by;     /* WIRING_BY_... that can make it toggle; 0: never toggles */
    bool driven;    /* something gives it a level */
    bool rings;     /* part of a loop that oscillates by itself */
};

struct wiring {
    const struct board *board;
    uint32_t *node_of;         /* per net */
    struct wiring_node *nodes; /* indexed by net */
    struct wiring_pool *pools; /* indexed by node */
    uint8_t *roles;            /* per netlist pin: enum wiring_role */
    uint32_t *unit_of;         /* per netlist pin: index of its unit, or NETLIST_NONE */
    uint8_t *place_of;         /* per netlist pin: its place in that unit */
    uint32_t *by_node;         /* netlist pins, those of one node together, in file order */
    struct wiring_unit *units;
    uint32_t n_units;
};

/* Everything above, filled in. The board must outlive it. */
struct wiring *wiring_create(const struct board *board);
void wiring_destroy(struct wiring *wiring); /* accepts NULL */

/* Queries. Nodes and pins may be NETLIST_NONE. */
uint32_t wiring_node(const struct wiring *w, uint32_t pin);     /* of a pin; NETLIST_NONE: open */
uint32_t wiring_named(const struct wiring *w, const char *net); /* '!' in front is skipped */
uint8_t wiring_levels(const struct wiring *w, uint32_t node);   /* 3 for NETLIST_NONE */
uint8_t wiring_by(const struct wiring *w, uint32_t node);       /* 0 for NETLIST_NONE */
bool wiring_driven(const struct wiring *w, uint32_t node);
bool wiring_is_rail(const struct wiring *w, uint32_t node);
bool wiring_constant(const struct wiring *w, uint32_t node); /* one level only */
bool wiring_fitted(const struct wiring *w, uint32_t part);   /* with a model, not removed */

/* The gate's output when its input pins take the bits of `inputs`. */
bool wiring_gate(const struct wiring_unit *unit, unsigned inputs);
/* Which levels a LOGIC unit's output takes over all inputs that can occur; with `input` >= 0,
 * bit 2 and 3: the output follows, or inverts, that input in some of them. */
uint8_t wiring_gate_levels(const struct wiring *w, const struct wiring_unit *unit, int input);

/* An input that nothing gives a level; one that the unit does not have is none. A line input is
 * content with a capacitor. */
bool wiring_floats(const struct wiring *w, const struct wiring_unit *unit, int place);
/* The volts that a part runs on; NAN when unknown or without supply pins. */
double wiring_supply(const struct wiring *w, uint32_t part);

/* What a supply net's name says: 3.3 of "+3V3", 5 of "5V"; NAN for other names. */
double wiring_volt_named(const char *net);

/* Words for messages. */
const char *wiring_net_name(const struct wiring *w, uint32_t node); /* "" for NETLIST_NONE */
/* A name that KiCad made up: Net-(U8-Pad3), unconnected-(...). */
bool wiring_is_unnamed(const struct wiring *w, uint32_t node);
/* "U8.3", with the pin's function where its kind has names: "U6.5 (Q)". */
const char *wiring_pin_name(const struct wiring *w, uint32_t pin, char *out, size_t size);
/* The same of a unit's pin, also of one that the board's file does not have. */
const char *wiring_place_name(const struct wiring *w, const struct wiring_unit *unit, int place,
                              char *out, size_t size);
/* "U8A", or "Q3" for a part of one unit. */
const char *wiring_unit_name(const struct wiring *w, const struct wiring_unit *unit, char *out,
                             size_t size);

/* What follows from a node that never toggles, along the parts behind it: "Q3 never conducts,
 * /tx_ena never rises, and no frame leaves the board". "" when nothing follows. */
void wiring_follow(const struct wiring *w, uint32_t node, char *out, size_t size);
/* The nodes that `start` leads to through parts, itself included, the nearest first. */
struct wiring_cone {
    bool *in; /* per net */
    uint32_t *nodes, n;
};
struct wiring_cone wiring_cone(const struct wiring *w, uint32_t start);
void wiring_cone_finish(struct wiring_cone *cone);

/* What dies with it: a frame's way out, a frame's way in, or a link pulse's. */
enum { WIRING_NO_FRAME_OUT = 1, WIRING_NO_FRAME_IN = 2, WIRING_NO_PULSE = 4 };
unsigned wiring_lost(const struct wiring *w, uint32_t node);

/* False when an oscillator of the board leads to a driver, and to none's data and enable both. */
bool wiring_sends_pulses(const struct wiring *w);

/* What kind of board it is, in words: "a receiver", and what it has and has not. */
void wiring_describe(const struct wiring *w, char *out, size_t size);
/* What its connectors carry, in the order of the file: to the board, or from it. */
void wiring_connections(const struct wiring *w, bool outward, char *out, size_t size);
/* Some line driver in use carries what these sources (WIRING_BY_...) send, enabled for it. */
bool wiring_drives_by(const struct wiring *w, uint8_t by);
bool wiring_oscillates(const struct wiring *w); /* by itself, and somebody listens */
/* A line receiver in use; a line driver in use. */
bool wiring_receives(const struct wiring *w);
bool wiring_transmits(const struct wiring *w);

#endif
