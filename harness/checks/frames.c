#include "harness/checks/frames.h"

#include <string.h>

/* What a run lost beyond those it lists is counted as the firmware's by its causes. */
static uint64_t by_causes(const struct run_result *run) {
    static const char PREFIX[] = "cause: ";
    uint64_t n = 0;
    for (size_t i = 0; i < run->n_counters; i++)
        if (strncmp(run->counters[i].name, PREFIX, sizeof PREFIX - 1) == 0)
            n += run->counters[i].count;
    return n;
}

static bool is_firmware(const struct run_failure *failure) {
    return strcmp(failure->stage, "firmware") == 0 || failure->cause[0];
}

struct frames_lost frames_lost(const struct run_result *run) {
    struct frames_lost lost = {0};
    struct run_capture total;
    uint64_t listed = 0;
    run_result_total(run, &total);
    uint64_t all = total.lost + total.corrupt + total.extra, causes = by_causes(run);
    for (size_t i = 0; i < run->n_captures; i++)
        for (size_t k = 0; k < run->captures[i].n_failures; k++) {
            const struct run_failure *failure = &run->captures[i].failures[k];
            bool firmware = is_firmware(failure);
            const struct run_failure **first = firmware ? &lost.first_firmware : &lost.first_board;
            *first = *first ? *first : failure;
            listed += firmware;
        }
    lost.by_firmware = causes > listed ? causes : listed;
    lost.by_firmware = lost.by_firmware < all ? lost.by_firmware : all;
    lost.by_board = all - lost.by_firmware;
    return lost;
}
