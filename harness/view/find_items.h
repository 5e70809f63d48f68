/* The next or the previous item of a decoder, over as much of the file as it takes. */
#ifndef HARNESS_VIEW_FIND_ITEMS_H
#define HARNESS_VIEW_FIND_ITEMS_H

#include <stdbool.h>

#include "harness/view/view.h"

/* Where an item of the decoder's row begins, later or earlier than `time`. `wanted` NULL: any.
 * False: there is none, or none was found before the budget ended. */
bool find_item(const struct view *view, size_t row, int64_t time, bool next,
               bool (*wanted)(const struct decode_item *item), int64_t *at);

/* One of its lines is of frames or packets. */
bool find_has_frames(const struct decoder *decoder);

#endif
