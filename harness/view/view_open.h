/* A wave file with what belongs to it, as a view. */
#ifndef HARNESS_VIEW_VIEW_OPEN_H
#define HARNESS_VIEW_VIEW_OPEN_H

#include <stdbool.h>

#include "harness/view/view.h"
#include "sim/err.h"

/* Waves can be looked at without what belongs to them; why it is not there: */
struct view_notes {
    struct sim_err sidecar; /* text "": nothing */
    char code[512];         /* "": nothing */
};
/* The waves with their sidecar and code, without rows. What was left out of the waves themselves
 * is store_note()'s to tell. view_finish() ends it; on failure there is nothing to end. */
bool view_open_waves(struct view *view, const char *path, const struct store_settings *settings,
                     struct view_notes *notes, struct sim_err *err);

/* Rows and range for a view just begun: of FILE.lpview when there is one and `saved` is set, else
 * the default ones (of a foreign file those of FILE.gtkw, if there). What of them cannot be read
 * is a message of the view. */
void view_set_up(struct view *view, bool saved);

/* The same file again (`path` NULL), as it is now: rows, range, cursors and panels stay; a view
 * that was at the end follows it. Or another file in its place. On failure nothing changed. */
bool view_reopen(struct view *view, const char *path, struct sim_err *err);

#endif
