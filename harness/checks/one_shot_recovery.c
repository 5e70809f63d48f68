/* One-shots against the bit time. One that keeps triggers away while it runs must be ready again
 * for the next bit, and still closed behind the edge between two bits; one that is triggered anew
 * by each must outlast the time between two. */
#include <stdio.h>

#include "harness/checks/check.h"
#include "harness/checks/frames.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

struct row {
    const char *what;
    double value, limit, slack;
};

/* A trigger's pulse that is cut by a late one-shot may do all the same. */
static bool works(const struct run_result *run) {
    return frames_lost(run).by_board == 0;
}

static void judge(const struct check *check, const struct check_context *context,
                  struct check_report *report, const struct survey_oneshot *shot,
                  const struct row *row) {
    char name[64], passives[128], advice[192];
    size_t before = report->n_findings;
    snprintf(name, sizeof name, "%.26s %s", shot->name, row->what);
    measure_passives_at(context->board, shot->net, passives, sizeof passives);
    snprintf(advice, sizeof advice, "other values of %s", passives);
    measure(report, check,
            &(struct measure){.name = name,
                              .net = shot->net,
                              .part = context->board->netlist->parts[shot->part].ref,
                              .unit = "ns",
                              .advice = advice,
                              .value = row->value,
                              .limit = row->limit,
                              .slack = row->slack});
    if (report->n_findings > before && works(context->nominal->run))
        report->findings[report->n_findings - 1].severity = CHECK_RESERVATION;
}

static void judge_all(const struct check *check, const struct check_context *context,
                      struct check_report *report, const struct survey_oneshot *shot) {
    if (shot->ready_seen)
        judge(check, context, report, shot,
              &(struct row){"recovery before the next bit", shot->recovery, shot->period,
                            shot->period - shot->recovery});
    if (shot->busy_seen)
        judge(check, context, report, shot,
              &(struct row){"time closed behind the edge between bits", shot->busy, 0, shot->busy});
    if (shot->held)
        judge(check, context, report, shot,
              &(struct row){"hold through the frame", shot->hold, shot->interval,
                            shot->hold - shot->interval});
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_survey *survey = context->nominal->survey;
    if (!survey)
        check_not_run(report, check, "the receive path was not surveyed");
    else if (!survey->n_oneshots)
        check_not_run(report, check, "no FET discharges an RC node in the receive path");
    for (size_t i = 0; survey && i < survey->n_oneshots; i++)
        judge_all(check, context, report, &survey->oneshots[i]);
    return true;
}

const struct check check_one_shot_recovery = {
    .id = "one-shot-recovery",
    .title = "one-shots are ready for the next bit",
    .of = CHECK_TIMING,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "IEEE 802.3 7.3.2: a bit is 100 ns, its edges are half of it apart",
    .run = run,
};
