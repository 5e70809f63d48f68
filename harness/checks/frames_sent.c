/* What the MCU clocks out leaves the board as a frame. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

/* The diagnosis begins with the driver's net that stays, and names the stage's unit. */
static void place(const struct board *board, const char *dead, struct check_finding *f) {
    static const char STAGE[] = "the dead stage is ";
    const char *unit = strstr(dead, STAGE);
    size_t longest = 0;
    if (unit)
        measure_part_of(board, unit + sizeof STAGE - 1, f->part, sizeof f->part);
    for (uint32_t i = 0; i < board->netlist->n_nets; i++) {
        const char *name = board->netlist->nets[i].name;
        size_t n = strlen(name);
        if (n <= longest || strncmp(dead, name, n) != 0)
            continue;
        longest = n;
        snprintf(f->net, sizeof f->net, "%s", name);
    }
}

/* A driver that lets go between two edges damages the frame at its inputs; a port that takes it
 * all the same shows that the line kept the level. */
static void find_damaged(const struct check *check, const struct run_transmit *t,
                         struct check_report *report) {
    struct check_finding *f =
        check_found(report, check,
                    "%" PRIu64 " of %" PRIu64 " frames that the MCU sent leave the board whole%s%s",
                    t->good_fcs, t->sent, t->first_damage[0] ? "; the first damaged one: " : "",
                    t->first_damage);
    if (t->port.present && t->port.taken >= t->sent)
        f->severity = CHECK_RESERVATION;
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct run_transmit *t = &context->nominal->run->transmit;
    if (!t->present)
        check_not_run(report, check, "the board states no transmit pair");
    else if (t->dead[0])
        place(context->board, t->dead,
              check_found(report, check, "no frame leaves the board: %s", t->dead));
    else if (!t->sent)
        check_not_run(report, check, "the firmware answered nothing in the regression captures");
    else if (t->good_fcs < t->sent)
        find_damaged(check, t, report);
    else if (t->damaged)
        check_found(report, check,
                    "%" PRIu64 " bursts at the driver are neither frame nor pulse: "
                    "%s",
                    t->damaged, t->first_damage);
    return true;
}

const struct check check_frames_sent = {
    .id = "frames-sent",
    .title = "what the MCU sends leaves the board",
    .of = CHECK_FUNCTION,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "frames at the line driver's inputs, against those clocked out by the MCU",
    .run = run,
};
