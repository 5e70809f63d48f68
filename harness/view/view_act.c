/* Which function does an action, and what undo takes back; prompts and the panels' queries. */
#include "harness/view/view_act.h"

#include <stdio.h>
#include <string.h>

#include "harness/view/act_internal.h"
#include "harness/view/measure.h"
#include "harness/view/search.h"
#include "harness/view/undo.h"

static bool open_panel(struct view *view, enum view_action action, const struct act *act);
static bool open_list(struct view *view, enum view_action action, const struct act *act);
static bool turn(struct view *view, enum view_action action, const struct act *act);
static bool request(struct view *view, enum view_action action, const struct act *act);
static bool cancel(struct view *view, enum view_action action, const struct act *act);

enum keep {
    KEEP_NOTHING,
    KEEP_EACH, /* each is a step of undo */
    KEEP_TURN, /* equal ones in a row are one step: a turn of the wheel */
};

static const struct {
    bool (*run)(struct view *view, enum view_action action, const struct act *act);
    enum keep keep;
    const char *asks; /* the prompt, when it needs a text */
} ACTIONS[N_ACTIONS] = {
    [ACT_ZOOM_IN] = {act_zoom, KEEP_TURN, NULL},
    [ACT_ZOOM_OUT] = {act_zoom, KEEP_TURN, NULL},
    [ACT_ZOOM_ALL] = {act_zoom, KEEP_EACH, NULL},
    [ACT_ZOOM_CURSORS] = {act_zoom, KEEP_EACH, NULL},
    [ACT_UNDO] = {act_past, KEEP_NOTHING, NULL},
    [ACT_REDO] = {act_past, KEEP_NOTHING, NULL},
    [ACT_PAN_LEFT] = {act_pan, KEEP_TURN, NULL},
    [ACT_PAN_RIGHT] = {act_pan, KEEP_TURN, NULL},
    [ACT_PAGE_LEFT] = {act_pan, KEEP_TURN, NULL},
    [ACT_PAGE_RIGHT] = {act_pan, KEEP_TURN, NULL},
    [ACT_GO_BEGIN] = {act_go, KEEP_EACH, NULL},
    [ACT_GO_END] = {act_go, KEEP_EACH, NULL},
    [ACT_GO_TIME] = {act_go, KEEP_EACH, "go to time (12.5us, +3ns)"},
    [ACT_GO_CURSOR] = {act_go, KEEP_EACH, NULL},
    [ACT_CURSOR_A] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_CURSOR_B] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_CURSOR_OTHER] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_CURSOR_CLEAR] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_CURSOR_LEFT] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_CURSOR_RIGHT] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_SNAP] = {act_cursor, KEEP_NOTHING, NULL},
    [ACT_MARKER_SET] = {act_marker, KEEP_NOTHING, "set marker (a to z)"},
    [ACT_MARKER_GO] = {act_marker, KEEP_EACH, "go to marker (a to z)"},
    [ACT_EDGE_NEXT] = {act_edge, KEEP_TURN, NULL},
    [ACT_EDGE_PREVIOUS] = {act_edge, KEEP_TURN, NULL},
    [ACT_FAILURE_NEXT] = {act_failure, KEEP_EACH, NULL},
    [ACT_FAILURE_PREVIOUS] = {act_failure, KEEP_EACH, NULL},
    [ACT_FRAME_NEXT] = {act_frame, KEEP_EACH, NULL},
    [ACT_FRAME_PREVIOUS] = {act_frame, KEEP_EACH, NULL},
    [ACT_VALUE] = {act_value, KEEP_EACH, "next time the row is"},
    [ACT_VALUE_NEXT] = {act_value, KEEP_EACH, NULL},
    [ACT_VALUE_PREVIOUS] = {act_value, KEEP_EACH, NULL},
    [ACT_DETAIL_NEXT] = {act_detail, KEEP_NOTHING, NULL},
    [ACT_DETAIL_FOLLOW] = {act_detail, KEEP_EACH, NULL},
    [ACT_ROW_UP] = {act_active, KEEP_NOTHING, NULL},
    [ACT_ROW_DOWN] = {act_active, KEEP_NOTHING, NULL},
    [ACT_ROWS_UP] = {act_active, KEEP_NOTHING, NULL},
    [ACT_ROWS_DOWN] = {act_active, KEEP_NOTHING, NULL},
    [ACT_ROW_FIRST] = {act_active, KEEP_NOTHING, NULL},
    [ACT_ROW_LAST] = {act_active, KEEP_NOTHING, NULL},
    [ACT_SCROLL_UP] = {act_scroll, KEEP_NOTHING, NULL},
    [ACT_SCROLL_DOWN] = {act_scroll, KEEP_NOTHING, NULL},
    [ACT_SELECT] = {act_select, KEEP_NOTHING, NULL},
    [ACT_SELECT_TO] = {act_select, KEEP_NOTHING, NULL},
    [ACT_SELECT_ALL] = {act_select, KEEP_NOTHING, NULL},
    [ACT_SEARCH] = {open_list, KEEP_NOTHING, NULL},
    [ACT_SIGNALS] = {open_list, KEEP_NOTHING, NULL},
    [ACT_ROW_REMOVE] = {act_remove, KEEP_EACH, NULL},
    [ACT_ROW_DUPLICATE] = {act_duplicate, KEEP_EACH, NULL},
    [ACT_ROW_MOVE_UP] = {act_move, KEEP_TURN, NULL},
    [ACT_ROW_MOVE_DOWN] = {act_move, KEEP_TURN, NULL},
    [ACT_ROW_HIGHER] = {act_look, KEEP_TURN, NULL},
    [ACT_ROW_LOWER] = {act_look, KEEP_TURN, NULL},
    [ACT_RADIX] = {act_look, KEEP_TURN, NULL},
    [ACT_STYLE] = {act_look, KEEP_TURN, NULL},
    [ACT_RENAME] = {act_label, KEEP_EACH, "name to show (empty: its own)"},
    [ACT_COMMENT] = {act_label, KEEP_EACH, "comment"},
    [ACT_DECODER] = {act_decoder, KEEP_EACH, "decoder"},
    [ACT_MEASURE] = {open_panel, KEEP_NOTHING, NULL},
    [ACT_MEASURE_LEVEL] = {turn, KEEP_NOTHING, NULL},
    [ACT_DETAILS] = {turn, KEEP_NOTHING, NULL},
    [ACT_NAMES_WIDER] = {turn, KEEP_NOTHING, NULL},
    [ACT_NAMES_NARROWER] = {turn, KEEP_NOTHING, NULL},
    [ACT_THEME] = {turn, KEEP_NOTHING, NULL},
    [ACT_HELP] = {open_panel, KEEP_NOTHING, NULL},
    [ACT_SCREENSHOT] = {request, KEEP_NOTHING, NULL},
    [ACT_SAVE] = {request, KEEP_NOTHING, NULL},
    [ACT_GTKW] = {request, KEEP_NOTHING, NULL},
    [ACT_RELOAD] = {request, KEEP_NOTHING, NULL},
    [ACT_FULLSCREEN] = {request, KEEP_NOTHING, NULL},
    [ACT_QUIT] = {request, KEEP_NOTHING, NULL},
    [ACT_CANCEL] = {cancel, KEEP_NOTHING, NULL},
};

static void keep(struct view *view, enum view_action action) {
    if (ACTIONS[action].keep != KEEP_NOTHING)
        past_keep(view, ACTIONS[action].keep == KEEP_TURN ? action : 0);
}

bool view_act(struct view *view, enum view_action action, const struct act *act) {
    const struct act alone = ACT_ALONE;
    if (action <= ACT_NONE || action >= N_ACTIONS)
        return false;
    view->message[0] = 0;
    view->prompt = 0;
    act = act ? act : &alone;
    if (ACTIONS[action].asks && !act->text)
        return act_ask(view, action, "");
    keep(view, action);
    bool changed = ACTIONS[action].run(view, action, act);
    if (view->panel == VIEW_MEASURE)
        measure_run(view);
    return changed;
}

/* --- prompts ------------------------------------------------------------------------------- */

#define TYPED_SEEN 120 /* of a long text its end */

static void show_prompt(struct view *view) {
    const char *typed = view->typed;
    if (strlen(typed) > TYPED_SEEN)
        typed += strlen(typed) - TYPED_SEEN;
    char names[VIEW_TEXT / 2] = "";
    for (size_t i = 0; view->prompt == ACT_DECODER && i < n_decoders; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, " %s", decoders[i]->name);
    }
    view_say(view, "%s%s: %s_", ACTIONS[view->prompt].asks, names, typed);
}

bool act_ask(struct view *view, enum view_action action, const char *typed) {
    view->prompt = action;
    snprintf(view->typed, sizeof view->typed, "%s", typed);
    show_prompt(view);
    return true;
}

bool view_act_wants_text(const struct view *view) {
    return view->prompt || view_lists(view);
}

static bool append(char out[VIEW_TEXT], const char *text) {
    size_t used = strlen(out), n = strlen(text);
    if (used + n >= VIEW_TEXT)
        return false; /* whole characters or none */
    memcpy(out + used, text, n + 1);
    return true;
}

void view_act_type(struct view *view, const char *text) {
    struct act act = ACT_ALONE;
    if (view->prompt == ACT_MARKER_SET || view->prompt == ACT_MARKER_GO) {
        act.text = text;
        view_act(view, (enum view_action)view->prompt, &act);
    } else if (view->prompt) {
        append(view->typed, text);
        show_prompt(view);
    } else if (view_lists(view) && append(view->query, text)) {
        search_run(view);
    }
}

static void erase(char *text) {
    size_t n = strlen(text);
    while (n && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n)
        text[n - 1] = 0;
}

void view_act_erase(struct view *view) {
    if (view->prompt) {
        erase(view->typed);
        show_prompt(view);
    } else if (view_lists(view)) {
        erase(view->query);
        search_run(view);
    }
}

static bool enter_signal(struct view *view) {
    if (view->chosen >= view->n_found)
        return false;
    uint32_t signal = view->found[view->chosen];
    if (view->panel == VIEW_SEARCH)
        view->panel = VIEW_NO_PANEL;
    for (size_t i = 0; i < view->n_rows; i++)
        if (view->rows[i].kind == VIEW_SIGNAL && view->rows[i].signal == signal) {
            view_set_active(view, i);
            view_say(view, "row %zu shows it", i + 1);
            return true;
        }
    struct view_row row = view_signal_row(view, signal);
    size_t at = view->active < view->n_rows ? view->active + 1 : view->n_rows;
    while (at < view->n_rows && view->rows[at].kind == VIEW_DECODER)
        at++; /* they belong to the row above */
    past_keep(view, 0);
    return act_insert(view, at, &row);
}

bool view_act_enter(struct view *view) {
    char text[VIEW_TEXT];
    if (view->prompt) {
        struct act act = {VIEW_NO_TIME, SIZE_MAX, text};
        memcpy(text, view->typed, sizeof text);
        return view_act(view, (enum view_action)view->prompt, &act);
    }
    return view_lists(view) && enter_signal(view);
}

void view_act_choose(struct view *view, int step) {
    size_t down = step < 0 ? (size_t)-step : 0;
    if (!view_lists(view) || !view->n_found)
        return;
    view->chosen = down > view->chosen ? 0 : view->chosen - down + (step > 0 ? (size_t)step : 0);
    if (view->chosen >= view->n_found)
        view->chosen = view->n_found - 1;
}

/* --- panels and the program around --------------------------------------------------------- */

static bool open_list(struct view *view, enum view_action action, const struct act *act) {
    view->panel = action == ACT_SEARCH ? VIEW_SEARCH : VIEW_SIGNALS;
    snprintf(view->query, sizeof view->query, "%s", act->text ? act->text : "");
    search_run(view);
    return true;
}

static bool open_panel(struct view *view, enum view_action action, const struct act *act) {
    enum view_panel panel = action == ACT_HELP ? VIEW_HELP : VIEW_MEASURE;
    (void)act;
    view->panel = view->panel == panel ? VIEW_NO_PANEL : panel;
    return true;
}

#define NAMES_STEP  16u /* points */
#define NAMES_FIRST 200u
#define NAMES_LEAST 60u
#define NAMES_MOST  2000u

static void turn_names(struct view *view, bool wider) {
    unsigned width = view->names_width ? view->names_width : NAMES_FIRST;
    width = wider ? width + NAMES_STEP : width - (width > NAMES_STEP ? NAMES_STEP : 0);
    view->names_width = width < NAMES_LEAST ? NAMES_LEAST : width > NAMES_MOST ? NAMES_MOST : width;
}

static bool turn(struct view *view, enum view_action action, const struct act *act) {
    (void)act;
    if (action == ACT_DETAILS)
        view->details = !view->details;
    else if (action == ACT_THEME)
        view->theme = view->theme == VIEW_DARK ? VIEW_LIGHT : VIEW_DARK;
    else if (action == ACT_MEASURE_LEVEL)
        view->measure.level = view->measure.level == '0' ? '1' : '0';
    else
        turn_names(view, action == ACT_NAMES_WIDER);
    return true;
}

static bool request(struct view *view, enum view_action action, const struct act *act) {
    (void)act;
    view->request = action == ACT_SCREENSHOT ? VIEW_REQUEST_SCREENSHOT
                    : action == ACT_SAVE     ? VIEW_REQUEST_SAVE
                    : action == ACT_GTKW     ? VIEW_REQUEST_GTKW
                    : action == ACT_RELOAD   ? VIEW_REQUEST_RELOAD
                    : action == ACT_QUIT     ? VIEW_REQUEST_QUIT
                                             : VIEW_REQUEST_FULLSCREEN;
    return true;
}

static bool cancel(struct view *view, enum view_action action, const struct act *act) {
    (void)action, (void)act; /* the prompt is closed by now */
    if (view->panel == VIEW_NO_PANEL)
        for (size_t i = 0; i < view->n_rows; i++)
            view->rows[i].selected = false;
    view->panel = VIEW_NO_PANEL;
    return true;
}

/* --- what only a pointer does -------------------------------------------------------------- */

void view_act_pan(struct view *view, int64_t from, unsigned drag) {
    past_keep(view, N_ACTIONS + drag);
    view_set_range(view, from, view->span);
}
