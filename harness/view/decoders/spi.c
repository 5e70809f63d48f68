/* SPI in mode 0 (CPOL 0, CPHA 0): data is taken at the rise of clk, while nss is low.
 *
 * Octets are counted from the select; without nss, from the first rise after a pause of clk. On
 * the board the octets of a select are an Ethernet frame, destination to FCS, LSB first.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/view/decoders/decoder.h"
#include "harness/view/decoders/frame_text.h"

enum { INPUT_CLK, INPUT_MOSI, INPUT_NSS };
enum { LINE_FRAMES, LINE_OCTETS, LINE_BITS };

#define MOST_OCTETS  ((SEGMENT_MOST + SEGMENT_CHUNK) / 16 + 1)
#define LEAST_FRAME  18    /* addresses, type, FCS: fewer octets are something else */
#define MOST_SELECTS 65536 /* in an overview */
#define PAUSE        4     /* periods of clk: longer without a rise is a pause */

/* A stretch of time through which nss does not change. */
struct select {
    int64_t from, to;   /* INT64_MAX: for ever */
    bool known, active; /* known: this is set */
};

struct spi {
    struct decode_out out;
    struct segments segments;
    struct decode_follow mosi;
    uint32_t nss; /* STORE_NONE: not connected */
    struct select select;
    bool lsb_first;
    uint8_t *octets; /* [MOST_OCTETS] */
    size_t n_octets;
    /* the octet and the bit being put together */
    unsigned n_shift, octet;
    bool broken;
    int64_t octet_from, bit_from, bit_to;
    int bit; /* -1: neither 0 nor 1 */
};

static void find_select(struct spi *spi, int64_t time) {
    struct store_cursor at;
    struct select *select = &spi->select;
    if (select->known && time >= select->from && time < select->to)
        return;
    bool any = store_seek(spi->segments.store, spi->nss, time, &at);
    *select = (struct select){.from = any ? at.time : INT64_MIN, .to = INT64_MAX, .known = true};
    select->active = any && decode_level(&at) == 0;
    if (store_next(&at))
        select->to = at.time;
}

/* A rise after which clk was quiet for much longer than its period was before. */
static bool after_pause(const struct store_cursor *before, const struct store_cursor *at) {
    struct store_cursor rise = *before, earlier;
    if (decode_level(at) != 1 || !store_previous(&rise))
        return false;
    earlier = rise;
    if (!store_previous(&earlier) || !store_previous(&earlier))
        return false;
    return (double)at->time - (double)rise.time >
           PAUSE * ((double)rise.time - (double)earlier.time);
}

static bool begins(struct segments *segments, const struct store_cursor *before,
                   const struct store_cursor *at) {
    struct spi *spi = segments->self;
    if (spi->nss == STORE_NONE)
        return after_pause(before, at);
    find_select(spi, at->time);
    return before->time < spi->select.from;
}

/* --- octets -------------------------------------------------------------------------------- */

static void add_octet(struct spi *spi) {
    if (!spi->out.octets)
        return;
    if (spi->broken)
        decode_add(&spi->out, DECODE_ERROR, LINE_OCTETS, spi->octet_from, spi->bit_to,
                   "?? data neither 0 nor 1");
    else if (spi->n_shift < 8)
        decode_add(&spi->out, DECODE_ERROR, LINE_OCTETS, spi->octet_from, spi->bit_to,
                   "%u of 8 bits", spi->n_shift);
    else
        decode_add(&spi->out, DECODE_OCTET, LINE_OCTETS, spi->octet_from, spi->bit_to, "%02x",
                   spi->octet);
}

/* A bit lasts until the next rise. */
static void end_bit(struct spi *spi, int64_t to) {
    if (spi->n_shift == 0)
        return;
    spi->bit_to = to;
    if (spi->out.bits)
        decode_add(&spi->out, spi->bit < 0 ? DECODE_ERROR : DECODE_BIT, LINE_BITS, spi->bit_from,
                   to, "%s",
                   spi->bit < 0 ? "?"
                   : spi->bit   ? "1"
                                : "0");
    if (spi->n_shift < 8)
        return;
    add_octet(spi);
    if (spi->n_octets < MOST_OCTETS)
        spi->octets[spi->n_octets++] = (uint8_t)spi->octet;
    spi->n_shift = spi->octet = 0;
    spi->broken = false;
}

/* Bits alone when `octets` is false. */
static void take_bit(struct spi *spi, int64_t time, bool octets) {
    end_bit(spi, time);
    if (!octets)
        spi->n_shift = 0;
    spi->bit = decode_level_before(&spi->mosi, spi->segments.store, time);
    spi->bit_from = time;
    if (spi->n_shift == 0)
        spi->octet_from = time;
    spi->broken |= spi->bit < 0;
    spi->octet |= (unsigned)(spi->bit > 0) << (spi->lsb_first ? spi->n_shift : 7 - spi->n_shift);
    spi->n_shift++;
}

/* --- transfers ----------------------------------------------------------------------------- */

/* A segment of clk being walked through. */
struct walk {
    struct segment segment;
    struct store_cursor at, next; /* next while not last */
    bool last;                    /* nothing comes after `at` in the file */
    bool goes_on;                 /* next is in the segment, too */
    unsigned n_bits;
    int64_t rises[2]; /* the last ones */
};

static void look_ahead(struct spi *spi, struct walk *walk) {
    walk->next = walk->at;
    walk->last = !store_next(&walk->next);
    walk->goes_on =
        !walk->last && segment_goes_on(&spi->segments, &walk->segment, &walk->at, &walk->next);
}

static void walk_start(struct spi *spi, struct walk *walk) {
    walk->at = walk->segment.start;
    walk->n_bits = 0;
    spi->n_octets = spi->n_shift = spi->octet = 0;
    spi->broken = false;
    look_ahead(spi, walk);
}

static void walk_clocks(struct spi *spi, struct walk *walk) {
    struct store_cursor before = walk->segment.start;
    int level = store_previous(&before) ? decode_level(&before) : -1;
    for (walk_start(spi, walk);; look_ahead(spi, walk)) {
        int now = decode_level(&walk->at);
        if (now == 1 && level == 0) {
            take_bit(spi, walk->at.time, !walk->segment.cut);
            walk->rises[0] = walk->rises[1];
            walk->rises[1] = walk->at.time;
            walk->n_bits++;
        }
        level = now;
        if (!walk->goes_on)
            return;
        walk->at = walk->next;
    }
}

/* The last bit goes on for as long as the one before it did, unless something ends it. */
static int64_t last_bit_to(const struct spi *spi, const struct walk *walk) {
    int64_t to = walk->at.time;
    if (walk->n_bits > 1)
        to = decode_later(walk->rises[1], (uint64_t)walk->rises[1] - (uint64_t)walk->rises[0]);
    if (!walk->last && to > walk->next.time)
        to = walk->next.time;
    return spi->nss != STORE_NONE && to > spi->select.to ? spi->select.to : to;
}

static void add_transfer(struct spi *spi, int64_t from, int64_t to) {
    char text[DECODE_TEXT];
    struct frame_state state = {.odd_bits = spi->n_shift};
    if (!spi->lsb_first || spi->n_octets < LEAST_FRAME) {
        decode_add(&spi->out, spi->n_shift ? DECODE_ERROR : DECODE_FRAME, LINE_FRAMES, from, to,
                   "%zu octet%s%s", spi->n_octets, spi->n_octets == 1 ? "" : "s",
                   spi->n_shift ? " and a part of one" : "");
        return;
    }
    bool good = frame_text(spi->octets, spi->n_octets, &state, text, sizeof text);
    decode_add(&spi->out, good ? DECODE_FRAME : DECODE_ERROR, LINE_FRAMES, from, to, "%s", text);
}

/* A segment that nss, if connected, selects. */
static void write_segment(struct spi *spi, struct walk *walk) {
    int64_t from = walk->segment.start.time, to;
    walk_clocks(spi, walk);
    bool cut_off = !walk->last && !begins(&spi->segments, &walk->at, &walk->next);
    if (spi->nss != STORE_NONE)
        find_select(spi, from);
    if (walk->n_bits == 0)
        return;
    to = last_bit_to(spi, walk);
    end_bit(spi, to);
    if (spi->n_shift && !walk->segment.cut)
        add_octet(spi);
    if (spi->nss != STORE_NONE && !walk->segment.cut)
        from = spi->select.from;
    if (spi->nss != STORE_NONE && !cut_off && spi->select.to != INT64_MAX)
        to = spi->select.to;
    if (walk->segment.cut)
        decode_add(&spi->out, DECODE_PLAIN, LINE_FRAMES, from, to, "a long transfer goes on");
    else if (cut_off)
        decode_add(&spi->out, DECODE_FRAME, LINE_FRAMES, from, to, "%zu octets and more",
                   spi->n_octets);
    else
        add_transfer(spi, from, to);
}

/* Clocks that are for somebody else, or that nss is missing for. False: no change after them. */
static bool skip_unselected(struct spi *spi, struct segment *segment) {
    const struct store *store = spi->segments.store;
    struct store_cursor first = segment->start, last;
    const struct select *select = &spi->select;
    int64_t from = select->from == INT64_MIN ? store_begin(store) : select->from;
    int64_t until = select->to == INT64_MAX ? store_end(store) : select->to - 1;
    store_seek(store, spi->segments.signal, from - 1, &first);
    store_next(&first);
    if (!store_seek(store, spi->segments.signal, until, &last))
        return false;
    if (last.index > first.index)
        decode_add(&spi->out, DECODE_PLAIN, LINE_FRAMES, from, decode_later(until, 1),
                   "not selected: %llu clocks",
                   (unsigned long long)(last.index - first.index + 1) / 2);
    *segment = (struct segment){.start = last};
    return store_next(&segment->start);
}

static bool is_selected(struct spi *spi, const struct segment *segment) {
    if (spi->nss == STORE_NONE)
        return true;
    find_select(spi, segment->start.time);
    return spi->select.active;
}

/* Where the items of a segment begin. */
static int64_t segment_from(struct spi *spi, const struct segment *segment) {
    if (spi->nss == STORE_NONE || (segment->cut && is_selected(spi, segment)))
        return segment->start.time;
    find_select(spi, segment->start.time);
    return spi->select.from;
}

static bool next_segment(struct spi *spi, struct walk *walk) {
    if (!is_selected(spi, &walk->segment))
        return skip_unselected(spi, &walk->segment);
    write_segment(spi, walk);
    if (walk->last)
        return false;
    walk->segment = (struct segment){.start = walk->next,
                                     .cut = !begins(&spi->segments, &walk->at, &walk->next)};
    return true;
}

/* Each select with how much it carried, when there are not too many; else where clk moves. */
static void write_overview(struct spi *spi) {
    const struct decode_request *request = spi->out.request;
    uint32_t clk = spi->segments.signal;
    struct store_cursor first, last;
    int64_t time = request->from;
    spi->out.items->more = true;
    if (spi->nss == STORE_NONE || decode_changes(request, spi->nss) > MOST_SELECTS) {
        decode_blocks(&spi->out, clk, LINE_FRAMES, DECODE_FRAME);
        return;
    }
    for (;; time = spi->select.to) {
        find_select(spi, time);
        const struct select *select = &spi->select;
        uint64_t n = 0;
        if (select->active && store_seek(request->store, clk, select->to - 1, &last))
            n = last.index + 1;
        if (n && store_seek(request->store, clk, select->from, &first))
            n -= first.index + 1;
        if (n)
            decode_add(&spi->out, DECODE_FRAME, LINE_FRAMES, select->from, select->to,
                       "%llu octet%s", (unsigned long long)n / 16, n / 16 == 1 ? "" : "s");
        if (select->to > request->to || select->to == INT64_MAX)
            return;
    }
}

static bool decode_order(const struct decode_request *request, struct decode_items *items,
                         bool lsb_first) {
    struct spi spi = {.lsb_first = lsb_first,
                      .nss = request->inputs[INPUT_NSS],
                      .mosi = {.signal = request->inputs[INPUT_MOSI]},
                      .segments = {request->store, request->inputs[INPUT_CLK], begins, NULL}};
    struct walk walk = {0};
    spi.segments.self = &spi;
    bool whole = decode_out_init(&spi.out, request, items, request->inputs[INPUT_CLK]);
    decode_leave_out(&spi.out, LINE_OCTETS, LINE_BITS);
    if (!whole) {
        write_overview(&spi);
        return !spi.out.failed;
    }
    spi.octets = malloc(MOST_OCTETS);
    spi.out.failed |= !spi.octets;
    bool any = spi.octets && segment_seek(&spi.segments, request->from, &walk.segment);
    while (any && !spi.out.failed && segment_from(&spi, &walk.segment) <= request->to)
        any = next_segment(&spi, &walk);
    free(spi.octets);
    return !spi.out.failed;
}

static bool decode_lsb(const struct decode_request *request, struct decode_items *items) {
    return decode_order(request, items, true);
}

static bool decode_msb(const struct decode_request *request, struct decode_items *items) {
    return decode_order(request, items, false);
}

/* --- guesses ------------------------------------------------------------------------------- */

static bool guess_in(const struct store *store, uint32_t scope, uint32_t *inputs) {
    static const char *const clk[] = {"sck", "sclk", "sck_rx", "clk", NULL};
    static const char *const mosi[] = {"mosi", "sdi", "mosi_rx", "data", NULL};
    static const char *const nss[] = {"nss", "cs", "ss", "cs_n", "ss_n", "ncs", "csn", NULL};
    inputs[INPUT_CLK] = decode_guess(store, scope, clk);
    inputs[INPUT_MOSI] = decode_guess(store, scope, mosi);
    inputs[INPUT_NSS] = decode_guess(store, scope, nss);
    return inputs[INPUT_CLK] != STORE_NONE && inputs[INPUT_MOSI] != STORE_NONE;
}

/* All in one scope: first that of linkpulse's own files, then any. */
static bool guess_lsb(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]) {
    for (uint32_t i = 0; i < store_n_scopes(store); i++)
        if (!strcmp(store_scope(store, i)->name, "spi") && guess_in(store, i, inputs))
            return true;
    return false;
}

static bool guess_msb(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]) {
    if (guess_lsb(store, inputs))
        return false;
    for (uint32_t i = 0; i < store_n_scopes(store); i++)
        if (guess_in(store, i, inputs))
            return true;
    return store_n_scopes(store) == 0 && guess_in(store, STORE_NONE, inputs);
}

const struct decoder decoder_spi_lsb = {
    .name = "spi_lsb",
    .summary = "SPI mode 0, least significant bit first: Ethernet frames, octets, bits",
    .inputs = {{"clk", false}, {"mosi", false}, {"nss", true}},
    .lines = {"frames", "octets", "bits"},
    .decode = decode_lsb,
    .guess = guess_lsb,
};

const struct decoder decoder_spi_msb = {
    .name = "spi_msb",
    .summary = "SPI mode 0, most significant bit first: transfers, octets, bits",
    .inputs = {{"clk", false}, {"mosi", false}, {"nss", true}},
    .lines = {"transfers", "octets", "bits"},
    .decode = decode_msb,
    .guess = guess_msb,
};
