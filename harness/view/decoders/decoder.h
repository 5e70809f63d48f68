/* What decoders share: putting items out, times, and where to begin. For decoders alone. */
#ifndef HARNESS_VIEW_DECODERS_DECODER_H
#define HARNESS_VIEW_DECODERS_DECODER_H

#include "harness/view/decode.h"

/* --- items --------------------------------------------------------------------------------- */

struct decode_out {
    const struct decode_request *request;
    struct decode_items *items;
    bool octets, bits; /* whether the budget leaves room for them */
    bool failed;       /* memory ran out; nothing is added from then on */
};

/* How deep to go, by the number of changes of `signal` in the range. False: an overview only,
 * decode_blocks(). */
bool decode_out_init(struct decode_out *out, const struct decode_request *request,
                     struct decode_items *items, uint32_t signal);
/* Says that the line of octets (bits) is left out, if it is. */
void decode_leave_out(struct decode_out *out, unsigned octets_line, unsigned bits_line);
#define DECODE_NO_LINE 31
/* Changes of a signal in the range, and the one that holds at its start. */
uint64_t decode_changes(const struct decode_request *request, uint32_t signal);
/* Whether [from, to) overlaps what is asked for. */
bool decode_wanted(const struct decode_out *out, int64_t from, int64_t to);
/* Adds an item if it is wanted; one of no length is made a tick long. */
__attribute__((format(printf, 6, 7))) void decode_add(struct decode_out *out,
                                                      enum decode_class class, unsigned line,
                                                      int64_t from, int64_t to, const char *format,
                                                      ...);
/* Stretches of `signal` without a pause that a column of the overview would show, by their first
 * and last change; there may be only one. */
typedef void decode_block(void *self, const struct store_cursor *first,
                          const struct store_cursor *last);
void decode_each_block(struct decode_out *out, uint32_t signal, decode_block *take, void *self);
/* An item for each that has two changes or more. */
void decode_blocks(struct decode_out *out, uint32_t signal, unsigned line, enum decode_class class);
/* Items of a line in the order of `from`, however they were added. */
void decode_sort(struct decode_items *items);

/* --- times --------------------------------------------------------------------------------- */

#define DECODE_NS 1.0
#define DECODE_US 1e3
#define DECODE_MS 1e6
/* Nanoseconds in ticks, and the other way round. */
double decode_ticks(const struct store *store, double ns);
double decode_ns(const struct store *store, double ticks);
/* `ticks` after `time`; INT64_MAX where there is no such time. */
int64_t decode_later(int64_t time, uint64_t ticks);
/* "100 ns", "16.02 ms" */
#define DECODE_TIME 32
void decode_time_text(const struct store *store, double ticks, char out[DECODE_TIME]);

/* --- signals ------------------------------------------------------------------------------- */

/* 0 or 1; -1: neither (x, z, u ...). */
int decode_level(const struct store_cursor *cursor);

/* A value that is followed forward, so that asking costs no search. Zeroed but for `signal`. */
struct decode_follow {
    uint32_t signal; /* STORE_NONE: level is always -1 */
    bool started, any;
    struct store_cursor at, next;
    bool is_next;
};
/* The level just before `time`; times may go back, at the price of a search. */
int decode_level_before(struct decode_follow *follow, const struct store *store, int64_t time);

/* --- segments ------------------------------------------------------------------------------ */

/* A segment is where a decoder can begin by itself: from one change that `begins` says yes to, up
 * to the next such. So that nothing has to be looked back for without end, one that is longer
 * than SEGMENT_MOST changes is cut, at numbers of changes that are multiples of SEGMENT_CHUNK:
 * everybody who looks back from anywhere finds the same places. */
#define SEGMENT_CHUNK ((uint64_t)1 << 15)
#define SEGMENT_MOST  (10 * SEGMENT_CHUNK) /* 16 ms at two a bit: longer is jabber, 14.2.1.6 */

struct segments {
    const struct store *store;
    uint32_t signal;
    /* `before` and `at` are neighbours */
    bool (*begins)(struct segments *segments, const struct store_cursor *before,
                   const struct store_cursor *at);
    void *self;
};
struct segment {
    struct store_cursor start; /* its first change */
    bool cut;                  /* a part of a longer one, not its first */
};
/* The segment of the last change at or before `time`, or else the first. False: no change. */
bool segment_seek(struct segments *segments, int64_t time, struct segment *segment);
/* Whether `next`, the change after `at`, is still in the segment. */
bool segment_goes_on(struct segments *segments, const struct segment *segment,
                     const struct store_cursor *at, const struct store_cursor *next);

/* --- guessing ------------------------------------------------------------------------------ */

/* The first bit in `scope` (STORE_NONE: in any) with one of the words (NULL at the end, small
 * letters) in its name: "sck" is in "/SCK_rx" but not in "sckx". */
uint32_t decode_guess(const struct store *store, uint32_t scope, const char *const *words);
/* The same of vectors: `name` is all of it up to the range. */
uint32_t decode_guess_vector(const struct store *store, const char *scope, const char *name);

#endif
