#include "models/line/transmitter_piece.h"

#include <math.h>

#include "sim/fpmath.h"

#define FINEST (SIM_NS / 10)
#define GONE   (-30) /* e^-30 of a volt: nobody measures 1e-13 */

/* Both at once, by series within an eighth of a turn: below 1e-13 wrong, and five times as
 * fast as two calls of sim_cos2pi(). */
static void rotate(double turns, double *cosine, double *sine) {
    double quarter = floor(4 * turns + 0.5);
    double x = (4 * turns - quarter) * 1.5707963267948966, y = x * x;
    double s =
        x * (1 - y * (1.0 / 6 -
                      y * (1.0 / 120 - y * (1.0 / 5040 -
                                            y * (1.0 / 362880 - y * (1.0 / 39916800 -
                                                                     y * (1.0 / 6227020800.0)))))));
    double c =
        1 -
        y * (1.0 / 2 -
             y * (1.0 / 24 - y * (1.0 / 720 - y * (1.0 / 40320 - y * (1.0 / 3628800 -
                                                                      y * (1.0 / 479001600.0))))));
    int q = (int)(quarter - 4 * floor(quarter / 4));
    *cosine = q == 0 ? c : q == 1 ? -s : q == 2 ? -c : s;
    *sine = q == 0 ? s : q == 1 ? c : q == 2 ? -s : -c;
}

double transmitter_piece_value(const struct transmitter_piece *piece, sim_time time) {
    double dt = (double)(time - piece->start), sum = piece->constant;
    for (unsigned i = 0; i < piece->n; i++) {
        const struct transmitter_term *term = &piece->terms[i];
        if (term->rate * dt < GONE)
            continue;
        double size = sim_exp(term->rate * dt);
        if (term->turns == 0) {
            sum += term->re * size;
            continue;
        }
        double cosine, sine;
        rotate(term->turns * dt, &cosine, &sine);
        sum += size * (term->re * cosine - term->im * sine);
    }
    return sum;
}

sim_time transmitter_piece_next(const struct transmitter_piece *piece, sim_time time) {
    sim_time step = (time - piece->start) / 16;
    sim_time next = time + (step > FINEST ? step : FINEST);
    return next < piece->end ? next : time < piece->end - 1 ? piece->end - 1 : piece->end;
}

sim_time transmitter_piece_calm(const struct transmitter_piece *piece, double slow, double small) {
    double calm = 0;
    for (unsigned i = 0; i < piece->n; i++) {
        const struct transmitter_term *term = &piece->terms[i];
        double size = fabs(term->re) + fabs(term->im);
        if (size <= small || (-term->rate * slow < 1 && term->turns * slow < 1))
            continue;
        double at = sim_log(size / small) / -term->rate;
        calm = at > calm ? at : calm;
    }
    return calm < (double)(piece->end - piece->start) ? piece->start + (sim_time)calm : piece->end;
}

static bool is_there(const struct transmitter_piece *piece, sim_time time, double level,
                     bool above) {
    double value = transmitter_piece_value(piece, time);
    return above ? value >= level : value <= level;
}

sim_time transmitter_piece_reach(const struct transmitter_piece *piece, sim_time from, double level,
                                 bool above) {
    sim_time before = from, at = from;
    while (at < piece->end && !is_there(piece, at, level, above)) {
        before = at;
        at = transmitter_piece_next(piece, at);
    }
    if (at >= piece->end)
        return SIM_NEVER;
    while (at - before > 1) { /* not there at `before`, there at `at` */
        sim_time middle = before + (at - before) / 2;
        if (is_there(piece, middle, level, above))
            at = middle;
        else
            before = middle;
    }
    return at;
}
