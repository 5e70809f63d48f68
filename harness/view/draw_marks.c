/* What stands at a time: cursors A and B, markers a to z, failures, the pointer. */
#include "harness/view/draw.h"

#define MOST_FLAGS (2 + VIEW_MARKERS)

struct marks {
    struct draw *draw;
    struct paint_rect lane; /* of flags, at the ruler's lower edge */
    struct paint_rect taken[MOST_FLAGS];
    size_t n_taken;
};

static void stem(struct draw *draw, int x, int y, struct paint_colour colour, int dash) {
    const struct layout *layout = &draw->layout;
    int bottom = layout->traces.y + layout->traces.h;
    struct draw_batch batch;
    draw_batch_begin(&batch, draw->paint, colour);
    for (int top = y; top < bottom; top += dash ? 2 * dash : bottom - y)
        draw_batch_add(&batch, x, top, layout->stroke,
                       !dash                 ? bottom - top
                       : top + dash < bottom ? dash
                                             : bottom - top);
    draw_batch_end(&batch);
}

static bool is_free(const struct marks *marks, struct paint_rect r) {
    if (r.x < marks->lane.x || r.x + r.w > marks->lane.x + marks->lane.w)
        return false;
    for (size_t i = 0; i < marks->n_taken; i++)
        if (r.x < marks->taken[i].x + marks->taken[i].w && marks->taken[i].x < r.x + r.w)
            return false;
    return true;
}

/* At its line, or else right or left of it; where none is free the line stands alone. */
static void flag(struct marks *marks, int64_t time, char letter, struct paint_colour colour,
                 int dash) {
    struct draw *draw = marks->draw;
    unsigned size = draw->layout.small;
    char text[] = {letter, 0};
    int x, w = paint_cell(size) + layout_pixels(&draw->layout, 5);
    if (!draw_x(draw, time, &x))
        return;
    int from = marks->lane.y + (dash ? 0 : 1);
    stem(draw, x, from, colour, dash);
    int places[] = {x - w / 2, x, x - w + draw->layout.stroke, x + w, x - 2 * w};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct paint_rect r = {places[i], marks->lane.y, w, marks->lane.h};
        if (!is_free(marks, r))
            continue;
        draw_fill(draw, r.x, r.y, r.w, r.h, colour);
        draw_label(draw, r, size, DRAW_MIDDLE, text, draw->theme->flag_ink);
        marks->taken[marks->n_taken++] = r;
        return;
    }
}

/* A triangle at the ruler's lower edge that points down, and a broken line: seen under a cursor
 * at the same time as well. */
static void failures(struct draw *draw) {
    const struct sidecar *sidecar = draw->view->sidecar;
    int last = -1, x, half = layout_pixels(&draw->layout, 4), bottom = draw->layout.traces.y;
    for (size_t i = 0; sidecar && i < sidecar->n_failures; i++) {
        struct draw_batch batch;
        if (!draw_x(draw, sidecar->failures[i].time, &x) || x == last)
            continue;
        last = x;
        stem(draw, x, bottom, draw->theme->failure, layout_pixels(&draw->layout, 3));
        draw_batch_begin(&batch, draw->paint, draw->theme->failure);
        for (int k = 0; k <= half; k++)
            draw_batch_add(&batch, x - half + k, bottom - 2 * (half - k) - 2,
                           2 * (half - k) + draw->layout.stroke, 2);
        draw_batch_end(&batch);
    }
}

void draw_marks(struct draw *draw) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    struct marks marks = {.draw = draw, .lane = layout->ruler};
    int h = paint_line_height(layout->small) + layout_pixels(layout, 2), x;
    if (layout->traces.h <= 0 || layout->ruler.h < h)
        return;
    marks.lane.y += layout->ruler.h - h - layout_pixels(layout, 6);
    marks.lane.h = h;
    if (draw_x(draw, view->pointer, &x))
        stem(draw, x, layout->traces.y, draw->theme->pointer, 0);
    for (unsigned i = 0; i < 2; i++) /* the one that keys move takes its place first */
        flag(&marks, view->cursors[(view->cursor + i) & 1], (view->cursor + i) & 1 ? 'B' : 'A',
             draw->theme->cursors[(view->cursor + i) & 1], 0);
    for (unsigned i = 0; i < VIEW_MARKERS; i++)
        flag(&marks, view->markers[i], (char)('a' + i), draw->theme->marker,
             layout_pixels(layout, 2));
    failures(draw);
}
