/* Where pictures go: a few strokes, the same on pixels (SDL surface) and in SVG.
 *
 * Coordinates are pixels from the upper left, not negative widths; colours 0xRRGGBB with alpha.
 * Text is DejaVu Sans Mono, `size` in pixels; its width is the same on both.
 */
#ifndef HARNESS_VIEW_PAINT_H
#define HARNESS_VIEW_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct paint_colour {
    uint8_t r, g, b, a;
};
struct paint_rect {
    int x, y, w, h;
};
struct paint_point {
    float x, y;
};

struct paint;
struct paint_ops {
    void (*fill)(struct paint *paint, const struct paint_rect *rects, size_t n,
                 struct paint_colour colour);
    void (*line)(struct paint *paint, const struct paint_point *points, size_t n, float width,
                 struct paint_colour colour);
    void (*text)(struct paint *paint, int x, int y, unsigned size, const char *utf8,
                 struct paint_colour colour); /* x, y: upper left of the line of text */
    void (*clip)(struct paint *paint, const struct paint_rect *rect); /* NULL: all */
};
struct paint {
    const struct paint_ops *ops;
    unsigned width, height;
};

/* The width of a text and the height of a line, pixels. */
int paint_text_width(struct paint *paint, unsigned size, const char *utf8);
int paint_line_height(struct paint *paint, unsigned size);

/* SIM_ERR_ENVIRONMENT with the package's name when the font is missing. */
struct paint *paint_surface_create(unsigned width, unsigned height, struct sim_err *err);
struct paint *paint_svg_create(unsigned width, unsigned height, struct sim_err *err);
void paint_destroy(struct paint *paint); /* accepts NULL */
/* The picture as a file, whole or not at all. */
bool paint_save(struct paint *paint, const char *path, struct sim_err *err);

struct view;
/* The whole picture of a view: the only thing that the window, --screenshot and --svg call. */
void draw_view(const struct view *view, struct paint *paint);

/* Where things are in the picture, for hands that point at it. */
enum layout_part { LAYOUT_NOTHING, LAYOUT_NAMES, LAYOUT_VALUES, LAYOUT_TRACES, LAYOUT_RULER,
                   LAYOUT_PANEL, LAYOUT_DETAILS, LAYOUT_SCROLL, LAYOUT_DIVIDER };
struct layout_hit {
    enum layout_part part;
    size_t row;   /* of the view, n_rows: none; in a panel: its line */
    int64_t time; /* of x, in TRACES and RULER */
};
struct layout_hit layout_at(const struct view *view, int x, int y);
struct paint_rect layout_traces(const struct view *view); /* where time runs */
size_t layout_rows_seen(const struct view *view);         /* rows that fit from `top` on */

#endif
