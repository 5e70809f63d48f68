#include "harness/crosscheck.h"

#include <stdlib.h>
#include <string.h>

#define MIDDLE (CROSSCHECK_BINS / 2)

void crosscheck_net_finish(struct crosscheck_net *net) {
    free(net->queues[0].edges);
    free(net->queues[1].edges);
    net->queues[0] = net->queues[1] = (struct crosscheck_queue){0};
}

void crosscheck_add(struct crosscheck_net *net, enum crosscheck_side side,
                    const struct circuit_edge *edge) {
    struct crosscheck_queue *q = &net->queues[side];
    if (q->n == q->capacity) {
        q->capacity = q->capacity ? 2 * q->capacity : 256;
        q->edges = realloc(q->edges, q->capacity * sizeof *q->edges);
        if (!q->edges)
            abort();
    }
    q->edges[q->n++] = *edge;
}

static const struct circuit_edge *head_of(const struct crosscheck_queue *q) {
    return q->head < q->n ? &q->edges[q->head] : NULL;
}

static sim_time distance(sim_time a, sim_time b) {
    return a > b ? a - b : b - a;
}

static void note(struct crosscheck_net *net, enum crosscheck_what what, sim_time time) {
    struct crosscheck_finding *first = &net->first;
    if (first->what != CROSSCHECK_NOTHING)
        return;
    first->what = what;
    first->time = time;
    for (int side = 0; side < 2; side++) {
        const struct crosscheck_queue *q = &net->queues[side];
        while (first->n[side] < CROSSCHECK_AROUND && q->head + first->n[side] < q->n) {
            first->around[side][first->n[side]] = q->edges[q->head + first->n[side]];
            first->n[side]++;
        }
    }
}

static void count(struct crosscheck_net *net, sim_time difference, sim_time at) {
    sim_time rounded = difference + (difference < 0 ? -CROSSCHECK_BIN / 2 : CROSSCHECK_BIN / 2);
    sim_time bin = MIDDLE + rounded / CROSSCHECK_BIN;
    bin = bin < 0 ? 0 : bin >= CROSSCHECK_BINS ? CROSSCHECK_BINS - 1 : bin;
    net->bins[bin]++;
    net->pairs++;
    if (distance(difference, 0) > distance(net->worst, 0)) {
        net->worst = difference;
        net->worst_at = at;
    }
    if (distance(difference, 0) > CROSSCHECK_WORST) {
        net->apart++;
        note(net, CROSSCHECK_APART, at);
    }
}

/* How far a pair is apart beyond the drift, where it may be due to it. */
static sim_time beyond(const struct crosscheck_net *net, sim_time difference, sim_time drift) {
    bool drifted = net->self_timed || distance(difference, drift) < distance(difference, 0);
    return difference - (drifted ? drift : 0);
}

/* How far apart two edges around `time` may be and still be one. */
static sim_time window(const struct crosscheck_net *net, sim_time time) {
    return CROSSCHECK_WINDOW + (net->self_timed ? (time - net->last) / CROSSCHECK_PERIOD : 0);
}

static void take_pair(struct crosscheck_net *net, sim_time *drift) {
    const struct circuit_edge *a = head_of(&net->queues[0]), *b = head_of(&net->queues[1]);
    sim_time difference = a->time - b->time, apart = beyond(net, difference, *drift);
    if (net->self_timed) {
        *drift = difference;
        if (distance(apart, 0) <= (a->time - net->last) / CROSSCHECK_PERIOD &&
            a->time - net->last > SIM_MS)
            apart = 0; /* the new period's own */
        net->last = a->time;
    }
    count(net, apart, a->time);
    net->queues[0].head++;
    net->queues[1].head++;
}

/* One step; false when nothing more can be said yet. */
static bool pair_one(struct crosscheck_net *net, sim_time time, sim_time *drift) {
    struct crosscheck_queue *queues = net->queues;
    const struct circuit_edge *a = head_of(&queues[0]), *b = head_of(&queues[1]);
    if (a && b && a->level == b->level &&
        distance(beyond(net, a->time - b->time, *drift), 0) <= window(net, a->time)) {
        take_pair(net, drift);
        return true;
    }
    int side = !a || (b && b->time < a->time);
    const struct circuit_edge *alone = side ? b : a;
    if (!alone)
        return false;
    sim_time reach = window(net, alone->time) + distance(*drift, 0);
    if (!(a && b) && alone->time >= time - reach)
        return false;
    net->only[side]++;
    note(net, side ? CROSSCHECK_ONLY_RTL : CROSSCHECK_ONLY_EVENT, alone->time);
    queues[side].head++;
    return true;
}

void crosscheck_pair(struct crosscheck_net *net, sim_time time, sim_time *drift) {
    while (pair_one(net, time, drift))
        ;
    for (int side = 0; side < 2; side++) {
        struct crosscheck_queue *q = &net->queues[side];
        if (q->head)
            memmove(q->edges, q->edges + q->head, (q->n - q->head) * sizeof *q->edges);
        q->n -= q->head;
        q->head = 0;
    }
}

/* The difference of the pair that stands `rank` in order, from 0. */
static sim_time ranked(const struct crosscheck_net *net, uint64_t rank) {
    uint64_t below = 0;
    for (int bin = 0; bin < CROSSCHECK_BINS; bin++) {
        below += net->bins[bin];
        if (below > rank)
            return (sim_time)(bin - MIDDLE) * CROSSCHECK_BIN;
    }
    return 0;
}

/* Of an even number, the mean of the middle two: rises and falls may differ. */
sim_time crosscheck_median(const struct crosscheck_net *net) {
    if (!net->pairs)
        return 0;
    return (ranked(net, (net->pairs - 1) / 2) + ranked(net, net->pairs / 2)) / 2;
}

sim_time crosscheck_percentile(const struct crosscheck_net *net, unsigned percent) {
    uint64_t within = 0;
    for (int reach = 0; reach <= MIDDLE; reach++) {
        within += net->bins[MIDDLE + reach] + (reach ? net->bins[MIDDLE - reach] : 0);
        if (within * 100 >= net->pairs * percent)
            return (sim_time)reach * CROSSCHECK_BIN;
    }
    return 0;
}

bool crosscheck_agrees(const struct crosscheck_net *net) {
    return !net->only[0] && !net->only[1] && !net->apart &&
           distance(crosscheck_median(net), 0) <= CROSSCHECK_MEDIAN;
}
