/* Drawing, private to draw_*.c, layout.c and theme.c. */
#ifndef HARNESS_VIEW_DRAW_H
#define HARNESS_VIEW_DRAW_H

#include "harness/view/paint.h"

void draw_memory_destroy(struct draw_memory *memory); /* accepts NULL */

#endif
