/* Rows: which is active or selected, their order and their looks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/act_internal.h"
#include "harness/view/paint.h"
#include "harness/view/undo.h"

#define WHEEL_ROWS 3

/* --- the active row ------------------------------------------------------------------------ */

static size_t rows_seen(const struct view *view) {
    size_t n = layout_rows_seen(view);
    return n ? n : 1;
}

static size_t moved_by(const struct view *view, size_t row, size_t step, bool up) {
    if (row >= view->n_rows)
        return up ? view->n_rows - 1 : view->top;
    if (up)
        return row > step ? row - step : 0;
    return row + step < view->n_rows ? row + step : view->n_rows - 1;
}

bool act_active(struct view *view, enum view_action action, const struct act *act) {
    size_t was = view->active, page = rows_seen(view);
    (void)act;
    if (!view->n_rows)
        return false;
    if (action == ACT_ROW_FIRST || action == ACT_ROW_LAST)
        view->active = action == ACT_ROW_FIRST ? 0 : view->n_rows - 1;
    else if (action == ACT_ROW_UP || action == ACT_ROW_DOWN)
        view->active = moved_by(view, was, 1, action == ACT_ROW_UP);
    else
        view->active = moved_by(view, was, page, action == ACT_ROWS_UP);
    view_set_active(view, view->active);
    return view->active != was;
}

bool act_scroll(struct view *view, enum view_action action, const struct act *act) {
    size_t was = view->top;
    (void)act;
    if (action == ACT_SCROLL_UP)
        view->top = was > WHEEL_ROWS ? was - WHEEL_ROWS : 0;
    else
        for (unsigned i = 0; i < WHEEL_ROWS && view->top + rows_seen(view) < view->n_rows; i++)
            view->top++;
    return view->top != was;
}

bool act_insert(struct view *view, size_t at, const struct view_row *row) {
    if (!view_add(view, at, row)) {
        view_say(view, "not enough memory for another row");
        return false;
    }
    view->active = at;
    view_set_active(view, view->active);
    return true;
}

/* --- selection ----------------------------------------------------------------------------- */

static bool any_selected(const struct view *view) {
    for (size_t i = 0; i < view->n_rows; i++)
        if (view->rows[i].selected)
            return true;
    return false;
}

static bool has(const struct view *view, size_t i, bool any) {
    return any ? view->rows[i].selected : i == view->active;
}

static bool none(struct view *view) {
    if (view->active < view->n_rows || any_selected(view))
        return false;
    view_say(view, "choose a row first");
    return true;
}

static void select_to(struct view *view, size_t to) {
    size_t from = view->active < view->n_rows ? view->active : to;
    for (size_t i = from < to ? from : to; i <= (from < to ? to : from); i++)
        view->rows[i].selected = true;
}

bool act_select(struct view *view, enum view_action action, const struct act *act) {
    bool any = any_selected(view);
    size_t row = act->row < view->n_rows ? act->row : view->active;
    if (action == ACT_SELECT_ALL) {
        for (size_t i = 0; i < view->n_rows; i++)
            view->rows[i].selected = !any;
        return view->n_rows > 0;
    }
    if (row >= view->n_rows)
        return false;
    if (action == ACT_SELECT_TO)
        select_to(view, row);
    else
        view->rows[row].selected = !view->rows[row].selected;
    return true;
}

/* --- order --------------------------------------------------------------------------------- */

bool act_remove(struct view *view, enum view_action action, const struct act *act) {
    bool any = any_selected(view);
    (void)action, (void)act;
    if (none(view))
        return false;
    for (size_t i = view->n_rows, active = view->active; i-- > 0;)
        if (any ? view->rows[i].selected : i == active)
            view_remove(view, i);
    view_set_active(view, view->active);
    return true;
}

/* Each copy below its original. */
bool act_duplicate(struct view *view, enum view_action action, const struct act *act) {
    bool any = any_selected(view);
    (void)action, (void)act;
    if (none(view))
        return false;
    for (size_t i = view->n_rows, active = view->active; i-- > 0;) {
        if (any ? !view->rows[i].selected : i != active)
            continue;
        struct view_row copy = view->rows[i];
        copy.selected = false;
        if (!act_insert(view, i + 1, &copy))
            return false;
    }
    return true;
}

static void swap_rows(struct view *view, size_t i, size_t j) {
    struct view_row row = view->rows[i];
    view->rows[i] = view->rows[j];
    view->rows[j] = row;
    view->active = view->active == i ? j : view->active == j ? i : view->active;
}

/* All selected rows go one place; a block at the end stays there. */
bool act_move(struct view *view, enum view_action action, const struct act *act) {
    bool any = any_selected(view), changed = false, up = action == ACT_ROW_MOVE_UP;
    (void)act;
    if (none(view))
        return false;
    for (size_t k = 1; k < view->n_rows; k++) {
        size_t i = up ? k : view->n_rows - 1 - k, j = up ? i - 1 : i + 1;
        if (!has(view, i, any) || (any && view->rows[j].selected))
            continue;
        swap_rows(view, i, j);
        changed = true;
        if (!any)
            break;
    }
    view_set_active(view, view->active);
    return changed;
}

/* The moved rows in their order, between those that stay before and behind `to`. */
void view_act_drop(struct view *view, size_t row, size_t to) {
    bool group = row < view->n_rows && view->rows[row].selected;
    struct view_row *rows = malloc((view->n_rows ? view->n_rows : 1) * sizeof *rows);
    size_t n = 0, active = view->active;
    if (!rows || row >= view->n_rows) {
        free(rows);
        return;
    }
    past_keep(view, 0);
    for (int part = 0; part < 3; part++)
        for (size_t i = 0; i < view->n_rows; i++) {
            bool moves = group ? view->rows[i].selected : i == row;
            if (moves ? part != 1 : part != (i < to ? 0 : 2))
                continue;
            if (i == view->active)
                active = n;
            rows[n++] = view->rows[i];
        }
    memcpy(view->rows, rows, n * sizeof *rows);
    view->active = active;
    free(rows);
}

/* --- looks --------------------------------------------------------------------------------- */

static const enum view_radix RADICES[] = {VIEW_HEX,    VIEW_BINARY, VIEW_DECIMAL,
                                          VIEW_SIGNED, VIEW_ASCII,  VIEW_REAL};
static const char *const RADIX_NAMES[] = {"hexadecimal", "binary", "decimal",
                                          "signed",      "ASCII",  "real"};
static const char *const STYLE_NAMES[] = {"as its kind is", "steps", "lines"};

static void change_look(struct view_row *row, enum view_action action) {
    switch (action) {
    case ACT_ROW_HIGHER:
        row->height += row->height < VIEW_HEIGHT;
        break;
    case ACT_ROW_LOWER:
        row->height -= row->height > 1;
        break;
    case ACT_RADIX:
        row->radix = RADICES[((size_t)row->radix + 1) % (sizeof RADICES / sizeof *RADICES)];
        break;
    default:
        row->style = row->style == VIEW_AUTO   ? VIEW_STEP
                     : row->style == VIEW_STEP ? VIEW_LINEAR
                                               : VIEW_AUTO;
        if (row->style != VIEW_AUTO && row->height == 1)
            row->height = 3; /* nothing is seen of a curve in a single line */
    }
}

bool act_look(struct view *view, enum view_action action, const struct act *act) {
    bool any = any_selected(view);
    const struct view_row *last = NULL;
    (void)act;
    if (none(view))
        return false;
    for (size_t i = 0; i < view->n_rows; i++)
        if (has(view, i, any)) {
            change_look(&view->rows[i], action);
            last = &view->rows[i];
        }
    if (action == ACT_RADIX)
        view_say(view, "%s", RADIX_NAMES[last->radix]);
    else if (action == ACT_STYLE)
        view_say(view, "drawn as %s", STYLE_NAMES[last->style]);
    return true;
}

bool act_label(struct view *view, enum view_action action, const struct act *act) {
    if (action == ACT_COMMENT) {
        struct view_row row = {.kind = VIEW_LABEL, .signal = STORE_NONE, .height = 1};
        snprintf(row.label, sizeof row.label, "%s", act->text);
        return act_insert(view, view->active < view->n_rows ? view->active : view->n_rows, &row);
    }
    if (view->active >= view->n_rows) {
        view_say(view, "choose a row first");
        return false;
    }
    snprintf(view->rows[view->active].label, VIEW_TEXT, "%s", act->text);
    return true;
}
