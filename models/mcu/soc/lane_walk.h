/* How the lane is walked: for lane.c and feed.c, inline as they do it for every octet. */
#ifndef MODELS_MCU_SOC_LANE_WALK_H
#define MODELS_MCU_SOC_LANE_WALK_H

#include <limits.h>

#include "models/mcu/soc/internal.h"

enum { CLOCK, DATA }; /* of the arrays in struct lane */

static inline struct lane_item *lane_item(const struct lane *l, size_t i) {
    return &l->items[i % LANE_ITEMS];
}

static inline unsigned lane_clocks_before(const struct pin_digest *d, unsigned at) {
    return at < d->n ? d->move[at].clocks : d->n_clocks;
}

/* Edges to the sampling level among the first `clocks` of the clock. */
static inline unsigned lane_samples_in(const struct lane *l, const struct pin_digest *d,
                                       unsigned clocks) {
    return (clocks + (d->first_clock == l->wants.level)) / 2;
}

/* The sample number `left` from 1 on, of those behind the first `from` edges of the clock of item
 * `i`: the one that the receiver acts on. */
static inline void lane_search_from(const struct lane *l, size_t i, unsigned from, unsigned left,
                                    struct lane_act *out) {
    for (; left != UINT_MAX && i < l->tail; i++, from = 0) {
        const struct lane_item *item = lane_item(l, i);
        const struct pin_digest *d = item->digest;
        unsigned before = lane_samples_in(l, d, from), all = lane_samples_in(l, d, d->n_clocks);
        if (left > all - before) {
            left -= all - before;
            continue;
        }
        unsigned nth = 2 * (before + left - 1) + (d->first_clock != l->wants.level);
        out->item = i;
        out->at = d->position[nth];
        out->edge.time = item->start + d->move[out->at].dt;
        out->edge.order = item->order + d->move[out->at].rank;
        return;
    }
    out->edge.time = SIM_NEVER;
    out->item = SIZE_MAX;
}

/* The sample number `left` behind an act. */
static inline void lane_act_after(const struct lane *l, const struct lane_act *act, unsigned left,
                                  struct lane_act *next) {
    const struct pin_digest *d = lane_item(l, act->item)->digest;
    lane_search_from(l, act->item, lane_clocks_before(d, act->at + 1), left, next);
}

/* The first list's edges up to a position. */
static inline void lane_pass(struct lane *l, unsigned to, struct stm32_bits *out) {
    const struct pin_digest *d = lane_item(l, l->head)->digest;
    unsigned clocks = d->move[l->at].clocks, clocks_to = lane_clocks_before(d, to);
    unsigned first = lane_samples_in(l, d, clocks), n = lane_samples_in(l, d, clocks_to) - first;
    if (n > 0) {
        uint32_t turned = out->data ^ ((l->at - clocks) & 1) ? UINT32_MAX : 0;
        uint32_t bits = (d->sampled[l->wants.level] ^ turned) << first >> (32 - n);
        out->bits = out->bits << n | bits;
        out->samples += n;
    }
    out->edges += clocks_to - clocks;
    out->clock ^= (clocks_to - clocks) & 1;
    out->data ^= (to - clocks_to - (l->at - clocks)) & 1;
    l->at = to;
    if (to < d->n)
        return;
    l->waiting -= d->n;
    l->head++;
    l->at = 0;
}

/* All edges up to `act`. */
static inline void lane_pass_act(struct lane *l, struct stm32_bits *bits) {
    while (l->head < l->act.item)
        lane_pass(l, lane_item(l, l->head)->digest->n, bits);
    lane_pass(l, l->act.at + 1, bits);
}

#endif
