/* What the crosscheck_*.c files of a run share. */
#ifndef HARNESS_CROSSCHECK_INTERNAL_H
#define HARNESS_CROSSCHECK_INTERNAL_H

#include "harness/crosscheck_firmware.h"
#include "harness/crosscheck_run.h"
#include "harness/crosscheck_wave.h"
#include "harness/replay_setup.h"
#include "harness/rtl_engine.h"
#include "models/line/source.h"
#include "models/mcu/spi_sampler.h"

#define CROSSCHECK_BURST_MAX (LINE_MAX_FRAME + 64)

struct received { /* one engine's SPI slave */
    struct spi_sampler sampler;
    uint8_t *octets;
    size_t n;
    uint32_t shift, n_shift;
    sim_time mosi_changed, sck_rose;
    uint32_t narrow; /* MOSI changed within CROSSCHECK_SLACK of a sample */
    bool bursts;     /* a select ended in this frame */
};

struct input { /* the line, or an MCU net */
    sim_time time;
    uint32_t net; /* CIRCUIT_NO_NET: the line */
    uint8_t level;
};

/* From the first thing in a frame that the engines may rightly decide differently: what is
 * behind it is counted only if it was without effect. */
struct doubt {
    sim_time time;                   /* SIM_NEVER: none */
    bool kept;                       /* `before` holds what was counted up to then */
    uint8_t *nets;                   /* [n_compared] behind it */
    struct crosscheck_tally *before; /* [n_compared] */
};

struct flipflop_watch;

struct crosscheck_run {
    const struct board *board;
    const struct part_use *uses; /* the event engine's */
    struct replay_nets nets;
    struct circuit_config config;
    struct circuit *event;
    struct rtl_engine *rtl;
    struct crosscheck_firmware *firmware; /* NULL: the SPI pins send what comes in */
    struct line_source *source;
    struct circuit_record records[2];
    struct received received[2];
    struct crosscheck_net *compared;
    size_t n_compared;
    uint32_t *compared_of;  /* by engine net, CIRCUIT_NO_NET: not compared */
    uint32_t *netlist_nets; /* [n_compared] */
    uint8_t *reached;       /* [n_compared * n_compared]: [to * n + from] */
    struct flipflop_watch *flipflops;
    size_t n_flipflops;
    uint8_t *window_pins; /* per engine net: a flip-flop has a pin on it */
    uint32_t pins[3];
    uint32_t tx_clk, tx_mosi; /* engine nets */
    struct input *inputs;
    size_t n_inputs, inputs_capacity;
    uint8_t tx_level;
    struct doubt doubt;           /* of this frame */
    struct crosscheck_wave *wave; /* NULL: none wanted */
    uint32_t *input_signals;      /* by engine net: its signal in the wave */
    struct crosscheck_drift drift;
    sim_time now, last_activity, capture_start;
    struct crosscheck_figures figures;
};

/* crosscheck_make.c */
bool crosscheck_make(struct crosscheck_run *run, const struct crosscheck_settings *settings,
                     struct sim_err *err);
void crosscheck_unmake(struct crosscheck_run *run);

/* crosscheck_doubt.c: pair what both engines did up to `time`, differences in the order of
 * time over all nets. False with `err`: a wave could not be written. */
bool crosscheck_pair_all(struct crosscheck_run *run, sim_time time, struct sim_err *err);
/* What happens on a compared net at `time` or later, and what is behind it, hangs on less than
 * the engines may differ. */
void crosscheck_doubt(struct crosscheck_run *run, size_t net, sim_time time);
/* The frame is over: was it without effect? */
void crosscheck_doubt_end(struct crosscheck_run *run, bool without_effect);

/* crosscheck_window.c: an edge in one engine, in the order of time; then what both did up to
 * `time`, where a window that decides in both becomes a doubt. */
bool crosscheck_windows_make(struct crosscheck_run *run); /* false: out of memory */
void crosscheck_window_edge(struct crosscheck_run *run, enum crosscheck_side side,
                            const struct circuit_edge *edge);
void crosscheck_windows(struct crosscheck_run *run, sim_time time);

#endif
