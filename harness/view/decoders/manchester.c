/* Manchester code of 10BASE-T: bits, octets, frames, and what ends them.
 *
 * IEEE 802.3 7.3.1.1: '1' is low-high, '0' is high-low, LSB first; a transmission ends by
 * TP_IDL, 14.2.1.1. A first walk over a transmission finds the SFD, and with it the polarity of
 * the pair and where octets begin; a second one puts out what is there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness/view/decoders/decoder.h"
#include "harness/view/decoders/frame_text.h"
#include "harness/view/decoders/wire_burst.h"
#include "harness/view/decoders/line_clock.h"
#include "harness/view/decoders/link_pulse.h"
#include "models/line/decode.h"

enum { LINE_FRAMES, LINE_OCTETS, LINE_BITS };

#define MOST_OCTETS ((SEGMENT_MOST + SEGMENT_CHUNK) / 8 + 1) /* no bit is without a change */
#define TP_IDL_NS   250.0 /* high at least so long, fig. 14-10; as CS8952 data sheet, p. 6 */
#define TP_IDL_SEEN 2000.0
#define LEAST_ALIKE 6 /* alternating bits in front of an SFD that one can be sure of */
#define NOISE_EDGES 3 /* fewer are what is left of a pulse or of TP_IDL, not a transmission */

struct transmission {
    double bit; /* ticks */
    unsigned n_edges, n_bits;
    unsigned preamble;  /* bits up to and with the SFD; 0: none found */
    bool inverted;      /* the SFD is "00" */
    int previous;       /* while looking for it */
    unsigned first_bad; /* octet after the SFD with a broken bit, from 1; 0: none */
};

struct writer {
    struct decode_out out;
    struct wire_bursts bursts;
    struct transmission now;
    int64_t start, limit; /* of the transmission; it ends before `limit` */
    /* the octet being put together */
    int64_t octet_from, bit_to;
    unsigned octet, n_shift, n_octet_bits;
    bool broken;
    uint8_t *octets; /* [MOST_OCTETS], after the SFD */
    size_t n_octets;
};

/* --- first walk ---------------------------------------------------------------------------- */

static void look_for_sfd(struct transmission *now, int value) {
    now->n_bits++;
    if (now->preamble)
        return;
    if (value >= 0 && value == now->previous) {
        now->preamble = now->n_bits;
        now->inverted = value == 0;
    }
    now->previous = value;
}

static void look(struct writer *w, struct wire_burst burst) {
    struct line_clock clock;
    struct line_bit bits[LINE_CLOCK_MOST];
    struct wire_edge edge;
    w->now = (struct transmission){.bit = w->bursts.bit, .previous = -1};
    line_clock_init(&clock, w->now.bit);
    while (!w->now.preamble && wire_burst_edge(&w->bursts, &burst, &edge)) {
        unsigned n = line_clock_edge(&clock, (double)(edge.time - w->start), edge.high, bits);
        for (unsigned i = 0; i < n; i++)
            look_for_sfd(&w->now, bits[i].value);
    }
    w->now.n_bits = 0;
}

/* --- second walk --------------------------------------------------------------------------- */

static void add_octet(struct writer *w) {
    static const char *const forms[] = {"%02x", "%02x preamble", "%02x SFD"};
    unsigned form = w->now.n_bits > w->now.preamble ? 0 : w->now.n_bits < w->now.preamble ? 1 : 2;
    if (!w->now.preamble || !w->out.octets)
        return;
    if (w->broken)
        decode_add(&w->out, DECODE_ERROR, LINE_OCTETS, w->octet_from, w->bit_to,
                   "?? broken line code");
    else if (w->n_shift < 8 && form)
        decode_add(&w->out, DECODE_OCTET, LINE_OCTETS, w->octet_from, w->bit_to, "preamble");
    else if (w->n_shift < 8)
        decode_add(&w->out, DECODE_ERROR, LINE_OCTETS, w->octet_from, w->bit_to, "%u odd bit%s",
                   w->n_shift, w->n_shift > 1 ? "s" : "");
    else
        decode_add(&w->out, DECODE_OCTET, LINE_OCTETS, w->octet_from, w->bit_to, forms[form],
                   w->octet);
}

static void end_octet(struct writer *w) {
    add_octet(w);
    if (w->now.n_bits > w->now.preamble && w->now.preamble && w->n_shift == 8) {
        if (w->broken && !w->now.first_bad)
            w->now.first_bad = (unsigned)w->n_octets + 1;
        if (w->n_octets < MOST_OCTETS)
            w->octets[w->n_octets++] = (uint8_t)w->octet;
    }
    w->n_shift = w->octet = 0;
    w->broken = false;
    w->octet_from = w->bit_to;
}

/* Octets are counted from the SFD back and forth. */
static bool is_octet_end(const struct transmission *now) {
    return now->preamble && now->n_bits % 8 == now->preamble % 8;
}

static int64_t within(const struct writer *w, double time) {
    uint64_t ticks = !(time > 0) ? 0 : time < 0x1p63 ? (uint64_t)(time + 0.5) : INT64_MAX;
    int64_t at = decode_later(w->start, ticks);
    return at > w->limit ? w->limit : at;
}

static void take_bit(struct writer *w, const struct line_bit *bit) {
    int value = bit->value < 0 ? bit->value : bit->value ^ (int)w->now.inverted;
    int64_t from = within(w, bit->from);
    w->bit_to = within(w, bit->to);
    if (w->now.n_bits == 0)
        w->octet_from = from;
    if (w->out.bits)
        decode_add(&w->out, value < 0 ? DECODE_ERROR : DECODE_BIT, LINE_BITS, from, w->bit_to, "%s",
                   value < 0 ? "?"
                   : value   ? "1"
                             : "0");
    w->broken |= value < 0;
    w->octet |= (unsigned)(value > 0) << w->n_shift++;
    w->now.n_bits++;
    if (is_octet_end(&w->now))
        end_octet(w);
    else if (w->n_shift == 8) /* no SFD: no octets */
        w->n_shift = w->octet = 0;
}

static void write_bits(struct writer *w, struct wire_burst *burst) {
    struct line_clock clock;
    struct line_bit bits[LINE_CLOCK_MOST];
    struct wire_edge edge;
    line_clock_init(&clock, w->now.bit);
    w->n_shift = w->octet = 0;
    w->n_octets = 0;
    w->broken = false;
    while (wire_burst_edge(&w->bursts, burst, &edge)) {
        clock.preamble = w->now.n_bits + 1 < w->now.preamble;
        w->limit = burst->ended && !burst->last ? burst->next.time : INT64_MAX;
        unsigned n = line_clock_edge(&clock, (double)(edge.time - w->start), edge.high, bits);
        for (unsigned i = 0; i < n; i++)
            take_bit(w, &bits[i]);
        w->now.n_edges++;
    }
    if (w->n_shift && w->now.preamble)
        add_octet(w);
}

/* --- frames -------------------------------------------------------------------------------- */

static void add_frame(struct writer *w, bool cut) {
    char text[DECODE_TEXT], trouble[64];
    const struct transmission *now = &w->now;
    struct frame_state state = {.odd_bits = w->n_shift, .inverted = now->inverted};
    if (now->first_bad) {
        snprintf(trouble, sizeof trouble, "line code broken at octet %u", now->first_bad);
        state.trouble = trouble;
    }
    if (cut)
        state.trouble = "jabber";
    bool good = frame_text(w->octets, w->n_octets, &state, text, sizeof text);
    decode_add(&w->out, good ? DECODE_FRAME : DECODE_ERROR, LINE_FRAMES, w->start, w->bit_to, "%s",
               text);
}

/* Bits that are no frame. */
static void add_fragment(struct writer *w, const char *what) {
    decode_add(&w->out, DECODE_ERROR, LINE_FRAMES, w->start, w->bit_to, "%s: %u bit%s", what,
               w->now.n_bits, w->now.n_bits > 1 ? "s" : "");
}

/* From the end of the last bit's cell, or from the last edge when there is none behind it. */
static void add_tp_idl(struct writer *w, const struct wire_burst *burst) {
    const struct store *store = w->out.request->store;
    int64_t to = burst->idle ? burst->end : burst->last ? INT64_MAX : burst->next.time;
    int64_t from = w->bit_to > burst->edge_time ? w->bit_to : burst->edge_time;
    char text[DECODE_TIME];
    if (to == INT64_MAX || burst->level != (w->now.inverted ? 0 : 1) || to <= from ||
        to - burst->edge_time > decode_ticks(store, TP_IDL_SEEN))
        return;
    double high = (double)(to - burst->edge_time);
    bool good = high >= decode_ticks(store, TP_IDL_NS);
    decode_time_text(store, high, text);
    decode_add(&w->out, good ? DECODE_PULSE : DECODE_ERROR, LINE_FRAMES, from, to, "TP_IDL %s%s",
               text, good ? "" : ", under 250 ns");
}

/* The first bits of a transmission that was not seen from its start look like an SFD, too. */
static bool is_frame(const struct writer *w) {
    return w->now.preamble >= LEAST_ALIKE ||
           (w->now.preamble && line_fcs_ok(w->octets, w->n_octets));
}

static void add_transmission(struct writer *w, const struct wire_burst *burst) {
    bool jabber =
        !burst->last && !w->bursts.segments.begins(&w->bursts.segments, &burst->at, &burst->next);
    if (burst->segment.cut)
        add_fragment(w, "jabber goes on");
    else if (is_frame(w))
        add_frame(w, jabber);
    else
        add_fragment(w, jabber ? "jabber" : w->now.preamble ? "no preamble" : "no SFD");
    if (!jabber)
        add_tp_idl(w, burst);
}

/* A file may begin at rest right before the first edge. */
static int64_t first_edge(struct writer *w, struct wire_burst burst) {
    struct wire_edge edge = {burst.segment.start.time, false};
    wire_burst_edge(&w->bursts, &burst, &edge);
    return edge.time;
}

static void write_transmission(struct writer *w, struct wire_burst *burst) {
    struct wire_pulse pulse;
    char text[DECODE_TEXT];
    w->start = first_edge(w, *burst);
    if (wire_burst_is_pulse(&w->bursts, burst, &pulse) && pulse.ended) {
        bool good = link_pulse_text(w->out.request->store, &pulse, text, sizeof text);
        decode_add(&w->out, good ? DECODE_PULSE : DECODE_ERROR, LINE_FRAMES, pulse.from, pulse.to,
                   "%s", text);
    }
    look(w, *burst);
    if (burst->segment.cut)
        w->now.preamble = 0;
    w->now.n_edges = 0;
    write_bits(w, burst);
    if (w->now.n_bits)
        add_transmission(w, burst);
    else if (w->now.n_edges > NOISE_EDGES)
        decode_add(&w->out, DECODE_ERROR, LINE_FRAMES, w->start, burst->end, "no bits: %u edges",
                   w->now.n_edges);
}

static bool decode(const struct decode_request *request, struct decode_items *items) {
    struct writer w = {0};
    struct wire_burst burst;
    bool whole = decode_out_init(&w.out, request, items, request->inputs[0]);
    decode_leave_out(&w.out, LINE_OCTETS, LINE_BITS);
    if (!whole) {
        decode_blocks(&w.out, request->inputs[0], LINE_FRAMES, DECODE_FRAME);
        return !w.out.failed;
    }
    if (!wire_bursts_init(&w.bursts, request->store, request->inputs[0])) {
        decode_add(&w.out, DECODE_ERROR, LINE_FRAMES, request->from, request->to,
                   "the file's ticks are too long for bits of 100 ns");
        return !w.out.failed;
    }
    w.octets = malloc(MOST_OCTETS);
    bool any = w.octets && wire_burst_seek(&w.bursts, request->from, &burst);
    w.out.failed |= !w.octets;
    while (any && !w.out.failed && burst.segment.start.time <= request->to) {
        write_transmission(&w, &burst);
        any = wire_burst_next(&w.bursts, &burst);
    }
    free(w.octets);
    return !w.out.failed;
}

static bool guess(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]) {
    static const char *const words[] = {"line", "rxd", "manchester", NULL};
    uint32_t line = store_find(store, "line.line");
    inputs[0] = line != STORE_NONE ? line : decode_guess(store, STORE_NONE, words);
    return inputs[0] != STORE_NONE;
}

const struct decoder decoder_manchester = {
    .name = "manchester",
    .summary = "10BASE-T line code: frames, octets, bits, TP_IDL, link pulses",
    .inputs = {{"data", false}},
    .lines = {"frames", "octets", "bits"},
    .decode = decode,
    .guess = guess,
};
