/* What keys and mouse do, from the table they are acted on by: in as many columns as it takes. */
#include <stdio.h>
#include <string.h>

#include "harness/view/draw.h"
#include "harness/view/keys.h"

#define MOST_COLUMNS 5
#define KEYS         18 /* characters of the keys; further ones of a row are left out */

struct help {
    struct draw *draw;
    struct paint_rect area;
    unsigned size; /* of text */
    int columns, lines, line;
    int at; /* the line that comes next, of all columns */
};

static int count_lines(void) {
    int n = 0;
    for (size_t i = 0; i < n_key_rows; i++)
        n += (key_rows[i].help != NULL) + (key_rows[i].topic ? 2 : 0);
    return n + 4; /* lines left free so that a topic's begin together */
}

static int longest(void) {
    size_t n = 0;
    for (size_t i = 0; i < n_key_rows; i++)
        if (key_rows[i].help && strlen(key_rows[i].help) > n)
            n = strlen(key_rows[i].help);
    return KEYS + 1 + (int)n;
}

/* The largest text, in the fewest columns, with which all is shown; else the smallest, in as many
 * as are wide enough. */
static void arrange(struct help *help) {
    int total = count_lines(), gap = 2 * help->draw->layout.pad;
    unsigned small = help->draw->layout.small, least = small * 3 / 4;
    for (help->size = help->draw->layout.text; help->size > least; help->size--)
        for (help->columns = 1; help->columns <= MOST_COLUMNS; help->columns++) {
            help->lines = (total + help->columns) / help->columns + 1;
            help->line = help->area.h / help->lines;
            if (help->line >= paint_line_height(help->size) + 1 &&
                help->columns * (longest() * paint_cell(help->size) + gap) <= help->area.w)
                return;
        }
    help->columns = help->area.w / (longest() * paint_cell(help->size) + gap);
    help->columns = help->columns < 1 ? 1 : help->columns;
    help->lines = (total + help->columns) / help->columns + 1;
    help->line = paint_line_height(help->size);
}

/* The next line's place; false: beyond the last column. */
static bool next(struct help *help, struct paint_rect *at) {
    int column = help->at / help->lines, line = help->at % help->lines;
    int w = help->area.w / help->columns;
    help->at++;
    *at = (struct paint_rect){help->area.x + column * w, help->area.y + line * help->line,
                              w - 2 * help->draw->layout.pad, help->line};
    return column < help->columns && at->y + at->h <= help->area.y + help->area.h;
}

/* A key and, as far as there is room, the others that do the same. */
static void keys_of(size_t row, char *out, size_t size) {
    char name[48];
    snprintf(out, size, "%s", key_name(&key_rows[row], name, sizeof name));
    for (size_t i = row + 1; i < n_key_rows && !key_rows[i].help; i++) {
        key_name(&key_rows[i], name, sizeof name);
        if (strlen(out) + 2 + strlen(name) < KEYS)
            snprintf(out + strlen(out), size - strlen(out), "  %s", name);
    }
}

/* A topic has a few of its lines below it, and leaves one free above. */
static void topic(struct help *help, const char *name) {
    struct paint_rect at;
    if (help->at % help->lines)
        help->at++;
    if (help->at % help->lines >= help->lines - 3)
        help->at += help->lines - help->at % help->lines;
    if (next(help, &at))
        draw_label(help->draw, at, help->size, DRAW_LEFT, name, help->draw->theme->soft);
}

static void one(struct help *help, size_t row) {
    int keys = KEYS * paint_cell(help->size);
    char text[64];
    struct paint_rect at;
    if (!next(help, &at))
        return;
    struct paint_rect rest = {at.x + keys, at.y, at.w - keys, at.h};
    keys_of(row, text, sizeof text);
    at.w = keys - paint_cell(help->size);
    draw_label(help->draw, at, help->size, DRAW_LEFT, text, help->draw->theme->accent);
    draw_label(help->draw, rest, help->size, DRAW_LEFT, key_rows[row].help, help->draw->theme->ink);
}

void draw_help(struct draw *draw) {
    const struct layout *layout = &draw->layout;
    struct help help = {.draw = draw, .area = draw_inner(layout->panel, layout->pad)};
    help.area.y += layout->line + layout->pad;
    help.area.h -= layout->line + 2 * layout->pad;
    if (help.area.h < layout->line)
        return;
    arrange(&help);
    for (size_t i = 0; i < n_key_rows; i++) {
        if (key_rows[i].topic)
            topic(&help, key_rows[i].topic);
        if (key_rows[i].help)
            one(&help, i);
    }
}
