/* Elaboration of analog nodes: which nets they are, what conducts into them, and the
 * table of final values and time constants of each. Refuses what is not one node with
 * resistors to rails or driven nets, capacitors to rails and FETs to a rail. */
#include "sim/circuit_build.h"

#include <math.h>

#include "sim/fpmath.h"
#include "sim/grow.h"

struct node_plan *build_plan_of(const struct builder *b, uint32_t net) {
    for (uint32_t i = 0; i < b->n_plans; i++)
        if (b->plans[i].net == net)
            return &b->plans[i];
    return NULL;
}

static struct node_plan *plan_at(struct builder *b, uint32_t net) {
    struct node_plan *plan = build_plan_of(b, net);
    if (plan)
        return plan;
    b->plans = sim_grow(b->plans, b->n_plans, &b->plans_capacity, sizeof *b->plans);
    plan = &b->plans[b->n_plans++];
    *plan = (struct node_plan){.net = net, .element = CIRCUIT_NO_NET};
    return plan;
}

static bool add_branch(struct builder *b, uint32_t part, struct node_plan *plan,
                       struct branch branch) {
    if (plan->n_branches == NODE_MAX_BRANCHES)
        return build_refuse(b, part, "more than 12 branches on one analog node");
    plan->branches[plan->n_branches++] = branch;
    return true;
}

static bool has_sink(const struct builder *b, uint32_t net) {
    return b->flags[net] & NET_SINK;
}

/* Termination, coupling capacitors and bias at the receiver, the series resistor at the
 * transformer, and a monostable's RC have models of their own. */
static bool is_pattern(const struct builder *b, const uint32_t ends[2]) {
    uint8_t both = b->flags[ends[0]] | b->flags[ends[1]];
    return both & (NET_LINE | NET_FRONT | NET_TIMING);
}

static bool plan_resistor(struct builder *b, uint32_t part, const uint32_t ends[2]) {
    bool fixed[2];
    for (int i = 0; i < 2; i++)
        fixed[i] = b->flags[ends[i]] & (NET_RAIL | NET_DRIVEN);
    if (fixed[0] && fixed[1]) {
        if ((b->flags[ends[0]] & NET_DRIVEN) && (b->flags[ends[1]] & NET_DRIVEN))
            return build_refuse(b, part, "a resistor between two driven nets");
        return true; /* a static load */
    }
    if (!fixed[0] && !fixed[1]) {
        if (has_sink(b, ends[0]) || has_sink(b, ends[1]))
            return build_refuse(b, part, "couples two analog nodes");
        return true; /* nothing listens: an LED's resistor */
    }
    int near = fixed[0] ? 1 : 0;
    struct branch branch = {.other = ends[!near], .part = part, .channel = CIRCUIT_NO_NET};
    return add_branch(b, part, plan_at(b, ends[near]), branch);
}

/* The net that a capacitor to a rail makes a node, or CIRCUIT_NO_NET. */
static uint32_t charged_net(const struct builder *b, const uint32_t ends[2]) {
    for (int i = 0; i < 2; i++)
        if (b->flags[ends[!i]] & NET_RAIL)
            return b->flags[ends[i]] & (NET_RAIL | NET_DRIVEN) ? CIRCUIT_NO_NET : ends[i];
    return CIRCUIT_NO_NET;
}

static bool plan_capacitor(struct builder *b, uint32_t part, const uint32_t ends[2]) {
    uint32_t net = charged_net(b, ends);
    if (net != CIRCUIT_NO_NET)
        plan_at(b, net);
    if ((b->flags[ends[0]] | b->flags[ends[1]]) & NET_RAIL)
        return true;
    if (!has_sink(b, ends[0]) && !has_sink(b, ends[1]))
        return true;
    return build_refuse(b, part, "a capacitor that couples two signals");
}

static bool plan_fet(struct builder *b, uint32_t part, const struct part_unit *unit) {
    uint32_t drain = build_pin_net(b, part, unit, 1), source = build_pin_net(b, part, unit, 2);
    if (drain == CIRCUIT_NO_NET || source == CIRCUIT_NO_NET || drain == source)
        return true;
    if (!(b->flags[source] & NET_RAIL))
        return build_refuse(b, part, "a FET whose source is not on a supply rail");
    if (b->flags[drain] & (NET_RAIL | NET_DRIVEN))
        return build_refuse(b, part, "a FET whose drain is on a driven net or a rail");
    struct branch branch = {.other = source,
                            .part = part,
                            .unit = (unsigned)(unit - b->uses[part].model->units),
                            .channel = 0}; /* replaced by its element */
    return add_branch(b, part, plan_at(b, drain), branch);
}

/* False when this resistor or capacitor is on no node. */
static bool ends_of(const struct builder *b, uint32_t part, const struct part_unit *unit,
                    uint32_t ends[2]) {
    ends[0] = build_pin_net(b, part, unit, 0);
    ends[1] = build_pin_net(b, part, unit, 1);
    return ends[0] != CIRCUIT_NO_NET && ends[1] != CIRCUIT_NO_NET && ends[0] != ends[1] &&
           !is_pattern(b, ends);
}

static bool plan_unit(struct builder *b, uint32_t part, const struct part_unit *unit) {
    uint32_t ends[2];
    if (unit->kind == PART_FET)
        return plan_fet(b, part, unit);
    if ((unit->kind != PART_RESISTOR && unit->kind != PART_CAPACITOR) ||
        !ends_of(b, part, unit, ends))
        return true;
    return unit->kind == PART_RESISTOR ? plan_resistor(b, part, ends)
                                       : plan_capacitor(b, part, ends);
}

bool build_plans(struct builder *b) {
    for (uint32_t part = 0; part < b->netlist->n_parts; part++)
        for (size_t u = 0; build_uses_part(b, part) && u < b->uses[part].model->n_units; u++)
            if (!plan_unit(b, part, &b->uses[part].model->units[u]))
                return false;
    return true;
}

static void fill_branch(const struct builder *b, struct branch *branch) {
    if (branch->channel == CIRCUIT_NO_NET) {
        branch->ohm = b->uses[branch->part].quantity;
        return;
    }
    branch->ohm = build_figure(b, branch->part, "rds_on", 5);
    branch->crss = build_figure(b, branch->part, "crss", 0);
    branch->vth = build_figure(b, branch->part, "vgs_th", 2);
    branch->tau_off = 0;
}

static void charge_plan(struct builder *b, uint32_t part, const struct part_unit *unit) {
    uint32_t ends[2];
    if (unit->kind != PART_CAPACITOR || !ends_of(b, part, unit, ends))
        return;
    struct node_plan *plan = build_plan_of(b, charged_net(b, ends));
    if (plan)
        plan->farad += b->uses[part].quantity;
}

void build_fill_plans(struct builder *b) {
    for (uint32_t i = 0; i < b->n_plans; i++) {
        b->plans[i].farad = 0;
        for (unsigned k = 0; k < b->plans[i].n_branches; k++)
            fill_branch(b, &b->plans[i].branches[k]);
    }
    for (uint32_t part = 0; part < b->netlist->n_parts; part++)
        for (size_t u = 0; build_uses_part(b, part) && u < b->uses[part].model->n_units; u++)
            charge_plan(b, part, &b->uses[part].model->units[u]);
    for (uint32_t i = 0; i < b->n_plans; i++)
        b->plans[i].farad += b->c->loads[b->plans[i].net];
}

static double rail_voltage(const struct builder *b, uint32_t net) {
    return b->flags[net] & NET_POWER ? b->config->vcc : 0;
}

/* One row of a node's table: the branches that conduct in `state`, in parallel. */
static struct node_state node_row(const struct builder *b, const struct node_plan *plan,
                                  unsigned state) {
    double g = 0, current = 0;
    for (unsigned i = 0; i < plan->n_branches; i++) {
        const struct branch *branch = &plan->branches[i];
        bool on = plan->bits[i] < NODE_MAX_SWITCHES && (state >> plan->bits[i] & 1);
        double ohm = branch->ohm, volt = rail_voltage(b, branch->other);
        if (branch->channel != CIRCUIT_NO_NET) {
            if (!on)
                continue;
        } else if (b->flags[branch->other] & NET_DRIVEN) {
            ohm += on ? b->drive_up[branch->other] : b->drive_down[branch->other];
            volt = on ? b->config->vcc : 0;
        }
        g += 1 / ohm;
        current += volt / ohm;
    }
    struct node_state row = {.settle = SIM_NEVER};
    if (g == 0)
        return row; /* nothing conducts */
    row.tau = plan->farad / g * 1e12;
    row.inv_tau = 1 / row.tau;
    row.vinf = floor(current / g * b->c->inv_grid + 0.5);
    row.settle = (sim_time)(row.tau * 16.7) + 1; /* e^-16.7 of the supply is 1/17 of the grid */
    return row;
}

/* Turn-on, first order. The gate net, an RC of the driver's resistance and the net's
 * capacitance, passes half the supply when the digital edge is due; the channel begins
 * to conduct at VGS(th), after which the drain current grows with the square of the
 * overdrive: the charge of the node, from the supply to about a third of it, is gone
 * after s with  charge = k/2 slope^2 s^3 / 3,  k = 1 / (RDS(on) (VCC - VGS(th))).
 * Against ngspice within 2 ns up to 500 pF on the node; at 1 nF a pulse of 13 ns is taken
 * to discharge it, where the flattening gate voltage makes it take two. */
static void time_channel(struct builder *b, const struct node_plan *plan, struct branch *branch,
                         uint32_t gate) {
    struct element *e = &b->c->elements[branch->channel];
    double vcc = b->config->vcc, vth = branch->vth;
    e->rise = e->fall = 0;
    if (gate == CIRCUIT_NO_NET || vth >= vcc * 0.95 || vth <= 0)
        return;
    double load = b->c->loads[gate];
    double tau_up = b->drive_up[gate] * load, tau_down = b->drive_down[gate] * load;
    double to_threshold = tau_up * (sim_log(vcc / (vcc - vth)) - sim_log(2));
    double slope = tau_up > 0 ? (vcc - vth) / tau_up : 1e12;
    double k = 1 / (branch->ohm * (vcc - vth));
    double cube = 6 * 0.64 * plan->farad * vcc / (k * slope * slope);
    double discharge = cube > 0 ? sim_exp(sim_log(cube) / 3) : 0; /* cbrt, but everywhere alike */
    double on = to_threshold + discharge, off = tau_down * sim_log(vcc / 2 / vth);
    branch->tau_off = tau_down;
    e->rise = on > 0 ? (int32_t)(on * 1e12 + 0.5) : 0;
    e->fall = off > 0 ? (int32_t)(off * 1e12 + 0.5) : 0;
}

static bool wire_channel(struct builder *b, struct branch *branch, unsigned bit, uint32_t index) {
    uint32_t part = branch->part;
    branch->channel = build_element(b, ELEMENT_CHANNEL, part, branch->unit, 0, CIRCUIT_NO_NET);
    b->c->elements[branch->channel].aux = index;
    b->c->elements[branch->channel].bit = (uint8_t)bit;
    b->c->elements[branch->channel].truth = 0x2; /* on while the gate is high */
    return build_connect(b, branch->channel, part, branch->unit, 0, 1);
}

/* Turn-off. While the gate falls to VGS(th) the channel's conductance k (VG - VGS(th)) goes
 * to nothing; before it is gone it no longer holds the node against Crss, which takes it
 * down with the gate, and the other branches, which charge it. The node's voltage when the
 * channel closes, above what it was with the channel fully on; `on` and `off` are the
 * node's rows before and after. Backward Euler: stiff at first, and enough in 256 steps. */
static double release_voltage(const struct builder *b, const struct node_plan *plan,
                              const struct branch *branch, struct node_state on,
                              struct node_state off) {
    enum { STEPS = 256 };
    double vcc = b->config->vcc, gate = vcc, begin = on.vinf * b->c->grid, v = begin;
    double end = off.vinf * b->c->grid;
    double k = 1 / (branch->ohm * (vcc - branch->vth));
    double dt = branch->tau_off * sim_log(vcc / branch->vth) / STEPS;
    double ratio = sim_exp(-dt / branch->tau_off);
    double pull = off.inv_tau * 1e12; /* per second */
    double source = rail_voltage(b, branch->other);
    for (int i = 0; i < STEPS; i++) {
        double fall = gate * (1 - ratio);
        gate -= fall;
        double closing = k * (gate - branch->vth) / plan->farad;
        v = (v + dt * (pull * end + closing * source) - branch->crss / plan->farad * fall) /
            (1 + dt * (closing + pull));
    }
    return v - begin;
}

/* Gate charge: between 0 and VGS(th) the channel is closed, and Crss takes the drain along;
 * on the way down the closing channel has left its mark before. */
static void kick_node(const struct builder *b, const struct node_plan *plan, struct node *node) {
    for (unsigned i = 0; i < plan->n_branches; i++) {
        const struct branch *branch = &plan->branches[i];
        if (branch->channel == CIRCUIT_NO_NET)
            continue;
        unsigned bit = plan->bits[i];
        node->kick[bit][0] = node->kick[bit][1] = 0;
        if (plan->farad <= 0)
            continue;
        double coupled = branch->crss * branch->vth / plan->farad * b->c->inv_grid;
        node->kick[bit][1] = coupled;
        node->kick[bit][0] = -coupled;
        if (branch->tau_off > 0)
            node->kick[bit][0] +=
                b->c->inv_grid * release_voltage(b, plan, branch, node_row(b, plan, 1u << bit),
                                                 node_row(b, plan, 0));
    }
}

static bool refuse_node(struct builder *b, const struct node_plan *plan, const char *why) {
    uint32_t net = 0;
    while (b->c->net_of[net] != plan->net)
        net++;
    return sim_err_set(b->err, SIM_ERR_UNMODELLED, "net %s: %s", b->netlist->nets[net].name, why);
}

/* Numbers the switches, makes the channels. */
static bool build_node(struct builder *b, struct node_plan *plan, uint32_t index) {
    struct circuit *c = b->c;
    struct node *node = &c->nodes[index];
    unsigned n = 0;
    for (unsigned i = 0; i < plan->n_branches; i++) {
        struct branch *branch = &plan->branches[i];
        bool switched = branch->channel != CIRCUIT_NO_NET || (b->flags[branch->other] & NET_DRIVEN);
        plan->bits[i] = switched ? n++ : NODE_MAX_SWITCHES;
        if (n > NODE_MAX_SWITCHES)
            return refuse_node(b, plan, "more than 6 switched branches on one analog node");
        if (!switched)
            continue;
        if (branch->channel == CIRCUIT_NO_NET)
            build_link(b, branch->other, plan->element, (uint8_t)(1u << plan->bits[i]));
        else if (!wire_channel(b, branch, plan->bits[i], index))
            return false;
    }
    node->net = plan->net;
    node->n_switches = (uint8_t)n;
    node->states = c->n_node_states;
    c->n_node_states += 1u << n;
    return true;
}

bool build_nodes(struct builder *b) {
    for (uint32_t i = 0; i < b->n_plans; i++) {
        b->c->node_of[b->plans[i].net] = i;
        if (!build_node(b, &b->plans[i], i))
            return false;
    }
    b->c->n_nodes = b->n_plans;
    return true;
}

static void fill_node(struct builder *b, struct node_plan *plan, struct node *node) {
    struct circuit *c = b->c;
    for (unsigned i = 0; i < plan->n_branches; i++) {
        struct branch *branch = &plan->branches[i];
        if (branch->channel != CIRCUIT_NO_NET)
            time_channel(b, plan, branch,
                         build_pin_net(b, branch->part,
                                       &b->uses[branch->part].model->units[branch->unit], 0));
    }
    kick_node(b, plan, node);
    for (unsigned s = 0; s < 1u << node->n_switches; s++)
        c->node_states[node->states + s] = node_row(b, plan, s);
    node_tabulate_rows(c, node);
    node_tabulate(c, node);
}

/* A channel's conductance, and so its node's farads, are in its delay: the plans come first. */
void build_fill_nodes(struct builder *b) {
    for (uint32_t i = 0; i < b->n_plans; i++)
        if (!b->c->is_kept || b->c->is_kept[b->plans[i].element])
            fill_node(b, &b->plans[i], &b->c->nodes[i]);
}
