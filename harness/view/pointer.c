#include "harness/view/pointer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/keys.h"
#include "harness/view/paint.h"
#include "harness/view/view_act.h"

#define STILL 4 /* points a button may slip in a click */

static struct layout_hit hit(const struct pointer *p, const struct view *view) {
    return layout_at(view, p->x, p->y);
}

struct act pointer_act(const struct pointer *p, const struct view *view) {
    struct layout_hit h = hit(p, view);
    struct act act = ACT_ALONE;
    bool on_time = h.part == LAYOUT_TRACES || h.part == LAYOUT_RULER;
    bool on_row = h.part == LAYOUT_TRACES || h.part == LAYOUT_NAMES || h.part == LAYOUT_VALUES;
    if (on_time)
        act.time = h.time;
    if (on_row && h.row < view->n_rows)
        act.row = h.row;
    return act;
}

/* --- what is under it ---------------------------------------------------------------------- */

static void add_text(char *out, size_t size, const char *text) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s", text);
}

/* The items of all lines at `time`, whole: in the picture they may be cut. */
static void say_items(const struct view *view, const struct view_row *row, int64_t time, char *out,
                      size_t size) {
    struct decode_request request = {.store = view->store,
                                     .from = time,
                                     .to = time,
                                     .budget = DECODE_BUDGET,
                                     .function = code_function,
                                     .code = view->code};
    struct decode_items items = {0};
    memcpy(request.inputs, row->inputs, sizeof request.inputs);
    if (decode_run(row->decoder, &request, &items))
        for (size_t i = 0; i < items.n; i++)
            if (items.items[i].from <= time && time < items.items[i].to) {
                add_text(out, size, "  ");
                add_text(out, size, items.items[i].text);
            }
    decode_items_finish(&items);
}

static void say_hover(struct view *view, const struct act *act) {
    const struct view_row *row = act->row < view->n_rows ? &view->rows[act->row] : NULL;
    char name[VIEW_TEXT], value[VIEW_TEXT];
    view->pointer = act->time;
    view->hover[0] = 0;
    if (act->time == VIEW_NO_TIME)
        return;
    view_time_text(view, act->time, view->hover, sizeof view->hover);
    if (row && row->kind == VIEW_DECODER)
        say_items(view, row, act->time, view->hover, sizeof view->hover);
    if (!row || row->kind != VIEW_SIGNAL)
        return;
    store_full_name(view->store, row->signal, name, sizeof name);
    view_value_text(view, row->signal, row->radix, act->time, value, sizeof value);
    add_text(view->hover, sizeof view->hover, "  ");
    add_text(view->hover, sizeof view->hover, name);
    add_text(view->hover, sizeof view->hover, " = ");
    add_text(view->hover, sizeof view->hover, value);
}

enum pointer_shape pointer_shape(const struct pointer *p, const struct view *view) {
    if (p->drag == POINTER_PAN || p->drag == POINTER_ROWS)
        return POINTER_MOVE;
    if (p->drag == POINTER_DIVIDER)
        return POINTER_SIDEWAYS;
    switch (hit(p, view).part) {
    case LAYOUT_TRACES:
    case LAYOUT_RULER:
        return POINTER_CROSS;
    case LAYOUT_DIVIDER:
        return POINTER_SIDEWAYS;
    case LAYOUT_DETAILS:
    case LAYOUT_PANEL:
    case LAYOUT_SCROLL:
        return POINTER_HAND;
    default:
        return POINTER_ARROW;
    }
}

/* --- dragging ------------------------------------------------------------------------------ */

static bool has_moved(const struct pointer *p, const struct view *view) {
    int still = (int)(STILL * view->scale);
    return abs(p->x - p->begun_x) > still || abs(p->y - p->begun_y) > still;
}

static bool pan(const struct pointer *p, struct view *view) {
    int width = layout_traces(view).w;
    int64_t was = view->from;
    double ticks = (double)(p->x - p->begun_x) * (double)view->span / (width > 0 ? width : 1);
    double from = (double)p->from - ticks; /* beyond what ticks hold: stays */
    if (fabs(from) < 9e18)
        view_act_pan(view, p->from - (int64_t)llround(ticks), p->n_drags);
    return view->from != was;
}

static bool scroll(const struct pointer *p, struct view *view) {
    struct layout_hit h = hit(p, view);
    if (h.part != LAYOUT_SCROLL || h.time < INT64_MIN + view->span)
        return false;
    view_act_pan(view, h.time - view->span / 2, p->n_drags);
    return true;
}

static bool follow_ruler(const struct pointer *p, struct view *view) {
    struct act act = pointer_act(p, view);
    return act.time != VIEW_NO_TIME && view_act(view, ACT_CURSOR_A, &act);
}

static bool resize_names(const struct pointer *p, struct view *view) {
    double points = p->x / (view->scale > 0 ? view->scale : 1);
    view->names_width = points < 60 ? 60 : points > 2000 ? 2000 : (unsigned)points;
    return true;
}

static bool drag(struct pointer *p, struct view *view) {
    if (p->drag == POINTER_PRESSED && has_moved(p, view))
        p->drag = POINTER_PAN;
    if (p->drag == POINTER_NAME && has_moved(p, view)) {
        p->drag = POINTER_ROWS;
        view_say(view, "drop to put it before a row");
        return true;
    }
    switch (p->drag) {
    case POINTER_PAN:
        return pan(p, view);
    case POINTER_CURSOR:
        return follow_ruler(p, view);
    case POINTER_SCROLL:
        return scroll(p, view);
    case POINTER_DIVIDER:
        return resize_names(p, view);
    default:
        return false;
    }
}

bool pointer_move(struct pointer *p, struct view *view, int x, int y) {
    p->x = x;
    p->y = y;
    if (p->drag != POINTER_FREE && p->drag != POINTER_CURSOR)
        return drag(p, view);
    bool dragged = drag(p, view);
    int64_t was = view->pointer;
    char hover[VIEW_TEXT];
    memcpy(hover, view->hover, sizeof hover);
    struct act act = pointer_act(p, view);
    say_hover(view, &act);
    p->told.from = view->from;
    p->told.span = view->span;
    p->told.top = view->top;
    p->told.n_rows = view->n_rows;
    return dragged || was != view->pointer || strcmp(hover, view->hover) != 0;
}

static bool has_view_moved(const struct pointer *p, const struct view *view) {
    return p->told.from != view->from || p->told.span != view->span || p->told.top != view->top ||
           p->told.n_rows != view->n_rows;
}

bool pointer_refresh(struct pointer *p, struct view *view) {
    return view->pointer != VIEW_NO_TIME && has_view_moved(p, view) &&
           pointer_move(p, view, p->x, p->y);
}

void pointer_leave(struct pointer *p, struct view *view) {
    if (p->drag != POINTER_FREE)
        return;
    view->pointer = VIEW_NO_TIME;
    view->hover[0] = 0;
}

/* --- buttons ------------------------------------------------------------------------------- */

/* One on what is chosen already enters it. */
static bool click_panel(struct view *view, size_t line) {
    if (!view_lists(view) || line >= view->n_found)
        return false;
    if (view->chosen == line)
        return view_act_enter(view);
    view->chosen = line;
    return true;
}

static bool click_details(struct view *view, size_t line) {
    struct detail details[DETAIL_MOST];
    if (line >= view_details(view, details))
        return false;
    view->detail = line;
    return view_act(view, ACT_DETAIL_FOLLOW, NULL);
}

static bool begin(struct pointer *p, struct view *view, enum pointer_drag kind,
                  unsigned modifiers) {
    p->drag = kind;
    p->begun_x = p->x;
    p->begun_y = p->y;
    p->from = view->from;
    p->row = hit(p, view).row;
    p->modifiers = modifiers;
    p->n_drags++;
    return drag(p, view);
}

static bool press_left(struct pointer *p, struct view *view, unsigned modifiers) {
    struct layout_hit h = hit(p, view);
    switch (h.part) {
    case LAYOUT_TRACES:
        return begin(p, view, POINTER_PRESSED, modifiers);
    case LAYOUT_RULER:
        return begin(p, view, POINTER_CURSOR, modifiers);
    case LAYOUT_SCROLL:
        return begin(p, view, POINTER_SCROLL, modifiers);
    case LAYOUT_DIVIDER:
        return begin(p, view, POINTER_DIVIDER, modifiers);
    case LAYOUT_NAMES:
    case LAYOUT_VALUES:
        return begin(p, view, POINTER_NAME, modifiers);
    case LAYOUT_PANEL:
        return click_panel(view, h.row);
    case LAYOUT_DETAILS:
        return click_details(view, h.row);
    case LAYOUT_NOTHING:
        break;
    }
    return false;
}

bool pointer_press(struct pointer *p, struct view *view, int button, unsigned modifiers) {
    struct act act = pointer_act(p, view);
    if (p->drag != POINTER_FREE)
        return false;
    if (button == 1)
        return press_left(p, view, modifiers);
    if (button == 2 && hit(p, view).part == LAYOUT_TRACES)
        return begin(p, view, POINTER_PAN, modifiers);
    return button == 3 && act.time != VIEW_NO_TIME &&
           key_press(view, KEY_RIGHT_CLICK, modifiers, &act);
}

/* The row that is pointed at becomes the active one, whatever else is done. */
static bool click(struct pointer *p, struct view *view, unsigned key) {
    struct act act = pointer_act(p, view);
    bool done = key_press(view, key, p->modifiers, &act);
    if (act.row < view->n_rows && !(key == KEY_NAME_CLICK && p->modifiers & KEY_SHIFT))
        view_set_active(view, act.row);
    return done || act.row < view->n_rows;
}

static bool drop(struct pointer *p, struct view *view) {
    struct layout_hit h = hit(p, view);
    view->message[0] = 0;
    if (h.part != LAYOUT_NAMES && h.part != LAYOUT_VALUES && h.part != LAYOUT_TRACES)
        return true;
    view_act_drop(view, p->row, h.row < view->n_rows ? h.row : view->n_rows);
    return true;
}

bool pointer_release(struct pointer *p, struct view *view, int button) {
    enum pointer_drag was = p->drag;
    if (button == 3)
        return false;
    p->drag = POINTER_FREE;
    if (was == POINTER_PRESSED)
        return click(p, view, KEY_CLICK);
    if (was == POINTER_NAME)
        return click(p, view, KEY_NAME_CLICK);
    return was == POINTER_ROWS && drop(p, view);
}

bool pointer_wheel(struct pointer *p, struct view *view, int steps, unsigned modifiers) {
    struct layout_hit h = hit(p, view);
    bool changed = false;
    if (h.part == LAYOUT_PANEL) {
        view_act_choose(view, -steps);
        return true;
    }
    if (h.part == LAYOUT_NAMES || h.part == LAYOUT_VALUES)
        modifiers = KEY_SHIFT;
    for (int i = 0; i < (steps < 0 ? -steps : steps) && i < 32; i++) {
        struct act act = pointer_act(p, view);
        changed |= key_press(view, steps > 0 ? KEY_WHEEL_UP : KEY_WHEEL_DOWN, modifiers, &act);
    }
    pointer_refresh(p, view);
    return changed;
}
