/* Nodes, roles and units: how the netlist reads before anything is concluded from it. */
#include "harness/checks/wiring_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/mcu_nets.h"

void *wiring_zeroed(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort(); /* as netlist_create() does */
    return memory;
}

uint32_t wiring_root(uint32_t *parent, uint32_t i) {
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

void wiring_join(uint32_t *parent, uint32_t a, uint32_t b) {
    uint32_t x = wiring_root(parent, a), y = wiring_root(parent, b);
    if (x < y)
        parent[y] = x;
    else
        parent[x] = y;
}

bool wiring_fitted(const struct wiring *w, uint32_t part) {
    return w->board->uses[part].model && !w->board->netlist->parts[part].removed;
}

/* --- units and roles ------------------------------------------------------------------- */

/* Inputs are pins [0, n_in), outputs [first_out, end_out); a FET acts by its drain. */
static void shape_unit(struct wiring_unit *u) {
    bool fet = u->unit->kind == PART_FET;
    u->n_in = (uint8_t)part_unit_inputs(u->unit);
    u->first_out = (uint8_t)part_unit_first_output(u->unit);
    u->end_out = (uint8_t)(u->first_out + (fet ? 1 : part_unit_outputs(u->unit)));
}

static enum wiring_role role_in(const struct wiring_unit *u, int place) {
    switch (u->unit->kind) {
    case PART_LOGIC:
    case PART_DFF:
    case PART_MONO:
        return place < u->n_in         ? WIRING_HEARS
               : place >= u->first_out ? WIRING_DRIVES
                                       : WIRING_LOADS;
    case PART_RECEIVER:
        return place < 2 ? WIRING_LINE_IN : WIRING_DRIVES;
    case PART_DRIVER:
        return place < 2 ? WIRING_HEARS : WIRING_TRISTATE;
    case PART_FET:
        return place == 0 ? WIRING_HEARS : WIRING_CHANNEL;
    case PART_JACK:
        return place < 2 ? WIRING_JACK_TX : WIRING_JACK_RX;
    default:
        return WIRING_LOADS;
    }
}

static void add_unit(struct wiring *w, uint32_t part, const struct part_unit *unit) {
    const struct netlist *netlist = w->board->netlist;
    struct wiring_unit *u = &w->units[w->n_units];
    *u = (struct wiring_unit){.part = part, .unit = unit};
    shape_unit(u);
    for (int place = 0; place < PART_MAX_UNIT_PINS; place++) {
        u->pins[place] = u->nodes[place] = NETLIST_NONE;
        if (!unit->pins[place])
            continue;
        u->pins[place] = netlist_find_pin(netlist, part, unit->pins[place]);
        u->nodes[place] = wiring_node(w, u->pins[place]);
        for (uint32_t pin = u->pins[place]; pin != NETLIST_NONE; pin = netlist->pins[pin].next)
            if (strcmp(netlist->pins[pin].number, unit->pins[place]) == 0) {
                w->roles[pin] = (uint8_t)role_in(u, place);
                w->unit_of[pin] = w->n_units;
                w->place_of[pin] = (uint8_t)place;
            }
    }
    w->n_units++;
}

static void mark_pins(struct wiring *w, uint32_t part, const char *const *numbers,
                      enum wiring_role role) {
    const struct netlist *netlist = w->board->netlist;
    for (; numbers && *numbers; numbers++)
        for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
             pin = netlist->pins[pin].next)
            if (strcmp(netlist->pins[pin].number, *numbers) == 0)
                w->roles[pin] = (uint8_t)role;
}

static void mark_all(struct wiring *w, uint32_t part, enum wiring_role role) {
    const struct netlist *netlist = w->board->netlist;
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next)
        w->roles[pin] = (uint8_t)role;
}

/* Test points, holes, marks and logos, by what KiCad's libraries call them. */
static bool is_mechanical(const struct netlist_part *part) {
    static const char *const refs[] = {"TP", "H", "MH", "FID", "LOGO", "G", NULL};
    static const char *const footprints[] = {"TestPoint", "MountingHole", "Fiducial", NULL};
    size_t letters = 0;
    while (isalpha((unsigned char)part->ref[letters]))
        letters++;
    for (const char *const *ref = refs; *ref; ref++)
        if (letters == strlen(*ref) && strncasecmp(part->ref, *ref, letters) == 0)
            return true;
    for (const char *const *name = footprints; *name; name++)
        if (strncasecmp(part->footprint, *name, strlen(*name)) == 0)
            return true;
    return false;
}

static bool is_led(const struct netlist_part *part) {
    return strncasecmp(part->footprint, "LED_", 4) == 0 || strncasecmp(part->ref, "D", 1) == 0;
}

static enum wiring_role role_of_passive(const struct netlist_part *part) {
    return is_mechanical(part) ? WIRING_NOTHING : is_led(part) ? WIRING_LOADS : WIRING_OUTSIDE;
}

/* A switch or three-way jumper whose position nobody states may stand in any. */
static bool is_undecided(const struct part_use *use, const struct part_unit *unit) {
    return unit->kind == PART_SELECTOR && use->position == 0 && unit->pins[2];
}

static void read_part(struct wiring *w, uint32_t part) {
    const struct netlist_part *p = &w->board->netlist->parts[part];
    const struct part_use *use = &w->board->uses[part];
    if (p->removed)
        return;
    if (!use->model) {
        mark_all(w, part, WIRING_OUTSIDE);
        return;
    }
    for (size_t i = 0; i < use->model->n_units; i++) {
        const struct part_unit *unit = &use->model->units[i];
        if (unit->kind == PART_PASSIVE && !unit->pins[0])
            mark_all(w, part, role_of_passive(p));
        else if (is_undecided(use, unit))
            mark_all(w, part, WIRING_OUTSIDE);
        else
            add_unit(w, part, unit);
    }
    mark_pins(w, part, use->model->power_pins, WIRING_POWER);
    mark_pins(w, part, use->model->ground_pins, WIRING_GROUND);
}

static size_t count_units(const struct board *board) {
    size_t n = 0;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++)
        n += board->uses[part].model ? board->uses[part].model->n_units : 0;
    return n;
}

/* --- nodes ----------------------------------------------------------------------------- */

static void join_part(struct wiring *w, uint32_t part) {
    const struct part_use *use = &w->board->uses[part];
    for (size_t i = 0; wiring_fitted(w, part) && i < use->model->n_units; i++) {
        const struct part_unit *unit = &use->model->units[i];
        int place = unit->kind == PART_SELECTOR                           ? use->position
                    : unit->kind == PART_RESISTOR && use->quantity == 0.0 ? 1
                                                                          : 0;
        uint32_t a = netlist_pin_net(w->board->netlist, part, unit->pins[0]);
        uint32_t b =
            place ? netlist_pin_net(w->board->netlist, part, unit->pins[place]) : NETLIST_NONE;
        if (a != NETLIST_NONE && b != NETLIST_NONE)
            wiring_join(w->node_of, a, b);
    }
}

static const char *base_name(const char *net) {
    const char *slash = strrchr(net, '/');
    return slash ? slash + 1 : net;
}

double wiring_volt_named(const char *net) {
    const char *name = base_name(net);
    char *end;
    name += *name == '+';
    if (!isdigit((unsigned char)*name))
        return NAN;
    double volt = strtod(name, &end);
    if (toupper((unsigned char)*end) != 'V')
        return NAN;
    double tenth = 0.1;
    for (end++; isdigit((unsigned char)*end); end++, tenth /= 10)
        volt += (*end - '0') * tenth;
    return *end ? NAN : volt;
}

static enum wiring_rail rail_by_name(const char *net) {
    static const char *const powers[] = {"VCC", "VDD", "AVCC", "AVDD", "VBUS", NULL};
    static const char *const grounds[] = {"AGND", "DGND", "PGND", "VSS", "AVSS", "0V", NULL};
    const char *name = base_name(net);
    for (const char *const *p = powers; *p; p++)
        if (strcasecmp(name, *p) == 0)
            return WIRING_IS_POWER;
    for (const char *const *p = grounds; *p; p++)
        if (strcasecmp(name, *p) == 0)
            return WIRING_IS_GROUND;
    if (strncasecmp(name, "GND", 3) == 0) /* GNDA, GNDPWR */
        return WIRING_IS_GROUND;
    return isnan(wiring_volt_named(name)) ? WIRING_NO_RAIL : WIRING_IS_POWER;
}

static void name_node(struct wiring *w, uint32_t net) {
    const struct board_supply *supply = &w->board->config.supply;
    const char *name = w->board->netlist->nets[net].name;
    struct wiring_node *node = &w->nodes[w->node_of[net]];
    bool stated = strcmp(name, supply->power) == 0;
    enum wiring_rail rail = stated                              ? WIRING_IS_POWER
                            : strcmp(name, supply->ground) == 0 ? WIRING_IS_GROUND
                                                                : rail_by_name(name);
    if (node->name == NETLIST_NONE || (rail && !node->rail))
        node->name = net;
    if (!rail || (node->rail && !stated))
        return;
    node->rail = rail;
    node->volt = stated ? supply->vcc : rail == WIRING_IS_GROUND ? 0 : wiring_volt_named(name);
}

static void make_nodes(struct wiring *w) {
    const struct netlist *netlist = w->board->netlist;
    for (uint32_t net = 0; net < netlist->n_nets; net++) {
        w->node_of[net] = net;
        w->nodes[net] =
            (struct wiring_node){.name = NETLIST_NONE, .volt = NAN, .next = NETLIST_NONE};
    }
    for (uint32_t part = 0; part < netlist->n_parts; part++)
        join_part(w, part);
    for (uint32_t net = 0; net < netlist->n_nets; net++)
        w->node_of[net] = wiring_root(w->node_of, net);
    for (uint32_t net = 0; net < netlist->n_nets; net++)
        name_node(w, net);
}

static bool counts(const struct wiring *w, uint32_t pin) {
    return wiring_node(w, pin) != NETLIST_NONE &&
           !w->board->netlist->parts[w->board->netlist->pins[pin].part].removed;
}

static void sort_pins(struct wiring *w) {
    const struct netlist *netlist = w->board->netlist;
    for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
        if (counts(w, pin))
            w->nodes[wiring_node(w, pin)].n++;
    uint32_t first = 0;
    for (uint32_t node = 0; node < netlist->n_nets; node++) {
        w->nodes[node].first = first;
        first += w->nodes[node].n;
        w->nodes[node].n = 0;
    }
    for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
        if (counts(w, pin)) {
            struct wiring_node *node = &w->nodes[wiring_node(w, pin)];
            w->by_node[node->first + node->n++] = pin;
        }
}

struct wiring *wiring_create(const struct board *board) {
    const struct netlist *netlist = board->netlist;
    struct wiring *w = wiring_zeroed(1, sizeof *w);
    w->board = board;
    w->node_of = wiring_zeroed(netlist->n_nets, sizeof *w->node_of);
    w->nodes = wiring_zeroed(netlist->n_nets, sizeof *w->nodes);
    w->pools = wiring_zeroed(netlist->n_nets, sizeof *w->pools);
    w->roles = wiring_zeroed(netlist->n_pins, sizeof *w->roles);
    w->unit_of = wiring_zeroed(netlist->n_pins, sizeof *w->unit_of);
    w->place_of = wiring_zeroed(netlist->n_pins, sizeof *w->place_of);
    w->by_node = wiring_zeroed(netlist->n_pins, sizeof *w->by_node);
    w->units = wiring_zeroed(count_units(board), sizeof *w->units);
    for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
        w->unit_of[pin] = NETLIST_NONE;
    make_nodes(w);
    for (uint32_t part = 0; part < netlist->n_parts; part++)
        read_part(w, part);
    sort_pins(w);
    wiring_find_pools(w);
    wiring_find_levels(w);
    wiring_find_rings(w);
    wiring_find_toggles(w);
    wiring_find_used(w);
    return w;
}

void wiring_destroy(struct wiring *w) {
    if (!w)
        return;
    free(w->node_of);
    free(w->nodes);
    free(w->pools);
    free(w->roles);
    free(w->unit_of);
    free(w->place_of);
    free(w->by_node);
    free(w->units);
    free(w);
}

/* --- queries ----------------------------------------------------------------------------- */

uint32_t wiring_node(const struct wiring *w, uint32_t pin) {
    uint32_t net = pin == NETLIST_NONE ? NETLIST_NONE : w->board->netlist->pins[pin].net;
    return net == NETLIST_NONE ? NETLIST_NONE : w->node_of[net];
}

uint32_t wiring_named(const struct wiring *w, const char *name) {
    name += *name == '!';
    uint32_t net = *name ? netlist_find_net(w->board->netlist, name) : NETLIST_NONE;
    return net == NETLIST_NONE ? NETLIST_NONE : w->node_of[net];
}

bool wiring_is_rail(const struct wiring *w, uint32_t node) {
    return node != NETLIST_NONE && w->nodes[node].rail != WIRING_NO_RAIL;
}

enum part_unit_kind wiring_kind(const struct wiring *w, uint32_t pin) {
    return w->unit_of[pin] == NETLIST_NONE ? PART_PASSIVE : w->units[w->unit_of[pin]].unit->kind;
}

uint32_t wiring_other_end(const struct wiring *w, uint32_t pin) {
    const struct wiring_unit *u = &w->units[w->unit_of[pin]];
    int place = w->place_of[pin];
    return u->nodes[u->unit->kind == PART_FET ? 3 - place : 1 - place];
}

static bool has_mcu(const struct wiring *w) {
    const struct netlist *netlist = w->board->netlist;
    for (uint32_t pin = 0; pin < netlist->n_pins; pin++)
        if (w->roles[pin] == WIRING_OUTSIDE && mcu_nets_port_pin(&netlist->pins[pin]))
            return true;
    return false;
}

bool wiring_sent_here(const struct wiring *w, uint32_t node) {
    const struct board_attach *attach = &w->board->config.attach;
    return (node == wiring_named(w, attach->tx_clk) || node == wiring_named(w, attach->tx_mosi)) &&
           !has_mcu(w);
}

/* A part without a model, or a switch in no stated position: no connector. */
static bool is_unknown(const struct wiring *w, uint32_t pin) {
    const struct part_model *model = w->board->uses[w->board->netlist->pins[pin].part].model;
    return !model || model->units[0].kind == PART_SELECTOR;
}

uint8_t wiring_outside_by(const struct wiring *w, uint32_t pin, uint32_t node) {
    const struct board_attach *attach = &w->board->config.attach;
    if (is_unknown(w, pin))
        return WIRING_BY_OUTSIDE;
    if (node == wiring_named(w, attach->spi_clk) || node == wiring_named(w, attach->spi_mosi) ||
        node == wiring_named(w, attach->spi_nss))
        return 0;
    if (node == wiring_named(w, attach->tx_clk) || node == wiring_named(w, attach->tx_mosi))
        return WIRING_BY_SENDER;
    return mcu_nets_port_pin(&w->board->netlist->pins[pin]) ? WIRING_BY_MCU : WIRING_BY_OUTSIDE;
}

bool wiring_floats(const struct wiring *w, const struct wiring_unit *u, int place) {
    uint32_t node = u->nodes[place];
    if (!u->unit->pins[place])
        return false;
    if (node != NETLIST_NONE && u->unit->kind == PART_RECEIVER && wiring_by(w, node))
        return false;
    return node == NETLIST_NONE || !wiring_driven(w, node);
}

double wiring_supply(const struct wiring *w, uint32_t part) {
    const struct netlist *netlist = w->board->netlist;
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next)
        if (w->roles[pin] == WIRING_POWER && wiring_node(w, pin) != NETLIST_NONE)
            return w->nodes[wiring_node(w, pin)].volt;
    return NAN;
}
