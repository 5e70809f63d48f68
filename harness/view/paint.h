/* Where pictures go: a few strokes, the same on pixels (SDL surface) and in SVG.
 *
 * Coordinates are pixels from the upper left, not negative widths; colours with alpha. Text is
 * DejaVu Sans Mono, `size` in pixels; its width is the same on both: every character, whatever
 * it is, takes one cell.
 */
#ifndef HARNESS_VIEW_PAINT_H
#define HARNESS_VIEW_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

#define PAINT_MAX_SIDE 16384 /* pixels, of a picture */
#define PAINT_MIN_TEXT 6     /* pixels, of text */
#define PAINT_MAX_TEXT 128

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
    void (*begin)(struct paint *paint); /* a picture: what was drawn before is gone, no clip */
    void (*fill)(struct paint *paint, const struct paint_rect *rects, size_t n,
                 struct paint_colour colour);
    /* Joined by straight lines; a coordinate of .5 is the middle of a pixel. */
    void (*line)(struct paint *paint, const struct paint_point *points, size_t n, float width,
                 struct paint_colour colour);
    void (*text)(struct paint *paint, int x, int y, unsigned size, const char *utf8,
                 struct paint_colour colour); /* x, y: upper left of the line of text */
    void (*clip)(struct paint *paint, const struct paint_rect *rect); /* NULL: all */
    bool (*save)(struct paint *paint, const char *path, struct sim_err *err);
    void (*destroy)(struct paint *paint);
};

/* What drawing keeps from picture to picture, so that none is allocated in between. */
struct draw_memory;

struct paint {
    const struct paint_ops *ops;
    unsigned width, height;
    struct draw_memory *memory;
};

/* The width of a text and the height of a line, pixels; how far its base line is below its
 * upper end. */
int paint_text_width(unsigned size, const char *utf8);
int paint_line_height(unsigned size);
int paint_ascent(unsigned size);
int paint_cell(unsigned size); /* of one character */
/* The next character of a text, 0 at its end; what is no UTF-8 and control characters are
 * U+FFFD, an octet each. */
uint32_t paint_next_character(const char **utf8);
size_t paint_characters(const char *utf8);

/* SIM_ERR_ENVIRONMENT with the package's name when the font is missing. Neither needs a display. */
struct paint *paint_surface_create(unsigned width, unsigned height, struct sim_err *err);
struct paint *paint_svg_create(unsigned width, unsigned height, struct sim_err *err);
void paint_destroy(struct paint *paint); /* accepts NULL */
/* The picture as a file, whole or not at all: PNG or SVG. */
bool paint_save(struct paint *paint, const char *path, struct sim_err *err);

/* Of paint_surface_create() alone. The pixels, to be shown in a window: valid until the next
 * resize. Resizing leaves them undefined; false when memory ran out, and nothing changed. */
struct SDL_Surface;
struct SDL_Surface *paint_surface_sdl(struct paint *paint);
bool paint_surface_resize(struct paint *paint, unsigned width, unsigned height,
                          struct sim_err *err);

struct view;
/* The whole picture of a view: the only thing that the window, --screenshot and --svg call. The
 * view's width and height are the paint's. */
void draw_view(const struct view *view, struct paint *paint);

/* Where things are in the picture, for hands that point at it. */
enum layout_part {
    LAYOUT_NOTHING,
    LAYOUT_NAMES,
    LAYOUT_VALUES,
    LAYOUT_TRACES,
    LAYOUT_RULER,
    LAYOUT_PANEL,
    LAYOUT_DETAILS,
    LAYOUT_SCROLL, /* the strip that stands for the whole file; time is of that */
    LAYOUT_DIVIDER,
};
struct layout_hit {
    enum layout_part part;
    size_t row;   /* of the view, n_rows: none; in a panel: which of `found`, n_found: none; in the
                     details: its line */
    int64_t time; /* of x, in TRACES, RULER and SCROLL */
};
struct layout_hit layout_at(const struct view *view, int x, int y);
struct paint_rect layout_traces(const struct view *view); /* where time runs */
size_t layout_rows_seen(const struct view *view);         /* rows that fit from `top` on */

#endif
