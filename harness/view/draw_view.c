/* The picture as a whole: grounds, rows, the lines above and below. */
#include <stdio.h>
#include <string.h>

#include "harness/view/draw.h"

#define TIME 64
#define MINUS                                                                                      \
    "B\xe2\x88\x92"                                                                                \
    "A " /* with U+2212 */

static void fill_rect(struct draw *draw, struct paint_rect r, struct paint_colour colour) {
    draw_fill(draw, r.x, r.y, r.w, r.h, colour);
}

static void grounds(struct draw *draw) {
    const struct layout *layout = &draw->layout;
    const struct theme *theme = draw->theme;
    int one = layout->stroke, names = layout->names.x + layout->names.w;
    draw_fill(draw, 0, 0, (int)draw->paint->width, (int)draw->paint->height, theme->bar);
    fill_rect(draw, layout->traces, theme->ground);
    draw_fill(draw, 0, layout->header.h - one, (int)draw->paint->width, one, theme->edge);
    draw_fill(draw, layout->corner.x, layout->traces.y - one, layout->corner.w + layout->ruler.w,
              one, theme->edge);
    if (layout->names.w)
        draw_fill(draw, names - one, layout->corner.y, one, layout->corner.h + layout->names.h,
                  theme->grid);
    if (layout->traces.w)
        draw_fill(draw, layout->traces.x - one, layout->corner.y, one,
                  layout->corner.h + layout->traces.h, theme->edge);
}

/* What stands in the columns of names and values. */
static void heads(struct draw *draw) {
    const struct layout *layout = &draw->layout;
    struct paint_rect names = draw_inner(layout->names, layout->pad);
    struct paint_rect values = draw_inner(layout->values, layout->pad / 2);
    int64_t time;
    const char *at = draw_value_time(draw->view, &time);
    int h = paint_line_height(layout->small) + layout_pixels(layout, 8);
    names.y = values.y = layout->corner.y + layout->corner.h - h;
    names.h = values.h = layout->corner.h < h ? 0 : h;
    draw_label(draw, names, layout->small, DRAW_LEFT, "signal", draw->theme->soft);
    if (at)
        draw_label(draw, values, layout->small, DRAW_LEFT, at, draw->theme->soft);
}

/* --- the line above --------------------------------------------------------------------------- */

static const char *file_name(const struct view *view) {
    const char *path = store_path(view->store), *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path ? path : "";
}

/* Four significant digits of 1 / seconds. */
static void frequency(const struct view *view, int64_t ticks, char *out, size_t size) {
    static const char *const units[] = {"mHz", "Hz", "kHz", "MHz", "GHz", "THz"};
    double hz = ticks < 0 ? -1.0 / (double)ticks : 1.0 / (double)ticks;
    int exponent = store_exponent(view->store);
    size_t i = 0;
    for (; exponent < 0; exponent++)
        hz *= 10;
    for (; exponent > 0; exponent--)
        hz /= 10;
    hz *= 1000;
    for (; hz >= 1000 && i + 1 < sizeof units / sizeof units[0]; i++)
        hz /= 1000;
    snprintf(out, size, "%.4g %s", hz, units[i]);
}

/* From the right end of `rest`, which it leaves to the others; nothing where it does not fit. */
static void from_right(struct draw *draw, struct paint_rect *rest, const char *text,
                       struct paint_colour colour) {
    int w = paint_text_width(draw->layout.text, text);
    if (w + 12 * paint_cell(draw->layout.text) > rest->w)
        return;
    draw_label(draw, *rest, draw->layout.text, DRAW_RIGHT, text, colour);
    rest->w -= w + 2 * draw->layout.pad;
}

static void cursor_text(struct draw *draw, struct paint_rect *rest, unsigned i) {
    char time[TIME], text[TIME + 4];
    if (draw->view->cursors[i] == VIEW_NO_TIME)
        return;
    view_time_text(draw->view, draw->view->cursors[i], time, sizeof time);
    snprintf(text, sizeof text, "%c %s", 'A' + (int)i, time);
    from_right(draw, rest, text, draw->theme->cursors[i]);
}

void draw_header(struct draw *draw) {
    const struct view *view = draw->view;
    struct paint_rect rest = draw_inner(draw->layout.header, draw->layout.pad);
    int64_t difference = 0;
    char time[TIME], hz[TIME], text[2 * TIME + 16];
    rest.h -= draw->layout.stroke;
    if (view->cursors[0] != VIEW_NO_TIME && view->cursors[1] != VIEW_NO_TIME &&
        !__builtin_sub_overflow(view->cursors[1], view->cursors[0], &difference)) {
        view_time_text(view, difference, time, sizeof time);
        frequency(view, difference, hz, sizeof hz);
        snprintf(text, sizeof text, MINUS "%s%s%s%s", time, difference ? " (" : "",
                 difference ? hz : "", difference ? ")" : "");
        from_right(draw, &rest, text, draw->theme->ink);
    }
    cursor_text(draw, &rest, 1);
    cursor_text(draw, &rest, 0);
    draw_label(draw, rest, draw->layout.text, DRAW_LEFT, file_name(view), draw->theme->ink);
}

/* --- the line below --------------------------------------------------------------------------- */

static void idle_text(const struct view *view, char *out, size_t size) {
    const char *note = store_note(view->store);
    uint32_t signal = view_row_signal(view, view->active);
    out[0] = 0;
    if (note)
        snprintf(out, size, "%s", note);
    else if (signal != STORE_NONE)
        store_full_name(view->store, signal, out, size);
}

static void state_text(const struct view *view, char *out, size_t size) {
    char span[TIME];
    size_t seen = layout_rows_seen(view);
    if (view->hover[0]) {
        snprintf(out, size, "%s", view->hover);
        return;
    }
    view_time_text(view, view->span, span, sizeof span);
    if (seen && (view->top || seen < view->n_rows))
        snprintf(out, size, "rows %zu to %zu of %zu   %s wide   ? help", view->top + 1,
                 view->top + seen, view->n_rows, span);
    else
        snprintf(out, size, "%s wide   ? help", span);
}

void draw_status(struct draw *draw) {
    struct paint_rect left = draw_inner(draw->layout.status, draw->layout.pad), right = left;
    char text[2 * VIEW_TEXT];
    state_text(draw->view, text, sizeof text);
    right.x += left.w / 2;
    right.w -= left.w / 2;
    int used = draw_label(draw, right, draw->layout.small, DRAW_RIGHT, text, draw->theme->soft);
    left.w -= used + 2 * draw->layout.pad;
    if (draw->view->message[0]) {
        draw_label(draw, left, draw->layout.text, DRAW_LEFT, draw->view->message, draw->theme->ink);
        return;
    }
    idle_text(draw->view, text, sizeof text);
    draw_label(draw, left, draw->layout.small, DRAW_LEFT, text, draw->theme->soft);
}

/* --- packet, edge and code -------------------------------------------------------------------- */

void draw_details(struct draw *draw) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    struct paint_rect all = layout->details, at = draw_inner(all, layout->pad);
    struct detail details[DETAIL_MOST];
    int title = 11 * paint_cell(layout->text);
    if (all.h <= 0)
        return;
    draw_fill(draw, all.x, all.y, all.w, layout->stroke, draw->theme->edge);
    size_t n = view_details(view, details);
    at.y += layout->pad / 2;
    at.h = layout_pixels(layout, 18);
    for (size_t i = 0; i < n && at.y + at.h <= all.y + all.h; i++, at.y += at.h) {
        struct paint_rect text = {at.x + title, at.y, at.w - title, at.h};
        struct paint_rect name = {at.x, at.y, title, at.h};
        if (i == view->detail && details[i].at != VIEW_NO_TIME) /* Return goes there */
            draw_fill(draw, all.x, at.y, layout_pixels(layout, 3), at.h, draw->theme->accent);
        draw_label(draw, name, layout->text, DRAW_LEFT, details[i].title, draw->theme->accent);
        draw_label(draw, text, layout->text, DRAW_LEFT, details[i].text, draw->theme->ink);
    }
    if (!n)
        draw_label(draw, at, layout->text, DRAW_LEFT,
                   view->sidecar ? "nothing was recorded of this time"
                                 : "no packets and no code were recorded with this file",
                   draw->theme->soft);
}

/* --- rows ------------------------------------------------------------------------------------- */

static void trace(struct draw *draw, const struct view_row *row, struct paint_rect area) {
    const struct store_signal *signal;
    if (row->kind == VIEW_DECODER)
        draw_decoder(draw, row, area);
    if (row->kind != VIEW_SIGNAL || row->signal >= store_n_signals(draw->view->store))
        return;
    signal = store_signal(draw->view->store, row->signal);
    bool number = signal->kind == STORE_REAL || signal->kind == STORE_VECTOR;
    bool height = signal->kind == STORE_REAL && row->radix == VIEW_REAL;
    if (height || (number && row->style != VIEW_AUTO)) {
        draw_analog(draw, row, area);
        return;
    }
    draw->paint->ops->clip(draw->paint, &area);
    if (signal->kind == STORE_BIT)
        draw_bits(draw, row->signal, area);
    else if (signal->kind == STORE_EVENT)
        draw_events(draw, row->signal, area);
    else
        draw_bus(draw, row, area);
    draw->paint->ops->clip(draw->paint, NULL);
}

static void rows(struct draw *draw) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    struct layout_row at;
    for (bool any = layout_first_row(view, layout, &at); any;
         any = layout_next_row(view, layout, &at)) {
        struct paint_rect area = {layout->traces.x, at.y, layout->traces.w, at.h};
        if (at.row == view->active)
            fill_rect(draw, area, theme_thin(draw->theme->active, 90));
        draw_fill(draw, 0, at.y + at.h - 1, layout->traces.x + layout->traces.w, 1,
                  draw->theme->grid);
        draw_names(draw, &at);
        if (area.w > 0)
            trace(draw, &view->rows[at.row], area);
    }
    if (!view->n_rows && layout->traces.w > 0)
        draw_label(draw, draw_inner(layout->traces, layout->pad), layout->text, DRAW_MIDDLE,
                   "no rows; press a to add signals", draw->theme->soft);
}

void draw_view(const struct view *view, struct paint *paint) {
    struct draw draw = {view, paint, theme_of(view->theme), layout_of(view)};
    paint->ops->begin(paint);
    grounds(&draw);
    draw_header(&draw);
    draw_status(&draw);
    if (view->panel != VIEW_NO_PANEL)
        draw_panel(&draw);
    if (view->panel == VIEW_HELP)
        return;
    heads(&draw);
    draw_ruler(&draw);
    rows(&draw);
    draw_marks(&draw);
    draw_scroll(&draw);
    draw_details(&draw);
}
