/* From a board's netlist to the transmitter's analog end: which line driver stands behind
 * the jack's transmit pair, through which resistors, with which figures. */
#ifndef HARNESS_TRANSMITTER_SETUP_H
#define HARNESS_TRANSMITTER_SETUP_H

#include "harness/board.h"
#include "models/line/transmitter.h"
#include "sim/circuit.h"

struct transmitter_setup {
    struct transmitter_config config;
    uint32_t driver, jack; /* netlist parts */
    unsigned unit;         /* of the driver */
    uint32_t d, de;        /* netlist nets of its inputs, NETLIST_NONE: open (taken as low) */
    bool powered;          /* false: its supply is cut, it drives nothing */
};

/* False with `err`: SIM_ERR_INPUT when the board states no transmit pair and has no single
 * jack; SIM_ERR_UNMODELLED for what is between the pair and a driver, by name. */
bool transmitter_setup(const struct board *board, struct transmitter_setup *setup,
                       struct sim_err *err);

/* The engine's nets of D and DE in a circuit of this board: to watch, or CIRCUIT_NO_NET. */
struct transmitter_pins {
    uint32_t d, de;
};
struct transmitter_pins transmitter_setup_pins(const struct transmitter_setup *setup,
                                               const struct circuit *circuit);
/* Their levels now. */
bool transmitter_setup_d(const struct transmitter_setup *setup, const struct circuit *circuit);
bool transmitter_setup_de(const struct transmitter_setup *setup, const struct circuit *circuit);

#endif
