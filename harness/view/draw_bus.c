/* Vectors and strings: a band with the value in it where there is room, crossed at changes. */
#include <string.h>

#include "harness/view/draw.h"

#define VALUE 256 /* octets of a value's text */

struct bus {
    struct draw *draw;
    const struct view_row *row;
    struct paint_rect area;
    int top, bottom, stroke, slant;
    struct draw_batch line, busy, unknown;
};

/* Half of a crossing: strokes that close the band towards column x, `side` -1 to its left. */
static void slanted(struct bus *bus, struct draw_batch *batch, int x, int side) {
    int half = (bus->bottom - bus->top) / 2, steps = bus->slant;
    for (int i = 0; i < steps; i++) {
        int from = half * i / steps, to = half * (i + 1) / steps + 1;
        int at = bus->area.x + x + side * (steps - 1 - i) - (side < 0 ? 1 : 0);
        draw_batch_add(batch, at, bus->top + from, 1, to - from);
        draw_batch_add(batch, at, bus->bottom - to, 1, to - from);
    }
}

/* A string may read like anything. */
static bool is_string(const struct bus *bus) {
    return store_signal(bus->draw->view->store, bus->row->signal)->kind == STORE_STRING;
}

static bool is_unknown(const struct bus *bus, const char *text) {
    return !is_string(bus) &&
           (strcmp(text, "x") == 0 || strcmp(text, "z") == 0 || strcmp(text, "u") == 0);
}

/* The value that holds in [from, to), "" when there is none yet. Tells whether it is hexadecimal
 * digits, of which the prefix is left out. */
static bool value_of(const struct bus *bus, int from, char *out, size_t size) {
    const struct view *view = bus->draw->view;
    int64_t time = layout_column_time(view, bus->area.w, from + 1) - 1;
    view_value_text(view, bus->row->signal, bus->row->radix, time, out, size);
    bool hex = !is_string(bus) && strncmp(out, "0x", 2) == 0;
    if (hex)
        memmove(out, out + 2, strlen(out + 2) + 1);
    return hex;
}

/* So that what is shown of a number that does not fit are digits that say something. */
static void drop_zeros(char *text) {
    size_t n = strspn(text, "0");
    n = text[n] ? n : 0;
    memmove(text, text + n, strlen(text + n) + 1);
}

/* Columns [from, to) of one value; the band begins and ends in points where it changes. */
static void run(struct bus *bus, int from, int to, bool opens, bool closes) {
    struct draw *draw = bus->draw;
    int slant = to - from > 4 * bus->slant ? bus->slant : 0, cell = paint_cell(draw->layout.text);
    char text[VALUE] = "?";
    bool hex = to - from > 2 * bus->stroke && value_of(bus, from, text, sizeof text);
    if (!text[0] && !is_string(bus))
        return;
    bool unknown = is_unknown(bus, text);
    struct draw_batch *batch = unknown ? &bus->unknown : &bus->line;
    int a = from + (opens ? slant : 0), b = to - (closes ? slant : 0);
    draw_batch_add(batch, bus->area.x + a, bus->top, b - a, bus->stroke);
    draw_batch_add(batch, bus->area.x + a, bus->bottom - bus->stroke, b - a, bus->stroke);
    if (opens && !slant)
        draw_batch_add(batch, bus->area.x + from, bus->top, bus->stroke, bus->bottom - bus->top);
    if (opens && slant)
        slanted(bus, batch, from, 1);
    if (closes && slant)
        slanted(bus, batch, to, -1);
    int margin = slant + 2 * bus->stroke;
    struct paint_rect inside = {bus->area.x + from, bus->area.y, to - from, bus->area.h};
    inside = draw_inner(inside, margin);
    if (hex && paint_text_width(draw->layout.text, text) > inside.w)
        drop_zeros(text);
    if (inside.w >= (text[0] && !text[1] ? 1 : 2) * cell)
        draw_label(draw, inside, draw->layout.text, DRAW_MIDDLE, text,
                   unknown ? draw->theme->unknown : draw->theme->ink);
}

/* Too many changes to tell apart, or one with no room around it. */
static void busy(struct bus *bus, int from, int to) {
    draw_batch_add(&bus->busy, bus->area.x + from, bus->top, to - from, bus->bottom - bus->top);
    draw_batch_add(&bus->line, bus->area.x + from, bus->top, to - from, bus->stroke);
    draw_batch_add(&bus->line, bus->area.x + from, bus->bottom - bus->stroke, to - from,
                   bus->stroke);
    if (to - from == 1)
        draw_batch_add(&bus->line, bus->area.x + from, bus->top, bus->stroke,
                       bus->bottom - bus->top);
}

static void all_columns(struct bus *bus, const struct store_column *columns, int n) {
    int from = 0;
    bool opens = false;
    for (int i = 0; i < n; i++) {
        if (!columns[i].changes)
            continue;
        if (i > from)
            run(bus, from, i, opens, true);
        int end = i;
        while (end < n && columns[end].changes > 1)
            end++;
        if (end > i)
            busy(bus, i, end);
        opens = true;
        from = end > i ? end : i;
        i = end > i ? end - 1 : i;
    }
    if (n > from)
        run(bus, from, n, opens, false);
}

void draw_bus(struct draw *draw, const struct view_row *row, struct paint_rect area) {
    const struct view *view = draw->view;
    struct store_column *columns = draw_columns(draw, (size_t)area.w);
    int pad = layout_pixels(&draw->layout, 3);
    bool text = store_signal(view->store, row->signal)->kind == STORE_STRING;
    struct paint_colour colour = text ? draw->theme->event : draw->theme->bus;
    struct bus bus = {.draw = draw,
                      .row = row,
                      .area = area,
                      .top = area.y + pad,
                      .bottom = area.y + area.h - pad,
                      .stroke = draw->layout.stroke,
                      .slant = layout_pixels(&draw->layout, 3)};
    if (!columns)
        return;
    draw_batch_begin(&bus.line, draw->paint, colour);
    draw_batch_begin(&bus.busy, draw->paint, theme_thin(colour, 120));
    draw_batch_begin(&bus.unknown, draw->paint, draw->theme->unknown);
    store_columns(view->store, row->signal, view->from, view->span, (size_t)area.w, columns);
    all_columns(&bus, columns, area.w);
    draw_batch_end(&bus.busy);
    draw_batch_end(&bus.line);
    draw_batch_end(&bus.unknown);
}
