/* What one run at nominal values showed: the facts the dynamic checks judge. */
#ifndef HARNESS_CHECKS_NOMINAL_H
#define HARNESS_CHECKS_NOMINAL_H

#include "harness/board.h"
#include "harness/checks/survey.h"
#include "harness/cosim.h"
#include "harness/run_result.h"
#include "models/mcu/spi_sampler.h"

/* One step of the conversation with the firmware. */
struct check_talk {
    bool asked, answered;
    double seconds; /* simulated, until the answer; of DHCP from power-on */
    char detail[160];
};

struct check_nominal {
    const struct run_result *run;  /* the regression captures; NULL: not run */
    char why_not[256];             /* when run is NULL */
    char unsound[256];             /* why a simulation that had begun was given up; "" it was not */
    const char *no_firmware;       /* why none runs; NULL: one does */
    const struct spi_sampler *spi; /* what the MCU's pins saw; NULL: not run */
    struct cosim_figures firmware; /* sums, of the regressions and the conversation */
    uint32_t stack_free;  /* octets never written below the stack's top; UINT32_MAX: not known */
    char unmodelled[256]; /* the first access that is not modelled; "" without one */
    char misuse[256];     /* the firmware's first mistake; "" without one */
    char ended[256];      /* why the firmware came to an end, a fault; "" when it did not */
    bool has_clock;       /* `hsi_share` holds */
    double hsi_share;     /* of an error of the internal oscillator in that of the core clock */
    struct check_talk dhcp, ping, page;
    const struct check_survey *survey; /* of the receive path; NULL: not made */
};

struct check_nominal_request {
    const struct board *board;
    uint64_t seed;
    const char *firmware; /* as --firmware */
    const char *engine;
    bool brief; /* fewer captures and no conversation: for many boards */
};

/* Replays the regression captures (captures/gate.tsv below LINKPULSE_DATA) and talks to the
 * firmware. False with `err` only when something beside the board is wrong: a board that
 * cannot be simulated is why_not. */
bool check_nominal_run(const struct check_nominal_request *request, struct check_nominal **out,
                       struct sim_err *err);
/* What an MCU showed, beside what others did before. */
void check_nominal_add(struct check_nominal *nominal, const struct cosim *cosim);
void check_nominal_destroy(struct check_nominal *nominal); /* accepts NULL */

#endif
