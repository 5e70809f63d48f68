/* Decoders: what protocols say over signals, as items on lines under a trace.
 *
 * One decoder = one file in harness/view/decoders and one row in the list (decoders.c). It
 * decodes any range of time on demand: it looks back itself for where it can begin (an idle
 * line, a select, a packet), so that the items of a range are the same however it was come to.
 */
#ifndef HARNESS_VIEW_DECODE_H
#define HARNESS_VIEW_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/view/store.h"

#define DECODE_MAX_INPUTS 4
#define DECODE_MAX_LINES  4
#define DECODE_TEXT       192

/* What a picture is drawn from within a frame of its own; and all, however much it is. */
#define DECODE_BUDGET ((uint64_t)1 << 18)
#define DECODE_ALL    UINT64_MAX

enum decode_class {
    DECODE_PLAIN,
    DECODE_BIT,
    DECODE_OCTET,
    DECODE_FRAME,
    DECODE_PULSE, /* NLP, TP_IDL */
    DECODE_CODE,  /* functions, exceptions */
    DECODE_ERROR, /* what is against the protocol */
};

struct decode_item {
    int64_t from, to; /* ticks; to is not within */
    enum decode_class class;
    unsigned line;          /* 0: the uppermost */
    char text[DECODE_TEXT]; /* UTF-8; the drawer shortens it to what fits */
};

/* Filled by a decoder in the order of `from` per line. Memory is kept between uses. */
struct decode_items {
    struct decode_item *items;
    size_t n, size;
    bool more;         /* not all of the range is decoded, for the budget's sake; zoom in */
    unsigned left_out; /* bit n: line n is empty for the same reason */
};
void decode_items_finish(struct decode_items *items); /* accepts zeroed */

struct code; /* sidecar.h */

/* What to decode. All items that overlap [from, to] are asked for. Of a range with more changes
 * than `budget` only blocks of activity are made; with more than budget / 4 no octets, with more
 * than budget / 32 no bits. */
struct decode_request {
    const struct store *store;
    uint32_t inputs[DECODE_MAX_INPUTS]; /* in the decoder's order; STORE_NONE: not connected */
    int64_t from, to;
    uint64_t budget; /* DECODE_BUDGET, DECODE_ALL */
    /* Names of functions: code_function() and its code; NULL: addresses stand for them. */
    const char *(*function)(const struct code *code, uint32_t pc);
    const struct code *code;
};

struct decoder {
    const char *name;    /* "manchester": as options and view files name it */
    const char *summary; /* for the list that --help prints */
    struct {
        const char *name; /* "data", "clk", "mosi", "nss"; NULL: no more */
        bool optional;
    } inputs[DECODE_MAX_INPUTS];
    const char *lines[DECODE_MAX_LINES]; /* "frames", "octets", "bits"; NULL: no more */
    /* Appends what overlaps the range. False when memory ran out. */
    bool (*decode)(const struct decode_request *request, struct decode_items *items);
    /* The inputs in a file that linkpulse wrote, or in any whose names tell; false: none. */
    bool (*guess)(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]);
};

extern const struct decoder *const decoders[];
extern const size_t n_decoders;
const struct decoder *decoder_find(const char *name); /* NULL: unknown */
/* For who wrote a name that is none: " (nearest is ...)" in `hint` of `size`, which it returns. */
const char *decoder_near(const char *name, char *hint, size_t size);
unsigned decoder_n_inputs(const struct decoder *decoder);
unsigned decoder_n_lines(const struct decoder *decoder);
void decoder_disconnect(uint32_t inputs[DECODE_MAX_INPUTS]); /* all STORE_NONE */
/* The inputs by its guess; false: none, and all are STORE_NONE. */
bool decoder_connect(const struct decoder *decoder, const struct store *store,
                     uint32_t inputs[DECODE_MAX_INPUTS]);

/* Of an ARMv7-M exception below 16; NULL: reserved, or an interrupt. */
const char *decode_exception(uint64_t number);

/* Changes of all inputs behind request->from, up to and with request->to. */
uint64_t decode_work(const struct decode_request *request);

/* Empties `items`, then decodes. Costs nothing more than that for a range with to < from, or
 * when an input that is not optional is not connected. */
bool decode_run(const struct decoder *decoder, const struct decode_request *request,
                struct decode_items *items);

#endif
