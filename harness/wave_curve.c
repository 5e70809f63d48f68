#include "harness/wave_curve.h"

#include <math.h>

#include "sim/fpmath.h"

double wave_curve_volt(const struct wave_curve *c, sim_time time) {
    const struct circuit_curve *at = &c->at;
    if (at->rate <= 0 || time <= at->time)
        return at->v0;
    return at->vinf + (at->v0 - at->vinf) * sim_exp(-(double)(time - at->time) * at->rate);
}

/* A chord over h leaves an exponential by nearly h^2 v'' / 8, v'' = rate^2 |v - vinf| taken in its
 * middle: x = h rate solves x^2 exp(-x / 2) = 8 TRUE / left. */
sim_time wave_curve_next(const struct wave_curve *c, sim_time time) {
    double left = fabs(wave_curve_volt(c, time) - c->at.vinf);
    if (c->at.rate <= 0 || left <= WAVE_CURVE_TRUE)
        return SIM_NEVER;
    double root = sqrt(8 * WAVE_CURVE_TRUE / left), x = root * sim_exp(root / 4);
    double step = root * sim_exp(x / 4) / c->at.rate;
    if (step > (double)(SIM_NEVER / 4))
        return SIM_NEVER;
    return time + (step < 1 ? 1 : (sim_time)step);
}

double wave_curve_round(double volt, double last) {
    double rounded = nearbyint(volt / WAVE_CURVE_STEP) * WAVE_CURVE_STEP;
    if (fabs(rounded - last) < WAVE_CURVE_STEP / 2)
        rounded += volt >= rounded ? WAVE_CURVE_STEP : -WAVE_CURVE_STEP;
    return rounded == 0 ? 0 : rounded;
}
