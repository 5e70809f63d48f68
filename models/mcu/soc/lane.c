/* The lane: lists of edges of a clock and its data that are delivered without being taken
 * apart.
 *
 * Most edges of a run are the same few lists again and again, one per octet on the line, for a
 * receiver that shifts their bits in. While nobody else hears those two pins, a list waits in
 * the lane as a start and its digest, the receiver gets its bits as a number, and only the
 * edge that fills its frame is searched for. As soon as somebody else could see an edge, or a
 * list without a digest follows, what waits moves to the inboxes as edges: to the same effect,
 * which config.edge_by_edge, without a lane, shows. */
#include <limits.h>
#include <stdlib.h>

#include "models/mcu/soc/lane_walk.h"

static bool empty(const struct lane *l) {
    return l->head == l->tail;
}

bool lane_create(struct stm32 *mcu) {
    mcu->lane.items = calloc(LANE_ITEMS, sizeof *mcu->lane.items);
    mcu->lane.act.edge.time = SIM_NEVER;
    return mcu->lane.items != NULL;
}

void lane_destroy(struct stm32 *mcu) {
    free(mcu->lane.items);
}

/* --- what was delivered, for the input registers ------------------------------------------- */

/* The edge at a position: its pin, and its level. */
static unsigned pin_at(const struct pin_digest *d, unsigned at, unsigned *level) {
    unsigned clocks = d->move[at].clocks,
             pin = lane_clocks_before(d, at + 1) > clocks ? CLOCK : DATA;
    *level = pin == CLOCK ? d->first_clock ^ (clocks & 1) : d->first_data ^ ((at - clocks) & 1);
    return pin;
}

static void note_item(struct lane *l, size_t i) {
    const struct lane_item *item = lane_item(l, i);
    unsigned at = i == l->noted ? l->noted_at : 0, end = i == l->head ? l->at : item->digest->n;
    for (; at < end; at++) {
        unsigned level, pin = pin_at(item->digest, at, &level);
        pins_note(l->pin[pin], !level, item->start + item->digest->move[at].dt);
    }
}

void lane_note(struct lane *l) {
    size_t first = l->head, seen[2] = {0, 0};
    while (first > l->noted && (seen[CLOCK] < HISTORY || seen[DATA] < HISTORY)) {
        const struct pin_digest *d = lane_item(l, --first)->digest;
        seen[CLOCK] += d->n_clocks;
        seen[DATA] += d->n - d->n_clocks;
    }
    for (; first < l->head + (l->at > 0); first++)
        note_item(l, first);
    l->noted = l->head;
    l->noted_at = l->at;
}

/* --- who hears ------------------------------------------------------------------------------ */

static bool exti_deaf(struct stm32 *mcu, const struct pin *pin) {
    struct stm32_block *exti = pins_exti(mcu, pin);
    return !exti || (exti->ip->quiet && exti->ip->quiet(exti, pin->out.pin) == UINT_MAX);
}

static bool plain_input(const struct pin *pin) {
    return pin->setup.mode != STM32_PIN_ANALOG && pin->out.level == STM32_Z &&
           pin->level == pin->board;
}

/* The ear of the receiver; NULL: it has none there, or somebody else needs the edges. */
static const struct ear *only_ear(struct lane *l, const struct pin *pin) {
    const struct ear *found = NULL;
    for (unsigned i = 0; i < pin->n_ears; i++) {
        const struct ear *ear = &pin->ears[i];
        const struct stm32_ip *ip = ear->block->ip;
        if (ear->block->in[ear->role] != pin->level)
            return NULL;
        if (ip->listens && !found && (!l->block || l->block == ear->block))
            found = ear;
        else if (!ip->quiet || ip->quiet(ear->block, ear->role) != UINT_MAX)
            return NULL;
        else
            l->overheard = true;
    }
    return found;
}

static bool receiver(struct stm32 *mcu, struct lane *l) {
    l->block = NULL;
    l->overheard = pins_exti(mcu, l->pin[CLOCK]) || pins_exti(mcu, l->pin[DATA]);
    for (unsigned i = 0; i < 2; i++) {
        if (!plain_input(l->pin[i]) || !exti_deaf(mcu, l->pin[i]))
            return false;
        const struct ear *ear = only_ear(l, l->pin[i]);
        if (!ear)
            return false;
        l->block = ear->block;
        l->role[i] = ear->role;
    }
    return l->block->ip->listens(l->block, l->role[CLOCK], l->role[DATA], &l->wants);
}

static void find_act(struct lane *l) {
    unsigned from = empty(l) ? 0 : lane_item(l, l->head)->digest->move[l->at].clocks;
    lane_search_from(l, l->head, from, l->wants.left, &l->act);
}

/* --- to the inboxes ------------------------------------------------------------------------- */

static void put(struct lane *l, const struct lane_item *item, unsigned at) {
    const struct pin_move *move = &item->digest->move[at];
    unsigned level, pin = pin_at(item->digest, at, &level);
    inbox_put(l->pin[pin], &(struct stm32_edge){item->start + move->dt, item->order + move->rank,
                                                (uint8_t)level});
}

static void spill(struct stm32 *mcu, struct lane *l) {
    for (unsigned i = 0; i < 2; i++)
        inbox_resume(mcu, l->pin[i]);
    for (; !empty(l); l->head++, l->at = 0)
        for (; l->at < lane_item(l, l->head)->digest->n; l->at++)
            put(l, lane_item(l, l->head), l->at);
    l->waiting = 0;
    mcu->stale |= STALE_ACTS;
}

void lane_leave(struct stm32 *mcu) {
    struct lane *l = &mcu->lane;
    lane_note(l);
    if (!empty(l))
        spill(mcu, l);
    l->noted = l->head;
    l->noted_at = l->at = 0;
    l->reserved = 0;
    l->pin[CLOCK] = l->pin[DATA] = NULL;
    mcu->feed.known = false;
    find_act(l);
}

void lane_search(struct stm32 *mcu) {
    struct lane *l = &mcu->lane;
    if (mcu->stale & STALE_ACTS && l->pin[CLOCK] && !receiver(mcu, l))
        lane_leave(mcu);
    else
        find_act(l);
}

/* --- filling -------------------------------------------------------------------------------- */

static bool enter(struct stm32 *mcu, struct lane *l, struct pin *clock, struct pin *data) {
    bool same = l->pin[CLOCK] == clock && l->pin[DATA] == data;
    if (same && (!(mcu->stale & STALE_ACTS) || receiver(mcu, l)))
        return true;
    if (l->pin[CLOCK])
        lane_leave(mcu);
    if (clock == data || !inbox_rests(clock) || !inbox_rests(data))
        return false;
    l->pin[CLOCK] = clock;
    l->pin[DATA] = data;
    if (!receiver(mcu, l)) {
        l->pin[CLOCK] = l->pin[DATA] = NULL;
        return false;
    }
    pins_write_history(mcu, clock);
    pins_write_history(mcu, data);
    l->level[CLOCK] = clock->board;
    l->level[DATA] = data->board;
    l->end = mcu->now;
    return true;
}

/* Does the list go on where the lane ends? */
static bool follows(const struct stm32 *mcu, const struct lane *l, const struct pin_digest *d,
                    sim_time first) {
    bool clock = d->n_clocks > 0, data = d->n > d->n_clocks;
    return first >= l->end && first >= mcu->now && (!clock || d->first_clock != l->level[CLOCK]) &&
           (!data || d->first_data != l->level[DATA]);
}

/* Room for all that waits, and more, in both inboxes: what moves there must not fail. */
static bool reserve(struct stm32 *mcu, struct lane *l, size_t edges) {
    if (edges <= l->reserved)
        return true;
    if (!inbox_reserve(mcu, l->pin[CLOCK], 2 * edges) ||
        !inbox_reserve(mcu, l->pin[DATA], 2 * edges))
        return false;
    l->reserved = 2 * edges;
    return true;
}

static bool room(struct stm32 *mcu, struct lane *l, const struct pin_digest *d) {
    if (l->tail - l->noted == LANE_ITEMS)
        lane_note(l);
    return l->tail - l->noted < LANE_ITEMS && reserve(mcu, l, l->waiting + d->n);
}

bool lane_push(struct stm32 *mcu, struct pin *clock, struct pin *data, sim_time start,
               const struct pin_digest *d) {
    struct lane *l = &mcu->lane;
    if (mcu->config.edge_by_edge || mcu->delivers || (empty(l) && !enter(mcu, l, clock, data)) ||
        l->pin[CLOCK] != clock || l->pin[DATA] != data || !follows(mcu, l, d, start + d->first) ||
        !room(mcu, l, d))
        return false;
    *lane_item(l, l->tail++) = (struct lane_item){start, d, mcu->order};
    l->waiting += d->n;
    l->level[CLOCK] ^= d->n_clocks & 1;
    l->level[DATA] ^= (d->n - d->n_clocks) & 1;
    l->end = start + d->last;
    if (l->act.edge.time == SIM_NEVER)
        mcu->stale |= STALE_NEXT;
    return true;
}

/* --- delivering ----------------------------------------------------------------------------- */

static void overhear(struct stm32 *mcu, const struct lane *l, struct pin *pin) {
    struct stm32_block *exti = pins_exti(mcu, pin);
    for (unsigned i = 0; i < pin->n_ears; i++) {
        struct stm32_block *b = pin->ears[i].block;
        unsigned role = pin->ears[i].role;
        if (b == l->block || b->in[role] == pin->level)
            continue;
        b->in[role] = pin->level;
        b->ip->pin_in(b, role, pin->level, mcu->now);
    }
    if (exti)
        exti->ip->pin_in(exti, pin->out.pin, pin->level, mcu->now);
}

void lane_begin(const struct lane *l, struct stm32_bits *bits) {
    bits->edges = bits->samples = bits->bits = 0;
    bits->clock = l->pin[CLOCK]->level;
    bits->data = l->pin[DATA]->level;
    bits->data_role = l->role[DATA];
}

/* As with inboxes: the pins are where they will be before the first block knows it. */
void lane_levels(struct stm32 *mcu, const struct stm32_bits *bits) {
    struct lane *l = &mcu->lane;
    l->pin[CLOCK]->board = l->block->in[l->role[CLOCK]] = (uint8_t)bits->clock;
    l->pin[DATA]->board = l->block->in[l->role[DATA]] = (uint8_t)bits->data;
    pins_level(mcu, l->pin[CLOCK], bits->clock, mcu->now);
    pins_level(mcu, l->pin[DATA], bits->data, mcu->now);
    mcu->delivers = true;
    if (l->overheard) {
        overhear(mcu, l, l->pin[CLOCK]);
        overhear(mcu, l, l->pin[DATA]);
    }
    mcu->delivers = false;
}

static void finish(struct stm32 *mcu, struct lane *l, const struct stm32_bits *bits) {
    lane_levels(mcu, bits);
    mcu->delivers = true;
    l->block->ip->bits(l->block, bits);
    mcu->delivers = false;
}

/* Edges of the first list not behind `limit`, and before the one to act on. */
static unsigned due(const struct lane *l, const struct stm32_edge *limit) {
    const struct lane_item *item = lane_item(l, l->head);
    const struct pin_digest *d = item->digest;
    unsigned at = l->at, end = l->head == l->act.item ? l->act.at : d->n;
    if (item->start + d->last < limit->time)
        return end;
    for (; at < end; at++) {
        const struct stm32_edge edge = {item->start + d->move[at].dt,
                                        item->order + d->move[at].rank, 0};
        if (stm32_edge_before(limit, &edge))
            break;
    }
    return at;
}

void lane_settle(struct stm32 *mcu, const struct stm32_edge *limit) {
    struct lane *l = &mcu->lane;
    if (!lane_waits(mcu, limit->time))
        return;
    struct stm32_bits bits;
    lane_begin(l, &bits);
    while (!empty(l)) {
        unsigned to = due(l, limit);
        if (to == l->at)
            break;
        lane_pass(l, to, &bits);
    }
    l->wants.left -= l->wants.left == UINT_MAX ? 0 : bits.samples;
    if (bits.edges || bits.data != l->pin[DATA]->level)
        finish(mcu, l, &bits);
}

void lane_act(struct stm32 *mcu) {
    struct lane *l = &mcu->lane;
    struct stm32_bits bits;
    lane_begin(l, &bits);
    lane_pass_act(l, &bits);
    finish(mcu, l, &bits);
    if (!l->block->ip->listens(l->block, l->role[CLOCK], l->role[DATA], &l->wants))
        mcu->stale |= STALE_ACTS;
    find_act(l);
    mcu->stale |= STALE_NEXT;
}
