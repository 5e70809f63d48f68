/* FST through gtkwave's fstapi as Verilator ships it; apart, because it may be absent. */
#ifndef HARNESS_WAVE_FST_H
#define HARNESS_WAVE_FST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/simtime.h"
#include "sim/trace.h"

struct wave_fst;

/* What a signal has. */
struct wave_value {
    char letter;     /* of a bit; of all bits of a vector, 0: it is `number` */
    uint64_t number; /* of a vector */
    double real;
};
/* In bits, 1 of a bit; of a real 0. */
static inline unsigned wave_width(const struct trace_signal *signal) {
    return signal->kind == TRACE_BIT ? 1 : signal->kind == TRACE_REAL ? 0 : signal->width;
}

/* Begin the file `path`; `order` lists the signals grouped by scope. SIM_ERR_ENVIRONMENT
 * when the program was built without fstapi. */
struct wave_fst *wave_fst_open(const char *path, const struct trace_signal *signals, size_t n,
                               const uint32_t *order, struct sim_err *err);
void wave_fst_time(struct wave_fst *fst, sim_time time);
void wave_fst_value(struct wave_fst *fst, uint32_t signal, const struct wave_value *value);
/* Ends the file and reads its head back, for fstapi reports no write error of its own.
 * Frees `fst` in any case; accepts NULL. */
bool wave_fst_close(struct wave_fst *fst, const char *path, struct sim_err *err);
void wave_fst_abandon(struct wave_fst *fst);

#endif
