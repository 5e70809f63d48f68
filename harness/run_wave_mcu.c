/* What the MCU does, and what becomes of frames, for the waves of a run. */
#include "harness/run_wave.h"

static void on_step(void *user, uint32_t pc, sim_time time) {
    const struct run *run = user;
    wave_mix_put(run->wave->mix, WAVE_PC, time, RUN_WAVE_PC, pc);
}

static void on_exception(void *user, unsigned number, sim_time time) {
    const struct run *run = user;
    if (run->wave)
        wave_mix_put(run->wave->mix, WAVE_EXCEPTION, time, RUN_WAVE_EXCEPTION, number);
}

/* Of the stream that reads the receiver; before one has received, of any. */
static void on_ndtr(void *user, const struct stm32_ndtr *ndtr) {
    const struct run *run = user;
    const struct run_wave *w = run->wave;
    if (w && ndtr->to_memory && (!w->dr || w->dr == ndtr->peripheral))
        wave_mix_put(w->mix, WAVE_NDTR, ndtr->time, RUN_WAVE_NDTR, ndtr->value);
}

void run_wave_listen(struct run *run, struct cosim_settings *settings) {
    if (!run->wave)
        return;
    wave_mix_put(run->wave->mix, WAVE_EXCEPTION, 0, RUN_WAVE_EXCEPTION, 0); /* thread mode */
    settings->on_step = on_step;
    settings->on_exception = on_exception;
    settings->on_ndtr = on_ndtr;
}

void run_wave_rx(struct run *run, const struct stm32_rx *rx) {
    if (run->wave && rx->kind == STM32_RX_ON)
        run->wave->dr = rx->peripheral;
}

static void trace(struct run *run, bool on) {
    if (run->wave->traced != on)
        cosim_trace(run_firmware_cosim(run), on);
    run->wave->traced = on;
}

/* A window of one frame needs no instructions of those long before it. */
static bool wants_steps(const struct run *run) {
    const struct options_window *window = &run->wave->window;
    return window->kind != OPTIONS_WINDOW_FRAME || run->frames_done + 2 >= window->frame;
}

/* The window is over once the MCU, too, is behind it. */
static void finish(struct run *run) {
    struct run_wave *w = run->wave;
    wave_mix_end(w->mix, w->wave, w->end);
    w->finished = true;
    if (w->elf)
        trace(run, false);
}

void run_wave_passed(struct run *run, sim_time time) {
    struct run_wave *w = run->wave;
    if (!w)
        return;
    w->passed = time;
    if (w->elf && !w->finished && !w->traced && wants_steps(run))
        trace(run, true);
    if (!w->wave || w->finished)
        return;
    if (run_wave_whole(w)) {
        wave_mix_write(w->mix, w->wave, time - RUN_WAVE_BEHIND);
        return;
    }
    wave_mix_write(w->mix, w->wave, time <= w->end ? time : w->end + 1);
    bool last = w->window.kind != OPTIONS_WINDOW_TIME || w->end > w->window.end;
    if (time > w->end && last)
        finish(run);
}

/* --- frames ------------------------------------------------------------------------------- */

void run_wave_sending(struct run *run, size_t capture, uint64_t number, const uint8_t *octets,
                      size_t n) {
    if (!run->wave)
        return;
    wave_sidecar_sending(run->wave->sidecar, run->frames_done + 1,
                         run->result.captures[capture].file, number, octets, n);
    if (run_wave_whole(run->wave))
        wave_sidecar_keep(run->wave->sidecar);
}

void run_wave_select(struct run *run, sim_time fell, sim_time rose) {
    if (run->wave)
        wave_sidecar_select(run->wave->sidecar, fell, rose);
}

void run_wave_delivered(struct run *run, uint64_t frame, sim_time time) {
    if (run->wave)
        wave_sidecar_delivered(run->wave->sidecar, frame, time);
}

void run_wave_failed(struct run *run, uint64_t frame, const struct run_failure *failure) {
    if (run->wave)
        wave_sidecar_failed(run->wave->sidecar, frame, failure);
    if (!run->first_failed)
        run->first_failed = frame;
}
