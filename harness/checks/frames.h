/* Whose fault the lost frames of a run are. */
#ifndef HARNESS_CHECKS_FRAMES_H
#define HARNESS_CHECKS_FRAMES_H

#include "harness/run_result.h"

struct frames_lost {
    uint64_t by_board, by_firmware;                         /* lost, corrupt and extra */
    const struct run_failure *first_board, *first_firmware; /* listed; NULL: none */
};
struct frames_lost frames_lost(const struct run_result *run);

#endif
