/* Netlist parts to part uses: model, value, switch position; what has no model is listed. */
#include "harness/board_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/edits.h"
#include "harness/values.h"
#include "harness/words.h"
#include "models/parts/catalogue.h"

static void add_unmodelled(struct board *board, uint32_t index, const char *why) {
    const struct netlist *netlist = board->netlist;
    const struct netlist_part *part = &netlist->parts[index];
    struct board_unmodelled *entry = &board->unmodelled[board->n_unmodelled++];
    entry->part = index;
    unsigned size = sizeof entry->text;
    unsigned used = sim_format(entry->text, size, "%s \"%s\" (%s%s%s) %s; pins", part->ref,
                               part->value, part->library, *part->library ? ", " : "",
                               *part->footprint ? part->footprint : "no footprint", why);
    for (uint32_t i = part->first_pin; i != NETLIST_NONE; i = netlist->pins[i].next) {
        const struct netlist_pin *pin = &netlist->pins[i];
        used += sim_format(entry->text + used, size - used, " %s=%s", pin->number,
                           pin->net == NETLIST_NONE ? "open" : netlist->nets[pin->net].name);
    }
}

/* 0 pF is not fitted, 0 ohm is a wire. */
static bool read_value(struct board *board, uint32_t index, const char *before,
                       struct part_use *use, struct sim_err *err) {
    struct netlist_part *part = &board->netlist->parts[index];
    char why[256];
    if (value_is_not_fitted(part->value)) {
        part->removed = true;
    } else if (value_read(part->value, use->model->quantity, &board->config.values, &use->quantity,
                          why, sizeof why)) {
        part->removed = use->model->quantity == PART_FARAD && use->quantity == 0;
    } else if (part->value != before) {
        return sim_err_set(err, SIM_ERR_INPUT, "--edit \"value %s=%s\": %s", part->ref, part->value,
                           why);
    } else {
        add_unmodelled(board, index, why);
        use->model = NULL;
    }
    if (part->removed)
        use->model = NULL;
    return true;
}

static bool resolve(struct board *board, uint32_t index, const char *before, bool *used,
                    struct sim_err *err) {
    const struct netlist_part *part = &board->netlist->parts[index];
    struct part_use *use = &board->uses[index];
    *use = (struct part_use){.quantity = NAN};
    if (part->removed || value_is_not_fitted(part->value)) {
        board->netlist->parts[index].removed = true;
        return true;
    }
    use->model =
        part_catalogue_match(part->ref, part->value, part->library, part->footprint, &use->variant);
    if (!use->model) {
        add_unmodelled(board, index, "has no model");
        return true;
    }
    return board_figures_apply(board, index, use, board->figures + (size_t)index * PART_MAX_FIGURES,
                               used, err) &&
           (use->model->quantity == PART_NO_QUANTITY || read_value(board, index, before, use, err));
}

bool board_parts_resolve(struct board *board, const char *const *values, struct sim_err *err) {
    bool used[sizeof board->config.figures / sizeof *board->config.figures] = {false};
    uint32_t n = board->netlist->n_parts;
    board->uses = calloc(n, sizeof *board->uses);
    board->figures = calloc((size_t)n * PART_MAX_FIGURES, sizeof *board->figures);
    board->unmodelled = calloc(n, sizeof *board->unmodelled);
    if (!board->uses || !board->figures || !board->unmodelled)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory for %u parts", (unsigned)n);
    for (uint32_t i = 0; i < n; i++)
        if (!resolve(board, i, values[i], used, err))
            return false;
    return board_figures_check(board, used, err);
}

static const struct part_unit *selector_of(const struct part_use *use) {
    for (size_t i = 0; use->model && i < use->model->n_units; i++)
        if (use->model->units[i].kind == PART_SELECTOR)
            return &use->model->units[i];
    return NULL;
}

/* The place of a pad number among a selector's pins (0 = common), or -1. */
static int place_of(const struct part_unit *unit, const char *number) {
    for (int i = 0; i < PART_MAX_UNIT_PINS && unit->pins[i]; i++)
        if (strcmp(unit->pins[i], number) == 0)
            return i;
    return -1;
}

/* The throw meant: by pad number, else pin name, else (pins without names) its letter. */
static int find_throw(const struct netlist *netlist, uint32_t part, const struct part_unit *unit,
                      const char *position) {
    int place = place_of(unit, position);
    bool named = false;
    for (uint32_t i = netlist->parts[part].first_pin; place < 0 && i != NETLIST_NONE;
         i = netlist->pins[i].next) {
        named |= *netlist->pins[i].name != '\0';
        if (words_equal_nocase(netlist->pins[i].name, position))
            place = place_of(unit, netlist->pins[i].number);
    }
    int letter = words_lower(position[0]) - 'a' + 1;
    if (place < 0 && !named && letter >= 1 && letter < PART_MAX_UNIT_PINS && !position[1] &&
        unit->pins[letter])
        place = letter;
    return place;
}

static void describe_throws(const struct netlist *netlist, uint32_t part,
                            const struct part_unit *unit, char *out, unsigned size) {
    unsigned used = 0;
    out[0] = '\0';
    for (int i = 1; i < PART_MAX_UNIT_PINS && unit->pins[i]; i++) {
        uint32_t pin = netlist_find_pin(netlist, part, unit->pins[i]);
        const char *name = pin == NETLIST_NONE ? "" : netlist->pins[pin].name;
        bool other = *name && strcmp(name, unit->pins[i]) != 0;
        used += sim_format(out + used, size - used, other ? "%s%s (%s)" : "%s%s%s",
                           i > 1 ? ", " : "", unit->pins[i], other ? name : "");
    }
}

static bool apply_position(struct board *board, const struct board_position *stated,
                           struct sim_err *err) {
    char hint[200];
    uint32_t part = netlist_find_part(board->netlist, stated->ref);
    if (part == NETLIST_NONE)
        return board_config_error(board, stated->line, err, "no switch or jumper \"%s\"%s",
                                  stated->ref,
                                  edit_near_part(board->netlist, stated->ref, hint, sizeof hint));
    struct part_use *use = &board->uses[part];
    if (!use->model)
        return true; /* removed, or listed as not modelled */
    const struct part_unit *unit = selector_of(use);
    if (!unit)
        return board_config_error(board, stated->line, err, "%s (%s) is no switch or jumper",
                                  stated->ref, use->model->name);
    int place = find_throw(board->netlist, part, unit, stated->position);
    if (place >= 1) {
        use->position = (uint8_t)place;
        return true;
    }
    describe_throws(board->netlist, part, unit, hint, sizeof hint);
    return board_config_error(board, stated->line, err, "%s = %s: %s; expected one of %s",
                              stated->ref, stated->position,
                              place == 0 ? "that is its common pin" : "it has no such throw", hint);
}

bool board_positions_apply(struct board *board, struct sim_err *err) {
    for (unsigned i = 0; i < board->config.n_positions; i++)
        if (!apply_position(board, &board->config.positions[i], err))
            return false;
    return true;
}
