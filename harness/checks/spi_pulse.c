/* SCK's high and low time at the MCU's pin. No sheet states them for a slave: what its fastest
 * clock at the end of its duty range has is taken as what it needs. */
#include "harness/checks/check.h"
#include "harness/checks/measure.h"
#include "harness/checks/nominal.h"

static void judge(const struct check *check, const struct check_context *context,
                  struct check_report *report, enum spi_measure which, const char *name) {
    const struct spi_sampler *spi = context->nominal->spi;
    const struct spi_worst *worst = &spi->worst[which];
    double limit = (double)spi->limits->period * spi->limits->duty_min / 100 * 1e-3;
    double value = (double)worst->value * 1e-3;
    if (worst->seen)
        measure(report, check,
                &(struct measure){.name = name,
                                  .net = context->board->config.attach.spi_clk,
                                  .unit = "ns",
                                  .advice = "change the time of the one-shot that makes the clock",
                                  .value = value,
                                  .limit = limit,
                                  .slack = value - limit});
}

static bool run(const struct check *check, const struct check_context *context,
                struct check_report *report, struct sim_err *err) {
    (void)err;
    const struct spi_sampler *spi = context->nominal->spi;
    if (!spi || !spi->limits) {
        check_not_run(report, check,
                      "the board states no mcu.chip, whose datasheet has the limits");
        return true;
    }
    judge(check, context, report, SPI_HIGH, "SCK high time");
    judge(check, context, report, SPI_LOW, "SCK low time");
    if (!spi->worst[SPI_HIGH].seen)
        check_not_run(report, check, "no edge at the MCU's clock pin");
    return true;
}

const struct check check_spi_pulse = {
    .id = "spi-pulse",
    .title = "SCK's pulses are as long as the SPI slave needs them",
    .of = CHECK_TIMING,
    .severity = {CHECK_FAILURE, CHECK_FAILURE},
    .needs = CHECK_NEEDS_NOMINAL,
    .source = "derived: 30 % of the period at the slave's fastest clock",
    .run = run,
};
