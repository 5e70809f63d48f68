/* Pairing over all nets, and what is not held against the engines: they may differ by a
 * nanosecond, so a flip-flop whose window is violated, or a gate that just so lets a pulse
 * through, may go either way. Only the nets behind it are spared, only from then on, and only
 * when the frame was lost by it.
 */
#include <string.h>

#include "harness/crosscheck_internal.h"

static bool is_behind(const struct crosscheck_run *run, size_t to, size_t from) {
    return to == from || run->reached[to * run->n_compared + from];
}

static void spare_behind(struct crosscheck_run *run, size_t from) {
    for (size_t i = 0; i < run->n_compared; i++)
        run->doubt.nets[i] |= is_behind(run, i, from);
}

static void begin(struct crosscheck_run *run, sim_time time) {
    if (run->doubt.time != SIM_NEVER)
        return;
    memset(run->doubt.nets, 0, run->n_compared);
    run->doubt.time = time;
    run->doubt.kept = false;
}

void crosscheck_doubt(struct crosscheck_run *run, size_t net, sim_time time) {
    begin(run, time);
    spare_behind(run, net);
}

void crosscheck_doubt_end(struct crosscheck_run *run, bool without_effect) {
    struct doubt *doubt = &run->doubt;
    for (size_t i = 0; doubt->kept && !without_effect && i < run->n_compared; i++) {
        struct crosscheck_net *net = &run->compared[i];
        if (!doubt->nets[i])
            continue;
        net->tally = doubt->before[i];
        for (int side = 0; side < 2; side++)
            net->queues[side].n = net->queues[side].head = 0;
    }
    doubt->time = SIM_NEVER;
    doubt->kept = false;
}

/* The net whose difference comes first in time; the oscillator's nets are looked at first: the
 * others follow its drift. */
static size_t first_difference(struct crosscheck_run *run, sim_time time, sim_time limit,
                               struct crosscheck_difference *first) {
    size_t found = run->n_compared;
    first->time = SIM_NEVER;
    for (int self_timed = 1; self_timed >= 0; self_timed--)
        for (size_t i = 0; i < run->n_compared; i++) {
            struct crosscheck_difference difference;
            if (run->compared[i].self_timed != self_timed ||
                !crosscheck_pair(&run->compared[i], time, limit, &run->drift, &difference) ||
                difference.time >= first->time)
                continue;
            *first = difference;
            found = i;
        }
    return found;
}

/* Everything before `limit`. */
static bool pair_before(struct crosscheck_run *run, sim_time time, sim_time limit,
                        struct sim_err *err) {
    struct crosscheck_difference difference;
    size_t net;
    while ((net = first_difference(run, time, limit, &difference)) < run->n_compared) {
        if (difference.runt && run->doubt.time == SIM_NEVER) {
            crosscheck_doubt(run, net, difference.time);
            return true; /* as far as that, and then on */
        }
        if (difference.runt)
            spare_behind(run, net);
        bool news = !run->compared[net].tally.first.what && !run->doubt.kept;
        crosscheck_count(&run->compared[net], &difference, &run->drift);
        if (news && run->wave && !crosscheck_wave_difference(run->wave, difference.time, err))
            return false;
    }
    return true;
}

static void keep_tallies(struct crosscheck_run *run) {
    for (size_t i = 0; i < run->n_compared; i++)
        run->doubt.before[i] = run->compared[i].tally;
    run->doubt.kept = true;
}

bool crosscheck_pair_all(struct crosscheck_run *run, sim_time time, struct sim_err *err) {
    const struct doubt *doubt = &run->doubt;
    if (!doubt->kept && !pair_before(run, time, doubt->time, err))
        return false;
    if (doubt->time == SIM_NEVER)
        return true;
    if (!doubt->kept) {
        if (!pair_before(run, time, doubt->time, err))
            return false;
        if (time - doubt->time <= 2 * CROSSCHECK_WINDOW)
            return true; /* what came before is not settled yet */
        keep_tallies(run);
    }
    return pair_before(run, time, SIM_NEVER, err);
}
