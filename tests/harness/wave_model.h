/* Random waves as a VCD and as plain arrays, which tests hold against a store. */
#ifndef TESTS_HARNESS_WAVE_MODEL_H
#define TESTS_HARNESS_WAVE_MODEL_H

#include <stdint.h>
#include <stdio.h>

#include "harness/view/store.h"

#define WAVE_MODEL_WIDTH 130 /* bits at most */

struct wave_model_change {
    int64_t time;
    char bits[WAVE_MODEL_WIDTH + 1]; /* bits and vectors, extended; strings as they are */
    double real;
};

struct wave_model_signal {
    char id[8], name[24];
    enum store_kind kind;
    uint32_t width;
    struct wave_model_change *changes;
    size_t n, room;
};

struct wave_model {
    struct wave_model_signal *signals;
    size_t n_signals;
    char *vcd;
    size_t vcd_n;
    int64_t end;
};

/* `signals` signals of all kinds and `steps` times; the same for the same seed. `jitter`: times
 * without a common step. */
struct wave_model wave_model_make(uint32_t seed, size_t signals, size_t steps, int jitter);
void wave_model_free(struct wave_model *model);

/* The column that brute force gives. */
struct store_column wave_model_column(const struct wave_model_signal *signal, int64_t from,
                                      int64_t to);
/* The value as a number; NaN: it is none. */
double wave_model_number(const struct wave_model_signal *signal, size_t change);

#endif
