/* Elaboration, first half: nets joined by wires, what drives them, what loads them. */
#include "sim/circuit_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "U4 (74HC08; pins 1 /a, 2 /b): why" */
bool build_refuse(struct builder *b, uint32_t part, const char *why) {
    const struct netlist_part *p = &b->netlist->parts[part];
    char pins[400] = "";
    unsigned n = 0;
    for (uint32_t pin = p->first_pin; pin != NETLIST_NONE && n < sizeof pins - 40;
         pin = b->netlist->pins[pin].next) {
        const struct netlist_pin *q = &b->netlist->pins[pin];
        n += sim_format(pins + n, (unsigned)sizeof pins - n, "%s%s %s", n ? ", " : "", q->number,
                        q->net == NETLIST_NONE ? "(open)" : b->netlist->nets[q->net].name);
    }
    return sim_err_set(b->err, SIM_ERR_UNMODELLED, "%s (%s; pins %s): %s", p->ref, p->value, pins,
                       why);
}

bool build_uses_part(const struct builder *b, uint32_t part) {
    return b->uses[part].model && !b->netlist->parts[part].removed && !b->unpowered[part];
}

uint32_t build_pin(const struct builder *b, uint32_t part, const struct part_unit *unit, int pin) {
    const char *number = pin < PART_MAX_UNIT_PINS ? unit->pins[pin] : NULL;
    return netlist_find_pin(b->netlist, part, number);
}

uint32_t build_pin_net(const struct builder *b, uint32_t part, const struct part_unit *unit,
                       int pin) {
    uint32_t p = build_pin(b, part, unit, pin);
    if (p == NETLIST_NONE || b->netlist->pins[p].net == NETLIST_NONE)
        return CIRCUIT_NO_NET;
    return b->c->net_of[b->netlist->pins[p].net];
}

static uint32_t root_of(uint32_t *parent, uint32_t net) {
    while (parent[net] != net)
        net = parent[net] = parent[parent[net]];
    return net;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b) {
    if (a == NETLIST_NONE || b == NETLIST_NONE)
        return;
    a = root_of(parent, a);
    b = root_of(parent, b);
    parent[a > b ? a : b] = a > b ? b : a;
}

/* Wires: selectors in their position, resistors of 0 ohm. */
static void join_wires(const struct builder *b, uint32_t *parent) {
    for (uint32_t part = 0; part < b->netlist->n_parts; part++) {
        const struct part_use *use = &b->uses[part];
        if (!use->model || b->netlist->parts[part].removed)
            continue;
        for (size_t u = 0; u < use->model->n_units; u++) {
            const struct part_unit *unit = &use->model->units[u];
            int far = 0;
            if (unit->kind == PART_SELECTOR && use->position < PART_MAX_UNIT_PINS)
                far = use->position;
            else if (unit->kind == PART_RESISTOR && use->quantity == 0)
                far = 1;
            if (far)
                join(parent, netlist_pin_net(b->netlist, part, unit->pins[0]),
                     netlist_pin_net(b->netlist, part, unit->pins[far]));
        }
    }
}

static void number_nets(struct builder *b, uint32_t *parent) {
    struct circuit *c = b->c;
    for (uint32_t net = 0; net < b->netlist->n_nets; net++)
        if (root_of(parent, net) == net)
            c->net_of[net] = c->n_board_nets++;
    for (uint32_t net = 0; net < b->netlist->n_nets; net++)
        c->net_of[net] = c->net_of[root_of(parent, net)];
}

static bool on_net(const struct builder *b, uint32_t part, const char *const *pins, uint32_t net) {
    for (; pins && *pins; pins++) {
        uint32_t pin = netlist_find_pin(b->netlist, part, *pins);
        if (pin == NETLIST_NONE)
            continue; /* a symbol without power pins */
        uint32_t at = b->netlist->pins[pin].net;
        if (at == NETLIST_NONE || b->c->net_of[at] != net)
            return false;
    }
    return true;
}

/* A part whose supply pins are not on the supply drives nothing. */
static void find_unpowered(struct builder *b) {
    if (b->config->power_net == NETLIST_NONE || b->config->ground_net == NETLIST_NONE)
        return;
    uint32_t power = b->c->net_of[b->config->power_net];
    uint32_t ground = b->c->net_of[b->config->ground_net];
    for (uint32_t part = 0; part < b->netlist->n_parts; part++) {
        const struct part_model *model = b->uses[part].model;
        b->unpowered[part] = model && (!on_net(b, part, model->power_pins, power) ||
                                       !on_net(b, part, model->ground_pins, ground));
    }
}

static bool flag_output(struct builder *b, uint32_t part, const struct part_unit *unit, int pin) {
    uint32_t net = build_pin_net(b, part, unit, pin);
    if (net == CIRCUIT_NO_NET)
        return true;
    if (b->flags[net] & NET_RAIL)
        return build_refuse(b, part, "an output is tied to a supply rail");
    if (b->flags[net] & NET_INPUT)
        return build_refuse(b, part, "drives a net that the MCU drives");
    if (b->flags[net] & NET_OUTPUT)
        return build_refuse(b, part, "two outputs drive one net");
    b->flags[net] |= NET_OUTPUT;
    b->driven_by[net] = (struct driven_by){part, (unsigned)(unit - b->uses[part].model->units)};
    return true;
}

static void flag_sinks(struct builder *b, uint32_t part, const struct part_unit *unit) {
    int n = unit->kind == PART_FET ? 2 : part_unit_inputs(unit);
    for (int pin = 0; pin < n; pin++) {
        uint32_t net = build_pin_net(b, part, unit, pin);
        if (net != CIRCUIT_NO_NET)
            b->flags[net] |= NET_SINK;
    }
}

static bool flag_unit(struct builder *b, uint32_t part, const struct part_unit *unit) {
    flag_sinks(b, part, unit);
    int first = part_unit_first_output(unit);
    for (int pin = first; pin < first + part_unit_outputs(unit); pin++)
        if (!flag_output(b, part, unit, pin))
            return false;
    for (int pin = 0; pin < 4 && unit->kind == PART_JACK; pin++) {
        uint32_t net = build_pin_net(b, part, unit, pin);
        if (net != CIRCUIT_NO_NET && !(b->flags[net] & NET_RAIL))
            b->flags[net] |= NET_LINE;
    }
    for (int pin = 0; pin < 2 && unit->kind == PART_RECEIVER; pin++) {
        uint32_t net = build_pin_net(b, part, unit, pin);
        if (net != CIRCUIT_NO_NET && !(b->flags[net] & NET_RAIL))
            b->flags[net] |= NET_FRONT;
    }
    if (unit->kind == PART_MONO) {
        uint32_t net = build_pin_net(b, part, unit, 4);
        if (net != CIRCUIT_NO_NET && !(b->flags[net] & NET_RAIL))
            b->flags[net] |= NET_TIMING;
    }
    return true;
}

static void flag_configured(struct builder *b) {
    const struct circuit_config *config = b->config;
    struct circuit *c = b->c;
    if (config->power_net != NETLIST_NONE)
        b->flags[c->net_of[config->power_net]] |= NET_POWER;
    if (config->ground_net != NETLIST_NONE)
        b->flags[c->net_of[config->ground_net]] |= NET_GROUND;
    for (size_t i = 0; i < config->n_inputs; i++) {
        uint32_t net = c->net_of[config->inputs[i]];
        if (b->flags[net] & NET_RAIL)
            continue;
        b->flags[net] |= NET_INPUT;
        c->is_input[net] = true;
    }
    const uint32_t line[2] = {config->line_p, config->line_n};
    for (int i = 0; i < 2; i++)
        if (line[i] != NETLIST_NONE && !(b->flags[c->net_of[line[i]]] & NET_RAIL))
            b->flags[c->net_of[line[i]]] |= NET_LINE;
}

bool build_nets(struct builder *b) {
    uint32_t n = b->netlist->n_nets;
    uint32_t *parent = malloc((n + 1) * sizeof *parent);
    if (!parent)
        return sim_err_set(b->err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (uint32_t i = 0; i < n; i++)
        parent[i] = i;
    join_wires(b, parent);
    number_nets(b, parent);
    free(parent);
    b->c->n_nets = b->c->n_board_nets;
    find_unpowered(b);
    flag_configured(b);
    if (b->config->power_net != NETLIST_NONE && b->config->ground_net != NETLIST_NONE &&
        b->c->net_of[b->config->power_net] == b->c->net_of[b->config->ground_net])
        return sim_err_set(b->err, SIM_ERR_UNMODELLED,
                           "the supply is shorted: power and ground are one net");
    for (uint32_t part = 0; part < b->netlist->n_parts; part++)
        for (size_t u = 0; build_uses_part(b, part) && u < b->uses[part].model->n_units; u++)
            if (!flag_unit(b, part, &b->uses[part].model->units[u]))
                return false;
    return true;
}

/* A connector or a test point lists no pins: all of the part's are alike. */
static void load_passive(struct builder *b, uint32_t part, double cin) {
    for (uint32_t pin = b->netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = b->netlist->pins[pin].next)
        if (b->netlist->pins[pin].net != NETLIST_NONE)
            b->c->loads[b->c->net_of[b->netlist->pins[pin].net]] += cin;
}

/* Input capacitance by unit kind; every pin adds the board's stray. */
static void load_unit(struct builder *b, uint32_t part, const struct part_unit *unit) {
    double cin = build_figure(b, part, "cin", 0);
    if (unit->kind == PART_PASSIVE)
        load_passive(b, part, cin);
    for (int pin = 0; pin < part_unit_inputs(unit); pin++) {
        uint32_t net = build_pin_net(b, part, unit, pin);
        if (net == CIRCUIT_NO_NET)
            continue;
        b->c->loads[net] += unit->kind == PART_FET ? build_figure(b, part, "ciss", 0) : cin;
    }
    uint32_t drain = unit->kind == PART_FET ? build_pin_net(b, part, unit, 1) : CIRCUIT_NO_NET;
    if (drain != CIRCUIT_NO_NET)
        b->c->loads[drain] += build_figure(b, part, "coss", 0);
}

/* A capacitor from a driven net to a rail is load; on a node it is part of the plan. */
static void load_capacitor(struct builder *b, uint32_t part, const struct part_unit *unit) {
    uint32_t ends[2] = {build_pin_net(b, part, unit, 0), build_pin_net(b, part, unit, 1)};
    if (ends[0] == CIRCUIT_NO_NET || ends[1] == CIRCUIT_NO_NET)
        return;
    for (int i = 0; i < 2; i++)
        if ((b->flags[ends[i]] & NET_DRIVEN) && (b->flags[ends[!i]] & NET_RAIL))
            b->c->loads[ends[i]] += b->uses[part].quantity;
}

void build_loads(struct builder *b) {
    for (uint32_t net = 0; net < b->c->n_nets; net++)
        b->c->loads[net] = 0;
    for (uint32_t pin = 0; pin < b->netlist->n_pins; pin++)
        if (b->netlist->pins[pin].net != NETLIST_NONE &&
            !b->netlist->parts[b->netlist->pins[pin].part].removed)
            b->c->loads[b->c->net_of[b->netlist->pins[pin].net]] += b->config->stray;
    for (uint32_t part = 0; part < b->netlist->n_parts; part++) {
        const struct part_model *model = b->uses[part].model;
        for (size_t u = 0; model && !b->netlist->parts[part].removed && u < model->n_units; u++) {
            load_unit(b, part, &model->units[u]);
            if (model->units[u].kind == PART_CAPACITOR)
                load_capacitor(b, part, &model->units[u]);
        }
    }
}
