/* Edges from the board, kept per pin until they matter.
 *
 * A slave's clock has sixteen edges per octet, and all but one of them concern nobody but the
 * shift register. So an edge is an event of the queue only when a block that hears it acts on
 * it (struct stm32_ip, quiet); those before it are delivered with it, or when somebody can
 * see what they did: an access to a block, an event of a block that hears edges, a look at a
 * port. What is delivered late is what would have been delivered in time; config.edge_by_edge
 * does the latter, slowly, and must give the same run. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

/* Taken at a pin's first edge, so before a run; memory that is not used is not touched. What the
 * board does in a quantum of 1 ms, or in a frame of 1600 octets, has at most 45,000 edges at an
 * octet's 24 to 28, and a lane reserves twice as many. Only an owner that is further ahead, or a
 * net that oscillates, makes an inbox grow: in a call of stm32_pin_...(), never while the chip
 * runs by itself. */
#define FIRST_ROOM (1u << 17)
#define END        2 /* edges behind the last */

/* --- filling ------------------------------------------------------------------------------- */

/* Moves what waits to the front when that makes room enough, else doubles the memory. */
static bool make_room(struct inbox *in, size_t n) {
    size_t gone = in->edge ? in->head - HISTORY : 0, kept = in->n + END - gone;
    if (gone > in->cap / 2 && kept + n <= in->cap) {
        memmove(in->edge, in->edge + gone, kept * sizeof *in->edge);
        in->act -= in->act == SIZE_MAX ? 0 : gone;
        in->toggles -= in->toggles < gone ? in->toggles : gone;
        in->head -= gone;
        in->n -= gone;
        return true;
    }
    size_t cap = in->cap ? in->cap : FIRST_ROOM;
    while (in->n + END + n > cap)
        cap *= 2;
    struct stm32_edge *grown = realloc(in->edge, cap * sizeof *grown);
    if (!grown)
        return false;
    in->edge = grown;
    in->cap = cap;
    return true;
}

static inline void end_at(struct stm32_edge *edge) {
    for (unsigned i = 0; i < END; i++)
        edge[i].time = SIM_NEVER;
}

static void begin(struct stm32 *mcu, struct pin *pin) {
    struct inbox *in = &pin->inbox;
    mcu->inputs[mcu->n_inputs++] = pin;
    for (in->n = 0; in->n < HISTORY; in->n++)
        in->edge[in->n] = (struct stm32_edge){.time = mcu->now, .level = pin->board};
    end_at(&in->edge[in->n]);
    in->head = in->n;
}

/* Back to the front, so that an inbox that is emptied again and again stays small. */
static void restart(struct inbox *in) {
    memmove(in->edge, in->edge + in->head - HISTORY, (HISTORY + END) * sizeof *in->edge);
    in->head = in->n = HISTORY;
    in->toggles = 0;
}

bool inbox_reserve(struct stm32 *mcu, struct pin *pin, size_t n) {
    struct inbox *in = &pin->inbox;
    bool first = !in->edge;
    if (!first && in->head == in->n && in->head > HISTORY)
        restart(in);
    if (!first && in->n + END + n <= in->cap)
        return true;
    if (!make_room(in, first ? n + HISTORY : n))
        return false;
    if (first)
        begin(mcu, pin);
    return true;
}

static bool room(struct stm32 *mcu, struct pin *pin, size_t n) {
    if (lane_has(mcu, pin))
        lane_leave(mcu);
    return inbox_reserve(mcu, pin, n);
}

void inbox_resume(struct stm32 *mcu, struct pin *pin) {
    struct inbox *in = &pin->inbox;
    in->edge[in->n - 1] = (struct stm32_edge){.time = mcu->now, .level = pin->board};
    in->toggles = in->n;
}

void inbox_put(struct pin *pin, const struct stm32_edge *edge) {
    struct inbox *in = &pin->inbox;
    in->edge[in->n++] = *edge;
    end_at(&in->edge[in->n]);
}

static bool turns(unsigned level, const struct stm32_edge *last) {
    return (level ^ last->level) == 1;
}

/* An edge that may lie before others of its pin, or in the past. There is room. */
static void insert(struct stm32 *mcu, struct inbox *in, unsigned level, sim_time time,
                   uint32_t order) {
    size_t at = in->n++;
    time = time < mcu->now ? mcu->now : time; /* the core overshot it by a few cycles */
    if (!turns(level, &in->edge[at - 1]) || (at > in->head && in->edge[at - 1].time > time))
        in->toggles = in->n;
    end_at(&in->edge[in->n]);
    for (; at > in->head && in->edge[at - 1].time > time; at--)
        in->edge[at] = in->edge[at - 1];
    in->edge[at] = (struct stm32_edge){time, order, (uint8_t)level};
    mcu->stale |= STALE_ACTS;
}

static bool may_set(const struct stm32 *mcu, unsigned port, unsigned pin, sim_time time) {
    return port < PORTS && pin < PORT_PINS && mcu->pins[port][pin].exists && time >= mcu->reached;
}

/* The core is under way to a target that may now lie too far. */
static void cut_short(struct stm32 *mcu, sim_time time) {
    if (mcu->running && time < mcu->target)
        armv7m_request_stop(mcu->core);
}

bool stm32_pin_set(struct stm32 *mcu, unsigned port, unsigned n, unsigned level, sim_time time) {
    if (!may_set(mcu, port, n, time) || level > STM32_Z || !room(mcu, &mcu->pins[port][n], 1))
        return false;
    armv7m_unpark(mcu->core);
    insert(mcu, &mcu->pins[port][n].inbox, level, time, mcu->order++);
    cut_short(mcu, time);
    return true;
}

/* Pin and level of an edge in one number. */
static inline unsigned tag(unsigned pin, unsigned level) {
    return pin | level << 8;
}

/* As many of the first pin's edges as turn the level, when they come behind what it has. There
 * is room. */
static size_t append(struct stm32 *mcu, struct inbox *in, sim_time start,
                     const struct pin_edge *edges, size_t n) {
    struct stm32_edge *end = in->edge + in->n;
    sim_time first = start + edges[0].dt;
    const uint32_t order = mcu->order;
    unsigned want = tag(edges[0].pin, end[-1].level ^ 1U);
    size_t i = 0;
    if (first < end[-1].time || first < mcu->now)
        return 0;
    for (; i < n && tag(edges[i].pin, edges[i].level) == want; i++) {
        end[i].time = start + edges[i].dt;
        end[i].order = order + edges[i].rank;
        end[i].level = (uint8_t)(want >> 8);
        want ^= tag(0, 1);
    }
    end_at(end + i);
    if (i)
        mcu->stale |= in->head == in->n ? STALE_ACTS : STALE_NEXT;
    in->n += i;
    return i;
}

/* The edges of the first pin; how many, 0: they were refused. */
static size_t take_edges(struct stm32 *mcu, const struct stm32_pin *pins, sim_time start,
                         const struct pin_edge *edges, size_t n) {
    const struct stm32_pin at = pins[edges[0].pin];
    if (!may_set(mcu, at.port, at.pin, start))
        return 0;
    struct pin *pin = &mcu->pins[at.port][at.pin];
    if (!room(mcu, pin, n))
        return 0;
    size_t i = append(mcu, &pin->inbox, start, edges, n);
    for (; i < n && edges[i].pin == edges[0].pin; i++)
        insert(mcu, &pin->inbox, edges[i].level, start + edges[i].dt, mcu->order + edges[i].rank);
    return i;
}

/* The edges of clock and data into the lane: how many. */
static size_t take_digest(struct stm32 *mcu, const struct stm32_pin *pins, sim_time start,
                          const struct pin_digest *digest) {
    if (!digest || !may_set(mcu, pins[0].port, pins[0].pin, start) ||
        !may_set(mcu, pins[1].port, pins[1].pin, start))
        return 0;
    struct pin *clock = &mcu->pins[pins[0].port][pins[0].pin];
    struct pin *data = &mcu->pins[pins[1].port][pins[1].pin];
    return lane_push(mcu, clock, data, start, digest) ? digest->others : 0;
}

bool stm32_pin_list(struct stm32 *mcu, const struct stm32_pin *pins, sim_time start,
                    const struct pin_list *list) {
    armv7m_unpark(mcu->core);
    size_t i = take_digest(mcu, pins, start, list->digest);
    for (size_t taken; i < list->n; i += taken) {
        taken = take_edges(mcu, pins, start, list->edges + i, list->n - i);
        if (!taken)
            return false;
    }
    mcu->order += (uint32_t)list->n;
    cut_short(mcu, start);
    return true;
}

bool stm32_pin_edges(struct stm32 *mcu, const struct stm32_pin *pins, sim_time start,
                     const struct pin_edge *edges, size_t n) {
    return stm32_pin_list(mcu, pins, start, &(struct pin_list){edges, n, NULL});
}

/* --- looking ahead ------------------------------------------------------------------------- */

static unsigned block_quiet(struct stm32_block *b, unsigned role) {
    return b->ip->quiet ? b->ip->quiet(b, role) : 0;
}

/* How many edges of the pin nobody acts on. */
static unsigned quiet_edges(struct stm32 *mcu, const struct pin *pin) {
    struct stm32_block *exti = pins_exti(mcu, pin);
    unsigned least = exti ? block_quiet(exti, pin->out.pin) : UINT_MAX;
    if (mcu->config.edge_by_edge)
        return 0;
    for (unsigned i = 0; i < pin->n_ears && least > 0; i++) {
        unsigned quiet = block_quiet(pin->ears[i].block, pin->ears[i].role);
        least = quiet < least ? quiet : least;
    }
    return least;
}

static void look_ahead(struct stm32 *mcu) {
    for (unsigned i = 0; i < mcu->n_inputs; i++) {
        struct inbox *in = &mcu->inputs[i]->inbox;
        if (in->head == in->n)
            continue;
        unsigned quiet = quiet_edges(mcu, mcu->inputs[i]);
        in->act = quiet == UINT_MAX ? SIZE_MAX : in->head + quiet;
    }
}

void inbox_search(struct stm32 *mcu) {
    const struct stm32_edge *least = &mcu->lane.act.edge;
    if (mcu->stale & STALE_ACTS || least->time == SIM_NEVER)
        lane_search(mcu);
    if (mcu->stale & STALE_ACTS) {
        mcu->feed.known = false;
        look_ahead(mcu);
    }
    mcu->stale = 0;
    mcu->next = NULL;
    mcu->next_on_pin = SIM_NEVER;
    for (unsigned i = 0; i < mcu->n_inputs; i++) {
        const struct inbox *in = &mcu->inputs[i]->inbox;
        if (in->head == in->n || in->act >= in->n)
            continue;
        if (in->edge[in->act].time < mcu->next_on_pin)
            mcu->next_on_pin = in->edge[in->act].time;
        if (!stm32_edge_before(&in->edge[in->act], least))
            continue;
        least = &in->edge[in->act];
        mcu->next = mcu->inputs[i];
    }
    mcu->next_edge.time = least->time;
    mcu->next_edge.order = least->order;
}

/* --- delivering ---------------------------------------------------------------------------- */

/* Edges to deliver: not after `limit`, and before the one to act on. */
static size_t count_due(const struct inbox *in, const struct stm32_edge *limit) {
    const struct stm32_edge *first = in->edge + in->head, *at = first;
    const struct stm32_edge *end = in->edge + (in->act < in->n ? in->act : in->n);
    if (first == end || stm32_edge_before(limit, first))
        return 0;
    if (!stm32_edge_before(limit, end - 1))
        return (size_t)(end - first);
    while (at->time < limit->time)
        at++;
    while (!stm32_edge_before(limit, at))
        at++;
    return (size_t)(at - first);
}

static bool ear_takes_group(struct stm32_block *b, unsigned role, unsigned level) {
    return b->in[role] == level && (b->ip->edges || block_quiet(b, role) == UINT_MAX);
}

/* Is each edge a change of what inputs see, and does nobody need them one by one? */
static bool takes_group(struct stm32 *mcu, const struct pin *pin) {
    struct stm32_block *exti = pins_exti(mcu, pin);
    if (pin->inbox.head < pin->inbox.toggles || pin->setup.mode == STM32_PIN_ANALOG ||
        pin->out.level != STM32_Z || pin->level != pin->board || mcu->config.edge_by_edge)
        return false;
    if (exti && block_quiet(exti, pin->out.pin) != UINT_MAX)
        return false;
    for (unsigned i = 0; i < pin->n_ears; i++)
        if (!ear_takes_group(pin->ears[i].block, pin->ears[i].role, pin->level))
            return false;
    return true;
}

/* Pins with edges that are due. */
struct group {
    struct pin *pin[PORTS * PORT_PINS];
    unsigned n;
    bool whole; /* they may be delivered as one */
};

static void join(struct stm32 *mcu, struct group *group, struct pin *pin, size_t due) {
    pin->inbox.due = due;
    if (due == 0)
        return;
    group->pin[group->n++] = pin;
    group->whole = group->whole && takes_group(mcu, pin);
}

static void collect(struct stm32 *mcu, const struct stm32_edge *limit, struct group *group) {
    group->n = 0;
    group->whole = true;
    for (unsigned i = 0; i < mcu->n_inputs; i++)
        join(mcu, group, mcu->inputs[i], count_due(&mcu->inputs[i]->inbox, limit));
}

/* The edge to act on, behind its pin's others. False: it must be delivered by itself. */
static bool join_act(struct stm32 *mcu, struct group *group, struct pin *pin) {
    if (!group->whole || !takes_group(mcu, pin))
        return false;
    if (pin->inbox.due == 0)
        group->pin[group->n++] = pin;
    pin->inbox.due++;
    return true;
}

static void gather(struct stm32 *mcu, struct pin *pin) {
    const struct stm32_edges list = {pin->inbox.edge + pin->inbox.head, pin->inbox.due};
    for (unsigned i = 0; i < pin->n_ears; i++) {
        struct stm32_block *b = pin->ears[i].block;
        b->gathered[pin->ears[i].role] = list;
        b->gathers = true;
    }
    pins_toggle(mcu, pin, list.n);
}

static void tell_ear(struct stm32_block *b, unsigned role, unsigned level, sim_time time) {
    bool news = b->in[role] != level;
    b->in[role] = (uint8_t)level;
    if (b->ip->edges && b->gathers) {
        b->gathers = false;
        b->ip->edges(b, b->gathered);
    } else if (!b->ip->edges && news) {
        b->ip->pin_in(b, role, level, time);
    }
    b->gathered[role].n = 0;
}

static void tell_group(struct stm32 *mcu, struct pin *pin) {
    const struct stm32_edge last = pin->inbox.edge[pin->inbox.head - 1];
    struct stm32_block *exti = pins_exti(mcu, pin);
    for (unsigned i = 0; i < pin->n_ears; i++)
        tell_ear(pin->ears[i].block, pin->ears[i].role, last.level, last.time);
    if (exti)
        exti->ip->pin_in(exti, pin->out.pin, last.level, last.time);
}

/* In between, the pins are where they will be and not all blocks know it: what an edge to act
 * on leads to finds nothing more to deliver. */
static void deliver_whole(struct stm32 *mcu, const struct group *group) {
    mcu->delivers = true;
    for (unsigned i = 0; i < group->n; i++)
        gather(mcu, group->pin[i]);
    for (unsigned i = 0; i < group->n; i++)
        tell_group(mcu, group->pin[i]);
    mcu->delivers = false;
}

static void deliver_in_turn(struct stm32 *mcu, const struct stm32_edge *limit) {
    for (;;) {
        struct pin *first = NULL;
        for (unsigned i = 0; i < mcu->n_inputs; i++) {
            struct inbox *in = &mcu->inputs[i]->inbox;
            if (count_due(in, limit) > 0 &&
                (!first ||
                 stm32_edge_before(&in->edge[in->head], &first->inbox.edge[first->inbox.head])))
                first = mcu->inputs[i];
        }
        if (!first)
            return;
        pins_board(mcu, first);
    }
}

static bool waits(const struct stm32 *mcu, sim_time time) {
    for (unsigned i = 0; i < mcu->n_inputs; i++) {
        const struct inbox *in = &mcu->inputs[i]->inbox;
        if (in->head < in->n && in->edge[in->head].time <= time)
            return true;
    }
    return false;
}

static void deliver(struct stm32 *mcu, const struct group *group, const struct stm32_edge *limit) {
    if (group->whole)
        deliver_whole(mcu, group);
    else
        deliver_in_turn(mcu, limit);
}

void inbox_settle(struct stm32 *mcu, sim_time time) {
    struct stm32_edge limit = {.time = time, .order = mcu->order};
    struct group group;
    if (mcu->delivers || (!waits(mcu, time) && !lane_waits(mcu, time)))
        return;
    if (inbox_next(mcu) <= time)
        limit = mcu->next_edge;
    mcu->feed.known = false;
    lane_settle(mcu, &limit);
    collect(mcu, &limit, &group);
    deliver(mcu, &group, &limit);
}

static void act_on_pin(struct stm32 *mcu, const struct stm32_edge *edge) {
    struct pin *pin = mcu->next;
    struct group group;
    collect(mcu, edge, &group);
    bool joined = join_act(mcu, &group, pin);
    lane_settle(mcu, edge);
    deliver(mcu, &group, edge);
    if (!joined)
        pins_board(mcu, pin);
    mcu->stale |= STALE_ACTS;
}

static void act_in_lane(struct stm32 *mcu, const struct stm32_edge *edge) {
    struct group group;
    if (waits(mcu, edge->time)) {
        collect(mcu, edge, &group);
        deliver(mcu, &group, edge);
    }
    lane_act(mcu);
}

void inbox_act(struct stm32 *mcu) {
    const struct stm32_edge edge = mcu->next_edge;
    if (edge.time > mcu->now)
        mcu->now = edge.time;
    if (mcu->next)
        act_on_pin(mcu, &edge);
    else
        act_in_lane(mcu, &edge);
}
