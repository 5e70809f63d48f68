/* Is the gate any good on this board? Every single fault of a list (faults.h) is planted in turn,
 * and the gate's checks are asked about each. */
#ifndef HARNESS_GATE_SELF_TEST_H
#define HARNESS_GATE_SELF_TEST_H

#include "harness/gate/faults.h"

enum self_test_outcome {
    SELF_TEST_NOT_RUN,    /* interrupted, or its worker died */
    SELF_TEST_CAUGHT,     /* a check finds what it did not find on the board as it is */
    SELF_TEST_REFUSED,    /* the board with it cannot be read or simulated, and that is said */
    SELF_TEST_EQUIVALENT, /* no check does, and no observed net behaves otherwise (observe.h) */
    SELF_TEST_SURVIVED,   /* no check does: a gap */
};

struct self_test_row {
    enum self_test_outcome outcome;
    char by[48];    /* the first check that finds it */
    char text[256]; /* what it says; why it is refused; what differs */
};

struct self_test {
    const struct board *board;
    struct fault *faults;
    struct self_test_row *rows; /* one per fault */
    size_t n;
    size_t outcomes[SELF_TEST_SURVIVED + 1];
    double raw, adjusted; /* caught or refused, of all; of all but the equivalent ones */
    double wall_s;        /* host */
    bool interrupted;
};

struct self_test_request {
    const struct board *board;
    struct board_request source; /* what `board` was loaded with */
    uint64_t seed;
    unsigned jobs; /* 0: one per processor */
    const char *firmware;
    void (*progress)(void *user, uint64_t done, uint64_t survived); /* NULL: none */
    void *user;
};

/* Nominal values only. False with `err` when the board as it is cannot be judged, or no worker be
 * started. */
bool self_test_run(const struct self_test_request *request, struct self_test *out,
                   struct sim_err *err);
void self_test_finish(struct self_test *result); /* accepts a zeroed one */

/* The table by kind of fault, every survivor, the shares; the same as linkpulse.selftest/1. */
void self_test_report(const struct self_test *result, const char *repeat);
bool self_test_json(const struct self_test *result, const char *path, struct sim_err *err);

#endif
