/* The feed: frames of the lane's receiver that a DMA puts into memory, each in one step.
 *
 * Between the edge that fills a frame and its octet in memory nobody can look, unless by an access
 * to a block: request, arbitration and the read of the data register are then worked out instead
 * of done, as long as both blocks say that nothing else comes of them (feeds and drains of struct
 * stm32_ip). Who is told of every item (on_ndtr) has none. It is to the same effect, which
 * config.edge_by_edge, without a lane, shows. */
#include "models/mcu/soc/lane_walk.h"

#define FRAME 8 /* bits */

static bool join(struct stm32 *mcu, const struct route *route, struct feed *f) {
    struct stm32_block *dma = &mcu->blocks[route->dma];
    bool free = dma->line_count[route->line] == 0 && !(dma->acked_lines >> route->line & 1);
    enum stm32_drains how = STM32_OTHERWISE;
    if (free && dma->ip->drains)
        how = dma->ip->drains(dma, route->line, &f->to);
    if (how != STM32_DRAINS)
        return how == STM32_IGNORES;
    bool first = !f->dma;
    f->dma = dma;
    f->line = route->line;
    return first && f->to.address == f->from.address;
}

/* There are two frames in a list at the most. */
static uint32_t most_items(const struct lane *l) {
    return 2 * (uint32_t)(l->tail - l->head) + 1;
}

/* The octets that it may still write. */
static uint32_t span_of(const struct feed *f) {
    return f->to.step ? f->to.items : 1;
}

static bool find(struct stm32 *mcu, struct feed *f) {
    const struct lane *l = &mcu->lane;
    struct stm32_block *b = l->block;
    if (mcu->config.on_ndtr || !b->ip->feeds || !b->clocked || b->held ||
        !b->ip->feeds(b, &f->from))
        return false;
    const struct routes *of = &b->routes[STM32_DMA_RX];
    f->dma = NULL;
    for (unsigned i = of->first; i < of->first + of->n; i++)
        if (!join(mcu, &mcu->routes[i], f))
            return false;
    if (!f->dma)
        return false;
    f->clock = &mcu->clocks[f->dma->row->clock];
    f->to.items = f->to.items < most_items(l) ? f->to.items : most_items(l);
    f->memory = f->to.items ? bus_dma_memory(mcu, f->to.memory, span_of(f), true) : NULL;
    return f->memory;
}

static inline bool usable(struct stm32 *mcu, struct feed *f) {
    if (!f->known) {
        if (f->fence) /* what it is for is forgotten */
            armv7m_request_stop(mcu->core);
        f->usable = find(mcu, f);
        f->known = true;
        f->n = 0;
        f->most = 2;
    }
    return f->usable;
}

static inline struct feed_frame *planned(struct feed *f, unsigned i) {
    return &f->plan[(f->first + i) % FEED_PLAN];
}

/* When a frame is in memory; false: not before the next one ends. */
static inline bool plan(const struct lane *l, struct feed *f, struct feed_frame *out) {
    uint64_t tick = timebase_at(f->clock, out->act.edge.time) + f->to.latency;
    uint64_t free = f->n ? planned(f, f->n - 1)->tick + f->to.beat : f->to.free;
    out->tick = tick > free ? tick : free;
    out->served = timebase_time(f->clock, out->tick);
    lane_act_after(l, &out->act, FRAME, &f->after);
    return f->after.edge.time > out->served;
}

/* Meanwhile the lane may have more than when the last frame was planned. */
static inline void look_again(const struct lane *l, struct feed *f) {
    const struct feed_frame *last = planned(f, f->n - 1);
    if (f->after.edge.time == SIM_NEVER)
        lane_act_after(l, &last->act, FRAME, &f->after);
    if (f->after.edge.time > last->served)
        return;
    f->after = last->act;
    f->n--;
}

/* More frames, first a few, as an access to a block may soon end it all. */
static void plan_ahead(const struct lane *l, struct feed *f) {
    if (f->n > 0)
        look_again(l, f);
    for (; f->n < f->most && f->n < f->to.items; f->n++) {
        struct feed_frame *next = planned(f, f->n);
        next->act = f->n ? f->after : l->act;
        if (next->act.edge.time == SIM_NEVER)
            return;
        if (!plan(l, f, next)) {
            f->after = next->act;
            return;
        }
    }
    f->most = f->most < FEED_PLAN ? 2 * f->most : FEED_PLAN;
}

static uint32_t in_order(const struct feed *f, uint32_t wire) {
    if (!f->from.lsb_first)
        return wire;
    wire = (wire & 0x55) << 1 | (wire >> 1 & 0x55);
    wire = (wire & 0x33) << 2 | (wire >> 2 & 0x33);
    return (wire & 0x0f) << 4 | wire >> 4;
}

static void tell(struct stm32 *mcu, const struct feed *f, const struct feed_frame *frame,
                 uint32_t value) {
    if (!mcu->config.on_rx)
        return;
    struct stm32_rx rx = {STM32_RX_FRAME, .peripheral = f->from.address, .value = value, .size = 1};
    mcu->now = frame->act.edge.time;
    stm32_rx_tell(mcu->lane.block, &rx);
    rx.kind = STM32_RX_STORED;
    rx.address = f->to.memory;
    mcu->now = frame->served;
    stm32_rx_tell(f->dma, &rx);
}

/* Before anything else happens: of edges and events at one time the edges come first. */
static sim_time bound(const struct stm32 *mcu, sim_time limit) {
    sim_time event = mcu->head ? mcu->head->time - 1 : SIM_NEVER;
    limit = limit < event ? limit : event;
    return limit < mcu->next_on_pin ? limit : mcu->next_on_pin - 1;
}

/* The first edge that waits in an inbox, although nobody acts on it. */
static sim_time first_waiting(const struct stm32 *mcu) {
    sim_time first = SIM_NEVER;
    for (unsigned i = 0; i < mcu->n_inputs; i++) {
        const struct inbox *in = &mcu->inputs[i]->inbox;
        if (in->head < in->n && in->edge[in->head].time < first)
            first = in->edge[in->head].time;
    }
    return first;
}

static void set_fence(struct stm32 *mcu, struct feed *f) {
    uint32_t size = f->to.step ? f->n * f->to.step : f->n > 0;
    f->fence = armv7m_fence(mcu->core, f->to.memory, size);
}

/* The frame that ends next, planned or not; false: there is none, or it is not for the feed. */
static inline bool take_next(const struct lane *l, struct feed *f, struct feed_frame *out,
                             sim_time until) {
    if (f->n == 1)
        look_again(l, f);
    if (f->n == 0) {
        out->act = l->act;
        return out->act.edge.time != SIM_NEVER && plan(l, f, out) && out->served <= until;
    }
    *out = *planned(f, 0);
    if (out->served > until)
        return false;
    f->first = (f->first + 1) % FEED_PLAN;
    f->n--;
    return true;
}

/* One frame, whose value this is. */
static inline uint32_t store(struct stm32 *mcu, struct feed *f, const struct feed_frame *frame,
                             struct stm32_bits *bits) {
    lane_pass_act(&mcu->lane, bits);
    uint32_t value = in_order(f, bits->bits & 0xff);
    *f->memory = (uint8_t)value;
    tell(mcu, f, frame, value);
    mcu->now = frame->served;
    mcu->lane.act = f->n ? planned(f, 0)->act : f->after;
    f->to.free = frame->tick + f->to.beat;
    f->to.memory += f->to.step;
    f->memory += f->to.step;
    f->to.items--;
    return value;
}

/* `n` frames were stored from an address on, the last one was `value`. */
static void finish(struct stm32 *mcu, struct feed *f, uint32_t address, uint32_t n, uint32_t value,
                   const struct stm32_bits *bits) {
    struct stm32_block *b = mcu->lane.block;
    armv7m_invalidate(mcu->core, address, f->to.step ? n * f->to.step : 1);
    lane_levels(mcu, bits);
    b->ip->fed(b, value, bits);
    f->dma->ip->drained(f->dma, f->line, n, f->to.free - f->to.beat);
    f->known = f->to.items > 0;
    f->from.bits = f->from.n_bits = 0;
    f->hit = false;
    if (f->fence)
        set_fence(mcu, f);
    mcu->lane.wants.left = FRAME;
    mcu->stale |= STALE_NEXT;
}

bool feed_run(struct stm32 *mcu, sim_time limit) {
    struct lane *l = &mcu->lane;
    struct feed *f = &mcu->feed;
    struct stm32_bits bits;
    if (!usable(mcu, f) || armv7m_park_touches(mcu->core, f->to.memory, span_of(f)))
        return false;
    sim_time waiting = first_waiting(mcu), until = bound(mcu, limit);
    uint32_t n = 0, value = 0, address = f->to.memory;
    lane_begin(l, &bits);
    bits.bits = f->from.bits;
    for (; l->act.edge.time < waiting && !mcu->stop_wanted && f->to.items > 0; n++) {
        struct feed_frame frame;
        if (!take_next(l, f, &frame, until))
            break;
        value = store(mcu, f, &frame, &bits);
    }
    if (n > 0)
        finish(mcu, f, address, n, value, &bits);
    return n > 0;
}

/* Who sees the memory elsewhere, too, would pass by the fence. */
static bool may_fence(const struct stm32 *mcu) {
    return mcu->zero && mcu->zero->what->kind != STM32_SRAM;
}

sim_time feed_seen(struct stm32 *mcu) {
    const struct lane *l = &mcu->lane;
    struct feed *f = &mcu->feed;
    f->fence = false;
    if (l->act.edge.time == SIM_NEVER || !usable(mcu, f))
        return l->act.edge.time;
    plan_ahead(l, f);
    if (f->n == 0)
        return l->act.edge.time;
    if (!f->hit && may_fence(mcu))
        set_fence(mcu, f);
    if (f->fence && f->after.edge.time == SIM_NEVER)
        return SIM_NEVER;
    return planned(f, f->fence ? f->n - 1 : 0)->served;
}

void feed_release(struct stm32 *mcu) {
    if (mcu->feed.fence)
        armv7m_fence(mcu->core, 0, 0);
    mcu->feed.fence = false;
}
