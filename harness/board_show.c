/* The text of `linkpulse board`: what was read, how it is modelled, what is not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/board_parts.h"
#include "harness/values.h"
#include "harness/words.h"
#include "models/parts/catalogue.h"

/* Figures are named after their quantity: tpd, vt_plus, ciss, r_up, k. */
static const char *unit_of(const char *figure) {
    switch (figure[0]) {
    case 't':
        return "s";
    case 'v':
        return "V";
    case 'c':
        return "F";
    case 'r':
        return "ohm";
    }
    return "";
}

static bool is_passive(const struct part_use *use) {
    for (size_t i = 0; i < use->model->n_units; i++)
        if (use->model->units[i].kind != PART_PASSIVE)
            return false;
    return true;
}

/* Does a model have a use for this pad, beyond its capacitance? */
static bool is_used_pin(const struct board *board, const struct netlist_pin *pin) {
    const struct part_model *model = board->uses[pin->part].model;
    for (size_t u = 0; model && u < model->n_units; u++)
        for (int i = 0; i < PART_MAX_UNIT_PINS; i++) {
            const char *number = model->units[u].pins[i];
            if (model->units[u].kind != PART_PASSIVE && number && strcmp(number, pin->number) == 0)
                return true;
        }
    return false;
}

static bool feeds_nothing(const struct board *board, uint32_t net, uint32_t but) {
    const struct netlist *netlist = board->netlist;
    const char *name = netlist->nets[net].name;
    if (strcmp(name, board->config.supply.power) == 0 ||
        strcmp(name, board->config.supply.ground) == 0)
        return false;
    for (uint32_t i = 0; i < netlist->n_pins; i++)
        if (netlist->pins[i].net == net && netlist->pins[i].part != but &&
            is_used_pin(board, &netlist->pins[i]))
            return false;
    return true;
}

/* A resistor with nothing modelled behind it: an LED's. */
static bool is_indicator(const struct board *board, uint32_t part) {
    const struct netlist *netlist = board->netlist;
    if (!board->uses[part].model || board->uses[part].model->quantity != PART_OHM)
        return false;
    for (uint32_t pin = netlist->parts[part].first_pin; pin != NETLIST_NONE;
         pin = netlist->pins[pin].next)
        if (netlist->pins[pin].net != NETLIST_NONE &&
            feeds_nothing(board, netlist->pins[pin].net, part))
            return true;
    return false;
}

/* What the board states beside the typical part of the make its value names. */
static void show_figures(const struct netlist_part *part, const struct part_use *use, FILE *out) {
    const struct part_variant *generic = NULL;
    if (!part_catalogue_match(part->ref, part->value, part->library, part->footprint, &generic))
        return;
    for (size_t i = 0; i < use->n_figures; i++) {
        const struct part_figure *figure = &use->figures[i];
        const struct part_figure *typical = part_variant_figure(generic, figure->name);
        double other = typical ? typical->typ : NAN;
        if (figure->typ == other || (isnan(figure->typ) && isnan(other)))
            continue;
        char now[40], then[40];
        const char *unit = unit_of(figure->name);
        fprintf(out, "         %-10s %s (generic typical %s)\n", figure->name,
                value_show_unit(figure->typ, unit, now, sizeof now),
                value_show_unit(other, unit, then, sizeof then));
    }
}

static void show_position(const struct board *board, uint32_t part, FILE *out) {
    const struct netlist *netlist = board->netlist;
    const struct part_use *use = &board->uses[part];
    for (size_t u = 0; u < use->model->n_units; u++) {
        const struct part_unit *unit = &use->model->units[u];
        if (unit->kind != PART_SELECTOR)
            continue;
        if (!use->position) {
            fprintf(out, "         open: no position stated\n");
            continue;
        }
        uint32_t pin = netlist_find_pin(netlist, part, unit->pins[use->position]);
        const char *name = pin == NETLIST_NONE ? "" : netlist->pins[pin].name;
        uint32_t net = pin == NETLIST_NONE ? NETLIST_NONE : netlist->pins[pin].net;
        fprintf(out, "         joins pin %s with pin %s%s%s%s, %s\n", unit->pins[0],
                unit->pins[use->position], *name ? " (" : "", name, *name ? ")" : "",
                net == NETLIST_NONE ? "open" : netlist->nets[net].name);
    }
}

static void show_part(const struct board *board, uint32_t index, FILE *out) {
    const struct netlist_part *part = &board->netlist->parts[index];
    const struct part_use *use = &board->uses[index];
    char read[40] = "";
    if (!use->model) {
        fprintf(out, "  %-6s %-22s %-14s %s\n", part->ref, part->value, "",
                part->removed ? "not fitted" : "NOT MODELLED");
        return;
    }
    if (use->model->quantity != PART_NO_QUANTITY)
        value_show(use->quantity, use->model->quantity, read, sizeof read);
    fprintf(out, "  %-6s %-22s %-14s %s%s%s\n", part->ref, part->value, read, use->model->name,
            is_passive(use) ? "" : ", ", is_passive(use) ? "" : use->variant->name);
    show_figures(part, use, out);
    show_position(board, index, out);
}

static void show_parts(const struct board *board, FILE *out) {
    uint32_t *order = board_sorted_parts(board->netlist);
    fprintf(out, "\nparts: reference, value as written, as read, model, variant\n");
    for (uint32_t i = 0; i < board->netlist->n_parts; i++)
        show_part(board, order[i], out);
    fprintf(out, "\npassive:");
    for (uint32_t i = 0; i < board->netlist->n_parts; i++)
        if (board->uses[order[i]].model &&
            (is_passive(&board->uses[order[i]]) || is_indicator(board, order[i])))
            fprintf(out, " %s", board->netlist->parts[order[i]].ref);
    fprintf(out, "\nnot fitted:");
    for (uint32_t i = 0; i < board->netlist->n_parts; i++)
        if (board->netlist->parts[order[i]].removed)
            fprintf(out, " %s", board->netlist->parts[order[i]].ref);
    fputc('\n', out);
    free(order);
}

struct net_row {
    const char *name;
    uint32_t net;
};

static int by_name(const void *a, const void *b) {
    return words_natural_compare(((const struct net_row *)a)->name,
                                 ((const struct net_row *)b)->name);
}

struct pin_row {
    const char *ref;
    const struct netlist_pin *pin;
};

static int by_net_and_ref(const void *a, const void *b) {
    const struct pin_row *x = a, *y = b;
    if (x->pin->net != y->pin->net)
        return x->pin->net < y->pin->net ? -1 : 1;
    int order = words_natural_compare(x->ref, y->ref);
    if (!order)
        order = words_natural_compare(x->pin->number, y->pin->number);
    return order ? order : (x->pin > y->pin) - (x->pin < y->pin);
}

/* All pins, those of one net together, in natural order. */
static struct pin_row *sorted_pins(const struct netlist *netlist) {
    struct pin_row *pins = malloc((netlist->n_pins + 1) * sizeof *pins);
    if (!pins)
        abort(); /* as netlist_create() does */
    for (uint32_t i = 0; i < netlist->n_pins; i++)
        pins[i] = (struct pin_row){netlist->parts[netlist->pins[i].part].ref, &netlist->pins[i]};
    qsort(pins, netlist->n_pins, sizeof *pins, by_net_and_ref);
    return pins;
}

static void show_nets(const struct board *board, FILE *out) {
    const struct netlist *netlist = board->netlist;
    struct pin_row *pins = sorted_pins(netlist);
    struct net_row *nets = malloc((netlist->n_nets + 1) * sizeof *nets);
    uint32_t *first = calloc(netlist->n_nets + 1, sizeof *first);
    if (!nets || !first)
        abort();
    for (uint32_t i = 0; i < netlist->n_nets; i++)
        nets[i] = (struct net_row){netlist->nets[i].name, i};
    for (uint32_t i = netlist->n_pins; i-- > 0;)
        if (pins[i].pin->net != NETLIST_NONE)
            first[pins[i].pin->net] = i;
    qsort(nets, netlist->n_nets, sizeof *nets, by_name);
    fprintf(out, "\nnets\n");
    for (uint32_t i = 0; i < netlist->n_nets; i++) {
        fprintf(out, "  %-20s", nets[i].name);
        for (uint32_t p = first[nets[i].net];
             p < netlist->n_pins && pins[p].pin->net == nets[i].net; p++) {
            const char *name = pins[p].pin->name;
            bool other = *name && strcmp(name, pins[p].pin->number) != 0;
            fprintf(out, other ? " %s.%s(%s)" : " %s.%s", pins[p].ref, pins[p].pin->number, name);
        }
        fputc('\n', out);
    }
    free(first);
    free(nets);
    free(pins);
}

static void show_config(const struct board *board, FILE *out) {
    const struct board_config *config = &board->config;
    static const char *const idles[] = {"high", "low", "hold", "noise"};
    fprintf(out, "\nattachments\n");
    for (size_t i = 0; i < board_n_needs; i++) {
        const char *stated = (const char *)config + board_needs[i].offset;
        fprintf(out, "  %-18s %-20s %s%s\n", board_needs[i].key, *stated ? stated : "-",
                board_needs[i].what,
                !*stated && board_needs[i].for_run ? " (missing: run needs it)" : "");
    }
    fprintf(out, "\nsupply %g V, gate delays x%g%s%s%s, stray %g pF per pin, receiver idles %s\n",
            config->supply.vcc, config->delay_scale, *config->delay_reason ? " (" : "",
            config->delay_reason, *config->delay_reason ? ")" : "", config->stray_pf,
            idles[config->receiver_idle]);
}

void board_show(const struct board *board, FILE *out) {
    const struct netlist *netlist = board->netlist;
    fprintf(out, "board %s\n", *board->config.name ? board->config.name : board->path);
    fprintf(out, "  netlist %s: %u parts, %u nets, %u pins\n", board->path,
            (unsigned)netlist->n_parts, (unsigned)netlist->n_nets, (unsigned)netlist->n_pins);
    fprintf(out, "  settings %s\n",
            *board->config.file ? board->config.file : "none: no .ini beside the board");
    show_parts(board, out);
    show_nets(board, out);
    show_config(board, out);
    board_show_elements(board, out);
    fprintf(out, "\nnot modelled:%s\n", board->n_unmodelled ? "" : " nothing");
    for (size_t i = 0; i < board->n_unmodelled; i++)
        fprintf(out, "  %s\n", board->unmodelled[i].text);
}
