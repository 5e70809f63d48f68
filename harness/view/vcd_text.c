#include "harness/view/vcd_text.h"

#include <stdlib.h>

bool vcd_text_init(struct vcd_text *text, struct wave_read *read) {
    *text = (struct vcd_text){
        .read = read, .line = 1, .hold = SIZE_MAX, .window = malloc(VCD_WINDOW + 1)};
    if (!text->window)
        return sim_err_set(read->err, SIM_ERR_ENVIRONMENT, "out of memory for the waves");
    text->window[0] = ' ';
    return true;
}

void vcd_text_finish(struct vcd_text *text) {
    free(text->window);
}

bool vcd_refuse(struct vcd_text *text, const char *format, ...) {
    va_list args;
    struct sim_err *err = text->read->err;
    va_start(args, format);
    sim_err_vset(err, SIM_ERR_INPUT, format, args);
    va_end(args);
    return vcd_placed(text);
}

bool vcd_placed(struct vcd_text *text) {
    struct sim_err *err = text->read->err;
    sim_format(err->file, sizeof err->file, "%s", text->read->input->path);
    err->line = err->cls == SIM_ERR_INPUT ? text->line : 0;
    text->failed = true;
    return false;
}

const char *vcd_quote(struct vcd_word word) {
    static char quoted[44];
    size_t n = word.n < 40 ? word.n : 40;
    for (size_t i = 0; i < n; i++)
        quoted[i] = word.at[i] >= ' ' && word.at[i] < 0x7f ? word.at[i] : '?';
    memcpy(quoted + n, word.n > n ? "..." : "", word.n > n ? 4 : 1);
    return quoted;
}

/* Moves what is still needed to the front and fills the rest. False: nothing came. */
static bool refill(struct vcd_text *text, size_t keep) {
    struct wave_read *read = text->read;
    memmove(text->window, text->window + keep, text->n - keep);
    text->n -= keep;
    text->at = 0;
    text->hold = text->hold == SIZE_MAX ? SIZE_MAX : text->hold - keep;
    if (read->tick && !read->tick(read->context, read->input->done))
        return vcd_refuse(text, "interrupted");
    long got = wave_input_read(read->input, (uint8_t *)text->window + text->n, VCD_WINDOW - text->n,
                               read->err);
    text->failed = got < 0;
    text->ended = got <= 0;
    text->n += got > 0 ? (size_t)got : 0;
    text->window[text->n] = ' ';
    return got > 0;
}

struct vcd_word vcd_word_slow(struct vcd_text *text, size_t from) {
    const struct vcd_word none = {text->window, 0};
    while (!text->ended) {
        size_t keep = text->hold < from ? text->hold : from;
        if (!keep && text->n == VCD_WINDOW) {
            vcd_refuse(text, "a value of more than %ld characters", (long)VCD_WINDOW);
            return none;
        }
        if (!refill(text, keep) && text->failed)
            return none;
        from -= keep;
        for (; from < text->n && (unsigned char)text->window[from] <= ' '; from++)
            text->line += text->window[from] == '\n';
        size_t at = from;
        while ((unsigned char)text->window[at] > ' ')
            at++;
        text->at = at;
        if (at < text->n)
            return (struct vcd_word){text->window + from, at - from};
    }
    text->at = text->n;
    return (struct vcd_word){text->window + from, text->n - from};
}

struct vcd_word vcd_second(struct vcd_text *text, struct vcd_word *first) {
    text->hold = (size_t)(first->at - text->window);
    struct vcd_word word = vcd_next(text);
    first->at = text->window + text->hold;
    text->hold = SIZE_MAX;
    return word;
}

bool vcd_skip_section(struct vcd_text *text) {
    for (;;) {
        struct vcd_word word = vcd_next(text);
        if (!word.n)
            return false;
        if (vcd_is(word, "$end"))
            return true;
    }
}
