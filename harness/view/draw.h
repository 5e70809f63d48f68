/* Drawing, private to draw_*.c: each file draws one part of the picture from the view. */
#ifndef HARNESS_VIEW_DRAW_H
#define HARNESS_VIEW_DRAW_H

#include "harness/view/layout.h"
#include "harness/view/paint.h"
#include "harness/view/theme.h"
#include "harness/view/view.h"

/* --- what is kept from picture to picture ----------------------------------------------------- */

#define DRAW_DECODED 16 /* rows of decoders whose items are kept */

struct draw_decoded {
    const struct decoder *decoder; /* NULL: free */
    uint64_t serial;               /* of the view */
    uint32_t inputs[DECODE_MAX_INPUTS];
    int64_t from, to, end; /* what was decoded, and the end of the file then */
    int64_t span;          /* of the view it was decoded for */
    struct decode_items items;
};

struct draw_memory {
    struct store_column *columns;
    size_t n_columns;
    struct draw_decoded decoded[DRAW_DECODED];
    unsigned next; /* the one that gives way */
};

void draw_memory_destroy(struct draw_memory *memory); /* accepts NULL */

/* --- a picture being drawn -------------------------------------------------------------------- */

struct draw {
    const struct view *view;
    struct paint *paint;
    const struct theme *theme;
    struct layout layout;
};

/* Room for `n` columns; NULL when memory ran out. */
struct store_column *draw_columns(struct draw *draw, size_t n);
/* What a decoder's row shows of the view's range; NULL when memory ran out. */
const struct decode_items *draw_decode(struct draw *draw, const struct view_row *row);

/* Rectangles of one colour, handed over by the hundred; what continues the last one is joined to
 * it. */
#define DRAW_BATCH 256
struct draw_batch {
    struct paint *paint;
    struct paint_colour colour;
    size_t n;
    struct paint_rect rects[DRAW_BATCH];
};
void draw_batch_begin(struct draw_batch *batch, struct paint *paint, struct paint_colour colour);
void draw_batch_add(struct draw_batch *batch, int x, int y, int w, int h);
void draw_batch_end(struct draw_batch *batch);

/* What is x: between two strokes, hatched. */
void draw_hatch(const struct draw *draw, struct draw_batch *under, struct draw_batch *strokes,
                struct paint_rect r);

/* --- small things ----------------------------------------------------------------------------- */

enum draw_side { DRAW_LEFT, DRAW_MIDDLE, DRAW_RIGHT };

void draw_fill(struct draw *draw, int x, int y, int w, int h, struct paint_colour colour);
/* In the middle of the rectangle's height, shortened with an ellipsis to what fits in it; nothing
 * where not even one character does. Returns the width. */
int draw_label(struct draw *draw, struct paint_rect rect, unsigned size, enum draw_side side,
               const char *text, struct paint_colour colour);
/* The same that leaves the end of the text, where names differ. */
int draw_label_end(struct draw *draw, struct paint_rect rect, unsigned size, const char *text,
                   struct paint_colour colour);
/* The column of a time in the traces' rectangle, as pixel; false: not in what is seen. */
bool draw_x(const struct draw *draw, int64_t time, int *x);
/* When the column of values is: at the cursor that keys move, the other one or the pointer; NULL:
 * VIEW_NO_TIME, and nothing is shown. */
const char *draw_value_time(const struct view *view, int64_t *time);
/* A rectangle less `by` on its left and right. */
struct paint_rect draw_inner(struct paint_rect rect, int by);

/* --- parts ------------------------------------------------------------------------------------ */

void draw_ruler(struct draw *draw); /* with the lines of time over the traces' ground */
void draw_marks(struct draw *draw); /* cursors, markers, failures: over traces and ruler */
void draw_scroll(struct draw *draw);
void draw_header(struct draw *draw);
void draw_status(struct draw *draw);
void draw_details(struct draw *draw);
void draw_names(struct draw *draw, const struct layout_row *at);

/* A row's traces in `area`, which is of the traces' width. */
void draw_bits(struct draw *draw, uint32_t signal, struct paint_rect area);
void draw_bus(struct draw *draw, const struct view_row *row, struct paint_rect area);
void draw_events(struct draw *draw, uint32_t signal, struct paint_rect area);
void draw_analog(struct draw *draw, const struct view_row *row, struct paint_rect area);
void draw_decoder(struct draw *draw, const struct view_row *row, struct paint_rect area);

void draw_panel(struct draw *draw); /* whichever is open */
void draw_help(struct draw *draw);
void draw_measure(struct draw *draw);

#endif
