/* What a wave file holds: signals and their changes, in whatever form the file has them (VCD,
 * FST, either packed by gzip), behind one interface that answers in time independent of the
 * file's size.
 *
 * Times are the file's own ticks, int64; a tick is 10^exponent seconds (a VCD's 100 ps is
 * exponent -10). A signal's changes are numbered in the order of time; equal values written
 * again are no changes, except of events; of several values at one time the last one holds.
 * Aliases share their changes.
 *
 * A file of more than STORE_INDEX_FROM octets (of VCD; packed ones count as what they are
 * unpacked, about) gets an index beside it, FILE.lpindex (or in
 * $XDG_CACHE_HOME/linkpulse when the folder cannot be written), built once with a progress bar
 * and rebuilt when the file differs (size, time of change, first and last octets). It is mapped,
 * not read.
 */
#ifndef HARNESS_VIEW_STORE_H
#define HARNESS_VIEW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

#define STORE_NONE       UINT32_MAX
#define STORE_INDEX_FROM ((uint64_t)16 << 20)
#define STORE_MAX_WIDTH  65536 /* bits; wider is refused */

enum store_kind { STORE_BIT, STORE_VECTOR, STORE_REAL, STORE_STRING, STORE_EVENT };

struct store_scope {
    const char *name;
    uint32_t parent; /* an earlier scope, or STORE_NONE */
};

struct store_signal {
    const char *name; /* without scopes; of a vector with its range as in the file, "pc[31:0]" */
    uint32_t scope;   /* or STORE_NONE */
    uint32_t width;   /* bits; 1 of bits and events, 64 of reals, 0 of strings */
    enum store_kind kind;
    uint32_t data; /* the same for aliases */
};

struct store;

struct store_settings {
    bool quiet;     /* no progress on stderr */
    bool no_index;  /* leave nothing on disk, whatever the size */
    bool allow_end; /* a file cut off is shown as far as it goes: store_note() tells */
};

/* NULL `settings`: the usual ones, all false. NULL with `err` (SIM_ERR_INPUT with line or offset;
 * SIM_ERR_ENVIRONMENT for an FST when fstapi is not built in). */
struct store *store_open(const char *path, const struct store_settings *settings,
                         struct sim_err *err);
/* A VCD in memory; `name` stands for its path. For tests and what has no file. */
struct store *store_open_memory(const char *name, const void *octets, size_t n,
                                const struct store_settings *settings, struct sim_err *err);
void store_close(struct store *store); /* accepts NULL */

/* The file grew or was replaced since it was opened. A stat, no more. */
bool store_is_stale(const struct store *store);
/* Where it came from: "memory", "built" (an index was), "index" (one was there). */
const char *store_origin(const struct store *store);
const char *store_path(const struct store *store);
/* What was left out or repaired when reading, one line; NULL: nothing. */
const char *store_note(const struct store *store);

size_t store_n_scopes(const struct store *store);
const struct store_scope *store_scope(const struct store *store, uint32_t scope);
size_t store_n_signals(const struct store *store);
const struct store_signal *store_signal(const struct store *store, uint32_t signal);
/* "U4./sck" : scopes and name joined by dots; cut to size - 1. Returns the whole length. */
size_t store_full_name(const struct store *store, uint32_t signal, char *out, size_t size);
/* By full name, or by a name without scopes (the first of equal ones), either with or without
 * the range of a vector; else STORE_NONE. */
uint32_t store_find(const struct store *store, const char *name);

int store_exponent(const struct store *store);
int64_t store_begin(const struct store *store); /* the first and the last time in the file */
int64_t store_end(const struct store *store);
uint64_t store_n_changes(const struct store *store, uint32_t signal);

/* --- values -------------------------------------------------------------------------------- */

/* A place in a signal's changes. Holds no memory of its own: it may be copied and forgotten. */
struct store_cursor {
    const struct store *store;
    uint32_t data;
    uint64_t index; /* of the change, from 0 */
    int64_t time;   /* of the change: the value holds from here on */
    uint32_t block; /* private from here */
    uint32_t place;
    uint64_t state;
};

/* The last change at or before `time`. False: none; the cursor then stands before the first, and
 * store_next() goes to it. */
bool store_seek(const struct store *store, uint32_t signal, int64_t time,
                struct store_cursor *cursor);
bool store_next(struct store_cursor *cursor);     /* false at the last: the cursor stays */
bool store_previous(struct store_cursor *cursor); /* false at the first: the cursor stays */

/* Of bits: '0' '1' 'x' 'z' and VHDL's 'u' 'w' 'l' 'h' '-', in small letters. Of events '1'. */
char store_bit(const struct store_cursor *cursor);
/* Of vectors and bits: as characters, the most significant first; `out` holds width + 1. */
void store_bits(const struct store_cursor *cursor, char *out);
/* Of vectors up to 64 bits without x or z, of bits, of reals that are whole: true. */
bool store_number(const struct store_cursor *cursor, uint64_t *value);
double store_real(const struct store_cursor *cursor);
/* Of strings; valid while the store is open. */
const char *store_text(const struct store_cursor *cursor);

/* --- a picture's columns ------------------------------------------------------------------- */

/* What a signal does within one column of a picture. A change is in the column that holds its
 * time: none is missed, however narrow. */
struct store_column {
    uint8_t changes;  /* 0, 1, or 2 for two and more */
    char first, last; /* values entering and leaving the column; 0: none yet. Bits: as
                       * store_bit(); vectors: '=' a number, else their first x, z, ...;
                       * reals and strings '='; events '1' */
    char seen;        /* bits, of more than one change: set of 1 (a 0), 2 (a 1), 4 (another),
                       * with the entering one */
    double low, high; /* reals and vectors as numbers: least and greatest, with the entering
                       * one; low > high: there was none */
};

/* `n` columns from `from`; column i holds the times from + i * span / n (rounded down) up to,
 * not with, that of i + 1. n >= 1, span >= 1; columns may be narrower than a tick. */
void store_columns(const struct store *store, uint32_t signal, int64_t from, int64_t span, size_t n,
                   struct store_column *columns);

#endif
