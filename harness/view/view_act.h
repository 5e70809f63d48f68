/* What hands can do to a view, without keys, mouse or SDL: everything the window does goes
 * through view_act(), so that tests and the window do the same. keys.h says what is where. */
#ifndef HARNESS_VIEW_VIEW_ACT_H
#define HARNESS_VIEW_VIEW_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/view/view.h"

enum view_action {
    ACT_NONE,
    /* time */
    ACT_ZOOM_IN, /* around the pointer, else the cursor if it is seen, else the middle */
    ACT_ZOOM_OUT,
    ACT_ZOOM_ALL,
    ACT_ZOOM_CURSORS,
    ACT_UNDO,
    ACT_REDO,
    ACT_PAN_LEFT,
    ACT_PAN_RIGHT,
    ACT_PAGE_LEFT,
    ACT_PAGE_RIGHT,
    ACT_GO_BEGIN,
    ACT_GO_END,
    ACT_GO_TIME,   /* text: a time */
    ACT_GO_CURSOR, /* brings it to the middle */
    /* cursors and markers */
    ACT_CURSOR_A, /* at the pointer, else in the middle */
    ACT_CURSOR_B,
    ACT_CURSOR_OTHER,
    ACT_CURSOR_CLEAR,
    ACT_CURSOR_LEFT,
    ACT_CURSOR_RIGHT,
    ACT_SNAP,
    ACT_MARKER_SET, /* text: its letter */
    ACT_MARKER_GO,  /* text: its letter */
    /* jumps of the cursor */
    ACT_EDGE_NEXT,
    ACT_EDGE_PREVIOUS,
    ACT_FAILURE_NEXT,
    ACT_FAILURE_PREVIOUS,
    ACT_FRAME_NEXT,
    ACT_FRAME_PREVIOUS,
    ACT_VALUE, /* text: a value; the next time that the active row has it */
    ACT_VALUE_NEXT,
    ACT_VALUE_PREVIOUS,
    ACT_DETAIL_NEXT,
    ACT_DETAIL_FOLLOW,
    /* rows: of those selected, else of the active one */
    ACT_ROW_UP,
    ACT_ROW_DOWN,
    ACT_ROWS_UP, /* a page */
    ACT_ROWS_DOWN,
    ACT_ROW_FIRST,
    ACT_ROW_LAST,
    ACT_SCROLL_UP,
    ACT_SCROLL_DOWN,
    ACT_SELECT,
    ACT_SELECT_TO, /* from the active row to the pointer's */
    ACT_SELECT_ALL,
    ACT_SEARCH,  /* text: opens the panel with it */
    ACT_SIGNALS, /* the same, and stays open */
    ACT_ROW_REMOVE,
    ACT_ROW_DUPLICATE,
    ACT_ROW_MOVE_UP,
    ACT_ROW_MOVE_DOWN,
    ACT_ROW_HIGHER,
    ACT_ROW_LOWER,
    ACT_RADIX,
    ACT_STYLE,
    ACT_RENAME,  /* text: the name to show; "" the signal's own */
    ACT_COMMENT, /* text: a row with it */
    ACT_DECODER, /* text: "spi", or with inputs "spi clk=sck mosi=d" */
    /* panels and the program around */
    ACT_MEASURE,
    ACT_MEASURE_LEVEL,
    ACT_DETAILS,
    ACT_NAMES_WIDER,
    ACT_NAMES_NARROWER,
    ACT_THEME,
    ACT_HELP,
    ACT_SCREENSHOT,
    ACT_SAVE,
    ACT_GTKW,
    ACT_RELOAD,
    ACT_FULLSCREEN,
    ACT_CANCEL, /* closes what is open; then the selection */
    ACT_QUIT,
    N_ACTIONS
};

/* Where the pointer was and what was typed. */
struct act {
    int64_t time;     /* VIEW_NO_TIME: no pointer over the traces */
    size_t row;       /* SIZE_MAX: over none */
    const char *text; /* NULL: not typed yet; what needs one then asks for it */
};
#define ACT_ALONE ((struct act){.time = VIEW_NO_TIME, .row = SIZE_MAX})

/* False: nothing changed, and view->message may say why. `act` NULL: ACT_ALONE. */
bool view_act(struct view *view, enum view_action action, const struct act *act);

/* --- what only a pointer does -------------------------------------------------------------- */

/* A drag of the traces: `from` is where they stood when button `drag` (any number that differs
 * from drag to drag, from 1) went down. One drag is one step of undo. */
void view_act_pan(struct view *view, int64_t from, unsigned drag);
/* Rows: those selected if `row` is among them, else `row`, stand before row `to`. */
void view_act_drop(struct view *view, size_t row, size_t to);

/* --- text asked for, and the panels' lists ------------------------------------------------- */

/* UTF-8 into the prompt or the panel's query. */
void view_act_type(struct view *view, const char *text);
void view_act_erase(struct view *view); /* the last character */
/* Return: the prompt's action, or the chosen signal to its row. */
bool view_act_enter(struct view *view);
void view_act_choose(struct view *view, int step); /* up and down in the panel's list */
/* What is typed goes to a prompt or a query. */
bool view_act_wants_text(const struct view *view);

#endif
