/* The gate: every check on a board, the yield, waivers, one verdict. */
#ifndef HARNESS_GATE_GATE_H
#define HARNESS_GATE_GATE_H

#include "harness/checks/check.h"
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
    struct check_report report;   /* findings ranked: failures first, least slack first */
    const struct run_result *run; /* the nominal run; NULL when not run */
    struct sweep_result sweep;    /* samples 0 when not run */
    double min_yield;
    struct gate_waiver *waivers;
    size_t n_waivers;
    enum gate_verdict verdict;
    char reasons[4][256]; /* of the verdict, ranked */
    size_t n_reasons;
    uint64_t seed;
    char repeat[1024];
    double wall_s; /* host */
};

#endif
