#include "models/line/waveform.h"

#include "sim/fpmath.h"
#include "sim/rng.h"

#define TAIL_FIRST_PS 20e3 /* pieces in which the decay is looked at; each longer by */
#define TAIL_GROWTH   1.25

bool waveform_init(struct waveform *w, const struct line_settings *settings,
                   const struct gauss *gauss, double bit_ps, double ramp_ps) {
    *w = (struct waveform){.settings = settings, .gauss = gauss, .ramp_ps = ramp_ps};
    if (!cable_init(&w->cable, settings->cable_m, settings->category))
        return false;
    cable_stretch_init(&w->ramp, &w->cable, ramp_ps);
    cable_stretch_init(&w->half, &w->cable, bit_ps / 2);
    cable_stretch_init(&w->flat, &w->cable, bit_ps / 2 - ramp_ps);
    w->stream_noise = rng_stream("line.noise");
    w->stream_crosstalk = rng_stream("line.crosstalk");
    return true;
}

/* A new disturbance for the edge to come. */
static void disturb(struct waveform *w) {
    const struct line_settings *s = w->settings;
    w->shift = 0;
    if (s->noise_rms_v > 0)
        w->shift += s->noise_rms_v * gauss_at(w->gauss, s->seed, w->stream_noise, w->number);
    if (s->crosstalk_v > 0)
        w->shift +=
            s->crosstalk_v * sim_cos2pi(rng_uniform(s->seed, w->stream_crosstalk, w->number));
}

static void take_edge(struct waveform *w, uint8_t level, double dt_ps) {
    sim_time time = w->start + (sim_time)(w->at_ps + dt_ps + 0.5);
    if (w->n > 0 && time <= w->edges[w->n - 1].time)
        time = w->edges[w->n - 1].time + 1;
    w->seen = level;
    if (w->n < w->most)
        w->edges[w->n++] = (struct line_edge){time, level};
    w->number++;
    disturb(w);
}

/* The level the receiver may go to by rising (falling) from what it has, and the threshold. */
static bool goes_to(const struct waveform *w, bool rising, uint8_t *level, double *threshold) {
    bool back = w->resting && w->rest == LINE_IDLE && w->seen != LINE_IDLE;
    if (rising ? w->seen == 1 : w->seen == 0)
        return false;
    *level = back ? LINE_IDLE : rising;
    bool upper = back ? !rising : rising;
    *threshold = (upper ? w->settings->vit_plus : w->settings->vit_minus) + w->shift;
    return true;
}

/* Returns where the edge is in the piece, -1: none. */
static double look(struct waveform *w, const struct cable_stretch *stretch) {
    for (int rising = 0; rising < 2; rising++) {
        uint8_t level;
        double threshold, at;
        if (goes_to(w, rising, &level, &threshold) &&
            cable_wave_crosses(&w->wave, stretch, threshold, rising, &at)) {
            take_edge(w, level, at);
            return at;
        }
    }
    return -1;
}

/* Where a piece begins another has ended, at the same voltage or with a step. */
static void trace_at(struct waveform *w, double dt_ps, double volt) {
    struct waveform_trace *t = w->trace;
    sim_time time = w->start + (sim_time)(w->at_ps + dt_ps + 0.5);
    struct line_volt *last = t->n > 0 ? &t->volts[t->n - 1] : NULL;
    if (last && last->time >= time) {
        double step = volt - last->volt;
        if (step < WAVEFORM_TRUE_V && step > -WAVEFORM_TRUE_V)
            return;
        last->time = time - 1;
    }
    if (t->n == t->most)
        t->cut = true;
    else
        t->volts[t->n++] = (struct line_volt){time, volt};
}

/* What lies between two places of the piece, as straight lines. */
static void trace_between(struct waveform *w, double from, double v_from, double to, double v_to,
                          unsigned depth) {
    double middle = (from + to) / 2, volt = cable_wave_at(&w->wave, middle);
    double error = volt - (v_from + v_to) / 2;
    if (depth == 0 || (error < WAVEFORM_TRUE_V / 2 && error > -WAVEFORM_TRUE_V / 2))
        return;
    trace_between(w, from, v_from, middle, volt, depth - 1);
    trace_at(w, middle, volt);
    trace_between(w, middle, volt, to, v_to, depth - 1);
}

static void trace_part(struct waveform *w, double from, double to) {
    double before = cable_wave_at(&w->wave, from), behind = cable_wave_at(&w->wave, to);
    trace_at(w, from, before);
    if (w->settings->cable_m > 0)
        trace_between(w, from, before, to, behind, 8);
    if (to > from)
        trace_at(w, to, behind);
}

/* With a sample where the receiver has its edge, at `edge` unless that is negative. */
static void trace_piece(struct waveform *w, double dt_ps, double edge) {
    if (edge > 0 && edge < dt_ps)
        trace_part(w, 0, edge);
    trace_part(w, edge > 0 && edge < dt_ps ? edge : 0, dt_ps);
}

/* The piece that `next` begins, and the look at it, `stretch` long. */
static void piece(struct waveform *w, const struct cable_stretch *stretch,
                  const struct cable_input *next) {
    cable_wave_next(&w->wave, &w->last, next);
    w->at_ps += w->last.dt_ps;
    w->last = *stretch;
    double edge = look(w, stretch);
    if (w->trace)
        trace_piece(w, stretch->dt_ps, edge);
}

static void ramp_to(struct waveform *w, double volt) {
    piece(w, &w->ramp, &(struct cable_input){w->volt, (volt - w->volt) / w->ramp_ps, 0, 0});
    w->volt = volt;
}

void waveform_begin(struct waveform *w, sim_time start, uint8_t rest, struct line_edge *edges,
                    size_t most, uint64_t number) {
    w->start = start;
    w->rest = w->seen = rest;
    w->edges = edges;
    w->most = most;
    w->n = 0;
    w->number = number;
    w->resting = false;
    w->at_ps = w->volt = 0;
    cable_wave_init(&w->wave, &w->cable);
    cable_stretch_init(&w->last, &w->cable, 0);
    disturb(w);
}

static void go(struct waveform *w, double volt, const struct cable_stretch *whole,
               const struct cable_stretch *flat) {
    bool ramps = volt != w->volt && w->ramp_ps > 0;
    if (ramps)
        ramp_to(w, volt);
    w->volt = volt;
    piece(w, ramps ? flat : whole, &(struct cable_input){volt, 0, 0, 0});
}

void waveform_half(struct waveform *w, double volt) {
    go(w, volt, &w->half, &w->flat);
}

void waveform_move(struct waveform *w, double volt, double dt_ps) {
    struct cable_stretch whole, flat;
    cable_stretch_init(&whole, &w->cable, dt_ps);
    cable_stretch_init(&flat, &w->cable, dt_ps > w->ramp_ps ? dt_ps - w->ramp_ps : 0);
    go(w, volt, &whole, &flat);
}

size_t waveform_end(struct waveform *w) {
    w->resting = true;
    double dt = TAIL_FIRST_PS, tail = 0;
    for (; tail < WAVEFORM_TAIL_PS && w->seen != w->rest; tail += dt, dt *= TAIL_GROWTH)
        waveform_move(w, 0, dt);
    if (w->seen != w->rest) /* thresholds at 0 V: the tail never gets there */
        take_edge(w, w->rest, w->last.dt_ps);
    return w->n;
}
