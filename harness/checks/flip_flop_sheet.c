/* The same windows against the datasheet's guaranteed limits, which every part of a batch keeps:
 * what is closer works with most parts, and nobody promises it. */
#include <math.h>
#include <stdio.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static void judge(const struct check *check, const struct check_context *context,
                  struct check_report *report, const struct survey_flop *flop) {
    for (int i = 0; i < SURVEY_WINDOWS; i++) {
        char name[64];
        double limit = flop->windows[i].most, value = flop->windows[i].least;
        if (!flop->windows[i].seen || isnan(limit))
            continue;
        snprintf(name, sizeof name, "%s %s, guaranteed", flop->name,
                 survey_window_name((enum survey_window)i));
        measure(report, check,
                &(struct measure){.name = name,
                                  .net = flop->net,
                                  .part = context->board->netlist->parts[flop->part].ref,
                                  .unit = "ns",
                                  .source = flop->windows[i].source,
                                  .advice = "a faster family",
                                  .value = value,
                                  .limit = limit,
                                  .slack = value - limit});
    }
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_survey *survey = context->nominal->survey;
    if (!survey)
        check_not_run(report, check, "the receive path was not surveyed");
    for (size_t i = 0; survey && i < survey->n_flops; i++)
        judge(check, context, report, &survey->flops[i]);
    return true;
}

const struct check check_flip_flop_sheet = {
    .id = "flip-flop-sheet",
    .title = "flip-flops keep the windows their datasheet guarantees",
    .of = CHECK_TIMING,
    .severity = {CHECK_RESERVATION, CHECK_RESERVATION},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "the part's datasheet, limits",
    .run = run,
};
