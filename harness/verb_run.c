/* `linkpulse run CAPTURE...` */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/outfile.h"
#include "harness/report.h"
#include "harness/run.h"
#include "harness/run_show.h"
#include "harness/verbs.h"
#include "harness/wave_sidecar.h"

static bool check_request(const struct options *options, struct sim_err *err) {
    if (options->out_dir && mkdir(options->out_dir, 0777) != 0 && errno != EEXIST)
        return sim_err_set(err, SIM_ERR_INPUT, "--out %s: %s", options->out_dir, strerror(errno));
    return true;
}

/* A run needs its attachments: name each missing one, and what supplies it. */
static bool check_attachments(const struct board *board, struct sim_err *err) {
    struct board_missing missing[BOARD_MAX_MISSING];
    size_t n = board_missing_attachments(board, missing);
    if (!n)
        return true;
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "linkpulse: %s: %s (%s) is not stated: %s\n", board->path, missing[i].key,
                missing[i].what, missing[i].set);
    return sim_err_set(err, SIM_ERR_INPUT,
                       "%s: %u attachments are missing; state them in an .ini (linkpulse board "
                       "FILE --init proposes one) or with --set",
                       board->path, (unsigned)n);
}

static bool write_reports(const struct run *run, struct sim_err *err) {
    const struct options *options = run->options;
    char path[4096];
    if (options->json && (!options_out_path(options, options->json, path, sizeof path) ||
                          !report_json_write(&run->result, path, options->no_host, err)))
        return false;
    return !options->junit || (options_out_path(options, options->junit, path, sizeof path) &&
                               report_junit_write(&run->result, path, err));
}

static void describe(struct run *run) {
    struct run_result *result = &run->result;
    result->seed = run->options->seed;
    snprintf(result->board, sizeof result->board, "%s", run->options->board);
    snprintf(result->firmware, sizeof result->firmware, "%s", run->image.name);
    snprintf(result->engine, sizeof result->engine, "%s", run->options->engine);
    options_repeat(run->options, run->image.name[0] ? run->image.name : "none", result->repeat,
                   sizeof result->repeat);
}

static void print_cache(const struct run *run) {
    struct replay_figures f = replay_figures(run->replay);
    fprintf(stderr,
            "linkpulse: %" PRIu64 " symbols, %" PRIu64 " run, %" PRIu64 " states, %" PRIu64
            " transitions%s\n",
            f.symbols, f.misses, f.states, f.events, f.cached ? "" : ", no response cache");
}

/* The damage is told already; that nothing is left without any is not. */
static int nothing_or_damaged(const struct run *run) {
    if (!run->damaged && !run->result.interrupted)
        fputs("linkpulse: nothing to replay: every frame was skipped\n", stderr);
    return run->result.interrupted && !run->damaged ? 1 : SIM_ERR_INPUT;
}

static bool check_probe(const struct run *run, struct sim_err *err) {
    const struct options_mcu *o = &run->options->mcu;
    const char *what = o->gdb          ? "--gdb"
                       : o->itm        ? "--itm"
                       : o->swo        ? "--swo"
                       : o->itm_listen ? "--itm-port"
                                       : NULL;
    return !what || run->image.name[0] ||
           sim_err_set(err, SIM_ERR_INPUT, "%s looks at a firmware, and none runs%s%s", what,
                       run->image.why[0] ? ": " : "", run->image.why);
}

static void print_lack(const struct run *run) {
    if (run->wave_lacks)
        fprintf(stderr, "linkpulse: the waves lack %s: there were too many at once\n",
                run->wave_lacks);
}

/* The same run once more, for its waves alone. */
static bool run_again(const struct run *before, const struct options_window *window) {
    struct options options = *before->options;
    options.window = *window;
    options.json = options.junit = options.pcap_out = options.taps_out = NULL;
    options.xdp_run = false;
    options.quiet = true;
    options.mcu.itm = options.mcu.swo = NULL;
    options.mcu.gdb = options.mcu.itm_listen = false;
    struct run run = {.options = &options, .board = before->board, .err = SIM_ERR_INIT};
    run.image = before->image;
    bool written = run_captures(&run) && !run.no_wave;
    print_lack(&run);
    if (run.err.cls != SIM_ERR_NONE)
        verbs_fail(&run.err);
    run_finish(&run);
    return written;
}

/* More waves than that are not made of a run in which nothing failed. */
#define WHOLE_RUN_FRAMES 100

/* That a frame fails may turn out when its waves can no longer be made, as firmware takes its time;
 * and who wants to look wants to see something. */
static bool look_again(const struct run *run) {
    const struct options *options = run->options;
    struct options_window window = {.kind = OPTIONS_WINDOW_FRAME, .frame = run->first_failed};
    if (options->window.kind != OPTIONS_WINDOW_AUTO || run->result.interrupted ||
        (!window.frame && !options->wave.after_run) || !run->frames_done)
        return false;
    if (!window.frame && run->frames_done <= WHOLE_RUN_FRAMES)
        window.kind = OPTIONS_WINDOW_ALL;
    else if (!window.frame)
        window.frame = 1;
    return run_again(run, &window);
}

/* With what was made from them: the sidecar, and the viewer's index. */
static bool remove_waves(const char *path, struct sim_err *err) {
    char index[4096 + 16];
    if (!outfile_remove(path, err))
        return false;
    wave_sidecar_remove(path);
    snprintf(index, sizeof index, "%s.lpindex", path);
    unlink(index);
    return true;
}

/* The waves of an earlier run are not to be taken for those that this one has not; one that was
 * cut short may not have come to them. */
static bool tell_old_waves(const struct options *options, const char *file, bool remove,
                           struct sim_err *err) {
    char path[4096];
    if (!file || !options_out_path(options, file, path, sizeof path) || access(path, F_OK) != 0)
        return true;
    if (remove && !remove_waves(path, err))
        return false;
    fprintf(stderr, "linkpulse: %s: %sits waves are those of an earlier run\n", path,
            access(path, F_OK) != 0 ? "removed: " : "");
    return true;
}

static bool tell_no_waves(const struct run *run, struct sim_err *err) {
    const struct options *options = run->options;
    bool whole = !run->result.interrupted && !run->damaged && run->frames_done;
    if (!options->quiet)
        fprintf(stderr, "linkpulse: %s: no wave is written\n",
                whole ? "nothing fell into the trace window" : "the run ended too soon");
    return tell_old_waves(options, options->vcd, whole, err) &&
           tell_old_waves(options, options->fst, whole, err);
}

/* waves: whether those that were wanted stand in their files. */
static int run_board(const struct options *options, const struct board *board, bool *waves) {
    struct sim_err err = SIM_ERR_INIT;
    struct run run = {.options = options, .board = board, .err = SIM_ERR_INIT};
    int status;
    *waves = false;
    interrupt_install();
    if (!run_image_choose(&run.image, options, board, &err) || !check_probe(&run, &err))
        return verbs_fail(&err);
    describe(&run);
    if (!run_captures(&run)) {
        status = verbs_fail(&run.err);
    } else {
        run_conclude(&run);
        bool written = write_reports(&run, &err);
        report_text(&run.result, stdout, report_colour(stdout));
        if (options->verbose)
            print_cache(&run);
        print_lack(&run);
        *waves = !run.no_wave || look_again(&run);
        written = (*waves || tell_no_waves(&run, &err)) && written;
        status = run.result.pass ? 0 : 1;
        if (run.damaged || !run.frames_done)
            status = nothing_or_damaged(&run);
        if (!written)
            status = verbs_fail(&err);
    }
    run_finish(&run);
    return status;
}

static int run_and_show(const struct options *given, const struct board *board) {
    struct sim_err err = SIM_ERR_INIT;
    struct options options = *given;
    struct run_show show;
    if (!run_show_begin(&show, &options, &err))
        return verbs_fail(&err);
    bool waves;
    int shown = 0, status = run_board(&options, board, &waves);
    if (waves)
        shown = run_show_waves(&show, &options);
    else
        fputs("linkpulse: --wave: there are no waves to look at\n", stderr);
    run_show_end(&show);
    return status ? status : shown;
}

int verb_run(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board = {0};
    const struct board_request request = verbs_board(options);
    if (!check_request(options, &err) || !board_load(&board, &request, &err))
        return verbs_fail(&err);
    bool waves;
    int status;
    if (!check_attachments(&board, &err) || !board_require_models(&board, &err))
        status = verbs_fail(&err);
    else if (options->wave.after_run)
        status = run_and_show(options, &board);
    else
        status = run_board(options, &board, &waves);
    board_finish(&board);
    return status;
}
