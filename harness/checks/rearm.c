/* The time from the end of a frame until the firmware can take the next, against the shortest
 * gap that the captures leave. */
#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct run_rearm *r = &context->nominal->run->rearm;
    if (!r->gaps || r->hclk_hz <= 0) {
        check_not_run(report, check, "no two frames came one after the other");
        return true;
    }
    double worst = (double)r->worst_cycles / r->hclk_hz * 1e9;
    double window = (double)r->window_cycles / r->hclk_hz * 1e9;
    measure(report, check,
            &(struct measure){.name = "armed again after the select's rise",
                              .net = context->board->config.attach.spi_nss,
                              .unit = "ns",
                              .advice = "let the DMA run around a ring, or check the FCS later",
                              .value = worst,
                              .limit = window,
                              .slack = window - worst});
    return true;
}

const struct check check_rearm = {
    .id = "rearm",
    .title = "the receiver is armed again before the next frame",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "IEEE 802.3 4.4.2: 96 bit times between two frames",
    .run = run,
};
