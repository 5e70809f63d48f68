/* The clock the firmware chose: the chip's own oscillator is a hundred times as far off as the
 * standard allows. */
#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct check_nominal *n = context->nominal;
    const double hsi_ppm = 10000, limit = 100;
    if (!n->has_clock) {
        check_not_run(report, check, "the firmware did not start by itself");
        return true;
    }
    double ppm = n->hsi_share * hsi_ppm;
    measure(report, check,
            &(struct measure){.name = "core clock's error by the internal oscillator",
                              .net = context->board->config.attach.tx_clk,
                              .unit = "ppm",
                              .advice = "clock the core from HSE",
                              .value = ppm,
                              .limit = limit,
                              .slack = limit - ppm});
    return true;
}

const struct check check_clock_source = {
    .id = "clock-source",
    .title = "the transmitter is clocked by a crystal",
    .of = CHECK_FIRMWARE,
    .severity = {CHECK_RESERVATION, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL | CHECK_NEEDS_FIRMWARE,
    .source = "IEEE 802.3 7.3.2: +-0.01 %; HSI +-1 % at 25 C by the datasheets, from memory, check",
    .run = run,
};
