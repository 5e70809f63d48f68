/* `run --firmware ELF`: what the board's pins do goes into the MCU, what the firmware
 * delivers is what counts. The comparison at the pins goes on beside it, unseen, and says
 * whether a frame that does not arrive was lost on the board, and at which stage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/causes.h"
#include "harness/cosim.h"
#include "harness/delivered.h"
#include "harness/run.h"
#include "harness/run_probe.h"

#define FINDINGS (2 * DELIVERED_PENDING)
#define CAUSES   16 /* more than there are names */

struct finding {
    uint64_t ordinal; /* of the frame in the run; 0: none */
    bool first_bit;   /* nothing but the first bit was wrong: a driver may mend it */
    struct run_failure failure;
};

struct cause_count {
    const char *name;
    uint64_t lost;
};

struct run_firmware {
    struct cosim *cosim;
    struct delivered *delivered;
    struct witness *witness;
    struct run_result pins; /* the comparison at the pins */
    struct finding findings[FINDINGS];
    uint64_t found, found_lost; /* frames wrong at the pins; of these not delivered */
    struct cause_count causes[CAUSES];
    struct run_probe probe;
    bool ended; /* a fault, or something not modelled */
};

static void on_deliver(void *user, const uint8_t *octets, size_t n, sim_time time) {
    struct run *run = user;
    run_keep_frame(run, octets, n, time);
    uint64_t ordinal = delivered_take(run->firmware->delivered, octets, n, time);
    witness_delivered(run->firmware->witness, ordinal, time);
    run_wave_delivered(run, ordinal, time);
}

static void on_drop(void *user, enum cosim_drop drop, uint32_t address, sim_time time) {
    const struct run *run = user;
    if (drop == COSIM_LOSE)
        witness_no_room(run->firmware->witness, address, time);
    else
        delivered_drop(run->firmware->delivered);
}

static void on_rx(void *user, const struct stm32_rx *rx) {
    struct run *run = user;
    run_wave_rx(run, rx);
    witness_rx(run->firmware->witness, rx);
}

static void on_nss_interrupt(void *user, sim_time time) {
    const struct run *run = user;
    witness_interrupt(run->firmware->witness, time);
}

/* The clock matters until its first edge in a frame, the data not at all. */
static void on_pins(void *user, sim_time start, const struct pin_list *list) {
    const struct pin_edge *edges = list->edges;
    struct run *run = user;
    struct witness *witness = run->firmware->witness;
    bool active_high = run->board->config.attach.spi_nss[0] == '!';
    size_t i = 0, n = list->n;
    for (; i < n && edges[i].pin == SPI_SCK && !witness_clocked(witness); i++)
        witness_pin(witness, SPI_SCK, start + edges[i].dt, false);
    for (i = n; i > 0 && edges[i - 1].pin == SPI_NSS; i--)
        ;
    for (; i < n; i++)
        witness_pin(witness, SPI_NSS, start + edges[i].dt, (edges[i].level != 0) == active_high);
    cosim_pins(run->firmware->cosim, start, list);
}

static void on_output(void *user, size_t output, const struct replay_pin *pin) {
    struct run *run = user;
    if (!run->replay)
        return; /* told again when there is one */
    run_transmit_pin(run, output, pin);
    replay_drive(run->replay, output, pin);
}

/* The MCU goes on. Once it has ended it stays so; run->err says why. */
static void follow(void *user, sim_time time) {
    struct run *run = user;
    struct run_firmware *f = run->firmware;
    f->ended = f->ended || !cosim_run_until(f->cosim, time, &run->err);
    run_wave_passed(run, time);
}

static sim_time next(void *user) {
    struct run *run = user;
    return run->firmware->ended ? SIM_NEVER : cosim_next(run->firmware->cosim);
}

/* --- what is said of a frame that did not come ------------------------------------------- */

static const char *net_of(const struct run *run, enum cause_pin pin) {
    const struct board_attach *a = &run->board->config.attach;
    const char *nets[] = {
        [CAUSE_NSS] = a->spi_nss, [CAUSE_SCK] = a->spi_clk, [CAUSE_MOSI] = a->spi_mosi};
    return nets[pin];
}

static void count_cause(struct run_firmware *f, const char *name) {
    size_t i = 0;
    while (i < CAUSES - 1 && f->causes[i].name && strcmp(f->causes[i].name, name) != 0)
        i++;
    f->causes[i].name = name;
    f->causes[i].lost++;
}

/* Lost in the MCU: with what it saw of the frame. */
static void explain_cause(const struct run *run, const struct delivered_failure *failed,
                          struct run_failure *out) {
    struct run_firmware *f = run->firmware;
    struct cause cause;
    snprintf(out->stage, sizeof out->stage, "firmware");
    if (!causes_find(f->witness, failed->ordinal, run->board->config.mcu_chip,
                     cosim_figures(f->cosim).hclk_hz, &cause)) {
        snprintf(out->net, sizeof out->net, "%s", net_of(run, CAUSE_NSS));
        snprintf(out->detail, sizeof out->detail, "not delivered by the driver");
        return;
    }
    count_cause(f, cause.name);
    out->time = cause.time;
    snprintf(out->cause, sizeof out->cause, "%s", cause.name);
    snprintf(out->net, sizeof out->net, "%s", net_of(run, cause.pin));
    if (strcmp(cause.name, "bad first bit") == 0)
        snprintf(out->detail, sizeof out->detail, "%s: %s", cause.name, cause.detail);
    else
        snprintf(out->detail, sizeof out->detail, "%zu octets right at the pins; %s: %s", failed->n,
                 cause.name, cause.detail);
}

/* The stage the board lost it at, or what the MCU says of the time of the frame. A first bit
 * that is wrong at the pins is only a cause for a driver that does not mend it. */
static void explain(const struct run *run, const struct delivered_failure *failed,
                    struct run_failure *out) {
    struct run_firmware *f = run->firmware;
    const struct finding *finding = &f->findings[failed->ordinal % FINDINGS];
    bool found = failed->ordinal && finding->ordinal == failed->ordinal;
    *out = (struct run_failure){.kind = failed->kind, .time = failed->end};
    f->found_lost += found;
    if (failed->kind == RUN_EXTRA) {
        snprintf(out->stage, sizeof out->stage, "firmware");
        snprintf(out->net, sizeof out->net, "%s", net_of(run, CAUSE_NSS));
        snprintf(out->detail, sizeof out->detail,
                 "delivered %zu octets that nobody sent, or a second time", failed->n);
    } else if (found && !finding->first_bit) {
        *out = finding->failure;
    } else {
        explain_cause(run, failed, out);
        if (found && strcmp(out->cause, "bad first bit") == 0) {
            out->kind = finding->failure.kind;
            if (finding->failure.stage[0])
                snprintf(out->stage, sizeof out->stage, "%s", finding->failure.stage);
        }
    }
    out->frame = failed->frame;
}

/* A first bit is the driver's to mend, if it took the frame. */
static bool is_damaged(void *user, uint64_t ordinal) {
    const struct run *run = user;
    struct run_firmware *f = run->firmware;
    const struct finding *finding = &f->findings[ordinal % FINDINGS];
    bool found = finding->ordinal == ordinal;
    f->found_lost += found && finding->first_bit;
    return found && !finding->first_bit;
}

static enum run_failure_kind on_failed(void *user, const struct delivered_failure *failed) {
    struct run *run = user;
    struct run_capture *capture = &run->result.captures[failed->capture];
    struct run_failure failure;
    run->failures++;
    explain(run, failed, &failure);
    if (failed->ordinal)
        run_tap_failed(run, failed->start, &failure);
    run_wave_failed(run, failed->ordinal, &failure);
    if (capture->n_failures == RUN_MAX_FAILURES) {
        capture->more_failures++;
        return failure.kind;
    }
    struct run_failure *more =
        realloc(capture->failures, (capture->n_failures + 1) * sizeof *capture->failures);
    if (!more)
        abort();
    capture->failures = more;
    more[capture->n_failures++] = failure;
    return failure.kind;
}

/* --- the run ----------------------------------------------------------------------------- */

void run_firmware_found(struct run *run, const struct compare_failure *failure,
                        const struct run_failure *out) {
    struct run_firmware *f = run->firmware;
    f->found++;
    f->findings[run->frames_done % FINDINGS] = (struct finding){
        .ordinal = run->frames_done, .first_bit = compare_only_first_bit(failure), .failure = *out};
}

struct run_result *run_firmware_pins(struct run *run) {
    return &run->firmware->pins;
}

bool run_firmware_open(struct run *run) {
    struct run_firmware *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    run->firmware = f;
    f->pins.captures = calloc(run->result.n_captures, sizeof *f->pins.captures);
    f->pins.n_captures = run->result.n_captures;
    f->delivered = delivered_create(&run->result, on_failed, is_damaged, run);
    f->witness = witness_create(strcmp(run->board->config.attach.framing, "preamble") == 0);
    if (!f->delivered || !f->witness || !f->pins.captures)
        abort();
    if (!run_probe_open(&f->probe, run->options, &run->err))
        return false;
    struct cosim_settings settings = {
        .board = run->board,
        .image = run->image.path,
        .deliver_symbol =
            run->options->deliver_symbol ? run->options->deliver_symbol : COSIM_DELIVER,
        .seed = run->options->seed,
        .strict = run->options->strict,
        .trace = f->probe.traced ? &f->probe.trace : NULL,
        .user = run,
        .on_deliver = on_deliver,
        .on_drop = on_drop,
        .on_rx = on_rx,
        .on_nss_interrupt = on_nss_interrupt,
        .on_output = on_output,
    };
    run_wave_listen(run, &settings);
    f->cosim = cosim_create(&settings, &run->err);
    if (f->cosim)
        run_wave_passed(run, 0);
    return f->cosim && run_probe_serve(&f->probe, run->options, f->cosim, &run->err);
}

void run_firmware_listen(struct replay_settings *settings) {
    settings->on_pins = on_pins;
    settings->follow = follow;
    settings->next = next;
}

/* The levels before the first edge. */
void run_firmware_boot(struct run *run) {
    cosim_boot(run->firmware->cosim, replay_sampler(run->replay));
}

sim_time run_firmware_ready(const struct run *run) {
    return (sim_time)(run->board->config.mcu_boot_ms * (double)SIM_MS);
}

void run_firmware_sending(struct run *run, const uint8_t *octets, size_t n, sim_time start) {
    witness_sending(run->firmware->witness, octets, n, start);
}

void run_firmware_sent(struct run *run, size_t capture, uint64_t frame, const uint8_t *octets,
                       size_t n, sim_time start, sim_time end) {
    delivered_sent(run->firmware->delivered, capture, frame, octets, n, start, end);
    witness_sent(run->firmware->witness, end);
}

bool run_firmware_follow(struct run *run) {
    return !run->firmware->ended;
}

static void note_gaps(struct run *run) {
    struct witness_gaps gaps = witness_gaps(run->firmware->witness);
    struct run_rearm *r = &run->result.rearm;
    *r = (struct run_rearm){.gaps = gaps.gaps, .rearmed = gaps.rearmed, .late = gaps.late};
    r->hclk_hz = cosim_figures(run->firmware->cosim).hclk_hz;
    double per_ps = r->hclk_hz / 1e12;
    r->worst_cycles = (uint64_t)((double)gaps.worst * per_ps + 0.5);
    if (gaps.gaps)
        r->window_cycles = (uint64_t)((double)gaps.window * per_ps + 0.5);
    run->result.tells_drops = cosim_tells_drops(run->firmware->cosim);
}

bool run_firmware_finish(struct run *run) {
    char text[512];
    if (cosim_misuse(run->firmware->cosim, text, sizeof text) && !run->options->quiet)
        fprintf(stderr, "linkpulse: firmware mistake: %s\n", text);
    witness_finish(run->firmware->witness);
    delivered_finish(run->firmware->delivered);
    note_gaps(run);
    return run_probe_commit(&run->firmware->probe, &run->err);
}

struct cosim_figures run_firmware_figures(const struct run *run) {
    return cosim_figures(run->firmware->cosim);
}

struct cosim *run_firmware_cosim(const struct run *run) {
    return run->firmware ? run->firmware->cosim : NULL;
}

bool run_firmware_damaged(const struct run *run) {
    return witness_damaged(run->firmware->witness);
}

const char *run_firmware_cause(const struct run *run, size_t i, uint64_t *lost) {
    const struct cause_count *c = &run->firmware->causes[i];
    *lost = i < CAUSES ? c->lost : 0;
    return i < CAUSES ? c->name : NULL;
}

uint64_t run_firmware_mended(const struct run *run) {
    return run->firmware->found - run->firmware->found_lost;
}

void run_firmware_close(struct run *run) {
    struct run_firmware *f = run->firmware;
    if (!f)
        return;
    cosim_destroy(f->cosim);
    run_probe_close(&f->probe);
    delivered_destroy(f->delivered);
    witness_destroy(f->witness);
    for (size_t i = 0; i < f->pins.n_captures; i++)
        compare_free_failures(&f->pins.captures[i]);
    free(f->pins.captures);
    free(f);
}
