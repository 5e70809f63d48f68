/* GTKWave's save files: its rows, range, cursor and markers, as far as this viewer has the like.
 *
 * Read and written: [timestart], the zoom line with markers, @flags, comments, groups (as
 * comments), signals with ranges, +{aliases}. A decoder is written as the comment
 * ":NAME SIGNAL SIGNAL", which is read back as one. All else is left out.
 */
#ifndef HARNESS_VIEW_GTKW_H
#define HARNESS_VIEW_GTKW_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/view/view.h"
#include "sim/err.h"

/* The view's rows and range become the file's; view->message tells what was left out. False when
 * it cannot be read, or holds no row that this file has: the view is as it was. */
bool gtkw_load(struct view *view, const char *path, struct sim_err *err);
bool gtkw_apply(struct view *view, const char *name, const char *text, size_t size,
                struct sim_err *err);
/* Whole or not at all. */
bool gtkw_save(const struct view *view, const char *path, struct sim_err *err);
/* The one beside the waves: FILE.gtkw, or with FILE's ending replaced. False: there is none. */
bool gtkw_beside(const struct view *view, char *path, size_t size);

#endif
