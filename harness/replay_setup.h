/* From a board's configuration to what the engine and the line source want. */
#ifndef HARNESS_REPLAY_SETUP_H
#define HARNESS_REPLAY_SETUP_H

#include "harness/board.h"
#include "harness/mcu_nets.h"
#include "models/line/source.h"
#include "models/mcu/spi_sampler.h"
#include "sim/circuit.h"

struct replay_nets { /* netlist indices, NETLIST_NONE where not stated */
    uint32_t sck, mosi, nss, inputs[MCU_NETS_MAX];
    size_t n_inputs;
    struct mcu_nets mcu; /* whose nets, where stated, are `inputs` */
    bool nss_active_high;
};

/* The stage nets the board states and has; returns their count. They are observed too, so
 * that a failure can be diagnosed where a fault has cut the way to the SPI pins. */
#define REPLAY_STAGES 6
size_t replay_setup_stages(const struct board *board, uint32_t nets[REPLAY_STAGES]);

/* The pin limits of the board's MCU: NULL when [mcu] chip is not stated, an error when it
 * is not known. */
bool replay_setup_limits(const struct board *board, const struct spi_limits **limits,
                         struct sim_err *err);
/* False with `err` when a net that is named does not exist. */
bool replay_setup_nets(const struct board *board, struct replay_nets *nets, struct sim_err *err);
bool replay_setup_circuit(const struct board *board, const struct replay_nets *nets, uint64_t seed,
                          struct circuit_config *config, struct sim_err *err);
/* The whole board as one circuit, which is the caller's to destroy. `config` points into
 * `nets`: the struct is not to be copied. */
struct replay_whole {
    struct replay_nets nets;
    struct circuit_config config;
    struct circuit *circuit;
};
bool replay_setup_whole(const struct board *board, uint64_t seed, struct replay_whole *whole,
                        struct sim_err *err);
void replay_setup_line(const struct board *board, uint64_t seed, struct line_settings *line);

/* When a frame follows by line.gap on what ended at `last`: `capture_ns` is its time in its
 * capture, whose first frame was sent at `capture_start`. SIM_NEVER: beyond all time. */
sim_time replay_setup_start(const struct board_line *line, double bit_ps, sim_time last,
                            int64_t capture_ns, sim_time capture_start);

#endif
