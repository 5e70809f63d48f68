/* Interrupt lines and DMA requests by table, gates and resets by RCC bit. */
#include <stdlib.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

struct stm32_block *block_by_name(const struct stm32 *mcu, const char *name) {
    for (unsigned i = 0; i < mcu->n_blocks; i++)
        if (strcmp(mcu->blocks[i].row->name, name) == 0)
            return &mcu->blocks[i];
    return NULL;
}

struct stm32_block *stm32_peer(struct stm32_block *b, const char *name) {
    return block_by_name(b->mcu, name);
}

/* --- interrupts --- */

static void line_level(struct stm32 *mcu, unsigned line, bool level) {
    uint8_t *count = &mcu->irq_count[line];
    mcu->roused = true;
    if (level ? (*count)++ == 0 : --*count == 0)
        armv7m_set_irq(mcu->core, line, level);
}

void stm32_irq(struct stm32_block *b, unsigned n, bool level) {
    if (n >= b->row->irqs.n || (b->irq_high >> n & 1) == level)
        return;
    b->irq_high ^= (uint16_t)(1U << n);
    line_level(b->mcu, b->row->irqs.line[n], level);
}

void stm32_send_event(struct stm32_block *b) {
    b->mcu->roused = true;
    armv7m_event(b->mcu->core);
}

/* --- DMA --- */

static void route_level(struct stm32 *mcu, const struct route *route, bool level) {
    struct stm32_block *dma = &mcu->blocks[route->dma];
    uint8_t *count = &dma->line_count[route->line];
    if ((level ? (*count)++ == 0 : --*count == 0) && dma->ip->dma_request)
        dma->ip->dma_request(dma, route->line, level);
}

void stm32_dma_request(struct stm32_block *b, enum stm32_signal signal, bool level) {
    if ((b->signal_high >> signal & 1) == level)
        return;
    b->signal_high ^= (uint16_t)(1U << signal);
    const struct routes *of = &b->routes[signal];
    for (unsigned i = of->first; i < of->first + of->n; i++)
        route_level(b->mcu, &b->mcu->routes[i], level);
}

void stm32_dma_served(struct stm32_block *b, unsigned line) {
    struct stm32 *mcu = b->mcu;
    if (!(b->acked_lines >> line & 1))
        return;
    for (unsigned i = 0; i < mcu->n_routes; i++) {
        const struct route *route = &mcu->routes[i];
        struct stm32_block *source = &mcu->blocks[route->source];
        if (route->dma == b->index && route->line == line && source->ip->dma_ack &&
            source->signal_high >> route->signal & 1)
            source->ip->dma_ack(source, route->signal);
    }
}

void routes_release(struct stm32_block *b) {
    for (unsigned n = 0; n < b->row->irqs.n; n++)
        stm32_irq(b, n, false);
    for (unsigned signal = 0; signal < STM32_SIGNALS; signal++)
        stm32_dma_request(b, signal, false);
}

/* A route's two blocks. False when the table names a block that the chip has not; a route
 * from or to a stub is left out (`ok` false). */
static bool resolve(struct stm32 *mcu, const struct stm32_dma_route *row, struct route *route,
                    bool *ok, struct sim_err *err) {
    struct stm32_block *source = block_by_name(mcu, row->block);
    struct stm32_block *dma = block_by_name(mcu, row->dma);
    if (!source || !dma)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "chip %s: DMA row %s to %s: no such block",
                           mcu->chip->name, row->block, row->dma);
    *ok = source->ip && dma->ip;
    if (*ok && (row->line >= dma->ip->n_lines || row->line >= MAX_LINES))
        return sim_err_set(err, SIM_ERR_UNMODELLED, "chip %s: %s has no request line %u",
                           mcu->chip->name, row->dma, (unsigned)row->line);
    *route = (struct route){source->index, row->signal, dma->index, row->line};
    return true;
}

static int by_source(const void *a, const void *b) {
    const struct route *left = a, *right = b;
    return left->source != right->source ? left->source - right->source
                                         : left->signal - right->signal;
}

static void index_routes(struct stm32 *mcu) {
    qsort(mcu->routes, mcu->n_routes, sizeof(struct route), by_source);
    for (unsigned i = mcu->n_routes; i-- > 0;) {
        struct stm32_block *source = &mcu->blocks[mcu->routes[i].source];
        struct routes *of = &source->routes[mcu->routes[i].signal];
        of->first = (uint16_t)i;
        of->n++;
        if (source->ip->dma_ack)
            mcu->blocks[mcu->routes[i].dma].acked_lines |= UINT64_C(1) << mcu->routes[i].line;
    }
}

bool routes_create(struct stm32 *mcu, struct sim_err *err) {
    unsigned n = 0;
    while (mcu->chip->dma[n].block)
        n++;
    mcu->routes = calloc(n + 1, sizeof(struct route));
    if (!mcu->routes)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (unsigned i = 0; i < n; i++) {
        bool ok;
        if (!resolve(mcu, &mcu->chip->dma[i], &mcu->routes[mcu->n_routes], &ok, err))
            return false;
        mcu->n_routes += ok;
    }
    index_routes(mcu);
    return true;
}

/* --- RCC --- */

static void set_clocked(struct stm32_block *b, bool on) {
    if (b->clocked == on)
        return;
    b->clocked = on;
    if (b->ip && b->ip->clock_changed)
        b->ip->clock_changed(b);
}

void stm32_set_gates(struct stm32_block *b, uint32_t offset, uint32_t value) {
    for (unsigned i = 0; i < b->mcu->n_blocks; i++) {
        struct stm32_block *other = &b->mcu->blocks[i];
        if (offset && other->row->enable.offset == offset)
            set_clocked(other, value >> other->row->enable.bit & 1);
    }
}

void stm32_set_resets(struct stm32_block *b, uint32_t offset, uint32_t value) {
    for (unsigned i = 0; i < b->mcu->n_blocks; i++) {
        struct stm32_block *other = &b->mcu->blocks[i];
        if (!offset || other->row->reset.offset != offset)
            continue;
        bool held = value >> other->row->reset.bit & 1;
        if (held && !other->held && other->ip)
            block_reset(other, STM32_GATED);
        other->held = held;
    }
}

enum stm32_cause stm32_last_reset(const struct stm32_block *b) {
    return b->mcu->cause;
}

void stm32_reset_chip(struct stm32_block *b, enum stm32_cause cause) {
    b->mcu->reset_wanted = b->mcu->roused = true;
    b->mcu->wanted = cause;
    if (b->mcu->running)
        armv7m_request_stop(b->mcu->core);
}
