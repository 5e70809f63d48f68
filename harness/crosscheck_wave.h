/* Both engines' edges as a VCD file: around each difference, or in a window of time. Scopes:
 * "inputs" (the line, what the MCU drives), "event", "rtl".
 */
#ifndef HARNESS_CROSSCHECK_WAVE_H
#define HARNESS_CROSSCHECK_WAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/simtime.h"

enum crosscheck_scope { CROSSCHECK_INPUTS, CROSSCHECK_OF_EVENT, CROSSCHECK_OF_RTL };
#define CROSSCHECK_SCOPES 3

struct crosscheck_wave_settings {
    const char *stem;   /* of the files: STEM.vcd, or STEM-1.vcd and so on */
    bool whole;         /* the window, not what is around differences */
    sim_time from, to;  /* the window */
    const char **names; /* of the signals: inputs, then the nets */
    size_t n_inputs, n_nets;
    const uint8_t *levels[CROSSCHECK_SCOPES]; /* at time 0; the nets' of each engine */
};

struct crosscheck_wave;

/* NULL with `err` when the file of a window cannot be written. Copies what it needs. */
struct crosscheck_wave *crosscheck_wave_create(const struct crosscheck_wave_settings *settings,
                                               struct sim_err *err);
/* In the order of time over all scopes. Level 2: an idle line. */
void crosscheck_wave_edge(struct crosscheck_wave *wave, enum crosscheck_scope scope, size_t signal,
                          sim_time time, int level);
/* Something differs at `time`: it is to be seen, unless a file shows it or there are enough. */
bool crosscheck_wave_difference(struct crosscheck_wave *wave, sim_time time, struct sim_err *err);
/* Brings the files into place, frees, and tells in `*written` how many there are. */
bool crosscheck_wave_close(struct crosscheck_wave *wave, sim_time end, unsigned *written,
                           struct sim_err *err);
void crosscheck_wave_abandon(struct crosscheck_wave *wave); /* accepts NULL */

#endif
