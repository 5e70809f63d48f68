#include "models/line/transmitter_piece.h"

#include <math.h>

#include "sim/fpmath.h"

#define FINEST (SIM_NS / 10)

double transmitter_piece_value(const struct transmitter_piece *piece, sim_time time) {
    double dt = (double)(time - piece->start), sum = piece->constant;
    for (unsigned i = 0; i < piece->n; i++) {
        const struct transmitter_term *term = &piece->terms[i];
        double size = sim_exp(term->rate * dt);
        if (term->turns == 0) {
            sum += term->re * size;
            continue;
        }
        double turns = term->turns * dt;
        double cosine = sim_cos2pi(turns - floor(turns));
        double sine = sim_cos2pi(turns + 0.75 - floor(turns + 0.75));
        sum += size * (term->re * cosine - term->im * sine);
    }
    return sum;
}

sim_time transmitter_piece_next(const struct transmitter_piece *piece, sim_time time) {
    sim_time step = (time - piece->start) / 16;
    sim_time next = time + (step > FINEST ? step : FINEST);
    return next < piece->end ? next : time < piece->end - 1 ? piece->end - 1 : piece->end;
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
