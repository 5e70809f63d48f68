/* The [part.NAME] sections: variants and figures that the board states itself. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "harness/board_parts.h"
#include "harness/words.h"
#include "models/parts/catalogue.h"

bool board_config_error(const struct board *board, long line, struct sim_err *err,
                        const char *format, ...) {
    va_list args;
    va_start(args, format);
    sim_err_vset(err, SIM_ERR_INPUT, format, args);
    va_end(args);
    if (line)
        sim_format(err->file, sizeof err->file, "%s", board->config.file);
    err->line = line;
    return false;
}

static const struct part_variant *matched_variant(const struct netlist_part *part) {
    const struct part_variant *variant = NULL;
    part_catalogue_match(part->ref, part->value, part->library, part->footprint, &variant);
    return variant;
}

/* Whether [part.NAME] means this part by its value text or a variant's name. */
static bool names_type(const char *name, const struct netlist_part *part,
                       const struct part_variant *now) {
    const struct part_variant *matched = matched_variant(part);
    return words_equal_nocase(name, part->value) || (now && words_equal_nocase(name, now->name)) ||
           (matched && words_equal_nocase(name, matched->name));
}

static bool choose_variant(const struct board *board, const struct board_figure *stated,
                           struct part_use *use, struct sim_err *err) {
    struct words_near near = {.wanted = stated->text};
    for (size_t i = 0; i < use->model->n_variants; i++) {
        words_near_offer(&near, use->model->variants[i].name);
        if (words_equal_nocase(use->model->variants[i].name, stated->text)) {
            use->variant = &use->model->variants[i];
            return true;
        }
    }
    char hint[128];
    return board_config_error(board, stated->line, err, "part.%s: %s has no variant \"%s\"%s",
                              stated->part, use->model->name, stated->text,
                              words_near_hint(&near, hint, sizeof hint));
}

/* The board states the typical part; limits that it lies outside of move with it. */
static void override(struct part_figure *figure, double value) {
    figure->typ = value;
    if (figure->min > value)
        figure->min = value;
    if (figure->max < value)
        figure->max = value;
    figure->source = "stated for this board";
}

static bool set_figure(const struct board *board, const struct board_figure *stated,
                       struct part_figure *figures, size_t n, struct sim_err *err) {
    struct words_near near = {.wanted = stated->figure};
    for (size_t i = 0; i < n; i++) {
        words_near_offer(&near, figures[i].name);
        if (strcmp(figures[i].name, stated->figure) == 0) {
            override(&figures[i], stated->value);
            return true;
        }
    }
    char hint[128];
    return board_config_error(board, stated->line, err, "part.%s has no figure \"%s\"%s",
                              stated->part, stated->figure,
                              words_near_hint(&near, hint, sizeof hint));
}

/* One pass over the sections that mean this part: by type first, then by reference. */
static bool pass(const struct board *board, uint32_t index, bool by_ref, bool variants,
                 struct part_use *use, struct part_figure *figures, struct sim_err *err) {
    const struct netlist_part *part = &board->netlist->parts[index];
    for (unsigned i = 0; i < board->config.n_figures; i++) {
        const struct board_figure *stated = &board->config.figures[i];
        bool is_ref = strcmp(stated->part, part->ref) == 0;
        if ((strcmp(stated->figure, "variant") == 0) != variants || is_ref != by_ref)
            continue;
        if (!is_ref && !names_type(stated->part, part, use->variant))
            continue;
        if (variants ? !choose_variant(board, stated, use, err)
                     : !set_figure(board, stated, figures, use->variant->n_figures, err))
            return false;
    }
    return true;
}

bool board_figures_apply(const struct board *board, uint32_t part, struct part_use *use,
                         struct part_figure *figures, struct sim_err *err) {
    if (!pass(board, part, false, true, use, figures, err) ||
        !pass(board, part, true, true, use, figures, err))
        return false;
    assert(use->variant->n_figures <= PART_MAX_FIGURES);
    use->n_figures = use->variant->n_figures;
    use->figures = figures;
    if (use->n_figures)
        memcpy(figures, use->variant->figures, use->n_figures * sizeof *figures);
    return pass(board, part, false, false, use, figures, err) &&
           pass(board, part, true, false, use, figures, err);
}

static bool names_something(const struct board *board, const char *name, struct words_near *near) {
    for (uint32_t i = 0; i < board->netlist->n_parts; i++) {
        const struct netlist_part *part = &board->netlist->parts[i];
        const struct part_variant *variant = board->uses[i].variant;
        if (strcmp(name, part->ref) == 0 || names_type(name, part, variant))
            return true;
        words_near_offer(near, part->ref);
        if (variant)
            words_near_offer(near, variant->name);
    }
    return false;
}

bool board_figures_check(const struct board *board, struct sim_err *err) {
    for (unsigned i = 0; i < board->config.n_figures; i++) {
        const struct board_figure *stated = &board->config.figures[i];
        struct words_near near = {.wanted = stated->part};
        char hint[128];
        if (!names_something(board, stated->part, &near))
            return board_config_error(board, stated->line, err,
                                      "[part.%s] names no part or make on this board%s",
                                      stated->part, words_near_hint(&near, hint, sizeof hint));
    }
    return true;
}
