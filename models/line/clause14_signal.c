#include "models/line/clause14_signal.h"

#include <math.h>
#include <stdlib.h>

#define FINEST SIM_NS /* a driver's edge takes several */

/* What moves slower than 200 ns is straight over a bit; 1 mV is no peak. */
#define SLOW_PS 2e5
#define CALM    1e-3

bool signal_init(struct signal *s) {
    *s = (struct signal){0};
    s->burst.edges = malloc(SIGNAL_MAX_EDGES * sizeof *s->burst.edges);
    return s->burst.edges;
}

void signal_finish(struct signal *s) {
    free(s->burst.edges);
    s->burst.edges = NULL;
}

/* A point leaves the last 30 ns. */
static void settle(struct signal *s) {
    struct signal_point p = s->recent[s->recent_from];
    struct signal_burst *b = &s->burst;
    s->recent_from = (s->recent_from + 1) % SIGNAL_RECENT;
    s->n_recent--;
    s->settled = p.volt;
    if (fabs(p.volt) > SIGNAL_REST)
        b->tail_rest = p.time;
    if (p.time > b->high_to)
        b->after_high = fmin(b->after_high, p.volt);
    b->after_any = fabs(p.volt) >= SIGNAL_LEVEL ? 0 : fmin(b->after_any, p.volt);
}

static void remember(struct signal *s, sim_time now, double v) {
    while (s->n_recent && (s->n_recent == SIGNAL_RECENT ||
                           s->recent[s->recent_from].time <= now - SIGNAL_HOLDBACK))
        settle(s);
    s->recent[(s->recent_from + s->n_recent++) % SIGNAL_RECENT] = (struct signal_point){now, v};
}

static void close_burst(struct signal *s) {
    struct signal_burst *b = &s->burst;
    if (!s->active)
        return;
    double length = (double)(b->edges[b->n - 1].time - b->edges[0].time);
    b->mean = length > 0 ? s->area_to_edge / length : 0;
    s->active = false;
    if (s->done)
        s->done(s->self, b);
}

void signal_flush(struct signal *s, sim_time before) {
    while (s->n_recent)
        settle(s);
    if (s->active && s->burst.edges[s->burst.n - 1].time <= before)
        close_burst(s);
    s->active = false;
}

static void begin(struct signal *s, sim_time time) {
    struct line_edge *edges = s->burst.edges;
    double before = fabs(s->settled) < SIGNAL_LEVEL ? s->settled : (double)NAN;
    close_burst(s);
    s->n_recent = 0;
    s->burst = (struct signal_burst){
        .edges = edges, .before = before, .high_from = time, .high_to = time, .tail_rest = time};
    s->active = true;
    s->area = s->area_to_edge = 0;
}

/* When the voltage passed `level` between the last point and `now`. */
static sim_time crossing(const struct signal *s, const struct transmitter_piece *piece,
                         sim_time now, double level, bool up) {
    sim_time from = s->at < piece->start ? piece->start : s->at;
    struct transmitter_piece part = *piece;
    part.end = now + 1;
    sim_time at = transmitter_piece_reach(&part, from, level, up);
    return at == SIM_NEVER ? now : at;
}

/* The voltage has come beyond +-300 mV on the other side, or from rest. */
static void edge(struct signal *s, const struct transmitter_piece *piece, sim_time now, int side) {
    struct signal_burst *b = &s->burst;
    bool paused = !s->active || now - b->edges[b->n - 1].time > SIGNAL_PAUSE;
    sim_time time = s->zero;
    if (s->side == 0 || paused)
        time = crossing(s, piece, now, side > 0 ? SIGNAL_LEVEL : -SIGNAL_LEVEL, side > 0);
    if (paused)
        begin(s, time);
    s->side = side;
    if (side > 0)
        b->high_from = b->high_to = time;
    s->area_to_edge = s->area;
    if (b->n == SIGNAL_MAX_EDGES) {
        b->overflow = true;
        return;
    }
    b->edges[b->n++] = (struct line_edge){.time = time, .level = side > 0};
}

/* The end of a high. A fast fall is beyond -300 mV by the same point: this comes ahead of edge().
 */
static void leave_high(struct signal *s, const struct transmitter_piece *piece, sim_time now) {
    s->burst.high_to = crossing(s, piece, now, SIGNAL_LEVEL, false);
    s->burst.after_high = 0;
}

/* What a point at `now` adds to the burst. */
static void measure(struct signal *s, sim_time now, double v) {
    struct signal_burst *b = &s->burst;
    s->area += v * (double)(now - s->at);
    b->peak_high = v > b->peak_high ? v : b->peak_high;
    b->peak_low = v < b->peak_low ? v : b->peak_low;
}

static void point(struct signal *s, const struct transmitter_piece *piece, sim_time now, double v) {
    if ((v >= 0) != (s->last >= 0)) {
        sim_time zero =
            transmitter_piece_reach(piece, s->at < piece->start ? piece->start : s->at, 0, v >= 0);
        s->zero = zero == SIM_NEVER ? now : zero;
    }
    if (s->active && s->side > 0 && s->last >= SIGNAL_LEVEL && v < SIGNAL_LEVEL)
        leave_high(s, piece, now);
    if (v >= SIGNAL_LEVEL && (s->side <= 0 || !s->active))
        edge(s, piece, now, 1);
    else if (v <= -SIGNAL_LEVEL && (s->side >= 0 || !s->active))
        edge(s, piece, now, -1);
    if (s->active)
        measure(s, now, v);
    remember(s, now, v);
    if (fabs(v) < SIGNAL_LEVEL && s->active &&
        now - s->burst.edges[s->burst.n - 1].time > SIGNAL_PAUSE)
        s->side = 0;
    s->last = v;
    s->at = now;
}

/* Fine steps where the piece moves fast, then its end: short ones bend no more, long ones are
 * followed in steps that grow with their age. */
static sim_time next_point(const struct transmitter_piece *piece, sim_time calm, sim_time now) {
    sim_time age = now - piece->start, step = age / 8;
    sim_time next = now + (step > FINEST ? step : FINEST);
    if (now >= calm && piece->end - piece->start < (sim_time)SLOW_PS)
        next = piece->end;
    return next < piece->end || now == piece->end - 1 ? next : piece->end - 1;
}

void signal_piece(struct signal *s, const struct transmitter_piece *piece) {
    sim_time calm = transmitter_piece_calm(piece, SLOW_PS, CALM);
    for (sim_time now = piece->start; now < piece->end; now = next_point(piece, calm, now))
        point(s, piece, now, transmitter_piece_value(piece, now));
}
