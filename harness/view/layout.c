#include "harness/view/layout.h"

#include <string.h>

__extension__ typedef __int128 wide;

#define TEXT      13 /* points */
#define SMALL     11
#define LINE      22
#define PAD       8
#define GRIP      3    /* how near the divider is to be taken */
#define MOST_ROWS 1000 /* whose names decide how wide their column is */
#define DETAILS   6    /* lines */

int layout_pixels(const struct layout *layout, double points) {
    int n = (int)(points * layout->scale + 0.5);
    return n < 1 ? 1 : n;
}

static int most(int a, int b) {
    return a > b ? a : b;
}
static int least(int a, int b) {
    return a < b ? a : b;
}

/* --- columns of text -------------------------------------------------------------------------- */

static size_t name_length(const struct view *view, const struct view_row *row) {
    if (row->label[0])
        return paint_characters(row->label);
    if (row->kind == VIEW_SIGNAL)
        return store_full_name(view->store, row->signal, NULL, 0);
    if (row->kind != VIEW_DECODER)
        return 0;
    size_t n = strlen(row->decoder->name);
    if (row->inputs[0] < store_n_signals(view->store))
        n += 1 + paint_characters(store_signal(view->store, row->inputs[0])->name);
    return n;
}

static int names_width(const struct view *view, const struct layout *layout) {
    size_t longest = 12;
    if (view->names_width)
        return layout_pixels(layout, view->names_width);
    for (size_t i = 0; i < view->n_rows && i < MOST_ROWS; i++) {
        size_t n = name_length(view, &view->rows[i]);
        longest = n > longest ? n : longest;
    }
    longest = longest < 48 ? longest : 48;
    return (int)longest * paint_cell(layout->text) + 3 * layout->pad;
}

static size_t value_length(const struct view *view, const struct view_row *row) {
    if (row->kind != VIEW_SIGNAL)
        return row->kind == VIEW_DECODER ? 7 : 0;
    const struct store_signal *signal = store_signal(view->store, row->signal);
    switch (signal->kind) {
    case STORE_VECTOR:
        return row->radix == VIEW_BINARY ? signal->width : 2 + (signal->width + 3) / 4;
    case STORE_REAL:
        return row->radix == VIEW_REAL ? 9 : 10;
    case STORE_STRING:
        return 12;
    default:
        return 1;
    }
}

static int values_width(const struct view *view, const struct layout *layout) {
    size_t longest = 5;
    for (size_t i = 0; i < view->n_rows && i < MOST_ROWS; i++) {
        size_t n = value_length(view, &view->rows[i]);
        longest = n > longest ? n : longest;
    }
    longest = longest < 14 ? longest : 14;
    return (int)longest * paint_cell(layout->text) + 2 * layout->pad;
}

/* --- parts ------------------------------------------------------------------------------------ */

/* From the top of `rest`, and rest without it. */
static struct paint_rect cut_top(struct paint_rect *rest, int h) {
    struct paint_rect part = *rest;
    part.h = least(h, rest->h);
    rest->y += part.h;
    rest->h -= part.h;
    return part;
}
static struct paint_rect cut_bottom(struct paint_rect *rest, int h) {
    struct paint_rect part = *rest;
    part.h = least(h, rest->h);
    rest->h -= part.h;
    part.y = rest->y + rest->h;
    return part;
}
static struct paint_rect cut_left(struct paint_rect *rest, int w) {
    struct paint_rect part = *rest;
    part.w = least(w, rest->w);
    rest->x += part.w;
    rest->w -= part.w;
    return part;
}
static struct paint_rect cut_right(struct paint_rect *rest, int w) {
    struct paint_rect part = *rest;
    part.w = least(w, rest->w);
    rest->w -= part.w;
    part.x = rest->x + rest->w;
    return part;
}

static struct paint_rect panel_of(const struct view *view, const struct layout *layout,
                                  struct paint_rect *rest) {
    int width = (int)view->width;
    if (view->panel == VIEW_NO_PANEL)
        return (struct paint_rect){0};
    if (view->panel == VIEW_HELP)
        return cut_left(rest, width);
    return cut_right(rest, least(width / 2, most(layout_pixels(layout, 300), width * 3 / 10)));
}

/* Names and values leave the traces half of what there is. */
static void cut_columns(const struct view *view, struct layout *layout, struct paint_rect *rest) {
    int values = least(values_width(view, layout), rest->w / 5);
    int names = least(names_width(view, layout), most(rest->w / 2 - values, 0));
    layout->names = cut_left(rest, names);
    layout->values = cut_left(rest, values);
}

struct layout layout_of(const struct view *view) {
    struct layout layout = {.scale = view->scale >= 0.5 ? view->scale : 1};
    struct paint_rect rest = {0, 0, (int)view->width, (int)view->height};
    layout.text = (unsigned)layout_pixels(&layout, TEXT);
    layout.small = (unsigned)layout_pixels(&layout, SMALL);
    layout.line = layout_pixels(&layout, LINE);
    layout.pad = layout_pixels(&layout, PAD);
    layout.stroke = layout_pixels(&layout, 1);
    layout.header = cut_top(&rest, layout_pixels(&layout, 28));
    layout.status = cut_bottom(&rest, layout_pixels(&layout, 24));
    if (view->details && view->panel != VIEW_HELP)
        layout.details = cut_bottom(
            &rest, least(DETAILS * layout_pixels(&layout, 18) + layout.pad, most(rest.h / 2, 0)));
    layout.panel = panel_of(view, &layout, &rest);
    layout.scroll = cut_bottom(&rest, layout_pixels(&layout, 14));
    cut_columns(view, &layout, &rest);
    layout.ruler = cut_top(&rest, layout_pixels(&layout, 40));
    layout.traces = rest;
    layout.corner = layout.names;
    layout.corner.w += layout.values.w;
    layout.corner.h = layout.ruler.h;
    layout.names.y = layout.values.y = layout.traces.y;
    layout.names.h = layout.values.h = layout.traces.h;
    layout.scroll.x = layout.traces.x;
    layout.scroll.w = layout.traces.w;
    return layout;
}

/* --- rows ------------------------------------------------------------------------------------- */

static int row_height(const struct layout *layout, const struct view_row *row) {
    unsigned lines = row->height;
    if (row->kind == VIEW_DECODER && decoder_n_lines(row->decoder) > lines)
        lines = decoder_n_lines(row->decoder);
    return (int)(lines < 1 ? 1 : lines > VIEW_HEIGHT ? VIEW_HEIGHT : lines) * layout->line;
}

/* Whole rows only, but that the first is seen in any case. */
bool layout_first_row(const struct view *view, const struct layout *layout,
                      struct layout_row *row) {
    *row = (struct layout_row){.row = view->top, .y = layout->traces.y};
    if (view->top >= view->n_rows || layout->traces.h < layout->line)
        return false;
    row->h = least(row_height(layout, &view->rows[row->row]), layout->traces.h);
    return true;
}

bool layout_next_row(const struct view *view, const struct layout *layout, struct layout_row *row) {
    if (row->row + 1 >= view->n_rows)
        return false;
    row->row++;
    row->y += row->h;
    row->h = row_height(layout, &view->rows[row->row]);
    return row->y + row->h <= layout->traces.y + layout->traces.h;
}

size_t layout_rows_seen(const struct view *view) {
    struct layout layout = layout_of(view);
    struct layout_row row;
    size_t n = 0;
    for (bool any = layout_first_row(view, &layout, &row); any;
         any = layout_next_row(view, &layout, &row))
        n++;
    return n;
}

static size_t row_at(const struct view *view, const struct layout *layout, int y) {
    struct layout_row row;
    for (bool any = layout_first_row(view, layout, &row); any;
         any = layout_next_row(view, layout, &row))
        if (y >= row.y && y < row.y + row.h)
            return row.row;
    return view->n_rows;
}

/* --- time ------------------------------------------------------------------------------------- */

int layout_column(const struct view *view, int width, int64_t time) {
    wide offset = (wide)time - view->from;
    if (offset < 0)
        return -1;
    if (offset >= view->span)
        return width;
    return (int)(((offset + 1) * width - 1) / view->span);
}

int64_t layout_column_time(const struct view *view, int width, int column) {
    wide time = view->from + (wide)column * view->span / (width > 0 ? width : 1);
    return time > INT64_MAX    ? INT64_MAX
           : time < -INT64_MAX ? -INT64_MAX /* VIEW_NO_TIME is none */
                               : (int64_t)time;
}

struct paint_rect layout_traces(const struct view *view) {
    return layout_of(view).traces;
}

/* --- panels ----------------------------------------------------------------------------------- */

size_t layout_panel_lines(const struct layout *layout) {
    int lines = (layout->panel.h - layout->pad) / layout->line - PANEL_HEAD;
    return lines > 0 ? (size_t)lines : 0;
}

unsigned layout_panel_takes(const struct view *view, size_t found, size_t first) {
    const struct store *store = view->store;
    if (view->panel != VIEW_SIGNALS)
        return 1;
    return found == first || store_signal(store, view->found[found])->scope !=
                                 store_signal(store, view->found[found - 1])->scope
               ? 2
               : 1;
}

/* Page by page, so that what is pointed at stays where it is. */
size_t layout_panel_first(const struct view *view, const struct layout *layout) {
    size_t first = 0, used = 0, lines = layout_panel_lines(layout);
    for (size_t i = 0; i <= view->chosen && i < view->n_found; i++) {
        used += layout_panel_takes(view, i, first);
        if (used > lines) {
            first = i;
            used = layout_panel_takes(view, i, first);
        }
    }
    return first;
}

static size_t found_at(const struct view *view, const struct layout *layout, int y) {
    int line = (y - layout->panel.y - layout->pad / 2) / layout->line - PANEL_HEAD;
    size_t lines = layout_panel_lines(layout), first = layout_panel_first(view, layout), used = 0;
    bool lists = view_lists(view);
    for (size_t i = first; lists && i < view->n_found && used < lines; i++) {
        unsigned takes = layout_panel_takes(view, i, first);
        if (line == (int)(used + takes) - 1)
            return i;
        used += takes;
    }
    return view->n_found;
}

/* --- pointing --------------------------------------------------------------------------------- */

static bool holds(struct paint_rect r, int x, int y) {
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static int64_t scroll_time(const struct view *view, struct paint_rect strip, int x) {
    int64_t begin = store_begin(view->store);
    wide length = (wide)store_end(view->store) - begin;
    return begin + (int64_t)(length * (x - strip.x) / (strip.w > 0 ? strip.w : 1));
}

static bool hits_divider(const struct layout *layout, int x, int y) {
    int grip = layout_pixels(layout, GRIP), edge = layout->names.x + layout->names.w;
    return layout->names.w && x >= edge - grip && x < edge + grip && y >= layout->corner.y &&
           y < layout->names.y + layout->names.h;
}

struct layout_hit layout_at(const struct view *view, int x, int y) {
    struct layout layout = layout_of(view);
    struct layout_hit hit = {.row = view->n_rows};
    hit.time = layout_column_time(view, layout.traces.w, x - layout.traces.x);
    if (hits_divider(&layout, x, y)) {
        hit.part = LAYOUT_DIVIDER;
    } else if (holds(layout.panel, x, y)) {
        hit.part = LAYOUT_PANEL;
        hit.row = found_at(view, &layout, y);
    } else if (holds(layout.details, x, y)) {
        hit.part = LAYOUT_DETAILS;
        hit.row =
            (size_t)most(0, (y - layout.details.y - layout.pad / 2) / layout_pixels(&layout, 18));
    } else if (holds(layout.scroll, x, y)) {
        hit.part = LAYOUT_SCROLL;
        hit.time = scroll_time(view, layout.scroll, x);
    } else if (holds(layout.ruler, x, y)) {
        hit.part = LAYOUT_RULER;
    } else if (holds(layout.names, x, y) || holds(layout.values, x, y) ||
               holds(layout.traces, x, y)) {
        hit.part = holds(layout.names, x, y)    ? LAYOUT_NAMES
                   : holds(layout.values, x, y) ? LAYOUT_VALUES
                                                : LAYOUT_TRACES;
        hit.row = row_at(view, &layout, y);
    }
    return hit;
}
