/* Colours. Everything told by a colour is told by a shape or a letter as well. */
#ifndef HARNESS_VIEW_THEME_H
#define HARNESS_VIEW_THEME_H

#include "harness/view/paint.h"
#include "harness/view/view.h"

#define THEME_CLASSES (DECODE_ERROR + 1)

struct theme {
    struct paint_colour ground;    /* behind traces */
    struct paint_colour bar;       /* behind header, ruler, status, names, panels */
    struct paint_colour field;     /* what is typed into; the trough of the scroll strip */
    struct paint_colour edge;      /* between parts */
    struct paint_colour grid;      /* of time, of rows */
    struct paint_colour active;    /* behind the active row */
    struct paint_colour selected;  /* behind selected rows */
    struct paint_colour ink, soft; /* text; text of less weight */
    struct paint_colour accent;    /* what matches, what is chosen */
    struct paint_colour bit, bus, real, event; /* traces by kind */
    struct paint_colour unknown, floating;     /* x, z */
    struct paint_colour cursors[2], marker, pointer, failure, threshold;
    struct paint_colour flag_ink;               /* on cursors, markers, failures */
    struct paint_colour classes[THEME_CLASSES]; /* edges of decoded items */
    struct paint_colour fills[THEME_CLASSES];   /* behind their text, in ink */
};

const struct theme *theme_of(enum view_theme theme);
struct paint_colour theme_thin(struct paint_colour colour, unsigned alpha); /* 0 to 255 */

#endif
