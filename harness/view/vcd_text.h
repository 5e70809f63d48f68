/* A VCD as words between blanks, read through a window of bounded size. */
#ifndef HARNESS_VIEW_VCD_TEXT_H
#define HARNESS_VIEW_VCD_TEXT_H

#include "harness/view/wave_read.h"

#define VCD_WINDOW ((size_t)1 << 20) /* octets; a value and its identifier fit in */

struct vcd_text {
    struct wave_read *read;
    char *window; /* [VCD_WINDOW + 1]; window[n] is a blank */
    size_t n, at; /* octets in it; the next one to look at */
    size_t hold;  /* octets from here on are kept in the window */
    long line;    /* of `at` */
    bool ended;   /* the window holds the end of the file */
    bool failed;  /* err is filled */
};

struct vcd_word {
    char *at; /* valid until the next word, or as long as it is held */
    size_t n; /* 0: the file ended, or reading failed */
};

bool vcd_text_init(struct vcd_text *text, struct wave_read *read);
void vcd_text_finish(struct vcd_text *text); /* accepts zeroed */

/* The next word. */
struct vcd_word vcd_word_slow(struct vcd_text *text, size_t from);
/* The next word, keeping *first where it may move to. */
struct vcd_word vcd_second(struct vcd_text *text, struct vcd_word *first);

/* Skips up to and with $end; false: the file ended before. */
bool vcd_skip_section(struct vcd_text *text);
static inline bool vcd_is(struct vcd_word word, const char *keyword) {
    return word.n == strlen(keyword) && memcmp(word.at, keyword, word.n) == 0;
}

/* Errors: at the present line. Both return false. */
bool vcd_refuse(struct vcd_text *text, const char *format, ...);
/* A word for messages: cut, NUL-terminated; valid until the next call. */
const char *vcd_quote(struct vcd_word word);
/* The builder refused something: adds the place. */
bool vcd_placed(struct vcd_text *text);

static inline struct vcd_word vcd_next(struct vcd_text *text) {
    const char *window = text->window;
    size_t at = text->at;
    for (; (unsigned char)window[at] <= ' ' && at < text->n; at++)
        text->line += window[at] == '\n';
    size_t from = at;
    while ((unsigned char)window[at] > ' ')
        at++;
    if (at == text->n)
        return vcd_word_slow(text, from);
    text->at = at;
    return (struct vcd_word){text->window + from, at - from};
}

/* Does the word just read end where the file ends, so that more of it may be missing? */
static inline bool vcd_at_end(const struct vcd_text *text) {
    return text->ended && text->at == text->n;
}

#endif
