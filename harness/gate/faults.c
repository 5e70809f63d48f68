#include "harness/gate/faults.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
    const struct board *board;
    struct fault *faults;
    size_t n, room;
};

static struct fault *add(struct list *list, enum fault_kind kind, const char *format, ...) {
    va_list args;
    if (list->n == list->room) {
        list->room = list->room ? 2 * list->room : 256;
        list->faults = realloc(list->faults, list->room * sizeof *list->faults);
        if (!list->faults)
            abort();
    }
    struct fault *fault = &list->faults[list->n++];
    *fault = (struct fault){.kind = kind};
    va_start(args, format);
    vsnprintf(fault->what, sizeof fault->what, format, args);
    va_end(args);
    return fault;
}

static void edit(struct fault *fault, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(fault->edits[fault->n_edits++], FAULT_EDIT_TEXT, format, args);
    va_end(args);
}

static const struct netlist_part *part_at(const struct list *list, uint32_t part) {
    return &list->board->netlist->parts[part];
}

static const char *net_name(const struct list *list, uint32_t net) {
    return list->board->netlist->nets[net].name;
}

/* --- pins --------------------------------------------------------------------------------- */

/* A footprint may have several pads of one number; they are one pin. */
static bool is_first(const struct list *list, uint32_t part, uint32_t pin) {
    const struct netlist *netlist = list->board->netlist;
    return netlist_find_pin(netlist, part, netlist->pins[pin].number) == pin;
}

static void open_pins(struct list *list, uint32_t part) {
    const struct netlist *netlist = list->board->netlist;
    for (uint32_t p = part_at(list, part)->first_pin; p != NETLIST_NONE;
         p = netlist->pins[p].next) {
        if (netlist->pins[p].net == NETLIST_NONE || !is_first(list, part, p))
            continue;
        const char *ref = part_at(list, part)->ref, *number = netlist->pins[p].number;
        edit(add(list, FAULT_OPEN, "%s.%s open", ref, number), "open %s.%s", ref, number);
    }
}

/* Pins n and n + 1, which are neighbours in any package with two rows but at its ends. */
static void bridge_pins(struct list *list, uint32_t part) {
    const struct netlist *netlist = list->board->netlist;
    for (uint32_t p = part_at(list, part)->first_pin; p != NETLIST_NONE;
         p = netlist->pins[p].next) {
        char *end, next[24];
        const char *ref = part_at(list, part)->ref, *number = netlist->pins[p].number;
        long n = strtol(number, &end, 10);
        if (end == number || *end || !is_first(list, part, p))
            continue;
        snprintf(next, sizeof next, "%ld", n + 1);
        uint32_t q = netlist_find_pin(netlist, part, next);
        if (q == NETLIST_NONE || netlist->pins[q].net == netlist->pins[p].net ||
            netlist->pins[p].net == NETLIST_NONE || netlist->pins[q].net == NETLIST_NONE)
            continue;
        edit(add(list, FAULT_BRIDGE, "%s.%s and %s.%s bridged", ref, number, ref, next),
             "bridge %s.%s %s.%s", ref, number, ref, next);
    }
}

static void tie_input(struct list *list, uint32_t part, const char *number, bool high) {
    const struct board *board = list->board;
    const struct board_supply *supply = &board->config.supply;
    const char *rail = high ? supply->power : supply->ground;
    uint32_t pin = netlist_find_pin(board->netlist, part, number);
    uint32_t net = rail[0] ? netlist_find_net(board->netlist, rail) : NETLIST_NONE;
    if (pin == NETLIST_NONE || net == NETLIST_NONE || board->netlist->pins[pin].net == net)
        return;
    const char *ref = part_at(list, part)->ref;
    edit(add(list, high ? FAULT_HIGH : FAULT_LOW, "%s.%s on %s", ref, number, rail), "tie %s.%s %s",
         ref, number, rail);
}

static void tie_inputs(struct list *list, uint32_t part) {
    const struct part_model *model = list->board->uses[part].model;
    for (size_t u = 0; u < model->n_units; u++)
        for (int i = 0; i < part_unit_inputs(&model->units[u]); i++)
            for (int high = 1; high >= 0; high--)
                tie_input(list, part, model->units[u].pins[i], high);
}

/* --- parts -------------------------------------------------------------------------------- */

/* "280R", "2.2k", "100p": as an edit reads it, without an exponent. */
static void value_text(double value, bool ohm, char *out, size_t size) {
    static const struct {
        double unit;
        const char *letter;
    } ohms[] = {{1e6, "M"}, {1e3, "k"}, {1, "R"}},
      farads[] = {{1e-6, "u"}, {1e-9, "n"}, {1e-12, "p"}};
    int i = 0;
    while (i < 2 && value < (ohm ? ohms[i].unit : farads[i].unit) * (1 - 1e-9))
        i++;
    snprintf(out, size, "%.6g%s", value / (ohm ? ohms[i].unit : farads[i].unit),
             ohm ? ohms[i].letter : farads[i].letter);
}

static void scale_value(struct list *list, uint32_t part, enum fault_kind kind, double factor) {
    const struct part_use *use = &list->board->uses[part];
    const char *ref = part_at(list, part)->ref;
    char text[32];
    if (!(use->quantity * factor > 0))
        return;
    value_text(use->quantity * factor, use->model->quantity == PART_OHM, text, sizeof text);
    edit(add(list, kind, "%s of %s", ref, text), "value %s=%s", ref, text);
}

static void two_pin_part(struct list *list, uint32_t part) {
    const struct netlist *netlist = list->board->netlist;
    const char *ref = part_at(list, part)->ref;
    uint32_t p = part_at(list, part)->first_pin, q = netlist->pins[p].next;
    edit(add(list, FAULT_REMOVED, "%s missing", ref), "remove %s", ref);
    if (netlist->pins[p].net != NETLIST_NONE && netlist->pins[q].net != NETLIST_NONE &&
        netlist->pins[p].net != netlist->pins[q].net)
        edit(add(list, FAULT_SHORTED, "%s bridged", ref), "bridge %s.%s %s.%s", ref,
             netlist->pins[p].number, ref, netlist->pins[q].number);
    scale_value(list, part, FAULT_HALF, 0.5);
    scale_value(list, part, FAULT_DOUBLE, 2);
}

static bool has_two_pins(const struct netlist *netlist, uint32_t part) {
    uint32_t p = netlist->parts[part].first_pin;
    return p != NETLIST_NONE && netlist->pins[p].next != NETLIST_NONE &&
           netlist->pins[netlist->pins[p].next].next == NETLIST_NONE;
}

/* --- units and families ------------------------------------------------------------------- */

static void move(const struct list *list, struct fault *fault, uint32_t part, const char *from,
                 const char *to) {
    const struct netlist *netlist = list->board->netlist;
    uint32_t pin = netlist_find_pin(netlist, part, from);
    const char *ref = part_at(list, part)->ref;
    if (pin == NETLIST_NONE || netlist->pins[pin].net == NETLIST_NONE)
        edit(fault, "open %s.%s", ref, to);
    else
        edit(fault, "short %s.%s %s", ref, to, net_name(list, netlist->pins[pin].net));
}

static bool are_alike(const struct part_unit *a, const struct part_unit *b) {
    bool acts = a->kind == PART_LOGIC || a->kind == PART_DFF || a->kind == PART_MONO ||
                a->kind == PART_RECEIVER || a->kind == PART_DRIVER;
    return acts && a->kind == b->kind && a->n_in == b->n_in && a->truth == b->truth;
}

/* A symbol may leave out pins of what it does not use. */
static bool are_there(const struct list *list, uint32_t part, const struct part_unit *unit,
                      unsigned n) {
    for (unsigned i = 0; i < n; i++)
        if (netlist_find_pin(list->board->netlist, part, unit->pins[i]) == NETLIST_NONE)
            return false;
    return true;
}

/* A unit's pins before the first that it does not have. */
static unsigned pins_of(const struct part_unit *unit) {
    unsigned n = 0;
    while (n < PART_MAX_UNIT_PINS && unit->pins[n])
        n++;
    return n;
}

static void swap_units(struct list *list, uint32_t part) {
    const struct part_model *model = list->board->uses[part].model;
    for (size_t u = 0; u + 1 < model->n_units; u++) {
        const struct part_unit *a = &model->units[u], *b = &model->units[u + 1];
        unsigned n = pins_of(a);
        if (!are_alike(a, b) || n != pins_of(b) || 2 * n > FAULT_EDITS ||
            !are_there(list, part, a, n) || !are_there(list, part, b, n))
            continue;
        const char *ref = part_at(list, part)->ref;
        struct fault *fault =
            add(list, FAULT_SWAPPED, "%s%s and %s%s swapped", ref, a->name, ref, b->name);
        for (unsigned i = 0; i < n; i++) {
            move(list, fault, part, a->pins[i], b->pins[i]);
            move(list, fault, part, b->pins[i], a->pins[i]);
        }
    }
}

static void other_families(struct list *list, uint32_t part) {
    const struct part_use *use = &list->board->uses[part];
    if (use->model->units[0].kind == PART_PASSIVE) /* their makes differ in nothing modelled */
        return;
    const char *ref = part_at(list, part)->ref;
    for (size_t v = 0; v < use->model->n_variants; v++) {
        const char *name = use->model->variants[v].name;
        if (&use->model->variants[v] != use->variant && !strchr(name, ' '))
            edit(add(list, FAULT_FAMILY, "%s is a %s", ref, name), "value %s=%s", ref, name);
    }
}

size_t faults_list(const struct board *board, struct fault **out) {
    struct list list = {.board = board};
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        if (board->netlist->parts[part].removed)
            continue;
        open_pins(&list, part);
        const struct part_model *model = board->uses[part].model;
        if (model && model->quantity != PART_NO_QUANTITY && has_two_pins(board->netlist, part)) {
            two_pin_part(&list, part);
            continue;
        }
        bridge_pins(&list, part);
        if (!model)
            continue;
        tie_inputs(&list, part);
        swap_units(&list, part);
        other_families(&list, part);
    }
    *out = list.faults;
    return list.n;
}

const char *fault_kind_name(enum fault_kind kind) {
    static const char *const names[FAULT_KINDS] = {
        "open",    "bridged",    "tied high",       "tied low", "missing",
        "shorted", "half value", "twice the value", "swapped",  "family",
    };
    return names[kind];
}
