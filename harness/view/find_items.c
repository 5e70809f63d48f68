/* Decodes window by window, each twice as long as the one before unless it has too many changes,
 * until an item is in it. */
#include "harness/view/find_items.h"

#include <string.h>

#define WINDOW_CHANGES 200000   /* decoded at once: some ten milliseconds */
#define ALL_CHANGES    16000000 /* looked at before the search gives up */

bool find_has_frames(const struct decoder *decoder) {
    for (size_t i = 0; i < DECODE_MAX_LINES && decoder->lines[i]; i++)
        if (strstr(decoder->lines[i], "frame") || strstr(decoder->lines[i], "packet"))
            return true;
    return false;
}

struct search {
    const struct view_row *row;
    bool (*wanted)(const struct decode_item *item);
    int64_t time, window;
    bool next;
    struct decode_request request;
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

static int64_t further(const struct search *s, int64_t from) {
    int64_t begin = store_begin(s->request.store), end = store_end(s->request.store), to;
    if (s->next)
        return __builtin_add_overflow(from, s->window, &to) || to > end ? end : to;
    return __builtin_sub_overflow(from, s->window, &to) || to < begin ? begin : to;
}

/* The window from `near`, taken smaller until it is decoded soon; returns its other end. */
static int64_t choose_window(struct search *s, int64_t near, uint64_t *n) {
    for (;;) {
        int64_t far = further(s, near);
        s->request.from = s->next ? near : far;
        s->request.to = s->next ? far : near;
        *n = decode_work(&s->request);
        if (*n <= WINDOW_CHANGES || s->window < 8)
            return far;
        s->window /= 8;
    }
}

static int64_t within(int64_t time, int64_t low, int64_t high) {
    return time < low ? low : time > high ? high : time;
}

static bool search(struct search *s, int64_t *at) {
    const struct store *store = s->request.store;
    int64_t near = within(s->time, store_begin(store), store_end(store));
    uint64_t n = 0;
    for (uint64_t looked = 0; looked < ALL_CHANGES; looked += n) {
        int64_t far = choose_window(s, near, &n);
        if (far == near || !decode_run(s->row->decoder, &s->request, &s->items))
            return false;
        if (best(s, at))
            return true;
        near = far;
        s->window = s->window < INT64_MAX / 2 ? 2 * s->window : s->window;
    }
    return false;
}

bool find_item(const struct view *view, size_t row, int64_t time, bool next,
               bool (*wanted)(const struct decode_item *item), int64_t *at) {
    struct search s = {.row = &view->rows[row], .wanted = wanted, .time = time, .next = next};
    s.window = view->span;
    s.request = (struct decode_request){
        .store = view->store, .budget = DECODE_ALL, .function = code_function, .code = view->code};
    memcpy(s.request.inputs, s.row->inputs, sizeof s.request.inputs);
    bool found = search(&s, at);
    decode_items_finish(&s.items);
    return found;
}
