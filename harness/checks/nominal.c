#include "harness/checks/nominal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checks/regressions.h"
#include "harness/checks/talk.h"
#include "harness/run.h"

#define HSI_STEP 1000.0 /* ppm, to see whose error the core clock follows */

/* Behind the struct that is handed out, what it points into. */
struct nominal {
    struct check_nominal facts;
    struct options options;
    struct regressions regressions;
    struct run run;
};

/* What keeps a board from being simulated, as `run` says it; the missing settings at once. */
static bool can_run(const struct board *board, struct check_nominal *out) {
    struct board_missing missing[BOARD_MAX_MISSING];
    struct sim_err err = SIM_ERR_INIT;
    size_t n = board_missing_attachments(board, missing);
    int at = n ? snprintf(out->why_not, sizeof out->why_not, "not stated:") : 0;
    for (size_t i = 0; i < n && at > 0 && (size_t)at < sizeof out->why_not; i++)
        at += snprintf(out->why_not + at, sizeof out->why_not - (size_t)at, "%s %s", i ? "," : "",
                       missing[i].key);
    if (n)
        return false;
    if (board_require_models(board, &err))
        return true;
    snprintf(out->why_not, sizeof out->why_not, "%.250s", err.text);
    return false;
}

static void describe(struct nominal *n, const struct check_nominal_request *request) {
    struct run_result *result = &n->run.result;
    result->seed = request->seed;
    snprintf(result->board, sizeof result->board, "%.250s", request->board->path);
    snprintf(result->firmware, sizeof result->firmware, "%s", n->run.image.name);
    snprintf(result->engine, sizeof result->engine, "%s",
             request->engine ? request->engine : "event");
}

/* The run of the first `n_files` captures, from nothing. */
static void begin(struct nominal *n, const struct check_nominal_request *request, size_t n_files) {
    struct run_image image = n->run.image;
    run_finish(&n->run);
    n->run = (struct run){
        .options = &n->options, .board = request->board, .image = image, .err = SIM_ERR_INIT};
    n->facts = (struct check_nominal){.stack_free = UINT32_MAX};
    if (!image.name[0])
        n->facts.no_firmware = n->run.image.why;
    n->options.files = n->regressions.files;
    n->options.n_files = n_files;
    describe(n, request);
}

void check_nominal_add(struct check_nominal *out, const struct cosim *cosim) {
    struct cosim_figures more = cosim_figures(cosim), *sum = &out->firmware;
    uint32_t stack_free = cosim_stack_free(cosim);
    sum->instructions += more.instructions;
    sum->cycles += more.cycles;
    sum->delivered += more.delivered;
    sum->misuses += more.misuses;
    sum->unmodelled += more.unmodelled;
    sum->lost += more.lost;
    sum->hclk_hz = more.hclk_hz;
    sum->slave_hz = more.slave_hz;
    out->stack_free = stack_free < out->stack_free ? stack_free : out->stack_free;
    if (!out->unmodelled[0])
        cosim_unmodelled(cosim, out->unmodelled, sizeof out->unmodelled);
    if (!out->misuse[0])
        cosim_misuse(cosim, out->misuse, sizeof out->misuse);
}

/* An image that cannot be loaded is no fault of the board; a firmware that ends is a finding,
 * and so is a board that oscillates. */
static bool replay_all(struct nominal *n, struct sim_err *err) {
    struct run *run = &n->run;
    bool ran = run_captures(run);
    if (!ran && !run->replay) {
        if (n->run.image.name[0] && run->err.cls == SIM_ERR_INPUT) {
            *err = run->err;
            return false;
        }
        snprintf(n->facts.why_not, sizeof n->facts.why_not, "%.250s", run->err.text);
        return true;
    }
    if (run_firmware_cosim(run))
        check_nominal_add(&n->facts, run_firmware_cosim(run));
    if (!ran && run->firmware && !run_firmware_follow(run)) {
        snprintf(n->facts.ended, sizeof n->facts.ended, "%.250s", run->err.text);
    } else if (!ran) {
        snprintf(n->facts.why_not, sizeof n->facts.why_not, "%.250s", run->err.text);
        snprintf(n->facts.unsound, sizeof n->facts.unsound, "%.250s", run->err.text);
        return true;
    }
    run_conclude(run);
    n->facts.run = &run->result;
    n->facts.spi = replay_sampler(run->replay);
    return !run->damaged ||
           sim_err_set(err, SIM_ERR_ENVIRONMENT, "a regression capture is damaged or missing: %s",
                       regressions_damage(&run->result));
}

/* --- whose clock it is -------------------------------------------------------------------- */

/* The core clock once the image has started, by itself, with the internal oscillator `ppm` off;
 * 0: it did not start. */
static double clock_at(const struct nominal *n, const struct board *board, double ppm) {
    struct board shifted = *board;
    struct sim_err err = SIM_ERR_INIT;
    shifted.config.mcu_hsi_ppm = ppm;
    struct cosim *cosim = cosim_create(
        &(struct cosim_settings){
            .board = &shifted,
            .image = n->run.image.path,
            .deliver_symbol = COSIM_DELIVER,
            .seed = n->options.seed,
        },
        &err);
    double hz = 0;
    sim_time started = (sim_time)(board->config.mcu_boot_ms * (double)SIM_MS);
    if (cosim && cosim_run_until(cosim, started, &err))
        hz = cosim_figures(cosim).hclk_hz;
    cosim_destroy(cosim);
    return hz;
}

static void note_clock(struct nominal *n, const struct board *board) {
    double plain = clock_at(n, board, 0), shifted = clock_at(n, board, HSI_STEP);
    n->facts.has_clock = plain > 0 && shifted > 0;
    if (n->facts.has_clock)
        n->facts.hsi_share = (shifted / plain - 1) / (HSI_STEP * 1e-6);
}

/* --- the conversation --------------------------------------------------------------------- */

static void not_asked(struct check_nominal *out, const char *why) {
    struct check_talk *steps[] = {&out->dhcp, &out->ping, &out->page};
    for (int i = 0; i < 3; i++)
        snprintf(steps[i]->detail, sizeof steps[i]->detail, "%.150s", why);
}

/* Why nobody can answer; NULL when somebody may. Waiting would show nothing more. */
static const char *mute(const struct run_result *run) {
    struct run_capture total;
    run_result_total(run, &total);
    if (run->transmit.dead[0])
        return "no frame leaves the board";
    return total.sent && !total.recovered ? "no frame comes through the board to the firmware"
                                          : NULL;
}

static bool converse(struct nominal *n, const struct board *board, struct sim_err *err) {
    struct check_nominal *out = &n->facts;
    const struct run_transmit *transmit = &n->run.result.transmit;
    struct sim_err talk_err = SIM_ERR_INIT;
    if (out->no_firmware || out->ended[0] || !transmit->present) {
        not_asked(out, out->no_firmware ? out->no_firmware
                       : out->ended[0]  ? "the firmware ended before"
                                        : "the board states no attach.line_tx_p and line_tx_n");
    } else if (mute(out->run)) {
        not_asked(out, "not asked: an earlier step failed");
        out->dhcp.asked = true;
        snprintf(out->dhcp.detail, sizeof out->dhcp.detail, "%s", mute(out->run));
    } else if (!check_talk_run(board, n->run.image.path, &n->options, out, &talk_err)) {
        if (talk_err.cls == SIM_ERR_ENVIRONMENT) {
            *err = talk_err;
            return false;
        }
        not_asked(out, talk_err.text);
    }
    return true;
}

/* Where no frame of the first capture comes, the others would only take time: a board that
 * oscillates makes millions of edges in them. */
static bool replay_what_comes(struct nominal *n, const struct check_nominal_request *request,
                              struct sim_err *err) {
    struct run_capture total = {0};
    begin(n, request, 1);
    if (!replay_all(n, err))
        return false;
    if (n->facts.run)
        run_result_total(n->facts.run, &total);
    if (!n->facts.run || n->facts.ended[0] || !total.recovered)
        return true;
    begin(n, request, n->regressions.n);
    return replay_all(n, err);
}

static bool run_all(struct nominal *n, const struct check_nominal_request *request,
                    struct sim_err *err) {
    const struct board *board = request->board;
    struct sim_err survey_err = SIM_ERR_INIT;
    if (!can_run(board, &n->facts))
        return true;
    if (!regressions_read(&n->regressions, request->brief, err) ||
        !run_image_choose(&n->run.image, &n->options, board, err))
        return false;
    if (!replay_what_comes(n, request, err) ||
        (n->facts.run && !request->brief && !converse(n, board, err)))
        return false;
    if (request->brief)
        not_asked(&n->facts, "a brief run holds no conversation");
    if (n->facts.run && !n->facts.no_firmware && !request->brief)
        note_clock(n, board);
    n->facts.survey = survey_run(board, request->seed, &survey_err);
    return true;
}

bool check_nominal_run(const struct check_nominal_request *request, struct check_nominal **out,
                       struct sim_err *err) {
    struct nominal *n = calloc(1, sizeof *n);
    if (!n)
        abort();
    n->facts.stack_free = UINT32_MAX;
    n->options = (struct options){
        .verb = OPTIONS_RUN,
        .board = request->board->path,
        .firmware = request->firmware,
        .engine = request->engine,
        .seed = request->seed,
        .quiet = true,
        .mcu = OPTIONS_MCU_DEFAULTS,
    };
    n->run = (struct run){.options = &n->options, .board = request->board, .err = SIM_ERR_INIT};
    if (run_all(n, request, err)) {
        *out = &n->facts;
        return true;
    }
    check_nominal_destroy(&n->facts);
    *out = NULL;
    return false;
}

void check_nominal_destroy(struct check_nominal *nominal) {
    struct nominal *n = (struct nominal *)nominal; /* its first member */
    if (!n)
        return;
    run_finish(&n->run);
    survey_destroy((struct check_survey *)(uintptr_t)n->facts.survey);
    regressions_finish(&n->regressions);
    free(n);
}
