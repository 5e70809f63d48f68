/* Counter-based random numbers: value = f(seed, stream, index). No hidden state, so a
 * value does not depend on the order of calls. The mixer is SplitMix64's finaliser
 * (Steele, Lea, Flood 2014) over the three words. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdint.h>

uint64_t rng_u64(uint64_t seed, uint64_t stream, uint64_t index);
/* Uniform in [0, 1), 53 bits. */
double rng_uniform(uint64_t seed, uint64_t stream, uint64_t index);
/* Standard normal (Box-Muller on two uniforms, with sim_log and a polynomial sine, so
 * the same bits on every machine). */
double rng_normal(uint64_t seed, uint64_t stream, uint64_t index);
/* FNV-1a of a name, to form streams. */
uint64_t rng_stream(const char *name);

#endif
