/* What the circuit_*.c files share. Not for users of the engine. */
#ifndef SIM_CIRCUIT_INTERNAL_H
#define SIM_CIRCUIT_INTERNAL_H

#include "sim/circuit.h"

/* An element is whatever can have a pending transition, or react to one. */
enum element_kind {
    ELEMENT_GATE,      /* truth table of up to 4 inputs, drives a net */
    ELEMENT_BUFFER,    /* an output of a cell: scheduled by its cell only */
    ELEMENT_RECEIVER,  /* line receiver; its input is the line's level */
    ELEMENT_DRIVER,    /* output of a line driver: a gate with delays of its own for DE */
    ELEMENT_FLIPFLOP,  /* cell: two buffers follow it */
    ELEMENT_MONO,      /* cell: its pending transition is the end of the pulse */
    ELEMENT_CHANNEL,   /* FET: switches a conductance of an analog node */
    ELEMENT_NODE,      /* analog node: reacts to nets that feed it through resistors */
    ELEMENT_THRESHOLD, /* an input on an analog node: drives a net of its own */
};

struct element {
    const struct wire *wires; /* those of `net` */
    int32_t rise;             /* delay to high, ps */
    int32_t fall;             /* delay to low, ps */
    uint32_t net;             /* driven net; NODE, CHANNEL: none */
    uint32_t aux;             /* index into the array of its kind */
    uint16_t truth;           /* GATE, CHANNEL, DRIVER; RECEIVER: 1 when the pair is crossed */
    uint8_t in;               /* input levels, a bit each */
    uint8_t kind;
    uint8_t out;    /* level driven now */
    uint8_t target; /* level after the pending transition; `out` when none is */
    bool pending;
    uint8_t bit; /* CHANNEL: its switch at the node; THRESHOLD: 1 when its time is a guess */
};

struct fan {
    uint32_t element;
    uint8_t mask; /* input bits fed by the net; NODE: 1 << the switch */
};
/* A fan as the event loop goes through it: a net's end with an entry without element. */
struct wire {
    struct element *element;
    uint8_t mask;
    uint8_t kind; /* the element's */
};

enum { FF_CP = 1, FF_D = 2, FF_RD = 4, FF_SD = 8 };
enum ff_window { FF_SETUP, FF_HOLD, FF_RECOVERY, FF_WIDTH_CLOCK, FF_WIDTH_SET, FF_WINDOWS };

struct flipflop {
    sim_time changed_d, rose_cp, fell_cp, changed_rd, changed_sd;
    int32_t setup, hold, recovery, width_clock, width_set; /* ps */
    int32_t clock_rise, clock_fall, set_rise, set_fall;    /* Q's delays; Q_n in its own */
    int32_t n_clock_rise, n_clock_fall, n_set_rise, n_set_fall;
    uint8_t q, q_before;   /* state now, and before the last clock or set */
    bool uses_q, uses_q_n; /* the output is on a net of the board */
};

enum { MONO_A = 1, MONO_B = 2, MONO_R = 4 };
struct mono {
    sim_time length;              /* k R C; 0 when its RC is not there */
    uint32_t resistor, capacitor; /* netlist parts, NETLIST_NONE: not there */
    int32_t trig_rise, trig_fall, reset_rise, reset_fall;
};

#define NODE_MAX_SWITCHES   6
#define NODE_MAX_THRESHOLDS 8
/* Y or Z as a gate of D and DE; a change of D takes the element's rise or fall. */
enum { DRIVER_D = 1, DRIVER_DE = 2 };
struct line_driver {
    int32_t enable, disable; /* ps */
};

/* Voltages of nodes are in steps of the grid, 2^-20 of the supply. */
struct node_state {   /* one combination of switches */
    double vinf, tau; /* steps, ps; a row in which nothing conducts: 0, 0 */
    double inv_tau;
    const double *decay;               /* exp(-dt/tau), see decay(); NULL: it is computed */
    sim_time settle;                   /* after so long the voltage is vinf, to the grid */
    double settled[NODE_MAX_SWITCHES]; /* v0 after that switch of a settled node */
};
struct node {
    double v0; /* at t0: a whole number of steps */
    sim_time t0;
    double kick[NODE_MAX_SWITCHES][2]; /* added when a FET turns off, on */
    uint32_t states;                   /* first of 2^n_switches in circuit->node_states */
    uint32_t net;
    uint8_t n_switches, state, n_thresholds;
    uint32_t thresholds[NODE_MAX_THRESHOLDS]; /* elements */
};
struct crossing { /* of a level on the way to vinf: after tau log |v0 - vinf| + offset */
    double level; /* steps */
    double offset;
    double far; /* |v0 - vinf| from which it takes FAR_CROSSING; negative: it never comes */
};
struct threshold {
    double plus, minus; /* steps */
    uint32_t node;
    /* Per state of the node, towards high and low. */
    struct crossing crossings[1 << NODE_MAX_SWITCHES][2];
    /* Time from a switch of the settled node to the crossing, by the state before, the
     * switch and the threshold's output; SIM_NEVER: none. */
    sim_time settled[1 << NODE_MAX_SWITCHES][NODE_MAX_SWITCHES][2];
};
/* A crossing further away than this is mostly called off: a retriggerable one-shot's. It is
 * pended as if it were so far away, and computed when that time comes. */
#define FAR_CROSSING (150 * SIM_NS)

struct slot {
    sim_time time;
    struct element *element;
};

struct origin { /* of an element, for names */
    uint32_t part;
    uint16_t unit;
    uint8_t pin; /* index into the unit's pins */
};

struct circuit {
    /* hot */
    struct element *elements;
    uint8_t *levels; /* per net */
    uint8_t *watched;
    const struct wire **net_wires; /* per net */
    struct slot *next;             /* the soonest, at the end of the queue */
    struct slot *queue;            /* latest first, after one that never comes */
    struct circuit_record *record;
    struct circuit_curves *curves; /* NULL: nobody wants them */
    struct flipflop *flipflops;
    struct mono *monos;
    struct line_driver *line_drivers; /* two per unit: Y, Z */
    struct node *nodes;
    struct node_state *node_states;
    double *decays; /* owned: the rows' tables */
    struct threshold *thresholds;
    uint32_t *counts;
    uint64_t events, coins;
    sim_time storm_from;   /* when the last STORM_EVENTS transitions began */
    uint32_t storm;        /* the element of a storm, or CIRCUIT_NO_NET */
    double grid, inv_grid; /* volt: 2^-20 of the supply */
    sim_time now;
    enum circuit_idle idle;
    uint64_t seed;
    uint8_t line_level;
    /* sizes */
    uint32_t n_elements, n_nets, n_flipflops, n_monos, n_line_drivers, n_nodes, n_node_states,
        n_thresholds;
    /* kept elements, in order: what evaluates and what a state holds */
    uint32_t *kept;
    uint32_t n_kept;
    bool *is_kept;
    /* names and inquiry */
    const struct netlist *netlist;
    const struct part_use *uses;
    struct circuit_config config;
    struct origin *origins; /* per element */
    double *loads;          /* per net, farad */
    uint32_t *net_of;       /* per netlist net */
    uint32_t n_board_nets;  /* nets below are merged netlist nets, above thresholds' own */
    uint32_t *drivers;      /* per net: element or CIRCUIT_NO_NET */
    uint32_t *node_of;      /* per net: analog node or CIRCUIT_NO_NET */
    bool *is_input;         /* per net: driven from outside */
    uint32_t *receivers;    /* elements on the line */
    uint32_t n_receivers;
    uint32_t *floating; /* netlist pins */
    uint32_t n_floating;
    uint32_t *island;    /* per element */
    uint32_t *fan_start; /* [n_nets + 1], into fans: what hears a net, in element order */
    struct fan *fans;
    struct wire *wires;      /* owned */
    uint8_t *first_in;       /* per element: its inputs before anything ran */
    struct builder *builder; /* what it was elaborated from, for other figures; owned */
};

/* circuit_run.c */
void circuit_settle(struct circuit *c);

/* circuit_cells.c */
void flipflop_evaluate(struct circuit *c, struct element *e, uint8_t mask, sim_time t);
void mono_evaluate(struct circuit *c, struct element *e, uint8_t mask, sim_time t);
void mono_end(struct circuit *c, struct element *e, sim_time t);
void receiver_evaluate(struct circuit *c, struct element *e, sim_time t);
void driver_evaluate(struct circuit *c, struct element *e, uint8_t mask, sim_time t);

/* The queue, soonest last, so that the next one is taken from the end; ties in element
 * order. With the dozen transitions a board has pending, insertion beats any heap. */
static inline void circuit_pend(struct circuit *c, struct element *e, int target, sim_time when) {
    struct slot *slot = ++c->next;
    e->pending = true;
    e->target = (uint8_t)target;
    for (; slot[-1].time < when || (slot[-1].time == when && slot[-1].element < e); slot--) {
        slot->time = slot[-1].time;
        slot->element = slot[-1].element;
    }
    slot->time = when;
    slot->element = e;
}

static inline void circuit_cancel(struct circuit *c, struct element *e) {
    struct slot *end = c->next--, *slot = end;
    while (slot->element != e)
        slot--;
    for (; slot < end; slot++)
        *slot = slot[1];
    e->pending = false;
    e->target = e->out;
}

/* Inertial: a change of mind before the transition happens swallows the pulse. */
static inline void circuit_schedule(struct circuit *c, struct element *e, int target,
                                    sim_time when) {
    if (e->target == target)
        return;
    if (!e->pending) {
        circuit_pend(c, e, target, when);
        return;
    }
    circuit_cancel(c, e);
    c->counts[e - c->elements]++;
}

/* A violated window's outcome (circuit_run.c). */
bool circuit_coin(struct circuit *c, const struct element *e, sim_time t);

/* circuit_analog.c */
double node_voltage(const struct circuit *c, const struct node *node, sim_time t);
void node_switch(struct circuit *c, uint32_t node, unsigned bit, sim_time t);
struct circuit_curve node_curve(const struct circuit *c, const struct node *node);
void node_aim_all(struct circuit *c, const struct node *node);
void node_aim_at(struct circuit *c, const struct node *node, struct element *threshold);
bool node_guessed(struct circuit *c, struct element *threshold);
bool node_make_decays(struct circuit *c); /* false: out of memory */
void node_tabulate_rows(struct circuit *c, const struct node *node);
void node_tabulate(struct circuit *c, const struct node *node);

/* circuit_scope.c: who depends on whom */
bool circuit_apply_scope(struct circuit *c, const struct circuit_scope *scope);
void circuit_find_islands(struct circuit *c);

#endif
