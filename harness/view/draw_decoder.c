/* Decoded items: boxes with their text. What is narrower than a few pixels is drawn together; an
 * error has a mark of its own even then. */
#include <stdio.h>
#include <string.h>

#include "harness/view/draw.h"

#define FEW   14 /* characters */
#define LEAST 5  /* points: a narrower item is merged with those beside it */

struct merged {
    int from, to; /* columns; to < 0: nothing is pending */
    size_t n;
    enum decode_class class;
};

struct rows {
    struct draw *draw;
    struct paint_rect area;
    int least, h; /* of a line */
    struct merged merged[DECODE_MAX_LINES];
};

static struct paint_rect line_of(const struct rows *rows, unsigned line, int from, int to) {
    int pad = layout_pixels(&rows->draw->layout, 3);
    return (struct paint_rect){rows->area.x + from, rows->area.y + (int)line * rows->h + pad,
                               to - from, rows->h - 2 * pad};
}

/* Whole words rather than pieces of them, where there is no room for more than a few: "55" of "55
 * preamble". */
static const char *first_words(const char *text, size_t room, char *out, size_t size) {
    snprintf(out, size, "%s", text);
    for (char *end = out + strlen(out); end > out; end--)
        if (*end == ' ') {
            *end = 0;
            if (paint_characters(out) <= room)
                return out;
        }
    return text;
}

static void box(struct rows *rows, struct paint_rect r, enum decode_class class, const char *text) {
    struct draw *draw = rows->draw;
    struct paint_colour edge = draw->theme->classes[class];
    int stroke = class == DECODE_ERROR ? 2 * draw->layout.stroke : draw->layout.stroke;
    struct draw_batch batch;
    draw_fill(draw, r.x, r.y, r.w, r.h, draw->theme->fills[class]);
    draw_batch_begin(&batch, draw->paint, edge);
    draw_batch_add(&batch, r.x, r.y, r.w, stroke);
    draw_batch_add(&batch, r.x, r.y + r.h - stroke, r.w, stroke);
    draw_batch_add(&batch, r.x, r.y, stroke, r.h);
    draw_batch_add(&batch, r.x + r.w - stroke, r.y, stroke, r.h);
    draw_batch_end(&batch);
    struct paint_rect inside = draw_inner(r, 2 * stroke);
    int cell = paint_cell(draw->layout.small), room = inside.w / cell;
    char fits[DECODE_TEXT + 2];
    if (room < FEW && (size_t)room < paint_characters(text))
        text = first_words(text, (size_t)room, fits, sizeof fits);
    if (room >= 3 || (room > 0 && (size_t)room >= paint_characters(text)))
        draw_label(draw, inside, draw->layout.small, DRAW_MIDDLE, text, draw->theme->ink);
}

/* An exclamation mark as high as the line, where there is no room for a text. */
static void error_mark(struct rows *rows, unsigned line, int column) {
    struct draw *draw = rows->draw;
    struct paint_rect r = line_of(rows, line, column, column);
    int w = 2 * draw->layout.stroke;
    draw_fill(draw, r.x, r.y, w, r.h - 3 * w / 2 - w, draw->theme->failure);
    draw_fill(draw, r.x, r.y + r.h - w, w, w, draw->theme->failure);
}

static void end_merged(struct rows *rows, unsigned line) {
    struct merged *merged = &rows->merged[line];
    char text[32] = "";
    if (!merged->n)
        return;
    struct paint_rect r = line_of(rows, line, merged->from, merged->to);
    if (merged->n > 1)
        snprintf(text, sizeof text, "%zu items", merged->n);
    if (paint_text_width(rows->draw->layout.small, text) + rows->least > r.w)
        text[0] = 0;
    if (r.w >= rows->least)
        box(rows, r, merged->class, text);
    else
        draw_fill(rows->draw, r.x, r.y, r.w, r.h, rows->draw->theme->classes[merged->class]);
    merged->n = 0;
}

static void merge(struct rows *rows, const struct decode_item *item, int from, int to) {
    struct merged *merged = &rows->merged[item->line];
    if (merged->n && from > merged->to + rows->draw->layout.stroke)
        end_merged(rows, item->line);
    if (!merged->n)
        *merged = (struct merged){from, to, 0, item->class};
    merged->n++;
    merged->to = to > merged->to ? to : merged->to;
    if (item->class != merged->class)
        merged->class = DECODE_PLAIN;
}

/* In columns; false: nothing of it is seen. */
static bool columns_of(const struct rows *rows, const struct decode_item *item, int *from,
                       int *to) {
    const struct view *view = rows->draw->view;
    *from = layout_column(view, rows->area.w, item->from);
    *to = layout_column(view, rows->area.w, item->to);
    if (*from >= rows->area.w || *to < 0 || item->line >= DECODE_MAX_LINES)
        return false;
    *from = *from < 0 ? 0 : *from;
    *to = *to > *from ? *to : *from + 1;
    return true;
}

static void one(struct rows *rows, const struct decode_item *item) {
    char text[DECODE_TEXT + 2];
    int from, to;
    if (!columns_of(rows, item, &from, &to))
        return;
    if (to - from < rows->least) {
        merge(rows, item, from, to);
        return;
    }
    struct merged *merged = &rows->merged[item->line];
    if (merged->n && merged->to > from)
        from = merged->to < to ? merged->to : from;
    end_merged(rows, item->line);
    snprintf(text, sizeof text, "%s%s", item->class == DECODE_ERROR ? "! " : "", item->text);
    box(rows, line_of(rows, item->line, from, to), item->class, text);
}

/* The row may be cut to what there is of the window. */
static bool fits(const struct rows *rows, const struct decode_item *item) {
    return ((int)item->line + 1) * rows->h <= rows->area.h;
}

static void marks(struct rows *rows, const struct decode_items *items) {
    int last[DECODE_MAX_LINES] = {-1, -1, -1, -1}, from, to;
    for (size_t i = 0; i < items->n; i++) {
        const struct decode_item *item = &items->items[i];
        if (item->class != DECODE_ERROR || !fits(rows, item) ||
            !columns_of(rows, item, &from, &to) || to - from >= rows->least ||
            from == last[item->line])
            continue;
        error_mark(rows, item->line, from);
        last[item->line] = from;
    }
}

/* The names of the lines, and that there is more to see, in the column of values. */
static void captions(struct rows *rows, const struct decoder *decoder, unsigned left_out) {
    struct draw *draw = rows->draw;
    for (unsigned i = 0; i < decoder_n_lines(decoder); i++) {
        struct paint_rect at = draw->layout.values;
        at.y = rows->area.y + (int)i * rows->h;
        at.h = rows->h;
        if (at.y + at.h <= rows->area.y + rows->area.h)
            draw_label(draw, draw_inner(at, draw->layout.pad / 2), draw->layout.small, DRAW_RIGHT,
                       left_out >> i & 1 ? "zoom in" : decoder->lines[i], draw->theme->soft);
    }
}

void draw_decoder(struct draw *draw, const struct view_row *row, struct paint_rect area) {
    const struct decode_items *items = draw_decode(draw, row);
    struct rows rows = {.draw = draw,
                        .area = area,
                        .least = layout_pixels(&draw->layout, LEAST),
                        .h = draw->layout.line};
    captions(&rows, row->decoder, items ? items->left_out : 0);
    draw->paint->ops->clip(draw->paint, &area);
    for (size_t i = 0; items && i < items->n; i++)
        if (fits(&rows, &items->items[i]))
            one(&rows, &items->items[i]);
    for (unsigned i = 0; i < DECODE_MAX_LINES; i++)
        end_merged(&rows, i);
    if (items)
        marks(&rows, items);
    draw->paint->ops->clip(draw->paint, NULL);
}
