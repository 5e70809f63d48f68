/* The replay of captures: when each frame is sent, what becomes of each burst. */
#include "harness/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/capture.h"
#include "harness/interrupt.h"
#include "harness/outfile.h"
#include "harness/replay_setup.h"
#include "harness/verbs.h"
#include "models/line/decode.h"

#define FIRST_FRAME     (20 * SIM_US)   /* the board has settled before time 0 */
#define PULSE_PERIOD    (16 * SIM_MS)   /* link test pulses: 16 +-8 ms, 14.2.1.1 */
#define SETTLE          (10 * SIM_US)   /* after the last frame: selects end, one-shots return */
#define SETTLE_FIRMWARE (20 * SIM_MS)   /* the driver may still have frames to check */
#define PULSE_LEAST     (1 * SIM_MS)    /* a pulse needs idle time before the next frame */
#define LAST_START      (SIM_NEVER / 2) /* simulated time must not overflow */

void run_keep_frame(struct run *run, const uint8_t *octets, size_t n, sim_time time) {
    if (run->pcap_out && !pcap_out_frame(run->pcap_out, octets, n, time, &run->err)) {
        pcap_out_destroy(run->pcap_out);
        run->pcap_out = NULL;
    }
    run_xdp_recovered(run->xdp, octets, n, &run->err); /* send_frame() looks at run->err */
}

static void on_burst(void *user, const struct replay_burst *burst) {
    struct run *run = user;
    compare_received(run->compare, burst->octets, burst->n, burst->dribble_bits, burst->select_fell,
                     burst->select_rose);
    run_wave_select(run, burst->select_fell, burst->select_rose);
    size_t skip = 0, sfd;
    if (strcmp(run->board->config.attach.framing, "preamble") == 0)
        skip = compare_strip(burst->octets, burst->n, &sfd);
    const uint8_t *octets = burst->octets + skip;
    size_t n = burst->n - skip;
    bool good = line_fcs_ok(octets, n);
    run_tap(run, TAP_MCU_RX, burst->select_fell, octets, n, good ? NULL : "the FCS is wrong");
    if (good && !run->firmware) /* the firmware's frames are those it delivers */
        run_keep_frame(run, octets, n - 4, burst->select_fell);
}

static void on_edge(void *user, const struct circuit_edge *edge) {
    struct run *run = user;
    run_wave_edge(run, edge);
}

static void on_curve(void *user, const struct circuit_curve *curve) {
    run_wave_curve(user, curve);
}

static void on_failure(void *user, const struct compare_failure *failure, struct run_failure *out) {
    struct run *run = user;
    if (!run->firmware) {
        run->failures++;
    }
    if (failure->listed)
        run_diagnose(run, failure, out);
    if (failure->sent)
        run_tap_failed(run, failure->window_start, out);
    if (run->firmware && failure->sent)
        run_firmware_found(run, failure, out);
    if (!run->firmware)
        run_wave_failed(run, failure->sent ? run->frames_done : 0, out);
}

/* When the next frame's preamble starts. */
static sim_time next_start(const struct run *run, int64_t capture_ns, sim_time capture_start) {
    const struct board_line *line = &run->board->config.line;
    if (run->last_activity == 0)
        return FIRST_FRAME + (run->firmware ? run_firmware_ready(run) : 0);
    sim_time start = replay_setup_start(line, replay_bit_ps(run->replay), run->last_activity,
                                        capture_ns, capture_start);
    sim_time earliest = replay_now(run->replay) + replay_lead(run->replay);
    return start > earliest ? start : earliest;
}

/* What was sent last, a frame or a pulse, is over: judge the frame, keep its wave. Before
 * anything else is sent, for only the last burst can be run again. */
static bool burst_over(struct run *run) {
    uint64_t failures = run->failures;
    compare_finish(run->compare);
    run->unjudged = SIM_NEVER;
    run_taps_now(run);
    if (run->frames_done == 0)
        return true;
    bool failed = run->firmware ? run_firmware_damaged(run) : run->failures > failures;
    run_wave_rtl_judged(run, failed);
    if (!run->wave || run_wave_whole(run->wave))
        return true;
    return run_wave_frame(run, run->pulse_sent ? 0 : run->frames_done, failed);
}

/* In steps, so that Ctrl-C ends a silence of days. */
static bool idle_until(struct run *run, sim_time time) {
    bool ok = true;
    while (ok && !interrupted && replay_now(run->replay) < time) {
        sim_time step = replay_now(run->replay) + SIM_S;
        replay_idle_until(run->replay, step < time ? step : time);
        ok = !run->firmware || run_firmware_follow(run);
        run_taps_now(run);
    }
    return ok;
}

/* The partner's link test pulses fill long silences. */
static bool wait_until(struct run *run, sim_time start) {
    sim_time lead = replay_lead(run->replay), pulse = run->last_activity + PULSE_PERIOD;
    for (; run->board->config.line.link_pulses && pulse + PULSE_LEAST < start && !interrupted;
         pulse += PULSE_PERIOD) {
        if (!idle_until(run, pulse - lead) || !burst_over(run))
            return false;
        run->pulse_going = true;
        replay_link_pulse(run->replay, pulse);
        run->pulse_going = false;
        run->pulse_sent = true;
    }
    return idle_until(run, start - lead) && burst_over(run);
}

static bool send_frame(struct run *run, size_t index, const struct capture_frame *frame,
                       sim_time capture_start) {
    uint8_t wire[LINE_MAX_FRAME];
    size_t n = line_frame_finish(frame->octets, frame->length, wire);
    sim_time start = next_start(run, frame->time_ns, capture_start);
    if (start > LAST_START)
        return sim_err_at(&run->err, SIM_ERR_INPUT, run->result.captures[index].file, 0,
                          "frame %ld: would be sent after more than 52 days; smaller line.gap_ns, "
                          "line.gap_scale or times are expected",
                          (long)frame->number);
    if (!wait_until(run, start))
        return false;
    if (interrupted)
        return true;
    compare_sent(run->compare, index, frame->number, wire, n, start, SIM_NEVER);
    run->unjudged = start;
    run_tap(run, TAP_LINE_IN, start, wire, n, NULL);
    run_xdp_sent(run->xdp, frame->number, frame->octets, frame->length, wire, n);
    if (run->firmware)
        run_firmware_sending(run, wire, n, start);
    run_wave_sending(run, index, frame->number, wire, n);
    if (!run_wave_rtl_sending(run, run->frames_done + 1))
        return false;
    replay_frame(run->replay, wire, n, start);
    run_wave_rtl_sent(run);
    if (run->firmware) {
        run_firmware_sent(run, index, frame->number, wire, n, start,
                          replay_burst(run->replay)->data_end);
        if (!run_firmware_follow(run))
            return false;
    }
    run->pulse_sent = false;
    run->last_activity = replay_burst(run->replay)->data_end;
    run->frames_done++;
    progress_update(&run->progress, run->frames_done, run->failures);
    return replay_sound(run->replay, &run->err) && run->err.cls == SIM_ERR_NONE;
}

static void add_skip(struct run_capture *capture, const struct capture_frame *frame) {
    struct run_skip *more =
        realloc(capture->skipped, (capture->n_skipped + 1) * sizeof *capture->skipped);
    if (!more)
        abort();
    capture->skipped = more;
    struct run_skip *skip = &more[capture->n_skipped++];
    skip->frame = frame->number;
    snprintf(skip->why, sizeof skip->why, "%s", frame->skip);
}

static void note_damage(struct run *run, struct run_capture *capture, const struct sim_err *err) {
    run->damaged = true;
    capture->partial = true;
    sim_format(capture->damage, sizeof capture->damage, "%s", err->text);
    progress_end(&run->progress);
    verbs_fail(err);
}

static bool replay_capture(struct run *run, size_t index, const char *path) {
    struct run_capture *result = &run->result.captures[index];
    struct sim_err err = SIM_ERR_INIT;
    snprintf(result->file, sizeof result->file, "%s", path);
    struct capture *capture = capture_open(path, &err);
    if (!capture) {
        note_damage(run, result, &err);
        return true;
    }
    struct capture_frame frame;
    enum capture_status status = CAPTURE_END;
    sim_time start = next_start(run, 0, 0);
    bool ok = true;
    while (ok && !interrupted && (status = capture_next(capture, &frame, &err)) != CAPTURE_END) {
        if (status == CAPTURE_DAMAGED) {
            note_damage(run, result, &err);
            break;
        }
        result->frames++;
        if (status == CAPTURE_SKIPPED)
            add_skip(result, &frame);
        else
            ok = send_frame(run, index, &frame, start);
    }
    capture_close(capture);
    return ok;
}

/* Reports are written at the end; that they can be is known before the work. */
static bool check_report(struct run *run, const char *file) {
    char path[4096];
    return !file || !options_out_path(run->options, file, path, sizeof path) ||
           outfile_check(path, &run->err);
}

static bool open_outputs(struct run *run) {
    char path[4096];
    const struct options *options = run->options;
    if (!check_report(run, options->json) || !check_report(run, options->junit))
        return false;
    if (options->pcap_out) {
        if (!options_out_path(options, options->pcap_out, path, sizeof path))
            return sim_err_set(&run->err, SIM_ERR_INPUT, "--pcap-out: the path is too long");
        run->pcap_out = pcap_out_create(path, &run->err);
        if (!run->pcap_out)
            return false;
    }
    if (options->taps_out) {
        if (!options_out_path(options, options->taps_out, path, sizeof path))
            return sim_err_set(&run->err, SIM_ERR_INPUT, "--taps-out: the path is too long");
        run->taps = taps_create(path, false, &run->err);
        if (!run->taps)
            return false;
    }
    if (options->xdp_run && !(run->xdp = run_xdp_open(options->seed, &run->err)))
        return false;
    if (!options->vcd && !options->fst)
        return true;
    if (options_is_rtl(options))
        run->wave_rtl = run_wave_rtl_open(options, &run->err);
    else
        run->wave = run_wave_open(options, run->board, &run->image, &run->err);
    return run->wave || run->wave_rtl;
}

static bool open_replay(struct run *run) {
    bool whole = run->wave && run_wave_whole(run->wave);
    struct replay_settings settings = {
        .seed = run->options->seed,
        .cache = !run->options->no_cache,
        .rtl = options_is_rtl(run->options),
        .rtl_waves = run_wave_rtl_kind(run->wave_rtl),
        .trace = whole,
        .curves = run->wave != NULL,
        .quantum = (sim_time)(run->board->config.mcu_quantum_us * (double)SIM_US),
        .user = run,
        .on_burst = on_burst,
        .on_edge = on_edge,
        .on_curve = on_curve,
    };
    bool preamble = strcmp(run->board->config.attach.framing, "preamble") == 0;
    if (run->firmware)
        run_firmware_listen(&settings);
    if (!run_transmit_open(run, &settings))
        return false;
    run->compare = compare_create(run->firmware ? run_firmware_pins(run) : &run->result,
                                  preamble ? COMPARE_PREAMBLE : COMPARE_SYNC, on_failure, run);
    run->replay = replay_create(run->board, &settings, &run->err);
    if (!run->replay || !run->compare)
        return false;
    run_transmit_start(run);
    if (run->firmware)
        run_firmware_boot(run);
    if (!run_wave_rtl_start(run))
        return false;
    return !whole ||
           run_wave_start(run->wave, replay_circuit(run->replay, 0), 0, SIM_NEVER, &run->err);
}

/* The end: the last select closes, the last frame is judged. */
static bool end_run(struct run *run) {
    sim_time settle = run->firmware ? SETTLE_FIRMWARE : SETTLE;
    replay_idle_until(run->replay, replay_now(run->replay) + settle); /* after Ctrl-C, too */
    if (run->firmware && !run_firmware_follow(run))
        return false;
    replay_finish(run->replay);
    if (!burst_over(run))
        return false;
    if (run->firmware && !run_firmware_finish(run))
        return false;
    run_transmit_finish(run);
    if (!run_transmit_draw(run))
        return false;
    if (run->taps && !taps_commit(run->taps, &run->err))
        return false;
    if (run->pcap_out && !pcap_out_commit(run->pcap_out, &run->err))
        return false;
    if (!run_wave_rtl_finish(run))
        return false;
    struct run_wave *wave = run->wave;
    run->wave = NULL;
    if (wave)
        run->no_wave = run_wave_empty(wave);
    return run->err.cls == SIM_ERR_NONE &&
           (!wave || run_wave_close(wave, replay_now(run->replay), &run->wave_lacks, &run->err));
}

bool run_captures(struct run *run) {
    const struct options *options = run->options;
    run->result.captures = calloc(options->n_files, sizeof *run->result.captures);
    if (!run->result.captures)
        abort();
    run->result.n_captures = options->n_files;
    run->unjudged = SIM_NEVER;
    if (!open_outputs(run) || (run->image.name[0] && !run_firmware_open(run)) || !open_replay(run))
        return false;
    double started = progress_now();
    progress_begin(&run->progress, "frames", 0, options->quiet);
    bool ok = true;
    for (size_t i = 0; ok && i < options->n_files && !interrupted; i++)
        ok = replay_capture(run, i, options->files[i]);
    ok = ok && end_run(run);
    progress_end(&run->progress);
    run->result.wall_s = progress_now() - started;
    run->result.simulated_s = (double)replay_now(run->replay) / (double)SIM_S;
    run->result.interrupted = interrupted;
    return ok;
}

void run_finish(struct run *run) {
    pcap_out_destroy(run->pcap_out);
    run_wave_abandon(run->wave);
    run_wave_rtl_close(run);
    replay_destroy(run->replay);
    compare_destroy(run->compare);
    run_firmware_close(run);
    run_transmit_close(run);
    taps_destroy(run->taps);
    run_xdp_close(run->xdp);
    for (size_t i = 0; i < run->result.n_captures; i++) {
        free(run->result.captures[i].skipped);
        compare_free_failures(&run->result.captures[i]);
    }
    free(run->result.captures);
    free(run->result.margins);
    free(run->result.transmit.measures);
    free(run->result.transmit.port.heard);
    free(run->result.counters);
    free(run->result.not_run);
}
