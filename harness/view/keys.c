#include "harness/view/keys.h"

#include <stdio.h>
#include <string.h>

const struct key_row key_rows[] = {
    {KEY_WHEEL_UP, 0, ACT_ZOOM_IN, "zoom in at the pointer", "time"},
    {'+', 0, ACT_ZOOM_IN, NULL, NULL},
    {'=', 0, ACT_ZOOM_IN, NULL, NULL},
    {KEY_WHEEL_DOWN, 0, ACT_ZOOM_OUT, "zoom out", NULL},
    {'-', 0, ACT_ZOOM_OUT, NULL, NULL},
    {'f', 0, ACT_ZOOM_ALL, "the whole file", NULL},
    {'z', 0, ACT_ZOOM_CURSORS, "zoom to what is between the cursors", NULL},
    {'u', 0, ACT_UNDO, "the view before", NULL},
    {'z', KEY_CTRL, ACT_UNDO, NULL, NULL},
    {'U', 0, ACT_REDO, "undo taken back", NULL},
    {'y', KEY_CTRL, ACT_REDO, NULL, NULL},
    {KEY_DRAG, 0, ACT_NONE, "move in time; a name: reorder rows", NULL},
    {KEY_LEFT, 0, ACT_PAN_LEFT, "earlier", NULL},
    {KEY_WHEEL_UP, KEY_CTRL, ACT_PAN_LEFT, NULL, NULL},
    {KEY_RIGHT, 0, ACT_PAN_RIGHT, "later", NULL},
    {KEY_WHEEL_DOWN, KEY_CTRL, ACT_PAN_RIGHT, NULL, NULL},
    {KEY_LEFT, KEY_SHIFT, ACT_PAGE_LEFT, "a whole page earlier", NULL},
    {KEY_RIGHT, KEY_SHIFT, ACT_PAGE_RIGHT, "a whole page later", NULL},
    {KEY_HOME, 0, ACT_GO_BEGIN, "the file's begin", NULL},
    {KEY_END, 0, ACT_GO_END, "its end", NULL},
    {'g', 0, ACT_GO_TIME, "go to a time typed in", NULL},
    {'.', 0, ACT_GO_CURSOR, "bring the cursor to the middle", NULL},

    {KEY_CLICK, 0, ACT_CURSOR_A, "set cursor A", "cursors and markers"},
    {'c', 0, ACT_CURSOR_A, NULL, NULL},
    {KEY_RIGHT_CLICK, 0, ACT_CURSOR_B, "set cursor B; also Shift and a click", NULL},
    {KEY_CLICK, KEY_SHIFT, ACT_CURSOR_B, NULL, NULL},
    {'C', 0, ACT_CURSOR_B, NULL, NULL},
    {'o', 0, ACT_CURSOR_OTHER, "move the other cursor by keys", NULL},
    {'h', 0, ACT_CURSOR_CLEAR, "hide the cursors", NULL},
    {KEY_LEFT, KEY_CTRL, ACT_CURSOR_LEFT, "the cursor a pixel earlier", NULL},
    {KEY_RIGHT, KEY_CTRL, ACT_CURSOR_RIGHT, "a pixel later", NULL},
    {'S', 0, ACT_SNAP, "snap cursors to edges, or not", NULL},
    {'m', 0, ACT_MARKER_SET, "set a marker, a to z, at the cursor", NULL},
    {'\'', 0, ACT_MARKER_GO, "go to a marker", NULL},

    {'e', 0, ACT_EDGE_NEXT, "next edge of the row", "jumps of the cursor"},
    {'E', 0, ACT_EDGE_PREVIOUS, "previous edge", NULL},
    {'x', 0, ACT_FAILURE_NEXT, "next failure", NULL},
    {'X', 0, ACT_FAILURE_PREVIOUS, "previous failure", NULL},
    {'p', 0, ACT_FRAME_NEXT, "next frame", NULL},
    {'P', 0, ACT_FRAME_PREVIOUS, "previous frame", NULL},
    {'v', 0, ACT_VALUE, "next time the row has a value typed in", NULL},
    {'n', 0, ACT_VALUE_NEXT, "the same value again", NULL},
    {'N', 0, ACT_VALUE_PREVIOUS, "the same value before", NULL},
    {KEY_TAB, 0, ACT_DETAIL_NEXT, "choose a detail", NULL},
    {KEY_RETURN, 0, ACT_DETAIL_FOLLOW, "go where the detail leads", NULL},

    {KEY_UP, 0, ACT_ROW_UP, "the row above", "rows"},
    {KEY_DOWN, 0, ACT_ROW_DOWN, "the row below", NULL},
    {KEY_PAGE_UP, 0, ACT_ROWS_UP, "a page of rows up", NULL},
    {KEY_PAGE_DOWN, 0, ACT_ROWS_DOWN, "a page of rows down", NULL},
    {KEY_HOME, KEY_CTRL, ACT_ROW_FIRST, "the first row", NULL},
    {KEY_END, KEY_CTRL, ACT_ROW_LAST, "the last row", NULL},
    {KEY_UP, KEY_CTRL, ACT_SCROLL_UP, "scroll up; also Shift and the wheel", NULL},
    {KEY_WHEEL_UP, KEY_SHIFT, ACT_SCROLL_UP, NULL, NULL},
    {KEY_DOWN, KEY_CTRL, ACT_SCROLL_DOWN, "scroll down", NULL},
    {KEY_WHEEL_DOWN, KEY_SHIFT, ACT_SCROLL_DOWN, NULL, NULL},
    {' ', 0, ACT_SELECT, "select the row, or not", NULL},
    {KEY_NAME_CLICK, KEY_CTRL, ACT_SELECT, NULL, NULL},
    {'V', 0, ACT_SELECT_TO, "select from the active row to the pointer's", NULL},
    {KEY_NAME_CLICK, KEY_SHIFT, ACT_SELECT_TO, NULL, NULL},
    {'*', 0, ACT_SELECT_ALL, "select all rows, or none", NULL},
    {'/', 0, ACT_SEARCH, "search a signal; Return shows it", NULL},
    {'f', KEY_CTRL, ACT_SEARCH, NULL, NULL},
    {'a', 0, ACT_SIGNALS, "add signals from the list", NULL},
    {'d', 0, ACT_DECODER, "add a decoder", NULL},
    {KEY_DELETE, 0, ACT_ROW_REMOVE, "remove rows", NULL},
    {'D', 0, ACT_ROW_DUPLICATE, "duplicate rows", NULL},
    {KEY_UP, KEY_ALT, ACT_ROW_MOVE_UP, "move rows up", NULL},
    {'K', 0, ACT_ROW_MOVE_UP, NULL, NULL},
    {KEY_DOWN, KEY_ALT, ACT_ROW_MOVE_DOWN, "move rows down", NULL},
    {'J', 0, ACT_ROW_MOVE_DOWN, NULL, NULL},
    {']', 0, ACT_ROW_HIGHER, "make rows higher", NULL},
    {'[', 0, ACT_ROW_LOWER, "make rows lower", NULL},
    {'r', 0, ACT_RADIX, "hexadecimal, binary, decimal, ...", NULL},
    {'y', 0, ACT_STYLE, "steps, lines, or as the kind is", NULL},
    {'R', 0, ACT_RENAME, "rename the row", NULL},
    {KEY_F2, 0, ACT_RENAME, NULL, NULL},
    {'#', 0, ACT_COMMENT, "add a comment's row", NULL},

    {'w', 0, ACT_MEASURE, "pulse widths, between cursors or in view", "panels and program"},
    {'l', 0, ACT_MEASURE_LEVEL, "measure high or low pulses", NULL},
    {'i', 0, ACT_DETAILS, "packet, edge and code at the cursor", NULL},
    {'>', 0, ACT_NAMES_WIDER, "wider names", NULL},
    {'<', 0, ACT_NAMES_NARROWER, "narrower names", NULL},
    {'t', 0, ACT_THEME, "dark or light", NULL},
    {'s', 0, ACT_SCREENSHOT, "this picture as a file", NULL},
    {KEY_F12, 0, ACT_SCREENSHOT, NULL, NULL},
    {'s', KEY_CTRL, ACT_SAVE, "save the view beside the file", NULL},
    {'k', 0, ACT_GTKW, "write the rows for GTKWave", NULL},
    {KEY_F5, 0, ACT_RELOAD, "read the file again", NULL},
    {'r', KEY_CTRL, ACT_RELOAD, NULL, NULL},
    {KEY_F11, 0, ACT_FULLSCREEN, "full screen, or not", NULL},
    {KEY_ESCAPE, 0, ACT_CANCEL, "close a panel; forget the selection", NULL},
    {'?', 0, ACT_HELP, "this list", NULL},
    {KEY_F1, 0, ACT_HELP, NULL, NULL},
    {'q', 0, ACT_QUIT, "quit", NULL},
    {'q', KEY_CTRL, ACT_QUIT, NULL, NULL},
};
const size_t n_key_rows = sizeof key_rows / sizeof *key_rows;

static const char *const NAMES[] = {
    "Left", "Right",    "Up",         "Down",      "Home",        "End",        "PgUp", "PgDn",
    "Tab",  "Return",   "Esc",        "Backspace", "Del",         "F1",         "F2",   "F3",
    "F4",   "F5",       "F6",         "F7",        "F8",          "F9",         "F10",  "F11",
    "F12",  "Wheel up", "Wheel down", "Click",     "Right click", "Click name", "Drag",
};

const char *key_name(const struct key_row *row, char *out, size_t size) {
    char character[2] = {(char)row->key, 0};
    const char *name = row->key == ' '        ? "Space"
                       : row->key >= KEY_LEFT ? NAMES[row->key - KEY_LEFT]
                                              : character;
    snprintf(out, size, "%s%s%s%s", row->modifiers & KEY_CTRL ? "Ctrl+" : "",
             row->modifiers & KEY_ALT ? "Alt+" : "", row->modifiers & KEY_SHIFT ? "Shift+" : "",
             name);
    return out;
}

enum view_action key_action(unsigned key, unsigned modifiers) {
    for (size_t i = 0; i < n_key_rows; i++)
        if (key_rows[i].key == key && key_rows[i].modifiers == modifiers)
            return key_rows[i].action;
    return ACT_NONE;
}

#define PAGE 10 /* of a list */

/* Keys that mean something to who types. */
static bool edit(struct view *view, unsigned key) {
    switch (key) {
    case KEY_RETURN:
        view_act_enter(view);
        return true;
    case KEY_BACKSPACE:
        view_act_erase(view);
        return true;
    case KEY_UP:
    case KEY_DOWN:
        view_act_choose(view, key == KEY_UP ? -1 : 1);
        return true;
    case KEY_PAGE_UP:
    case KEY_PAGE_DOWN:
        view_act_choose(view, key == KEY_PAGE_UP ? -PAGE : PAGE);
        return true;
    case KEY_DELETE:
    case KEY_LEFT:
    case KEY_RIGHT:
    case KEY_HOME:
    case KEY_END:
    case KEY_TAB:
        return true; /* not what they do to rows and time */
    default:
        return false;
    }
}

bool key_press(struct view *view, unsigned key, unsigned modifiers, const struct act *act) {
    if (!modifiers && view_act_wants_text(view) && edit(view, key))
        return true;
    enum view_action action = key_action(key, modifiers);
    return action != ACT_NONE && (view_act(view, action, act), true);
}

bool key_text(struct view *view, const char *utf8, const struct act *act) {
    if (view_act_wants_text(view)) {
        view_act_type(view, utf8);
        return true;
    }
    enum view_action action =
        utf8[0] && !utf8[1] ? key_action((unsigned char)utf8[0], 0) : ACT_NONE;
    return action != ACT_NONE && (view_act(view, action, act), true);
}
