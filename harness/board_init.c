/* `linkpulse board FILE --init`: a proposed .ini. What could not be guessed stands as a
 * comment with the reason, so that the file is valid as printed. */
#include <stdlib.h>
#include <string.h>

#include "harness/board_parts.h"
#include "harness/words.h"

/* The nets of one section, "attach." and so on: stated, guessed, or a comment. */
static void print_nets(const struct board *board, const char *section, FILE *out) {
    size_t n = strlen(section);
    for (size_t i = 0; i < board_n_needs; i++) {
        const struct board_need *need = &board_needs[i];
        if (strncmp(need->key, section, n) != 0 || need->key[n] != '.')
            continue;
        char why[256] = "the name is too long";
        const char *net = (const char *)&board->config + need->offset;
        if (!*net)
            net = board_guess_net(board, need, why, sizeof why);
        if (net && strlen(net) < BOARD_NAME_MAX)
            fprintf(out, "%s = %s\n", need->key + n + 1, net);
        else
            fprintf(out, "; %s = NET  (%s: %s)\n", need->key + n + 1, need->what, why);
    }
}

static const struct part_unit *selector_of(const struct part_model *model) {
    for (size_t i = 0; model && i < model->n_units; i++)
        if (model->units[i].kind == PART_SELECTOR)
            return &model->units[i];
    return NULL;
}

static const char *net_at(const struct netlist *netlist, uint32_t part, const char *number) {
    uint32_t pin = netlist_find_pin(netlist, part, number);
    if (pin == NETLIST_NONE || netlist->pins[pin].net == NETLIST_NONE)
        return "open";
    return netlist->nets[netlist->pins[pin].net].name;
}

/* A switch's position is not in the netlist: propose the first throw and say what each is. */
static void print_selector(const struct board *board, uint32_t part, FILE *out) {
    const struct part_use *use = &board->uses[part];
    const struct part_unit *unit = selector_of(use->model);
    const char *ref = board->netlist->parts[part].ref;
    fprintf(out, "; %s joins %s with", ref, net_at(board->netlist, part, unit->pins[0]));
    for (int i = 1; i < PART_MAX_UNIT_PINS && unit->pins[i]; i++)
        fprintf(out, "%s %s (%s)", i > 1 ? " or" : "", net_at(board->netlist, part, unit->pins[i]),
                unit->pins[i]);
    fprintf(out, "%s\n%s = %s\n", use->position ? "" : "; the position is not in the netlist", ref,
            unit->pins[use->position ? use->position : 1]);
}

static void print_selectors(const struct board *board, FILE *out) {
    uint32_t *order = board_sorted_parts(board->netlist);
    static const char *const sections[] = {"switch", "jumper"};
    for (int jumper = 0; jumper < 2; jumper++) {
        fprintf(out, "\n[%s]\n", sections[jumper]);
        for (uint32_t i = 0; i < board->netlist->n_parts; i++) {
            bool is_jumper = words_lower(board->netlist->parts[order[i]].ref[0]) == 'j';
            if (selector_of(board->uses[order[i]].model) && is_jumper == (jumper == 1))
                print_selector(board, order[i], out);
        }
    }
    free(order);
}

static const char *multiplier(double factor) {
    return factor < 1e-10 ? "pF" : factor < 1e-7 ? "nF" : factor < 1e-4 ? "uF" : "F";
}

void board_init(const struct board *board, FILE *out) {
    const struct board_config *config = &board->config;
    const char *slash = strrchr(board->path, '/'), *name = slash ? slash + 1 : board->path;
    fprintf(out, "; Proposed from %s: check every line.\n\n[board]\nname = %.*s\n", name,
            (int)strcspn(name, "."), name);
    fprintf(out, "\n[attach]\n");
    print_nets(board, "attach", out);
    fprintf(out,
            "; sync: octets start at the first data bit; preamble: the SFD is searched for\n"
            "framing = %s\n",
            config->attach.framing);
    fprintf(out, "\n[values]\ncapacitor_integer = %s\ncapacitor_decimal = %s\n",
            multiplier(config->values.capacitor_integer),
            multiplier(config->values.capacitor_decimal));
    fprintf(out, "\n[supply]\nvcc = %g\n", config->supply.vcc);
    print_nets(board, "supply", out);
    fprintf(out,
            "\n[delay]\n; multiplies typical gate delays; state a reason when it is not 1\n"
            "scale = %g\nstray_pf = %g\n",
            config->delay_scale, config->stray_pf);
    print_selectors(board, out);
    fprintf(out, "\n[stage]\n");
    print_nets(board, "stage", out);
    fprintf(out, "\n[mcu]\n%schip = %s\n", *config->mcu_chip ? "" : "; not in the netlist: ",
            *config->mcu_chip ? config->mcu_chip : "f401re");
    for (size_t i = 0; i < board->n_unmodelled; i++)
        fprintf(out, "; no model: %.150s\n", board->unmodelled[i].text);
}
