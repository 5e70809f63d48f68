/* Jumps of the cursor: to edges, items of decoders, failures, frames, values, details. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/interrupt.h"
#include "harness/view/act_internal.h"
#include "harness/view/find_items.h"

/* Work before a search for a value gives up: changes, those of wide vectors counted by their
 * words. */
#define VALUE_BUDGET 16000000

/* --- edges of a signal --------------------------------------------------------------------- */

/* What a file begins with is no edge. */
static bool is_edge(const struct view *view, const struct store_cursor *c, uint32_t signal) {
    return c->index > 0 || c->time > store_begin(view->store) ||
           store_signal(view->store, signal)->kind == STORE_EVENT;
}

static bool next_edge(const struct view *view, uint32_t signal, int64_t time, int64_t *edge) {
    struct store_cursor c;
    store_seek(view->store, signal, time, &c);
    while (store_next(&c))
        if (c.time > time && is_edge(view, &c, signal)) {
            *edge = c.time;
            return true;
        }
    return false;
}

static bool previous_edge(const struct view *view, uint32_t signal, int64_t time, int64_t *edge) {
    struct store_cursor c;
    if (time == INT64_MIN || !store_seek(view->store, signal, time - 1, &c) ||
        !is_edge(view, &c, signal))
        return false;
    *edge = c.time;
    return true;
}

static bool row_edge(const struct view *view, size_t row, int64_t time, bool next, int64_t *edge) {
    uint32_t signal = view_row_signal(view, row);
    if (row < view->n_rows && view->rows[row].kind == VIEW_DECODER)
        return find_item(view, row, time, next, NULL, edge);
    if (signal == STORE_NONE)
        return false;
    return next ? next_edge(view, signal, time, edge) : previous_edge(view, signal, time, edge);
}

static uint64_t distance(int64_t a, int64_t b) {
    return a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
}

bool act_nearest_edge(const struct view *view, size_t row, int64_t time, int64_t within,
                      int64_t *edge) {
    uint32_t signal = view_row_signal(view, row);
    int64_t before, after;
    if (signal == STORE_NONE)
        return false;
    bool left = time < INT64_MAX && previous_edge(view, signal, time + 1, &before);
    bool right = next_edge(view, signal, time, &after);
    if (left && (!right || distance(before, time) <= distance(after, time)))
        *edge = before;
    else if (right)
        *edge = after;
    return (left || right) && distance(*edge, time) <= (uint64_t)within;
}

bool act_edge(struct view *view, enum view_action action, const struct act *act) {
    bool next = action == ACT_EDGE_NEXT;
    int64_t edge;
    (void)act;
    if (!row_edge(view, view->active, view_here(view), next, &edge)) {
        if (!view->message[0])
            view_say(view, "no %s edge in this row", next ? "later" : "earlier");
        return false;
    }
    act_put_cursor(view, edge);
    return true;
}

/* --- failures and frames ------------------------------------------------------------------- */

static bool is_error(const struct decode_item *item) {
    return item->class == DECODE_ERROR;
}

static bool is_frame(const struct decode_item *item) {
    return item->class == DECODE_FRAME;
}

/* Of any decoder's row; without its own frames a decoder is not asked for them. */
static bool nearest_item(const struct view *view, int64_t time, bool next,
                         bool (*wanted)(const struct decode_item *item), int64_t *at) {
    bool any = false;
    for (size_t i = 0; i < view->n_rows; i++) {
        int64_t found;
        if (view->rows[i].kind != VIEW_DECODER ||
            (wanted == is_frame && !find_has_frames(view->rows[i].decoder)) ||
            !find_item(view, i, time, next, wanted, &found))
            continue;
        if (!any || (next ? found < *at : found > *at))
            *at = found;
        any = true;
    }
    return any;
}

bool act_failure(struct view *view, enum view_action action, const struct act *act) {
    const struct sidecar *sidecar = view->sidecar;
    const struct sidecar_failure *best = NULL;
    bool next = action == ACT_FAILURE_NEXT;
    int64_t here = view_here(view), at = here;
    (void)act;
    for (size_t i = 0; sidecar && i < sidecar->n_failures; i++) {
        const struct sidecar_failure *f = &sidecar->failures[i];
        if (next ? f->time > here && (!best || f->time < best->time)
                 : f->time < here && (!best || f->time >= best->time))
            best = f;
    }
    if (!best && (sidecar || !nearest_item(view, here, next, is_error, &at))) {
        view_say(view, "no %s failure", next ? "later" : "earlier");
        return false;
    }
    act_put_cursor(view, best ? view_within(view, best->time) : at);
    view_say(view, "%s", best ? best->text : "an error of a decoder");
    return true;
}

static bool packet_at(const struct sidecar *sidecar, int64_t here, bool next, int64_t *at) {
    bool any = false;
    for (size_t i = 0; i < sidecar->n_packets; i++) {
        int64_t from = sidecar->packets[i].from;
        if (next ? from > here && (!any || from < *at) : from < here && (!any || from > *at)) {
            *at = from;
            any = true;
        }
    }
    return any;
}

bool act_frame(struct view *view, enum view_action action, const struct act *act) {
    bool next = action == ACT_FRAME_NEXT;
    int64_t here = view_here(view), at = here;
    (void)act;
    bool any = view->sidecar && view->sidecar->n_packets
                   ? packet_at(view->sidecar, here, next, &at)
                   : nearest_item(view, here, next, is_frame, &at);
    if (!any) {
        view_say(view, "no %s frame", next ? "later" : "earlier");
        return false;
    }
    act_put_cursor(view, at);
    return true;
}

/* --- values -------------------------------------------------------------------------------- */

/* A value as it was typed: as a number, and as the text it is shown with. */
struct wanted {
    const char *text;
    bool is_number, is_real;
    bool negative;
    uint64_t number; /* its magnitude */
    double real;
};

static struct wanted read_wanted(const char *text) {
    struct wanted w = {.text = text + strspn(text, " ")};
    const char *digits = w.text + (*w.text == '-');
    int base = strncmp(digits, "0x", 2) == 0 ? 16 : strncmp(digits, "0b", 2) == 0 ? 2 : 10;
    char *end;
    w.negative = *w.text == '-';
    w.number = strtoull(base == 2 ? digits + 2 : digits, &end, base);
    w.is_number = *digits >= '0' && *digits <= '9' && *end == 0;
    w.real = strtod(w.text, &end);
    w.is_real = end != w.text && *end == 0;
    return w;
}

static bool number_is(const struct store_signal *signal, uint64_t value, const struct wanted *w) {
    unsigned width = signal->width < 64 ? signal->width : 64;
    uint64_t mask = width < 64 ? ((uint64_t)1 << width) - 1 : UINT64_MAX;
    if (!w->negative)
        return value == w->number;
    return w->number <= mask && value == (-w->number & mask);
}

/* Whole ones in full, as addresses are; others by the digits that are shown. */
static bool real_is(const struct store_cursor *c, const struct wanted *w) {
    char text[64], typed[64];
    uint64_t value;
    if (w->is_number && !w->negative && store_number(c, &value))
        return value == w->number;
    if (!w->is_real)
        return false;
    snprintf(text, sizeof text, "%.6g", store_real(c));
    snprintf(typed, sizeof typed, "%.6g", w->real);
    return strcmp(text, typed) == 0;
}

static bool value_is(const struct view *view, const struct store_cursor *c, uint32_t id,
                     enum view_radix radix, const struct wanted *w) {
    const struct store_signal *signal = store_signal(view->store, id);
    char text[VIEW_TEXT];
    uint64_t value;
    if (signal->kind == STORE_REAL)
        return real_is(c, w);
    if (signal->kind == STORE_VECTOR && w->is_number && store_number(c, &value))
        return number_is(signal, value, w);
    view_cursor_text(c, signal, radix, text, sizeof text);
    return strcmp(text, w->text) == 0;
}

/* The same value again after another one: the first change to it is what is found. */
static int find_value(const struct view *view, uint32_t id, bool next, const struct wanted *w,
                      int64_t *at) {
    enum view_radix radix = view->rows[view->active].radix;
    int64_t here = view_here(view);
    struct store_cursor c;
    bool on = store_seek(view->store, id, next || here == INT64_MIN ? here : here - 1, &c);
    bool more = next ? store_next(&c) : on;
    uint64_t work = 0, each = 1 + store_signal(view->store, id)->width / 64;
    sig_atomic_t before = interrupted;
    for (; more; more = next ? store_next(&c) : store_previous(&c)) {
        work += each;
        if (work > VALUE_BUDGET || interrupted != before)
            return -1;
        if (value_is(view, &c, id, radix, w)) {
            *at = c.time;
            return 1;
        }
    }
    return 0;
}

bool act_value(struct view *view, enum view_action action, const struct act *act) {
    uint32_t signal = view_row_signal(view, view->active);
    bool next = action != ACT_VALUE_PREVIOUS;
    int64_t at;
    if (act->text)
        snprintf(view->value, sizeof view->value, "%s", act->text);
    if (signal == STORE_NONE || view->rows[view->active].kind != VIEW_SIGNAL || !view->value[0]) {
        view_say(view, view->value[0] ? "choose a row with a signal" : "no value was given yet");
        return false;
    }
    struct wanted w = read_wanted(view->value);
    int found = find_value(view, signal, next, &w, &at);
    if (found <= 0) {
        view_say(view,
                 found ? "%.200s does not come soon; the search gave up"
                       : "%.200s does not come any more",
                 view->value);
        return false;
    }
    act_put_cursor(view, at);
    return true;
}

/* --- details ------------------------------------------------------------------------------- */

bool act_detail(struct view *view, enum view_action action, const struct act *act) {
    struct detail details[DETAIL_MOST];
    size_t n = view_details(view, details);
    (void)act;
    if (!n) {
        view_say(view, "nothing is known of this time");
        return false;
    }
    view->detail = view->detail < n ? view->detail : 0;
    if (action == ACT_DETAIL_NEXT) {
        view->detail = (view->detail + 1) % n;
        view->details = true;
        return true;
    }
    if (details[view->detail].at == INT64_MIN) {
        view_say(view, "%s: leads nowhere", details[view->detail].title);
        return false;
    }
    act_put_cursor(view, details[view->detail].at);
    return true;
}
