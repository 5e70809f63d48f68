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
#define DECODE_TEXT       128

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
    bool more; /* the budget ended: not all of the range is decoded; zoom in */
};
void decode_items_finish(struct decode_items *items); /* accepts zeroed */

struct decoder {
    const char *name;    /* "manchester": as options and view files name it */
    const char *summary; /* for the list that --help prints */
    struct {
        const char *name; /* "data", "clk", "mosi", "nss" */
        bool optional;
    } inputs[DECODE_MAX_INPUTS];
    const char *lines[DECODE_MAX_LINES]; /* "bits", "octets", "frames" */
    /* Appends what overlaps [from, to]. Stops after `budget` changes looked at, with more set.
     * False when memory ran out. */
    bool (*decode)(const struct store *store, const uint32_t inputs[DECODE_MAX_INPUTS],
                   int64_t from, int64_t to, uint64_t budget, struct decode_items *items);
    /* The inputs in a file that linkpulse wrote, or in any whose names tell; false: none. */
    bool (*guess)(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]);
};

extern const struct decoder *const decoders[];
extern const size_t n_decoders;
const struct decoder *decoder_find(const char *name); /* NULL: unknown */

/* Empties `items`, then decodes. The same range again costs nothing if the caller keeps items. */
bool decode_run(const struct decoder *decoder, const struct store *store,
                const uint32_t inputs[DECODE_MAX_INPUTS], int64_t from, int64_t to,
                uint64_t budget, struct decode_items *items);

#endif
