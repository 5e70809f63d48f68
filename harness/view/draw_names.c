/* The columns of names and values. */
#include <string.h>

#include "harness/view/draw.h"

#define NAME       1024
#define MOST_FOUND 4096 /* more are not looked for among the rows */

static bool is_found(const struct view *view, uint32_t signal) {
    if (view->panel != VIEW_SEARCH || !view->query[0] || view->n_found > MOST_FOUND)
        return false;
    for (size_t i = 0; i < view->n_found; i++)
        if (view->found[i] == signal)
            return true;
    return false;
}

static void background(struct draw *draw, const struct layout_row *at) {
    const struct view_row *row = &draw->view->rows[at->row];
    const struct layout *layout = &draw->layout;
    int w = layout->names.w + layout->values.w;
    if (row->selected)
        draw_fill(draw, layout->names.x, at->y, w, at->h, draw->theme->selected);
    if (at->row == draw->view->active)
        draw_fill(draw, layout->names.x, at->y, w, at->h, draw->theme->active);
    if (row->selected || at->row == draw->view->active)
        draw_fill(draw, layout->names.x, at->y, layout_pixels(layout, 3), at->h,
                  row->selected ? draw->theme->accent : draw->theme->soft);
}

/* Scopes of less weight than the name behind them; what does not fit is left out of them. */
static void signal_name(struct draw *draw, struct paint_rect at, uint32_t signal) {
    char full[NAME];
    unsigned size = draw->layout.text;
    store_full_name(draw->view->store, signal, full, sizeof full);
    size_t length = strlen(full), leaf = strlen(store_signal(draw->view->store, signal)->name);
    char *name = full + (leaf < length ? length - leaf : 0);
    int w = paint_text_width(size, name);
    struct paint_rect scopes = at;
    scopes.w = at.w - w;
    if (scopes.w < 0 || name == full) {
        draw_label_end(draw, at, size, name, draw->theme->ink);
    } else {
        char kept[NAME];
        memcpy(kept, name, strlen(name) + 1);
        *name = 0;
        int used = draw_label_end(draw, scopes, size, full, draw->theme->soft);
        draw_label(draw, (struct paint_rect){at.x + used, at.y, w, at.h}, size, DRAW_LEFT, kept,
                   draw->theme->ink);
    }
    if (is_found(draw->view, signal))
        draw_fill(draw, at.x, at.y + at.h - 2 * draw->layout.stroke - 1, at.w,
                  2 * draw->layout.stroke, draw->theme->accent);
}

static void decoder_name(struct draw *draw, struct paint_rect at, const struct view_row *row) {
    unsigned size = draw->layout.text;
    int used = draw_label(draw, at, size, DRAW_LEFT, row->decoder->name, draw->theme->accent);
    struct paint_rect rest = {at.x + used + paint_cell(size), at.y, at.w - used - paint_cell(size),
                              at.h};
    uint32_t input = row->inputs[0];
    if (input < store_n_signals(draw->view->store))
        draw_label(draw, rest, draw->layout.small, DRAW_LEFT,
                   store_signal(draw->view->store, input)->name, draw->theme->soft);
}

static void value(struct draw *draw, const struct view_row *row, struct paint_rect at) {
    const struct view *view = draw->view;
    int64_t time;
    char text[256];
    enum store_kind kind = store_signal(view->store, row->signal)->kind;
    if (!draw_value_time(view, &time) || kind == STORE_EVENT)
        return;
    view_value_text(view, row->signal, row->radix, time, text, sizeof text);
    bool unknown = kind != STORE_STRING && text[0] && strchr("xzuw-", text[0]) && !text[1];
    draw_label(draw, at, draw->layout.text, DRAW_LEFT, text,
               unknown ? draw->theme->unknown : draw->theme->ink);
}

void draw_names(struct draw *draw, const struct layout_row *at) {
    const struct view_row *row = &draw->view->rows[at->row];
    const struct layout *layout = &draw->layout;
    struct paint_rect names = draw_inner(layout->names, layout->pad);
    struct paint_rect values = draw_inner(layout->values, layout->pad / 2);
    background(draw, at);
    /* Names stand on a row's first line; a value in the middle, where an axis leaves room. */
    names.y = values.y = at->y;
    names.h = at->h < layout->line ? at->h : layout->line;
    values.h = at->h;
    if (row->kind == VIEW_LABEL || row->label[0])
        draw_label(draw, names, layout->text, DRAW_LEFT, row->label,
                   row->kind == VIEW_LABEL ? draw->theme->soft : draw->theme->ink);
    else if (row->kind == VIEW_SIGNAL)
        signal_name(draw, names, row->signal);
    else
        decoder_name(draw, names, row);
    if (row->kind == VIEW_SIGNAL)
        value(draw, row, values);
}
