/* The feed: frames of the lane's receiver that a DMA puts into memory, each in one step.
 *
 * Between the edge that fills a frame and its octet in memory nobody can look, unless by an access
 * to a block: request, arbitration and the read of the data register are then worked out instead
 * of done, as long as both blocks say that nothing else comes of them (feeds and drains of struct
 * stm32_ip). It is to the same effect, which config.edge_by_edge, without a lane, shows. */
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

static bool find(struct stm32 *mcu, struct feed *f) {
    const struct lane *l = &mcu->lane;
    struct stm32_block *b = l->block;
    if (!b->ip->feeds || !b->clocked || b->held || !b->ip->feeds(b, &f->from))
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
    uint32_t span = f->to.step ? f->to.items : 1;
    f->memory = f->to.items ? bus_dma_memory(mcu, f->to.memory, span, true) : NULL;
    return f->memory;
}

static inline bool usable(struct stm32 *mcu, struct feed *f) {
    if (!f->known) {
        f->usable = find(mcu, f);
        f->known = true;
        f->looked = false;
    }
    return f->usable;
}

/* When the frame that the lane's `act` ends is in memory; false: not before the next one ends. */
static inline bool look(const struct lane *l, struct feed *f) {
    if (!f->looked) {
        f->tick = timebase_at(f->clock, l->act.edge.time) + f->to.latency;
        f->tick = f->tick > f->to.free ? f->tick : f->to.free;
        f->served = timebase_time(f->clock, f->tick);
    }
    if (!f->looked || f->next.edge.time == SIM_NEVER)
        lane_act_after(l, FRAME, &f->next);
    f->looked = true;
    return f->next.edge.time > f->served;
}

static uint32_t in_order(const struct feed *f, uint32_t wire) {
    if (!f->from.lsb_first)
        return wire;
    wire = (wire & 0x55) << 1 | (wire >> 1 & 0x55);
    wire = (wire & 0x33) << 2 | (wire >> 2 & 0x33);
    return (wire & 0x0f) << 4 | wire >> 4;
}

static void tell(struct stm32 *mcu, const struct feed *f, uint32_t address, uint32_t value) {
    if (!mcu->config.on_rx)
        return;
    struct stm32_rx rx = {STM32_RX_FRAME, .peripheral = f->from.address, .value = value, .size = 1};
    mcu->now = mcu->lane.act.edge.time;
    stm32_rx_tell(mcu->lane.block, &rx);
    rx.kind = STM32_RX_STORED;
    rx.address = address;
    mcu->now = f->served;
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

/* The last frame was `value`, and the plan goes on behind the octets stored. */
static void finish(struct stm32 *mcu, struct feed *f, uint32_t n, uint32_t value,
                   const struct stm32_bits *bits) {
    struct stm32_block *b = mcu->lane.block;
    uint32_t span = n * f->to.step;
    armv7m_invalidate(mcu->core, f->to.memory, span ? span : 1);
    lane_levels(mcu, bits);
    b->ip->fed(b, value, bits);
    f->dma->ip->drained(f->dma, f->line, n, f->to.free - f->to.beat);
    f->to.memory += span;
    f->memory += span;
    f->to.items -= n;
    f->known = f->to.items > 0;
    f->from.bits = f->from.n_bits = 0;
    mcu->lane.wants.left = FRAME;
    mcu->stale |= STALE_NEXT;
}

bool feed_run(struct stm32 *mcu, sim_time limit) {
    struct lane *l = &mcu->lane;
    struct feed *f = &mcu->feed;
    struct stm32_bits bits;
    if (!usable(mcu, f))
        return false;
    sim_time waiting = first_waiting(mcu), until = bound(mcu, limit);
    uint32_t n = 0, value = 0;
    lane_begin(l, &bits);
    bits.bits = f->from.bits;
    for (; n < f->to.items && l->act.edge.time < waiting && !mcu->stop_wanted; n++) {
        if (!look(l, f) || f->served > until)
            break;
        lane_pass_act(l, &bits);
        value = in_order(f, bits.bits & 0xff);
        f->memory[n * f->to.step] = (uint8_t)value;
        tell(mcu, f, f->to.memory + n * f->to.step, value);
        mcu->now = f->served;
        f->to.free = f->tick + f->to.beat;
        l->act = f->next;
        f->looked = false;
    }
    if (n > 0)
        finish(mcu, f, n, value, &bits);
    return n > 0;
}

sim_time feed_seen(struct stm32 *mcu) {
    const struct lane *l = &mcu->lane;
    struct feed *f = &mcu->feed;
    if (l->act.edge.time == SIM_NEVER || !usable(mcu, f) || !look(l, f))
        return l->act.edge.time;
    return f->served;
}
