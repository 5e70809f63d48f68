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
#define CROSSCHECK_BEFORE 2   /* edges shown before a difference, */
#define CROSSCHECK_AROUND 4   /* and from there on */

/* What the engines may differ in the time of an edge: what hangs on less is undecided. */
#define CROSSCHECK_SLACK SIM_NS

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
    size_t n_before[2], n[2];
    struct circuit_edge before[2][CROSSCHECK_BEFORE]; /* oldest first */
    struct circuit_edge around[2][CROSSCHECK_AROUND];
};

struct crosscheck_queue {
    struct circuit_edge *edges;
    size_t n, head, capacity;
    size_t n_done; /* of `done`: the latest that were taken out */
    struct circuit_edge done[CROSSCHECK_BEFORE];
};

/* An oscillator of the board's own drifts: two engines' differ by a part per million, a few
 * ns more with each period. Its nets are aligned at each edge, which may be 0.1 % of the time
 * since the last one off; what follows from it may be off by as much as it is by then. */
#define CROSSCHECK_PERIOD 1000 /* one in so many */

/* How much the event engine's oscillator is behind, as it changed, in the order of time over
 * all self-timed nets; the oldest are forgotten. */
#define CROSSCHECK_DRIFTS 4096
struct crosscheck_drift {
    size_t n;
    struct {
        sim_time time, behind;
    } changes[CROSSCHECK_DRIFTS];
};

struct crosscheck_tally {
    uint64_t pairs, only[2], apart;
    uint64_t bins[CROSSCHECK_BINS]; /* event minus rtl */
    sim_time worst, worst_at;       /* signed */
    uint64_t periods;               /* self-timed: edges more than a ms after the last, and */
    sim_time period_ppb;            /* how far they were off, at most, in 1e-9 of that time */
    struct crosscheck_finding first;
};

struct crosscheck_net {
    const char *name;  /* borrowed */
    bool self_timed;   /* depends on nothing from outside */
    bool drifts;       /* is reached by a net that does */
    sim_time last;     /* self-timed: when the last pair came, */
    sim_time behind;   /* and how far apart it was */
    sim_time delay[2]; /* of the gate that drives it, to low and to high; 0: no gate */
    char driver[48];   /* "U4.6 (74HC08)" */
    struct crosscheck_queue queues[2];
    struct crosscheck_tally tally;
};

/* An edge that has no partner, or one too far away. */
struct crosscheck_difference {
    enum crosscheck_what what;
    sim_time time;
    /* Of one engine only, and the pulse that it begins is hardly longer than what its gate lets
     * through: the other engine's gate may rightly have swallowed it. */
    bool runt;
};

void crosscheck_net_finish(struct crosscheck_net *net);
void crosscheck_add(struct crosscheck_net *net, enum crosscheck_side side,
                    const struct circuit_edge *edge);
/* Both engines have come to `time`: pair what is settled by then and begins before `limit`, up
 * to the first difference. True when there is one: it is not counted yet, and stays first.
 * A self-timed net's pairs change the drift: those nets come before the others. */
bool crosscheck_pair(struct crosscheck_net *net, sim_time time, sim_time limit,
                     struct crosscheck_drift *drift, struct crosscheck_difference *difference);
/* Count that difference, and take it out. */
void crosscheck_count(struct crosscheck_net *net, const struct crosscheck_difference *difference,
                      struct crosscheck_drift *drift);
sim_time crosscheck_median(const struct crosscheck_net *net);
/* Of the absolute differences: in per cent of the pairs, ps. */
sim_time crosscheck_percentile(const struct crosscheck_net *net, unsigned percent);
/* Paired one to one, none further apart than allowed. */
bool crosscheck_agrees(const struct crosscheck_net *net);

#endif
