#include "models/line/cable.h"

#include "sim/fpmath.h"

/* Loss of 100 m in dB over f in MHz: root * sqrt(f) + linear * f, and the delay. The two
 * coefficients are those of the TIA/EIA-568 cable fits (from memory); they meet published
 * tables (tlc-direct.co.uk table 9.9: Cat 3 5.6/9.8/13.1 dB, Cat 5 4.3/6.6/8.2 dB at
 * 4/10/16 MHz) within 0.3 dB. Velocity: Cat 3 0.585 c, the least IEEE 802.3 14.4.2.4 allows
 * (5.7 ns/m); Cat 5 534 + 36/sqrt(f) ns per 100 m, taken at 10 MHz (TIA-568; from memory). */
static const struct category {
    double root_db, linear_db, delay_ps_per_m;
} categories[] = {
    [CABLE_CAT3] = {2.320, 0.238, 5700},
    [CABLE_CAT5] = {1.967, 0.023, 5454},
};

/* From the part of a 10BASE-T edge that a jack lets through to the slow tail of a frame. */
static const double taus_ps[CABLE_POLES] = {1.6e3, 4e3, 10e3, 24e3, 60e3, 150e3, 450e3, 1600e3};

#define NEPER_PER_DB  (1 / 8.685889638065035)
#define TURN          6.283185307179586
#define FIT_POINTS    48
#define FIT_LOW_MHZ   0.05
#define FIT_STEP      1.16 /* the last point is at 53 MHz, beyond a 10 ns edge's spectrum */
#define BAND_LOW_MHZ  2.0  /* where most of a Manchester signal is */
#define BAND_HIGH_MHZ 16.0
#define BAND_WEIGHT   5.0
#define REF_MHZ       100.0 /* the delay of the insulation's loss is counted from here */
#define UNKNOWNS      (CABLE_POLES + 1)
#define REFINE_PS     0.05 /* a crossing is rounded to whole picoseconds */
#define REFINE_MOST   60

static double sine(double turns) {
    double shifted = turns - 0.25;
    return sim_cos2pi(shifted - __builtin_floor(shifted));
}

static double cosine(double turns) {
    return sim_cos2pi(turns - __builtin_floor(turns));
}

double cable_formula_db(double length_m, enum cable_category category, double mhz) {
    const struct category *c = &categories[category];
    return length_m / 100 * (c->root_db * __builtin_sqrt(mhz) + c->linear_db * mhz);
}

/* The formula as a complex gain. The phases are those that causality ties to the two losses:
 * as much as the skin effect's nepers, and 2/pi ln(f_ref/f) of the insulation's. */
static void formula(double length_m, const struct category *c, double mhz, double *re, double *im) {
    double skin = length_m / 100 * c->root_db * __builtin_sqrt(mhz) * NEPER_PER_DB;
    double loss = length_m / 100 * c->linear_db * mhz * NEPER_PER_DB;
    double lag = skin + loss * (4 / TURN) * sim_log(REF_MHZ / mhz);
    double size = sim_exp(-skin - loss);
    *re = size * cosine(-lag / TURN);
    *im = size * sine(-lag / TURN);
}

/* 1 / (1 + j w tau) */
static void pole_gain(double tau_ps, double mhz, double *re, double *im) {
    double x = TURN * mhz * 1e-6 * tau_ps;
    *re = 1 / (1 + x * x);
    *im = -x / (1 + x * x);
}

/* Normal equations of the fit; [i][UNKNOWNS] is the right side. */
typedef double equations[UNKNOWNS][UNKNOWNS + 1];

static void add_row(equations m, const double *row, double wanted, double weight) {
    for (int i = 0; i < UNKNOWNS; i++) {
        for (int k = 0; k < UNKNOWNS; k++)
            m[i][k] += weight * row[i] * row[k];
        m[i][UNKNOWNS] += weight * row[i] * wanted;
    }
}

static void swap_rows(equations m, int a, int b) {
    for (int k = 0; k <= UNKNOWNS; k++) {
        double kept = m[a][k];
        m[a][k] = m[b][k];
        m[b][k] = kept;
    }
}

/* Gauss-Jordan with row pivots; the matrix is positive definite by construction. */
static void solve(equations m, double *out) {
    for (int c = 0; c < UNKNOWNS; c++) {
        int best = c;
        for (int r = c + 1; r < UNKNOWNS; r++)
            if (__builtin_fabs(m[r][c]) > __builtin_fabs(m[best][c]))
                best = r;
        swap_rows(m, c, best);
        for (int r = 0; r < UNKNOWNS; r++) {
            double share = r == c ? 0 : m[r][c] / m[c][c];
            for (int k = c; k <= UNKNOWNS; k++)
                m[r][k] -= share * m[c][k];
        }
    }
    for (int c = 0; c < UNKNOWNS; c++)
        out[c] = m[c][UNKNOWNS] / m[c][c];
}

static void fit(double length_m, const struct category *c, double *solution) {
    equations m = {{0}};
    double re[UNKNOWNS] = {1}, im[UNKNOWNS] = {0}, dc[UNKNOWNS], mhz = FIT_LOW_MHZ;
    for (int i = 0; i < UNKNOWNS; i++)
        dc[i] = 1;
    add_row(m, dc, 1, 1e6); /* a direct voltage passes whole */
    for (int point = 0; point < FIT_POINTS; point++, mhz *= FIT_STEP) {
        double want_re, want_im;
        formula(length_m, c, mhz, &want_re, &want_im);
        for (int i = 0; i < CABLE_POLES; i++)
            pole_gain(taus_ps[i], mhz, &re[i + 1], &im[i + 1]);
        double weight = mhz >= BAND_LOW_MHZ && mhz <= BAND_HIGH_MHZ ? BAND_WEIGHT : 1;
        weight /= want_re * want_re + want_im * want_im;
        add_row(m, re, want_re, weight);
        add_row(m, im, want_im, weight);
    }
    for (int i = 0; i < UNKNOWNS; i++)
        m[i][i] += 1e-9; /* poles that are of no use stay small */
    solve(m, solution);
}

bool cable_init(struct cable *cable, double length_m, enum cable_category category) {
    if (!(length_m >= 0 && length_m <= CABLE_MAX_M) || (unsigned)category > CABLE_CAT5)
        return false;
    double solution[UNKNOWNS] = {1};
    if (length_m > 0)
        fit(length_m, &categories[category], solution);
    double sum = 0;
    for (int i = 0; i < CABLE_POLES; i++) {
        cable->tau_ps[i] = taus_ps[i];
        cable->gain[i] = solution[i + 1];
        sum += solution[i + 1];
    }
    cable->direct = 1 - sum;
    cable->delay = (sim_time)(length_m * categories[category].delay_ps_per_m + 0.5);
    return true;
}

double cable_loss_db(const struct cable *cable, double mhz) {
    double re = cable->direct, im = 0;
    for (int i = 0; i < CABLE_POLES; i++) {
        double pole_re, pole_im;
        pole_gain(cable->tau_ps[i], mhz, &pole_re, &pole_im);
        re += cable->gain[i] * pole_re;
        im += cable->gain[i] * pole_im;
    }
    return -0.5 * sim_log(re * re + im * im) / NEPER_PER_DB;
}

void cable_stretch_init(struct cable_stretch *stretch, const struct cable *cable, double dt_ps) {
    stretch->dt_ps = dt_ps;
    for (int i = 0; i < CABLE_POLES; i++)
        stretch->decay[i] = sim_exp(-dt_ps / cable->tau_ps[i]);
}

void cable_wave_init(struct cable_wave *wave, const struct cable *cable) {
    *wave = (struct cable_wave){.cable = cable};
}

/* What a pole settles to in the course of the piece, its own transient apart. */
static double settled(const struct cable_wave *wave, int i, double dt_ps, double fading) {
    const struct cable_input *in = &wave->input;
    return in->base + in->slope * (dt_ps - wave->cable->tau_ps[i]) + wave->swing[i] * fading;
}

static double fading_at(const struct cable_wave *wave, double dt_ps) {
    return wave->input.swing != 0 ? sim_exp(-dt_ps / wave->input.tau_ps) : 0;
}

static double direct_at(const struct cable_wave *wave, double dt_ps, double fading) {
    const struct cable_input *in = &wave->input;
    return wave->cable->direct * (in->base + in->slope * dt_ps + in->swing * fading);
}

/* The input, with a time constant that is one of the poles' moved apart from it by a
 * millionth: no more than that in error, and the closed form below holds. */
static struct cable_input apart(const struct cable *cable, const struct cable_input *input) {
    struct cable_input in = *input;
    for (int i = 0; i < CABLE_POLES; i++)
        if (__builtin_fabs(in.tau_ps - cable->tau_ps[i]) < 1e-6 * cable->tau_ps[i])
            in.tau_ps = cable->tau_ps[i] * (1 + 1e-6);
    return in;
}

/* A pole driven by swing exp(-t/tau) settles to k swing exp(-t/tau), k = tau / (tau - its own). */
static double swing_of(const struct cable_input *in, double tau_ps) {
    return in->swing != 0 ? in->swing * in->tau_ps / (in->tau_ps - tau_ps) : 0;
}

void cable_wave_next(struct cable_wave *wave, const struct cable_stretch *stretch,
                     const struct cable_input *next) {
    const struct cable *cable = wave->cable;
    double state[CABLE_POLES], fading = fading_at(wave, stretch->dt_ps);
    for (int i = 0; i < CABLE_POLES; i++)
        state[i] = settled(wave, i, stretch->dt_ps, fading) + wave->pole[i] * stretch->decay[i];
    wave->input = apart(cable, next);
    wave->volt = direct_at(wave, 0, 1);
    for (int i = 0; i < CABLE_POLES; i++) {
        wave->swing[i] = swing_of(&wave->input, cable->tau_ps[i]);
        wave->pole[i] = state[i] - settled(wave, i, 0, 1);
        wave->volt += cable->gain[i] * state[i];
    }
}

static double volt_at(const struct cable_wave *wave, const struct cable_stretch *stretch) {
    double fading = fading_at(wave, stretch->dt_ps);
    double volt = direct_at(wave, stretch->dt_ps, fading);
    for (int i = 0; i < CABLE_POLES; i++)
        volt += wave->cable->gain[i] *
                (settled(wave, i, stretch->dt_ps, fading) + wave->pole[i] * stretch->decay[i]);
    return volt;
}

double cable_wave_at(const struct cable_wave *wave, double dt_ps) {
    struct cable_stretch stretch;
    cable_stretch_init(&stretch, wave->cable, dt_ps);
    return volt_at(wave, &stretch);
}

/* Where v - level changes sign in [a, b]: regula falsi in the Illinois form. */
static double refine(const struct cable_wave *wave, double level, double a, double va, double b,
                     double vb) {
    for (int i = 0; i < REFINE_MOST && __builtin_fabs(b - a) > REFINE_PS; i++) {
        double at = b - vb * (b - a) / (vb - va), v = cable_wave_at(wave, at) - level;
        if (__builtin_fabs(at - b) < REFINE_PS)
            return at;
        if ((v > 0) != (vb > 0)) {
            a = b;
            va = vb;
        } else {
            va *= 0.5;
        }
        b = at;
        vb = v;
    }
    return b;
}

bool cable_wave_crosses(const struct cable_wave *wave, const struct cable_stretch *stretch,
                        double level, bool rising, double *at_ps) {
    double first = wave->volt - level, last = volt_at(wave, stretch) - level;
    if (rising ? last <= 0 : last >= 0)
        return false;
    *at_ps = 0;
    if (rising ? first <= 0 : first >= 0)
        *at_ps = refine(wave, level, 0, first, stretch->dt_ps, last);
    return true;
}
