/* Analog nodes: one capacitance, conductances switched by FETs and fed by digital nets.
 * Between switches the voltage is one exponential, so threshold crossings are exact.
 * Each combination of switches has its own final value and time constant, computed at
 * elaboration. When a node is switched its voltage is rounded to 2^-20 of the supply:
 * far below anything a part resolves, and it makes the set of states finite. */
#include "sim/circuit_internal.h"

#include <math.h>
#include <stdlib.h>

#include "sim/fpmath.h"
#include "sim/fpmath_quick.h"

/* exp(-dt/tau) as the product of three table entries, one for each octet of dt. */
enum { DECAY_OCTETS = 3, DECAY_SIZE = DECAY_OCTETS * 256 };
#define DECAY_REACH ((sim_time)1 << 8 * DECAY_OCTETS)

static inline double decay(const struct node_state *s, sim_time dt) {
    const double *table = s->decay;
    if (!table)
        return sim_exp(-(double)dt * s->inv_tau);
    return table[dt >> 16] * (table[256 + (dt >> 8 & 255)] * table[512 + (dt & 255)]);
}

static inline double voltage_after(const struct node_state *s, double v0, sim_time dt) {
    return s->vinf + (v0 - s->vinf) * decay(s, dt);
}

double node_voltage(const struct circuit *c, const struct node *node, sim_time t) {
    const struct node_state *s = &c->node_states[node->states + node->state];
    sim_time dt = t - node->t0;
    return dt >= s->settle ? s->vinf : voltage_after(s, node->v0, dt);
}

/* To a whole number of steps: what stands below 1 falls off beside 1.5 * 2^52. */
static inline double round_to_step(double v) {
    const double magic = 0x1.8p52;
    return (v + magic) - magic;
}

static inline bool is_beyond(const struct crossing *way, double v0, int out) {
    return out ? v0 < way->level : v0 > way->level;
}

static inline double distance(const struct node_state *s, double v0) {
    return fabs(v0 - s->vinf);
}

/* What is not yet beyond takes 1 ps at least, so that a threshold never goes and comes back
 * at one time. */
static inline sim_time time_to(const struct node_state *s, const struct crossing *way,
                               double distance) {
    double log = s->decay ? quick_log(distance) : sim_log(distance);
    sim_time dt = (sim_time)(s->tau * log + way->offset);
    return dt > 0 ? dt : 1;
}

static inline void aim(struct circuit *c, struct element *e, sim_time when, bool guessed) {
    e->bit = guessed;
    circuit_pend(c, e, !e->out, when);
}

/* The next crossing of one threshold, from v0 on the way to vinf. */
void node_aim_at(struct circuit *c, const struct node *node, struct element *e) {
    const struct crossing *way = &c->thresholds[e->aux].crossings[node->state][e->out];
    const struct node_state *s = &c->node_states[node->states + node->state];
    if (e->pending)
        circuit_cancel(c, e);
    double d = distance(s, node->v0);
    if (is_beyond(way, node->v0, e->out))
        aim(c, e, node->t0, false);
    else if (d < way->far)
        aim(c, e, node->t0 + time_to(s, way, d), false);
    else if (way->far >= 0)
        aim(c, e, node->t0 + FAR_CROSSING, true);
}

/* True when a pending crossing that is due was a guess; its time is known now. */
bool node_guessed(struct circuit *c, struct element *e) {
    if (!e->bit)
        return false;
    const struct threshold *th = &c->thresholds[e->aux];
    const struct node *node = &c->nodes[th->node];
    const struct node_state *s = &c->node_states[node->states + node->state];
    const struct crossing *way = &th->crossings[node->state][e->out];
    aim(c, e, node->t0 + time_to(s, way, distance(s, node->v0)), false);
    return true;
}

void node_aim_all(struct circuit *c, const struct node *node) {
    for (uint32_t i = 0; i < node->n_thresholds; i++)
        node_aim_at(c, node, &c->elements[node->thresholds[i]]);
}

static void aim_settled(struct circuit *c, const struct node *node, unsigned before, unsigned bit) {
    for (uint32_t i = 0; i < node->n_thresholds; i++) {
        struct element *e = &c->elements[node->thresholds[i]];
        sim_time dt = c->thresholds[e->aux].settled[before][bit][e->out];
        if (e->pending)
            circuit_cancel(c, e);
        if (dt != SIM_NEVER)
            aim(c, e, node->t0 + dt, false);
    }
}

struct circuit_curve node_curve(const struct circuit *c, const struct node *node) {
    const struct node_state *s = &c->node_states[node->states + node->state];
    double v0 = node->v0 * c->grid;
    return (struct circuit_curve){.time = node->t0,
                                  .net = node->net,
                                  .v0 = v0,
                                  .vinf = s->inv_tau > 0 ? s->vinf * c->grid : v0,
                                  .rate = s->inv_tau};
}

static void record_curve(const struct circuit *c, const struct node *node) {
    struct circuit_curves *curves = c->curves;
    if (curves->n == curves->capacity)
        curves->overflow = true;
    else
        curves->curves[curves->n++] = node_curve(c, node);
}

void node_switch(struct circuit *c, uint32_t index, unsigned bit, sim_time t) {
    struct node *node = &c->nodes[index];
    const struct node_state *s = &c->node_states[node->states + node->state];
    unsigned before = node->state, after = before ^ 1u << bit;
    sim_time dt = t - node->t0;
    node->state = (uint8_t)after;
    node->t0 = t;
    if (dt >= s->settle) {
        node->v0 = s->settled[bit];
        aim_settled(c, node, before, bit);
    } else {
        double kick = node->kick[bit][after >> bit & 1];
        node->v0 = round_to_step(voltage_after(s, node->v0, dt) + kick);
        node_aim_all(c, node);
    }
    if (c->curves)
        record_curve(c, node);
}

/* A level within a step of the final value would be reached late or never: never. */
static struct crossing crossing_of(const struct node_state *s, double level, double sign) {
    struct crossing way = {.level = level, .far = -1};
    double beyond = sign * (s->vinf - level);
    if (s->inv_tau == 0 || beyond <= 1)
        return way;
    way.offset = 0.5 - s->tau * sim_log(beyond);
    way.far = beyond * sim_exp((FAR_CROSSING + 10) * s->inv_tau); /* 10 ps for the rounding */
    return way;
}

static void tabulate_crossings(struct circuit *c, const struct node *node, unsigned state) {
    const struct node_state *s = &c->node_states[node->states + state];
    for (unsigned i = 0; i < node->n_thresholds; i++) {
        struct threshold *th = &c->thresholds[c->elements[node->thresholds[i]].aux];
        th->crossings[state][0] = crossing_of(s, th->plus, 1);
        th->crossings[state][1] = crossing_of(s, th->minus, -1);
    }
}

static sim_time settled_crossing(const struct node_state *s, const struct crossing *way, double v0,
                                 int out) {
    if (is_beyond(way, v0, out))
        return 0;
    return way->far < 0 ? SIM_NEVER : time_to(s, way, distance(s, v0));
}

static void tabulate_switch(struct circuit *c, const struct node *node, unsigned before,
                            unsigned bit) {
    struct node_state *from = &c->node_states[node->states + before];
    unsigned after = before ^ 1u << bit;
    const struct node_state *to = &c->node_states[node->states + after];
    double v0 = round_to_step(from->vinf + node->kick[bit][after >> bit & 1]);
    from->settled[bit] = v0;
    for (unsigned i = 0; i < node->n_thresholds; i++) {
        struct threshold *th = &c->thresholds[c->elements[node->thresholds[i]].aux];
        for (int out = 0; out < 2; out++)
            th->settled[before][bit][out] =
                settled_crossing(to, &th->crossings[after][out], v0, out);
    }
}

static void tabulate_decay(struct node_state *s, double *table) {
    for (int octet = 0; octet < DECAY_OCTETS; octet++)
        for (int i = 0; i < 256; i++)
            table[octet * 256 + i] =
                sim_exp(-(double)((sim_time)i << (16 - 8 * octet)) * s->inv_tau);
    s->decay = table;
}

/* Room for a table of each row. */
bool node_make_decays(struct circuit *c) {
    c->decays = malloc(((size_t)c->n_node_states + 1) * DECAY_SIZE * sizeof *c->decays);
    return c->decays;
}

/* Rows that settle within the reach of a table have one. */
void node_tabulate_rows(struct circuit *c, const struct node *node) {
    for (uint32_t i = node->states; i < node->states + (1u << node->n_switches); i++)
        if (c->node_states[i].settle <= DECAY_REACH)
            tabulate_decay(&c->node_states[i], c->decays + (size_t)i * DECAY_SIZE);
}

/* Fills what follows from the rows: when thresholds are crossed in each state, and what a
 * settled node does at each switch. */
void node_tabulate(struct circuit *c, const struct node *node) {
    for (unsigned state = 0; state < 1u << node->n_switches; state++)
        tabulate_crossings(c, node, state);
    for (unsigned state = 0; state < 1u << node->n_switches; state++)
        for (unsigned bit = 0; bit < node->n_switches; bit++)
            tabulate_switch(c, node, state, bit);
}
