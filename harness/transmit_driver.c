/* Which driver sends on the transmit pair, and what stands between the MCU and it. */
#include <string.h>

#include "harness/transmit.h"

static uint32_t pin_net(const struct board *board, uint32_t part, const struct part_unit *unit,
                        int pin) {
    return netlist_pin_net(board->netlist, part, unit->pins[pin]);
}

/* A series resistor or coupling capacitor, from `net` to the other end. */
static bool two_ends(const struct board *board, uint32_t part, uint32_t ends[2]) {
    const struct part_model *model = board->uses[part].model;
    if (!model || board->netlist->parts[part].removed ||
        (model->units[0].kind != PART_RESISTOR && model->units[0].kind != PART_CAPACITOR))
        return false;
    ends[0] = pin_net(board, part, &model->units[0], 0);
    ends[1] = pin_net(board, part, &model->units[0], 1);
    return ends[0] != NETLIST_NONE && ends[1] != NETLIST_NONE;
}

/* Directly, or through at most two parts in series. */
static bool leads_to(const struct board *board, uint32_t net, uint32_t to, int depth) {
    uint32_t ends[2];
    if (net == NETLIST_NONE || net == to)
        return net != NETLIST_NONE;
    const char *name = board->netlist->nets[net].name;
    if (depth == 0 || strcmp(name, board->config.supply.power) == 0 ||
        strcmp(name, board->config.supply.ground) == 0)
        return false;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++)
        for (int i = 0; two_ends(board, part, ends) && i < 2; i++)
            if (ends[i] == net && ends[!i] != net && leads_to(board, ends[!i], to, depth - 1))
                return true;
    return false;
}

static bool sends_on(const struct board *board, uint32_t part, unsigned unit, const uint32_t to[2],
                     struct transmit_driver *driver) {
    const struct part_unit *u = &board->uses[part].model->units[unit];
    if (u->kind != PART_DRIVER)
        return false;
    *driver = (struct transmit_driver){.part = part, .unit = unit};
    for (int pin = 0; pin < TRANSMIT_NETS; pin++)
        driver->nets[pin] = pin_net(board, part, u, pin);
    const uint32_t y = driver->nets[TRANSMIT_Y], z = driver->nets[TRANSMIT_Z];
    bool straight = leads_to(board, y, to[0], 2) && leads_to(board, z, to[1], 2);
    driver->swapped = !straight && leads_to(board, y, to[1], 2) && leads_to(board, z, to[0], 2);
    return straight || driver->swapped;
}

bool transmit_find_driver(const struct board *board, struct transmit_driver *driver, char *why,
                          size_t why_size) {
    const struct board_attach *attach = &board->config.attach;
    const uint32_t to[2] = {netlist_find_net(board->netlist, attach->line_tx_p),
                            netlist_find_net(board->netlist, attach->line_tx_n)};
    if (to[0] == NETLIST_NONE || to[1] == NETLIST_NONE) {
        sim_format(why, (unsigned)why_size,
                   "the board states no attach.line_tx_p and attach.line_tx_n");
        return false;
    }
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        for (unsigned u = 0; model && !board->netlist->parts[part].removed && u < model->n_units;
             u++)
            if (sends_on(board, part, u, to, driver))
                return true;
    }
    sim_format(why, (unsigned)why_size, "no line driver leads to %s and %s", attach->line_tx_p,
               attach->line_tx_n);
    return false;
}
