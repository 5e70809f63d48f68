#ifndef HARNESS_VIEW_PAINT_PNG_H
#define HARNESS_VIEW_PAINT_PNG_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"

/* Pixels 0xXXRRGGBB in rows of `pitch` octets as a PNG without alpha: the same octets for the
 * same pixels, no time in it. */
bool paint_png_write(const char *path, const void *pixels, unsigned width, unsigned height,
                     size_t pitch, struct sim_err *err);

#endif
