#include "harness/view/paint_glyphs.h"

#include <SDL_ttf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/view/paint.h"

#define N_SIZES  8   /* of text, in a picture: a few */
#define N_GLYPHS 512 /* of a size; a character has one place */

struct font {
    unsigned size; /* 0: none */
    TTF_Font *ttf;
    uint8_t *masks; /* [N_GLYPHS] of width * height */
    struct glyph glyphs[N_GLYPHS];
};

struct glyphs {
    const char *file;
    struct font fonts[N_SIZES];
    unsigned next; /* the font that gives way to a new size */
};

/* Where Debian, Fedora, Arch and Alpine have it. */
static const char *font_file(void) {
    static const char *const files[] = {
        "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
        "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
        "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
        "/usr/share/fonts/dejavu/DejaVuSansMono.ttf",
    };
    const char *given = getenv("LINKPULSE_FONT");
    if (given)
        return given;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (access(files[i], R_OK) == 0)
            return files[i];
    return NULL;
}

struct glyphs *glyphs_create(struct sim_err *err) {
    const char *file = font_file();
    TTF_Font *probe = NULL;
    if (!file || TTF_Init() != 0) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT,
                    "the font DejaVu Sans Mono is missing; install fonts-dejavu-core");
        return NULL;
    }
    struct glyphs *glyphs = calloc(1, sizeof *glyphs);
    if (glyphs)
        probe = TTF_OpenFont(file, 13);
    if (!probe) {
        sim_err_at(err, SIM_ERR_ENVIRONMENT, file, 0, "cannot be read as a font: %s",
                   glyphs ? TTF_GetError() : "out of memory");
        free(glyphs);
        TTF_Quit();
        return NULL;
    }
    TTF_CloseFont(probe);
    glyphs->file = file;
    return glyphs;
}

static void close_font(struct font *font) {
    if (font->ttf)
        TTF_CloseFont(font->ttf);
    free(font->masks);
    *font = (struct font){0};
}

void glyphs_destroy(struct glyphs *glyphs) {
    if (!glyphs)
        return;
    for (size_t i = 0; i < N_SIZES; i++)
        close_font(&glyphs->fonts[i]);
    free(glyphs);
    TTF_Quit();
}

static int mask_width(unsigned size) {
    return paint_cell(size) + 2 * GLYPHS_OVERHANG;
}

static struct font *font_of(struct glyphs *glyphs, unsigned size) {
    for (size_t i = 0; i < N_SIZES; i++)
        if (glyphs->fonts[i].size == size)
            return &glyphs->fonts[i];
    struct font *font = &glyphs->fonts[glyphs->next];
    glyphs->next = (glyphs->next + 1) % N_SIZES;
    close_font(font);
    font->ttf = TTF_OpenFont(glyphs->file, (int)size);
    font->masks = calloc(N_GLYPHS, (size_t)mask_width(size) * (size_t)paint_line_height(size));
    if (!font->ttf || !font->masks) {
        close_font(font);
        return NULL;
    }
    TTF_SetFontHinting(font->ttf, TTF_HINTING_LIGHT);
    font->size = size;
    return font;
}

/* SDL_ttf's picture of a character is as high as a line of its font, and begins where the
 * character does when that is left of its cell. */
static void copy_mask(uint8_t *mask, int width, int height, const SDL_Surface *picture, int x0,
                      int y0) {
    memset(mask, 0, (size_t)width * (size_t)height);
    for (int y = 0; y < picture->h; y++)
        for (int x = 0; x < picture->w; x++) {
            int to_x = x + x0, to_y = y + y0;
            const uint8_t *row =
                (const uint8_t *)picture->pixels + (size_t)y * (size_t)picture->pitch;
            uint32_t pixel;
            memcpy(&pixel, row + 4 * (size_t)x, sizeof pixel);
            if (to_x >= 0 && to_x < width && to_y >= 0 && to_y < height)
                mask[to_y * width + to_x] = (uint8_t)(pixel >> 24);
        }
}

static bool render(struct font *font, uint32_t character, uint8_t *mask) {
    int left = 0;
    if (!TTF_GlyphIsProvided32(font->ttf, character))
        character = 0xfffd;
    SDL_Surface *picture =
        TTF_RenderGlyph32_Blended(font->ttf, character, (SDL_Color){255, 255, 255, 255});
    if (!picture)
        return false;
    TTF_GlyphMetrics32(font->ttf, character, &left, NULL, NULL, NULL, NULL);
    copy_mask(mask, mask_width(font->size), paint_line_height(font->size), picture,
              GLYPHS_OVERHANG + (left < 0 ? left : 0),
              paint_ascent(font->size) - TTF_FontAscent(font->ttf));
    SDL_FreeSurface(picture);
    return true;
}

const struct glyph *glyphs_of(struct glyphs *glyphs, unsigned size, uint32_t character) {
    struct font *font = font_of(glyphs, size);
    if (!font)
        return NULL;
    size_t place = character % N_GLYPHS;
    struct glyph *glyph = &font->glyphs[place];
    if (glyph->character == character)
        return glyph;
    int width = mask_width(size), height = paint_line_height(size);
    uint8_t *mask = font->masks + place * (size_t)width * (size_t)height;
    glyph->character = 0;
    if (!render(font, character, mask))
        return NULL;
    *glyph = (struct glyph){character, mask, width, height};
    return glyph;
}
