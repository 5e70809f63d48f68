#include "harness/wave_mix.h"

#include <math.h>
#include <stdlib.h>

#include "harness/wave_curve.h"

#define MAX_VOLTS ((size_t)1 << 20)
#define NOTHING   UINT32_MAX

struct entry {
    sim_time time;
    uint64_t value;
    uint32_t signal;
};

/* Of ever growing numbers: `tail` is the next one put, `head` the next one written. */
struct stream {
    struct entry *entries; /* [size], a power of two */
    size_t size, head, tail;
    bool cut;
};

struct analog {
    uint32_t net, signal;
    struct wave_curve curve;
};

struct wave_mix {
    struct stream streams[WAVE_STREAMS];
    struct circuit_curve *curves; /* not yet come to: [curve_head] to [n_curves - 1] */
    size_t curve_head, n_curves, size_curves;
    struct analog *analogs;
    size_t n_analogs;
    uint32_t *analog_of; /* per signal: of the net whose level it shows */
    size_t n_signals;
    struct line_volt *volts;
    size_t volt_head, n_volts;
    uint32_t line;    /* signal, NOTHING: none */
    double line_last; /* written last */
    sim_time last;
    bool curves_cut;
};

static const size_t SIZES[WAVE_STREAMS] = {
    [WAVE_BOARD] = (size_t)1 << 21,
    [WAVE_PC] = (size_t)1 << 20,
    [WAVE_EXCEPTION] = (size_t)1 << 16,
    [WAVE_NDTR] = (size_t)1 << 16,
};
#define MAX_CURVES ((size_t)1 << 20)

struct wave_mix *wave_mix_create(size_t n_signals) {
    struct wave_mix *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    bool ok = true;
    for (int i = 0; i < WAVE_STREAMS; i++) {
        m->streams[i].size = SIZES[i];
        m->streams[i].entries = malloc(SIZES[i] * sizeof *m->streams[i].entries);
        ok = ok && m->streams[i].entries;
    }
    m->curves = malloc(MAX_CURVES * sizeof *m->curves);
    m->analogs = calloc(n_signals + 1, sizeof *m->analogs);
    m->analog_of = malloc((n_signals + 1) * sizeof *m->analog_of);
    m->volts = malloc(MAX_VOLTS * sizeof *m->volts);
    m->n_signals = n_signals;
    m->line = NOTHING;
    if (!ok || !m->curves || !m->analogs || !m->analog_of || !m->volts) {
        wave_mix_destroy(m);
        return NULL;
    }
    for (size_t i = 0; i < n_signals; i++)
        m->analog_of[i] = NOTHING;
    return m;
}

void wave_mix_destroy(struct wave_mix *m) {
    if (!m)
        return;
    for (int i = 0; i < WAVE_STREAMS; i++)
        free(m->streams[i].entries);
    free(m->curves);
    free(m->analogs);
    free(m->analog_of);
    free(m->volts);
    free(m);
}

void wave_mix_begin(struct wave_mix *m, sim_time time) {
    m->last = time;
}

double wave_mix_analog(struct wave_mix *m, const struct circuit_curve *now, uint32_t signal,
                       uint32_t level) {
    struct analog *a = &m->analogs[m->n_analogs];
    *a = (struct analog){now->net, signal, {*now, SIM_NEVER, NAN}};
    a->curve.last = wave_curve_round(wave_curve_volt(&a->curve, m->last), NAN);
    a->curve.next = wave_curve_next(&a->curve, m->last);
    m->analog_of[level] = (uint32_t)m->n_analogs++;
    return a->curve.last;
}

void wave_mix_line(struct wave_mix *m, uint32_t signal) {
    m->line = signal;
}

/* --- what comes --------------------------------------------------------------------------- */

void wave_mix_put(struct wave_mix *m, enum wave_stream stream, sim_time time, uint32_t signal,
                  uint64_t value) {
    struct stream *s = &m->streams[stream];
    if (s->head == s->tail)
        s->head = s->tail = 0; /* the same few pages, as long as nothing has to wait */
    if (s->tail - s->head == s->size) {
        s->cut = true;
        s->head++;
    }
    s->entries[s->tail++ & (s->size - 1)] = (struct entry){time, value, signal};
}

void wave_mix_curve(struct wave_mix *m, const struct circuit_curve *curve) {
    if (m->curve_head == m->n_curves)
        m->curve_head = m->n_curves = 0;
    if (m->n_curves == MAX_CURVES)
        m->curves_cut = true;
    else
        m->curves[m->n_curves++] = *curve;
}

struct line_volt *wave_mix_volts(struct wave_mix *m, size_t *most) {
    if (m->volt_head == m->n_volts)
        m->volt_head = m->n_volts = 0;
    *most = MAX_VOLTS - m->n_volts;
    return m->volts + m->n_volts;
}

void wave_mix_volts_added(struct wave_mix *m, size_t n, bool cut) {
    m->n_volts += n;
    m->curves_cut |= cut;
}

const char *wave_mix_cut(const struct wave_mix *m) {
    if (m->streams[WAVE_BOARD].cut)
        return "edges of the board";
    if (m->curves_cut)
        return "voltages";
    return NULL;
}

/* --- what goes ---------------------------------------------------------------------------- */

static void write_volt(struct wave_mix *m, struct wave *wave, struct analog *a, sim_time time) {
    double volt = wave_curve_round(wave_curve_volt(&a->curve, time), a->curve.last);
    a->curve.last = volt;
    a->curve.next = wave_curve_next(&a->curve, time);
    wave_real(wave, time, a->signal, volt);
    m->last = time;
}

static struct analog *analog_of_net(struct wave_mix *m, uint32_t net) {
    for (size_t i = 0; i < m->n_analogs; i++)
        if (m->analogs[i].net == net)
            return &m->analogs[i];
    return NULL;
}

/* The old curve ends 1 ps before the new one begins. */
static void change_curve(struct wave_mix *m, struct wave *wave, sim_time time) {
    const struct circuit_curve *curve = &m->curves[m->curve_head++];
    struct analog *a = analog_of_net(m, curve->net);
    if (!a)
        return;
    if (curve->time > a->curve.at.time)
        write_volt(m, wave, a, time);
    a->curve.at = *curve;
    a->curve.next = curve->time < time ? time : curve->time;
}

static void write_line(struct wave_mix *m, struct wave *wave, sim_time time) {
    double volt = wave_curve_round(m->volts[m->volt_head++].volt, m->line_last);
    m->line_last = volt;
    if (m->line != NOTHING)
        wave_real(wave, time, m->line, volt);
}

static void write_entry(struct wave_mix *m, struct wave *wave, enum wave_stream stream,
                        sim_time time) {
    struct stream *s = &m->streams[stream];
    const struct entry *e = &s->entries[s->head++ & (s->size - 1)];
    if (stream != WAVE_BOARD) {
        wave_number(wave, time, e->signal, e->value);
        return;
    }
    wave_change(wave, time, e->signal, (char)e->value);
    if (m->analog_of[e->signal] != NOTHING)
        write_volt(m, wave, &m->analogs[m->analog_of[e->signal]], time);
}

/* What comes next: a stream, then the line, the next curve, and from FIRST_ANALOG on samples. */
enum { NEXT_LINE = WAVE_STREAMS, NEXT_CURVE, FIRST_ANALOG };

static void take_earlier(sim_time time, size_t what, sim_time *best, size_t *chosen) {
    if (time < *best) {
        *best = time;
        *chosen = what;
    }
}

static sim_time next_of(const struct wave_mix *m, size_t *what) {
    sim_time best = SIM_NEVER;
    for (size_t i = 0; i < WAVE_STREAMS; i++) {
        const struct stream *s = &m->streams[i];
        if (s->head < s->tail)
            take_earlier(s->entries[s->head & (s->size - 1)].time, i, &best, what);
    }
    if (m->volt_head < m->n_volts)
        take_earlier(m->volts[m->volt_head].time, NEXT_LINE, &best, what);
    if (m->curve_head < m->n_curves)
        take_earlier(m->curves[m->curve_head].time - 1, NEXT_CURVE, &best, what);
    for (size_t i = 0; i < m->n_analogs; i++)
        take_earlier(m->analogs[i].curve.next, FIRST_ANALOG + i, &best, what);
    return best;
}

void wave_mix_write(struct wave_mix *m, struct wave *wave, sim_time until) {
    size_t what = 0;
    for (;;) {
        sim_time time = next_of(m, &what);
        if (time >= until)
            return;
        time = time < m->last ? m->last : time; /* told late */
        m->last = time;
        if (what < WAVE_STREAMS)
            write_entry(m, wave, (enum wave_stream)what, time);
        else if (what == NEXT_LINE)
            write_line(m, wave, time);
        else if (what == NEXT_CURVE)
            change_curve(m, wave, time);
        else
            write_volt(m, wave, &m->analogs[what - FIRST_ANALOG], time);
    }
}

void wave_mix_end(struct wave_mix *m, struct wave *wave, sim_time end) {
    wave_mix_write(m, wave, end);
    for (size_t i = 0; i < m->n_analogs; i++)
        write_volt(m, wave, &m->analogs[i], end > m->last ? end : m->last);
}
