/* The Manchester source: a symbol table made once, then frames as table look-ups.
 *
 * Waveform: the differential voltage is +A, -A or 0 and moves between them in linear
 * ramps which begin at the nominal time; the receiver sees a level from the instant the
 * ramp crosses its threshold (VIT+ on the way up, VIT- on the way down). So every edge is
 * late by a fixed share of the ramp, and rising and falling ones by different shares when
 * the thresholds do not stand symmetric. A level whose voltage does not reach its
 * threshold gives no edge: a receiver with hysteresis holds what it had.
 *
 * Rate: a bit lasts 100 ns / (1 + ppm 1e-6). The ideal start of each octet is summed in
 * fixed point (whole ps and 64 bits of fraction) and rounded, so an octet symbol needs
 * two lengths at most, one ps apart, and no error gathers over a frame.
 *
 * With a cable, noise or crosstalk the edges come from the waveform instead (waveform.h),
 * for they depend on more bits than a symbol knows of.
 *
 * NOT modelled: pre-emphasis, common mode, what a burst leaves on the cable for the next.
 */
#include <stdlib.h>
#include <string.h>

#include "models/line/gauss.h"
#include "models/line/source.h"
#include "models/line/waveform.h"
#include "sim/rng.h"

#define NOMINAL_BIT_PS      100000.0 /* 10 Mbit/s */
#define LINK_PULSE_PS       100000.0 /* IEEE 802.3 figure 14-12: one bit time, nominal */
#define MAX_PPM             100000.0
#define MAX_JITTER_PS       50000.0 /* half a bit: beyond it edges have no order left */
#define PREAMBLE_SFD_BITS   64
#define PREAMBLE_BITS_MIN   (-62) /* the closing "11" is left */
#define PREAMBLE_BITS_MAX   4096
#define TP_IDL_MIN_PS       70000.0 /* what the shield's own driver manages; the norm asks 250 ns */
#define TP_IDL_MAX_PS       1e7
#define PREAMBLE_OCTET      0x55
#define SFD_OCTET           0xD5
#define MAX_NOISE_V         10.0
#define RAMP_PER_RISE       1.25 /* whole linear ramp over its 10-90 % part */
#define LEVEL_NONE          3    /* between the thresholds, but not at rest */
#define MAX_SYMBOLS         (LINE_MAX_FRAME + (PREAMBLE_SFD_BITS + PREAMBLE_BITS_MAX) / 8 + 2)
#define JITTER_STREAM_GAUSS "line.jitter.gauss"
#define JITTER_STREAM_PEAK  "line.jitter.peak"

/* Symbol ids: octet + previous bit * 256 + longer variant * 512, then these. */
enum {
    ID_PREVIOUS = 256,
    ID_LONGER = 512,
    ID_FIRST = 1024,  /* whole or partial octet from idle, two variants */
    ID_TP_IDL = 1026, /* after bit 0, after bit 1 */
    ID_PULSE = 1028,
    ID_COUNT,
};

/* What the signal's form depends on. */
struct form {
    struct line_settings settings;
    double bit_ps, ramp_ps;
};

struct line_source {
    struct form form;
    unsigned first_bits;                     /* of the symbol that begins a frame: 1..8 */
    uint8_t first_octet;                     /* those bits, the earliest in bit 0 */
    unsigned preamble_octets;                /* whole ones after the first symbol, SFD included */
    int32_t first_ps, octet_ps;              /* whole ps of the shorter variant */
    uint64_t first_fraction, octet_fraction; /* the rest, in 2^-64 ps */
    uint64_t stream_gauss, stream_peak;
    struct gauss gauss;
    bool waved; /* edges come from the waveform, drawn with the burst */
    struct waveform waveform;
    size_t n_edges;          /* of the burst drawn */
    uint64_t symbols_sent;   /* before the current burst */
    uint64_t symbols_called; /* up to and with the current burst */
    struct line_symbol table[ID_COUNT];
    uint16_t *ids;
    struct line_edge *edges;
};

/* A symbol being drawn. */
struct pen {
    const struct form *form;
    struct line_symbol *symbol;
    double volt;  /* where the line stands */
    uint8_t seen; /* what the receiver has: 0, 1 or LINE_IDLE */
};

static uint8_t level_of(const struct line_settings *s, double volt) {
    if (volt > s->vit_plus)
        return 1;
    if (volt < s->vit_minus)
        return 0;
    return volt == 0 ? LINE_IDLE : LEVEL_NONE;
}

/* What a receiver holds at `volt` after both polarities have been on the line. */
static uint8_t level_settled(const struct line_settings *s, double volt) {
    uint8_t level = level_of(s, volt);
    if (level == LEVEL_NONE)
        level = level_of(s, -volt);
    return level == LEVEL_NONE ? level_of(s, 0) : level;
}

static void pen_move(struct pen *pen, double at_ps, double volt) {
    const struct line_settings *s = &pen->form->settings;
    double from = pen->volt;
    uint8_t level = level_of(s, volt);
    pen->volt = volt;
    if (level == LEVEL_NONE || level == pen->seen)
        return;
    bool upper = level == 1 || (level == LINE_IDLE && pen->seen == 1);
    double threshold = upper ? s->vit_plus : s->vit_minus;
    double share = from == volt ? 0 : (threshold - from) / (volt - from);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    struct line_symbol *symbol = pen->symbol;
    symbol->dt_ps[symbol->n_edges] = (int32_t)(at_ps + share * pen->form->ramp_ps + 0.5);
    symbol->level[symbol->n_edges++] = level;
    pen->seen = level;
}

static double bit_volt(const struct form *form, bool high) {
    double amplitude = form->settings.amplitude_v;
    return high != form->settings.swapped ? amplitude : -amplitude;
}

static struct pen pen_after_bit(const struct form *form, struct line_symbol *symbol, bool bit) {
    double volt = bit_volt(form, bit);
    symbol->n_edges = 0;
    return (struct pen){form, symbol, volt, level_settled(&form->settings, volt)};
}

static struct pen pen_from_rest(const struct form *form, struct line_symbol *symbol) {
    symbol->n_edges = 0;
    return (struct pen){form, symbol, 0, level_of(&form->settings, 0)};
}

static void draw_bits(struct pen pen, uint8_t octet, unsigned n_bits, int32_t length_ps) {
    for (unsigned i = 0; i < n_bits; i++) {
        bool bit = octet >> i & 1;
        pen_move(&pen, i * pen.form->bit_ps, bit_volt(pen.form, !bit));
        pen_move(&pen, (i + 0.5) * pen.form->bit_ps, bit_volt(pen.form, bit));
    }
    pen.symbol->length_ps = length_ps;
}

/* High for `high_ps`, then rest. The length holds the ramp back to rest. */
static void draw_high(struct pen pen, double high_ps) {
    pen_move(&pen, 0, bit_volt(pen.form, true));
    pen_move(&pen, high_ps, 0);
    pen.symbol->length_ps = (int32_t)(high_ps + pen.form->ramp_ps + 0.5) + 1;
}

static void make_table(struct line_source *source) {
    struct line_symbol *table = source->table;
    for (unsigned id = 0; id < ID_FIRST; id++)
        draw_bits(pen_after_bit(&source->form, &table[id], id & ID_PREVIOUS), (uint8_t)id, 8,
                  source->octet_ps + (id & ID_LONGER ? 1 : 0));
    for (unsigned longer = 0; longer < 2; longer++)
        draw_bits(pen_from_rest(&source->form, &table[ID_FIRST + longer]), source->first_octet,
                  source->first_bits, source->first_ps + (int32_t)longer);
    for (unsigned bit = 0; bit < 2; bit++)
        draw_high(pen_after_bit(&source->form, &table[ID_TP_IDL + bit], bit),
                  source->form.settings.tp_idl_ps);
    draw_high(pen_from_rest(&source->form, &table[ID_PULSE]), LINK_PULSE_PS);
}

static bool within(double value, double low, double high) {
    return value >= low && value <= high; /* false for NAN */
}

static bool settings_make_sense(const struct line_settings *s) {
    return within(s->ppm, -MAX_PPM, MAX_PPM) && within(s->jitter_rms_ps, 0, MAX_JITTER_PS) &&
           within(s->jitter_peak_ps, 0, MAX_JITTER_PS) && s->preamble_bits >= PREAMBLE_BITS_MIN &&
           s->preamble_bits <= PREAMBLE_BITS_MAX && s->amplitude_v > 0 &&
           within(s->amplitude_v, 0, 100) &&
           /* a ramp must be over before the next half cell begins, at any rate */
           within(s->rise_ps, 0, LINE_MAX_RISE_PS) && within(s->vit_plus, s->vit_minus, 100) &&
           within(s->vit_minus, -100, s->vit_plus) &&
           within(s->tp_idl_ps, TP_IDL_MIN_PS, TP_IDL_MAX_PS) &&
           within(s->cable_m, 0, CABLE_MAX_M) && within(s->noise_rms_v, 0, MAX_NOISE_V) &&
           within(s->crosstalk_v, 0, MAX_NOISE_V);
}

static void split(double length_ps, int32_t *whole, uint64_t *fraction) {
    *whole = (int32_t)length_ps;
    *fraction = (uint64_t)((length_ps - *whole) * 18446744073709551616.0);
}

/* The frame's head: its first symbol takes the bits that do not fill an octet, so that
 * the octets after it stand as in a frame of normal length. */
static void plan_preamble(struct line_source *source) {
    unsigned bits = (unsigned)(PREAMBLE_SFD_BITS + source->form.settings.preamble_bits);
    source->first_bits = bits % 8 ? bits % 8 : 8;
    source->preamble_octets = (bits - source->first_bits) / 8;
    unsigned whole = source->preamble_octets > 0 ? PREAMBLE_OCTET : SFD_OCTET;
    source->first_octet = (uint8_t)(whole >> (8 - source->first_bits));
    split(source->first_bits * source->form.bit_ps, &source->first_ps, &source->first_fraction);
    split(8 * source->form.bit_ps, &source->octet_ps, &source->octet_fraction);
}

static struct form form_of(const struct line_settings *settings) {
    return (struct form){*settings, NOMINAL_BIT_PS / (1 + settings->ppm * 1e-6),
                         settings->rise_ps * RAMP_PER_RISE};
}

static bool is_waved(const struct line_settings *s) {
    return s->cable_m > 0 || s->noise_rms_v > 0 || s->crosstalk_v > 0;
}

static bool is_jittered(const struct line_settings *s) {
    return s->jitter_rms_ps > 0 || s->jitter_peak_ps > 0;
}

double line_whole_ppm(double ppm) {
    double bit = NOMINAL_BIT_PS / (1 + ppm * 1e-6);
    return (NOMINAL_BIT_PS / (double)(int32_t)(bit + 0.5) - 1) * 1e6;
}

bool line_source_cells(const struct line_settings *settings, struct line_symbol *cells) {
    if (!settings_make_sense(settings) || is_waved(settings) || is_jittered(settings))
        return false;
    const struct form form = form_of(settings);
    const int32_t length = (int32_t)(form.bit_ps + 0.5);
    if (!within(form.bit_ps - length, -1e-6, 1e-6))
        return false;
    for (unsigned i = 0; i < LINE_CELL_FIRST; i++)
        draw_bits(pen_after_bit(&form, &cells[i], i & 2), i & 1, 1, length);
    for (unsigned bit = 0; bit < 2; bit++) {
        draw_bits(pen_from_rest(&form, &cells[LINE_CELL_FIRST + bit]), (uint8_t)bit, 1, length);
        draw_high(pen_after_bit(&form, &cells[LINE_CELL_TP_IDL + bit], bit), settings->tp_idl_ps);
    }
    return true;
}

struct line_source *line_source_create(const struct line_settings *settings) {
    if (!settings_make_sense(settings))
        return NULL;
    struct line_source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    source->form = form_of(settings);
    gauss_init(&source->gauss);
    source->stream_gauss = rng_stream(JITTER_STREAM_GAUSS);
    source->stream_peak = rng_stream(JITTER_STREAM_PEAK);
    source->ids = malloc(MAX_SYMBOLS * sizeof *source->ids);
    /* twice: the waveform's, and the same with jitter */
    source->edges = malloc(2 * MAX_SYMBOLS * LINE_SYMBOL_MAX_EDGES * sizeof *source->edges);
    if (!source->ids || !source->edges) {
        line_source_destroy(source);
        return NULL;
    }
    source->waved = is_waved(settings);
    if (!waveform_init(&source->waveform, &source->form.settings, &source->gauss,
                       source->form.bit_ps, source->form.ramp_ps)) {
        line_source_destroy(source);
        return NULL;
    }
    plan_preamble(source);
    make_table(source);
    return source;
}

void line_source_destroy(struct line_source *source) {
    if (!source)
        return;
    free(source->ids);
    free(source->edges);
    free(source);
}

const struct line_symbol *line_source_symbols(const struct line_source *source, size_t *n) {
    *n = ID_COUNT;
    return source->table;
}

double line_source_bit_ps(const struct line_source *source) {
    return source->form.bit_ps;
}

bool line_source_repeats(const struct line_source *source) {
    return !source->waved && !is_jittered(&source->form.settings);
}

uint8_t line_source_rest_level(const struct line_source *source) {
    return level_of(&source->form.settings, 0);
}

/* A frame being encoded; kept in registers by the loops below. */
struct encoder {
    uint16_t *out;
    uint64_t phase;    /* fraction of the ideal position, rounded at a half */
    unsigned previous; /* the last bit, as it stands in an id */
    unsigned longer;   /* symbols that took the longer variant */
};

static inline unsigned encoder_step(struct encoder *e, uint64_t fraction) {
    e->phase += fraction;
    unsigned carry = e->phase < fraction;
    e->longer += carry;
    return carry;
}

static inline void encode_octet(struct encoder *e, uint64_t fraction, uint8_t octet) {
    unsigned carry = encoder_step(e, fraction);
    *e->out++ = (uint16_t)(octet | e->previous | carry * ID_LONGER);
    e->previous = (unsigned)(octet >> 7) * ID_PREVIOUS;
}

static struct encoder encode_preamble(struct line_source *source) {
    struct encoder e = {.out = source->ids, .phase = UINT64_C(1) << 63};
    *e.out++ = (uint16_t)(ID_FIRST + encoder_step(&e, source->first_fraction));
    e.previous = (unsigned)(source->first_octet >> (source->first_bits - 1)) * ID_PREVIOUS;
    for (unsigned left = source->preamble_octets; left > 0; left--)
        encode_octet(&e, source->octet_fraction, left > 1 ? PREAMBLE_OCTET : SFD_OCTET);
    return e;
}

static void begin_burst(struct line_source *source, sim_time start, struct line_burst *burst) {
    source->symbols_sent = source->symbols_called;
    *burst = (struct line_burst){.start = start, .symbols = source->ids};
}

static void end_burst(struct line_source *source, unsigned id, size_t n, struct line_burst *burst) {
    source->ids[n++] = (uint16_t)id;
    burst->end = burst->data_end + source->table[id].length_ps;
    burst->n_symbols = n;
    source->symbols_called += n;
}

static void begin_wave(struct line_source *source, sim_time start) {
    waveform_begin(&source->waveform, start, level_of(&source->form.settings, 0), source->edges,
                   MAX_SYMBOLS * LINE_SYMBOL_MAX_EDGES,
                   source->symbols_sent * LINE_SYMBOL_MAX_EDGES);
}

/* High for high_ps, then rest; the burst lasts until the receiver sees that. */
static void end_wave(struct line_source *source, double high_ps, struct line_burst *burst) {
    waveform_move(&source->waveform, bit_volt(&source->form, true), high_ps);
    source->n_edges = waveform_end(&source->waveform);
    sim_time last = source->n_edges ? source->edges[source->n_edges - 1].time : burst->start;
    if (last >= burst->end)
        burst->end = last + 1;
}

static void wave_bits(struct line_source *source, uint8_t octet, unsigned n_bits) {
    for (unsigned i = 0; i < n_bits; i++) {
        bool bit = octet >> i & 1;
        waveform_half(&source->waveform, bit_volt(&source->form, !bit));
        waveform_half(&source->waveform, bit_volt(&source->form, bit));
    }
}

static void wave_frame(struct line_source *source, const uint8_t *octets, size_t n,
                       struct line_burst *burst) {
    begin_wave(source, burst->start);
    wave_bits(source, source->first_octet, source->first_bits);
    for (unsigned left = source->preamble_octets; left > 0; left--)
        wave_bits(source, left > 1 ? PREAMBLE_OCTET : SFD_OCTET, 8);
    for (size_t i = 0; i < n; i++)
        wave_bits(source, octets[i], 8);
    end_wave(source, source->form.settings.tp_idl_ps, burst);
}

bool line_source_frame(struct line_source *source, const uint8_t *octets, size_t n, sim_time start,
                       struct line_burst *burst) {
    if (n == 0 || n > LINE_MAX_FRAME)
        return false;
    begin_burst(source, start, burst);
    struct encoder e = encode_preamble(source);
    burst->sfd_end =
        start + source->first_ps + (sim_time)source->preamble_octets * source->octet_ps + e.longer;
    e.longer = 0;
    for (size_t i = 0; i < n; i++)
        encode_octet(&e, source->octet_fraction, octets[i]);
    burst->data_end = burst->sfd_end + (sim_time)n * source->octet_ps + e.longer;
    end_burst(source, ID_TP_IDL + (e.previous != 0), (size_t)(e.out - source->ids), burst);
    if (source->waved)
        wave_frame(source, octets, n, burst);
    return true;
}

bool line_source_link_pulse(struct line_source *source, sim_time start, struct line_burst *burst) {
    begin_burst(source, start, burst);
    burst->sfd_end = burst->data_end = start;
    end_burst(source, ID_PULSE, 0, burst);
    if (source->waved) {
        begin_wave(source, start);
        end_wave(source, LINK_PULSE_PS, burst);
    }
    return true;
}

/* Edge number: the symbol's number since the source was made, times the most edges a
 * symbol may have, plus the edge's place in it. */
static double jitter(const struct line_source *source, uint64_t number) {
    const struct line_settings *s = &source->form.settings;
    double ps = 0;
    if (s->jitter_rms_ps > 0)
        ps += s->jitter_rms_ps * gauss_at(&source->gauss, s->seed, source->stream_gauss, number);
    if (s->jitter_peak_ps > 0)
        ps += s->jitter_peak_ps * (2 * rng_uniform(s->seed, source->stream_peak, number) - 1);
    return ps;
}

static size_t edges_exact(struct line_source *source, const struct line_burst *burst) {
    struct line_edge *out = source->edges;
    sim_time at = burst->start;
    for (size_t i = 0; i < burst->n_symbols; i++) {
        const struct line_symbol *symbol = &source->table[burst->symbols[i]];
        for (unsigned e = 0; e < symbol->n_edges; e++)
            *out++ = (struct line_edge){at + symbol->dt_ps[e], symbol->level[e]};
        at += symbol->length_ps;
    }
    return (size_t)(out - source->edges);
}

static size_t edges_jittered(struct line_source *source, const struct line_burst *burst) {
    struct line_edge *out = source->edges;
    sim_time at = burst->start, last = INT64_MIN;
    for (size_t i = 0; i < burst->n_symbols; i++) {
        const struct line_symbol *symbol = &source->table[burst->symbols[i]];
        uint64_t number = (source->symbols_sent + i) * LINE_SYMBOL_MAX_EDGES;
        for (unsigned e = 0; e < symbol->n_edges; e++) {
            double ps = jitter(source, number + e);
            sim_time time = at + symbol->dt_ps[e] + (sim_time)(ps < 0 ? ps - 0.5 : ps + 0.5);
            last = time > last ? time : last + 1;
            *out++ = (struct line_edge){last, symbol->level[e]};
        }
        at += symbol->length_ps;
    }
    return (size_t)(out - source->edges);
}

/* The waveform's own edges keep their places behind the jittered ones: asking again gives
 * the same. */
static size_t edges_waved(struct line_source *source, const struct line_edge **edges) {
    struct line_edge *out = source->edges + MAX_SYMBOLS * LINE_SYMBOL_MAX_EDGES;
    sim_time last = INT64_MIN;
    if (!is_jittered(&source->form.settings))
        return source->n_edges;
    *edges = out;
    for (size_t i = 0; i < source->n_edges; i++) {
        double ps = jitter(source, source->symbols_sent * LINE_SYMBOL_MAX_EDGES + i);
        sim_time time = source->edges[i].time + (sim_time)(ps < 0 ? ps - 0.5 : ps + 0.5);
        last = time > last ? time : last + 1;
        out[i] = (struct line_edge){last, source->edges[i].level};
    }
    return source->n_edges;
}

size_t line_source_edges(struct line_source *source, const struct line_burst *burst,
                         const struct line_edge **edges) {
    *edges = source->edges;
    if (source->waved)
        return edges_waved(source, edges);
    return is_jittered(&source->form.settings) ? edges_jittered(source, burst)
                                               : edges_exact(source, burst);
}

/* --- the voltage itself -------------------------------------------------------------------- */

static void draw_symbol(struct line_source *source, struct waveform *w, unsigned id) {
    static const int BITS = 8;
    bool first = id == ID_FIRST || id == ID_FIRST + 1;
    unsigned octet = first ? source->first_octet : id & 0xff;
    int n = first ? (int)source->first_bits : BITS;
    if (id >= ID_TP_IDL) {
        waveform_move(w, bit_volt(&source->form, true),
                      id == ID_PULSE ? LINK_PULSE_PS : source->form.settings.tp_idl_ps);
        return;
    }
    for (int i = 0; i < n; i++) {
        bool bit = octet >> i & 1;
        waveform_half(w, bit_volt(&source->form, !bit));
        waveform_half(w, bit_volt(&source->form, bit));
    }
}

/* Back to 0 V, as far as a picture shows it. */
static void draw_tail(struct waveform *w, const struct waveform_trace *trace) {
    double dt = LINK_PULSE_PS, tail = 0;
    waveform_end(w);
    for (; trace->n > 0 && tail < WAVEFORM_TAIL_PS; tail += dt) {
        double volt = trace->volts[trace->n - 1].volt;
        if (volt < WAVEFORM_TRUE_V && volt > -WAVEFORM_TRUE_V)
            break;
        waveform_move(w, 0, dt);
    }
}

/* Times move as the edges around them do, from where they were to where jitter puts them. */
static void follow_edges(struct line_volt *volts, size_t n, const struct line_edge *from,
                         const struct line_edge *to, size_t n_edges) {
    size_t at = 0; /* edges behind us */
    sim_time last = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        for (; at < n_edges && from[at].time <= volts[i].time; at++)
            ;
        sim_time before = at > 0 ? to[at - 1].time - from[at - 1].time : 0;
        sim_time after = at < n_edges ? to[at].time - from[at].time : before;
        sim_time since = at > 0 ? volts[i].time - from[at - 1].time : 0;
        sim_time length = at > 0 && at < n_edges ? from[at].time - from[at - 1].time : 0;
        double share = length > 0 ? (double)since / (double)length : at > 0 ? 0 : 1;
        volts[i].time += before + (sim_time)((double)(after - before) * share);
        if (volts[i].time <= last)
            volts[i].time = last + 1;
        last = volts[i].time;
    }
}

static void follow_jitter(struct line_source *source, const struct line_burst *burst,
                          struct line_volt *volts, size_t n) {
    struct line_edge *exact = source->edges + MAX_SYMBOLS * LINE_SYMBOL_MAX_EDGES;
    const struct line_edge *to, *from = source->edges;
    size_t n_edges;
    if (source->waved) {
        n_edges = edges_waved(source, &to);
    } else {
        n_edges = edges_exact(source, burst);
        memcpy(exact, source->edges, n_edges * sizeof *exact);
        from = exact;
        edges_jittered(source, burst);
        to = source->edges;
    }
    follow_edges(volts, n, from, to, n_edges);
}

size_t line_source_volts(struct line_source *source, const struct line_burst *burst,
                         struct line_volt *volts, size_t most, bool *cut) {
    struct waveform_trace trace = {.volts = volts, .most = most};
    struct waveform w = source->waveform;
    waveform_begin(&w, burst->start, level_of(&source->form.settings, 0), NULL, 0,
                   source->symbols_sent * LINE_SYMBOL_MAX_EDGES);
    w.trace = &trace;
    for (size_t i = 0; i < burst->n_symbols; i++)
        draw_symbol(source, &w, burst->symbols[i]);
    draw_tail(&w, &trace);
    if (is_jittered(&source->form.settings))
        follow_jitter(source, burst, volts, trace.n);
    *cut = trace.cut;
    return trace.n;
}
