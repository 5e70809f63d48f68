/* Panels beside the traces: search and the list of signals; the frame of the others. */
#include <stdio.h>
#include <string.h>

#include "harness/view/draw.h"

#define NAME 1024

/* Of no height below the panel: then nothing is drawn. */
static struct paint_rect line_at(const struct draw *draw, size_t i) {
    const struct layout *layout = &draw->layout;
    struct paint_rect r = draw_inner(layout->panel, layout->pad);
    r.y += layout->pad / 2 + (int)i * layout->line;
    bool fits = r.y + layout->line <= layout->panel.y + layout->panel.h;
    r.h = fits ? layout->line : 0;
    return r;
}

static void query(struct draw *draw) {
    const struct layout *layout = &draw->layout;
    struct paint_rect box = line_at(draw, 1);
    char text[VIEW_TEXT + 8];
    int gap = layout_pixels(layout, 2), one = layout->stroke;
    draw_fill(draw, box.x, box.y + gap, box.w, box.h - 2 * gap, draw->theme->accent);
    draw_fill(draw, box.x + one, box.y + gap + one, box.w - 2 * one, box.h - 2 * gap - 2 * one,
              draw->theme->field);
    snprintf(text, sizeof text, "%s_", draw->view->query);
    draw_label_end(draw, draw_inner(box, layout->pad / 2), layout->text, text, draw->theme->ink);
}

static void scope_of(const struct view *view, uint32_t signal, char *out, size_t size) {
    size_t length = store_full_name(view->store, signal, out, size);
    size_t leaf = strlen(store_signal(view->store, signal)->name);
    size_t scope = length > leaf ? length - leaf - 1 : 0;
    out[scope < size ? scope : size - 1] = 0;
}

static void found(struct draw *draw, struct paint_rect at, size_t i) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    uint32_t signal = view->found[i];
    char full[NAME];
    if (i == view->chosen)
        draw_fill(draw, layout->panel.x, at.y, layout->panel.w, at.h, draw->theme->active);
    if (i == view->chosen)
        draw_fill(draw, layout->panel.x, at.y, layout_pixels(layout, 3), at.h, draw->theme->accent);
    store_full_name(view->store, signal, full, sizeof full);
    if (view->panel == VIEW_SIGNALS)
        draw_label_end(draw, draw_inner(at, layout->pad), layout->text,
                       store_signal(view->store, signal)->name, draw->theme->ink);
    else
        draw_label_end(draw, at, layout->text, full, draw->theme->ink);
}

static void list(struct draw *draw) {
    const struct view *view = draw->view;
    size_t lines = layout_panel_lines(&draw->layout), used = 0;
    size_t first = layout_panel_first(view, &draw->layout);
    for (size_t i = first; i < view->n_found; i++) {
        unsigned takes = layout_panel_takes(view, i, first);
        char scope[NAME];
        if (used + takes > lines)
            break;
        if (takes == 2) {
            scope_of(view, view->found[i], scope, sizeof scope);
            draw_label_end(draw, line_at(draw, PANEL_HEAD + used), draw->layout.small,
                           scope[0] ? scope : "(no scope)", draw->theme->soft);
        }
        used += takes;
        found(draw, line_at(draw, PANEL_HEAD + used - 1), i);
    }
    if (!view->n_found && lines)
        draw_label(draw, line_at(draw, PANEL_HEAD), draw->layout.text, DRAW_LEFT,
                   view->query[0] || view->panel == VIEW_SIGNALS ? "no signal has this in its name"
                                                                 : "type a part of its name",
                   draw->theme->soft);
}

static void title(struct draw *draw) {
    static const char *const titles[] = {
        [VIEW_NO_PANEL] = "",       [VIEW_HELP] = "Keys and mouse",
        [VIEW_SEARCH] = "Search",   [VIEW_MEASURE] = "Pulse widths",
        [VIEW_SIGNALS] = "Signals",
    };
    const struct view *view = draw->view;
    struct paint_rect at = line_at(draw, 0);
    char count[48] = "";
    if (view_lists(view) && view->n_found)
        snprintf(count, sizeof count, "%zu of %zu", view->chosen + 1, view->n_found);
    int used = draw_label(draw, at, draw->layout.small, DRAW_RIGHT, count, draw->theme->soft);
    at.w -= used;
    draw_label(draw, at, draw->layout.text, DRAW_LEFT, titles[view->panel], draw->theme->accent);
}

void draw_panel(struct draw *draw) {
    struct paint_rect panel = draw->layout.panel;
    if (draw->view->panel != VIEW_HELP)
        draw_fill(draw, panel.x, panel.y, draw->layout.stroke, panel.h, draw->theme->edge);
    title(draw);
    switch (draw->view->panel) {
    case VIEW_HELP:
        draw_help(draw);
        break;
    case VIEW_MEASURE:
        draw_measure(draw);
        break;
    case VIEW_SEARCH:
    case VIEW_SIGNALS:
        query(draw);
        list(draw);
        break;
    case VIEW_NO_PANEL:
        break;
    }
}
