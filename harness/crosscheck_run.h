/* Both engines on the same frames: received from the line and, at the same time, sent by
 * the SPI pins of a firmware that does nothing else.
 */
#ifndef HARNESS_CROSSCHECK_RUN_H
#define HARNESS_CROSSCHECK_RUN_H

#include "harness/board.h"
#include "harness/crosscheck.h"

/* Slack below which a frame counts as undecided when the engines differ in it: what they
 * may differ in the time of an edge. */
#define CROSSCHECK_SLACK SIM_NS

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
};

/* NULL with `err`. The board outlives the run. `event_uses`: what the event engine takes for
 * the board's parts, NULL for board->uses; a test plants a faulty model there. */
struct crosscheck_run *crosscheck_run_create(const struct board *board, uint64_t seed,
                                             const struct part_use *event_uses,
                                             struct sim_err *err);
void crosscheck_run_destroy(struct crosscheck_run *run); /* accepts NULL */
/* One frame from its destination address, without FCS. False with `err`: an engine ran into
 * a loop, or edges were lost. */
bool crosscheck_run_frame(struct crosscheck_run *run, const uint8_t *octets, size_t n,
                          struct sim_err *err);
/* What is still on its way; then the figures hold. */
bool crosscheck_run_finish(struct crosscheck_run *run, struct sim_err *err);
const struct crosscheck_figures *crosscheck_run_figures(const struct crosscheck_run *run);
/* Every net that both engines know, ascending in the netlist. */
const struct crosscheck_net *crosscheck_run_nets(const struct crosscheck_run *run, size_t *n);

#endif
