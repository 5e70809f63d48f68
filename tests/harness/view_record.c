#include "tests/harness/view_record.h"

#include <SDL_surface.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_CONTRAST 4.5 /* WCAG 2.1, 1.4.3, level AA */
#define FAR            100000

static struct record *record_of(struct paint *paint) {
    return (struct record *)paint;
}

static double channel(uint8_t value) {
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(struct paint_colour c) {
    return 0.2126 * channel(c.r) + 0.7152 * channel(c.g) + 0.0722 * channel(c.b);
}

double record_contrast(struct paint_colour a, struct paint_colour b) {
    double p = luminance(a), q = luminance(b);
    return p > q ? (p + 0.05) / (q + 0.05) : (q + 0.05) / (p + 0.05);
}

static struct paint_colour pixel(const struct record *record, int x, int y) {
    const SDL_Surface *sdl = paint_surface_sdl(record->pixels);
    const uint32_t *row =
        (const void *)((const uint8_t *)sdl->pixels + (size_t)y * (size_t)sdl->pitch);
    return (struct paint_colour){(uint8_t)(row[x] >> 16), (uint8_t)(row[x] >> 8), (uint8_t)row[x],
                                 255};
}

/* The colour of most of up to 64 pixels spread over a rectangle. */
static struct paint_colour ground(const struct record *record, struct paint_rect r) {
    struct paint_colour seen[64], best = {0, 0, 0, 255};
    size_t n = 0, most = 0;
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++) {
            int x = r.x + r.w * (2 * i + 1) / 16, y = r.y + r.h * (2 * j + 1) / 16;
            if (x >= 0 && y >= 0 && x < (int)record->paint.width && y < (int)record->paint.height)
                seen[n++] = pixel(record, x, y);
        }
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t j = 0; j < n; j++)
            same += memcmp(&seen[i], &seen[j], sizeof seen[i]) == 0;
        if (same > most) {
            most = same;
            best = seen[i];
        }
    }
    return best;
}

static void begin(struct paint *paint) {
    struct record *record = record_of(paint);
    record->n = 0;
    record->outside = 0;
    record->pixels->ops->begin(record->pixels);
}

static void fill(struct paint *paint, const struct paint_rect *rects, size_t n,
                 struct paint_colour colour) {
    struct record *record = record_of(paint);
    for (size_t i = 0; i < n; i++)
        record->outside += rects[i].x < -FAR || rects[i].x > FAR || rects[i].y < -FAR ||
                           rects[i].y > FAR || rects[i].w > FAR || rects[i].h > FAR;
    record->pixels->ops->fill(record->pixels, rects, n, colour);
}

static void line(struct paint *paint, const struct paint_point *points, size_t n, float width,
                 struct paint_colour colour) {
    struct record *record = record_of(paint);
    for (size_t i = 0; i < n; i++)
        record->outside += !(fabsf(points[i].x) < 2 * FAR && fabsf(points[i].y) < FAR);
    record->pixels->ops->line(record->pixels, points, n, width, colour);
}

static void text(struct paint *paint, int x, int y, unsigned size, const char *utf8,
                 struct paint_colour colour) {
    struct record *record = record_of(paint);
    cr_assert_lt(record->n, RECORD_MOST);
    struct record_text *kept = &record->texts[record->n++];
    kept->rect = (struct paint_rect){x, y, paint_text_width(size, utf8), paint_line_height(size)};
    kept->contrast = record_contrast(colour, ground(record, kept->rect));
    snprintf(kept->text, sizeof kept->text, "%s", utf8);
    record->pixels->ops->text(record->pixels, x, y, size, utf8, colour);
}

static void clip(struct paint *paint, const struct paint_rect *rect) {
    record_of(paint)->pixels->ops->clip(record_of(paint)->pixels, rect);
}

static bool save(struct paint *paint, const char *path, struct sim_err *err) {
    return paint_save(record_of(paint)->pixels, path, err);
}

static void destroy(struct paint *paint) {
    paint_destroy(record_of(paint)->pixels);
    free(paint);
}

static const struct paint_ops OPS = {begin, fill, line, text, clip, save, destroy};

struct record *record_create(unsigned width, unsigned height) {
    struct sim_err err = SIM_ERR_INIT;
    struct record *record = calloc(1, sizeof *record);
    cr_assert(record);
    record->paint = (struct paint){.ops = &OPS, .width = width, .height = height};
    record->pixels = paint_surface_create(width, height, &err);
    cr_assert(record->pixels, "%s", err.text);
    return record;
}

void record_resize(struct record *record, unsigned width, unsigned height) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(paint_surface_resize(record->pixels, width, height, &err), "%s", err.text);
    record->paint.width = width;
    record->paint.height = height;
}

void record_destroy(struct record *record) {
    paint_destroy(&record->paint);
}

static bool overlap(struct paint_rect a, struct paint_rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

const char *record_complaint(const struct record *record) {
    static char out[256];
    if (record->outside)
        return "strokes far outside";
    for (size_t i = 0; i < record->n; i++) {
        const struct record_text *a = &record->texts[i];
        struct paint_rect r = a->rect;
        if (r.x < 0 || r.y < 0 || r.x + r.w > (int)record->paint.width ||
            r.y + r.h > (int)record->paint.height) {
            snprintf(out, sizeof out, "'%s' is cut at %d,%d %dx%d", a->text, r.x, r.y, r.w, r.h);
            return out;
        }
        if (a->contrast < LEAST_CONTRAST) {
            snprintf(out, sizeof out, "'%s' has a contrast of %.2f", a->text, a->contrast);
            return out;
        }
        for (size_t j = 0; j < i; j++)
            if (overlap(r, record->texts[j].rect)) {
                snprintf(out, sizeof out, "'%s' stands over '%s'", a->text, record->texts[j].text);
                return out;
            }
    }
    return "";
}

bool record_has(const struct record *record, const char *part) {
    for (size_t i = 0; i < record->n; i++)
        if (strstr(record->texts[i].text, part))
            return true;
    return false;
}
