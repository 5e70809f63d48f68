/* The receive path of one sample: short frames at the line, octets and slacks at the SPI
 * pins. The line is drawn bit by bit and the answers of the board are remembered, so that a
 * sample costs a few hundred bits whatever its frames hold. */
#ifndef HARNESS_GATE_SWEEP_RECEIVE_H
#define HARNESS_GATE_SWEEP_RECEIVE_H

#include "harness/board.h"
#include "harness/gate/sweep_meters.h"
#include "harness/replay_setup.h"
#include "models/mcu/spi_sampler.h"

enum { SWEEP_FRAMES = 20, SWEEP_OCTETS = 64 };

/* What the samples of a sweep have in common. */
struct sweep_setup {
    const struct board *board;
    struct replay_nets nets; /* its inputs stand in `config` */
    struct circuit_config config;
    struct line_settings line;
    const struct spi_limits *limits; /* NULL: no chip stated */
    bool preamble;                   /* framing: SFD and all before it come with the octets */
    bool receives;                   /* the way in is stated: line and SPI pins */
    uint8_t frames[SWEEP_FRAMES][SWEEP_OCTETS];
};
bool sweep_setup(const struct board *board, uint64_t seed, struct sweep_setup *setup,
                 struct sim_err *err);

/* What changes from sample to sample, beside the parts. */
struct sweep_conditions {
    struct circuit_config config;
    struct line_settings line;
    double mcu_ppm;
};

struct sweep_receive_result {
    unsigned frames;    /* recovered, each exactly once, the first bit aside */
    unsigned first_bit; /* of these, with a wrong first bit: a driver that tries the checksum
                         * with it inverted recovers them */
    unsigned extra;     /* bursts with octets that are no such frame */
    bool refused;       /* the sample cannot be simulated: its thresholds cross, it oscillates */
    struct spi_worst spi[SPI_MEASURES];       /* without set-up and hold of the first bits, */
    struct spi_worst first_setup, first_hold; /* which are here */
    sim_time windows, recovery, holdoff;      /* least slacks, INT32_MAX: not seen */
    uint64_t misses, states;
};

struct sweep_receive;

/* NULL with `err` when the board cannot be simulated, or when memory is short. `uses` are a
 * sample's. */
struct sweep_receive *sweep_receive_create(const struct sweep_setup *setup,
                                           const struct part_use *uses, struct sim_err *err);
void sweep_receive_destroy(struct sweep_receive *receive); /* accepts NULL */

/* `plain`: every edge by the engine, and so also where equal bits do not have equal edges
 * (jitter, cable, noise). Nothing is allocated but then, for the source of the edges. */
void sweep_receive_run(struct sweep_receive *receive, const struct part_use *uses,
                       const struct sweep_conditions *conditions, bool plain,
                       struct sweep_receive_result *result);

#endif
