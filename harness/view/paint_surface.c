/* Pixels: spans written straight into an SDL surface (0xAARRGGBB), text from kept masks. */
#include <SDL_surface.h>
#include <math.h>
#include <stdlib.h>

#include "harness/view/paint.h"
#include "harness/view/paint_glyphs.h"
#include "harness/view/paint_png.h"

struct pixels {
    struct paint paint; /* first */
    SDL_Surface *sdl;
    struct paint_rect clip;
    struct glyphs *glyphs;
};

static struct pixels *pixels_of(struct paint *paint) {
    return (struct pixels *)paint;
}

static uint32_t *row_of(const struct pixels *pixels, int y) {
    return (uint32_t *)(void *)((uint8_t *)pixels->sdl->pixels +
                                (size_t)y * (size_t)pixels->sdl->pitch);
}

static uint32_t opaque(struct paint_colour c) {
    return 0xff000000u | (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}

/* `alpha` of 256 parts, two channels at a time. */
static uint32_t mix(uint32_t under, uint32_t over, uint32_t alpha) {
    uint32_t rb = under & 0xff00ff, g = under & 0xff00;
    rb += (((over & 0xff00ff) - rb) * alpha) >> 8;
    g += (((over & 0xff00) - g) * alpha) >> 8;
    return 0xff000000u | (rb & 0xff00ff) | (g & 0xff00);
}

static uint32_t parts(uint32_t alpha) { /* 0 to 255 as 0 to 256 */
    return alpha + (alpha >> 7);
}

static struct paint_rect common(struct paint_rect a, struct paint_rect b) {
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    if (right <= x || bottom <= y)
        return (struct paint_rect){0};
    return (struct paint_rect){x, y, right - x, bottom - y};
}

static void clip(struct paint *paint, const struct paint_rect *rect) {
    struct paint_rect all = {0, 0, (int)paint->width, (int)paint->height};
    pixels_of(paint)->clip = rect ? common(all, *rect) : all;
}

static void begin(struct paint *paint) {
    clip(paint, NULL);
}

static void fill(struct paint *paint, const struct paint_rect *rects, size_t n,
                 struct paint_colour colour) {
    struct pixels *pixels = pixels_of(paint);
    uint32_t over = opaque(colour), alpha = parts(colour.a);
    for (size_t i = 0; i < n; i++) {
        struct paint_rect r = common(pixels->clip, rects[i]);
        for (int y = r.y; y < r.y + r.h; y++) {
            uint32_t *p = row_of(pixels, y) + r.x, *end = p + r.w;
            if (alpha == 256)
                while (p < end)
                    *p++ = over;
            else
                for (; p < end; p++)
                    *p = mix(*p, over, alpha);
        }
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

static void cover(struct pixels *pixels, int x, int y, float part, struct paint_colour colour) {
    const struct paint_rect *c = &pixels->clip;
    if (part <= 0 || x < c->x || x >= c->x + c->w || y < c->y || y >= c->y + c->h)
        return;
    uint32_t *p = row_of(pixels, y) + x;
    *p = mix(*p, opaque(colour), (uint32_t)((float)parts(colour.a) * (part < 1 ? part : 1)));
}

static float within(float x, int low, int high) {
    return x < (float)low ? (float)low : x > (float)high ? (float)high : x;
}

static struct paint_point turned(struct paint_point p, bool turn) {
    return turn ? (struct paint_point){p.y, p.x} : p;
}

/* How much of [i, i + 1) is in [from, to]. */
static float overlap(int i, float from, float to) {
    float low = from > (float)i ? from : (float)i, high = to < (float)i + 1 ? to : (float)i + 1;
    return high > low ? high - low : 0;
}

/* Along the longer axis, and at each of its pixels across the line as far as it reaches. */
static void segment(struct pixels *pixels, struct paint_point a, struct paint_point b, float width,
                    struct paint_colour colour) {
    const struct paint_rect *c = &pixels->clip;
    bool steep = fabsf(b.y - a.y) > fabsf(b.x - a.x);
    struct paint_point p = turned(a, steep), q = turned(b, steep);
    int low = steep ? c->y : c->x, high = steep ? c->y + c->h : c->x + c->w;
    int side_low = steep ? c->x : c->y, side_high = steep ? c->x + c->w : c->y + c->h;
    if (p.x > q.x) {
        struct paint_point swap = p;
        p = q;
        q = swap;
    }
    float slope = q.x > p.x ? (q.y - p.y) / (q.x - p.x) : 0;
    float across = 1 / sqrtf(1 + slope * slope), reach = (width / 2 + 0.5f) / across;
    float from = within(p.x - width / 2, low, high), to = within(q.x + width / 2, low, high);
    for (int i = (int)from; i < (int)ceilf(to); i++) {
        float middle = p.y + slope * ((float)i + 0.5f - p.x) - 0.5f, along = overlap(i, from, to);
        int first = (int)ceilf(within(middle - reach, side_low, side_high));
        int last = (int)floorf(within(middle + reach, side_low, side_high - 1));
        for (int j = first; j <= last; j++) {
            float part = width / 2 + 0.5f - fabsf((float)j - middle) * across;
            cover(pixels, steep ? j : i, steep ? i : j, (part < 1 ? part : 1) * along, colour);
        }
    }
}

static void line(struct paint *paint, const struct paint_point *points, size_t n, float width,
                 struct paint_colour colour) {
    for (size_t i = 1; i < n; i++)
        segment(pixels_of(paint), points[i - 1], points[i], width, colour);
}

/* --- text ------------------------------------------------------------------------------------- */

static void draw_glyph(struct pixels *pixels, int x, int y, const struct glyph *glyph,
                       struct paint_colour colour) {
    struct paint_rect whole = {x - GLYPHS_OVERHANG, y, glyph->width, glyph->height};
    struct paint_rect r = common(pixels->clip, whole);
    uint32_t over = opaque(colour), alpha = parts(colour.a);
    for (int j = r.y; j < r.y + r.h; j++) {
        const uint8_t *mask = glyph->mask + (j - whole.y) * glyph->width - whole.x;
        uint32_t *row = row_of(pixels, j);
        for (int i = r.x; i < r.x + r.w; i++)
            if (mask[i])
                row[i] = mix(row[i], over, parts(mask[i]) * alpha >> 8);
    }
}

static void text(struct paint *paint, int x, int y, unsigned size, const char *utf8,
                 struct paint_colour colour) {
    struct pixels *pixels = pixels_of(paint);
    int cell = paint_cell(size);
    for (uint32_t c; (c = paint_next_character(&utf8)) != 0; x += cell) {
        if (c == ' ')
            continue;
        const struct glyph *glyph = glyphs_of(pixels->glyphs, size, c);
        if (glyph)
            draw_glyph(pixels, x, y, glyph, colour);
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool save(struct paint *paint, const char *path, struct sim_err *err) {
    const SDL_Surface *sdl = pixels_of(paint)->sdl;
    return paint_png_write(path, sdl->pixels, paint->width, paint->height, (size_t)sdl->pitch, err);
}

static void destroy(struct paint *paint) {
    struct pixels *pixels = pixels_of(paint);
    SDL_FreeSurface(pixels->sdl);
    glyphs_destroy(pixels->glyphs);
    free(pixels);
}

static const struct paint_ops OPS = {begin, fill, line, text, clip, save, destroy};

SDL_Surface *paint_surface_sdl(struct paint *paint) {
    return pixels_of(paint)->sdl;
}

bool paint_surface_resize(struct paint *paint, unsigned width, unsigned height,
                          struct sim_err *err) {
    struct pixels *pixels = pixels_of(paint);
    SDL_Surface *sdl = NULL;
    if (width && width <= PAINT_MAX_SIDE && height && height <= PAINT_MAX_SIDE)
        sdl = SDL_CreateRGBSurfaceWithFormat(0, (int)width, (int)height, 32,
                                             SDL_PIXELFORMAT_ARGB8888);
    if (!sdl)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "no memory for a picture of %ux%u", width,
                           height);
    SDL_SetSurfaceBlendMode(sdl, SDL_BLENDMODE_NONE);
    SDL_FreeSurface(pixels->sdl);
    pixels->sdl = sdl;
    paint->width = width;
    paint->height = height;
    clip(paint, NULL);
    return true;
}

struct paint *paint_surface_create(unsigned width, unsigned height, struct sim_err *err) {
    struct pixels *pixels = calloc(1, sizeof *pixels);
    if (!pixels) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    pixels->paint.ops = &OPS;
    pixels->glyphs = glyphs_create(err);
    if (pixels->glyphs && paint_surface_resize(&pixels->paint, width, height, err))
        return &pixels->paint;
    destroy(&pixels->paint);
    return NULL;
}
