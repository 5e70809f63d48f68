#include "models/line/gauss.h"

#include <stdbool.h>

#include "sim/fpmath.h"
#include "sim/rng.h"

/* Where the tail begins, and the area of each layer: for 128 layers, from memory of
 * Doornik's paper; the test checks that the layers close at 0. */
#define TAIL_START 3.442619855899
#define LAYER_AREA 9.91256303526217e-3

static double uniform_of(uint64_t word) {
    return ((double)(word >> 11) + 0.5) * (1.0 / 9007199254740992.0); /* in (0, 1) */
}

static double density(double x) {
    return sim_exp(-0.5 * x * x);
}

void gauss_init(struct gauss *gauss) {
    gauss->x[0] = LAYER_AREA / density(TAIL_START);
    gauss->x[1] = TAIL_START;
    for (int i = 2; i < GAUSS_LAYERS; i++) {
        double below = gauss->x[i - 1];
        gauss->x[i] = __builtin_sqrt(-2 * sim_log(LAYER_AREA / below + density(below)));
    }
    gauss->x[GAUSS_LAYERS] = 0;
    for (int i = 0; i < GAUSS_LAYERS; i++)
        gauss->ratio[i] = gauss->x[i + 1] / gauss->x[i];
}

/* One draw of the tail (Marsaglia 1964); false: draw again. */
static bool draw_tail(double u1, double u2, double *out) {
    double x = sim_log(u1) / TAIL_START;
    *out = TAIL_START - x;
    return -2 * sim_log(u2) > x * x;
}

/* The corner of a layer that the curve cuts. */
static bool in_corner(const struct gauss *gauss, unsigned layer, double x, double u) {
    double outer = gauss->x[layer], inner = gauss->x[layer + 1];
    double f0 = sim_exp(-0.5 * (outer * outer - x * x));
    double f1 = sim_exp(-0.5 * (inner * inner - x * x));
    return f1 + u * (f0 - f1) < 1;
}

static double redraw(const struct gauss *gauss, uint64_t seed, uint64_t stream, uint64_t number,
                     uint64_t word) {
    for (;;) {
        unsigned layer = word % GAUSS_LAYERS;
        double u = 2 * uniform_of(word) - 1, x = u * gauss->x[layer], tail;
        double u1 = rng_uniform(seed, ++stream, number);
        if (__builtin_fabs(u) < gauss->ratio[layer])
            return x;
        if (layer > 0 && in_corner(gauss, layer, x, u1))
            return x;
        while (layer == 0) {
            double u2 = uniform_of(rng_u64(seed, ++stream, number));
            if (draw_tail(uniform_of(rng_u64(seed, ++stream, number)), u2, &tail))
                return u < 0 ? -tail : tail;
        }
        word = rng_u64(seed, ++stream, number);
    }
}

double gauss_at(const struct gauss *gauss, uint64_t seed, uint64_t stream, uint64_t number) {
    uint64_t word = rng_u64(seed, stream, number);
    unsigned layer = word % GAUSS_LAYERS;
    double u = 2 * uniform_of(word) - 1;
    if (__builtin_fabs(u) < gauss->ratio[layer])
        return u * gauss->x[layer];
    return redraw(gauss, seed, stream, number, word);
}
