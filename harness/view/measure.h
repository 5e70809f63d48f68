/* Pulse widths of a signal over a stretch of time. */
#ifndef HARNESS_VIEW_MEASURE_H
#define HARNESS_VIEW_MEASURE_H

#include <stdint.h>

#include "harness/view/view.h"

/* Of bits: pulses of `level` ('0' or '1', also VHDL's l and h), from an edge to the next one; what
 * x or z begins or ends is none. Of other signals: from change to change. Only what lies whole in
 * [from, to]. Stops after `budget` changes, with `cut` set. */
void measure_pulses(const struct store *store, uint32_t signal, char level, int64_t from,
                    int64_t to, uint64_t budget, struct view_measure *out);

/* view->measure: the active row's pulses between the cursors when both are set, else in what is
 * seen. The same once more costs nothing. */
void measure_run(struct view *view);

#endif
