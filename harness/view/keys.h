/* Which key does what: one table, from which keys are acted on and the `?` panel is drawn. No
 * SDL: window.c translates. */
#ifndef HARNESS_VIEW_KEYS_H
#define HARNESS_VIEW_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/view/view_act.h"

/* Printable ones are their ASCII characters as typed, whatever the layout: '+', 'U', '?'. */
enum key {
    KEY_LEFT = 0x100,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_TAB,
    KEY_RETURN,
    KEY_ESCAPE,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_F1,
    KEY_F2,
    KEY_F3,
    KEY_F4,
    KEY_F5,
    KEY_F6,
    KEY_F7,
    KEY_F8,
    KEY_F9,
    KEY_F10,
    KEY_F11,
    KEY_F12,
    KEY_MOUSE, /* from here on what is no key */
    KEY_WHEEL_UP = KEY_MOUSE,
    KEY_WHEEL_DOWN,
    KEY_CLICK,       /* on the traces */
    KEY_RIGHT_CLICK, /* on the traces */
    KEY_NAME_CLICK,  /* on the names */
    KEY_DRAG,
};

enum { KEY_SHIFT = 1, KEY_CTRL = 2, KEY_ALT = 4 };

struct key_row {
    unsigned key, modifiers; /* no KEY_SHIFT with characters: it is in them */
    enum view_action action; /* ACT_NONE: pointer.c does it */
    const char *help;        /* NULL: another key for the action of the row above */
    const char *topic;       /* where a new group begins; else NULL */
};
extern const struct key_row key_rows[];
extern const size_t n_key_rows;

/* "Shift+Left", "+", "Wheel up". Returns `out`. */
const char *key_name(const struct key_row *row, char *out, size_t size);
/* ACT_NONE: the key does nothing. */
enum view_action key_action(unsigned key, unsigned modifiers);

/* A key that is not text, or one with Ctrl or Alt. What is typed into goes first. `act`: where
 * the pointer is; NULL: nowhere. False: it does nothing. */
bool key_press(struct view *view, unsigned key, unsigned modifiers, const struct act *act);
/* Text: what is asked for, else a key of the table. */
bool key_text(struct view *view, const char *utf8, const struct act *act);

#endif
