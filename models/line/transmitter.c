#include "models/line/transmitter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/line/transmitter_modes.h"

/* The states, each scaled to the square root of its energy, so that the matrix is nearly
 * normal: the driver's inner voltage, pins, jack, leakage, core. */
enum { SOURCE, PINS, JACK, LEAKAGE, CORE };

#define RISE_PER_TAU  2.1972246 /* ln 9: 10-90 % of a first-order lag */
#define HALF_PER_TAU  0.6931472 /* ln 2 */
#define TWO_PI        6.283185307179586
#define MAX_PENDING   16
#define LEAVES        0.9999 /* of i_sat; the two systems' rounding must not pass for a change */
#define DWELL         SIM_NS
#define LEAST_OHM     0.1 /* a trace; keeps the two capacitances apart */
#define LEAST_FARAD   0.1e-12
#define LEAST_HENRY   1e-9
#define LEAST_SECONDS 10e-12 /* of the lag */

struct system { /* one state of driver and core */
    struct modes modes;
    double rest[MODES_N]; /* per volt of the driver */
};

struct change {
    sim_time time;
    bool level;
};

struct transmitter {
    struct transmitter_config config;
    struct transmitter_sink sink;
    double scale[MODES_N];       /* of the states: stored = physical x scale */
    struct system systems[2][2]; /* [enabled][saturated] */
    sim_time delay, enable, disable;
    /* at `now` */
    sim_time now;
    double x[MODES_N];
    struct modes_complex shares[MODES_N][MODES_N]; /* [mode][state] */
    bool d, enabled, saturated;
    bool d_pin, de_pin;                 /* as last told */
    struct change pending[MAX_PENDING]; /* of d */
    unsigned n_pending;
    sim_time enable_at; /* of the change of `enabled`; SIM_NEVER: none */
    sim_time turned;    /* latest change of `saturated` */
    uint64_t swallowed;
};

static bool in_range(double value, double low, double high) {
    return value >= low && value <= high; /* false for NAN */
}

struct range {
    const char *name;
    double value, low, high;
};

static bool check(const struct transmitter_config *c, struct sim_err *err) {
    const struct range ranges[] = {
        {"driver swing, V", c->swing, 0, 100},
        {"driver resistance, ohm", c->r_driver, 0.1, 1e6},
        {"driver transition, s", c->rise, 0, 1e-6},
        {"driver delay, s", c->delay, 0, 1e-6},
        {"driver enable, s", c->enable, 0, 1e-6},
        {"driver disable, s", c->disable, 0, 1e-6},
        {"driver capacitance, F", c->c_driver, 0, 1e-6},
        {"jack capacitance, F", c->c_jack, 0, 1e-6},
        {"series resistance, ohm", c->r_series, 0, 1e6},
        {"shunt resistance, ohm", c->r_shunt, 1, (double)INFINITY},
        {"l_open, H", c->l_open, 1e-6, 1},
        {"l_leak, H", c->l_leak, 0, 1e-4},
        {"r_winding, ohm", c->r_winding, 0, 1e4},
        {"i_sat, A", c->i_sat, 1e-4, (double)INFINITY},
        {"l_sat, H", c->l_sat, 1e-8, 1},
        {"line, ohm", c->r_line, 1, 1e5},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (!in_range(ranges[i].value, ranges[i].low, ranges[i].high))
            return sim_err_set(err, SIM_ERR_INPUT, "transmitter: %s: found %g, expected %g to %g",
                               ranges[i].name, ranges[i].value, ranges[i].low, ranges[i].high);
    return true;
}

/* x' = A x with the driver's target at 0, per ps; physical states. */
static void fill(const struct transmitter_config *c, bool enabled, bool saturated,
                 double a[MODES_N][MODES_N]) {
    double driver = enabled ? 1 / c->r_driver : 0, series = 1 / c->r_series;
    double behind = c->r_winding + c->r_line; /* the secondary side */
    double core = saturated ? c->l_sat : c->l_open;
    memset(a, 0, MODES_N * sizeof *a);
    a[SOURCE][SOURCE] = -RISE_PER_TAU / c->rise;
    a[PINS][SOURCE] = driver / c->c_driver;
    a[PINS][PINS] = -(driver + series) / c->c_driver;
    a[PINS][JACK] = series / c->c_driver;
    a[JACK][PINS] = series / c->c_jack;
    a[JACK][JACK] = -(series + 1 / c->r_shunt) / c->c_jack;
    a[JACK][LEAKAGE] = -1 / c->c_jack;
    a[LEAKAGE][JACK] = 1 / c->l_leak;
    a[LEAKAGE][LEAKAGE] = -(c->r_winding + behind) / c->l_leak;
    a[LEAKAGE][CORE] = behind / c->l_leak;
    a[CORE][LEAKAGE] = behind / core;
    a[CORE][CORE] = -behind / core;
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < MODES_N; j++)
            a[i][j] *= 1e-12;
}

/* At rest the whole current flows in the core, and nothing on the line. */
static void fill_rest(const struct transmitter_config *c, struct system *s) {
    double primary = 1 / (1 / c->r_winding + 1 / c->r_shunt);
    double total = c->r_driver + c->r_series + primary;
    s->rest[SOURCE] = 1;
    s->rest[PINS] = 1 - c->r_driver / total;
    s->rest[JACK] = primary / total;
    s->rest[LEAKAGE] = s->rest[CORE] = primary / total / c->r_winding;
}

static bool fill_system(struct transmitter *t, bool enabled, bool saturated) {
    struct system *s = &t->systems[enabled][saturated];
    double a[MODES_N][MODES_N];
    fill(&t->config, enabled, saturated, a);
    for (unsigned i = 0; i < MODES_N; i++)
        for (unsigned j = 0; j < MODES_N; j++)
            a[i][j] *= t->scale[i] / t->scale[j];
    fill_rest(&t->config, s);
    for (unsigned i = 0; i < MODES_N; i++)
        s->rest[i] *= enabled ? t->scale[i] : 0;
    return modes_find(a, &s->modes);
}

static bool fill_systems(struct transmitter *t) {
    const struct transmitter_config *c = &t->config;
    const double energy[MODES_N] = {c->c_driver, c->c_driver, c->c_jack, c->l_leak, c->l_open};
    for (unsigned i = 0; i < MODES_N; i++)
        t->scale[i] = sqrt(energy[i] * 1e12);
    return fill_system(t, false, false) && fill_system(t, false, true) &&
           fill_system(t, true, false) && fill_system(t, true, true);
}

static double least(double value, double limit) {
    return value > limit ? value : limit;
}

/* Below what any wiring has, figures count as that; the matrix needs them above 0. */
static void bound(struct transmitter_config *c) {
    c->rise = least(c->rise, LEAST_SECONDS);
    c->c_driver = least(c->c_driver, LEAST_FARAD);
    c->c_jack = least(c->c_jack, LEAST_FARAD);
    c->r_series = least(c->r_series, LEAST_OHM);
    c->l_leak = least(c->l_leak, LEAST_HENRY);
    c->r_winding = least(c->r_winding, 1e-3);
    if (c->l_sat > c->l_open)
        c->l_sat = c->l_open;
}

/* Two modes that fall together (critical damping) part when figures move by 0.1 %, far
 * below what any of them is known to. */
static bool solve(struct transmitter *t) {
    for (int i = 0; i < 8; i++) {
        if (fill_systems(t))
            return true;
        t->config.rise *= 1.001;
        t->config.c_driver *= 1.0013;
        t->config.c_jack *= 1.0017;
    }
    return false;
}

static sim_time picoseconds(double seconds) {
    double ps = seconds * 1e12 + 0.5;
    return ps > 1 ? (sim_time)ps : 1;
}

struct transmitter *transmitter_create(const struct transmitter_config *config,
                                       const struct transmitter_sink *sink, struct sim_err *err) {
    if (!check(config, err))
        return NULL;
    struct transmitter *t = calloc(1, sizeof *t);
    if (!t) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    t->config = *config;
    t->sink = *sink;
    bound(&t->config);
    if (!solve(t)) {
        sim_err_set(err, SIM_ERR_UNMODELLED, "transmitter: its network has no distinct modes");
        free(t);
        return NULL;
    }
    double half = HALF_PER_TAU / RISE_PER_TAU * t->config.rise; /* of the lag is in the delay */
    t->delay = picoseconds(config->delay - half);
    t->enable = picoseconds(config->enable - half);
    t->disable = picoseconds(config->disable);
    transmitter_start(t, 0, false, false);
    return t;
}

void transmitter_destroy(struct transmitter *t) {
    free(t);
}

static const struct system *system_of(const struct transmitter *t) {
    return &t->systems[t->enabled][t->saturated];
}

static double target(const struct transmitter *t) {
    return t->enabled ? t->d ? t->config.swing : -t->config.swing : 0;
}

/* The modes' shares of the state from `now` on; worked out once for all of its rows. */
static void take_shares(struct transmitter *t) {
    const struct system *s = system_of(t);
    double volt = target(t), away[MODES_N];
    for (unsigned j = 0; j < MODES_N; j++)
        away[j] = t->x[j] - s->rest[j] * volt;
    for (unsigned k = 0; k < s->modes.n; k++) {
        bool pair = s->modes.rate[k].im > 0;
        for (unsigned i = 0; i < MODES_N; i++) {
            const struct modes_complex *row = s->modes.projector[k][i];
            double re = 0, im = 0;
            for (unsigned j = 0; j < MODES_N; j++)
                re += row[j].re * away[j];
            for (unsigned j = 0; pair && j < MODES_N; j++)
                im += row[j].im * away[j];
            t->shares[k][i] = (struct modes_complex){pair ? 2 * re : re, 2 * im};
        }
    }
}

/* A weighted sum of two physical states as a waveform, from `now` on. */
static void piece_of(const struct transmitter *t, unsigned a, double weight_a, unsigned b,
                     double weight_b, sim_time end, struct transmitter_piece *piece) {
    const struct system *s = system_of(t);
    double volt = target(t);
    weight_a /= t->scale[a];
    weight_b /= t->scale[b];
    piece->start = t->now;
    piece->end = end;
    piece->n = s->modes.n;
    piece->constant = (weight_a * s->rest[a] + weight_b * s->rest[b]) * volt;
    for (unsigned k = 0; k < s->modes.n; k++) {
        const struct modes_complex *share = t->shares[k];
        piece->terms[k] =
            (struct transmitter_term){weight_a * share[a].re + weight_b * share[b].re,
                                      weight_a * share[a].im + weight_b * share[b].im,
                                      s->modes.rate[k].re, s->modes.rate[k].im / TWO_PI};
    }
}

static void line_of(const struct transmitter *t, sim_time end, struct transmitter_piece *piece) {
    double ohm = t->config.crossed ? -t->config.r_line : t->config.r_line;
    piece_of(t, LEAKAGE, ohm, CORE, -ohm, end, piece);
}

/* No more than this can flow in the core during a piece. */
static double most_of(const struct transmitter_piece *piece) {
    double sum = fabs(piece->constant);
    for (unsigned i = 0; i < piece->n; i++)
        sum += fabs(piece->terms[i].re) + fabs(piece->terms[i].im);
    return sum;
}

/* When the core enters or leaves saturation, within [now, end); no sooner than DWELL after it
 * did so last, so that no rounding holds time up. */
static sim_time core_change(const struct transmitter *t, sim_time end) {
    double limit = t->config.i_sat;
    sim_time rested = t->turned + DWELL, from = rested > t->now ? rested : t->now;
    struct transmitter_piece core;
    piece_of(t, CORE, 1, SOURCE, 0, end, &core);
    if (t->saturated)
        return t->x[CORE] > 0 ? transmitter_piece_reach(&core, from, limit * LEAVES, false)
                              : transmitter_piece_reach(&core, from, -limit * LEAVES, true);
    if (most_of(&core) < limit)
        return SIM_NEVER;
    sim_time up = transmitter_piece_reach(&core, from, limit, true);
    sim_time down = transmitter_piece_reach(&core, from, -limit, false);
    return up < down ? up : down;
}

/* Moves the state to `time` with nothing happening on the way. */
static void glide(struct transmitter *t, sim_time time) {
    const struct system *s = system_of(t);
    double volt = target(t), dt = (double)(time - t->now);
    for (unsigned i = 0; i < MODES_N; i++)
        t->x[i] = s->rest[i] * volt;
    for (unsigned k = 0; k < s->modes.n; k++) {
        struct transmitter_piece unit = {.n = 1, .end = (sim_time)dt + 1};
        double turns = s->modes.rate[k].im / TWO_PI, sine = 0;
        unit.terms[0] = (struct transmitter_term){1, 0, s->modes.rate[k].re, turns};
        double cosine = transmitter_piece_value(&unit, (sim_time)dt);
        unit.terms[0] = (struct transmitter_term){0, -1, s->modes.rate[k].re, turns};
        if (turns > 0)
            sine = transmitter_piece_value(&unit, (sim_time)dt);
        for (unsigned i = 0; i < MODES_N; i++)
            t->x[i] += t->shares[k][i].re * cosine - t->shares[k][i].im * sine;
    }
    t->now = time;
    take_shares(t);
}

/* Up to `time`, piece by piece, the core's changes in between. */
static void advance(struct transmitter *t, sim_time time) {
    struct transmitter_piece piece;
    while (t->now < time) {
        sim_time change = core_change(t, time), end = change < time ? change : time;
        if (end > t->now) {
            line_of(t, end, &piece);
            if (t->sink.piece)
                t->sink.piece(t->sink.self, &piece);
            glide(t, end);
        }
        if (change < time) {
            t->saturated = !t->saturated;
            t->turned = change;
            take_shares(t);
        }
    }
}

static void apply_d(struct transmitter *t) {
    t->d = t->pending[0].level;
    t->n_pending--;
    memmove(t->pending, t->pending + 1, t->n_pending * sizeof *t->pending);
}

/* The changes of the driver before `time`, and what was on the line up to the last of them. */
static void change_until(struct transmitter *t, sim_time time) {
    for (;;) {
        sim_time d_at = t->n_pending ? t->pending[0].time : SIM_NEVER;
        sim_time next = d_at < t->enable_at ? d_at : t->enable_at;
        if (next >= time)
            break;
        advance(t, next);
        if (t->enable_at == next) {
            t->enabled = !t->enabled;
            t->enable_at = SIM_NEVER;
        } else {
            apply_d(t);
        }
        take_shares(t);
    }
}

void transmitter_until(struct transmitter *t, sim_time time) {
    change_until(t, time);
    advance(t, time);
}

void transmitter_start(struct transmitter *t, sim_time time, bool d, bool de) {
    t->now = time;
    t->d = t->d_pin = d;
    t->enabled = t->de_pin = de;
    t->n_pending = 0;
    t->enable_at = SIM_NEVER;
    t->turned = time - DWELL;
    for (unsigned i = 0; i < MODES_N; i++)
        t->x[i] = system_of(t)->rest[i] * target(t);
    t->saturated = fabs(t->x[CORE] / t->scale[CORE]) >= t->config.i_sat;
    take_shares(t);
}

/* More pulses than the driver can hold in its delay: the last two edges cancel. */
static void push_d(struct transmitter *t, sim_time time, bool level) {
    if (t->n_pending == MAX_PENDING) {
        t->n_pending--;
        t->swallowed++;
        return;
    }
    t->pending[t->n_pending++] = (struct change){.time = time, .level = level};
}

void transmitter_edge(struct transmitter *t, sim_time time, bool d, bool de) {
    change_until(t, time);
    if (d != t->d_pin)
        push_d(t, time + t->delay, d);
    if (de != t->de_pin)
        t->enable_at = de == t->enabled ? SIM_NEVER : time + (de ? t->enable : t->disable);
    t->d_pin = d;
    t->de_pin = de;
}

double transmitter_voltage(const struct transmitter *t, sim_time time) {
    struct transmitter_piece piece;
    line_of(t, time + 1, &piece);
    return transmitter_piece_value(&piece, time);
}

uint64_t transmitter_swallowed(const struct transmitter *t) {
    return t->swallowed;
}
