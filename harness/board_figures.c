/* The [part.NAME] sections: variants and figures that the board states itself. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "harness/board_parts.h"
#include "harness/words.h"

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

/* One part being resolved. */
struct work {
    const struct board *board;
    const struct netlist_part *part;
    const struct part_variant *matched; /* by the catalogue, before any `variant =` */
    struct part_use *use;
    struct part_figure *figures;
    bool *used; /* by section entry: it named some part */
    struct sim_err *err;
};

/* Whether [part.NAME] means this part by its value text or a variant's name. */
static bool names_type(const char *name, const struct work *work) {
    return words_equal_nocase(name, work->part->value) ||
           words_equal_nocase(name, work->use->variant->name) ||
           words_equal_nocase(name, work->matched->name);
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

/* VT- never lies above VT+: whichever is stated last takes the other one along. */
static void drag_threshold(const char *stated, double value, struct part_figure *figures,
                           size_t n) {
    bool plus = strcmp(stated, "vt_plus") == 0;
    if (!plus && strcmp(stated, "vt_minus") != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        bool other = strcmp(figures[i].name, plus ? "vt_minus" : "vt_plus") == 0;
        if (other && (plus ? figures[i].typ > value : figures[i].typ < value))
            override(&figures[i], value);
    }
}

static bool set_figure(const struct board *board, const struct board_figure *stated,
                       struct part_figure *figures, size_t n, struct sim_err *err) {
    struct words_near near = {.wanted = stated->figure};
    for (size_t i = 0; i < n; i++) {
        words_near_offer(&near, figures[i].name);
        if (strcmp(figures[i].name, stated->figure) == 0) {
            override(&figures[i], stated->value);
            drag_threshold(stated->figure, stated->value, figures, n);
            return true;
        }
    }
    char hint[128];
    return board_config_error(board, stated->line, err, "part.%s has no figure \"%s\"%s",
                              stated->part, stated->figure,
                              words_near_hint(&near, hint, sizeof hint));
}

/* One pass over the sections that mean this part: by type first, then by reference. */
static bool pass(const struct work *work, bool by_ref, bool variants) {
    const struct board_config *config = &work->board->config;
    for (unsigned i = 0; i < config->n_figures; i++) {
        const struct board_figure *stated = &config->figures[i];
        bool is_ref = strcmp(stated->part, work->part->ref) == 0;
        if ((strcmp(stated->figure, "variant") == 0) != variants || is_ref != by_ref)
            continue;
        if (!is_ref && !names_type(stated->part, work))
            continue;
        work->used[i] = true;
        if (variants ? !choose_variant(work->board, stated, work->use, work->err)
                     : !set_figure(work->board, stated, work->figures,
                                   work->use->variant->n_figures, work->err))
            return false;
    }
    return true;
}

bool board_figures_apply(const struct board *board, uint32_t part, struct part_use *use,
                         struct part_figure *figures, bool *used, struct sim_err *err) {
    const struct work work = {.board = board,
                              .part = &board->netlist->parts[part],
                              .matched = use->variant,
                              .use = use,
                              .figures = figures,
                              .used = used,
                              .err = err};
    if (!pass(&work, false, true) || !pass(&work, true, true))
        return false;
    assert(use->variant->n_figures <= PART_MAX_FIGURES);
    use->n_figures = use->variant->n_figures;
    use->figures = figures;
    if (use->n_figures)
        memcpy(figures, use->variant->figures, use->n_figures * sizeof *figures);
    return pass(&work, false, false) && pass(&work, true, false);
}

/* Removed parts took no figures, but may be named. */
static bool names_something(const struct board *board, const char *name, struct words_near *near) {
    for (uint32_t i = 0; i < board->netlist->n_parts; i++) {
        const struct netlist_part *part = &board->netlist->parts[i];
        if (strcmp(name, part->ref) == 0 || words_equal_nocase(name, part->value))
            return true;
        words_near_offer(near, part->ref);
        if (board->uses[i].variant)
            words_near_offer(near, board->uses[i].variant->name);
    }
    return false;
}

bool board_figures_check(const struct board *board, const bool *used, struct sim_err *err) {
    for (unsigned i = 0; i < board->config.n_figures; i++) {
        const struct board_figure *stated = &board->config.figures[i];
        struct words_near near = {.wanted = stated->part};
        char hint[128];
        if (!used[i] && !names_something(board, stated->part, &near))
            return board_config_error(board, stated->line, err,
                                      "[part.%s] names no part or make on this board%s",
                                      stated->part, words_near_hint(&near, hint, sizeof hint));
    }
    return true;
}
