#include "models/line/clause14.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/clause14_signal.h"
#include "models/line/decode.h"

#define BIT_PS      100000.0
#define MAX_PULSE   (300 * SIM_NS) /* longer bursts are no link pulse */
#define FRAME_EDGES 16             /* fewer are no frame */
#define SKIPPED     4              /* edges at a frame's start whose jitter nobody counts */
#define MAX_WAITING 64
#define MAX_ENABLES 16
#define CUT         (1900 * SIM_NS) /* a transmission this close to the end was cut by it */

static const struct clause14_row limits[CLAUSE14_ROWS] = {
    [CLAUSE14_PEAK_LEAST] = {.id = "peak, least",
                             .unit = "V",
                             .limit = 2.2,
                             .at_least = true,
                             .source = "14.3.1.2.1: 2.2 V; as 78Q2123, p. 31"},
    [CLAUSE14_PEAK_MOST] = {.id = "peak, most",
                            .unit = "V",
                            .limit = 2.8,
                            .source = "14.3.1.2.1: 2.8 V; as 78Q2123, p. 31"},
    [CLAUSE14_JITTER] = {.id = "edge jitter",
                         .unit = "ns",
                         .limit = 8,
                         .source = "14.3.1.2.3: 8 ns into 100 ohm; as CS8952, p. 6"},
    [CLAUSE14_BIT_RATE] = {.id = "bit rate error",
                           .unit = "ppm",
                           .limit = 100,
                           .source = "7.3.2: 0.01 %; from memory, check"},
    [CLAUSE14_PREAMBLE] = {.id = "preamble",
                           .unit = "bit",
                           .limit = 62,
                           .at_least = true,
                           .source = "14.2.1.1: 64 bits, 2 may be lost; from memory, check"},
    [CLAUSE14_GAP] = {.id = "interframe gap",
                      .unit = "us",
                      .limit = 9.6,
                      .at_least = true,
                      .source = "4.4.2: 9.6 us"},
    [CLAUSE14_TP_IDL] = {.id = "TP_IDL",
                         .unit = "ns",
                         .limit = 250,
                         .at_least = true,
                         .source = "14.3.1.2.1, fig. 14-10: 250 ns; as CS8952, p. 6"},
    [CLAUSE14_TP_IDL_DECAY] = {.id = "TP_IDL decay",
                               .unit = "us",
                               .limit = 4.5,
                               .source = "fig. 14-10: 50 mV at 45 bit times; as CS8952, p. 6"},
    [CLAUSE14_TP_IDL_UNDER] = {.id = "TP_IDL undershoot",
                               .unit = "V",
                               .limit = -SIGNAL_LEVEL,
                               .at_least = true,
                               .source = "14.3.1.3.2: 300 mV is no signal; from memory, check"},
    [CLAUSE14_MEAN] = {.id = "frame mean",
                       .unit = "V",
                       .limit = SIGNAL_REST,
                       .source = "no row of its own; the 50 mV of an idle line"},
    [CLAUSE14_REST] = {.id = "idle line",
                       .unit = "V",
                       .limit = SIGNAL_REST,
                       .source = "fig. 14-10: 50 mV"},
    [CLAUSE14_PULSE_PEAK] = {.id = "link pulse peak",
                             .unit = "V",
                             .limit = 0.585,
                             .at_least = true,
                             .source = "fig. 14-12: 585 mV; from memory, check"},
    [CLAUSE14_PULSE_WIDTH] = {.id = "link pulse, narrowest",
                              .unit = "ns",
                              .limit = 60,
                              .at_least = true,
                              .source = "CS8952, p. 6: 60 to 200 ns"},
    [CLAUSE14_PULSE_WIDEST] = {.id = "link pulse, widest",
                               .unit = "ns",
                               .limit = 200,
                               .source = "CS8952, p. 6: 60 to 200 ns"},
    [CLAUSE14_PULSE_UNDER] = {.id = "link pulse undershoot",
                              .unit = "V",
                              .limit = -SIGNAL_LEVEL,
                              .at_least = true,
                              .source = "14.3.1.3.2: 300 mV is no signal; from memory, check"},
    [CLAUSE14_PULSE_DECAY] = {.id = "link pulse decay",
                              .unit = "us",
                              .limit = 4.2,
                              .source = "fig. 14-12: 50 mV at 42 bit times; from memory, check"},
    [CLAUSE14_PULSE_SOONEST] = {.id = "link pulse to pulse",
                                .unit = "ms",
                                .limit = 8,
                                .at_least = true,
                                .source = "14.2.1.1: 16 ms, +-8 ms; from memory, check"},
    [CLAUSE14_SILENCE] = {.id = "longest silence",
                          .unit = "ms",
                          .limit = 24,
                          .source = "14.2.1.1: 16 ms, +-8 ms; from memory, check"},
    [CLAUSE14_ENCODER] = {.id = "encoder pulse",
                          .unit = "ns",
                          .limit = 34,
                          .at_least = true,
                          .source = "half a bit less twice the 8 ns of 14.3.1.2.3"},
    [CLAUSE14_ENABLE] = {.id = "enable before data",
                         .unit = "ns",
                         .limit = 0,
                         .at_least = true,
                         .source = "an edge before the driver drives is lost"},
    [CLAUSE14_DISABLE] = {.id = "enable after data",
                          .unit = "ns",
                          .limit = 250,
                          .at_least = true,
                          .source = "14.3.1.2.1: TP_IDL lasts 250 ns"},
};

/* Frames that wait for their like on the other side. */
struct waiting {
    struct named {
        uint64_t hash;
        size_t n;
    } frames[MAX_WAITING];
    size_t n;
};

struct enable { /* one stretch of DE high */
    sim_time on, off, first_d;
};

struct clause14 {
    struct clause14_row rows[CLAUSE14_ROWS];
    struct clause14_counts counts;
    struct clause14_sink sink;
    struct signal signal;
    uint8_t *octets; /* of the frame being looked at */
    struct waiting sent, seen;
    struct enable enables[MAX_ENABLES]; /* the latest, by number modulo */
    uint64_t n_enables;
    bool d, de, any_d;
    sim_time d_at;
    bool d_counts;                 /* the edge at d_at came while enabled */
    sim_time last_end, last_pulse; /* SIM_NEVER: none yet */
    bool last_is_frame, last_is_pulse;
};

double clause14_slack(const struct clause14_row *row) {
    return row->at_least ? row->worst - row->limit : row->limit - row->worst;
}

static void take(struct clause14 *c, enum clause14_id id, double value, sim_time time) {
    struct clause14_row *row = &c->rows[id];
    if (row->seen && (row->at_least ? value >= row->worst : value <= row->worst))
        return;
    row->seen = true;
    row->worst = value;
    row->time = time;
}

static double ns(sim_time time) {
    return (double)time * 1e-3;
}

/* FNV-1a, 64 bit. */
static uint64_t hash(const uint8_t *octets, size_t n) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ octets[i]) * UINT64_C(0x100000001b3);
    return h;
}

static void drop(struct waiting *w, size_t i) {
    memmove(w->frames + i, w->frames + i + 1, (--w->n - i) * sizeof *w->frames);
}

/* Finds it on the other side, or waits for it; `lost` counts who waited in vain. */
static void match(struct waiting *own, struct waiting *other, const uint8_t *octets, size_t n,
                  uint64_t *lost) {
    uint64_t h = hash(octets, n);
    for (size_t i = 0; i < other->n; i++)
        if (other->frames[i].n == n && other->frames[i].hash == h) {
            drop(other, i);
            return;
        }
    if (own->n == MAX_WAITING) {
        drop(own, 0);
        ++*lost;
    }
    own->frames[own->n++] = (struct named){h, n};
}

/* A straight line through the edges: their number in half bits against their time. */
struct clock {
    double half_ps, offset_ps; /* from the first edge */
};

static struct clock fit_clock(const struct signal_burst *b, size_t edges) {
    double n = 0, sk = 0, st = 0, skk = 0, skt = 0, k = 0;
    for (size_t i = SKIPPED; i < edges; i++) {
        double t = (double)(b->edges[i].time - b->edges[0].time);
        if (i > SKIPPED)
            k += floor((double)(b->edges[i].time - b->edges[i - 1].time) / (BIT_PS / 2) + 0.5);
        n++;
        sk += k;
        st += t;
        skk += k * k;
        skt += k * t;
    }
    double half = (n * skt - sk * st) / (n * skk - sk * sk);
    return (struct clock){half, (st - half * sk) / n};
}

static void measure_clock(struct clause14 *c, const struct signal_burst *b, size_t edges,
                          struct clock clock) {
    double k = 0, worst = 0;
    sim_time at = b->edges[0].time;
    for (size_t i = SKIPPED; i < edges; i++) {
        if (i > SKIPPED)
            k += floor((double)(b->edges[i].time - b->edges[i - 1].time) / (BIT_PS / 2) + 0.5);
        double t = (double)(b->edges[i].time - b->edges[0].time);
        double off = fabs(t - clock.offset_ps - k * clock.half_ps);
        if (off > worst) {
            worst = off;
            at = b->edges[i].time;
        }
    }
    take(c, CLAUSE14_JITTER, worst * 1e-3, at);
    take(c, CLAUSE14_BIT_RATE, fabs(BIT_PS / 2 / clock.half_ps - 1) * 1e6, b->edges[0].time);
}

/* The stretch of enable the first edge of a burst belongs to; NULL when it is not known. */
static const struct enable *enable_of(const struct clause14 *c, const struct signal_burst *b) {
    const struct enable *found = NULL;
    for (uint64_t i = 0; i < MAX_ENABLES && i < c->n_enables; i++) {
        const struct enable *e = &c->enables[(c->n_enables - 1 - i) % MAX_ENABLES];
        if (e->on <= b->edges[0].time && (!found || e->on > found->on))
            found = e;
    }
    return found;
}

static void measure_enable(struct clause14 *c, const struct signal_burst *b, sim_time end) {
    const struct enable *e = enable_of(c, b);
    if (!e)
        return;
    if (e->first_d != SIM_NEVER)
        take(c, CLAUSE14_ENABLE, ns(e->first_d - e->on), e->on);
    if (e->off != SIM_NEVER)
        take(c, CLAUSE14_DISABLE, ns(e->off - end), e->off);
}

/* The last high is over; a line that stays high to the end has no such width. */
static bool high_ended(const struct signal_burst *b) {
    return b->high_to > b->high_from;
}

static void measure_frame(struct clause14 *c, const struct signal_burst *b, sim_time end) {
    sim_time start = b->edges[0].time;
    take(c, CLAUSE14_PEAK_LEAST, fmin(b->peak_high, -b->peak_low), start);
    take(c, CLAUSE14_PEAK_MOST, fmax(b->peak_high, -b->peak_low), start);
    if (high_ended(b)) {
        take(c, CLAUSE14_TP_IDL, ns(b->high_to - b->high_from), b->high_from);
        take(c, CLAUSE14_TP_IDL_DECAY, ns(b->tail_rest - b->high_to) * 1e-3, b->high_to);
    }
    /* after a last bit 0 the low that follows the last high is the bit's own */
    take(c, CLAUSE14_TP_IDL_UNDER, b->high_to > end - 10 * SIM_NS ? b->after_high : b->after_any,
         b->high_to);
    take(c, CLAUSE14_MEAN, fabs(b->mean), start);
    if (c->last_end != SIM_NEVER && c->last_is_frame)
        take(c, CLAUSE14_GAP, ns(start - c->last_end) * 1e-3, start);
    measure_enable(c, b, end);
}

/* True when the burst is a frame, with or without a good FCS. */
static bool try_frame(struct clause14 *c, const struct signal_burst *b) {
    struct line_decoded d = {.octets = c->octets, .capacity = LINE_MAX_FRAME};
    if (b->n < FRAME_EDGES)
        return false;
    line_decode(b->edges, b->n, BIT_PS, &d);
    if (!d.sfd || d.n == 0)
        return false;
    /* what comes later than the last whole octet is the driver's end, not data */
    sim_time last = d.last_bit - (sim_time)(d.dribble_bits * BIT_PS);
    size_t edges = b->n;
    while (edges > FRAME_EDGES && b->edges[edges - 1].time > last + (sim_time)(BIT_PS / 4))
        edges--;
    struct clock clock = fit_clock(b, edges);
    sim_time end = last + (sim_time)(clock.half_ps + 0.5);
    c->counts.frames++;
    c->counts.bad_fcs += !d.fcs_ok;
    take(c, CLAUSE14_PREAMBLE, d.preamble_bits, b->edges[0].time);
    measure_clock(c, b, edges, clock);
    measure_frame(c, b, end);
    match(&c->seen, &c->sent, c->octets, d.n, &c->counts.different);
    struct clause14_frame frame = {c->octets,
                                   d.n,
                                   d.fcs_ok,
                                   b->edges[0].time,
                                   end,
                                   2 * clock.half_ps,
                                   (double)(d.sfd_time - b->edges[0].time)};
    if (c->sink.frame)
        c->sink.frame(c->sink.self, &frame);
    c->last_end = end;
    c->last_is_frame = true;
    c->last_is_pulse = false;
    return true;
}

static bool is_pulse(const struct signal_burst *b) {
    return b->n <= 3 && b->edges[0].level == 1 && high_ended(b) &&
           b->edges[b->n - 1].time - b->edges[0].time < MAX_PULSE &&
           b->high_to - b->high_from < MAX_PULSE;
}

static void measure_pulse(struct clause14 *c, const struct signal_burst *b) {
    sim_time start = b->edges[0].time;
    double width = ns(b->high_to - b->high_from);
    c->counts.pulses++;
    take(c, CLAUSE14_PULSE_PEAK, b->peak_high, start);
    take(c, CLAUSE14_PULSE_WIDTH, width, start);
    take(c, CLAUSE14_PULSE_WIDEST, width, start);
    take(c, CLAUSE14_PULSE_UNDER, b->after_high, start);
    take(c, CLAUSE14_PULSE_DECAY, ns(b->tail_rest - start) * 1e-3, start);
    if (c->last_pulse != SIM_NEVER && c->last_is_pulse)
        take(c, CLAUSE14_PULSE_SOONEST, ns(start - c->last_pulse) * 1e-6, start);
    c->last_pulse = start;
    c->last_end = b->high_to;
    c->last_is_frame = false;
    c->last_is_pulse = true;
    if (c->sink.pulse)
        c->sink.pulse(c->sink.self, start);
}

/* From the first link pulse on: before, the oscillator has just been switched on. */
static void measure_silence(struct clause14 *c, sim_time until) {
    if (c->last_pulse != SIM_NEVER)
        take(c, CLAUSE14_SILENCE, ns(until - c->last_end) * 1e-6, until);
}

static void burst_done(void *self, const struct signal_burst *b) {
    struct clause14 *c = self;
    sim_time start = b->edges[0].time;
    if (!isnan(b->before))
        take(c, CLAUSE14_REST, fabs(b->before), start);
    measure_silence(c, start);
    if (is_pulse(b))
        measure_pulse(c, b);
    else if (!try_frame(c, b)) {
        c->counts.fragments++;
        c->last_end = b->edges[b->n - 1].time;
        c->last_is_frame = c->last_is_pulse = false;
    }
}

struct clause14 *clause14_create(const struct clause14_sink *sink, struct sim_err *err) {
    struct clause14 *c = calloc(1, sizeof *c);
    uint8_t *octets = malloc(LINE_MAX_FRAME);
    if (!c || !octets || !signal_init(&c->signal)) {
        free(octets);
        free(c);
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < CLAUSE14_ROWS; i++)
        c->rows[i] = limits[i];
    c->sink = *sink;
    c->octets = octets;
    c->signal.self = c;
    c->signal.done = burst_done;
    c->last_end = c->last_pulse = SIM_NEVER;
    return c;
}

void clause14_destroy(struct clause14 *c) {
    if (!c)
        return;
    signal_finish(&c->signal);
    free(c->octets);
    free(c);
}

void clause14_piece(void *self, const struct transmitter_piece *piece) {
    struct clause14 *c = self;
    signal_piece(&c->signal, piece);
}

/* An edge at D shortly before belongs to the same transmission, and is lost. */
static void enabled(struct clause14 *c, sim_time time, bool de) {
    bool late = c->any_d && time - c->d_at < 4 * (sim_time)BIT_PS;
    if (de)
        c->enables[c->n_enables++ % MAX_ENABLES] =
            (struct enable){.on = time, .off = SIM_NEVER, .first_d = late ? c->d_at : SIM_NEVER};
    else if (c->n_enables)
        c->enables[(c->n_enables - 1) % MAX_ENABLES].off = time;
}

/* Pulses at D count when both their edges come while the driver is enabled. */
void clause14_driver(struct clause14 *c, sim_time time, bool d, bool de) {
    if (de != c->de)
        enabled(c, time, de);
    if (d != c->d) {
        if (c->de && c->d_counts)
            take(c, CLAUSE14_ENCODER, ns(time - c->d_at), c->d_at);
        struct enable *e = &c->enables[(c->n_enables - 1) % MAX_ENABLES];
        if (de && c->n_enables && e->first_d == SIM_NEVER)
            e->first_d = time;
        c->d_counts = c->de;
        c->any_d = true;
        c->d_at = time;
    }
    c->d = d;
    c->de = de;
}

void clause14_sent(struct clause14 *c, const uint8_t *octets, size_t n) {
    match(&c->sent, &c->seen, octets, n, &c->counts.missing);
}

void clause14_finish(struct clause14 *c, sim_time time) {
    signal_flush(&c->signal, time - CUT);
    measure_silence(c, time);
    c->counts.missing += c->sent.n;
    c->counts.different += c->seen.n;
    c->sent.n = c->seen.n = 0;
}

const struct clause14_row *clause14_rows(const struct clause14 *c) {
    return c->rows;
}

struct clause14_counts clause14_counts(const struct clause14 *c) {
    return c->counts;
}
