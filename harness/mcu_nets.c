#include "harness/mcu_nets.h"

#include <ctype.h>
#include <string.h>

enum { LISTENS = 1, DRIVES = 2, JOINS = 4 };

/* "PB13": the name of an MCU pin, as connectors of MCU boards number their pads, and as an
 * MCU on the board itself names its pins. */
static bool is_port_pin(const char *name) {
    return name[0] == 'P' && name[1] >= 'A' && name[1] <= 'K' && isdigit((unsigned char)name[2]) &&
           (!name[3] || (isdigit((unsigned char)name[3]) && !name[4]));
}

const char *mcu_nets_port_pin(const struct netlist_pin *pin) {
    return is_port_pin(pin->number) ? pin->number : is_port_pin(pin->name) ? pin->name : NULL;
}

static const char *pin_on(const struct board *board, uint32_t net) {
    const struct netlist *netlist = board->netlist;
    for (uint32_t i = 0; net != NETLIST_NONE && i < netlist->n_pins; i++)
        if (netlist->pins[i].net == net && !netlist->parts[netlist->pins[i].part].removed &&
            mcu_nets_port_pin(&netlist->pins[i]))
            return mcu_nets_port_pin(&netlist->pins[i]);
    return NULL;
}

const char *mcu_nets_pin(const struct board *board, const char *net_name) {
    return pin_on(board, netlist_find_net(board->netlist, net_name + (net_name[0] == '!')));
}

/* What pin number `pin` of a unit does, in the order of sim/part.h. A receiver's input meets
 * the line rather than the MCU; whatever else is not an input may drive. */
static unsigned pin_does(const struct part_unit *unit, int pin) {
    switch (unit->kind) {
    case PART_SELECTOR:
    case PART_JACK:
        return JOINS;
    case PART_RECEIVER:
        return DRIVES;
    case PART_RESISTOR:
    case PART_CAPACITOR:
    case PART_PASSIVE:
        return 0;
    default:
        return pin < part_unit_inputs(unit) ? LISTENS : DRIVES;
    }
}

static unsigned part_does(const struct board *board, uint32_t part, const char *number) {
    const struct part_use *use = &board->uses[part];
    unsigned does = 0;
    if (!use->model || board->netlist->parts[part].removed)
        return 0;
    for (size_t u = 0; u < use->model->n_units; u++) {
        const struct part_unit *unit = &use->model->units[u];
        for (int pin = 0; pin < PART_MAX_UNIT_PINS; pin++)
            if (unit->pins[pin] && strcmp(unit->pins[pin], number) == 0)
                does |= unit->kind == PART_RESISTOR && use->quantity == 0 ? (unsigned)JOINS
                                                                          : pin_does(unit, pin);
    }
    return does;
}

static unsigned net_does(const struct board *board, uint32_t net) {
    unsigned does = 0;
    for (uint32_t i = 0; i < board->netlist->n_pins; i++)
        if (board->netlist->pins[i].net == net)
            does |= part_does(board, board->netlist->pins[i].part, board->netlist->pins[i].number);
    return does;
}

static bool is_named(const struct board *board, uint32_t net, const char *name) {
    return strcmp(board->netlist->nets[net].name, name) == 0;
}

static bool is_taken(const struct board *board, uint32_t net) {
    const struct board_config *c = &board->config;
    const char *const names[] = {
        c->attach.spi_clk, c->attach.spi_mosi, c->attach.spi_nss + (c->attach.spi_nss[0] == '!'),
        c->attach.tx_clk,  c->attach.tx_mosi,  c->supply.power,
        c->supply.ground};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_named(board, net, names[i]))
            return true;
    return false;
}

/* A resistor from the net to a supply net. */
static int pull_of(const struct board *board, uint32_t net) {
    const struct netlist *netlist = board->netlist;
    for (uint32_t part = 0; part < netlist->n_parts; part++) {
        const struct part_use *use = &board->uses[part];
        if (!use->model || netlist->parts[part].removed ||
            use->model->units[0].kind != PART_RESISTOR || use->quantity == 0)
            continue;
        bool here = false;
        int pull = 0;
        for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
             pin = netlist->pins[pin].next) {
            uint32_t at = netlist->pins[pin].net;
            here |= at == net;
            if (at != NETLIST_NONE && is_named(board, at, board->config.supply.power))
                pull = 1;
            else if (at != NETLIST_NONE && is_named(board, at, board->config.supply.ground))
                pull = -1;
        }
        if (here && pull)
            return pull;
    }
    return 0;
}

static void add(const struct board *board, struct mcu_nets *nets, uint32_t net, const char *pin) {
    nets->nets[nets->n++] = (struct mcu_net){
        .net = net, .pin = pin, .pull = net == NETLIST_NONE ? 0 : pull_of(board, net)};
}

static void add_stated(const struct board *board, struct mcu_nets *nets, const char *name,
                       const char *pin) {
    uint32_t net = name[0] ? netlist_find_net(board->netlist, name) : NETLIST_NONE;
    add(board, nets, net, pin[0] ? pin : pin_on(board, net));
}

bool mcu_nets_find(const struct board *board, struct mcu_nets *nets, struct sim_err *err) {
    const struct board_config *c = &board->config;
    *nets = (struct mcu_nets){0};
    add_stated(board, nets, c->attach.tx_clk, c->mcu_pin_tx_clk);
    add_stated(board, nets, c->attach.tx_mosi, c->mcu_pin_tx_mosi);
    for (uint32_t net = 0; net < board->netlist->n_nets; net++) {
        const char *pin = pin_on(board, net);
        if (!pin || is_taken(board, net) || net_does(board, net) != LISTENS)
            continue;
        if (nets->n == MCU_NETS_MAX)
            return sim_err_set(err, SIM_ERR_UNMODELLED,
                               "%s: the MCU drives more than %d nets: the next is %s", board->path,
                               MCU_NETS_MAX, board->netlist->nets[net].name);
        add(board, nets, net, pin);
    }
    return true;
}
