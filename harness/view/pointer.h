/* The mouse, without SDL: what is pressed, dragged and pointed at becomes actions. */
#ifndef HARNESS_VIEW_POINTER_H
#define HARNESS_VIEW_POINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/view/view.h"

enum pointer_drag {
    POINTER_FREE,
    POINTER_PRESSED, /* on the traces, not moved yet */
    POINTER_PAN,
    POINTER_CURSOR, /* in the ruler: the cursor follows */
    POINTER_SCROLL,
    POINTER_NAME, /* on a name, not moved yet */
    POINTER_ROWS,
    POINTER_DIVIDER,
};
enum pointer_shape { POINTER_ARROW, POINTER_CROSS, POINTER_SIDEWAYS, POINTER_HAND, POINTER_MOVE };

/* Zeroed to begin with. */
struct pointer {
    enum pointer_drag drag;
    int x, y; /* where it is, pixels */
    int begun_x, begun_y;
    int64_t from;     /* of the view when the drag began */
    size_t row;       /* that the drag began on */
    unsigned n_drags; /* each is one step of undo */
    unsigned modifiers;
    struct { /* the view when last was told what is under the pointer */
        int64_t from, span;
        size_t top, n_rows;
    } told;
};

/* Modifiers are those of keys.h; buttons 1 left, 2 middle, 3 right. Each tells whether the
 * picture is another now. */
bool pointer_move(struct pointer *pointer, struct view *view, int x, int y);
bool pointer_press(struct pointer *pointer, struct view *view, int button, unsigned modifiers);
bool pointer_release(struct pointer *pointer, struct view *view, int button);
bool pointer_wheel(struct pointer *pointer, struct view *view, int steps, unsigned modifiers);
/* The view may have moved below it: tells anew what is there, if so. */
bool pointer_refresh(struct pointer *pointer, struct view *view);
void pointer_leave(struct pointer *pointer, struct view *view);

enum pointer_shape pointer_shape(const struct pointer *pointer, const struct view *view);
/* What a key pressed now is about. */
struct act;
struct act pointer_act(const struct pointer *pointer, const struct view *view);

#endif
