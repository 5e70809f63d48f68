/* The differential voltage at the far end of a cable, and when a receiver with thresholds
 * sees it change: ramps through the cable's response, crossings found on the result. So an
 * edge's place depends on the bits before it and on the amplitude.
 *
 * Noise and crosstalk move the threshold at each edge: noise gaussian, crosstalk as a
 * foreign carrier of unknown phase. They move edges and may hide them; extra edges by
 * disturbances between crossings are NOT modelled.
 */
#ifndef MODELS_LINE_WAVEFORM_H
#define MODELS_LINE_WAVEFORM_H

#include <stddef.h>

#include "models/line/cable.h"
#include "models/line/gauss.h"
#include "models/line/source.h"

#define WAVEFORM_TAIL_PS 5e6 /* at most, from the last bit of energy to rest */

struct waveform {
    const struct line_settings *settings; /* outlives the waveform */
    const struct gauss *gauss;
    struct cable cable;
    double ramp_ps;
    struct cable_stretch ramp, half, flat; /* half a cell, and what a ramp leaves of it */
    uint64_t stream_noise, stream_crosstalk;
    /* the burst being drawn */
    struct cable_wave wave;
    struct cable_stretch last; /* of the piece not yet looked at */
    sim_time start;
    double at_ps, volt; /* of the present piece's begin; input at its end */
    double shift;       /* of the thresholds, until the next edge */
    uint64_t number;    /* of the next edge */
    uint8_t seen, rest; /* levels: what the receiver has, what it has at rest */
    bool resting;       /* no signal comes any more */
    struct line_edge *edges;
    size_t n, most;
    struct waveform_trace *trace; /* NULL: nobody looks at the voltage itself */
};

/* Voltages from the burst's start on, between which straight lines are true to WAVEFORM_TRUE_V. */
#define WAVEFORM_TRUE_V 0.008
struct waveform_trace {
    struct line_volt *volts;
    size_t n, most;
    bool cut; /* there was no room for all */
};

/* False when the settings' cable makes no sense. bit_ps and ramp_ps as the source has them. */
bool waveform_init(struct waveform *waveform, const struct line_settings *settings,
                   const struct gauss *gauss, double bit_ps, double ramp_ps);

/* A burst from rest: its edges go to edges[most], in absolute time; `number` is that of the
 * first edge, which says what disturbs it. */
void waveform_begin(struct waveform *waveform, sim_time start, uint8_t rest,
                    struct line_edge *edges, size_t most, uint64_t number);
/* The input moves to `volt` and stays for dt_ps, ramp included. */
void waveform_move(struct waveform *waveform, double volt, double dt_ps);
void waveform_half(struct waveform *waveform, double volt); /* half a bit cell */
/* Back to rest. Returns the number of edges. */
size_t waveform_end(struct waveform *waveform);

#endif
