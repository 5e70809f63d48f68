/* What one run at nominal values showed: the facts the dynamic checks judge. */
#ifndef HARNESS_CHECKS_NOMINAL_H
#define HARNESS_CHECKS_NOMINAL_H

#include "harness/board.h"
#include "harness/cosim.h"
#include "harness/run_result.h"

/* One step of the conversation with the firmware. */
struct check_talk {
    bool asked, answered;
    double seconds; /* simulated, until the answer */
    char detail[160];
};

struct check_nominal {
    const struct run_result *run; /* the regression captures; NULL: not run */
    char why_not[256];            /* when run is NULL */
    struct cosim_figures firmware;
    uint32_t stack_free;  /* octets never written below the stack's top; UINT32_MAX: not known */
    char unmodelled[256]; /* the first access that is not modelled; "" without one */
    struct check_talk dhcp, ping, page;
};

struct check_nominal_request {
    const struct board *board;
    uint64_t seed;
    const char *firmware; /* as --firmware */
    const char *engine;
};

/* Replays the regression captures (captures/gate.tsv below LINKPULSE_DATA) and talks to the
 * firmware. False with `err` only when something beside the board is wrong: a board that
 * cannot be simulated is why_not. */
bool check_nominal_run(const struct check_nominal_request *request, struct check_nominal **out,
                       struct sim_err *err);
void check_nominal_destroy(struct check_nominal *nominal); /* accepts NULL */

#endif
