/* The queue: events of the blocks and edges from the board, in the order of time. An edge
 * comes before an event of the same picosecond; events of one time run first in, first out. */
#include "models/mcu/soc/internal.h"

static void unlink_event(struct stm32 *mcu, struct event *e) {
    if (!e->queued)
        return;
    if (e->prev)
        e->prev->next = e->next;
    else
        mcu->head = e->next;
    if (e->next)
        e->next->prev = e->prev;
    e->queued = false;
}

static void insert_event(struct stm32 *mcu, struct event *e) {
    struct event *before = NULL, *after = mcu->head;
    while (after && after->time <= e->time) {
        before = after;
        after = after->next;
    }
    e->prev = before;
    e->next = after;
    if (before)
        before->next = e;
    else
        mcu->head = e;
    if (after)
        after->prev = e;
    e->queued = true;
}

void stm32_schedule(struct stm32_block *b, unsigned id, sim_time time) {
    struct stm32 *mcu = b->mcu;
    struct event *e = &b->events[id];
    unlink_event(mcu, e);
    if (time == SIM_NEVER)
        return;
    e->time = time < mcu->now ? mcu->now : time;
    insert_event(mcu, e);
    if (mcu->running && e->time < mcu->target)
        armv7m_request_stop(mcu->core);
}

void stm32_cancel(struct stm32_block *b, unsigned id) {
    unlink_event(b->mcu, &b->events[id]);
}

sim_time stm32_pending(const struct stm32_block *b, unsigned id) {
    return b->events[id].queued ? b->events[id].time : SIM_NEVER;
}

void events_cancel_all(struct stm32_block *b) {
    for (unsigned id = 0; b->ip && id < b->ip->n_events; id++)
        unlink_event(b->mcu, &b->events[id]);
}

sim_time stm32_now(const struct stm32_block *b) {
    return b->mcu->now;
}

static void set_now(struct stm32 *mcu, sim_time time) {
    if (time > mcu->now)
        mcu->now = time;
}

/* A block that hears no edges may run ahead of them; what it accesses settles them. */
static void run_event(struct stm32 *mcu) {
    struct event *e = mcu->head;
    unlink_event(mcu, e);
    set_now(mcu, e->time);
    bus_disturb(e->block);
    if (e->block->ip->pin_in)
        inbox_settle(mcu, mcu->now);
    e->block->ip->event(e->block, e->id);
    mcu->stale |= e->block->ip->pin_in ? STALE_ACTS : 0;
}

bool events_step(struct stm32 *mcu, sim_time limit) {
    sim_time edge = inbox_next(mcu);
    sim_time event = mcu->head ? mcu->head->time : SIM_NEVER;
    sim_time next = edge < event ? edge : event;
    if (next > limit || next == SIM_NEVER)
        return false;
    if (edge <= event && !mcu->next && feed_run(mcu, limit))
        return true;
    mcu->feed.known = false;
    if (edge <= event)
        inbox_act(mcu);
    else
        run_event(mcu);
    return true;
}

void events_advance(struct stm32 *mcu, sim_time time) {
    while (events_step(mcu, time))
        ;
    set_now(mcu, time);
}

sim_time events_next(struct stm32 *mcu) {
    sim_time edge = inbox_next(mcu);
    sim_time event = mcu->head ? mcu->head->time : SIM_NEVER;
    return edge < event ? edge : event;
}

sim_time events_seen(struct stm32 *mcu) {
    sim_time next = events_next(mcu), event = mcu->head ? mcu->head->time : SIM_NEVER;
    if (mcu->next || next == event)
        return next;
    sim_time seen = feed_seen(mcu);
    seen = seen < event ? seen : event;
    return seen < mcu->next_on_pin ? seen : mcu->next_on_pin;
}
