/* The view beside the file: FILE.lpview, JSON of schema "linkpulse.view/1". Signals and decoders
 * are named, so that it outlives a file written anew. */
#ifndef HARNESS_VIEW_VIEW_FILE_H
#define HARNESS_VIEW_VIEW_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/view/view.h"
#include "sim/err.h"

/* True with *found false when there is none. False (SIM_ERR_INPUT): it is no such file, of another
 * version, or damaged; the view is as it was. Names that the wave file does not have are left out
 * and told in view->message. */
bool view_file_load(struct view *view, bool *found, struct sim_err *err);
/* SIM_ERR_ENVIRONMENT when the folder cannot be written. */
bool view_file_save(const struct view *view, struct sim_err *err);

/* The same without the file: the text (the caller frees; NULL: memory ran out), and a view from
 * a text; `name` is for messages. */
char *view_file_dump(const struct view *view);
bool view_file_apply(struct view *view, const char *name, const char *text, size_t size,
                     struct sim_err *err);

/* What view_file_apply() or its like (gtkw_apply()) makes of the regular file at `path`; false
 * with err when that is absent or longer than views are. */
bool view_file_take(struct view *view, const char *path,
                    bool (*apply)(struct view *view, const char *name, const char *text,
                                  size_t size, struct sim_err *err),
                    struct sim_err *err);

#endif
