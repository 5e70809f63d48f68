/* The supply nets, where the configuration names none: the part models know their supply
 * pins, so they are the nets with the most of them. */
#include <stdlib.h>

#include "harness/board_parts.h"

static void count(const struct board *board, uint32_t part, const char *const *pins,
                  uint32_t *counts) {
    for (; pins && *pins; pins++) {
        uint32_t pin = netlist_find_pin(board->netlist, part, *pins);
        if (pin != NETLIST_NONE && board->netlist->pins[pin].net != NETLIST_NONE)
            counts[board->netlist->pins[pin].net]++;
    }
}

static void most(const struct board *board, const uint32_t *counts, char *name, size_t size) {
    uint32_t best = NETLIST_NONE;
    for (uint32_t net = 0; net < board->netlist->n_nets; net++)
        if (counts[net] && (best == NETLIST_NONE || counts[net] > counts[best]))
            best = net;
    if (best != NETLIST_NONE && !name[0])
        sim_format(name, (unsigned)size, "%s", board->netlist->nets[best].name);
}

void board_supply_infer(struct board *board) {
    struct board_supply *supply = &board->config.supply;
    uint32_t *power = calloc(board->netlist->n_nets + 1, sizeof *power);
    uint32_t *ground = calloc(board->netlist->n_nets + 1, sizeof *ground);
    if (!power || !ground)
        abort(); /* as netlist_create() does */
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        const struct part_model *model = board->uses[part].model;
        if (!model)
            continue;
        count(board, part, model->power_pins, power);
        count(board, part, model->ground_pins, ground);
    }
    most(board, power, supply->power, sizeof supply->power);
    most(board, ground, supply->ground, sizeof supply->ground);
    free(power);
    free(ground);
}
