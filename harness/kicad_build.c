#include "harness/kicad_build.h"

#include <stdlib.h>
#include <string.h>

#include "harness/slurp.h"

struct netlist *kicad_read(const char *path, kicad_parser *parse, struct sim_err *err) {
    size_t size;
    char *text = slurp_file(path, SLURP_BOARD_MAX, &size, err);
    if (!text)
        return NULL;
    struct netlist *netlist = parse(text, size, path, err);
    free(text);
    return netlist;
}

bool kicad_fail(const struct kicad_build *build, uint32_t node, const char *format, ...) {
    va_list args;
    va_start(args, format);
    sim_err_vset(build->err, SIM_ERR_INPUT, format, args);
    va_end(args);
    sim_format(build->err->file, sizeof build->err->file, "%s", build->file);
    if (node != SEXPR_NONE)
        build->err->line = (long)build->sexpr->nodes[node].line;
    return false;
}

const char *kicad_base_name(const char *footprint) {
    if (!footprint)
        return "";
    const char *colon = strrchr(footprint, ':');
    return colon ? colon + 1 : footprint;
}

/* The part's pin of this number that sits on another net, or NETLIST_NONE. */
static uint32_t other_net(const struct netlist *netlist, uint32_t part, const char *number,
                          uint32_t net, unsigned *n_pins) {
    uint32_t found = NETLIST_NONE;
    *n_pins = 0;
    for (uint32_t i = netlist->parts[part].first_pin; i != NETLIST_NONE;
         i = netlist->pins[i].next) {
        const struct netlist_pin *pin = &netlist->pins[i];
        if (pin->net != net && pin->net != NETLIST_NONE && strcmp(pin->number, number) == 0)
            found = i;
        ++*n_pins;
    }
    return found;
}

bool kicad_add_pin(const struct kicad_build *build, uint32_t node, uint32_t part,
                   const char *number, const char *name, uint32_t net) {
    struct netlist *netlist = build->netlist;
    const char *ref = netlist->parts[part].ref;
    unsigned n_pins;
    uint32_t other = other_net(netlist, part, number, net, &n_pins);
    if (n_pins >= KICAD_MAX_PART_PINS || netlist->n_pins >= KICAD_MAX_PINS)
        return kicad_fail(build, node, "too many pins at %s (at most %u, %u in the file)", ref,
                          KICAD_MAX_PART_PINS, KICAD_MAX_PINS);
    if (other != NETLIST_NONE && net != NETLIST_NONE)
        return kicad_fail(build, node, "pin %s.%s is on two nets, \"%s\" and \"%s\"", ref, number,
                          netlist->nets[netlist->pins[other].net].name, netlist->nets[net].name);
    uint32_t pin = netlist_add_pin(netlist, part, number, name, net);
    netlist->pins[pin].line = (long)build->sexpr->nodes[node].line;
    return true;
}
