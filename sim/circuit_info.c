/* Inquiry: names, levels, loads. Nothing here is on a hot path. */
#include "sim/circuit_internal.h"

#include <math.h>

uint32_t circuit_net(const struct circuit *c, uint32_t netlist_net) {
    return netlist_net < c->netlist->n_nets ? c->net_of[netlist_net] : CIRCUIT_NO_NET;
}

uint32_t circuit_pin_net(const struct circuit *c, uint32_t part, const struct part_unit *unit,
                         unsigned pin) {
    const char *number = pin < PART_MAX_UNIT_PINS ? unit->pins[pin] : NULL;
    return circuit_net(c, netlist_pin_net(c->netlist, part, number));
}

uint32_t circuit_input_net(const struct circuit *c, uint32_t part, unsigned unit, unsigned pin) {
    uint32_t net = circuit_pin_net(c, part, &c->uses[part].model->units[unit], pin);
    if (net == CIRCUIT_NO_NET || !circuit_net_is_analog(c, net))
        return net;
    const struct node *node = &c->nodes[c->node_of[net]];
    for (unsigned i = 0; i < node->n_thresholds; i++) {
        const struct origin *o = &c->origins[node->thresholds[i]];
        if (o->part == part && o->unit == unit)
            return c->elements[node->thresholds[i]].net;
    }
    return net;
}

uint32_t circuit_nets(const struct circuit *c) {
    return c->n_nets;
}

bool circuit_net_is_analog(const struct circuit *c, uint32_t net) {
    return net < c->n_nets && c->node_of[net] != CIRCUIT_NO_NET;
}

bool circuit_net_is_live(const struct circuit *c, uint32_t net) {
    if (net >= c->n_nets)
        return false;
    if (c->is_input[net])
        return true;
    if (c->node_of[net] == CIRCUIT_NO_NET)
        return c->drivers[net] != CIRCUIT_NO_NET && c->is_kept[c->drivers[net]];
    for (uint32_t i = 0; i < c->n_kept; i++)
        if (c->elements[c->kept[i]].kind == ELEMENT_NODE &&
            c->elements[c->kept[i]].aux == c->node_of[net])
            return true;
    return false;
}

bool circuit_net_is_heard(const struct circuit *c, uint32_t net) {
    return net < c->n_nets && c->fan_start[net + 1] > c->fan_start[net];
}

double circuit_net_load(const struct circuit *c, uint32_t net) {
    return net < c->n_board_nets ? c->loads[net] : 0;
}

double circuit_voltage(const struct circuit *c, uint32_t net, sim_time time) {
    if (!circuit_net_is_analog(c, net))
        return NAN;
    return node_voltage(c, &c->nodes[c->node_of[net]], time) * c->grid;
}

bool circuit_curve(const struct circuit *c, uint32_t net, struct circuit_curve *out) {
    if (!circuit_net_is_analog(c, net))
        return false;
    *out = node_curve(c, &c->nodes[c->node_of[net]]);
    return true;
}

bool circuit_threshold(const struct circuit *c, uint32_t net, size_t i,
                       struct circuit_threshold *out) {
    const struct node *node = circuit_net_is_analog(c, net) ? &c->nodes[c->node_of[net]] : NULL;
    if (!node || i >= node->n_thresholds)
        return false;
    const struct element *e = &c->elements[node->thresholds[i]];
    const struct threshold *th = &c->thresholds[e->aux];
    const struct origin *o = &c->origins[node->thresholds[i]];
    *out = (struct circuit_threshold){
        .part = o->part, .unit = o->unit, .plus = th->plus * c->grid, .minus = th->minus * c->grid};
    return true;
}

int circuit_level(const struct circuit *c, uint32_t net) {
    if (net >= c->n_nets)
        return 0;
    if (circuit_net_is_analog(c, net))
        return circuit_voltage(c, net, c->now) > c->config.vcc / 2;
    return c->levels[net];
}

void circuit_watch(struct circuit *c, uint32_t net, bool on) {
    if (net < c->n_nets)
        c->watched[net] = on;
}

void circuit_set_record(struct circuit *c, struct circuit_record *record) {
    c->record = record;
}

void circuit_set_curves(struct circuit *c, struct circuit_curves *curves) {
    c->curves = curves;
}

bool circuit_has_line(const struct circuit *c) {
    return c->n_receivers > 0;
}

size_t circuit_counters(const struct circuit *c) {
    return c->n_elements + (size_t)c->n_flipflops * FF_WINDOWS;
}

const uint32_t *circuit_counts(const struct circuit *c) {
    return c->counts;
}

uint64_t circuit_coins(const struct circuit *c) {
    return c->coins;
}

uint64_t circuit_events(const struct circuit *c) {
    return c->events;
}

static const char *origin_pin(const struct circuit *c, uint32_t element, unsigned pin) {
    const struct origin *o = &c->origins[element];
    if (o->part == NETLIST_NONE)
        return "?";
    const char *number = c->uses[o->part].model->units[o->unit].pins[pin];
    return number ? number : "?";
}

static const char *origin_ref(const struct circuit *c, uint32_t element) {
    const struct origin *o = &c->origins[element];
    return o->part == NETLIST_NONE ? "?" : c->netlist->parts[o->part].ref;
}

bool circuit_storm(const struct circuit *c, struct sim_err *err) {
    if (c->storm == CIRCUIT_NO_NET)
        return false;
    sim_err_set(err, SIM_ERR_UNMODELLED,
                "the circuit oscillates without end at %s.%s: a loop of next to no delay",
                origin_ref(c, c->storm), origin_pin(c, c->storm, c->origins[c->storm].pin));
    return true;
}

static uint32_t flipflop_element(const struct circuit *c, uint32_t aux) {
    uint32_t e = 0;
    while (c->elements[e].kind != ELEMENT_FLIPFLOP || c->elements[e].aux != aux)
        e++;
    return e;
}

void circuit_counter_name(const struct circuit *c, size_t i, char *out, unsigned size) {
    static const char *const WINDOW[FF_WINDOWS] = {"setup violation", "hold violation",
                                                   "recovery violation", "short clock pulse",
                                                   "short set or reset pulse"};
    static const uint8_t WINDOW_PIN[FF_WINDOWS] = {1, 1, 2, 0, 2};
    if (i < c->n_elements) {
        uint32_t e = (uint32_t)i;
        sim_format(out, size, "swallowed pulse %s.%s", origin_ref(c, e),
                   origin_pin(c, e, c->origins[e].pin));
        return;
    }
    size_t k = (i - c->n_elements) % FF_WINDOWS;
    uint32_t e = flipflop_element(c, (uint32_t)((i - c->n_elements) / FF_WINDOWS));
    sim_format(out, size, "%s %s.%s", WINDOW[k], origin_ref(c, e), origin_pin(c, e, WINDOW_PIN[k]));
}

size_t circuit_elements(const struct circuit *c) {
    return c->n_elements;
}

struct circuit_element_info circuit_element(const struct circuit *c, size_t i) {
    static const char *const KIND[] = {
        [ELEMENT_GATE] = "gate",           [ELEMENT_BUFFER] = "output",
        [ELEMENT_RECEIVER] = "receiver",   [ELEMENT_DRIVER] = "driver",
        [ELEMENT_FLIPFLOP] = "flip-flop",  [ELEMENT_MONO] = "one-shot",
        [ELEMENT_CHANNEL] = "FET",         [ELEMENT_NODE] = "node",
        [ELEMENT_THRESHOLD] = "threshold",
    };
    const struct element *e = &c->elements[i];
    const struct line_driver none = {0, 0};
    const struct line_driver *d = e->kind == ELEMENT_DRIVER ? &c->line_drivers[e->aux] : &none;
    return (struct circuit_element_info){
        .part = c->origins[i].part,
        .unit = c->origins[i].unit,
        .kind = KIND[e->kind],
        .net = e->kind == ELEMENT_NODE ? c->nodes[e->aux].net : e->net,
        .rise = e->rise > d->enable ? e->rise : d->enable,
        .fall = e->fall > d->disable ? e->fall : d->disable,
        .load = e->net == CIRCUIT_NO_NET ? 0 : c->loads[e->net],
        .island = c->island[i],
        .kept = c->is_kept[i],
    };
}

size_t circuit_floating(const struct circuit *c) {
    return c->n_floating;
}

void circuit_floating_name(const struct circuit *c, size_t i, char *out, unsigned size) {
    const struct netlist_pin *pin = &c->netlist->pins[c->floating[i]];
    sim_format(out, size, "%s.%s", c->netlist->parts[pin->part].ref, pin->number);
}
