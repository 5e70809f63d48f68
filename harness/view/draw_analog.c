/* Numbers as heights: the least and the greatest of each column, so that no peak is missed. The
 * scale is that of the whole file and of the thresholds: it stays while time is moved. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/draw.h"

#define AXIS_LINES 3 /* a row as high as this has figures at its ends */

struct analog {
    struct draw *draw;
    const struct view_row *row;
    struct paint_rect area;
    int top, bottom, stroke;
    double low, high; /* values at bottom and top */
    char name[1024];  /* of the signal, in full */
    struct draw_batch line, busy, unknown, unknown_under;
};

static double held(double x, double low, double high) {
    return x > low ? (x < high ? x : high) : low; /* NaN: low */
}

static int height_of(const struct analog *analog, double value) {
    double part =
        (held(value, analog->low, analog->high) - analog->low) / (analog->high - analog->low);
    return analog->bottom - (int)(part * (analog->bottom - analog->top) + 0.5);
}

/* Of the row's signal the first from `from` on; SIZE_MAX: none. */
static size_t next_threshold(const struct analog *analog, size_t from) {
    const struct sidecar *sidecar = analog->draw->view->sidecar;
    size_t n = sidecar ? sidecar->n_thresholds : 0;
    while (from < n && strcmp(sidecar->thresholds[from].signal, analog->name) != 0)
        from++;
    return from < n ? from : SIZE_MAX;
}

static void widen(struct analog *analog, double value) {
    if (value < analog->low)
        analog->low = value;
    if (value > analog->high)
        analog->high = value;
}

/* Of a signal without any value it is that of its thresholds, or 0 to 1. A constant stands in the
 * middle. */
static void scale(struct analog *analog) {
    const struct store *store = analog->draw->view->store;
    const struct sidecar *sidecar = analog->draw->view->sidecar;
    struct store_column whole = {0};
    int64_t begin = store_begin(store), end = store_end(store), length;
    if (__builtin_sub_overflow(end, begin, &length) || length < 0)
        length = 0;
    store_columns(store, analog->row->signal, begin, length < INT64_MAX ? length + 1 : length, 1,
                  &whole);
    bool none = whole.low > whole.high;
    analog->low = none ? 1e300 : held(whole.low, -1e300, 1e300);
    analog->high = none ? -1e300 : held(whole.high, analog->low, 1e300);
    for (size_t i = 0; (i = next_threshold(analog, i)) != SIZE_MAX; i++) {
        widen(analog, held(sidecar->thresholds[i].low, -1e300, 1e300));
        widen(analog, held(sidecar->thresholds[i].high, -1e300, 1e300));
    }
    if (analog->low > analog->high) {
        analog->low = 0;
        analog->high = 1;
    }
    double margin = analog->high > analog->low ? 0.04 * (analog->high - analog->low)
                                               : 0.5 + fabs(analog->low) / 100;
    analog->low -= margin;
    analog->high += margin;
}

/* --- traces ----------------------------------------------------------------------------------- */

/* The column from which on there is a value. */
static int first_column(const struct analog *analog) {
    const struct view *view = analog->draw->view;
    struct store_cursor cursor;
    if (store_seek(view->store, analog->row->signal, view->from, &cursor))
        return 0;
    return store_next(&cursor) ? layout_column(view, analog->area.w, cursor.time) : analog->area.w;
}

/* From one place on the screen to another, as far as they lie in the row. */
static void unknown(struct analog *analog, int from, int to) {
    int left = analog->area.x, right = analog->area.x + analog->area.w;
    from = from < left ? left : from;
    to = to > right ? right : to;
    draw_hatch(analog->draw, &analog->unknown_under, &analog->unknown,
               (struct paint_rect){from, analog->top, to - from,
                                   analog->bottom - analog->top + analog->stroke});
}

/* Columns of one value; x, z and what is no number have no height. */
static void level(struct analog *analog, const struct store_column *column, int from, int to) {
    int x = analog->area.x + from, stroke = analog->stroke;
    if (column->low > column->high || (column->last && column->last != '='))
        unknown(analog, x, x + to - from);
    else
        draw_batch_add(&analog->line, x, height_of(analog, column->high), to - from, stroke);
}

/* Each column from its least to its greatest; equal ones beside each other at once. */
static void steps(struct analog *analog, const struct store_column *columns, int from, int n) {
    int x0 = analog->area.x, start = from;
    for (int i = from; i < n; i++) {
        int top = height_of(analog, columns[i].high), bottom = height_of(analog, columns[i].low);
        unsigned changes = columns[i].low <= columns[i].high ? columns[i].changes : 0;
        if (changes > 1 && bottom - top > 2 * analog->stroke)
            draw_batch_add(&analog->busy, x0 + i, top, 1, bottom - top);
        if (changes == 1)
            draw_batch_add(&analog->line, x0 + i, top, analog->stroke,
                           bottom - top + analog->stroke);
        if (changes > 1) {
            draw_batch_add(&analog->line, x0 + i, top, 1, analog->stroke);
            draw_batch_add(&analog->line, x0 + i, bottom, 1, analog->stroke);
        }
        bool ends = i + 1 == n || columns[i + 1].changes || columns[i].changes;
        if (ends && !columns[i].changes)
            level(analog, &columns[i], start, i + 1);
        if (ends)
            start = i + 1;
    }
}

/* From one value to the next; before and behind x and z it holds. */
static void join(struct analog *analog, struct paint_point from, struct paint_point to) {
    struct paint *paint = analog->draw->paint;
    struct paint_point line[2] = {from, {to.x, isnan(to.y) ? from.y : to.y}};
    if (isnan(from.y))
        unknown(analog, (int)from.x, (int)to.x);
    else
        paint->ops->line(paint, line, 2, 1.3f * (float)analog->stroke, analog->line.colour);
}

/* The points themselves, joined by lines. */
static void joined(struct analog *analog) {
    const struct view *view = analog->draw->view;
    struct store_cursor cursor;
    struct paint_point last = {0, 0};
    double per_tick = (double)analog->area.w / (double)view->span, x = 0;
    bool first = true, any = store_seek(view->store, analog->row->signal, view->from, &cursor) ||
                             store_next(&cursor);
    for (; any && x <= analog->area.w; any = store_next(&cursor), first = false) {
        double value = store_real(&cursor);
        x = ((double)cursor.time - (double)view->from) * per_tick;
        struct paint_point point = {(float)(analog->area.x + held(x, -1e5, 1e5)),
                                    isnan(value) ? NAN : (float)height_of(analog, value) + 0.5f};
        if (!first)
            join(analog, last, point);
        last = point;
    }
    if (!first && x <= analog->area.w)
        join(analog, last, (struct paint_point){(float)(analog->area.x + analog->area.w), last.y});
}

/* More changes than lines are worth drawing for. */
static bool is_dense(const struct analog *analog) {
    const struct view *view = analog->draw->view;
    struct store_cursor first, last;
    store_seek(view->store, analog->row->signal, view->from, &first);
    return store_seek(view->store, analog->row->signal, view->from + view->span, &last) &&
           last.index - first.index > (uint64_t)analog->area.w;
}

/* --- scale and thresholds --------------------------------------------------------------------- */

static void dashed(struct analog *analog, int y) {
    int dash = layout_pixels(&analog->draw->layout, 4);
    struct draw_batch batch;
    draw_batch_begin(&batch, analog->draw->paint, analog->draw->theme->threshold);
    for (int x = 0; x < analog->area.w; x += 2 * dash)
        draw_batch_add(&batch, analog->area.x + x, y, x + dash < analog->area.w ? dash : 1,
                       analog->stroke);
    draw_batch_end(&batch);
}

/* Beside its line, above or below, with the traces shining through: "U2 high 1.7 V". Returns where
 * it begins. */
static int threshold_label(struct analog *analog, const char *of, const char *name, double value,
                           int right) {
    struct draw *draw = analog->draw;
    unsigned size = draw->layout.small;
    int h = paint_line_height(size), y = height_of(analog, value);
    char text[80];
    snprintf(text, sizeof text, "%.24s%s%s%.4g V", of ? of : "", of ? " " : "", name, value);
    int w = paint_text_width(size, text) + draw->layout.pad;
    struct paint_rect at = {right - w, name[0] != 'l' ? y - h - 1 : y + analog->stroke + 1, w, h};
    if (at.y < analog->area.y || at.y + h > analog->area.y + analog->area.h ||
        at.x < analog->area.x)
        return right;
    draw_fill(draw, at.x, at.y, at.w, at.h, theme_thin(draw->theme->ground, 215));
    draw_label(draw, at, size, DRAW_MIDDLE, text, draw->theme->threshold);
    return at.x;
}

static void threshold_lines(struct analog *analog) {
    const struct sidecar *sidecar = analog->draw->view->sidecar;
    for (size_t i = 0; (i = next_threshold(analog, i)) != SIZE_MAX; i++) {
        dashed(analog, height_of(analog, sidecar->thresholds[i].high));
        if (sidecar->thresholds[i].low < sidecar->thresholds[i].high)
            dashed(analog, height_of(analog, sidecar->thresholds[i].low));
    }
}

static void threshold_labels(struct analog *analog) {
    const struct sidecar *sidecar = analog->draw->view->sidecar;
    int pad = analog->draw->layout.pad, right = analog->area.x + analog->area.w - pad;
    if (analog->row->height < AXIS_LINES)
        return;
    for (size_t i = 0; (i = next_threshold(analog, i)) != SIZE_MAX; i++) {
        const struct sidecar_threshold *threshold = &sidecar->thresholds[i];
        bool two = threshold->high > threshold->low;
        int high =
            threshold_label(analog, threshold->of, two ? "high " : "", threshold->high, right);
        int low =
            two ? threshold_label(analog, threshold->of, "low ", threshold->low, right) : right;
        right = (high < low ? high : low) - pad;
    }
}

/* Beside the traces, in the column of values: above and below the one at the cursor. */
static void axis(struct analog *analog) {
    struct draw *draw = analog->draw;
    struct paint_rect at = draw_inner(draw->layout.values, draw->layout.pad / 2);
    double ends[] = {analog->high, analog->low};
    int h = paint_line_height(draw->layout.small), room = analog->area.h - h - 2;
    for (int i = 0; i < 2 && analog->row->height >= AXIS_LINES; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.3g", ends[i]);
        struct paint_rect line = {at.x, analog->area.y + 1 + i * room, at.w, h};
        draw_label(draw, line, draw->layout.small, DRAW_RIGHT, text, draw->theme->soft);
    }
}

void draw_analog(struct draw *draw, const struct view_row *row, struct paint_rect area) {
    const struct view *view = draw->view;
    struct store_column *columns = draw_columns(draw, (size_t)area.w);
    int pad = layout_pixels(&draw->layout, 3), stroke = draw->layout.stroke;
    struct analog analog = {.draw = draw, .row = row, .area = area, .stroke = stroke};
    if (!columns)
        return;
    analog.top = area.y + pad;
    analog.bottom = area.y + area.h - pad - stroke;
    store_full_name(view->store, row->signal, analog.name, sizeof analog.name);
    scale(&analog);
    axis(&analog);
    draw_batch_begin(&analog.line, draw->paint, draw->theme->real);
    draw_batch_begin(&analog.busy, draw->paint, theme_thin(draw->theme->real, 110));
    draw_batch_begin(&analog.unknown, draw->paint, draw->theme->unknown);
    draw_batch_begin(&analog.unknown_under, draw->paint, theme_thin(draw->theme->unknown, 40));
    threshold_lines(&analog);
    store_columns(view->store, row->signal, view->from, view->span, (size_t)area.w, columns);
    draw->paint->ops->clip(draw->paint, &area);
    if (row->style == VIEW_LINEAR && !is_dense(&analog))
        joined(&analog);
    else
        steps(&analog, columns, first_column(&analog), area.w);
    draw_batch_end(&analog.unknown_under);
    draw_batch_end(&analog.unknown);
    draw_batch_end(&analog.busy);
    draw_batch_end(&analog.line);
    draw->paint->ops->clip(draw->paint, NULL);
    threshold_labels(&analog);
}
