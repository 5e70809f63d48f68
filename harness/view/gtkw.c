/* Reading and writing; figures from GTKWave 3.3 (analyzer.h, calczoom() of wavewindow.c). */
#include "harness/view/gtkw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/outfile.h"
#include "harness/view/paint.h"
#include "harness/view/undo.h"
#include "harness/view/view_file.h"

#define FRAME_PIXELS 200.0 /* a frame of 2^-zoom ticks is so wide */

/* TraceEntFlagBits */
enum {
    TR_HIGHLIGHT = 1 << 0,
    TR_HEX = 1 << 1,
    TR_DEC = 1 << 2,
    TR_BIN = 1 << 3,
    TR_RJUSTIFY = 1 << 5,
    TR_BLANK = 1 << 9,
    TR_SIGNED = 1 << 10,
    TR_ASCII = 1 << 11,
    TR_ANALOG_STEP = 1 << 15,
    TR_ANALOG_INTERPOLATED = 1 << 16,
    TR_ANALOG_BLANK_STRETCH = 1 << 17,
    TR_REAL = 1 << 18,
    TR_GRP_BEGIN = 1 << 23,
    TR_GRP_END = 1 << 24,
};

static const unsigned RADIX_FLAGS[] = {
    [VIEW_HEX] = TR_HEX,       [VIEW_BINARY] = TR_BIN,  [VIEW_DECIMAL] = TR_DEC,
    [VIEW_SIGNED] = TR_SIGNED, [VIEW_ASCII] = TR_ASCII, [VIEW_REAL] = TR_REAL,
};

/* GTKWave counts in s, ms, us, ...; a tick of 10 or 100 of them is so many there. */
static int64_t unit(const struct view *view) {
    static const int64_t TENS[] = {1, 10, 100};
    int e = store_exponent(view->store) % 3;
    return TENS[e < 0 ? e + 3 : e];
}

static double width_of(const struct view *view) {
    int width = layout_traces(view).w;
    return width > 0 ? width : 1000;
}

bool gtkw_beside(const struct view *view, char *path, size_t size) {
    const char *waves = store_path(view->store);
    const char *base = strrchr(waves, '/'), *dot = strrchr(base ? base : waves, '.');
    snprintf(path, size, "%s.gtkw", waves);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(path, size, "%.*s.gtkw", dot ? (int)(dot - waves) : 0, waves);
    return dot && access(path, R_OK) == 0;
}

/* --- reading ------------------------------------------------------------------------------- */

struct reader {
    struct view *view; /* filled; not the one that is shown */
    unsigned flags;
    size_t n_shown, n_left_out; /* VIEW_MAX_ROWS left out end the reading */
    bool full;                  /* no more rows, or no more memory */
    int64_t from, span;
};

static void add_row(struct reader *r, struct view_row *row) {
    row->selected = r->flags & TR_HIGHLIGHT;
    if (r->view->n_rows >= VIEW_MAX_ROWS || !view_add(r->view, r->view->n_rows, row))
        r->full = true;
    else
        r->n_shown += row->kind != VIEW_LABEL;
}

static enum view_radix radix_of(unsigned flags, enum view_radix otherwise) {
    static const enum view_radix ORDER[] = {VIEW_REAL,    VIEW_ASCII,  VIEW_SIGNED,
                                            VIEW_DECIMAL, VIEW_BINARY, VIEW_HEX};
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER; i++)
        if (flags & RADIX_FLAGS[ORDER[i]])
            return ORDER[i];
    return otherwise;
}

/* GTKWave appends a range where the file has none, and the other way round. */
static uint32_t find(const struct view *view, const char *name) {
    char base[VIEW_NAME];
    uint32_t signal = store_find(view->store, name);
    const char *range = strrchr(name, '[');
    if (signal != STORE_NONE || !range || range == name)
        return signal;
    snprintf(base, sizeof base, "%.*s", (int)(range - name), name);
    return store_find(view->store, base);
}

static void read_signal(struct reader *r, const char *name, const char *alias) {
    uint32_t signal = find(r->view, name);
    if (signal == STORE_NONE) {
        r->n_left_out++;
        return;
    }
    struct view_row row = view_signal_row(r->view, signal);
    row.radix = row.radix == VIEW_REAL ? VIEW_REAL : radix_of(r->flags, row.radix);
    if (r->flags & (TR_ANALOG_STEP | TR_ANALOG_INTERPOLATED)) {
        row.style = r->flags & TR_ANALOG_STEP ? VIEW_STEP : VIEW_LINEAR;
        row.height = 1; /* stretched by the blank rows that follow */
    }
    snprintf(row.label, sizeof row.label, "%s", alias);
    add_row(r, &row);
}

/* "{alias} name" */
static void read_alias(struct reader *r, char *text) {
    char *end = *text == '{' ? strchr(text, '}') : NULL;
    if (!end || end[1] != ' ') {
        r->n_left_out++;
        return;
    }
    *end = 0;
    read_signal(r, end + 2, text + 1);
}

/* "{top.bus[7:0]} (7)top.bus[7:0] ...": bits put together. As a signal if there is one. */
static void read_bundle(struct reader *r, char *text) {
    char *end = *text == '{' ? strchr(text, '}') : NULL;
    if (end) {
        *end = 0;
        read_signal(r, text + 1, "");
    } else {
        r->n_left_out++;
    }
}

/* ":spi line.clk line.mosi", as gtkw_save() writes it. */
static bool read_decoder(struct reader *r, char *text) {
    struct view_row row = {.kind = VIEW_DECODER, .signal = STORE_NONE, .height = 1};
    char *rest = NULL, *name = strtok_r(text, " ", &rest);
    size_t n = 0;
    row.decoder = name ? decoder_find(name) : NULL;
    if (!row.decoder)
        return false;
    decoder_disconnect(row.inputs);
    for (char *word; n < DECODE_MAX_INPUTS && (word = strtok_r(NULL, " ", &rest)); n++)
        row.inputs[n] = strcmp(word, "-") == 0 ? STORE_NONE : find(r->view, word);
    add_row(r, &row);
    return true;
}

static void read_comment(struct reader *r, char *text) {
    struct view_row row = {.kind = VIEW_LABEL, .signal = STORE_NONE, .height = 1};
    struct view_row *last = r->view->n_rows ? &r->view->rows[r->view->n_rows - 1] : NULL;
    if (r->flags & TR_GRP_END)
        return;
    if (r->flags & TR_ANALOG_BLANK_STRETCH && last && last->kind == VIEW_SIGNAL) {
        last->height += last->height < VIEW_HEIGHT;
        return;
    }
    snprintf(row.label, sizeof row.label, "%s", text); /* read_decoder() takes it apart */
    if (*text == ':' && read_decoder(r, text + 1))
        return;
    add_row(r, &row);
}

static int64_t ticks(const struct reader *r, const char *text, char **end) {
    int64_t time = strtoll(text, end, 10);
    return time == -1 ? VIEW_NO_TIME : view_within(r->view, time / unit(r->view));
}

/* "-24.0 CURSOR A B C ...": the zoom and the markers. */
static void read_zoom(struct reader *r, const char *text) {
    char *at, *next;
    double frame = exp2(-strtod(text, &at)) / (double)unit(r->view);
    double span = frame * width_of(r->view) / FRAME_PIXELS;
    if (at == text)
        return;
    r->span = span >= 9e18 ? INT64_MAX : span >= 1 ? (int64_t)span : 1; /* a NaN is 1 */
    r->view->cursors[0] = ticks(r, at, &next);
    for (size_t i = 0; i < VIEW_MARKERS && next != at; i++) {
        at = next;
        int64_t time = ticks(r, at, &next);
        if (next != at)
            r->view->markers[i] = time;
    }
}

static void read_tag(struct reader *r, const char *line) {
    if (strncmp(line, "[timestart] ", 12) == 0)
        r->from = strtoll(line + 12, NULL, 10) / unit(r->view);
}

static void read_line(struct reader *r, char *line) {
    switch (line[0]) {
    case 0:
        return;
    case '[':
        read_tag(r, line);
        return;
    case '*':
        read_zoom(r, line + 1);
        return;
    case '@':
        r->flags = (unsigned)strtoull(line + 1, NULL, 16);
        return;
    case '-':
        read_comment(r, line + 1);
        return;
    case '+':
        read_alias(r, line + 1);
        return;
    case '#':
        read_bundle(r, line + 1);
        return;
    case '^': /* filters, processes, shifts, and bits of vectors */
    case '>':
    case '<':
    case '!':
    case '?':
    case '(':
        r->n_left_out++;
        return;
    default:
        read_signal(r, line, "");
    }
}

static void read_lines(struct reader *r, char *text) {
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest);
         line && !r->full && r->n_left_out < VIEW_MAX_ROWS; line = strtok_r(NULL, "\n", &rest)) {
        size_t n = strlen(line);
        while (n && (line[n - 1] == '\r' || line[n - 1] == ' '))
            line[--n] = 0;
        read_line(r, line);
    }
}

static void commit(struct view *view, struct view *fresh, const struct reader *r) {
    free(view->rows);
    *view = *fresh;
    view_set_range(view, r->from, r->span);
    view_set_active(view, 0);
    if (r->n_left_out)
        view_say(view, "%zu rows of the .gtkw file are not shown", r->n_left_out);
}

bool gtkw_apply(struct view *view, const char *name, const char *text, size_t size,
                struct sim_err *err) {
    past_keep(view, 0); /* so that the copy shares the past */
    struct view fresh = view_without_rows(view);
    struct reader r = {.view = &fresh, .from = view->from, .span = view->span};
    char *copy = malloc(size + 1);
    if (!copy)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: not enough memory", name);
    memcpy(copy, text, size);
    copy[size] = 0; /* a NUL within ends it too */
    read_lines(&r, copy);
    free(copy);
    if (r.n_shown) {
        commit(view, &fresh, &r);
        return true;
    }
    free(fresh.rows);
    return sim_err_at(err, SIM_ERR_INPUT, name, 0,
                      "no row of this .gtkw file is in the waves (%u are not)",
                      (unsigned)r.n_left_out);
}

bool gtkw_load(struct view *view, const char *path, struct sim_err *err) {
    return view_file_take(view, path, gtkw_apply, err);
}

/* --- writing ------------------------------------------------------------------------------- */

struct writer {
    FILE *out;
    const struct view *view;
    unsigned flags; /* as last written */
};

static void put_flags(struct writer *w, unsigned flags) {
    if (flags != w->flags)
        fprintf(w->out, "@%x\n", flags);
    w->flags = flags;
}

static int64_t written(const struct view *view, int64_t time) {
    int64_t out;
    if (time == VIEW_NO_TIME || __builtin_mul_overflow(time, unit(view), &out))
        return -1;
    return out;
}

static void put_zoom(const struct writer *w) {
    const struct view *view = w->view;
    double frame = (double)view->span * (double)unit(view) * FRAME_PIXELS / width_of(view);
    fprintf(w->out, "*%f %" PRId64, -log2(frame), written(view, view->cursors[0]));
    for (size_t i = 0; i < VIEW_MARKERS; i++)
        fprintf(w->out, " %" PRId64, written(view, view->markers[i]));
    fputc('\n', w->out);
}

static unsigned flags_of(const struct view *view, const struct view_row *row) {
    bool bit = store_signal(view->store, row->signal)->kind == STORE_BIT;
    unsigned flags = TR_RJUSTIFY | (bit ? (unsigned)TR_BIN : RADIX_FLAGS[row->radix]);
    flags |= row->style == VIEW_STEP ? TR_ANALOG_STEP : 0;
    flags |= row->style == VIEW_LINEAR ? TR_ANALOG_INTERPOLATED : 0;
    return flags | (row->selected ? TR_HIGHLIGHT : 0);
}

static void put_signal(struct writer *w, const struct view_row *row) {
    char name[VIEW_NAME];
    put_flags(w, flags_of(w->view, row));
    store_full_name(w->view->store, row->signal, name, sizeof name);
    if (row->label[0] && !strpbrk(row->label, "{}\n"))
        fprintf(w->out, "+{%s} ", row->label);
    fprintf(w->out, "%s\n", name);
    for (unsigned i = 1; row->style != VIEW_AUTO && i < row->height; i++) {
        put_flags(w, TR_ANALOG_BLANK_STRETCH);
        fputs("-\n", w->out);
    }
}

static void put_decoder(struct writer *w, const struct view_row *row) {
    char name[VIEW_NAME];
    put_flags(w, TR_BLANK);
    fprintf(w->out, "-:%s", row->decoder->name);
    for (size_t i = 0; i < decoder_n_inputs(row->decoder); i++) {
        snprintf(name, sizeof name, "-");
        if (row->inputs[i] != STORE_NONE)
            store_full_name(w->view->store, row->inputs[i], name, sizeof name);
        fprintf(w->out, " %s", name);
    }
    fputc('\n', w->out);
}

static void put_comment(struct writer *w, const struct view_row *row) {
    put_flags(w, TR_BLANK);
    fputc('-', w->out);
    for (const char *c = row->label; *c; c++)
        fputc(*c == '\n' ? ' ' : *c, w->out);
    fputc('\n', w->out);
}

static void put_rows(struct writer *w) {
    for (size_t i = 0; i < w->view->n_rows; i++) {
        const struct view_row *row = &w->view->rows[i];
        if (row->kind == VIEW_SIGNAL)
            put_signal(w, row);
        else if (row->kind == VIEW_DECODER)
            put_decoder(w, row);
        else
            put_comment(w, row);
    }
}

bool gtkw_save(const struct view *view, const char *path, struct sim_err *err) {
    struct outfile file;
    const char *waves = store_path(view->store), *slash = strrchr(waves, '/');
    if (!outfile_open(&file, path, err))
        return false;
    struct writer w = {.out = file.stream, .view = view};
    fprintf(w.out, "[*]\n[dumpfile] \"%s\"\n", slash ? slash + 1 : waves);
    fprintf(w.out, "[timestart] %" PRId64 "\n", view->from > 0 ? written(view, view->from) : 0);
    fprintf(w.out, "[size] %u %u\n[pos] -1 -1\n", view->width, view->height);
    put_zoom(&w);
    put_rows(&w);
    fputs("[pattern_trace] 1\n[pattern_trace] 0\n", w.out);
    return outfile_commit(&file, err);
}
