/* What the circuit_*.c files share. Not for users of the engine. */
#ifndef SIM_CIRCUIT_INTERNAL_H
#define SIM_CIRCUIT_INTERNAL_H

#include "sim/circuit.h"

/* An element is whatever can have a pending transition, or react to one. */
enum element_kind {
    ELEMENT_GATE,      /* truth table of up to 4 inputs, drives a net */
    ELEMENT_BUFFER,    /* an output of a cell: scheduled by its cell only */
    ELEMENT_RECEIVER,  /* line receiver; its input is the line's level */
    ELEMENT_FLIPFLOP,  /* cell: two buffers follow it */
    ELEMENT_MONO,      /* cell: its pending transition is the end of the pulse */
    ELEMENT_CHANNEL,   /* FET: switches a conductance of an analog node */
    ELEMENT_NODE,      /* analog node: reacts to nets that feed it through resistors */
    ELEMENT_THRESHOLD, /* an input on an analog node: drives a net of its own */
};

struct element {
    sim_time when;  /* of the pending transition */
    int32_t rise;   /* delay to high, ps */
    int32_t fall;   /* delay to low, ps */
    uint32_t net;   /* driven net; NODE, CHANNEL: none */
    uint32_t aux;   /* index into the array of its kind */
    uint16_t truth; /* GATE, CHANNEL; RECEIVER: 1 when the pair is crossed */
    uint8_t in;     /* input levels, a bit each */
    uint8_t kind;
    uint8_t out;    /* level driven now */
    uint8_t target; /* level after the pending transition; `out` when none is */
    bool pending;
    uint8_t bit; /* CHANNEL: its switch bit at the node */
};

struct fan {
    uint32_t element;
    uint8_t mask; /* input bits fed by the net; NODE: switch bits */
    bool is_gate; /* GATE or CHANNEL */
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
    sim_time length; /* k R C; 0 when its RC is not there */
    int32_t trig_rise, trig_fall, reset_rise, reset_fall;
};

#define NODE_MAX_SWITCHES   6
#define NODE_MAX_THRESHOLDS 8
struct node_state {   /* one combination of switches */
    double vinf, tau; /* volt, ps */
    double inv_tau;
    sim_time settle; /* after so long the voltage is vinf, to the grid */
};
struct node {
    double v0; /* volt at t0 */
    sim_time t0;
    double kick_on[NODE_MAX_SWITCHES]; /* volt added when a FET turns on */
    double kick_off[NODE_MAX_SWITCHES];
    uint32_t states; /* first of 2^n_switches in circuit->node_states */
    uint32_t net;
    uint8_t n_switches, state, n_thresholds;
    uint32_t thresholds[NODE_MAX_THRESHOLDS]; /* elements */
};
struct threshold {
    double plus, minus; /* volt */
    uint32_t node;
    /* Per state of the node, towards high and low: 1 / (vinf - level) when the level is
     * reached in that state, 0 when it is not. */
    double reach[1 << NODE_MAX_SWITCHES][2];
};

struct slot {
    sim_time time;
    uint32_t element;
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
    const uint32_t *fan_start; /* [n_nets + 1] */
    const struct fan *fans;
    struct slot *queue; /* latest first */
    uint32_t queued;
    struct circuit_record *record;
    struct flipflop *flipflops;
    struct mono *monos;
    struct node *nodes;
    struct node_state *node_states;
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
    uint32_t n_elements, n_nets, n_flipflops, n_monos, n_nodes, n_node_states, n_thresholds;
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
    uint32_t *island; /* per element */
    void *fan_memory; /* owned: fan_start and fans */
    void *fan_start_memory;
};

/* circuit_run.c */
void circuit_settle(struct circuit *c);

/* circuit_cells.c: flip-flop and monostable */
void flipflop_evaluate(struct circuit *c, uint32_t element, uint8_t mask, sim_time t);
void mono_evaluate(struct circuit *c, uint32_t element, uint8_t mask, sim_time t);
void mono_end(struct circuit *c, uint32_t element, sim_time t);
void receiver_evaluate(struct circuit *c, uint32_t element, sim_time t);

/* The queue, soonest last, so that the next one is taken from the end; ties in element
 * order. With the dozen transitions a board has pending, insertion beats any heap. */
static inline void circuit_pend(struct circuit *c, uint32_t element, int target, sim_time when) {
    struct element *e = &c->elements[element];
    struct slot *slot = c->queue + c->queued++;
    e->pending = true;
    e->target = (uint8_t)target;
    e->when = when;
    for (; slot > c->queue &&
           (slot[-1].time < when || (slot[-1].time == when && slot[-1].element < element));
         slot--)
        *slot = slot[-1];
    *slot = (struct slot){.time = when, .element = element};
}

static inline void circuit_cancel(struct circuit *c, uint32_t element) {
    struct slot *end = c->queue + --c->queued, *slot = end;
    while (slot->element != element)
        slot--;
    for (; slot < end; slot++)
        *slot = slot[1];
    struct element *e = &c->elements[element];
    e->pending = false;
    e->target = e->out;
}

/* Inertial: a change of mind before the transition happens swallows the pulse. */
static inline void circuit_schedule(struct circuit *c, uint32_t element, int target,
                                    sim_time when) {
    struct element *e = &c->elements[element];
    if (e->target == target)
        return;
    if (!e->pending) {
        circuit_pend(c, element, target, when);
        return;
    }
    circuit_cancel(c, element);
    c->counts[element]++;
}

/* A violated window's outcome (circuit_run.c). */
bool circuit_coin(struct circuit *c, uint32_t element, sim_time t);

/* circuit_analog.c */
double node_voltage(const struct circuit *c, const struct node *node, sim_time t);
void node_switch(struct circuit *c, uint32_t node, uint8_t mask, sim_time t);
void node_aim(struct circuit *c, const struct node *node);
void node_aim_at(struct circuit *c, const struct node *node, uint32_t threshold);

/* circuit_scope.c: who depends on whom */
bool circuit_apply_scope(struct circuit *c, const struct circuit_scope *scope);
void circuit_find_islands(struct circuit *c);

#endif
