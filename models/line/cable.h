/* A twisted-pair cable: attenuation and dispersion as a sum of a few exponentials.
 *
 * The step response of a pair is close to erfc(sqrt(tau/t)) (skin effect), somewhat slower
 * with a lossy insulation. A sum direct + gain[i] (1 - exp(-t/tau[i])) over fixed time
 * constants is fitted to it in the frequency domain, so that the response to any input made
 * of linear and exponential pieces has a closed form.
 *
 * The bulk delay is told apart (`delay`) and is no part of the response: whoever schedules
 * both ends of a line adds it.
 *
 * NOT modelled: reflections (both ends are taken as matched), temperature, the resistance
 * at DC (gain 1 there; 100 m of wire would take 1.5 dB).
 */
#ifndef MODELS_LINE_CABLE_H
#define MODELS_LINE_CABLE_H

#include <stdbool.h>

#include "sim/simtime.h"

#define CABLE_POLES 8
#define CABLE_MAX_M 200.0 /* 1000 ns: the longest segment of IEEE 802.3 14.4.2.4 */

enum cable_category { CABLE_CAT3, CABLE_CAT5 };

struct cable {
    double direct;            /* share that passes at once; 1 for 0 m */
    double gain[CABLE_POLES]; /* direct and gains add up to 1 */
    double tau_ps[CABLE_POLES];
    sim_time delay;
};

/* False when length_m is not in 0 .. CABLE_MAX_M or the category is none. */
bool cable_init(struct cable *cable, double length_m, enum cable_category category);

/* Loss in dB at a frequency in MHz: what the model gives, and what a cable of this length and
 * category has by the formula it is fitted to. */
double cable_loss_db(const struct cable *cable, double mhz);
double cable_formula_db(double length_m, enum cable_category category, double mhz);

/* A piece of input: base + slope t + swing exp(-t/tau), t from the piece's start. */
struct cable_input {
    double base, slope;   /* volt, volt per ps */
    double swing, tau_ps; /* swing 0: no exponential part */
};

/* The decays over a stretch of time, made once for stretches that come often. */
struct cable_stretch {
    double dt_ps, decay[CABLE_POLES];
};
void cable_stretch_init(struct cable_stretch *stretch, const struct cable *cable, double dt_ps);

/* The far end while one piece of input lasts. */
struct cable_wave {
    const struct cable *cable;
    struct cable_input input;
    double pole[CABLE_POLES];  /* the transient of each pole at the piece's start */
    double swing[CABLE_POLES]; /* its answer to the exponential part */
    double volt;               /* far end at the piece's start */
};

/* At rest, input 0. */
void cable_wave_init(struct cable_wave *wave, const struct cable *cable);
/* After the stretch the present piece ends and `next` begins. */
void cable_wave_next(struct cable_wave *wave, const struct cable_stretch *stretch,
                     const struct cable_input *next);
/* Volt at the far end, dt_ps into the piece. */
double cable_wave_at(const struct cable_wave *wave, double dt_ps);
/* True when the far end stands above (falling: below) `level` `stretch` into the piece, and when
 * it got there: 0 when it stood there at the start. A piece that crosses and comes back in
 * between crosses nothing. */
bool cable_wave_crosses(const struct cable_wave *wave, const struct cable_stretch *stretch,
                        double level, bool rising, double *at_ps);

#endif
