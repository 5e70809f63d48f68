/* Labels: text in a rectangle, shortened to fit. */
#include <string.h>

#include "harness/view/draw.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define LONGEST  1024 /* octets of a label */

/* Where the character after the next n begins. */
static const char *skip(const char *text, size_t n) {
    while (n-- && paint_next_character(&text))
        ;
    return text;
}

/* At most `n` characters of `text`, the last one an ellipsis when some are left out. */
static void shorten(char *out, size_t size, const char *text, size_t n) {
    size_t all = paint_characters(text);
    size_t octets = (size_t)(skip(text, all <= n ? n : n ? n - 1 : 0) - text);
    if (octets + sizeof ELLIPSIS > size)
        octets = 0;
    memcpy(out, text, octets);
    memcpy(out + octets, all > n && n ? ELLIPSIS : "", all > n && n ? sizeof ELLIPSIS : 1);
}

static int put(struct draw *draw, struct paint_rect rect, unsigned size, enum draw_side side,
               const char *text, struct paint_colour colour) {
    int width = paint_text_width(size, text), room = rect.w - width;
    int x = rect.x + (side == DRAW_LEFT ? 0 : side == DRAW_MIDDLE ? room / 2 : room);
    int y = rect.y + (rect.h - paint_line_height(size)) / 2;
    if (text[0] && rect.h >= paint_line_height(size))
        draw->paint->ops->text(draw->paint, x, y, size, text, colour);
    return width;
}

static size_t room_for(struct paint_rect rect, unsigned size) {
    return rect.w > 0 ? (size_t)(rect.w / paint_cell(size)) : 0;
}

int draw_label(struct draw *draw, struct paint_rect rect, unsigned size, enum draw_side side,
               const char *text, struct paint_colour colour) {
    char fits[LONGEST];
    shorten(fits, sizeof fits, text, room_for(rect, size));
    return put(draw, rect, size, side, fits, colour);
}

int draw_label_end(struct draw *draw, struct paint_rect rect, unsigned size, const char *text,
                   struct paint_colour colour) {
    char fits[LONGEST] = ELLIPSIS;
    size_t all = paint_characters(text), n = room_for(rect, size);
    const char *end = all > n ? skip(text, all - n + 1) : text;
    if (n < 2 || all <= n || strlen(end) + sizeof ELLIPSIS > sizeof fits)
        return draw_label(draw, rect, size, DRAW_LEFT, text, colour);
    memcpy(fits + sizeof ELLIPSIS - 1, end, strlen(end) + 1);
    return put(draw, rect, size, DRAW_LEFT, fits, colour);
}

void draw_fill(struct draw *draw, int x, int y, int w, int h, struct paint_colour colour) {
    if (w > 0 && h > 0)
        draw->paint->ops->fill(draw->paint, &(struct paint_rect){x, y, w, h}, 1, colour);
}

bool draw_x(const struct draw *draw, int64_t time, int *x) {
    struct paint_rect traces = draw->layout.traces;
    int column = layout_column(draw->view, traces.w, time);
    *x = traces.x + column;
    return time != VIEW_NO_TIME && column >= 0 && column < traces.w;
}

const char *draw_value_time(const struct view *view, int64_t *time) {
    static const char *const names[] = {"at A", "at B"};
    for (unsigned i = 0; i < 2; i++) {
        unsigned cursor = (view->cursor + i) & 1;
        *time = view->cursors[cursor];
        if (*time != VIEW_NO_TIME)
            return names[cursor];
    }
    *time = view->pointer;
    return *time != VIEW_NO_TIME ? "pointer" : NULL;
}

struct paint_rect draw_inner(struct paint_rect rect, int by) {
    rect.x += by;
    rect.w = rect.w > 2 * by ? rect.w - 2 * by : 0;
    return rect;
}
