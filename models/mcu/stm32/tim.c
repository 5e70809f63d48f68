/* The counter of STM32 timers. Sources: RM0368 section 13.3 (general purpose) and RM0090
 * section 20.3 (basic), registers in 13.4 and 20.4; section numbers below are RM0368's.
 *
 * Nothing happens per tick: the counter is worked out when somebody looks, and events are
 * scheduled only for what is enabled in DIER or stops the counter. Counting begins with the
 * first tick after CEN is set. A counter above ARR runs to its end and starts again at 0,
 * which is taken for an update event. */
#include "models/mcu/stm32/tim.h"

enum { CEN = 1, UDIS = 2, URS = 4, OPM = 8, DIR = 16, ARPE = 128 }; /* 13.4.1 */
enum { UIF = 1, CC1IF = 2, FLAGS = 0x1f };                          /* 13.4.5; DIER alike */
enum { UDE = 1 << 8, CC1DE = 1 << 9 };                              /* 13.4.4 */
enum { UG = 1 };                                                    /* 13.4.6 */

#define FAR UINT64_MAX

static uint32_t top(const struct stm32_block *b) {
    return stm32_row(b)->variant == 32 ? UINT32_MAX : 0xffff;
}

static bool down(const struct stm32_block *b) {
    return stm32_get(b, TIM_CR1) & DIR;
}

static bool counting(const struct stm32_block *b, const struct tim *t) {
    return (stm32_get(b, TIM_CR1) & CEN) && t->arr > 0; /* 13.4.12: blocked while ARR is 0 */
}

/* --- flags ----------------------------------------------------------------------------------- */

static void signal(struct stm32_block *b, struct tim *t) {
    bool irq = t->sr & stm32_get(b, TIM_DIER) & FLAGS;
    if (irq != t->irq)
        stm32_irq(b, 0, t->irq = irq);
}

static void raise(struct stm32_block *b, struct tim *t, uint32_t flag) {
    uint32_t dier = stm32_get(b, TIM_DIER);
    t->sr |= flag;
    if ((flag & UIF) && (dier & UDE))
        stm32_dma_request(b, STM32_DMA_UP, true);
    for (unsigned i = 0; i < t->channels; i++)
        if ((flag & CC1IF << i) && (dier & CC1DE << i))
            stm32_dma_request(b, STM32_DMA_CH1 + i, true);
}

/* Compare flags of values first..last, which the counter has just taken. */
static void compare(struct stm32_block *b, struct tim *t, uint64_t first, uint64_t last) {
    uint32_t flags = 0;
    for (unsigned i = 0; i < t->channels; i++)
        if (t->ccr[i] >= first && t->ccr[i] <= last)
            flags |= (uint32_t)CC1IF << i;
    if (flags)
        raise(b, t, flags);
}

/* --- counting -------------------------------------------------------------------------------- */

/* OCxPE, in CCMR1 and CCMR2: the compare value is preloaded. */
static bool preloads(const struct stm32_block *b, unsigned channel) {
    uint32_t ccmr = stm32_get(b, channel < 2 ? TIM_CCMR1 : TIM_CCMR2);
    return ccmr >> (channel % 2 ? 11 : 3) & 1;
}

static void load_shadows(struct stm32_block *b, struct tim *t) {
    t->psc = stm32_get(b, TIM_PSC);
    t->arr = stm32_get(b, TIM_ARR);
    for (unsigned i = 0; i < t->channels; i++)
        t->ccr[i] = stm32_get(b, TIM_CCR1 + 4 * i);
}

/* The update event at an over- or underflow (13.3.2). */
static void update(struct stm32_block *b, struct tim *t) {
    uint32_t cr1 = stm32_get(b, TIM_CR1);
    if (!(cr1 & UDIS)) {
        load_shadows(b, t);
        raise(b, t, UIF);
    }
    t->cnt = down(b) ? t->arr : 0;
    if (cr1 & OPM)
        stm32_put(b, TIM_CR1, cr1 & ~(uint32_t)CEN);
    compare(b, t, t->cnt, t->cnt);
}

/* Counts until the next update event. */
static uint64_t to_update(const struct stm32_block *b, const struct tim *t) {
    if (down(b))
        return (uint64_t)t->cnt + 1;
    return (uint64_t)(t->cnt <= t->arr ? t->arr : top(b)) - t->cnt + 1;
}

/* `n` counts within a period. */
static void count(struct stm32_block *b, struct tim *t, uint64_t n) {
    if (n == 0)
        return;
    if (down(b))
        compare(b, t, t->cnt - n, (uint64_t)t->cnt - 1);
    else
        compare(b, t, (uint64_t)t->cnt + 1, t->cnt + n);
    t->cnt = (uint32_t)(down(b) ? t->cnt - n : t->cnt + n);
}

/* After an update all whole periods are alike: their flags are raised once. */
static uint64_t skip_periods(struct stm32_block *b, struct tim *t, uint64_t n) {
    uint64_t period = (uint64_t)t->arr + 1;
    if (n < period || stm32_get(b, TIM_CR1) & OPM)
        return 0;
    compare(b, t, 0, t->arr);
    return n / period * period;
}

/* Brings the counter to the present tick. */
static void sync(struct stm32_block *b, struct tim *t) {
    uint64_t now = stm32_tick_at(b, stm32_now(b));
    while (counting(b, t)) {
        uint64_t divider = (uint64_t)t->psc + 1, n = (now - t->tick) / divider;
        uint64_t left = to_update(b, t);
        if (n < left) {
            count(b, t, n);
            t->tick += n * divider;
            return;
        }
        count(b, t, left - 1);
        t->tick += left * divider;
        update(b, t);
        if (!counting(b, t))
            break;
        divider = (uint64_t)t->psc + 1;
        t->tick += skip_periods(b, t, (now - t->tick) / divider) * divider;
    }
    t->tick = now;
}

/* Counts until a channel's compare match in this period; FAR when it is behind. */
static uint64_t to_match(const struct stm32_block *b, const struct tim *t, unsigned channel) {
    uint32_t ccr = t->ccr[channel];
    if (down(b))
        return ccr < t->cnt ? t->cnt - ccr : FAR;
    return ccr > t->cnt && ccr <= t->arr ? ccr - t->cnt : FAR;
}

/* Schedules the next thing that is more than a number to read. An update is always one
 * while compare events are wanted: they may lie in the next period. */
static void schedule(struct stm32_block *b, struct tim *t) {
    uint32_t cr1 = stm32_get(b, TIM_CR1), dier = stm32_get(b, TIM_DIER);
    uint64_t counts = cr1 & OPM || dier ? to_update(b, t) : FAR;
    for (unsigned i = 0; i < t->channels; i++)
        if (dier & (CC1IF | CC1DE) << i && to_match(b, t, i) < counts)
            counts = to_match(b, t, i);
    sim_time at = SIM_NEVER;
    if (counting(b, t) && counts != FAR)
        at = stm32_tick_time(b, t->tick + counts * ((uint64_t)t->psc + 1));
    if (at == SIM_NEVER)
        stm32_cancel(b, 0);
    else
        stm32_schedule(b, 0, at);
}

/* --- registers ------------------------------------------------------------------------------- */

/* UG: counter and prescaler begin anew; an update event unless UDIS, a flag unless URS. */
static void generate(struct stm32_block *b, struct tim *t, uint32_t value) {
    uint32_t cr1 = stm32_get(b, TIM_CR1);
    if (value & UG) {
        if (!(cr1 & UDIS))
            load_shadows(b, t);
        t->cnt = down(b) ? t->arr : 0;
        if (!(cr1 & (UDIS | URS)))
            raise(b, t, UIF);
    }
    if (value & FLAGS & ~(uint32_t)UG)
        raise(b, t, value & FLAGS & ~(uint32_t)UG);
}

static void write_value(struct stm32_block *b, struct tim *t, uint32_t offset, uint32_t value) {
    value &= offset == TIM_PSC ? 0xffff : top(b);
    if (offset == TIM_CNT) {
        t->cnt = value;
        return;
    }
    stm32_put(b, offset, value);
    if (offset == TIM_ARR && !(stm32_get(b, TIM_CR1) & ARPE))
        t->arr = value;
    unsigned channel = (offset - TIM_CCR1) / 4;
    if (offset >= TIM_CCR1 && !preloads(b, channel))
        t->ccr[channel] = value;
}

void tim_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct tim *t = stm32_state(b);
    sync(b, t);
    switch (offset) {
    case TIM_SR:
        t->sr &= value;
        break;
    case TIM_EGR:
        generate(b, t, value);
        break;
    case TIM_CNT:
    case TIM_PSC:
    case TIM_ARR:
    case TIM_CCR1:
    case TIM_CCR1 + 4:
    case TIM_CCR1 + 8:
    case TIM_CCR4:
        write_value(b, t, offset, value);
        break;
    default:
        stm32_store(b, offset, value);
    }
    if ((offset == TIM_EGR && (value & UG)) || offset == TIM_CNT)
        t->tick = stm32_tick_at(b, stm32_now(b));
    signal(b, t);
    schedule(b, t);
}

uint32_t tim_read(struct stm32_block *b, uint32_t offset) {
    struct tim *t = stm32_state(b);
    if (offset == TIM_CNT || offset == TIM_SR || offset == TIM_CR1) {
        sync(b, t);
        signal(b, t);
    }
    if (offset == TIM_CNT)
        return t->cnt;
    if (offset == TIM_SR)
        return t->sr;
    return offset == TIM_EGR ? 0 : stm32_get(b, offset);
}

void tim_event(struct stm32_block *b, unsigned id) {
    struct tim *t = stm32_state(b);
    (void)id;
    sync(b, t);
    signal(b, t);
    schedule(b, t);
}

void tim_clock_changed(struct stm32_block *b) {
    tim_event(b, 0);
}

void tim_dma_ack(struct stm32_block *b, unsigned signal) {
    stm32_dma_request(b, signal, false);
}

void tim_reset(struct stm32_block *b, unsigned channels) {
    uint64_t now = stm32_tick_at(b, stm32_now(b));
    stm32_put(b, TIM_ARR, top(b));
    *(struct tim *)stm32_state(b) = (struct tim){.arr = top(b), .tick = now, .channels = channels};
}
