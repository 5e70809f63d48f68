/* The port at the other end of the line takes the board's frames, and its link stands. */
#include <inttypes.h>

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"

static const char *first_damage(const struct run_port *port) {
    for (size_t i = 0; i < port->n_heard; i++)
        if (port->heard[i].why)
            return port->heard[i].why;
    return "it makes no carrier there";
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct run_transmit *t = &context->nominal->run->transmit;
    const struct run_port *port = &t->port;
    if (!port->present) {
        check_not_run(report, check, "%.180s",
                      t->unmodelled[0] ? t->unmodelled
                                       : "the line behind the driver is not modelled");
        return true;
    }
    if (port->taken < port->frames || port->unheard)
        check_found(report, check,
                    "the %s partner takes %" PRIu64 " of %" PRIu64
                    " frames that leave the board: %s",
                    port->profile, port->taken, port->frames + port->unheard, first_damage(port));
    if (!port->link_up || port->link_downs)
        check_found(report, check,
                    "the %s partner loses the link: it took %" PRIu64 " link pulses, %" PRIu64
                    " were inverted and %" PRIu64 " none to it",
                    port->profile, port->pulses, port->inverted_pulses, port->odd_pulses);
    return true;
}

const struct check check_frames_heard = {
    .id = "frames-heard",
    .title = "a tolerant partner takes the board's frames and keeps the link",
    .of = CHECK_FUNCTION,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE | CHECK_NEEDS_LINE,
    .source = "models/line/partner_profiles.c: tolerant",
    .run = run,
};
