/* What the sweep*.c files share: the plan of a sweep, which every worker reads, and a worker,
 * which evaluates one sample after another without allocating. */
#ifndef HARNESS_GATE_SWEEP_INTERNAL_H
#define HARNESS_GATE_SWEEP_INTERNAL_H

#include "harness/gate/sweep.h"
#include "harness/gate/sweep_receive.h"
#include "harness/gate/sweep_transmit.h"

/* --- parameters (sweep_parameters.c) ---------------------------------------------------- */

/* What a parameter changes. */
enum sweep_target {
    SWEEP_QUANTITY,    /* the ohms or farads of a part */
    SWEEP_FIGURE,      /* one figure of a part */
    SWEEP_DELAY,       /* the speed of a unit, a factor */
    SWEEP_VT,          /* both thresholds of a unit whose input is plain, volt */
    SWEEP_VT_PLUS,     /* of a Schmitt trigger's, */
    SWEEP_VT_MINUS,    /* where the sheet has no row for the hysteresis */
    SWEEP_HYSTERESIS,  /* below VT+, volt; within VT-'s limits */
    SWEEP_OFFSET,      /* of a line receiver's two thresholds, volt */
    SWEEP_RECEIVER,    /* its tPLH, and tPHL in proportion, seconds */
    SWEEP_SKEW,        /* tPHL beyond that, seconds */
    SWEEP_SUPPLY,      /* volt */
    SWEEP_TEMPERATURE, /* C */
    SWEEP_OSCILLATOR,  /* of the MCU, ppm */
    SWEEP_PARTNER,     /* ppm */
};

struct sweep_role {
    enum sweep_target target;
    uint32_t part;
    unsigned unit, figure;    /* unit of its model; index into its figures */
    double scale;             /* what the engine multiplies a figure with */
    double per_kelvin;        /* FIGURE: relative change with temperature */
    bool tracks;              /* VT...: moves with the supply, as CMOS thresholds do */
    uint64_t stream, package; /* random streams; `package` 0: it stands alone */
};

struct sweep_plan {
    const struct board *board;
    uint64_t seed;
    bool uniform;
    struct sweep_parameter *parameters;
    struct sweep_role *roles; /* one per parameter */
    size_t n_parameters;
    struct sweep_setup setup;
};

/* Defaults of [tolerance], fractions. */
#define SWEEP_DELAY_WIDTH 0.20

/* `width`: of the gate delays, 3 sigma; negative: the board's. The plan must not be moved. */
bool sweep_plan_create(const struct board *board, uint64_t seed, double width,
                       struct sweep_plan *plan, struct sim_err *err);
void sweep_plan_destroy(struct sweep_plan *plan); /* accepts a zeroed one */

/* How many sigma (or thirds of the range) parameter `i` is off in sample `k`, -3 .. 3. */
double sweep_deviation(const struct sweep_plan *plan, uint64_t k, size_t i);
/* The value of a parameter that is `deviation` off; +-3 are its limits. */
double sweep_value(const struct sweep_parameter *parameter, double deviation);
/* Every value of sample `k`; `values` has n_parameters. */
void sweep_draw(const struct sweep_plan *plan, uint64_t k, double *values);

/* --- one sample (sweep_worker.c) ---------------------------------------------------------- */

/* What is asked of a sample, in this order in every list. */
enum sweep_check {
    SWEEP_RECEIVE,
    SWEEP_SPI_SETUP,
    SWEEP_SPI_HOLD,
    SWEEP_SPI_PERIOD,
    SWEEP_SPI_WIDTH,
    SWEEP_WINDOWS,
    SWEEP_RECOVERY,
    SWEEP_HOLDOFF,
    SWEEP_TRANSMIT,
    SWEEP_TX_SHAPE,
    SWEEP_TX_OPENS,
    SWEEP_TX_CLOSES,
    SWEEP_PULSE_WIDTH,
    SWEEP_PULSE_PERIOD,
    SWEEP_FIRST_BIT,
    SWEEP_SPI_DUTY,
    SWEEP_TP_IDL,
    SWEEP_CHECKS
};
struct sweep_check_row {
    const char *name;
    bool apart;         /* not in the overall yield */
    const char *source; /* of the limit */
};
double sweep_slack_ns(enum sweep_check check, int32_t slack);
extern const struct sweep_check_row sweep_checks[SWEEP_CHECKS];

/* Slacks in ps, at most +-2 ms; what is asked without a figure and holds is SWEEP_AMPLE. That of
 * the link pulses' period counts as if its 16 ms were a bit time, so that the least of all is one
 * of its kind. */
enum { SWEEP_NOT_SEEN = INT32_MAX, SWEEP_FAILED = -2000000000, SWEEP_AMPLE = 2000000000 };
struct sweep_sample {
    int32_t slack[SWEEP_CHECKS];
};
bool sweep_passed(const struct sweep_sample *sample);   /* every check of the function profile */
int32_t sweep_least(const struct sweep_sample *sample); /* of the same checks */

struct sweep_worker {
    const struct sweep_plan *plan;
    struct part_use *uses;
    struct part_figure *figures; /* [parts][PART_MAX_FIGURES] */
    struct part_spread *spreads; /* [parts][SWEEP_MAX_UNITS] */
    double *values;              /* [parameters] */
    struct sweep_conditions conditions;
    struct sweep_receive *receive;   /* NULL: the board states no way in */
    struct sweep_transmit *transmit; /* NULL: the board has no way out that is modelled */
};
enum { SWEEP_MAX_UNITS = 16 };

struct sweep_worker *sweep_worker_create(const struct sweep_plan *plan, struct sim_err *err);
void sweep_worker_destroy(struct sweep_worker *worker); /* accepts NULL */
/* Evaluates the board with `worker->values`. `plain`: every edge by the engine, without the
 * cache: slower, the same slacks. */
void sweep_worker_run(struct sweep_worker *worker, bool plain, struct sweep_sample *sample);
/* The same of sample `k`. */
void sweep_worker_sample(struct sweep_worker *worker, uint64_t k, struct sweep_sample *sample);

#endif
