/* The gate: every check on a board, the yield, waivers, one verdict. */
#ifndef HARNESS_GATE_GATE_H
#define HARNESS_GATE_GATE_H

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"
#include "harness/gate/sweep.h"
#include "harness/run_result.h"

enum gate_verdict { GATE_ORDER, GATE_RESERVATIONS, GATE_DO_NOT_ORDER };

struct gate_waiver {
    char id[64], subject[128], reason[256], author[64], expires[16]; /* YYYY-MM-DD; "" never */
    char file[256];
    long line;
    bool used, expired;
};

struct gate_result {
    const struct board *board;
    enum check_profile profile;
    struct check_report report;    /* findings ranked: failures first, least slack first */
    struct check_nominal *nominal; /* NULL: no check that was wanted needs it */
    const struct run_result *run;  /* the nominal run; NULL when not run */
    struct sweep_result sweep;     /* samples 0 when not run */
    char why_no_sweep[192];        /* when it was not */
    double min_yield;
    bool fail_on_reservations; /* they make the exit code 1 */
    struct gate_waiver *waivers;
    size_t n_waivers;
    enum gate_verdict verdict;
    char kind[128];         /* what the board is, from its wiring: "a receiver alone" */
    char in[256], out[256]; /* what its connectors carry to it and from it: "/sck_tx, /mosi_tx" */
    char reasons[4][256];   /* of the verdict, ranked */
    size_t n_reasons;
    uint64_t seed;
    char repeat[1024];
    double wall_s; /* host */
};

struct gate_request {
    const struct board *board;
    enum check_profile profile;
    const char *const *only;   /* ids of checks, NULL at the end; NULL: all */
    bool fail_on_reservations; /* see struct gate_result */
    uint64_t seed;
    const char *firmware, *engine; /* as --firmware and --engine; NULL: the default. By rtl the
                                    * captures alone are replayed, few of them */
    double min_yield;              /* fraction */
    uint64_t samples;              /* of tolerances, 0: none; none either with `only` */
    unsigned jobs;
    const char *sweep; /* its command, without samples; NULL: made up */
    void (*progress)(void *user, uint64_t done, uint64_t failures); /* NULL: none */
    void *user;
    const char *waivers; /* a file beside the board's own; NULL: none */
    const char *date;    /* for their expiry, YYYY-MM-DD; NULL: today */
    bool brief;          /* as check_nominal_request.brief */
};

/* Runs the checks and ranks what they found. False with `err` for an id that is no check's, for
 * waivers that cannot be read, and on internal errors. `out` points into the board, and `repeat` is
 * the caller's to fill. */
bool gate_run(const struct gate_request *request, struct gate_result *out, struct sim_err *err);
void gate_finish(struct gate_result *result); /* accepts a zeroed one */

/* The verdict and its reasons, from the findings that are not waived and the yield. For the end
 * of gate_run(), and again after waivers changed. */
void gate_judge(struct gate_result *result);
/* 0 or 1 by the verdict; 3 when nothing failed and a part has no model, and `strict`. */
int gate_exit_code(const struct gate_result *result, bool strict);

/* "function" or "standard"; false for anything else. */
bool gate_profile(const char *name, enum check_profile *profile);

#endif
