/* The transmit path on the bench: the MCU's pins driven, the circuit run, the line's
 * waveform kept. Times are the deck's (harness/export_spice.h): 0 is shortly before a link
 * pulse. */
#ifndef TESTS_HARNESS_LINE_BENCH_H
#define TESTS_HARNESS_LINE_BENCH_H

#include "bench.h"
#include "harness/export_spice.h"

struct driver_edge { /* at the driver's inputs */
    sim_time time;
    bool d, de;
};

struct line_bench {
    struct board board;
    struct spice_transmit plan;
    uint8_t octets[64];
    struct spice_stimulus stimulus;
    struct transmitter_piece *pieces;
    size_t n_pieces;
    struct driver_edge *edges; /* edges[0]: the levels at 0 */
    size_t n_edges;
    struct transmitter_sink also; /* gets every piece, too, when set */
    double pin_ohm; /* of the MCU's pins, into the loads of their nets; 0: ideal ones */
    sim_time skew;  /* data after the clock at the pins */
};

/* Loads the board; `n` octets (14 to 60) and FCS are the frame. The last bit of the FCS is
 * `last_bit`. */
void line_bench_load(struct line_bench *t, const struct bench_case *c, size_t n, bool last_bit);
/* Before another link pulse than the first. */
void line_bench_pulse(struct line_bench *t, unsigned pulse);
void line_bench_run(struct line_bench *t);
void line_bench_finish(struct line_bench *t);

double line_bench_volt(const struct line_bench *t, sim_time time);
/* The extreme in [from, to), looked for every 50 ps. */
double line_bench_extreme(const struct line_bench *t, sim_time from, sim_time to, bool highest,
                          sim_time *at);
sim_time line_bench_data_end(const struct line_bench *t); /* of the last bit at the pins */

#endif
