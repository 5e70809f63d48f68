/* What the run_wave*.c files share. */
#ifndef HARNESS_RUN_WAVE_H
#define HARNESS_RUN_WAVE_H

#include "harness/run.h"
#include "harness/wave_mix.h"
#include "harness/wave_sidecar.h"

/* Waves are written so far behind what was told. */
#define RUN_WAVE_BEHIND SIM_US
/* A window ends so far behind its frame. */
#define RUN_WAVE_TAIL (4 * SIM_US)

/* The signals that are always the same; without firmware those from the PC on are missing. */
enum run_wave_signal {
    RUN_WAVE_LINE,
    RUN_WAVE_LINE_VOLT,
    RUN_WAVE_PC,
    RUN_WAVE_EXCEPTION,
    RUN_WAVE_NDTR
};

struct run_wave {
    const struct board *board;
    struct options_window window;
    char vcd[4096], fst[4096];
    const char *elf;   /* NULL: no firmware */
    struct wave *wave; /* NULL until the first edge's circuit is known */
    struct wave_mix *mix;
    struct wave_sidecar *sidecar;
    struct trace_signal *signals;
    uint32_t n;
    uint32_t *signal_of; /* per engine net [n_engine], TRACE_OWN: none */
    uint32_t *nets;      /* engine nets with a signal, and their levels */
    uint8_t *levels;
    uint32_t n_nets, n_engine;
    sim_time from, end; /* of the waves; of what the board told */
    sim_time drawn;     /* start of the burst whose voltage was drawn last */
    sim_time passed;    /* the MCU has come to here */
    uint32_t dr;        /* data register of the SPI that receives, 0: none did so far */
    bool traced;        /* instructions are told */
    bool finished;      /* the window is over */
    bool cut;           /* of a frame run again not all edges were kept */
};

#endif
