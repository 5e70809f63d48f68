/* Digital traces. A column with one change is an edge, one with more a bar over all levels it
 * saw: nothing is missed, however narrow. */
#include "harness/view/draw.h"

struct bits {
    struct draw *draw;
    struct paint_rect area;
    int high, middle, low; /* upper ends of strokes */
    int stroke;
    struct draw_batch level, under, unknown, unknown_under, floating, busy;
};

static bool is_one(char bit) {
    return bit == '1' || bit == 'h';
}
static bool is_zero(char bit) {
    return bit == '0' || bit == 'l';
}

static int height_of(const struct bits *bits, char bit) {
    return is_one(bit) ? bits->high : is_zero(bit) ? bits->low : bits->middle;
}

/* Columns [from, to) at one value. Hatched: x and VHDL's u, w and -. */
static void run(struct bits *bits, char bit, int from, int to) {
    int x = bits->area.x + from;
    if (!bit || to <= from)
        return;
    if (is_one(bit)) {
        draw_batch_add(&bits->under, x, bits->high, to - from, bits->low - bits->high);
        draw_batch_add(&bits->level, x, bits->high, to - from, bits->stroke);
    } else if (is_zero(bit)) {
        draw_batch_add(&bits->level, x, bits->low, to - from, bits->stroke);
    } else if (bit == 'z') {
        draw_batch_add(&bits->floating, x, bits->middle, to - from, bits->stroke);
    } else {
        draw_hatch(
            bits->draw, &bits->unknown_under, &bits->unknown,
            (struct paint_rect){x, bits->high, to - from, bits->low - bits->high + bits->stroke});
    }
}

static void edge(struct bits *bits, int column, char first, char last) {
    int a = height_of(bits, first), b = height_of(bits, last);
    int top = a < b ? a : b, bottom = (a < b ? b : a) + bits->stroke;
    if (first)
        draw_batch_add(&bits->level, bits->area.x + column, top, bits->stroke, bottom - top);
}

/* All the levels of a column with many changes. */
static void extent(const struct bits *bits, const struct store_column *column, int *top,
                   int *bottom) {
    bool one = column->seen & 2 || is_one(column->first) || is_one(column->last);
    bool zero = column->seen & 1 || is_zero(column->first) || is_zero(column->last);
    *top = one ? bits->high : bits->middle;
    *bottom = (zero ? bits->low : bits->middle) + bits->stroke;
}

/* More edges than can be told apart: several in the column, or one in it and both beside it. */
static bool is_busy(const struct store_column *columns, int i, int n) {
    if (columns[i].changes != 1)
        return columns[i].changes > 1;
    return i > 0 && i + 1 < n && columns[i - 1].changes && columns[i + 1].changes;
}

/* One that stands alone is a stroke; those beside each other a surface with an edge. */
static void busy(struct bits *bits, const struct store_column *columns, int i, int n) {
    bool left = i > 0 && is_busy(columns, i - 1, n),
         right = i + 1 < n && is_busy(columns, i + 1, n);
    int top, bottom, x = bits->area.x + i;
    extent(bits, &columns[i], &top, &bottom);
    if (!left && !right) {
        draw_batch_add(&bits->level, x, top, bits->stroke, bottom - top);
        return;
    }
    draw_batch_add(&bits->busy, x, top, 1, bottom - top);
    draw_batch_add(&bits->level, x, top, 1, bits->stroke);
    draw_batch_add(&bits->level, x, bottom - bits->stroke, 1, bits->stroke);
}

static void all_columns(struct bits *bits, const struct store_column *columns, int n) {
    int from = 0;
    char level = n ? columns[0].first : 0;
    for (int i = 0; i < n; i++) {
        if (!columns[i].changes)
            continue;
        run(bits, level, from, i);
        if (!is_busy(columns, i, n))
            edge(bits, i, columns[i].first, columns[i].last);
        else
            busy(bits, columns, i, n);
        level = columns[i].last;
        from = is_busy(columns, i, n) ? i + 1 : i;
    }
    run(bits, level, from, n);
}

void draw_bits(struct draw *draw, uint32_t signal, struct paint_rect area) {
    const struct view *view = draw->view;
    const struct theme *theme = draw->theme;
    struct store_column *columns = draw_columns(draw, (size_t)area.w);
    int pad = layout_pixels(&draw->layout, 4), stroke = draw->layout.stroke;
    struct bits bits = {.draw = draw, .area = area, .high = area.y + pad, .stroke = stroke};
    if (!columns)
        return;
    bits.low = area.y + area.h - pad - stroke;
    bits.middle = (bits.high + bits.low) / 2;
    draw_batch_begin(&bits.under, draw->paint, theme_thin(theme->bit, 26));
    draw_batch_begin(&bits.level, draw->paint, theme->bit);
    draw_batch_begin(&bits.busy, draw->paint, theme_thin(theme->bit, 130));
    draw_batch_begin(&bits.unknown_under, draw->paint, theme_thin(theme->unknown, 40));
    draw_batch_begin(&bits.unknown, draw->paint, theme->unknown);
    draw_batch_begin(&bits.floating, draw->paint, theme->floating);
    store_columns(view->store, signal, view->from, view->span, (size_t)area.w, columns);
    all_columns(&bits, columns, area.w);
    draw_batch_end(&bits.under);
    draw_batch_end(&bits.unknown_under);
    draw_batch_end(&bits.busy);
    draw_batch_end(&bits.floating);
    draw_batch_end(&bits.unknown);
    draw_batch_end(&bits.level);
}

/* --- events ----------------------------------------------------------------------------------- */

/* An arrow upwards for each column with one. */
void draw_events(struct draw *draw, uint32_t signal, struct paint_rect area) {
    const struct view *view = draw->view;
    struct store_column *columns = draw_columns(draw, (size_t)area.w);
    int pad = layout_pixels(&draw->layout, 4), stroke = draw->layout.stroke;
    struct draw_batch arrows, base;
    if (!columns)
        return;
    draw_batch_begin(&arrows, draw->paint, draw->theme->event);
    draw_batch_begin(&base, draw->paint, draw->theme->edge);
    store_columns(view->store, signal, view->from, view->span, (size_t)area.w, columns);
    draw_batch_add(&base, area.x, area.y + area.h - pad - stroke, area.w, stroke);
    for (int i = 0; i < area.w; i++) {
        if (!columns[i].changes)
            continue;
        draw_batch_add(&arrows, area.x + i, area.y + pad, stroke, area.h - 2 * pad);
        for (int k = 1; k <= 3 * stroke; k++)
            draw_batch_add(&arrows, area.x + i - k, area.y + pad + k, 2 * k + stroke, 1);
    }
    draw_batch_end(&base);
    draw_batch_end(&arrows);
}
