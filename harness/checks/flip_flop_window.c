/* Each flip-flop's setup, hold, recovery and pulse widths, against what a typical part asks for:
 * below that it takes what it will. */
#include <stdio.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

/* The run counts them in every frame of every capture, those of the way out as well. */
static void find_counted(const struct check *check, const struct check_context *context,
                         struct check_report *report) {
    static const char *const COUNTERS[] = {"setup violation ", "hold violation ",
                                           "recovery violation ", "short clock pulse ",
                                           "short set or reset pulse "};
    const struct run_result *run = context->nominal->run;
    for (size_t i = 0; i < run->n_counters; i++)
        for (size_t k = 0; k < sizeof COUNTERS / sizeof *COUNTERS; k++) {
            const struct run_counter *counter = &run->counters[i];
            size_t n = strlen(COUNTERS[k]);
            if (strncmp(counter->name, COUNTERS[k], n) != 0)
                continue;
            struct check_finding *f = check_found(
                report, check, "%s: %.*s, %llu times in the regression captures", counter->name + n,
                (int)n - 1, COUNTERS[k], (unsigned long long)counter->count);
            measure_part_of(context->board, counter->name + n, f->part, sizeof f->part);
        }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    find_counted(check, context, report);
    measure_windows(report, check, context, false);
    return true;
}

const struct check check_flip_flop_window = {
    .id = "flip-flop-window",
    .title = "no flip-flop's window is violated",
    .of = CHECK_TIMING,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "the part's datasheet, typical",
    .run = run,
};
