/* Elaboration, second half: elements and their inputs, and the circuit as a whole. */
#include "sim/circuit_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/grow.h"

/* As in sim_grow(). */
static void *zeroed(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort();
    return memory;
}

double build_figure(const struct builder *b, uint32_t part, const char *name, double fallback) {
    return part_use_typ(&b->uses[part], name, fallback);
}

struct part_spread build_spread(const struct builder *b, uint32_t part, unsigned unit) {
    const struct part_spread *spread = b->uses[part].spread;
    return spread ? spread[unit] : (struct part_spread){1, 1, 1};
}

uint32_t build_element(struct builder *b, enum element_kind kind, uint32_t part, unsigned unit,
                       unsigned pin, uint32_t net) {
    struct circuit *c = b->c;
    if (c->n_elements == b->elements_capacity) {
        uint32_t capacity = b->elements_capacity;
        c->origins = sim_grow(c->origins, c->n_elements, &capacity, sizeof *c->origins);
        c->elements =
            sim_grow(c->elements, c->n_elements, &b->elements_capacity, sizeof *c->elements);
    }
    uint32_t index = c->n_elements++;
    c->elements[index] = (struct element){.kind = (uint8_t)kind, .net = net};
    c->origins[index] = (struct origin){.part = part, .unit = (uint16_t)unit, .pin = (uint8_t)pin};
    if (net != CIRCUIT_NO_NET)
        c->drivers[net] = index;
    return index;
}

/* A net of the threshold's own; the per-net arrays were made with room for them. */
uint32_t build_virtual_net(struct builder *b) {
    return b->c->n_nets++;
}

/* Several pins of one element on one net become one link with several bits, so that
 * they change together. A rail is a constant, not a link. */
void build_link(struct builder *b, uint32_t net, uint32_t element, uint8_t mask) {
    if (net == CIRCUIT_NO_NET)
        return;
    if (net < b->c->n_board_nets && (b->flags[net] & NET_POWER))
        b->c->elements[element].in |= mask;
    if (net < b->c->n_board_nets && (b->flags[net] & NET_RAIL))
        return;
    for (uint32_t i = b->n_links; i > 0 && b->links[i - 1].element == element; i--)
        if (b->links[i - 1].net == net) {
            b->links[i - 1].mask |= mask;
            return;
        }
    b->links = sim_grow(b->links, b->n_links, &b->links_capacity, sizeof *b->links);
    b->links[b->n_links++] = (struct link){.net = net, .element = element, .mask = mask};
}

static void note_floating(struct builder *b, uint32_t pin) {
    if (pin != NETLIST_NONE)
        b->c->floating[b->c->n_floating++] = pin;
}

/* The net of the threshold this unit has on the node already. */
static uint32_t shared_threshold(const struct circuit *c, const struct node *node, uint32_t part,
                                 unsigned unit) {
    for (unsigned i = 0; i < node->n_thresholds; i++) {
        const struct origin *o = &c->origins[node->thresholds[i]];
        if (o->part == part && o->unit == unit)
            return c->elements[node->thresholds[i]].net;
    }
    return CIRCUIT_NO_NET;
}

/* An input on an analog node listens through a threshold element of its own; inputs of
 * one unit share it, so that they change together. */
static uint32_t threshold_net(struct builder *b, uint32_t part, unsigned unit, unsigned pin,
                              struct node_plan *plan) {
    struct circuit *c = b->c;
    struct node *node = &c->nodes[plan - b->plans];
    uint32_t net = shared_threshold(c, node, part, unit);
    if (net != CIRCUIT_NO_NET)
        return net;
    net = build_virtual_net(b);
    uint32_t e = build_element(b, ELEMENT_THRESHOLD, part, unit, pin, net);
    c->elements[e].aux = c->n_thresholds;
    c->thresholds[c->n_thresholds++] = (struct threshold){.node = (uint32_t)(plan - b->plans)};
    if (node->n_thresholds == NODE_MAX_THRESHOLDS) {
        build_refuse(b, part, "more than 8 inputs on one analog node");
        return CIRCUIT_NO_NET;
    }
    node->thresholds[node->n_thresholds++] = e;
    return net;
}

bool build_connect(struct builder *b, uint32_t element, uint32_t part, unsigned unit, int pin,
                   uint8_t mask) {
    const struct part_unit *u = &b->uses[part].model->units[unit];
    uint32_t net = build_pin_net(b, part, u, pin);
    if (net == CIRCUIT_NO_NET) {
        note_floating(b, build_pin(b, part, u, pin));
        return true;
    }
    struct node_plan *plan = build_plan_of(b, net);
    if (plan) {
        net = threshold_net(b, part, unit, (unsigned)pin, plan);
        if (net == CIRCUIT_NO_NET)
            return false;
    } else if (!(b->flags[net] & (NET_RAIL | NET_DRIVEN))) {
        note_floating(b, build_pin(b, part, u, pin));
    }
    build_link(b, net, element, mask);
    return true;
}

static bool add_gate(struct builder *b, uint32_t part, unsigned unit, int n_in, uint16_t truth,
                     int out_pin) {
    const struct part_unit *u = &b->uses[part].model->units[unit];
    uint32_t net = build_pin_net(b, part, u, out_pin);
    if (net == CIRCUIT_NO_NET)
        return true; /* an unused gate */
    uint32_t e = build_element(b, ELEMENT_GATE, part, unit, (unsigned)out_pin, net);
    for (int i = 0; i < n_in; i++)
        if (!build_connect(b, e, part, unit, i, (uint8_t)(1u << i)))
            return false;
    b->c->elements[e].truth = truth;
    return true;
}

/* An output of a cell; without a net it still exists, as a cell has two in a row. */
static uint32_t add_buffer(struct builder *b, uint32_t part, unsigned unit, int pin) {
    uint32_t net = build_pin_net(b, part, &b->uses[part].model->units[unit], pin);
    if (net == CIRCUIT_NO_NET)
        net = build_virtual_net(b);
    return build_element(b, ELEMENT_BUFFER, part, unit, (unsigned)pin, net);
}

static bool connect_cell(struct builder *b, uint32_t e, uint32_t part, unsigned unit, int n) {
    for (int i = 0; i < n; i++)
        if (!build_connect(b, e, part, unit, i, (uint8_t)(1u << i)))
            return false;
    return true;
}

static bool add_flipflop(struct builder *b, uint32_t part, unsigned unit) {
    struct circuit *c = b->c;
    uint32_t e = build_element(b, ELEMENT_FLIPFLOP, part, unit, 0, CIRCUIT_NO_NET);
    add_buffer(b, part, unit, 4);
    add_buffer(b, part, unit, 5);
    const struct part_unit *u = &b->uses[part].model->units[unit];
    for (int i = 2; i < 4; i++)
        if (!u->pins[i])
            c->elements[e].in |= (uint8_t)(1u << i);
    c->elements[e].aux = c->n_flipflops;
    c->flipflops[c->n_flipflops++] = (struct flipflop){
        .uses_q = build_pin_net(b, part, u, 4) != CIRCUIT_NO_NET,
        .uses_q_n = build_pin_net(b, part, u, 5) != CIRCUIT_NO_NET,
    };
    return connect_cell(b, e, part, unit, 4);
}

/* The R and C of a monostable: from RxCx to a rail, and from RxCx to Cx or a rail. */
static uint32_t timing_part(const struct builder *b, uint32_t rxcx, enum part_unit_kind kind) {
    for (uint32_t part = 0; part < b->netlist->n_parts; part++)
        for (size_t u = 0; build_uses_part(b, part) && u < b->uses[part].model->n_units; u++) {
            const struct part_unit *unit = &b->uses[part].model->units[u];
            if (unit->kind == kind && (build_pin_net(b, part, unit, 0) == rxcx ||
                                       build_pin_net(b, part, unit, 1) == rxcx))
                return part;
        }
    return NETLIST_NONE;
}

static bool add_mono(struct builder *b, uint32_t part, unsigned unit) {
    struct circuit *c = b->c;
    const struct part_unit *u = &b->uses[part].model->units[unit];
    uint32_t e = build_element(b, ELEMENT_MONO, part, unit, 0, CIRCUIT_NO_NET);
    add_buffer(b, part, unit, 5);
    add_buffer(b, part, unit, 6);
    uint32_t rxcx = build_pin_net(b, part, u, 4);
    struct mono mono = {.resistor = timing_part(b, rxcx, PART_RESISTOR),
                        .capacitor = timing_part(b, rxcx, PART_CAPACITOR)};
    bool used = build_pin_net(b, part, u, 5) != CIRCUIT_NO_NET ||
                build_pin_net(b, part, u, 6) != CIRCUIT_NO_NET;
    if (used &&
        (rxcx == CIRCUIT_NO_NET || mono.resistor == NETLIST_NONE || mono.capacitor == NETLIST_NONE))
        return build_refuse(b, part, "a monostable without a resistor and a capacitor on RxCx");
    c->elements[e].aux = c->n_monos;
    c->monos[c->n_monos++] = mono;
    return connect_cell(b, e, part, unit, 3);
}

/* Is this receiver input led to the jack's net `line`, directly or through a capacitor? */
static bool leads_to(const struct builder *b, uint32_t net, uint32_t line) {
    if (net == line || net == CIRCUIT_NO_NET)
        return net == line && net != CIRCUIT_NO_NET;
    for (uint32_t part = 0; part < b->netlist->n_parts; part++) {
        if (!build_uses_part(b, part))
            continue;
        const struct part_unit *unit = &b->uses[part].model->units[0];
        if (unit->kind != PART_CAPACITOR)
            continue;
        uint32_t x = build_pin_net(b, part, unit, 0), y = build_pin_net(b, part, unit, 1);
        if ((x == net && y == line) || (x == line && y == net))
            return true;
    }
    return false;
}

static uint32_t config_net(const struct builder *b, uint32_t net) {
    return net == NETLIST_NONE ? CIRCUIT_NO_NET : b->c->net_of[net];
}

/* Which way round the pair is wired counts: A on RD+ and B on RD-, or swapped. */
static bool add_receiver(struct builder *b, uint32_t part, unsigned unit) {
    struct circuit *c = b->c;
    const struct part_unit *u = &b->uses[part].model->units[unit];
    uint32_t net = build_pin_net(b, part, u, 2);
    if (net == CIRCUIT_NO_NET)
        return true;
    uint32_t e = build_element(b, ELEMENT_RECEIVER, part, unit, 2, net);
    c->elements[e].in = CIRCUIT_LINE_IDLE;
    uint32_t in_a = build_pin_net(b, part, u, 0), in_b = build_pin_net(b, part, u, 1);
    uint32_t p = config_net(b, b->config->line_p), n = config_net(b, b->config->line_n);
    bool straight = leads_to(b, in_a, p) && leads_to(b, in_b, n);
    bool crossed = leads_to(b, in_a, n) && leads_to(b, in_b, p);
    c->elements[e].truth = crossed; /* the receiver sees the pair the other way round */
    if (straight || crossed)
        c->receivers[c->n_receivers++] = e;
    return true;
}

/* Y or Z, an output on its own. */
static bool add_driver_output(struct builder *b, uint32_t part, unsigned unit, uint16_t truth,
                              int pin) {
    struct circuit *c = b->c;
    uint32_t net = build_pin_net(b, part, &b->uses[part].model->units[unit], pin);
    if (net == CIRCUIT_NO_NET)
        return true;
    uint32_t e = build_element(b, ELEMENT_DRIVER, part, unit, (unsigned)pin, net);
    c->elements[e].truth = truth;
    c->elements[e].aux = c->n_line_drivers++;
    return connect_cell(b, e, part, unit, 2);
}

/* Disabled, both are low: no differential. */
static bool add_driver(struct builder *b, uint32_t part, unsigned unit) {
    return add_driver_output(b, part, unit, 0x8, 2) && add_driver_output(b, part, unit, 0x4, 3);
}

static bool add_unit(struct builder *b, uint32_t part, unsigned unit) {
    const struct part_unit *u = &b->uses[part].model->units[unit];
    switch (u->kind) {
    case PART_LOGIC:
        return add_gate(b, part, unit, u->n_in, u->truth, u->n_in);
    case PART_DFF:
        return add_flipflop(b, part, unit);
    case PART_MONO:
        return add_mono(b, part, unit);
    case PART_RECEIVER:
        return add_receiver(b, part, unit);
    case PART_DRIVER:
        return add_driver(b, part, unit);
    default:
        return true; /* wires and loads; FETs and RC are in the node plans */
    }
}

static int by_net(const void *x, const void *y) {
    const struct link *a = x, *b = y;
    if (a->net != b->net)
        return a->net < b->net ? -1 : 1;
    return a->element < b->element ? -1 : a->element > b->element;
}

/* Links to one list per net, in element order. */
static void build_fans(struct builder *b) {
    struct circuit *c = b->c;
    uint32_t *start = zeroed(c->n_nets + 1, sizeof *start);
    struct fan *fans = zeroed(b->n_links, sizeof *fans);
    if (b->n_links)
        qsort(b->links, b->n_links, sizeof *b->links, by_net);
    for (uint32_t i = 0; i < b->n_links; i++) {
        start[b->links[i].net + 1]++;
        fans[i] = (struct fan){.element = b->links[i].element, .mask = b->links[i].mask};
    }
    for (uint32_t net = 0; net < c->n_nets; net++)
        start[net + 1] += start[net];
    c->fan_start = start;
    c->fans = fans;
}

/* Upper bounds are known before elaboration: at most one of each per pin or unit. */
static void allocate(struct builder *b) {
    struct circuit *c = b->c;
    uint32_t pins = b->netlist->n_pins, units = 0;
    for (uint32_t part = 0; part < b->netlist->n_parts; part++)
        units += b->uses[part].model ? (uint32_t)b->uses[part].model->n_units : 0;
    uint32_t nets = b->netlist->n_nets + pins + 4 * units;
    c->net_of = zeroed(b->netlist->n_nets, sizeof *c->net_of);
    c->loads = zeroed(nets, sizeof *c->loads);
    c->levels = zeroed(nets, 1);
    c->watched = zeroed(nets, 1);
    c->is_input = zeroed(nets, sizeof *c->is_input);
    c->drivers = zeroed(nets, sizeof *c->drivers);
    c->node_of = zeroed(nets, sizeof *c->node_of);
    memset(c->drivers, 0xff, nets * sizeof *c->drivers);
    memset(c->node_of, 0xff, nets * sizeof *c->node_of);
    c->flipflops = zeroed(units, sizeof *c->flipflops);
    c->monos = zeroed(units, sizeof *c->monos);
    c->line_drivers = zeroed(2 * units, sizeof *c->line_drivers);
    c->receivers = zeroed(units, sizeof *c->receivers);
    c->thresholds = zeroed(pins, sizeof *c->thresholds);
    c->floating = zeroed(pins, sizeof *c->floating);
    b->flags = zeroed(nets, 1);
    b->driven_by = zeroed(nets, sizeof *b->driven_by);
    b->drive_up = zeroed(nets, sizeof *b->drive_up);
    b->drive_down = zeroed(nets, sizeof *b->drive_down);
    b->unpowered = zeroed(b->netlist->n_parts, sizeof *b->unpowered);
}

static void free_builder(struct builder *b) {
    if (!b)
        return;
    free(b->flags);
    free(b->driven_by);
    free(b->drive_up);
    free(b->drive_down);
    free(b->unpowered);
    free(b->plans);
    free(b->links);
    free(b);
}

static void prepare_nodes(struct builder *b) {
    struct circuit *c = b->c;
    c->nodes = zeroed(b->n_plans, sizeof *c->nodes);
    c->node_states = zeroed((size_t)b->n_plans << NODE_MAX_SWITCHES, sizeof *c->node_states);
    for (uint32_t i = 0; i < b->n_plans; i++) {
        b->plans[i].element = build_element(b, ELEMENT_NODE, NETLIST_NONE, 0, 0, CIRCUIT_NO_NET);
        c->elements[b->plans[i].element].aux = i;
    }
}

static bool elaborate(struct builder *b) {
    allocate(b);
    if (!build_nets(b) || !build_plans(b))
        return false;
    prepare_nodes(b);
    for (uint32_t part = 0; part < b->netlist->n_parts; part++)
        for (unsigned u = 0; build_uses_part(b, part) && u < b->uses[part].model->n_units; u++)
            if (!add_unit(b, part, u))
                return false;
    if (!build_nodes(b))
        return false;
    build_fans(b);
    b->c->first_in = zeroed(b->c->n_elements, 1);
    for (uint32_t i = 0; i < b->c->n_elements; i++)
        b->c->first_in[i] = b->c->elements[i].in;
    return node_make_decays(b->c) || sim_err_set(b->err, SIM_ERR_ENVIRONMENT, "out of memory");
}

/* The configuration is not kept: its arrays are the caller's. */
static void take_figures(struct builder *b, const struct part_use *uses,
                         const struct circuit_config *config, struct sim_err *err) {
    struct circuit *c = b->c;
    b->uses = c->uses = uses;
    b->config = config;
    b->err = err;
    c->config = *config;
    c->config.inputs = NULL;
    c->config.n_inputs = 0;
    c->idle = config->idle;
    c->seed = config->seed;
    c->grid = config->vcc / 1048576.0;
    c->inv_grid = 1 / c->grid;
}

static bool power_up(struct circuit *c, struct sim_err *err) {
    struct circuit_record *record = c->record;
    c->record = NULL;
    build_reset(c);
    circuit_settle(c);
    c->record = record;
    return !circuit_storm(c, err);
}

static bool create(struct circuit *c, const struct circuit_scope *scope) {
    if (!elaborate(c->builder) || !build_fill(c->builder))
        return false;
    circuit_find_islands(c);
    if (!circuit_apply_scope(c, scope))
        return false;
    c->next = c->queue = zeroed(c->n_elements + 1, sizeof *c->queue);
    c->next->time = SIM_NEVER;
    c->counts = zeroed(c->n_elements + (size_t)c->n_flipflops * FF_WINDOWS, sizeof *c->counts);
    return power_up(c, c->builder->err);
}

struct circuit *circuit_create(const struct netlist *netlist, const struct part_use *uses,
                               const struct circuit_config *config,
                               const struct circuit_scope *scope, struct sim_err *err) {
    struct circuit *c = zeroed(1, sizeof *c);
    c->netlist = netlist;
    c->builder = zeroed(1, sizeof *c->builder);
    c->builder->c = c;
    c->builder->netlist = netlist;
    take_figures(c->builder, uses, config, err);
    if (create(c, scope))
        return c;
    circuit_destroy(c);
    return NULL;
}

bool circuit_refill(struct circuit *c, const struct part_use *uses,
                    const struct circuit_config *config, struct sim_err *err) {
    take_figures(c->builder, uses, config, err);
    return build_fill(c->builder) && power_up(c, err);
}

void circuit_destroy(struct circuit *c) {
    if (!c)
        return;
    void *owned[] = {c->elements,   c->levels,    c->watched,     c->fan_start, c->fans,
                     c->queue,      c->flipflops, c->monos,       c->nodes,     c->node_states,
                     c->thresholds, c->counts,    c->kept,        c->is_kept,   c->origins,
                     c->loads,      c->net_of,    c->drivers,     c->node_of,   c->is_input,
                     c->receivers,  c->floating,  c->island,      c->decays,    c->wires,
                     c->net_wires,  c->first_in,  c->line_drivers};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free_builder(c->builder);
    free(c);
}
