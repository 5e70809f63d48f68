/* Standard normal numbers as a function of (seed, stream, number), several times as fast as
 * rng_normal: jittered traffic needs ten million per simulated second.
 *
 * Ziggurat method of 128 layers (Marsaglia and Tsang 2000, in the form of Doornik 2005).
 * A number that a layer rejects (1.2 %) draws again from the streams after `stream`, so
 * leave 2^16 streams free behind it; hashed stream names do.
 */
#ifndef MODELS_LINE_GAUSS_H
#define MODELS_LINE_GAUSS_H

#include <stdint.h>

#define GAUSS_LAYERS 128

struct gauss {
    double x[GAUSS_LAYERS + 1]; /* right ends of the layers, the widest first */
    double ratio[GAUSS_LAYERS]; /* of a layer's width, inside the curve for certain */
};

void gauss_init(struct gauss *gauss);
double gauss_at(const struct gauss *gauss, uint64_t seed, uint64_t stream, uint64_t number);

#endif
