/* The view as data: its rows, and what it shows when nothing was saved. */
#include "harness/view/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/paint.h"
#include "harness/view/undo.h"

#define FIRST_SIGNALS   32 /* of a foreign file */
#define OWN_SIGNALS     48 /* of one that linkpulse wrote */
#define FAILING_SIGNALS 4
#define LEAST_HEIGHT    8 /* pixels of a row, at any scale */
#define ROUND_FAILURE   8 /* us seen around a failure: some octets, with their edges */

void view_init(struct view *view, struct store *store, struct sidecar *sidecar, struct code *code) {
    static uint64_t n_opened;
    *view = (struct view){.store = store, .sidecar = sidecar, .code = code, .scale = 1};
    view->serial = ++n_opened;
    view->cursors[0] = view->cursors[1] = view->pointer = VIEW_NO_TIME;
    view->width = 1280;
    view->height = 800;
    view->snap = true;
    view->details = sidecar != NULL;
    view->measure.signal = STORE_NONE;
    for (size_t i = 0; i < VIEW_MARKERS; i++)
        view->markers[i] = VIEW_NO_TIME;
    view_set_whole(view);
}

void view_finish(struct view *view) {
    past_destroy(view->past);
    free(view->rows);
    free(view->found);
    code_close(view->code);
    sidecar_close(view->sidecar);
    store_close(view->store);
    *view = (struct view){0};
}

struct view view_without_rows(const struct view *view) {
    struct view bare = *view;
    bare.rows = NULL;
    bare.n_rows = bare.size_rows = bare.top = bare.active = 0;
    return bare;
}

void view_say(struct view *view, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(view->message, sizeof view->message, format, args);
    va_end(args);
}

/* --- rows ---------------------------------------------------------------------------------- */

static bool make_room(struct view *view) {
    if (view->n_rows < view->size_rows)
        return true;
    size_t size = view->size_rows ? 2 * view->size_rows : 32;
    struct view_row *rows = realloc(view->rows, size * sizeof *rows);
    if (!rows)
        return false;
    view->rows = rows;
    view->size_rows = size;
    return true;
}

bool view_add(struct view *view, size_t at, const struct view_row *row) {
    struct view_row copy = *row; /* it may be one of our own, which move */
    bool none = view->active >= view->n_rows;
    if (!make_room(view))
        return false;
    memmove(&view->rows[at + 1], &view->rows[at], (view->n_rows - at) * sizeof copy);
    view->rows[at] = copy;
    view->n_rows++;
    if (none)
        view->active = view->n_rows;
    else if (view->active >= at)
        view->active++;
    return true;
}

void view_remove(struct view *view, size_t at) {
    memmove(&view->rows[at], &view->rows[at + 1], (view->n_rows - at - 1) * sizeof *view->rows);
    view->n_rows--;
    if (view->active > at || (view->active == at && at == view->n_rows && at > 0))
        view->active--;
    if (view->top > 0 && view->top >= view->n_rows)
        view->top = view->n_rows ? view->n_rows - 1 : 0;
}

static bool in_scope(const struct view *view, uint32_t signal, const char *scope) {
    uint32_t at = store_signal(view->store, signal)->scope;
    return at != STORE_NONE && strcmp(store_scope(view->store, at)->name, scope) == 0;
}

/* A run's voltages are samples of what is smooth; what its MCU does comes as reals in a VCD, and
 * is numbers. */
struct view_row view_signal_row(const struct view *view, uint32_t signal) {
    bool real = store_signal(view->store, signal)->kind == STORE_REAL;
    bool number = real && (in_scope(view, signal, "cpu") || in_scope(view, signal, "dma")) &&
                  view_is_own(view);
    return (struct view_row){
        .kind = VIEW_SIGNAL,
        .signal = signal,
        .radix = real && !number ? VIEW_REAL : VIEW_HEX,
        .style = real && in_scope(view, signal, "volts") ? VIEW_LINEAR : VIEW_AUTO,
        .height = real && !number ? 3 : 1,
    };
}

uint32_t view_row_signal(const struct view *view, size_t row) {
    if (row >= view->n_rows || view->rows[row].kind == VIEW_LABEL)
        return STORE_NONE;
    return view->rows[row].kind == VIEW_SIGNAL ? view->rows[row].signal : view->rows[row].inputs[0];
}

/* --- what a file is opened with ------------------------------------------------------------ */

static size_t find_row(const struct view *view, uint32_t signal) {
    size_t i = 0;
    while (i < view->n_rows &&
           (view->rows[i].kind != VIEW_SIGNAL || view->rows[i].signal != signal))
        i++;
    return i;
}

static bool is_new(const struct view *view, uint32_t signal) {
    uint32_t data = store_signal(view->store, signal)->data;
    for (size_t i = 0; i < view->n_rows; i++)
        if (view->rows[i].kind == VIEW_SIGNAL &&
            store_signal(view->store, view->rows[i].signal)->data == data)
            return false;
    return true;
}

static void add_signal(struct view *view, uint32_t signal) {
    struct view_row row = view_signal_row(view, signal);
    view_add(view, view->n_rows, &row);
}

/* The scopes of waves that linkpulse writes, along the way of a packet. What levels in
 * "one-shots" show is seen better in their voltages. */
static const char *const OWN_SCOPES[] = {"line", "spi", "volts", "cpu", "dma"};

bool view_is_own(const struct view *view) {
    return view->sidecar || store_find(view->store, "line.line") != STORE_NONE;
}

/* Where failures first show. */
static void add_failing(struct view *view) {
    const struct sidecar *sidecar = view->sidecar;
    size_t first = view->n_rows;
    for (size_t i = 0; sidecar && i < sidecar->n_failures; i++) {
        const char *name = sidecar->failures[i].signal;
        uint32_t signal = name ? store_find(view->store, name) : STORE_NONE;
        if (signal != STORE_NONE && view->n_rows < first + FAILING_SIGNALS && is_new(view, signal))
            add_signal(view, signal);
    }
}

static void add_scope(struct view *view, const char *scope) {
    size_t n = store_n_signals(view->store);
    for (uint32_t i = 0; i < n && view->n_rows < OWN_SIGNALS; i++)
        if (in_scope(view, i, scope) && is_new(view, i))
            add_signal(view, i);
}

static void add_own(struct view *view) {
    for (size_t i = 0; i < sizeof OWN_SCOPES / sizeof *OWN_SCOPES; i++) {
        add_scope(view, OWN_SCOPES[i]);
        if (i == 0)
            add_failing(view);
    }
}

static void add_first(struct view *view) {
    size_t n = store_n_signals(view->store);
    for (uint32_t i = 0; i < n && view->n_rows < FIRST_SIGNALS; i++)
        if (is_new(view, i))
            add_signal(view, i);
}

static void add_decoder(struct view *view, const struct decoder *decoder) {
    struct view_row row = {.kind = VIEW_DECODER, .decoder = decoder, .height = 1};
    if (!decoder_connect(decoder, view->store, row.inputs))
        return;
    size_t at = row.inputs[0] == STORE_NONE ? view->n_rows : find_row(view, row.inputs[0]);
    if (at == view->n_rows && row.inputs[0] != STORE_NONE)
        add_signal(view, row.inputs[0]);
    at = at < view->n_rows ? at + 1 : at;
    while (at < view->n_rows && view->rows[at].kind == VIEW_DECODER)
        at++;
    view_add(view, at, &row);
}

/* Where the first failure shows, as the row that is looked at. */
static void show_failure(struct view *view) {
    const struct sidecar *sidecar = view->sidecar;
    const char *name = sidecar && sidecar->n_failures ? sidecar->failures[0].signal : NULL;
    uint32_t signal = name ? store_find(view->store, name) : STORE_NONE;
    if (signal == STORE_NONE)
        return;
    size_t at = find_row(view, signal);
    struct view_row row = view_signal_row(view, signal);
    if (at == view->n_rows && !view_add(view, at = 0, &row))
        return;
    view_set_active(view, at);
}

void view_default_rows(struct view *view) {
    if (view_is_own(view))
        add_own(view);
    if (!view->n_rows)
        add_first(view);
    for (size_t i = 0; i < n_decoders; i++)
        add_decoder(view, decoders[i]);
    view->top = 0;
    view_set_active(view, 0);
    show_failure(view);
}

void view_default_range(struct view *view) {
    int64_t begin = store_begin(view->store), us = 0;
    view_set_whole(view);
    if (!view->sidecar || !view->sidecar->n_failures || !view_time_read(view, "1us", &us) || us < 1)
        return;
    int64_t at = view_within(view, view->sidecar->failures[0].time), span = ROUND_FAILURE * us;
    int64_t from = view_difference(at, span / 4);
    view->cursors[0] = at;
    if (span < view->span) /* what leads there, and more of what follows */
        view_set_range(view, from > begin ? from : begin, span);
    view_say(view, "%s", view->sidecar->failures[0].text);
}

bool view_lists(const struct view *view) {
    return view->panel == VIEW_SEARCH || view->panel == VIEW_SIGNALS;
}

/* --- the range ----------------------------------------------------------------------------- */

int64_t view_sum(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? -INT64_MAX : INT64_MAX;
    return sum == VIEW_NO_TIME ? -INT64_MAX : sum;
}

int64_t view_difference(int64_t a, int64_t b) {
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return b > 0 ? -INT64_MAX : INT64_MAX;
    return difference == VIEW_NO_TIME ? -INT64_MAX : difference;
}

static int64_t clamp(int64_t x, int64_t low, int64_t high) {
    return x < low ? low : x > high ? high : x;
}

void view_set_range(struct view *view, int64_t from, int64_t span) {
    int64_t begin = store_begin(view->store), end = store_end(view->store);
    int64_t length = view_difference(end, begin);
    view->span =
        clamp(span, VIEW_MIN_SPAN, clamp(view_sum(length, length), VIEW_MIN_SPAN, INT64_MAX / 2));
    int64_t inside = view->span / 8; /* so much of the file stays seen */
    from = clamp(from, view_sum(begin, inside - view->span), view_difference(end, inside));
    view->from = from > INT64_MAX - view->span ? INT64_MAX - view->span : from;
}

void view_set_whole(struct view *view) {
    int64_t begin = store_begin(view->store);
    view_set_range(view, begin, view_difference(store_end(view->store), begin));
}

int64_t view_within(const struct view *view, int64_t time) {
    if (time == VIEW_NO_TIME)
        return time;
    return clamp(time, store_begin(view->store), store_end(view->store));
}

int64_t view_here(const struct view *view) {
    int64_t time = view->cursors[view->cursor & 1];
    return time == VIEW_NO_TIME ? view->from + view->span / 2 : time;
}

size_t view_details(const struct view *view, struct detail out[DETAIL_MOST]) {
    return details_at(view->store, view->sidecar, view->code, view_row_signal(view, view->active),
                      view_here(view), out);
}

void view_set_active(struct view *view, size_t row) {
    view->active = row < view->n_rows ? row : view->n_rows;
    if (view->active < view->top)
        view->top = view->active;
    size_t most = view->height / LEAST_HEIGHT;
    if (view->active < view->n_rows && view->active > view->top + most)
        view->top = view->active - most;
    /* rows differ in height, and how many fit depends on which is the first */
    while (view->active < view->n_rows && view->top < view->active &&
           view->active - view->top >= layout_rows_seen(view))
        view->top++;
}
