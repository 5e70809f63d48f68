/* Transmissions on a line, as segments of a signal of 0, 1 and, between them, anything else
 * ("z" in files that linkpulse wrote) or nothing but the absence of edges. */
#ifndef HARNESS_VIEW_DECODERS_WIRE_BURST_H
#define HARNESS_VIEW_DECODERS_WIRE_BURST_H

#include "harness/view/decoders/decoder.h"

struct wire_edge {
    int64_t time;
    bool high;
};

struct wire_bursts {
    struct segments segments;
    double bit;   /* ticks */
    int64_t idle; /* ticks neither high nor low that are no slow edge */
    int64_t gap;  /* ticks without an edge that part transmissions */
};
/* False: the file's ticks are too coarse to tell half bits apart. */
bool wire_bursts_init(struct wire_bursts *bursts, const struct store *store, uint32_t signal);

/* Walking over one. It may be copied to walk again. */
struct wire_burst {
    struct segment segment;
    struct store_cursor at, next; /* `next` while not ended */
    int level;                    /* of the last edge; -1: none yet */
    bool started, ended, last;    /* last: nothing comes after it in the file */
    int64_t edge_time;            /* of the last edge */
    int64_t end;                  /* when ended: idle from here; without z, the last edge */
    bool idle;                    /* when ended: the end was seen as z */
};
/* The transmission at `time`, or the first after it when none is before. */
bool wire_burst_seek(struct wire_bursts *bursts, int64_t time, struct wire_burst *burst);
bool wire_burst_edge(struct wire_bursts *bursts, struct wire_burst *burst, struct wire_edge *edge);
/* The next one; only when `burst` has ended. False: there is none. */
bool wire_burst_next(struct wire_bursts *bursts, struct wire_burst *burst);

/* --- what is no frame ----------------------------------------------------------------------- */

/* A pulse alone: a link pulse, if its width is right. */
struct wire_pulse {
    int64_t from, to;
    bool high;
    bool ended; /* false: it has no end in the file, or none of its own */
};
/* Whether the transmission is nothing but a pulse. `burst` is not walked. */
bool wire_burst_is_pulse(struct wire_bursts *bursts, const struct wire_burst *burst,
                         struct wire_pulse *pulse);

#endif
