/* Analog nodes: one capacitance, conductances switched by FETs and fed by digital nets.
 * Between switches the voltage is one exponential, so threshold crossings are exact.
 * Each combination of switches has its own final value and time constant, computed at
 * elaboration. When a node is switched its voltage is rounded to 2^-20 of the supply:
 * far below anything a part resolves, and it makes the set of states finite. */
#include "sim/circuit_internal.h"

#include "sim/fpmath.h"

double node_voltage(const struct circuit *c, const struct node *node, sim_time t) {
    const struct node_state *s = &c->node_states[node->states + node->state];
    sim_time dt = t - node->t0;
    if (s->inv_tau == 0)
        return node->v0; /* nothing conducts: the charge stays */
    if (dt >= s->settle)
        return s->vinf;
    return s->vinf + (node->v0 - s->vinf) * sim_exp(-(double)dt * s->inv_tau);
}

static double round_to_grid(const struct circuit *c, double v) {
    double steps = v * c->inv_grid;
    return (double)(int64_t)(steps + (steps < 0 ? -0.5 : 0.5)) * c->grid;
}

/* The next crossing of one threshold, from v0 on the way to vinf. What is not yet beyond
 * takes 1 ps at least, so that a threshold never goes and comes back at one time. */
void node_aim_at(struct circuit *c, const struct node *node, uint32_t element) {
    struct element *e = &c->elements[element];
    const struct threshold *th = &c->thresholds[e->aux];
    const struct node_state *s = &c->node_states[node->states + node->state];
    double reach = th->reach[node->state][e->out];
    bool beyond = e->out ? node->v0 < th->minus : node->v0 > th->plus;
    if (e->pending)
        circuit_cancel(c, element);
    if (beyond) {
        circuit_pend(c, element, !e->out, node->t0);
    } else if (reach != 0) {
        sim_time dt = (sim_time)(s->tau * sim_log((s->vinf - node->v0) * reach) + 0.5);
        circuit_pend(c, element, !e->out, node->t0 + (dt > 0 ? dt : 1));
    }
}

void node_aim(struct circuit *c, const struct node *node) {
    for (uint32_t i = 0; i < node->n_thresholds; i++)
        node_aim_at(c, node, node->thresholds[i]);
}

/* Gate charge: what Crss and the closing channel leave behind (release_voltage()). */
static double kicks(const struct node *node, uint8_t mask) {
    double sum = 0;
    for (unsigned i = 0; i < node->n_switches; i++)
        if (mask >> i & 1)
            sum += node->state >> i & 1 ? node->kick_on[i] : node->kick_off[i];
    return sum;
}

void node_switch(struct circuit *c, uint32_t index, uint8_t mask, sim_time t) {
    struct node *node = &c->nodes[index];
    double v = node_voltage(c, node, t);
    node->state ^= mask;
    v += kicks(node, mask);
    node->v0 = round_to_grid(c, v);
    node->t0 = t;
    node_aim(c, node);
}
