/* Strokes and text: that pixels and SVG have the measures that paint.c knows of the font, that
 * what is no UTF-8 does no harm, and that files are the same each time. */
#include <SDL_surface.h>
#include <SDL_ttf.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/view/theme.h"
#include "tests/harness/view_record.h"

#define FONT "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"

static const struct paint_colour WHITE = {255, 255, 255, 255}, BLACK = {0, 0, 0, 255},
                                 HALF = {255, 0, 0, 128};

static struct paint *surface(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct paint *paint = paint_surface_create(64, 48, &err);
    struct paint_rect all = {0, 0, 64, 48};
    cr_assert(paint, "%s", err.text);
    paint->ops->begin(paint);
    paint->ops->fill(paint, &all, 1, WHITE);
    return paint;
}

static uint32_t pixel(struct paint *paint, int x, int y) {
    const SDL_Surface *sdl = paint_surface_sdl(paint);
    const uint32_t *row =
        (const void *)((const uint8_t *)sdl->pixels + (size_t)y * (size_t)sdl->pitch);
    return row[x] & 0xffffff;
}

static unsigned dark_pixels(struct paint *paint) {
    unsigned n = 0;
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            n += pixel(paint, x, y) != 0xffffff;
    return n;
}

Test(view_paint, font_has_the_measures_of_paint_c) {
    cr_assert_eq(TTF_Init(), 0);
    for (unsigned size = PAINT_MIN_TEXT; size <= PAINT_MAX_TEXT; size += 7) {
        TTF_Font *font = TTF_OpenFont(FONT, (int)size);
        int advance = 0;
        cr_assert(font, "%s", TTF_GetError());
        TTF_SetFontHinting(font, TTF_HINTING_NONE);
        TTF_GlyphMetrics32(font, 'M', NULL, NULL, NULL, NULL, &advance);
        cr_expect_leq(abs(advance - paint_cell(size)), 1, "size %u: %d", size, advance);
        cr_expect_leq(abs(TTF_FontAscent(font) - paint_ascent(size)), 1, "size %u", size);
        cr_expect_leq(abs(TTF_FontHeight(font) - paint_line_height(size)), 2, "size %u", size);
        TTF_CloseFont(font);
    }
    TTF_Quit();
}

Test(view_paint, fill_covers_its_pixels_and_no_more) {
    struct paint *paint = surface();
    struct paint_rect rects[] = {{3, 4, 2, 1}, {-5, 40, 7, 100}};
    paint->ops->fill(paint, rects, 2, BLACK);
    cr_expect_eq(dark_pixels(paint), 2 + 2 * 8);
    cr_expect_eq(pixel(paint, 3, 4), 0);
    cr_expect_eq(pixel(paint, 4, 4), 0);
    cr_expect_eq(pixel(paint, 5, 4), 0xffffff);
    paint_destroy(paint);
}

Test(view_paint, fill_mixes_by_alpha) {
    struct paint *paint = surface();
    struct paint_rect rect = {0, 0, 1, 1};
    paint->ops->fill(paint, &rect, 1, HALF);
    cr_expect_eq(pixel(paint, 0, 0) >> 16, 255);
    cr_expect_leq(abs((int)(pixel(paint, 0, 0) & 0xff) - 127), 2);
    paint_destroy(paint);
}

Test(view_paint, clip_holds_fills_lines_and_text) {
    struct paint *paint = surface();
    struct paint_rect small = {10, 10, 5, 5}, all = {0, 0, 64, 48};
    struct paint_point points[] = {{-1000, -900}, {1000, 1100}};
    paint->ops->clip(paint, &small);
    paint->ops->fill(paint, &all, 1, BLACK);
    paint->ops->line(paint, points, 2, 9, BLACK);
    paint->ops->text(paint, 0, 0, 30, "MMMM", BLACK);
    cr_expect_eq(dark_pixels(paint), 25);
    paint->ops->clip(paint, NULL);
    paint->ops->fill(paint, &all, 1, BLACK);
    cr_expect_eq(dark_pixels(paint), 64 * 48);
    paint_destroy(paint);
}

Test(view_paint, line_goes_through_its_points) {
    struct paint *paint = surface();
    struct paint_point points[] = {{2.5f, 2.5f}, {2.5f, 20.5f}, {40.5f, 20.5f}, {60.5f, 40.5f}};
    paint->ops->line(paint, points, 4, 1, BLACK);
    cr_expect_eq(pixel(paint, 2, 10), 0);
    cr_expect_eq(pixel(paint, 20, 20), 0);
    cr_expect_lt(pixel(paint, 50, 30) & 0xff, 0x40);
    cr_expect_eq(pixel(paint, 20, 10), 0xffffff);
    paint_destroy(paint);
}

Test(view_paint, text_stands_in_its_cells) {
    struct paint *paint = surface();
    paint->ops->text(paint, 8, 8, 20, "Hg", BLACK);
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++) {
            bool cell = x >= 7 && x <= 8 + paint_text_width(20, "Hg") && y >= 8 &&
                        y < 8 + paint_line_height(20);
            cr_expect(cell || pixel(paint, x, y) == 0xffffff, "%d,%d", x, y);
        }
    cr_expect_gt(dark_pixels(paint), 60);
    paint_destroy(paint);
}

Test(view_paint, characters_one_octet_each_when_they_are_none) {
    cr_expect_eq(paint_characters("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), 4);
    cr_expect_eq(paint_characters("\xc3"), 1);
    cr_expect_eq(paint_characters("\xff\xfe\x80z"), 4);
    cr_expect_eq(paint_characters("\xe2\x82"), 2);
    cr_expect_eq(paint_characters("\xed\xa0\x80"), 3); /* half of a pair */
    cr_expect_eq(paint_characters("\xc0\x80"), 2);     /* too long a 0 */
    cr_expect_eq(paint_characters("\xf4\x90\x80\x80"), 4);
    const char *control = "\x1b";
    cr_expect_eq(paint_next_character(&control), 0xfffd);
}

Test(view_paint, every_octet_can_be_drawn) {
    struct paint *paint = surface();
    char text[3] = "";
    for (int a = 1; a < 256; a++)
        for (int b = 0; b < 256; b += 5) {
            text[0] = (char)a;
            text[1] = (char)b;
            paint->ops->text(paint, 0, 0, 13, text, BLACK);
        }
    paint_destroy(paint);
}

Test(view_paint, resize_gives_the_new_size) {
    struct sim_err err = SIM_ERR_INIT;
    struct paint *paint = surface();
    cr_assert(paint_surface_resize(paint, 200, 10, &err));
    cr_expect_eq(paint_surface_sdl(paint)->w, 200);
    cr_expect_eq(paint->height, 10);
    cr_expect_not(paint_surface_resize(paint, 0, 10, &err));
    cr_expect_not(paint_surface_resize(paint, PAINT_MAX_SIDE + 1, 10, &err));
    cr_expect_eq(paint->width, 200);
    paint_destroy(paint);
}

/* --- files ------------------------------------------------------------------------------------ */

static char dir[64];
static void setup(void) {
    strcpy(dir, "/tmp/test-view-paint-XXXXXX");
    cr_assert(mkdtemp(dir));
}
static void teardown(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
}

/* The octets of what `paint` saves, [*n], after the same strokes. */
static char *saved(struct paint *paint, const char *name, size_t *n) {
    static char octets[1 << 16];
    struct sim_err err = SIM_ERR_INIT;
    struct paint_rect rects[] = {{1, 2, 3, 4}, {5, 6, 0, 7}, {20, 20, 9, 9}};
    struct paint_point points[] = {{1, 1}, {30, 17.25f}};
    char path[128];
    paint->ops->begin(paint);
    paint->ops->fill(paint, rects, 3, HALF);
    paint->ops->clip(paint, &rects[0]);
    paint->ops->line(paint, points, 2, 1.5f, BLACK);
    paint->ops->text(paint, 3, 4, 13, "<a & b> \"\xff\x01\xc3\xa4", BLACK);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    cr_assert(paint_save(paint, path, &err), "%s", err.text);
    FILE *file = fopen(path, "r");
    cr_assert(file);
    *n = fread(octets, 1, sizeof octets - 1, file);
    octets[*n] = 0;
    fclose(file);
    return octets;
}

Test(view_paint, pictures_are_the_same_each_time, .init = setup, .fini = teardown) {
    struct sim_err err = SIM_ERR_INIT;
    for (int svg = 0; svg < 2; svg++) {
        char first[1 << 14];
        size_t n = 0, m = 0;
        for (int round = 0; round < 2; round++) {
            struct paint *paint = svg ? paint_svg_create(64, 48, &err) : surface();
            char *octets = saved(paint, svg ? "a.svg" : "a.png", round ? &m : &n);
            if (!round)
                memcpy(first, octets, n < sizeof first ? n : sizeof first);
            else
                cr_expect(n == m && memcmp(first, octets, n) == 0);
            if (svg) /* drawn once more it is that picture again, not both */
                cr_expect(strcmp(first, saved(paint, "b.svg", &m)) == 0 || round == 0);
            paint_destroy(paint);
        }
        cr_expect_gt(n, 100);
    }
}

Test(view_paint, svg_is_well_formed, .init = setup, .fini = teardown) {
    struct sim_err err = SIM_ERR_INIT;
    struct paint *paint = paint_svg_create(64, 48, &err);
    size_t n;
    const char *octets = saved(paint, "a.svg", &n);
    cr_expect(strstr(octets, "&lt;a &amp; b&gt; \"\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4</text>"), "%s",
              octets);
    cr_expect(strstr(octets, "</g>\n</svg>\n"));
    cr_expect_not(strstr(octets, "h0"));
    paint_destroy(paint);
}

Test(view_paint, what_cannot_be_written_is_told, .init = setup, .fini = teardown) {
    struct sim_err err = SIM_ERR_INIT;
    struct paint *paint = surface();
    cr_expect_not(paint_save(paint, "/nonexistent/a.png", &err));
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
    paint_destroy(paint);
}

Test(view_paint, a_missing_font_names_its_package) {
    struct sim_err err = SIM_ERR_INIT;
    setenv("LINKPULSE_FONT", "/nonexistent/font.ttf", 1);
    cr_expect_null(paint_surface_create(64, 48, &err));
    cr_expect_eq(err.cls, SIM_ERR_ENVIRONMENT);
    cr_expect(strstr(err.file, "font.ttf"));
}

/* --- colours ---------------------------------------------------------------------------------- */

/* Text is drawn in these over those. */
Test(view_paint, themes_have_contrast) {
    for (int i = 0; i < 2; i++) {
        const struct theme *theme = theme_of((enum view_theme)i);
        struct paint_colour grounds[] = {theme->ground, theme->bar, theme->field, theme->active,
                                         theme->selected};
        struct paint_colour inks[] = {theme->ink,     theme->soft,       theme->accent,
                                      theme->unknown, theme->cursors[0], theme->cursors[1]};
        for (size_t g = 0; g < sizeof grounds / sizeof grounds[0]; g++)
            for (size_t k = 0; k < sizeof inks / sizeof inks[0]; k++)
                cr_expect_geq(record_contrast(inks[k], grounds[g]), 4.5, "theme %d: %zu on %zu", i,
                              k, g);
        for (size_t c = 0; c < THEME_CLASSES; c++)
            cr_expect_geq(record_contrast(theme->ink, theme->fills[c]), 4.5, "class %zu", c);
        struct paint_colour flags[] = {theme->cursors[0], theme->cursors[1], theme->marker};
        for (size_t f = 0; f < 3; f++)
            cr_expect_geq(record_contrast(theme->flag_ink, flags[f]), 4.5, "flag %zu", f);
        struct paint_colour traces[] = {theme->bit,    theme->bus,     theme->real,
                                        theme->event,  theme->unknown, theme->floating,
                                        theme->failure};
        for (size_t t = 0; t < sizeof traces / sizeof traces[0]; t++)
            cr_expect_geq(record_contrast(traces[t], theme->ground), 3.0, "trace %zu", t);
    }
}
