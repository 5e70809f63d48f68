/* The range of time, cursors and markers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/act_internal.h"
#include "harness/view/undo.h"

#define SNAP_PART   100 /* a cursor set by hand snaps within a hundredth of what is seen */
#define PAN_PART    8
#define MARGIN_PART 20 /* beside the cursors when zoomed to them */

static bool is_seen(const struct view *view, int64_t time) {
    return time >= view->from && (uint64_t)time - (uint64_t)view->from < (uint64_t)view->span;
}

static int64_t middle(const struct view *view) {
    return view->from + view->span / 2;
}

/* --- zoom and pan -------------------------------------------------------------------------- */

static bool moved(const struct view *view, int64_t from, int64_t span) {
    return view->from != from || view->span != span;
}

/* `time` stays where it is in the picture. */
static void zoom_around(struct view *view, int64_t time, int64_t span) {
    int64_t from = view->from;
    double part = (double)(time - from) / (double)view->span;
    view_set_range(view, from, span); /* tells the lawful span */
    view_set_range(view, view_difference(time, llround(part * (double)view->span)), view->span);
}

static bool zoom_cursors(struct view *view) {
    int64_t a = view->cursors[0], b = view->cursors[1];
    if (a == VIEW_NO_TIME || b == VIEW_NO_TIME || a == b) {
        view_say(view, "set both cursors first");
        return false;
    }
    int64_t from = a < b ? a : b, span = view_difference(a < b ? b : a, from);
    int64_t margin = span / MARGIN_PART;
    view_set_range(view, view_difference(from, margin), view_sum(span, 2 * margin));
    return true;
}

static int64_t zoom_centre(const struct view *view, const struct act *act) {
    if (is_seen(view, act->time))
        return act->time;
    return is_seen(view, view_here(view)) ? view_here(view) : middle(view);
}

bool act_zoom(struct view *view, enum view_action action, const struct act *act) {
    int64_t from = view->from, span = view->span;
    switch (action) {
    case ACT_ZOOM_ALL:
        view_set_whole(view);
        break;
    case ACT_ZOOM_CURSORS:
        return zoom_cursors(view);
    case ACT_ZOOM_IN:
        zoom_around(view, zoom_centre(view, act), span - span / 3);
        break;
    default:
        zoom_around(view, zoom_centre(view, act), span < INT64_MAX / 2 ? span + span / 2 : span);
    }
    return moved(view, from, span);
}

bool act_pan(struct view *view, enum view_action action, const struct act *act) {
    int64_t from = view->from, span = view->span;
    bool page = action == ACT_PAGE_LEFT || action == ACT_PAGE_RIGHT;
    bool left = action == ACT_PAN_LEFT || action == ACT_PAGE_LEFT;
    int64_t step = page ? span : span / PAN_PART > 0 ? span / PAN_PART : 1;
    (void)act;
    if (left ? from >= INT64_MIN + step : from <= INT64_MAX - step)
        view_set_range(view, left ? from - step : from + step, span);
    return moved(view, from, span);
}

/* --- to a time ----------------------------------------------------------------------------- */

static void centre(struct view *view, int64_t time) {
    int64_t half = view->span / 2;
    view_set_range(view, time < INT64_MIN + half ? INT64_MIN : time - half, view->span);
}

void act_put_cursor(struct view *view, int64_t time) {
    view->cursors[view->cursor] = time;
    if (!is_seen(view, time))
        centre(view, time);
}

/* "+5us" and "-5us" go from the cursor. */
static bool go_time(struct view *view, const char *text) {
    int64_t time, begin = store_begin(view->store), end = store_end(view->store);
    text += strspn(text, " ");
    if (!view_time_read(view, text, &time)) {
        view_say(view, "%s: expected a time such as 12.5us, 3ms or +20ns", text);
        return false;
    }
    bool relative = *text == '+' || (*text == '-' && begin >= 0);
    if (relative && __builtin_add_overflow(view_here(view), time, &time))
        time = time < 0 ? end : begin;
    if (time < begin || time > end) {
        char first[64], last[64];
        view_time_text(view, begin, first, sizeof first);
        view_time_text(view, end, last, sizeof last);
        view_say(view, "%s is outside of the file, %s to %s", text, first, last);
        return false;
    }
    view->cursors[view->cursor] = time;
    centre(view, time);
    return true;
}

static bool go_cursor(struct view *view) {
    int64_t time = view->cursors[view->cursor];
    if (time == VIEW_NO_TIME) {
        view_say(view, "cursor %c is not set", 'A' + (int)view->cursor);
        return false;
    }
    centre(view, time);
    return true;
}

bool act_go(struct view *view, enum view_action action, const struct act *act) {
    int64_t from = view->from, end = store_end(view->store);
    if (action == ACT_GO_TIME)
        return go_time(view, act->text);
    if (action == ACT_GO_CURSOR)
        return go_cursor(view);
    if (action == ACT_GO_BEGIN)
        view_set_range(view, store_begin(view->store), view->span);
    else
        view_set_range(view, end < INT64_MIN + view->span ? INT64_MIN : end - view->span,
                       view->span);
    return view->from != from;
}

bool act_past(struct view *view, enum view_action action, const struct act *act) {
    (void)act;
    bool done = action == ACT_UNDO ? past_undo(view) : past_redo(view);
    if (!done)
        view_say(view, action == ACT_UNDO ? "nothing to undo" : "nothing to redo");
    return done;
}

/* --- cursors and markers ------------------------------------------------------------------- */

static bool set_cursor(struct view *view, unsigned which, const struct act *act) {
    int64_t time = act->time == VIEW_NO_TIME ? middle(view) : act->time, edge;
    size_t row = act->row < view->n_rows ? act->row : view->active;
    view->cursor = which;
    if (view->snap && act_nearest_edge(view, row, time, view->span / SNAP_PART, &edge))
        time = edge;
    view->cursors[which] = time;
    return true;
}

static bool step_cursor(struct view *view, bool left) {
    int64_t time = view_here(view), step = view->span / (view->width ? view->width : 1);
    step = step > 0 ? step : 1;
    if (left ? time < INT64_MIN + 1 + step : time > INT64_MAX - step)
        return false;
    act_put_cursor(view, left ? time - step : time + step);
    return true;
}

static bool other_cursor(struct view *view) {
    view->cursor ^= 1;
    view_say(view, "keys move cursor %c", 'A' + (int)view->cursor);
    if (view->cursors[view->cursor] != VIEW_NO_TIME)
        act_put_cursor(view, view->cursors[view->cursor]);
    return true;
}

bool act_cursor(struct view *view, enum view_action action, const struct act *act) {
    switch (action) {
    case ACT_CURSOR_A:
    case ACT_CURSOR_B:
        return set_cursor(view, action == ACT_CURSOR_B, act);
    case ACT_CURSOR_OTHER:
        return other_cursor(view);
    case ACT_CURSOR_LEFT:
    case ACT_CURSOR_RIGHT:
        return step_cursor(view, action == ACT_CURSOR_LEFT);
    case ACT_SNAP:
        view->snap = !view->snap;
        view_say(view, view->snap ? "cursors snap to edges" : "cursors go where they are put");
        return true;
    default:
        view->cursors[0] = view->cursors[1] = VIEW_NO_TIME;
        return true;
    }
}

static size_t marker_of(const char *text) {
    char c = text[0];
    c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    return c >= 'a' && c <= 'z' && !text[1] ? (size_t)(c - 'a') : VIEW_MARKERS;
}

bool act_marker(struct view *view, enum view_action action, const struct act *act) {
    size_t marker = marker_of(act->text);
    char time[64];
    if (marker == VIEW_MARKERS) {
        view_say(view, "%s: expected a letter, a to z", act->text);
        return false;
    }
    if (action == ACT_MARKER_SET) {
        view->markers[marker] = view_here(view);
    } else if (view->markers[marker] == VIEW_NO_TIME) {
        view_say(view, "marker %c is not set", 'a' + (int)marker);
        return false;
    } else {
        act_put_cursor(view, view->markers[marker]);
    }
    view_time_text(view, view->markers[marker], time, sizeof time);
    view_say(view, "marker %c at %s", 'a' + (int)marker, time);
    return true;
}
