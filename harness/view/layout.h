/* Where everything is in a picture, from the view alone. Private to drawing. */
#ifndef HARNESS_VIEW_LAYOUT_H
#define HARNESS_VIEW_LAYOUT_H

#include "harness/view/paint.h"
#include "harness/view/view.h"

/* Parts that are not there are empty. They never overlap. */
struct layout {
    double scale;         /* pixels per point */
    unsigned text, small; /* sizes of text, pixels */
    int line;             /* height of a row of one line */
    int pad;              /* between a part's edge and what is in it */
    int stroke;           /* how wide traces are */
    struct paint_rect header, corner, ruler, names, values, traces, scroll, details, status;
    struct paint_rect panel; /* beside the traces; the help stands in the place of all rows */
};

struct layout layout_of(const struct view *view);
int layout_pixels(const struct layout *layout, double points); /* at least 1 */

/* The rows that are seen: begin with {.row = view->top} by layout_first_row(). */
struct layout_row {
    size_t row;
    int y, h;
};
bool layout_first_row(const struct view *view, const struct layout *layout, struct layout_row *row);
bool layout_next_row(const struct view *view, const struct layout *layout, struct layout_row *row);

/* Column of a time within `width` ones that show [from, from + span): that of store_columns().
 * Held to [-1, width]. */
int layout_column(const struct view *view, int width, int64_t time);
int64_t layout_column_time(const struct view *view, int width, int column); /* its first */

/* Panels that list signals: the one of `found` that stands first, and from there on how many
 * lines the next one takes: 2 with its scope above it. */
#define PANEL_HEAD 2 /* lines: title and query */
size_t layout_panel_lines(const struct layout *layout);
size_t layout_panel_first(const struct view *view, const struct layout *layout);
unsigned layout_panel_takes(const struct view *view, size_t found, size_t first);

#endif
