/* How close a board's receive path comes to its limits while frames pass, edge by edge at
 * nominal values: the windows of each flip-flop, the narrowest pulse of each gate, the time each
 * one-shot has to spare. Measured on the nets the parts see, for any netlist.
 *
 * What the MCU drives stands still here, so that the way out is not surveyed.
 */
#ifndef HARNESS_CHECKS_SURVEY_H
#define HARNESS_CHECKS_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"

enum survey_window {
    SURVEY_SETUP,    /* D stands before the clock rises */
    SURVEY_HOLD,     /* and after */
    SURVEY_RECOVERY, /* set or reset released before the clock rises */
    SURVEY_CLOCK,    /* the clock's high or low time */
    SURVEY_SET,      /* set's or reset's low time */
    SURVEY_WINDOWS
};
const char *survey_window_name(enum survey_window window); /* "setup" */

/* Times in ns. */
struct survey_flop {
    char name[32], net[128]; /* "U6A"; of its clock */
    uint32_t part;           /* of the netlist */
    struct {
        bool seen;
        double least;     /* the shortest there was */
        double typ, most; /* what a typical part asks for, and the datasheet; NAN: no row */
        const char *source;
    } windows[SURVEY_WINDOWS];
};

/* What a gate without a delay would make of its inputs' edges, against its delay: a shorter
 * pulse is swallowed. */
struct survey_gate {
    char name[32], net[128]; /* "U1B"; of its output */
    uint32_t part;
    bool passes, swallows;
    double narrowest, delay; /* the narrowest pulse that passes, and the delay it must outlast */
    double widest, outlasts; /* the widest one swallowed, and the delay it did not outlast */
    bool clocks;             /* the net is a flip-flop's clock, set or reset */
};

/* A FET that discharges an RC node with a Schmitt trigger on it. */
struct survey_oneshot {
    char name[32], net[128]; /* of the trigger's unit; of the RC node */
    uint32_t part;
    bool gated; /* its output keeps further triggers away: it must be ready in time */
    bool ready_seen, busy_seen;
    double recovery, period; /* gated: from trigger to ready; from trigger to the next */
    double busy;             /* and for how long it was still closed behind the last other edge */
    bool held;               /* not gated: it is to hold through the frame */
    double hold, interval;   /* from the last trigger to its end; between two triggers, at most */
};

struct check_survey {
    struct survey_flop *flops;
    size_t n_flops;
    struct survey_gate *gates;
    size_t n_gates;
    struct survey_oneshot *oneshots;
    size_t n_oneshots;
    double bit_ns;
    size_t frames;
};

/* NULL with `err` when the board cannot be simulated, or moves more than can be kept. */
struct check_survey *survey_run(const struct board *board, uint64_t seed, struct sim_err *err);
void survey_destroy(struct check_survey *survey); /* accepts NULL */

#endif
