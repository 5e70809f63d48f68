/* A paint that hands all on to pixels and keeps the texts: where they are, and how far their
 * colour is from what they stand on. */
#ifndef TESTS_HARNESS_VIEW_RECORD_H
#define TESTS_HARNESS_VIEW_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/view/paint.h"

#define RECORD_MOST 8192

struct record_text {
    struct paint_rect rect;
    double contrast; /* with the colour that most pixels of its rectangle have; WCAG 2.1 */
    char text[64];   /* its beginning */
};

struct record {
    struct paint paint; /* first: what draw_view() gets */
    struct paint *pixels;
    struct record_text texts[RECORD_MOST];
    size_t n;
    unsigned outside; /* points of lines and rectangles far off the picture */
};

struct record *record_create(unsigned width, unsigned height);
void record_destroy(struct record *record);
void record_resize(struct record *record, unsigned width, unsigned height);

/* Luminance ratio of WCAG 2.1, 1 to 21. */
double record_contrast(struct paint_colour a, struct paint_colour b);

/* "" or what is wrong with the texts: outside the picture, over each other, too faint. */
const char *record_complaint(const struct record *record);
bool record_has(const struct record *record, const char *part);

#endif
