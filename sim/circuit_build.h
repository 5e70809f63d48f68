/* Elaboration: what circuit_build.c, circuit_nets.c and circuit_nodes.c share. */
#ifndef SIM_CIRCUIT_BUILD_H
#define SIM_CIRCUIT_BUILD_H

#include "sim/circuit_internal.h"

enum net_flag {
    NET_POWER = 1,
    NET_GROUND = 2,
    NET_RAIL = 3,
    NET_OUTPUT = 4, /* a part drives it */
    NET_INPUT = 8,  /* driven from outside */
    NET_DRIVEN = 12,
    NET_LINE = 16,   /* the jack's side of the front end */
    NET_FRONT = 32,  /* a line receiver's input */
    NET_TIMING = 64, /* the RC pin of a monostable */
    NET_SINK = 128,  /* something with a threshold, or a FET's drain */
};

struct link { /* an input of an element on a net */
    uint32_t net, element;
    uint8_t mask;
};

struct branch {       /* a conductance of an analog node */
    uint32_t other;   /* net at the far end: a rail or a driven net */
    uint32_t part;    /* the resistor or the FET, */
    unsigned unit;    /* and which of its units */
    uint32_t channel; /* FET: its element, or CIRCUIT_NO_NET */
    double ohm;
    double crss, vth; /* FET: farad, volt */
    double tau_off;   /* FET: of its gate on the way to 0 V, seconds */
};

#define NODE_MAX_BRANCHES 12
struct node_plan {
    uint32_t net, element;
    double farad; /* capacitors to the rails, and loads */
    struct branch branches[NODE_MAX_BRANCHES];
    unsigned bits[NODE_MAX_BRANCHES]; /* each one's switch; NODE_MAX_SWITCHES: always there */
    unsigned n_branches;
};

struct builder {
    struct circuit *c;
    const struct netlist *netlist;
    const struct part_use *uses;
    const struct circuit_config *config;
    struct sim_err *err;
    uint8_t *flags;    /* per net */
    struct driven_by { /* per net: whose output is on it */
        uint32_t part;
        unsigned unit;
    } * driven_by;
    double *drive_up, *drive_down; /* per net: ohm of its driver */
    struct node_plan *plans;
    uint32_t n_plans, plans_capacity;
    struct link *links;
    uint32_t n_links, links_capacity;
    uint32_t elements_capacity, nets_capacity;
    bool *unpowered; /* per part */
};

/* circuit_nets.c */
bool build_nets(struct builder *b);  /* merge, flag, find outputs */
void build_loads(struct builder *b); /* capacitance per net */
uint32_t build_pin(const struct builder *b, uint32_t part, const struct part_unit *unit, int pin);
uint32_t build_pin_net(const struct builder *b, uint32_t part, const struct part_unit *unit,
                       int pin); /* engine net, or CIRCUIT_NO_NET */
bool build_refuse(struct builder *b, uint32_t part, const char *why);
bool build_uses_part(const struct builder *b, uint32_t part); /* fitted and powered */

/* circuit_nodes.c */
bool build_plans(struct builder *b); /* which nets are analog nodes, and what is on them */
bool build_nodes(struct builder *b); /* after the elements: channels, switches */
struct node_plan *build_plan_of(const struct builder *b, uint32_t net);
void build_fill_plans(struct builder *b); /* after the loads */
void build_fill_nodes(struct builder *b); /* the kept ones; state tables, channels' delays */

/* circuit_figures.c: everything that follows from values and figures, over what is connected */
bool build_fill(struct builder *b);
void build_reset(struct circuit *c); /* before anything ran */

/* circuit_build.c */
uint32_t build_element(struct builder *b, enum element_kind kind, uint32_t part, unsigned unit,
                       unsigned pin, uint32_t net);
uint32_t build_virtual_net(struct builder *b);
void build_link(struct builder *b, uint32_t net, uint32_t element, uint8_t mask);
bool build_connect(struct builder *b, uint32_t element, uint32_t part, unsigned unit, int pin,
                   uint8_t mask); /* an input, through a threshold if its net is analog */
double build_figure(const struct builder *b, uint32_t part, const char *name, double fallback);
struct part_spread build_spread(const struct builder *b, uint32_t part, unsigned unit);

#endif
