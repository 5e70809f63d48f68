/* Edges of two engines on the same nets, paired one to one. Knows no engine: it is given
 * edges, and how far both have come.
 */
#ifndef HARNESS_CROSSCHECK_H
#define HARNESS_CROSSCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/circuit.h"
#include "sim/simtime.h"

enum crosscheck_side { CROSSCHECK_EVENT, CROSSCHECK_RTL };

#define CROSSCHECK_WINDOW (25 * SIM_NS) /* edges further apart are not one: half of half a bit */
#define CROSSCHECK_WORST  (3 * SIM_NS)
#define CROSSCHECK_MEDIAN (1 * SIM_NS)
#define CROSSCHECK_BIN    50  /* ps, of the histogram */
#define CROSSCHECK_BINS   201 /* the middle one is around 0, the outer ones hold the rest */
#define CROSSCHECK_AROUND 4   /* edges shown */

enum crosscheck_what {
    CROSSCHECK_NOTHING,
    CROSSCHECK_ONLY_EVENT,
    CROSSCHECK_ONLY_RTL,
    CROSSCHECK_APART
};

/* The first thing wrong on a net, and what both engines did from there on. */
struct crosscheck_finding {
    enum crosscheck_what what;
    sim_time time;
    size_t n[2];
    struct circuit_edge around[2][CROSSCHECK_AROUND];
};

struct crosscheck_queue {
    struct circuit_edge *edges;
    size_t n, head, capacity;
};

/* An oscillator of the board's own drifts: two engines' differ by a part per million, a few
 * ns more with each period. Its nets are aligned at each edge, which may be 0.1 % of the time
 * since the last one off; what follows from it may be off by as much as it is by then. */
#define CROSSCHECK_PERIOD 1000 /* one in so many */

struct crosscheck_net {
    const char *name; /* borrowed */
    bool self_timed;  /* depends on nothing from outside */
    sim_time last;    /* self-timed: when the last pair came */
    char driver[48];  /* "U4.6 (74HC08)" */
    struct crosscheck_queue queues[2];
    uint64_t pairs, only[2], apart;
    uint64_t bins[CROSSCHECK_BINS]; /* event minus rtl */
    sim_time worst, worst_at;       /* signed */
    struct crosscheck_finding first;
};

void crosscheck_net_finish(struct crosscheck_net *net);
void crosscheck_add(struct crosscheck_net *net, enum crosscheck_side side,
                    const struct circuit_edge *edge);
/* Both engines have come to `time`: pair what is settled by then. `drift` is how much the
 * event engine's oscillator is behind; a self-timed net's pairs change it. */
void crosscheck_pair(struct crosscheck_net *net, sim_time time, sim_time *drift);
sim_time crosscheck_median(const struct crosscheck_net *net);
/* Of the absolute differences: in per cent of the pairs, ps. */
sim_time crosscheck_percentile(const struct crosscheck_net *net, unsigned percent);
/* Paired one to one, none further apart than allowed. */
bool crosscheck_agrees(const struct crosscheck_net *net);

#endif
