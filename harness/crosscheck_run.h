/* Both engines on the same frames, received from the line. What the MCU drives is recorded from
 * a firmware that answers them; without one the SPI pins send each frame at the same time.
 */
#ifndef HARNESS_CROSSCHECK_RUN_H
#define HARNESS_CROSSCHECK_RUN_H

#include "harness/board.h"
#include "harness/crosscheck.h"
#include "harness/crosscheck_firmware.h"

struct crosscheck_run;

struct crosscheck_figures {
    uint64_t frames, recovered[2]; /* by side: octets as they were sent */
    uint64_t different;            /* octets differ, and nothing stood at an edge */
    uint64_t undecided;            /* octets differ or are lost in a frame with a doubt */
    uint64_t doubts;               /* frames with a window violated, agreed upon all the same */
    uint64_t first_different;      /* frame, from 1 */
    sim_time first_different_at;
    double seconds[2]; /* of the processor, by side */
    uint64_t rtl_steps;
    sim_time simulated;
    unsigned waves; /* files written */
};

struct crosscheck_settings {
    uint64_t seed;
    /* What the event engine takes for the board's parts, NULL for board->uses; a test plants a
     * faulty model there. */
    const struct part_use *event_uses;
    const struct crosscheck_firmware_settings *firmware; /* NULL: none */
    const char *waves;                                   /* the stem of VCD files, NULL: none */
    bool whole;        /* one of a window of time, not of what is around differences */
    sim_time from, to; /* the window */
};

/* NULL with `err`. The board outlives the run. */
struct crosscheck_run *crosscheck_run_create(const struct board *board,
                                             const struct crosscheck_settings *settings,
                                             struct sim_err *err);
void crosscheck_run_destroy(struct crosscheck_run *run); /* accepts NULL */
/* A capture begins: line.gap = capture counts from here. */
void crosscheck_run_capture(struct crosscheck_run *run);
/* One frame from its destination address, without FCS; `time_ns` from the capture's start. False
 * with `err`: an engine ran into a loop, edges were lost, the firmware or a file failed. */
bool crosscheck_run_frame(struct crosscheck_run *run, const uint8_t *octets, size_t n,
                          int64_t time_ns, struct sim_err *err);
/* What is still on its way; then the figures hold. */
bool crosscheck_run_finish(struct crosscheck_run *run, struct sim_err *err);
const struct crosscheck_figures *crosscheck_run_figures(const struct crosscheck_run *run);
/* Every net that both engines know, ascending in the netlist. */
const struct crosscheck_net *crosscheck_run_nets(const struct crosscheck_run *run, size_t *n);

#endif
