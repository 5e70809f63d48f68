#include "models/line/partner_input.h"

#include "sim/fpmath.h"

struct point {
    sim_time time;
    double volt;
};

/* --- the waveform's value: thirty times for each edge, so products are looked up ---------- */

static void make_factor(struct partner_input_factor *f, const struct transmitter_term *term) {
    *f = (struct partner_input_factor){.rate = term->rate, .turns = term->turns};
    for (int bit = 0; bit < PARTNER_INPUT_BITS; bit++) {
        double dt = (double)(1 << bit), turns = term->turns * dt, size = sim_exp(term->rate * dt);
        f->power[bit].re = size * sim_cos2pi(turns - __builtin_floor(turns));
        turns += 0.75;
        f->power[bit].im = size * sim_cos2pi(turns - __builtin_floor(turns));
    }
}

static bool fits(const struct partner_input_factor *factors,
                 const struct transmitter_piece *piece) {
    for (unsigned i = 0; i < piece->n; i++)
        if (factors[i].rate != piece->terms[i].rate || factors[i].turns != piece->terms[i].turns)
            return false;
    return true;
}

/* The factors of a piece's terms; made where they are new. */
static const struct partner_input_factor *factors_of(struct partner_input *in,
                                                     const struct transmitter_piece *piece) {
    for (unsigned which = 0; which < 2; which++)
        if (fits(in->factors[which], piece)) {
            in->older = !which;
            return in->factors[which];
        }
    struct partner_input_factor *factors = in->factors[in->older];
    for (unsigned i = 0; i < piece->n; i++)
        make_factor(&factors[i], &piece->terms[i]);
    in->older = !in->older;
    return factors;
}

static double term_at(const struct transmitter_term *term, const struct partner_input_factor *f,
                      unsigned dt) {
    double re = term->re, im = term->im;
    for (; dt; dt &= dt - 1) {
        int bit = __builtin_ctz(dt);
        double kept = re;
        re = re * f->power[bit].re - im * f->power[bit].im;
        im = kept * f->power[bit].im + im * f->power[bit].re;
    }
    return re;
}

struct stretch {
    const struct transmitter_piece *piece;
    const struct partner_input_factor *factors;
};

static struct point point_at(const struct stretch *s, sim_time time) {
    const struct transmitter_piece *piece = s->piece;
    sim_time dt = time - piece->start;
    if (dt >> PARTNER_INPUT_BITS)
        return (struct point){time, transmitter_piece_value(piece, time)};
    double volt = piece->constant;
    for (unsigned i = 0; i < piece->n; i++)
        volt += term_at(&piece->terms[i], &s->factors[i], (unsigned)dt);
    return (struct point){time, volt};
}

/* --- crossings ------------------------------------------------------------------------------ */

/* The first ps beyond `threshold` between two points that lie on its two sides: regula falsi,
 * halving where that is slow. */
static sim_time crossing(const struct stretch *s, struct point a, struct point b,
                         double threshold) {
    for (bool halve = false; b.time - a.time > 1; halve = !halve) {
        double share = (threshold - a.volt) / (b.volt - a.volt);
        sim_time step = (sim_time)(share * (double)(b.time - a.time));
        if (halve || step <= 0 || step >= b.time - a.time)
            step = (b.time - a.time) / 2;
        struct point middle = point_at(s, a.time + step);
        if ((middle.volt > threshold) == (b.volt > threshold))
            b = middle;
        else
            a = middle;
    }
    return b.time;
}

static int sign_of(int level) {
    return (level > 0) - (level < 0);
}

static void tell(struct partner_input *in, sim_time time, int level) {
    in->level = level;
    in->on_level(in->user, time, level);
}

/* To the other side: where the slicer sees it, and where the squelch does. */
static void rise(struct partner_input *in, const struct stretch *s, struct point a, struct point b,
                 int level) {
    const struct partner_limits *l = in->limits;
    int sign = sign_of(level);
    bool strong = level == PARTNER_SQUELCH || level == -PARTNER_SQUELCH;
    if (sign_of(in->level) != sign) {
        sim_time time = crossing(s, a, b, sign * l->slice_v);
        tell(in, time, in->open ? sign * PARTNER_SQUELCH : sign);
    }
    if (strong && in->level != level)
        tell(in, crossing(s, a, b, sign * l->squelch_v), level);
}

static void step(struct partner_input *in, const struct stretch *s, struct point a,
                 struct point b) {
    int level = partner_level(in->limits, b.volt), sign = sign_of(in->level);
    if (sign_of(level) != 0 && (sign_of(level) != sign || level * sign > in->level * sign))
        rise(in, s, a, b, level);
    else if (level == PARTNER_IDLE && sign != 0)
        tell(in, crossing(s, a, b, sign * in->limits->slice_v), PARTNER_IDLE);
}

void partner_input_piece(struct partner_input *in, const struct transmitter_piece *piece) {
    const struct stretch s = {piece, factors_of(in, piece)};
    struct point before = point_at(&s, piece->start);
    step(in, &s, before, before);
    while (before.time < piece->end) {
        sim_time age = before.time - piece->start; /* doubled at each step */
        sim_time next = before.time + (age > PARTNER_INPUT_STEP_PS ? age : PARTNER_INPUT_STEP_PS);
        struct point point = point_at(&s, next < piece->end ? next : piece->end);
        step(in, &s, before, point);
        before = point;
    }
}
