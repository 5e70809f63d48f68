/* What is looked at: rows, the stretch of time, cursors, markers, and the panels that are open.
 * Plain data: hands (view_act.c, keys.c, window.c) change it, draw_*.c read it, no SDL in it.
 */
#ifndef HARNESS_VIEW_VIEW_H
#define HARNESS_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/view/decode.h"
#include "harness/view/sidecar.h"
#include "harness/view/store.h"

#define VIEW_NO_TIME  INT64_MIN
#define VIEW_MIN_SPAN 8 /* ticks */
#define VIEW_TEXT     256
#define VIEW_MARKERS  26 /* a to z */
#define VIEW_HEIGHT   16 /* of a row at the most, in lines of text */

/* Of files with rows: how many are taken, and octets of a full name or a path. */
#define VIEW_MAX_ROWS 20000
#define VIEW_NAME     4096

enum view_row_kind { VIEW_SIGNAL, VIEW_DECODER, VIEW_LABEL /* a comment, or blank */ };
enum view_radix { VIEW_HEX, VIEW_BINARY, VIEW_DECIMAL, VIEW_SIGNED, VIEW_ASCII, VIEW_REAL };
enum view_style {
    VIEW_AUTO,   /* by kind: bits digital, vectors bus, reals analog */
    VIEW_STEP,   /* a number as height, held */
    VIEW_LINEAR, /* a number as height, joined by lines */
};

struct view_row {
    enum view_row_kind kind;
    uint32_t signal; /* VIEW_SIGNAL */
    enum view_radix radix;
    enum view_style style;
    unsigned height;               /* in lines of text, 1 to VIEW_HEIGHT */
    const struct decoder *decoder; /* VIEW_DECODER: all its lines, one below the other */
    uint32_t inputs[DECODE_MAX_INPUTS];
    char label[VIEW_TEXT]; /* VIEW_LABEL; else "" or a name to show instead */
    bool selected;
};

/* What an action asks of the program around the view; it does it and sets VIEW_NO_REQUEST. */
enum view_request {
    VIEW_NO_REQUEST,
    VIEW_REQUEST_QUIT,
    VIEW_REQUEST_RELOAD,
    VIEW_REQUEST_SCREENSHOT, /* of the present picture: FILE-1.png, -2, ... */
    VIEW_REQUEST_SAVE,       /* the view beside the file: FILE.lpview */
    VIEW_REQUEST_GTKW,       /* the rows for GTKWave: FILE.gtkw */
    VIEW_REQUEST_FULLSCREEN,
};

enum view_panel { VIEW_NO_PANEL, VIEW_HELP, VIEW_SEARCH, VIEW_MEASURE, VIEW_SIGNALS };
enum view_theme { VIEW_DARK, VIEW_LIGHT };

/* Of pulses of the selected signal between the cursors, or in what is seen. Ticks. */
#define VIEW_BINS 48
struct view_measure {
    uint32_t signal;
    char level;       /* '1': high pulses, '0': low ones, '*': from change to change (no bit) */
    int64_t from, to; /* where was looked: only pulses that are whole in it */
    uint64_t n;
    int64_t least, most;
    double mean, deviation;
    int64_t bin_from, bin_width;
    uint64_t bins[VIEW_BINS];
    bool cut; /* there were more than the budget */
};

struct view {
    struct store *store;
    uint64_t serial;         /* of this opening: another one's store may have the same address */
    struct sidecar *sidecar; /* NULL: none */
    struct code *code;       /* NULL: none */

    struct view_row *rows;
    size_t n_rows, size_rows;
    size_t top;    /* first row shown */
    size_t active; /* the row that keys act on; n_rows: none */

    int64_t from, span; /* what is seen, ticks; span >= VIEW_MIN_SPAN */
    int64_t cursors[2]; /* VIEW_NO_TIME: not set */
    unsigned cursor;    /* which of them the keys move */
    bool snap;          /* cursors set by hand go to the nearest edge of their row */
    int64_t markers[VIEW_MARKERS];

    enum view_panel panel;
    char query[VIEW_TEXT]; /* of the search, or of the list of signals */
    uint32_t *found;       /* signals that match, [n_found] */
    size_t n_found, chosen;
    struct view_measure measure;
    char value[VIEW_TEXT]; /* the last one searched for */

    enum view_theme theme;
    double scale;            /* pixels per point: 1, 2 on a high-dpi display */
    unsigned width, height;  /* of the picture, pixels */
    unsigned names_width;    /* points; 0: as wide as the names need */
    bool details;            /* the panel over packet, edge and code is open */
    size_t detail;           /* of its lines the one that Return follows */
    char message[VIEW_TEXT]; /* one line at the bottom; "" none */

    /* The pointer: a thin line there, and `hover` at the bottom right; VIEW_NO_TIME: none. */
    int64_t pointer;
    char hover[VIEW_TEXT]; /* "12.3 us  U4./sck = 1"; "" none */

    /* A text asked for: shown as the message ("go to time: 12u_"), `prompt` says what for. */
    unsigned prompt; /* an enum view_action; 0: none is asked for */
    char typed[VIEW_TEXT];

    enum view_request request;
    struct store_settings settings; /* to open the file again with, or another */
    bool verbose;                   /* each handled event on stderr */
    struct view_past *past;         /* private to undo.c */
};

/* Zeroed but for what must not be; takes store (and sidecar, code, which may be NULL). */
void view_init(struct view *view, struct store *store, struct sidecar *sidecar, struct code *code);
void view_finish(struct view *view); /* closes store, sidecar and code too */
/* A copy to read rows into, with none yet; all else it shares with the view. */
struct view view_without_rows(const struct view *view);

/* Rows: copies; false when memory ran out. `at` up to n_rows. */
bool view_add(struct view *view, size_t at, const struct view_row *row);
void view_remove(struct view *view, size_t at);
/* A row of a signal with what fits its kind. */
struct view_row view_signal_row(const struct view *view, uint32_t signal);
/* The rows a file is opened with when nothing is saved: of a file that linkpulse wrote the line,
 * what leads to SPI, analog nets, the decoders and the code; of others the first signals. */
void view_default_rows(struct view *view);
bool view_is_own(const struct view *view); /* a run of linkpulse wrote the file */
/* The whole file, or around the first failure when there is one. */
void view_default_range(struct view *view);

/* The whole file, whatever failed in it. */
void view_set_whole(struct view *view);
/* The range made lawful: at least VIEW_MIN_SPAN, no further out than one whole file to either
 * side, no overflow. */
void view_set_range(struct view *view, int64_t from, int64_t span);
/* Sums and differences of times, which a file may have from end to end of what ticks hold: held
 * there, and never VIEW_NO_TIME. */
int64_t view_sum(int64_t a, int64_t b);
int64_t view_difference(int64_t a, int64_t b);
/* The time, or the file's end that is nearest to it; VIEW_NO_TIME stays. */
int64_t view_within(const struct view *view, int64_t time);
/* The panel that is open lists signals, and what is typed looks for them. */
bool view_lists(const struct view *view);
/* The time that keys start from and details are of: the cursor's, or of the middle. */
int64_t view_here(const struct view *view);
/* What is known of it and of the active row's signal: how many. */
size_t view_details(const struct view *view, struct detail out[DETAIL_MOST]);
/* `active` on a row and within what is shown; accepts any row, or n_rows for none. */
void view_set_active(struct view *view, size_t row);
/* The signal of a row: of a decoder's its first input; STORE_NONE of a label or no row. */
uint32_t view_row_signal(const struct view *view, size_t row);
/* Formats into view->message, cut to fit. */
void view_say(struct view *view, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Units of time from the largest, the least at VIEW_LEAST_UNIT; behind it another name. */
#define VIEW_UNITS      8
#define VIEW_LEAST_UNIT 6
struct view_unit {
    const char *name;
    int exponent; /* of ten, in seconds */
};
extern const struct view_unit view_units[VIEW_UNITS];

/* A time or a difference as people read it, with as many digits as ticks have: "12.3456 us",
 * "-5 ns", "0 s". */
void view_time_text(const struct view *view, int64_t ticks, char *out, size_t size);
/* Reads "12.5us", "1e-3 s", "800 ns", "1500" (ticks), with or without blanks. False: not a time,
 * or outside of what ticks can hold. */
bool view_time_read(const struct view *view, const char *text, int64_t *ticks);
/* The value at a cursor, in a radix: "0x1f", "1", "3.3", "x", "-5". Cut to fit. */
void view_cursor_text(const struct store_cursor *cursor, const struct store_signal *signal,
                      enum view_radix radix, char *out, size_t size);
/* What holds at `time`; "" before the first change. */
void view_value_text(const struct view *view, uint32_t signal, enum view_radix radix, int64_t time,
                     char *out, size_t size);

#endif
