/* From counters and measurements to margins and a verdict. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/run.h"
#include "harness/words.h"

static void *room(void *array, size_t n, size_t size) {
    void *bigger = realloc(array, (n + 1) * size);
    if (!bigger)
        abort();
    return bigger;
}

static void add_margin(struct run *run, const char *name, const char *net,
                       const struct spi_worst *worst, sim_time limit, const char *source) {
    struct run_result *result = &run->result;
    result->margins = room(result->margins, result->n_margins, sizeof *result->margins);
    struct run_margin *m = &result->margins[result->n_margins++];
    *m = (struct run_margin){.present = worst->seen, .time = worst->time};
    snprintf(m->name, sizeof m->name, "%s", name);
    snprintf(m->net, sizeof m->net, "%s", net);
    snprintf(m->source, sizeof m->source, "%s", source);
    sim_time value = worst->value + worst->asked;
    m->limit_ns = (double)limit * 1e-3;
    m->worst_ns = (double)value * 1e-3;
    m->slack_ns = (double)(value - limit) * 1e-3;
}

/* The limit is the least low or high time at the period of the worst cycle: a clock that pauses
 * has long ones. Without a cycle it is that at the bit rate. */
static void add_duty(struct run *run, const char *name, const struct spi_worst *worst,
                     int percent) {
    sim_time bit = (sim_time)replay_bit_ps(run->replay);
    add_margin(run, name, run->board->config.attach.spi_clk, worst,
               worst->seen ? worst->asked : bit * percent / 100,
               replay_sampler(run->replay)->limits->duty_source);
}

static void add_margins(struct run *run) {
    const struct spi_sampler *s = replay_sampler(run->replay);
    const struct spi_limits *l = s->limits;
    const struct board_attach *a = &run->board->config.attach;
    if (!l)
        return;
    add_margin(run, "spi setup", a->spi_mosi, &s->worst[SPI_SETUP], l->setup, l->setup_source);
    add_margin(run, "spi hold", a->spi_mosi, &s->worst[SPI_HOLD], l->hold, l->hold_source);
    add_margin(run, "spi period", a->spi_clk, &s->worst[SPI_PERIOD], l->period, l->period_source);
    add_duty(run, "spi sck low", &s->worst[SPI_DUTY_LOW], 100 - l->duty_max);
    double hz = run->firmware ? run_firmware_figures(run).slave_hz : 0;
    if (hz > 0)
        add_margin(run, "spi period, 2 PCLK", a->spi_clk, &s->worst[SPI_PERIOD],
                   (sim_time)(2e12 / hz + 0.5),
                   "ST SPI slave at most fPCLK / 2, at the firmware's clock; from memory, check");
    add_duty(run, "spi sck high", &s->worst[SPI_DUTY_HIGH], l->duty_min);
}

static void add_counter(struct run *run, const char *name, uint64_t count) {
    struct run_result *result = &run->result;
    if (!count)
        return;
    result->counters = room(result->counters, result->n_counters, sizeof *result->counters);
    struct run_counter *counter = &result->counters[result->n_counters++];
    counter->count = count;
    snprintf(counter->name, sizeof counter->name, "%s", name);
}

static void add_circuit_counters(struct run *run, int which) {
    const struct circuit *circuit = replay_circuit(run->replay, which);
    if (!circuit)
        return;
    char name[96];
    uint64_t *totals = calloc(circuit_counters(circuit) + 1, sizeof *totals);
    if (!totals)
        abort();
    replay_counts(run->replay, which, totals);
    for (size_t i = 0; i < circuit_counters(circuit); i++) {
        circuit_counter_name(circuit, i, name, sizeof name);
        add_counter(run, name, totals[i]);
    }
    free(totals);
}

static void add_rtl_counters(struct run *run) {
    uint64_t count;
    const char *name;
    for (size_t i = 0; (name = replay_rtl_count(run->replay, i, &count)) != NULL; i++)
        add_counter(run, name, count);
}

static int by_name(const void *a, const void *b) {
    const struct run_counter *left = a, *right = b;
    return words_natural_compare(left->name, right->name);
}

/* Failures are listed up to a number; this counts all. */
static void add_causes(struct run *run) {
    uint64_t lost;
    char text[96];
    const char *name;
    for (size_t i = 0; (name = run_firmware_cause(run, i, &lost)) != NULL; i++) {
        snprintf(text, sizeof text, "cause: %s", name);
        add_counter(run, text, lost);
    }
}

static void add_counters(struct run *run) {
    char name[96], pin[64];
    add_circuit_counters(run, 0);
    add_circuit_counters(run, 1);
    add_rtl_counters(run);
    /* How the board was split into circuits must not show. */
    if (run->result.n_counters)
        qsort(run->result.counters, run->result.n_counters, sizeof *run->result.counters, by_name);
    const struct circuit *circuit = replay_circuit(run->replay, 0);
    for (size_t i = 0; i < circuit_floating(circuit); i++) {
        circuit_floating_name(circuit, i, pin, sizeof pin);
        snprintf(name, sizeof name, "floating input taken as low %s", pin);
        add_counter(run, name, 1);
    }
    if (run->firmware) {
        struct cosim_figures f = run_firmware_figures(run);
        add_counter(run, "mcu: firmware mistakes", f.misuses);
        add_counter(run, "mcu: accesses not modelled", f.unmodelled);
        add_counter(run, "mcu: data lost", f.lost);
        add_counter(run, "mcu: delivered although wrong at the pins", run_firmware_mended(run));
        add_causes(run);
    }
    struct compare_counts counts = compare_counts(run->compare);
    add_counter(run, "selects without an octet", counts.empty);
    add_counter(run, "selects with bits left over", counts.dribbled);
}

static void add_not_run(struct run *run, const char *name, const char *why) {
    struct run_result *result = &run->result;
    result->not_run = room(result->not_run, result->n_not_run, sizeof *result->not_run);
    struct run_not_run *row = &result->not_run[result->n_not_run++];
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->why, sizeof row->why, "%s", why);
}

static void add_not_run_firmware(struct run *run) {
    char why[192];
    snprintf(why, sizeof why, "%.150s: octets are taken at the SPI pins", run->image.why);
    add_not_run(run, "firmware", why);
}

static void conclude_verdict(struct run *run) {
    struct run_result *result = &run->result;
    struct run_capture t;
    run_result_total(result, &t);
    const struct run_transmit *out = &result->transmit;
    bool whole = t.recovered + t.refused == t.sent && !t.extra;
    const struct run_xdp_result *xdp = &result->xdp;
    bool left = !out->present || out->good_fcs >= out->sent;
    result->pass = t.sent && whole && left && !xdp->different && !xdp->disagreed && !run->damaged &&
                   !result->interrupted;
    char losses[128] = "", refused[64] = "", stayed[80] = "", decided[80] = "";
    if (!whole)
        snprintf(losses, sizeof losses,
                 ", %" PRIu64 " lost, %" PRIu64 " corrupt, %" PRIu64 " extra", t.lost, t.corrupt,
                 t.extra);
    if (t.refused)
        snprintf(refused, sizeof refused, ", %" PRIu64 " rightly refused as too long", t.refused);
    if (!left)
        snprintf(stayed, sizeof stayed, ", %" PRIu64 " of %" PRIu64 " sent frames left the board",
                 out->good_fcs, out->sent);
    if (xdp->different || xdp->disagreed)
        snprintf(decided, sizeof decided, ", XDP decides otherwise on %" PRIu64,
                 xdp->different + xdp->disagreed);
    const char *rest = "";
    if (!t.sent)
        rest = ": nothing to replay";
    else if (run->damaged)
        rest = ", an input is damaged";
    else if (result->interrupted)
        rest = ", interrupted: partial";
    snprintf(result->reason, sizeof result->reason,
             "%" PRIu64 " of %" PRIu64 " frames recovered%s%s%s%s%s", t.recovered, t.sent, losses,
             refused, stayed, decided, rest);
}

void run_conclude(struct run *run) {
    add_margins(run);
    add_counters(run);
    if (run->image.instead[0])
        add_not_run(run, run->image.instead, run->image.why);
    if (!run->firmware)
        add_not_run_firmware(run);
    if (!replay_sampler(run->replay)->limits)
        add_not_run(run, "margins", "the board states no mcu.chip, whose datasheet has the limits");
    if (!run->firmware)
        add_not_run(run, "transmit", "nothing drives the transmitter without firmware");
    else if (!run->result.transmit.present)
        add_not_run(run, "transmit", "the board states no attach.line_tx_p and attach.line_tx_n");
    if (options_is_rtl(run->options))
        add_not_run(run, "event", "one engine: rtl; linkpulse crosscheck compares both");
    else
        add_not_run(run, "rtl", "one engine: event");
    run_xdp_conclude(run->xdp, &run->result);
    conclude_verdict(run);
}
