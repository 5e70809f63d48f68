/* Monte Carlo and corners over a board's tolerances.
 *
 * Sample k draws every parameter as f(seed, k, parameter), so it is the same whatever the job
 * count, the order or the machine. Sample 0 is the nominal board.
 */
#ifndef HARNESS_GATE_SWEEP_H
#define HARNESS_GATE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board.h"

/* One thing that varies: "R5", "C9", "U2 vt_plus", "U4 delay", "supply". */
struct sweep_parameter {
    char name[64];
    char source[96]; /* of its width: the .ini's class, or a datasheet's limits */
    char unit[8];
    double nominal, low, high; /* the limits of its class */
};

struct sweep_yield {
    char check[48]; /* "receive", "spi setup", ...; "" for overall */
    uint64_t samples, passed;
    double low, high;  /* 95 % interval (Wilson), fractions */
    bool apart;        /* reported, but not in the overall yield */
    uint64_t measured; /* samples that had something to ask; 0: the board has no such thing */
    bool seen;         /* `least` holds: the check has a slack */
    double least;      /* the least slack, ns, */
    uint64_t worst;    /* and the sample that has it */
};

/* How much a parameter decides: rank correlation with the least slack, and the slack with only
 * this parameter at its limits. */
struct sweep_blame {
    uint32_t parameter;
    double correlation, slack_low, slack_high; /* ns */
};

/* The slack with a whole class of parameters at its lower and upper limits. */
struct sweep_corner {
    char name[48];    /* "resistors", "gate delays", "everything" */
    double low, high; /* ns */
};

struct sweep_advice {
    char part[64], edit[96]; /* "R5", "value R5=470"; a tighter class: "tolerance.R5=0.1 %"; several
                                together: "" */
    bool is_set;             /* `edit` is for --set, not for --edit */
    char options[256];       /* all of it for a command line; several edits go together */
    char text[256];
    double yield, low, high; /* with the change, fractions */
};

struct sweep_failure {
    uint64_t sample;
    char check[48], repeat[256]; /* the command that repeats it */
    char shrunk[256];            /* the fewest deviations that still fail, "R5 +1.8 %, ..." */
};

/* The yield at another width of the gate delays' distribution. */
struct sweep_width {
    double width; /* fraction, 3 sigma */
    double yield, low, high;
};

struct sweep_result {
    uint64_t samples;
    struct sweep_parameter *parameters;
    size_t n_parameters;
    struct sweep_yield *yields; /* the first is overall */
    size_t n_yields;
    struct sweep_blame *blame; /* the most decisive first */
    size_t n_blame;
    struct sweep_corner *corners;
    size_t n_corners;
    struct sweep_advice *advice; /* the best first */
    size_t n_advice;
    uint64_t tried;                 /* samples behind each yield of advice and widths */
    struct sweep_yield untouched;   /* overall, of the same samples without a change */
    struct sweep_failure *failures; /* the first SWEEP_MAX_FAILURES */
    size_t n_failures;
    struct sweep_width *widths;
    size_t n_widths;
    double scale;          /* the delay scale in use, and the verdict without it: */
    bool nominal_at_scale; /* the nominal sample passes at the board's delay scale */
    bool nominal_at_one;   /* and at 1.0, datasheet typical */
    double nominal_slack;  /* the nominal sample's least, ns */
    bool interrupted;      /* by Ctrl-C: `samples` are those that were done */
};
#define SWEEP_MAX_FAILURES 100

struct sweep_request {
    const struct board *board;
    uint64_t seed, samples;
    unsigned jobs, shard, shards; /* shard of shards, 0-based; 0 of 1 is everything */
    bool blame, advice, widths;   /* beyond the yield */
    const char *repeat; /* the command without its samples, "linkpulse sweep ... --seed 1"; NULL:
                         * made up from the board's path */
    void (*progress)(void *user, uint64_t done, uint64_t failures); /* NULL: none */
    void *user;
};

#define SWEEP_DEFAULT_SAMPLES 1000
#define SWEEP_MOST_SAMPLES    4000000

/* False with `err` when the board cannot be simulated or memory is short. `out` is then as
 * zeroed. Ctrl-C (harness/interrupt.h) ends it early. */
bool sweep_run(const struct sweep_request *request, struct sweep_result *out, struct sim_err *err);
void sweep_finish(struct sweep_result *result); /* accepts a zeroed one */

#endif
