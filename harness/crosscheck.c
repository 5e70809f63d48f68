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

static void drop_head(struct crosscheck_queue *q) {
    if (q->n_done == CROSSCHECK_BEFORE) {
        memmove(q->done, q->done + 1, (CROSSCHECK_BEFORE - 1) * sizeof *q->done);
        q->n_done--;
    }
    q->done[q->n_done++] = q->edges[q->head++];
}

static void note(struct crosscheck_net *net, enum crosscheck_what what, sim_time time) {
    struct crosscheck_finding *first = &net->tally.first;
    if (first->what != CROSSCHECK_NOTHING)
        return;
    first->what = what;
    first->time = time;
    for (int side = 0; side < 2; side++) {
        const struct crosscheck_queue *q = &net->queues[side];
        first->n_before[side] = q->n_done;
        memcpy(first->before[side], q->done, q->n_done * sizeof *q->done);
        while (first->n[side] < CROSSCHECK_AROUND && q->head + first->n[side] < q->n) {
            first->around[side][first->n[side]] = q->edges[q->head + first->n[side]];
            first->n[side]++;
        }
    }
}

static void count(struct crosscheck_net *net, sim_time difference, sim_time at) {
    struct crosscheck_tally *tally = &net->tally;
    sim_time rounded = difference + (difference < 0 ? -CROSSCHECK_BIN / 2 : CROSSCHECK_BIN / 2);
    sim_time bin = MIDDLE + rounded / CROSSCHECK_BIN;
    bin = bin < 0 ? 0 : bin >= CROSSCHECK_BINS ? CROSSCHECK_BINS - 1 : bin;
    tally->bins[bin]++;
    tally->pairs++;
    if (distance(difference, 0) > distance(tally->worst, 0)) {
        tally->worst = difference;
        tally->worst_at = at;
    }
    if (distance(difference, 0) > CROSSCHECK_WORST) {
        tally->apart++;
        note(net, CROSSCHECK_APART, at);
    }
}

static sim_time drift_at(const struct crosscheck_drift *drift, sim_time time) {
    size_t i = drift->n;
    while (i > 0 && drift->changes[i - 1].time > time)
        i--;
    return i ? drift->changes[i - 1].behind : 0;
}

static void drift_to(struct crosscheck_drift *drift, sim_time time, sim_time behind) {
    if (drift->n == CROSSCHECK_DRIFTS)
        memmove(drift->changes, drift->changes + 1, --drift->n * sizeof *drift->changes);
    size_t i = drift->n++;
    for (; i > 0 && drift->changes[i - 1].time > time; i--)
        drift->changes[i] = drift->changes[i - 1];
    drift->changes[i].time = time;
    drift->changes[i].behind = behind;
}

/* How far the oscillator may have moved an edge of the event engine at `time`. */
static sim_time drifted(const struct crosscheck_net *net, const struct crosscheck_drift *drift,
                        sim_time time) {
    if (net->self_timed)
        return net->behind;
    return net->drifts ? drift_at(drift, time) : 0;
}

/* How far a pair is apart beyond the drift, where it may be due to it. */
static sim_time beyond(const struct crosscheck_net *net, const struct circuit_edge *a,
                       const struct circuit_edge *b, const struct crosscheck_drift *drift) {
    sim_time difference = a->time - b->time, moved = drifted(net, drift, a->time);
    bool due = net->self_timed || distance(difference, moved) < distance(difference, 0);
    return difference - (due ? moved : 0);
}

/* How far apart two edges around `time` may be and still be one. */
static sim_time window(const struct crosscheck_net *net, sim_time time) {
    return CROSSCHECK_WINDOW + (net->self_timed ? (time - net->last) / CROSSCHECK_PERIOD : 0);
}

/* An oscillator's edge a new period after the last. */
static bool is_period(const struct crosscheck_net *net) {
    return net->self_timed && head_of(&net->queues[0])->time - net->last > SIM_MS;
}

/* How far the pair at the heads is apart, but for what a new period may add. */
static sim_time pair_apart(const struct crosscheck_net *net, const struct crosscheck_drift *drift) {
    const struct circuit_edge *a = head_of(&net->queues[0]), *b = head_of(&net->queues[1]);
    sim_time apart = beyond(net, a, b, drift);
    bool within = distance(apart, 0) <= (a->time - net->last) / CROSSCHECK_PERIOD;
    return is_period(net) && within ? 0 : apart;
}

static void count_period(struct crosscheck_net *net) {
    const struct circuit_edge *a = head_of(&net->queues[0]), *b = head_of(&net->queues[1]);
    double off = (double)distance(a->time - b->time, net->behind);
    sim_time ppb = (sim_time)(off * 1e9 / (double)(a->time - net->last));
    net->tally.periods++;
    if (ppb > net->tally.period_ppb)
        net->tally.period_ppb = ppb;
}

static void take_pair(struct crosscheck_net *net, struct crosscheck_drift *drift) {
    const struct circuit_edge *a = head_of(&net->queues[0]), *b = head_of(&net->queues[1]);
    count(net, pair_apart(net, drift), a->time);
    if (is_period(net))
        count_period(net);
    if (net->self_timed) {
        net->behind = a->time - b->time;
        net->last = a->time;
        drift_to(drift, a->time < b->time ? a->time : b->time, net->behind);
    }
    drop_head(&net->queues[0]);
    drop_head(&net->queues[1]);
}

/* The edge at the head of one engine's queue begins a pulse. */
static bool is_runt(const struct crosscheck_net *net, int side) {
    const struct crosscheck_queue *q = &net->queues[side];
    if (q->head + 1 >= q->n)
        return false;
    const struct circuit_edge *ends = &q->edges[q->head + 1];
    sim_time least = net->delay[ends->level];
    return least && ends->time - q->edges[q->head].time < least + CROSSCHECK_SLACK;
}

static bool is_pair(const struct crosscheck_net *net, const struct crosscheck_drift *drift) {
    const struct circuit_edge *a = head_of(&net->queues[0]), *b = head_of(&net->queues[1]);
    return a && b && a->level == b->level &&
           distance(beyond(net, a, b, drift), 0) <= window(net, a->time);
}

/* What stands first: nothing that is settled, a pair, or a difference. */
static bool look(const struct crosscheck_net *net, sim_time time, sim_time limit,
                 const struct crosscheck_drift *drift, struct crosscheck_difference *found) {
    const struct circuit_edge *a = head_of(&net->queues[0]), *b = head_of(&net->queues[1]);
    int side = !a || (b && b->time < a->time);
    const struct circuit_edge *first = side ? b : a;
    *found =
        (struct crosscheck_difference){CROSSCHECK_NOTHING, first ? first->time : SIM_NEVER, false};
    if (!first || first->time >= limit)
        return false;
    if (is_pair(net, drift)) {
        if (distance(pair_apart(net, drift), 0) > CROSSCHECK_WORST)
            found->what = CROSSCHECK_APART;
        return true;
    }
    if (first->time >=
        time - window(net, first->time) - distance(drifted(net, drift, first->time), 0))
        return false;
    found->what = side ? CROSSCHECK_ONLY_RTL : CROSSCHECK_ONLY_EVENT;
    found->runt = is_runt(net, side);
    return true;
}

static void compact(struct crosscheck_queue *q) {
    if (q->head)
        memmove(q->edges, q->edges + q->head, (q->n - q->head) * sizeof *q->edges);
    q->n -= q->head;
    q->head = 0;
}

bool crosscheck_pair(struct crosscheck_net *net, sim_time time, sim_time limit,
                     struct crosscheck_drift *drift, struct crosscheck_difference *difference) {
    while (look(net, time, limit, drift, difference)) {
        if (difference->what != CROSSCHECK_NOTHING)
            return true;
        take_pair(net, drift);
    }
    compact(&net->queues[0]);
    compact(&net->queues[1]);
    return false;
}

void crosscheck_count(struct crosscheck_net *net, const struct crosscheck_difference *difference,
                      struct crosscheck_drift *drift) {
    if (difference->what == CROSSCHECK_APART) {
        take_pair(net, drift);
        return;
    }
    int side = difference->what == CROSSCHECK_ONLY_RTL;
    net->tally.only[side]++;
    note(net, difference->what, difference->time);
    drop_head(&net->queues[side]);
}

/* The difference of the pair that stands `rank` in order, from 0. */
static sim_time ranked(const struct crosscheck_net *net, uint64_t rank) {
    uint64_t below = 0;
    for (int bin = 0; bin < CROSSCHECK_BINS; bin++) {
        below += net->tally.bins[bin];
        if (below > rank)
            return (sim_time)(bin - MIDDLE) * CROSSCHECK_BIN;
    }
    return 0;
}

/* Of an even number, the mean of the middle two: rises and falls may differ. */
sim_time crosscheck_median(const struct crosscheck_net *net) {
    if (!net->tally.pairs)
        return 0;
    return (ranked(net, (net->tally.pairs - 1) / 2) + ranked(net, net->tally.pairs / 2)) / 2;
}

sim_time crosscheck_percentile(const struct crosscheck_net *net, unsigned percent) {
    uint64_t within = 0;
    for (int reach = 0; reach <= MIDDLE; reach++) {
        within += net->tally.bins[MIDDLE + reach] + (reach ? net->tally.bins[MIDDLE - reach] : 0);
        if (within * 100 >= net->tally.pairs * percent)
            return (sim_time)reach * CROSSCHECK_BIN;
    }
    return 0;
}

bool crosscheck_agrees(const struct crosscheck_net *net) {
    return !net->tally.only[0] && !net->tally.only[1] && !net->tally.apart &&
           distance(crosscheck_median(net), 0) <= CROSSCHECK_MEDIAN;
}
