/* Waves of a run as VCD, as FST with a GTKWave list beside it, or both, limited to a
 * window of time. */
#ifndef HARNESS_WAVE_H
#define HARNESS_WAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/outfile.h"
#include "sim/err.h"
#include "sim/simtime.h"
#include "sim/trace.h"

struct wave_settings {
    const char *vcd, *fst; /* paths; NULL: not wanted */
    sim_time from, to;     /* both inclusive; to = SIM_NEVER: to the end */
};

struct wave;

bool wave_has_fst(void); /* it was built in */

/* NULL with `err` filled when a file cannot be written (SIM_ERR_INPUT) or FST was not
 * built in (SIM_ERR_ENVIRONMENT). The signals are copied. Scopes stand in the files in
 * the order of their first signal, with "line", "spi", "one-shots", "cpu", "dma" and "volts"
 * in front: sigrok takes the first of equal names. Names: see vcd_name(). */
struct wave *wave_open(const struct wave_settings *settings, const struct trace_signal *signals,
                       size_t n, struct sim_err *err);

/* Signal `signal` has value '0', '1', 'x' or 'z' from `time` on. Times never go back; a
 * signal that is `same_as` another changes with it and must not be given here. False when
 * that is broken, or writing failed: nothing more is written then, and wave_close() tells. */
bool wave_change(struct wave *wave, sim_time time, uint32_t signal, char value);
/* The same of a vector and of a real. In a VCD a vector is a real without a range, and 0 while it
 * is not known: see sim/vcd.h. */
bool wave_number(struct wave *wave, sim_time time, uint32_t signal, uint64_t value);
bool wave_real(struct wave *wave, sim_time time, uint32_t signal, double value);
/* Where it stands in the files, "spi./sck_rx": scope and name as readers see them, without a
 * vector's range. Returns `out`. */
const char *wave_full_name(const struct trace_signal *signal, char *out, size_t size);

/* End the waves at `end`, bring the files into place and free `wave`, also on failure. */
bool wave_close(struct wave *wave, sim_time end, struct sim_err *err);
void wave_abandon(struct wave *wave); /* accepts NULL; leaves no file */

/* GTKWave's list beside the waves `fst`: NAME.gtkw of NAME.fst, with the line that names the waves
 * written. Rows and outfile_commit() are the caller's. */
bool wave_gtkw_open(struct outfile *file, const char *fst, struct sim_err *err);

#endif
