/* Waves of the rtl engine, which Verilator's own tracing writes. A frame cannot be run again
 * there: the window `auto` writes each, and keeps the first that fails. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/outfile.h"
#include "harness/run_wave.h"
#include "harness/wave_sidecar.h"

struct run_wave_rtl {
    struct options_window window;
    enum rtl_waves kind;
    struct outfile file; /* its stream is closed: Verilator writes */
    bool open, kept;
};

struct run_wave_rtl *run_wave_rtl_open(const struct options *options, struct sim_err *err) {
    char path[1024];
    const char *name = options->vcd ? options->vcd : options->fst;
    if (options->vcd && options->fst) {
        sim_err_set(err, SIM_ERR_INPUT,
                    "--vcd and --fst: the rtl engine writes one kind of waves in a run");
        return NULL;
    }
    struct run_wave_rtl *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->window = options->window;
    w->kind = options->vcd ? RTL_VCD : RTL_FST;
    if (!options_out_path(options, name, path, sizeof path))
        sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", name);
    else if (outfile_open(&w->file, path, err)) {
        fclose(w->file.stream);
        w->file.stream = NULL;
        return w;
    }
    free(w);
    return NULL;
}

enum rtl_waves run_wave_rtl_kind(const struct run_wave_rtl *w) {
    return w ? w->kind : RTL_NO_WAVES;
}

static bool begin(struct run *run, sim_time from) {
    struct run_wave_rtl *w = run->wave_rtl;
    w->open = replay_waves(run->replay, w->file.temp, from, &run->err);
    if (!w->open)
        snprintf(run->err.file, sizeof run->err.file, "%.250s", w->file.path);
    return w->open;
}

static void end(struct run *run) {
    struct run_wave_rtl *w = run->wave_rtl;
    if (w->open)
        replay_waves_close(run->replay);
    w->open = false;
}

bool run_wave_rtl_start(struct run *run) {
    struct run_wave_rtl *w = run->wave_rtl;
    if (!w || w->window.kind == OPTIONS_WINDOW_AUTO || w->window.kind == OPTIONS_WINDOW_FRAME)
        return true;
    w->kept = true;
    if (w->window.kind == OPTIONS_WINDOW_ALL)
        return begin(run, 0);
    if (!begin(run, w->window.start))
        return false;
    replay_waves_until(run->replay, w->window.end);
    return true;
}

bool run_wave_rtl_sending(struct run *run, uint64_t frame) {
    struct run_wave_rtl *w = run->wave_rtl;
    if (!w || w->kept)
        return true;
    bool wanted = w->window.kind == OPTIONS_WINDOW_AUTO || w->window.frame == frame;
    return !wanted || begin(run, replay_now(run->replay));
}

void run_wave_rtl_sent(struct run *run) {
    struct run_wave_rtl *w = run->wave_rtl;
    if (w && w->open && !w->kept)
        replay_waves_until(run->replay, replay_burst(run->replay)->end + RUN_WAVE_TAIL);
}

void run_wave_rtl_judged(struct run *run, bool failed) {
    struct run_wave_rtl *w = run->wave_rtl;
    if (!w || !w->open || w->kept)
        return;
    w->kept = w->window.kind == OPTIONS_WINDOW_FRAME || failed;
    end(run);
}

/* A list of what is looked at first, beside the FST. */
static bool write_gtkw(const struct run *run, struct sim_err *err) {
    const struct board_attach *a = &run->board->config.attach;
    const struct board_stages *s = &run->board->config.stages;
    const char *names[] = {a->spi_clk, a->spi_mosi, a->spi_nss + (a->spi_nss[0] == '!'),
                           s->line,    s->edge_in,  s->idle_n,
                           s->edge,    s->sck,      s->bytesync};
    struct outfile file;
    if (!wave_gtkw_open(&file, run->wave_rtl->file.path, err))
        return false;
    fputs("@28\nboard.line:high\nboard.line:idle\n", file.stream);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i][0])
            fprintf(file.stream, "board.%s\n", names[i]);
    return outfile_commit(&file, err);
}

bool run_wave_rtl_finish(struct run *run) {
    struct run_wave_rtl *w = run->wave_rtl;
    if (!w)
        return true;
    end(run);
    if (w->window.kind == OPTIONS_WINDOW_TIME && replay_now(run->replay) <= w->window.start)
        w->kept = false;
    run->no_wave = !w->kept;
    if (!w->kept)
        return true;
    wave_sidecar_remove(w->file.path);
    return outfile_commit(&w->file, &run->err) &&
           (w->kind != RTL_FST || write_gtkw(run, &run->err));
}

void run_wave_rtl_close(struct run *run) {
    if (!run->wave_rtl)
        return;
    outfile_abandon(&run->wave_rtl->file);
    free(run->wave_rtl);
    run->wave_rtl = NULL;
}
