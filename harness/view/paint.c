#include "harness/view/paint.h"

#include "harness/view/draw.h"

/* DejaVu Sans Mono: units per em, and in them the advance of every character and the ends of a
 * line (hhea). tests/harness/test_view_paint.c compares them with the font. */
#define EM      2048
#define ADVANCE 1233
#define ASCENT  1901
#define DESCENT 483

static int of_em(unsigned size, unsigned units) {
    return (int)((size * units + EM / 2) / EM);
}

int paint_cell(unsigned size) {
    return of_em(size, ADVANCE);
}

int paint_ascent(unsigned size) {
    return of_em(size, ASCENT);
}

int paint_line_height(unsigned size) {
    return of_em(size, ASCENT) + of_em(size, DESCENT);
}

/* How many octets follow the first one of a character; -1: it is not a first one. */
static int following(unsigned char first) {
    if (first < 0x80)
        return 0;
    if (first >= 0xc2 && first < 0xe0)
        return 1;
    if (first >= 0xe0 && first < 0xf0)
        return 2;
    return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

uint32_t paint_next_character(const char **utf8) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)*utf8;
    int n = following(*p);
    if (!*p)
        return 0;
    (*utf8)++;
    uint32_t c = n <= 0 ? *p : *p & (0x3fu >> n);
    for (int i = 1; i <= n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0xfffd;
        c = c << 6 | (p[i] & 0x3f);
    }
    bool surrogate = c >= 0xd800 && c < 0xe000, nothing = (c & 0xfffe) == 0xfffe;
    if (n < 0 || c < least[n] || surrogate || nothing || c > 0x10ffff)
        return 0xfffd;
    *utf8 += n;
    return c < 0x20 || (c >= 0x7f && c < 0xa0) ? 0xfffd : c;
}

size_t paint_characters(const char *utf8) {
    size_t n = 0;
    while (paint_next_character(&utf8))
        n++;
    return n;
}

int paint_text_width(unsigned size, const char *utf8) {
    return (int)paint_characters(utf8) * paint_cell(size);
}

void paint_destroy(struct paint *paint) {
    if (!paint)
        return;
    draw_memory_destroy(paint->memory);
    paint->ops->destroy(paint);
}

bool paint_save(struct paint *paint, const char *path, struct sim_err *err) {
    return paint->ops->save(paint, path, err);
}
