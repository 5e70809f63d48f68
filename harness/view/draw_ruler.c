/* Time: ticks of 1, 2 or 5 in round units, and the lines they make through the traces. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/draw.h"

struct ticks {
    int64_t step;     /* 1, 2 or 5 times 10^power ticks */
    int power, minor; /* parts between two of them */
    size_t unit;
};

/* "-20020.5 us" with as many decimals as `ticks` needs. */
static void label(const struct draw *draw, const struct ticks *ticks, int64_t time, char *out,
                  size_t size) {
    int exponent = store_exponent(draw->view->store);
    int places = view_units[ticks->unit].exponent - exponent; /* of a tick behind the point */
    int drop = ticks->power < places ? ticks->power : places;
    uint64_t n = time < 0 ? -(uint64_t)time : (uint64_t)time;
    char digits[64];
    for (int i = 0; i < drop; i++)
        n /= 10;
    places -= drop > 0 ? drop : 0;
    int length = snprintf(digits, sizeof digits, "%0*" PRIu64, places > 0 ? places + 1 : 1, n);
    for (; places < 0 && n && length + 1 < (int)sizeof digits; places++)
        digits[length++] = '0';
    digits[length] = 0;
    int whole = places > 0 ? length - places : length;
    snprintf(out, size, "%s%.*s%s%s %s", time < 0 ? "-" : "", whole, digits, places > 0 ? "." : "",
             places > 0 ? digits + whole : "", view_units[ticks->unit].name);
}

/* The greatest unit of which there is one in what is seen, and in which a step of 10^power ticks
 * needs no more than three decimals. */
static size_t unit_of(const struct view *view, int power) {
    int exponent = store_exponent(view->store);
    double from = fabs((double)view->from), to = fabs((double)view->from + (double)view->span);
    size_t i = 0;
    for (; i < VIEW_LEAST_UNIT; i++) {
        int places = view_units[i].exponent - exponent;
        double unit = 1;
        for (int k = 0; k < places; k++)
            unit *= 10;
        if (places - power <= 3 && (from >= unit || to >= unit))
            break;
    }
    return i;
}

static bool has_room(const struct draw *draw, const struct ticks *ticks) {
    const struct view *view = draw->view;
    char first[64], last[64];
    label(draw, ticks, view->from / ticks->step * ticks->step, first, sizeof first);
    label(draw, ticks, (view->from + view->span) / ticks->step * ticks->step, last, sizeof last);
    size_t longest = strlen(first) > strlen(last) ? strlen(first) : strlen(last);
    double pixels = (double)ticks->step * draw->layout.ruler.w / (double)view->span;
    return pixels >= (double)((int)(longest + 2) * paint_cell(draw->layout.small)) &&
           pixels >= layout_pixels(&draw->layout, 60);
}

static struct ticks ticks_of(const struct draw *draw) {
    static const int factors[] = {1, 2, 5}, minors[] = {5, 4, 5};
    struct ticks ticks = {0};
    int64_t decade = 1;
    for (ticks.power = 0; ticks.power < 18; ticks.power++, decade *= 10) {
        ticks.unit = unit_of(draw->view, ticks.power);
        for (int i = 0; i < 3; i++) {
            ticks.step = factors[i] * decade;
            ticks.minor = ticks.step % minors[i] == 0 ? minors[i] : 1;
            if (has_room(draw, &ticks))
                return ticks;
        }
    }
    return ticks;
}

/* Beyond the last time there is: that, which ends the loops over ticks. */
static int64_t after(int64_t time, int64_t step) {
    int64_t next;
    return __builtin_add_overflow(time, step, &next) ? INT64_MAX : next;
}

/* The first multiple of `step` that is not before `from`. */
static int64_t first_tick(int64_t from, int64_t step) {
    int64_t rest = from % step;
    return rest > 0 ? after(from - rest, step) : from - rest;
}

static void minor_ticks(struct draw *draw, const struct ticks *ticks) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    int h = layout_pixels(layout, 3), bottom = layout->ruler.y + layout->ruler.h, x;
    int64_t step = ticks->step / ticks->minor;
    struct draw_batch batch;
    draw_batch_begin(&batch, draw->paint, draw->theme->edge);
    for (int64_t t = first_tick(view->from, step); t - view->from < view->span; t = after(t, step))
        if (draw_x(draw, t, &x))
            draw_batch_add(&batch, x, bottom - h, layout->stroke, h);
    draw_batch_end(&batch);
}

void draw_ruler(struct draw *draw) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    struct paint_rect ruler = layout->ruler;
    int h = layout_pixels(layout, 6), bottom = ruler.y + ruler.h, x;
    int free = ruler.x; /* from here on there is room for a label */
    struct draw_batch batch;
    if (ruler.w <= 0 || ruler.h <= 0)
        return;
    struct ticks ticks = ticks_of(draw);
    minor_ticks(draw, &ticks);
    draw_batch_begin(&batch, draw->paint, draw->theme->grid);
    for (int64_t t = first_tick(view->from, ticks.step); t - view->from < view->span;
         t = after(t, ticks.step)) {
        char text[64];
        if (!draw_x(draw, t, &x))
            continue;
        draw_batch_add(&batch, x, layout->traces.y, layout->stroke, layout->traces.h);
        draw_fill(draw, x, bottom - h, layout->stroke, h, draw->theme->soft);
        label(draw, &ticks, t, text, sizeof text);
        int w = paint_text_width(layout->small, text);
        struct paint_rect at = {x - w / 2, ruler.y + layout_pixels(layout, 3), w,
                                paint_line_height(layout->small)};
        if (at.x >= free && at.x + w <= ruler.x + ruler.w) {
            draw_label(draw, at, layout->small, DRAW_LEFT, text, draw->theme->soft);
            free = at.x + w + paint_cell(layout->small);
        }
    }
    draw_batch_end(&batch);
}

/* --- the strip that stands for the whole file ------------------------------------------------- */

static int strip_x(const struct draw *draw, int64_t time) {
    const struct store *store = draw->view->store;
    struct paint_rect strip = draw->layout.scroll;
    double begin = (double)store_begin(store), length = (double)store_end(store) - begin;
    double part = length > 0 ? ((double)time - begin) / length : 0;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return strip.x + (int)(part * (strip.w - draw->layout.stroke));
}

void draw_scroll(struct draw *draw) {
    const struct view *view = draw->view;
    const struct layout *layout = &draw->layout;
    struct paint_rect strip = layout->scroll;
    int gap = layout_pixels(layout, 3), least = layout_pixels(layout, 6);
    int x = strip_x(draw, view->from), end = strip_x(draw, view->from + view->span);
    if (strip.h <= 2 * gap)
        return;
    draw_fill(draw, strip.x, strip.y + gap, strip.w, strip.h - 2 * gap, draw->theme->field);
    if (end - x < least)
        end = x + least;
    if (end > strip.x + strip.w)
        x -= end - strip.x - strip.w, end = strip.x + strip.w;
    draw_fill(draw, x, strip.y + gap, end - x, strip.h - 2 * gap, draw->theme->pointer);
    int last = -1;
    for (size_t i = 0; view->sidecar && i < view->sidecar->n_failures; i++) {
        int at = strip_x(draw, view->sidecar->failures[i].time);
        if (at != last)
            draw_fill(draw, at, strip.y, layout->stroke, strip.h, draw->theme->failure);
        last = at;
    }
    for (int i = 0; i < 2; i++)
        if (view->cursors[i] != VIEW_NO_TIME)
            draw_fill(draw, strip_x(draw, view->cursors[i]), strip.y, layout->stroke, strip.h,
                      draw->theme->cursors[i]);
}
