/* The analog end of the transmitter: line driver, series resistors, transformer, line.
 *
 *   driver --+-- series --+-- winding -- leakage --+-- winding --+
 *            |            |                        |             |
 *          C pins     shunt, C jack            magnetising     line 100 ohm
 *
 * Between two changes of the driver the network is linear and its answer a sum of
 * exponentials (transmitter_piece.h): nothing is stepped, and the differential voltage on
 * the line is known at any time. The driver's output slews as a first-order lag; disabled
 * it floats, and what the inductances hold goes into the pins' capacitance and the line.
 * With a saturating core the magnetising inductance falls to `l_sat` beyond `i_sat`; the
 * instant of that is an event like an edge.
 *
 * Not modelled: common mode, the capacitance between the windings, hysteresis and losses of
 * the core, clamping diodes at the driver's pins, the driver's current limit; its resistance
 * is one figure for all currents.
 *
 * Edges are taken in ascending order, pieces are given in ascending order and without a gap.
 * Nothing is allocated after creation.
 */
#ifndef MODELS_LINE_TRANSMITTER_H
#define MODELS_LINE_TRANSMITTER_H

#include <stdbool.h>
#include <stdint.h>

#include "models/line/transmitter_piece.h"
#include "sim/err.h"
#include "sim/simtime.h"

/* Volt, ohm, farad, henry, ampere, seconds. Pairs are differential: both legs together. */
struct transmitter_config {
    double swing;    /* of the driver without load: Y - Z is +swing or -swing */
    double r_driver; /* both sides */
    double rise;     /* 10-90 % */
    double delay;    /* D to half the swing at the output */
    double enable;   /* DE to half the swing */
    double disable;  /* DE to where it floats */
    double c_driver, c_jack;
    double r_series;
    double r_shunt; /* across the jack's pins; INFINITY: none */
    double l_open, l_leak, r_winding;
    double i_sat, l_sat; /* INFINITY: the core does not saturate */
    double r_line;
    bool crossed; /* Y goes to the pair's negative pin */
};

/* Called for each stretch of the line's differential voltage; the piece is borrowed. */
struct transmitter_sink {
    void *self;
    void (*piece)(void *self, const struct transmitter_piece *piece);
};

struct transmitter;

/* NULL with `err` when a figure is out of range (SIM_ERR_INPUT), or memory runs out. */
struct transmitter *transmitter_create(const struct transmitter_config *config,
                                       const struct transmitter_sink *sink, struct sim_err *err);
void transmitter_destroy(struct transmitter *t); /* accepts NULL */

/* From `time` on, having stood at these levels for long before. To be called first. */
void transmitter_start(struct transmitter *t, sim_time time, bool d, bool de);
/* The levels at the driver's pins from `time` on. Hands over pieces, not always up to then. */
void transmitter_edge(struct transmitter *t, sim_time time, bool d, bool de);
/* Hands over every piece before `time`. */
void transmitter_until(struct transmitter *t, sim_time time);

/* The line's voltage at `time`, no earlier than what was handed over, as the edges up to
 * now have it. */
double transmitter_voltage(const struct transmitter *t, sim_time time);
/* Pulses at D that came closer together than the driver keeps apart, and were dropped. */
uint64_t transmitter_swallowed(const struct transmitter *t);

#endif
