/* The views before: what undo goes back to, and redo forth. */
#ifndef HARNESS_VIEW_UNDO_H
#define HARNESS_VIEW_UNDO_H

#include <stdbool.h>

#include "harness/view/view.h"

#define PAST_MOST 200 /* views kept; the oldest is forgotten */

/* Keeps rows, range, top and the active row as they are now, for undo to come back to; what
 * could be redone is forgotten. The same range and rows as the last kept add nothing. `kind`
 * joins steps: of several in a row with the same kind (not 0) only the first is kept, so that
 * one undo takes back a whole turn of the wheel. */
void past_keep(struct view *view, unsigned kind);
bool past_undo(struct view *view); /* false: there is nothing before */
bool past_redo(struct view *view);
/* Forgets everything: the signals are others now. */
void past_clear(struct view *view);

void past_destroy(struct view_past *past); /* accepts NULL */

#endif
