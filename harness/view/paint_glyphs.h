/* The font's characters as masks, kept. Private to paint_surface.c. */
#ifndef HARNESS_VIEW_PAINT_GLYPHS_H
#define HARNESS_VIEW_PAINT_GLYPHS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/err.h"

#define GLYPHS_OVERHANG 1 /* pixels beside a cell that a character may reach */

/* A character of a size: how much of each pixel it covers, 0 to 255, rows of `width` from
 * GLYPHS_OVERHANG pixels left of its cell. */
struct glyph {
    uint32_t character; /* 0: none yet */
    const uint8_t *mask;
    int width, height;
};

struct glyphs;
/* SIM_ERR_ENVIRONMENT when there is no font. */
struct glyphs *glyphs_create(struct sim_err *err);
void glyphs_destroy(struct glyphs *glyphs); /* accepts NULL */
/* Valid until the next call. NULL when memory ran out: then it is not drawn. */
const struct glyph *glyphs_of(struct glyphs *glyphs, unsigned size, uint32_t character);

#endif
