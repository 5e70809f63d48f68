/* What is more than a gate: D flip-flop, retriggerable monostable, line receiver and driver. */
#include "sim/circuit_internal.h"

#include "sim/rng.h"

static void violated(struct circuit *c, const struct element *e, enum ff_window window) {
    c->counts[c->n_elements + e->aux * FF_WINDOWS + window]++;
}

/* Set and reset both low: both outputs are high (function table of the 74HC74). */
static void flipflop_drive(struct circuit *c, struct element *e, bool clocked, sim_time t) {
    const struct flipflop *f = &c->flipflops[e->aux];
    bool both = !(e->in & (FF_RD | FF_SD));
    int q = both || f->q, q_n = both || !f->q;
    int32_t d = clocked ? (q ? f->clock_rise : f->clock_fall) : (q ? f->set_rise : f->set_fall);
    int32_t d_n =
        clocked ? (q_n ? f->n_clock_rise : f->n_clock_fall) : (q_n ? f->n_set_rise : f->n_set_fall);
    if (f->uses_q)
        circuit_schedule(c, e + 1, q, t + d);
    if (f->uses_q_n)
        circuit_schedule(c, e + 2, q_n, t + d_n);
}

/* D as the clock sees it: what stood before the window, after it, or a coin's choice. */
static uint8_t sampled_d(struct circuit *c, struct element *e, sim_time t) {
    const struct flipflop *f = &c->flipflops[e->aux];
    uint8_t d = e->in & FF_D ? 1 : 0;
    sim_time since = t - f->changed_d;
    if (since >= f->setup)
        return d;
    if (since <= -(sim_time)f->hold)
        return !d; /* changed after the window: the old level counts */
    violated(c, e, FF_SETUP);
    return circuit_coin(c, e, t) ? d : !d;
}

static void clock_rise(struct circuit *c, struct element *e, sim_time t) {
    struct flipflop *f = &c->flipflops[e->aux];
    f->rose_cp = t;
    if ((e->in & (FF_RD | FF_SD)) != (FF_RD | FF_SD))
        return;
    bool taken = true;
    if (t - f->fell_cp < f->width_clock) {
        violated(c, e, FF_WIDTH_CLOCK);
        taken = circuit_coin(c, e, t);
    }
    if (t - f->changed_rd < f->recovery || t - f->changed_sd < f->recovery) {
        violated(c, e, FF_RECOVERY);
        taken = taken && circuit_coin(c, e, t);
    }
    f->q_before = f->q;
    if (taken)
        f->q = sampled_d(c, e, t);
    flipflop_drive(c, e, true, t);
}

static void clock_fall(struct circuit *c, struct element *e, sim_time t) {
    struct flipflop *f = &c->flipflops[e->aux];
    f->fell_cp = t;
    bool active = (e->in & (FF_RD | FF_SD)) == (FF_RD | FF_SD);
    if (t - f->rose_cp >= f->width_clock || !active)
        return;
    violated(c, e, FF_WIDTH_CLOCK);
    if (circuit_coin(c, e, t)) {
        f->q = f->q_before;
        flipflop_drive(c, e, true, t);
    }
}

static void data_change(struct circuit *c, struct element *e, sim_time t) {
    struct flipflop *f = &c->flipflops[e->aux];
    f->changed_d = t;
    bool active = (e->in & (FF_RD | FF_SD)) == (FF_RD | FF_SD);
    if (t - f->rose_cp >= f->hold || !active)
        return;
    violated(c, e, FF_HOLD);
    if (circuit_coin(c, e, t)) {
        f->q = e->in & FF_D ? 1 : 0;
        flipflop_drive(c, e, true, t);
    }
}

static void set_change(struct circuit *c, struct element *e, uint8_t mask, sim_time t) {
    struct flipflop *f = &c->flipflops[e->aux];
    uint8_t released = e->in & mask & (FF_RD | FF_SD);
    sim_time low_since = released & FF_RD ? f->changed_rd : f->changed_sd;
    if (mask & FF_RD)
        f->changed_rd = t;
    if (mask & FF_SD)
        f->changed_sd = t;
    if (released && t - low_since < f->width_set) {
        violated(c, e, FF_WIDTH_SET);
        if (circuit_coin(c, e, t))
            f->q = f->q_before;
    } else if (!released) {
        f->q_before = f->q;
    }
    if (!(e->in & FF_RD))
        f->q = 0;
    else if (!(e->in & FF_SD))
        f->q = 1;
    flipflop_drive(c, e, false, t);
}

void flipflop_evaluate(struct circuit *c, struct element *e, uint8_t mask, sim_time t) {
    if (mask & FF_CP && e->in & FF_CP)
        clock_rise(c, e, t);
    else if (mask & FF_CP)
        clock_fall(c, e, t);
    else if (mask & FF_D)
        data_change(c, e, t);
    else
        set_change(c, e, mask, t);
}

static void mono_drive(struct circuit *c, struct element *e, int q, bool reset, sim_time t) {
    const struct mono *m = &c->monos[e->aux];
    int32_t up = reset ? m->reset_rise : m->trig_rise;
    int32_t down = reset ? m->reset_fall : m->trig_fall;
    circuit_schedule(c, e + 1, q, t + (q ? up : down));
    circuit_schedule(c, e + 2, !q, t + (q ? down : up));
}

/* Triggers: A rising with B_n high, or B_n falling with A low. Retriggerable. */
void mono_evaluate(struct circuit *c, struct element *e, uint8_t mask, sim_time t) {
    const struct mono *m = &c->monos[e->aux];
    if (!(e->in & MONO_R)) {
        if (e->pending)
            circuit_cancel(c, e);
        mono_drive(c, e, 0, true, t);
        return;
    }
    bool rose_a = (mask & MONO_A) && (e->in & MONO_A) && (e->in & MONO_B);
    bool fell_b = (mask & MONO_B) && !(e->in & MONO_B) && !(e->in & MONO_A);
    if (!rose_a && !fell_b) {
        if (!mask && !e->pending)
            mono_drive(c, e, 0, true, t); /* power-up */
        return;
    }
    if (e->pending)
        circuit_cancel(c, e);
    circuit_pend(c, e, 0, t + m->length);
    mono_drive(c, e, 1, false, t);
}

void mono_end(struct circuit *c, struct element *e, sim_time t) {
    mono_drive(c, e, 0, false, t);
}

/* Noise: while idle the output toggles at seeded intervals of 20 to 500 ns (a receiver
 * without fail-safe that hears only its own noise; the range is an assumption). */
static void receiver_noise(struct circuit *c, struct element *e, sim_time t) {
    if (e->pending)
        return;
    c->coins++;
    double u = rng_uniform(c->seed, (uint64_t)(e - c->elements), (uint64_t)t);
    circuit_pend(c, e, !e->out, t + 20000 + (sim_time)(u * 480000));
}

void receiver_evaluate(struct circuit *c, struct element *e, sim_time t) {
    int target = e->in;
    if (target == CIRCUIT_LINE_IDLE) {
        if (c->idle == CIRCUIT_IDLE_NOISE) {
            receiver_noise(c, e, t);
            return;
        }
        if (c->idle == CIRCUIT_IDLE_HOLD)
            return;
        target = c->idle == CIRCUIT_IDLE_HIGH;
    } else {
        target ^= e->truth; /* the pair may be wired the other way round */
    }
    circuit_schedule(c, e, target, t + (target ? e->rise : e->fall));
}

void driver_evaluate(struct circuit *c, struct element *e, uint8_t mask, sim_time t) {
    const struct line_driver *d = &c->line_drivers[e->aux];
    int target = e->truth >> e->in & 1;
    if (mask & DRIVER_DE)
        circuit_schedule(c, e, target, t + (target ? d->enable : d->disable));
    else
        circuit_schedule(c, e, target, t + (target ? e->rise : e->fall));
}
