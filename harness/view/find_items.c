/* Decodes window by window, each twice as long as the one before, until an item is in it. */
#include "harness/view/find_items.h"

#include <string.h>

#define WINDOW_BUDGET 2000000 /* changes; a window with more is taken smaller */
#define WINDOWS_MOST  48      /* enough to double from a tick to any file */

bool find_has_frames(const struct decoder *decoder) {
    for (size_t i = 0; i < DECODE_MAX_LINES && decoder->lines[i]; i++)
        if (strstr(decoder->lines[i], "frame") || strstr(decoder->lines[i], "packet"))
            return true;
    return false;
}

struct search {
    const struct view *view;
    const struct view_row *row;
    bool (*wanted)(const struct decode_item *item);
    int64_t time;
    bool next;
    struct decode_items items;
};

static bool best(const struct search *s, int64_t *at) {
    bool any = false;
    for (size_t i = 0; i < s->items.n; i++) {
        const struct decode_item *item = &s->items.items[i];
        if ((s->wanted && !s->wanted(item)) ||
            (s->next ? item->from <= s->time : item->from >= s->time))
            continue;
        if (!any || (s->next ? item->from < *at : item->from > *at))
            *at = item->from;
        any = true;
    }
    return any;
}

static int64_t further(const struct search *s, int64_t from, int64_t window) {
    int64_t begin = store_begin(s->view->store), end = store_end(s->view->store), to;
    if (s->next)
        return __builtin_add_overflow(from, window, &to) || to > end ? end : to;
    return __builtin_sub_overflow(from, window, &to) || to < begin ? begin : to;
}

static bool decode(struct search *s, int64_t a, int64_t b) {
    return decode_run(s->row->decoder, s->view->store, s->row->inputs, a < b ? a : b,
                      a < b ? b : a, WINDOW_BUDGET, &s->items);
}

static int64_t within(int64_t time, int64_t low, int64_t high) {
    return time < low ? low : time > high ? high : time;
}

static bool search(struct search *s, int64_t *at) {
    int64_t begin = store_begin(s->view->store), end = store_end(s->view->store);
    int64_t near = within(s->time, begin, end), window = s->view->span;
    for (unsigned i = 0; i < WINDOWS_MOST; i++) {
        int64_t far = further(s, near, window);
        if (far == near || !decode(s, near, far))
            return false;
        bool found = best(s, at);
        if (s->items.more && window > 1 && !(found && s->next)) {
            window /= 8; /* what was cut off may be nearer when going back */
            continue;
        }
        if (found || s->items.more)
            return found;
        near = far;
        window = window < INT64_MAX / 2 ? 2 * window : window;
    }
    return false;
}

bool find_item(const struct view *view, size_t row, int64_t time, bool next,
               bool (*wanted)(const struct decode_item *item), int64_t *at) {
    struct search s = {
        .view = view, .row = &view->rows[row], .wanted = wanted, .time = time, .next = next};
    bool found = search(&s, at);
    decode_items_finish(&s.items);
    return found;
}
