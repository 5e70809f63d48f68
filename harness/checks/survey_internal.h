/* What the survey*.c files share. Watchers see every edge of every net, in the order of time. */
#ifndef HARNESS_CHECKS_SURVEY_INTERNAL_H
#define HARNESS_CHECKS_SURVEY_INTERNAL_H

#include "harness/checks/survey.h"
#include "sim/circuit.h"
#include "sim/simtime.h"

#define UNSEEN (-1) /* times before the first edge of a frame; others are positive */

struct flop_watch {
    uint32_t nets[4]; /* CP, D, RD, SD; CIRCUIT_NO_NET: open, never low */
    sim_time d_changed, cp_rose, cp_fell, fell[2], rose[2]; /* RD, SD */
};

struct gate_watch {
    uint32_t nets[4];
    unsigned n_in;
    uint16_t truth;
    sim_time delay[2]; /* towards low, high */
    int level;         /* what the inputs ask for, */
    sim_time since;    /* and since when */
};

#define ONESHOT_OTHERS 4
struct oneshot_watch {
    uint32_t trigger, node; /* the FET's gate; what the Schmitt trigger sees */
    /* Gated: by which input of which logic unit, and which level lets triggers pass. */
    uint32_t nets[ONESHOT_OTHERS];
    unsigned n_in, feedback;
    uint16_t truth;
    int open_level;
    bool asked;        /* a trigger stands at the other inputs */
    sim_time opened;   /* when the feedback let go */
    sim_time accepted; /* the last trigger that passed */
    sim_time missed;   /* the end of the last that did not; UNSEEN: since it opened, none */
    sim_time triggered, ended;
    unsigned triggers, ends; /* within frames */
    sim_time hold, interval; /* UNSEEN: none */
};

struct survey_work {
    const struct board *board;
    const struct circuit *circuit;
    struct check_survey *out;
    struct flop_watch *flops;
    struct gate_watch *gates;
    struct oneshot_watch *oneshots;
    uint8_t *levels; /* per engine net */
    sim_time data_end;
};

void survey_name(const struct survey_work *w, uint32_t part, unsigned unit, char *name,
                 size_t size); /* "U6A" */
/* The netlist's name of the net at a pin, "" when it is open. */
const char *survey_net_name(const struct survey_work *w, uint32_t part,
                            const struct part_unit *unit, unsigned pin);

/* Each: finds its units; a frame begins, levels are known; an edge, the level is in place. */
void survey_flops_find(struct survey_work *w);
void survey_flops_begin(struct survey_work *w);
void survey_flops_edge(struct survey_work *w, sim_time time, uint32_t net);

void survey_gates_find(struct survey_work *w);
void survey_gates_begin(struct survey_work *w);
void survey_gates_edge(struct survey_work *w, sim_time time, uint32_t net);

void survey_oneshots_find(struct survey_work *w);
void survey_oneshots_begin(struct survey_work *w);
void survey_oneshots_edge(struct survey_work *w, sim_time time, uint32_t net);
void survey_oneshots_finish(struct survey_work *w);

/* For each unit of `kind` of each part that is fitted. */
struct survey_unit {
    uint32_t part;
    unsigned unit;
    const struct part_unit *is;
};
size_t survey_units(const struct board *board, enum part_unit_kind kind, struct survey_unit *out);

#endif
