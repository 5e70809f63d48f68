#include "models/line/cable_piece.h"

#include "sim/fpmath.h"

#define TURN  6.283185307179586
#define APART 1e-6 /* a term that dies away with a pole is taken as faster by this share */

struct complex {
    double re, im;
};

static struct complex product(struct complex a, struct complex b) {
    return (struct complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/* What a pole makes of a term: 1 / (1 + tau (rate + i omega)). */
static struct complex pole_gain(const struct transmitter_term *term, double tau_ps) {
    double re = 1 + term->rate * tau_ps, im = TURN * term->turns * tau_ps;
    double size = re * re + im * im;
    return (struct complex){re / size, -im / size};
}

/* exp((rate + i omega) dt) */
static struct complex course(const struct transmitter_term *term, double dt_ps) {
    double turns = term->turns * dt_ps, size = sim_exp(term->rate * dt_ps);
    double late = turns + 0.75;
    return (struct complex){size * sim_cos2pi(turns - __builtin_floor(turns)),
                            size * sim_cos2pi(late - __builtin_floor(late))};
}

static struct complex amplitude(const struct transmitter_term *term) {
    return (struct complex){term->re, term->im};
}

void cable_piece_init(struct cable_piece *state, const struct cable *cable) {
    *state = (struct cable_piece){.cable = cable};
}

/* The input, with no term at a pole. */
static void move_apart(const struct cable *cable, struct transmitter_piece *piece) {
    for (unsigned k = 0; k < piece->n; k++)
        for (int i = 0; i < CABLE_POLES; i++) {
            struct transmitter_term *term = &piece->terms[k];
            if (term->turns == 0 && __builtin_fabs(1 + term->rate * cable->tau_ps[i]) < APART)
                term->rate = -(1 + APART) / cable->tau_ps[i];
        }
}

/* The terms of the input, each by the cable's gain. */
static void pass_terms(const struct cable *cable, const struct transmitter_piece *in,
                       struct transmitter_piece *out) {
    for (unsigned k = 0; k < in->n; k++) {
        struct complex gain = {cable->direct, 0};
        for (int i = 0; i < CABLE_POLES; i++) {
            struct complex pole = pole_gain(&in->terms[k], cable->tau_ps[i]);
            gain.re += cable->gain[i] * pole.re;
            gain.im += cable->gain[i] * pole.im;
        }
        gain = product(gain, amplitude(&in->terms[k]));
        out->terms[k] = in->terms[k];
        out->terms[k].re = gain.re;
        out->terms[k].im = gain.im;
    }
}

/* A pole follows the input, but for what it was away from it at the piece's start. */
static void follow(struct cable_piece *state, int i, const struct transmitter_piece *in,
                   const struct complex *courses, struct transmitter_term *out) {
    double tau = state->cable->tau_ps[i], first = in->constant, last = in->constant;
    for (unsigned k = 0; k < in->n; k++) {
        struct complex share = product(pole_gain(&in->terms[k], tau), amplitude(&in->terms[k]));
        first += share.re;
        last += product(share, courses[k]).re;
    }
    double away = state->pole[i] - first;
    *out = (struct transmitter_term){state->cable->gain[i] * away, 0, -1 / tau, 0};
    state->pole[i] = last + away * sim_exp(-(double)(in->end - in->start) / tau);
}

void cable_piece_pass(struct cable_piece *state, const struct transmitter_piece *in,
                      struct transmitter_piece *out) {
    struct complex courses[TRANSMITTER_TERMS];
    struct transmitter_piece moved = *in;
    move_apart(state->cable, &moved);
    *out = (struct transmitter_piece){.start = in->start, .end = in->end, .constant = in->constant};
    out->n = in->n + CABLE_POLES;
    pass_terms(state->cable, &moved, out);
    for (unsigned k = 0; k < in->n; k++)
        courses[k] = course(&moved.terms[k], (double)(in->end - in->start));
    for (int i = 0; i < CABLE_POLES; i++)
        follow(state, i, &moved, courses, &out->terms[in->n + (unsigned)i]);
}
