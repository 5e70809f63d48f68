/* `run --firmware ELF`: what the board's pins do goes into the MCU, what the firmware
 * delivers is what counts. The comparison at the pins goes on beside it, unseen, and says
 * whether a frame that does not arrive was lost on the board, and at which stage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cosim.h"
#include "harness/delivered.h"
#include "harness/run.h"

#define FINDINGS (2 * DELIVERED_PENDING)
#define TAIL     (4700 * SIM_NS) /* the least gap a receiver meets: 47 bit times, 802.3 4.4.2 */

struct finding {
    uint64_t ordinal; /* of the frame in the run; 0: none */
    struct run_failure failure;
};

struct run_firmware {
    struct cosim *cosim;
    struct delivered *delivered;
    struct run_result pins; /* the comparison at the pins */
    struct finding findings[FINDINGS];
};

static void on_deliver(void *user, const uint8_t *octets, size_t n, sim_time time) {
    struct run *run = user;
    delivered_take(run->firmware->delivered, octets, n, time);
}

static void on_pins(void *user, sim_time start, const struct pin_edge *edges, size_t n) {
    struct run *run = user;
    cosim_pins(run->firmware->cosim, start, edges, n);
}

/* The stage the board lost it at, or what the MCU says of the time of the frame. */
static void explain(const struct run *run, const struct delivered_failure *failed,
                    struct run_failure *out) {
    const struct finding *finding = &run->firmware->findings[failed->ordinal % FINDINGS];
    /* Frames are given up late: a loss of a later one must not stand for this one's. */
    const char *loss = cosim_loss(run->firmware->cosim, failed->start, failed->end + TAIL);
    *out = (struct run_failure){.kind = failed->kind, .frame = failed->frame, .time = failed->end};
    snprintf(out->stage, sizeof out->stage, "firmware");
    snprintf(out->net, sizeof out->net, "%s", run->board->config.attach.spi_nss);
    if (failed->kind == RUN_EXTRA) {
        snprintf(out->detail, sizeof out->detail,
                 "delivered %zu octets that nobody sent, or a second time", failed->n);
    } else if (finding->ordinal == failed->ordinal) {
        *out = finding->failure;
        out->kind = failed->kind;
        out->frame = failed->frame;
    } else if (*loss) {
        snprintf(out->detail, sizeof out->detail, "%zu octets right at the pins; %s", failed->n,
                 loss);
    } else {
        snprintf(out->detail, sizeof out->detail,
                 "%zu octets right at the pins, not delivered by the driver", failed->n);
    }
}

static void on_failed(void *user, const struct delivered_failure *failed) {
    struct run *run = user;
    struct run_capture *capture = &run->result.captures[failed->capture];
    run->failures++;
    if (!run->first_failure)
        run->first_failure = failed->ordinal ? failed->ordinal : run->frames_done;
    if (capture->n_failures == RUN_MAX_FAILURES) {
        capture->more_failures++;
        return;
    }
    struct run_failure *more =
        realloc(capture->failures, (capture->n_failures + 1) * sizeof *capture->failures);
    if (!more)
        abort();
    capture->failures = more;
    explain(run, failed, &more[capture->n_failures++]);
}

void run_firmware_found(struct run *run, const struct run_failure *failure) {
    struct run_firmware *f = run->firmware;
    f->findings[run->frames_done % FINDINGS] =
        (struct finding){.ordinal = run->frames_done, .failure = *failure};
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
    f->delivered = delivered_create(&run->result, on_failed, run);
    if (!f->delivered || !f->pins.captures)
        abort();
    const struct cosim_settings settings = {
        .board = run->board,
        .image = run->options->firmware,
        .deliver_symbol =
            run->options->deliver_symbol ? run->options->deliver_symbol : COSIM_DELIVER,
        .seed = run->options->seed,
        .strict = run->options->strict,
        .user = run,
        .on_deliver = on_deliver,
    };
    f->cosim = cosim_create(&settings, &run->err);
    return f->cosim != NULL;
}

void run_firmware_listen(struct replay_settings *settings) {
    settings->on_pins = on_pins;
}

/* The levels before the first edge. */
void run_firmware_boot(struct run *run) {
    const struct spi_sampler *s = replay_sampler(run->replay);
    struct cosim *cosim = run->firmware->cosim;
    cosim_pin(cosim, SPI_SCK, 0, s->sck);
    cosim_pin(cosim, SPI_MOSI, 0, s->mosi);
    cosim_pin(cosim, SPI_NSS, 0, s->selected == s->active_high);
}

sim_time run_firmware_ready(const struct run *run) {
    return (sim_time)(run->board->config.mcu_boot_ms * (double)SIM_MS);
}

void run_firmware_sent(struct run *run, size_t capture, uint64_t frame, const uint8_t *octets,
                       size_t n, sim_time start, sim_time end) {
    delivered_sent(run->firmware->delivered, capture, frame, octets, n, start, end);
}

bool run_firmware_follow(struct run *run) {
    return cosim_run_until(run->firmware->cosim, replay_now(run->replay), &run->err);
}

void run_firmware_finish(struct run *run) {
    char text[512];
    if (cosim_misuse(run->firmware->cosim, text, sizeof text) && !run->options->quiet)
        fprintf(stderr, "linkpulse: firmware mistake: %s\n", text);
    delivered_finish(run->firmware->delivered);
}

struct cosim_figures run_firmware_figures(const struct run *run) {
    return cosim_figures(run->firmware->cosim);
}

void run_firmware_close(struct run *run) {
    struct run_firmware *f = run->firmware;
    if (!f)
        return;
    cosim_destroy(f->cosim);
    delivered_destroy(f->delivered);
    for (size_t i = 0; i < f->pins.n_captures; i++)
        compare_free_failures(&f->pins.captures[i]);
    free(f->pins.captures);
    free(f);
}
