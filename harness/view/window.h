/* The window: SDL events become actions (keys.h, act.h), and draw_view() their picture.
 * Draws only when something changed, and sleeps otherwise. */
#ifndef HARNESS_VIEW_WINDOW_H
#define HARNESS_VIEW_WINDOW_H

#include <stdbool.h>

#include "harness/view/view.h"
#include "sim/err.h"

/* Shows `view` until it is closed. The view beside the file is written when it ends; a file
 * dropped on the window, or grown, is opened in the place of the view's. SIM_ERR_ENVIRONMENT when
 * there is no display. */
bool window_run(struct view *view, struct sim_err *err);

#endif
