/* What a run observes, brought into one order of time for its waves: the board's edges, its
 * analog nodes, the line's voltage, and what the MCU does, each told in an order of its own, the
 * MCU's part later or earlier than the board's.
 *
 * A stream keeps its last entries (the depth below): what a window that opens later still wants
 * of the time before. Nothing is allocated after creation.
 */
#ifndef HARNESS_WAVE_MIX_H
#define HARNESS_WAVE_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/wave.h"
#include "models/line/source.h"
#include "sim/circuit.h"

enum wave_stream {
    WAVE_BOARD,     /* edges of nets and of the line; never dropped before they are written */
    WAVE_PC,        /* the last million instructions */
    WAVE_EXCEPTION, /* the last 65536 of each of the others */
    WAVE_NDTR,
    WAVE_STREAMS
};

struct wave_mix;

struct wave_mix *wave_mix_create(size_t n_signals); /* NULL: memory is out */
void wave_mix_destroy(struct wave_mix *mix);        /* accepts NULL */

/* The waves begin at `time`: what is older is taken as of then. */
void wave_mix_begin(struct wave_mix *mix, sim_time time);
/* `signal` shows the voltage of the analog net of a curve, the present one, whose level is shown
 * by `level`; at most n_signals. Returns the voltage where the waves begin. The line's voltage is
 * shown by another. */
double wave_mix_analog(struct wave_mix *mix, const struct circuit_curve *now, uint32_t signal,
                       uint32_t level);
void wave_mix_line(struct wave_mix *mix, uint32_t signal);

/* `value` is a letter for WAVE_BOARD, else a number. */
void wave_mix_put(struct wave_mix *mix, enum wave_stream stream, sim_time time, uint32_t signal,
                  uint64_t value);
void wave_mix_curve(struct wave_mix *mix, const struct circuit_curve *curve);
/* Room for the voltages of a burst, [*most]; then how many there are, and whether not all. */
struct line_volt *wave_mix_volts(struct wave_mix *mix, size_t *most);
void wave_mix_volts_added(struct wave_mix *mix, size_t n, bool cut);

/* Writes all of before `until`; the first entries, from before the waves begin, give what stands
 * at their beginning. At the end voltages have a last sample. */
void wave_mix_write(struct wave_mix *mix, struct wave *wave, sim_time until);
void wave_mix_end(struct wave_mix *mix, struct wave *wave, sim_time end);
/* What is missing from the waves since there was no room for it, NULL: nothing. */
const char *wave_mix_cut(const struct wave_mix *mix);

#endif
