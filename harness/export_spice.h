/* A board's receive path as an ngspice deck: the slow truth for its analog nodes.
 *
 * Digital gates and flip-flops become XSPICE event-driven devices with the datasheet's
 * typical delays times the board's scale plus what the load of their nets adds. Every net
 * with a resistor, a capacitor or a FET on it is an analog node: its gate drives it
 * through its output resistance, FETs are level-1 MOSFETs, inputs read it through their
 * thresholds. Only what the attached SPI nets and the stage nets depend on is written.
 */
#ifndef HARNESS_EXPORT_SPICE_H
#define HARNESS_EXPORT_SPICE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/board.h"
#include "harness/replay_setup.h"
#include "harness/transmitter_setup.h"
#include "sim/circuit.h"
#include "sim/simtime.h"

/* What stands on the line: silence, one frame, silence. */
struct spice_stimulus {
    const uint8_t *octets; /* destination address up to and including the FCS; borrowed */
    size_t n;
    sim_time lead, tail; /* before the first bit; after the line is silent again */
    unsigned pulse;      /* transmit path: begin before this link pulse, from 0 */
};

#define SPICE_MAX_WATCHED (MCU_NETS_MAX + 2) /* what the MCU drives, D and DE */
#define SPICE_NAME_MAX    160

/* The engine's settings for this board, as the deck takes them. `nets` holds the stage and
 * SPI nets (netlist indices), each once: what is watched, and what the kept elements are
 * the ancestors of. `config` and `scope` point into this struct, which
 * must therefore stay where it is. */
struct spice_setup {
    struct circuit_config config;
    struct circuit_scope scope;
    struct replay_nets attached;
    uint32_t nets[SPICE_MAX_WATCHED];
    size_t n_nets;
};
bool export_spice_setup(const struct board *board, struct spice_setup *setup, struct sim_err *err);

/* The edges at the receiver's input: ascending, to be freed; their number in `*n`. `*end`
 * is when the deck's run ends. NULL with `err` filled. */
struct line_edge *export_spice_line(const struct board *board,
                                    const struct spice_stimulus *stimulus, size_t *n, sim_time *end,
                                    struct sim_err *err);

/* Fills `octets` (at least n + 4) with the frame written when nobody states one: n octets
 * (14 or more) and their FCS. Returns the length. */
size_t export_spice_frame(size_t n, uint8_t *octets);

/* Writes the deck. Run by ngspice -b it leaves the watched nets' edges in the file
 * `results` (lower case: ngspice folds it), a VCD in ps. Its variables are
 * "wI_NAME": net I of spice_setup.nets, and its name in lower-case letters and digits.
 * Errors: SIM_ERR_UNMODELLED for what the board has in its receive path and a deck cannot hold;
 * SIM_ERR_INPUT for settings without a receive path. */
bool export_spice(const struct board *board, const struct spice_stimulus *stimulus,
                  const char *results, FILE *out, struct sim_err *err);

/* The transmit path: the MCU's clock and data pins to the line. The deck begins `lead` before
 * a link pulse (where the board makes one), the frame follows it, then silence.
 *
 * Beside the edges, ngspice leaves the line's differential voltage in the file `waveform`:
 * lines of "TIME VOLT" in seconds. The driver is two outputs with their own resistances,
 * switched by enable; the transformer a T of leakage, windings and core. */
struct spice_transmit {
    struct spice_setup setup; /* nets: D, DE, clock, data (NETLIST_NONE left out) */
    struct transmitter_setup transmitter;
    sim_time origin; /* the deck's time 0 in a run of the engine from power-up */
    sim_time pulse;  /* deck time at which the link pulse comes, SIM_NEVER: none */
    sim_time frame;  /* deck time of the first clock edge */
    sim_time end;    /* of the deck */
};
/* What the MCU's pins do: LSB first, mode 1 (clock at rest low, data change with its rising
 * edge, one bit in 100 ns), preamble and SFD first. Level and deck time. */
struct spice_pin_edge {
    sim_time time;
    uint32_t net; /* netlist */
    uint8_t level;
};
bool export_spice_transmit_plan(const struct board *board, const struct spice_stimulus *stimulus,
                                struct spice_transmit *plan, struct sim_err *err);
/* Ascending, malloc'ed; their number in `*n`. */
struct spice_pin_edge *export_spice_transmit_edges(const struct board *board,
                                                   const struct spice_transmit *plan,
                                                   const struct spice_stimulus *stimulus,
                                                   size_t *n);
bool export_spice_transmit(const struct board *board, const struct spice_stimulus *stimulus,
                           const char *results, const char *waveform, FILE *out,
                           struct sim_err *err);

#endif
