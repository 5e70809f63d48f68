/* Pulse widths: count, least, mean, greatest, deviation, and how they are spread. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "harness/view/draw.h"

#define TIME 64

struct lines {
    struct draw *draw;
    struct paint_rect at; /* of the next line */
    int bottom;
};

static void pair(struct lines *lines, const char *name, const char *value) {
    struct draw *draw = lines->draw;
    unsigned size = draw->layout.text;
    struct paint_rect rest = lines->at;
    if (rest.y + rest.h > lines->bottom)
        return;
    int used = draw_label(draw, lines->at, size, DRAW_LEFT, name, draw->theme->soft);
    rest.x += used + paint_cell(size);
    rest.w -= used + paint_cell(size);
    draw_label(draw, rest, size, DRAW_RIGHT, value, draw->theme->ink);
    lines->at.y += lines->at.h;
}

static void time_pair(struct lines *lines, const char *name, int64_t ticks) {
    char text[TIME];
    view_time_text(lines->draw->view, ticks, text, sizeof text);
    pair(lines, name, text);
}

/* Rounded to a tick, which is finer than anyone asks of a mean. */
static void mean_pair(struct lines *lines, const char *name, double ticks) {
    time_pair(lines, name, ticks < 9e18 && ticks > -9e18 ? (int64_t)llround(ticks) : 0);
}

/* Pulses of one width make a bar among others, not a wall. */
static unsigned bins_used(const struct view_measure *measure) {
    unsigned n = VIEW_BINS;
    while (n > 12 && !measure->bins[n - 1])
        n--;
    return n;
}

/* Bars on a base line; a bin with one pulse is at least a stroke high. */
static void bars(struct draw *draw, struct paint_rect area) {
    const struct view_measure *measure = &draw->view->measure;
    unsigned n = bins_used(measure);
    uint64_t greatest = 1;
    struct draw_batch batch;
    int one = draw->layout.stroke, gap = area.w / (int)n > 4 ? one : 0;
    for (unsigned i = 0; i < n; i++)
        greatest = measure->bins[i] > greatest ? measure->bins[i] : greatest;
    draw_fill(draw, area.x, area.y, area.w, area.h, draw->theme->field);
    draw_batch_begin(&batch, draw->paint, draw->theme->bus);
    for (unsigned i = 0; i < n; i++) {
        int x = area.w * (int)i / (int)n, end = area.w * ((int)i + 1) / (int)n;
        int h = (int)((double)measure->bins[i] / (double)greatest * (area.h - 2 * one));
        if (measure->bins[i])
            draw_batch_add(&batch, area.x + x, area.y + area.h - (h > one ? h : one),
                           end - x - gap > 1 ? end - x - gap : 1, h > one ? h : one);
    }
    draw_batch_end(&batch);
    draw_fill(draw, area.x, area.y + area.h - one, area.w, one, draw->theme->edge);
}

static void histogram(struct lines *lines) {
    struct draw *draw = lines->draw;
    const struct view_measure *measure = &draw->view->measure;
    struct paint_rect area = lines->at, axis = lines->at;
    char from[TIME], to[TIME];
    int h = paint_line_height(draw->layout.small) + draw->layout.pad / 2;
    area.h = lines->bottom - area.y - h - draw->layout.pad;
    if (area.h > 10 * h)
        area.h = 10 * h;
    if (area.h < h || area.w < (int)VIEW_BINS)
        return;
    bars(draw, area);
    axis.y = area.y + area.h;
    axis.h = h;
    view_time_text(draw->view, measure->bin_from, from, sizeof from);
    int64_t bins = bins_used(measure), width = measure->bin_width; /* of 2^63 ticks at most */
    int64_t end = width < INT64_MAX / bins ? view_sum(measure->bin_from, width * bins) : INT64_MAX;
    view_time_text(draw->view, end, to, sizeof to);
    int used = draw_label(draw, axis, draw->layout.small, DRAW_LEFT, from, draw->theme->soft);
    axis.x += used + draw->layout.pad;
    axis.w -= used + draw->layout.pad;
    draw_label(draw, axis, draw->layout.small, DRAW_RIGHT, to, draw->theme->soft);
}

static void signal_name(struct lines *lines) {
    struct draw *draw = lines->draw;
    char name[1024];
    store_full_name(draw->view->store, draw->view->measure.signal, name, sizeof name);
    draw_label_end(draw, lines->at, draw->layout.text, name, draw->theme->ink);
    lines->at.y += lines->at.h;
}

void draw_measure(struct draw *draw) {
    const struct view_measure *measure = &draw->view->measure;
    struct paint_rect panel = draw->layout.panel;
    struct lines lines = {draw, draw_inner(panel, draw->layout.pad), panel.y + panel.h};
    char text[TIME];
    lines.at.y += draw->layout.pad / 2 + draw->layout.line;
    lines.at.h = draw->layout.line;
    if (lines.at.y + lines.at.h > lines.bottom)
        return;
    if (measure->signal >= store_n_signals(draw->view->store)) {
        draw_label(draw, lines.at, draw->layout.text, DRAW_LEFT, "choose a signal's row",
                   draw->theme->soft);
        return;
    }
    signal_name(&lines);
    time_pair(&lines, "within", view_difference(measure->to, measure->from));
    snprintf(text, sizeof text, "%" PRIu64 "%s", measure->n, measure->cut ? " and more" : "");
    pair(&lines,
         measure->level == '0'   ? "low pulses"
         : measure->level == '1' ? "high pulses"
                                 : "values",
         text);
    if (!measure->n)
        return;
    time_pair(&lines, "least", measure->least);
    mean_pair(&lines, "mean", measure->mean);
    time_pair(&lines, "greatest", measure->most);
    mean_pair(&lines, "deviation", measure->deviation);
    lines.at.y += draw->layout.pad;
    histogram(&lines);
}
