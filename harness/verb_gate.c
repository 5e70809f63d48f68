/* `linkpulse gate [BOARD]` */
#include "harness/verb_gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/gate/gate.h"
#include "harness/gate/report_gate.h"
#include "harness/gate/scene.h"
#include "harness/gate/self_test.h"
#include "harness/gate/waivers.h"
#include "harness/outfile.h"
#include "harness/progress.h"
#include "harness/report.h"
#include "harness/verbs.h"

#define BISECT_SKIP 125 /* git-bisect(1): the revision cannot be tested */

static void list_checks(enum check_profile profile) {
    static const char *const severities[] = {"-", "reservation", "failure"};
    for (size_t i = 0; checks[i]; i++) {
        const struct check *check = checks[i];
        printf("%-22s %-9s %-12s %s\n%-22s source: %s\n", check->id, report_gate_class(check->of),
               severities[check->severity[profile]], check->title, "", check->source);
    }
}

bool verb_gate_load(const struct options *options, const char *path, struct board *board,
                    struct sim_err *err) {
    struct board_request request = verbs_board(options);
    request.board = path;
    return board_load(board, &request, err);
}

static void tell_progress(void *user, uint64_t done, uint64_t failures) {
    progress_update(user, done, failures);
}

bool verb_gate_run(const struct options *options, const struct board *board,
                   struct gate_result *result, struct sim_err *err) {
    const struct options_gate *gate = &options->gate;
    struct progress progress;
    char command[8192];
    options_repeat_sweep(options, command, sizeof command);
    progress_begin(&progress, "samples", options->sweep.samples, options->quiet);
    struct gate_request request = {
        .board = board,
        .only = gate->n_only ? gate->only : NULL,
        .fail_on_reservations = gate->fail_on_reservations,
        .seed = options->seed,
        .firmware = options->firmware,
        .engine = options->engine,
        .min_yield = isnan(gate->min_yield) ? board->config.min_yield : gate->min_yield,
        .samples = options->sweep.samples,
        .jobs = options->jobs,
        .sweep = command,
        .progress = tell_progress,
        .user = &progress,
        .waivers = gate->waivers,
        .date = gate->date,
    };
    gate_profile(gate->profile, &request.profile);
    bool good = gate_run(&request, result, err);
    progress_end(&progress);
    return good;
}

/* Waivers expire: the command says as of which day. */
static void repeat(const struct options *options, struct gate_result *result) {
    struct options dated = *options;
    char today[WAIVERS_DATE];
    waivers_today(today);
    if (result->n_waivers && !options->gate.date)
        dated.gate.date = today;
    options_repeat_gate(&dated, result->repeat, sizeof result->repeat);
}

/* --- files ------------------------------------------------------------------------------- */

static bool put(const struct options *options, const char *path, char *text, struct sim_err *err) {
    char full[1024];
    if (options_out_path(options, path, full, sizeof full))
        return report_write(text, full, err);
    free(text);
    return sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", path);
}

/* A board that cannot be simulated has a page without waveforms. */
static bool put_html(const struct options *options, const struct gate_result *result,
                     struct sim_err *err) {
    struct sim_err ignored = SIM_ERR_INIT;
    struct gate_scene *scene = gate_scene_create(result->board, options->seed, &ignored);
    bool good = put(options, options->gate.html, report_gate_html(result, scene), err);
    gate_scene_destroy(scene);
    return good;
}

static bool put_files(const struct options *options, const struct gate_result *result,
                      struct sim_err *err) {
    const struct options_gate *gate = &options->gate;
    return (!options->json ||
            put(options, options->json, report_gate_json(result, options->no_host), err)) &&
           (!options->junit || put(options, options->junit, report_gate_junit(result), err)) &&
           (!gate->sarif ||
            put(options, gate->sarif, report_gate_sarif(result, LINKPULSE_VERSION), err)) &&
           (!gate->markdown || put(options, gate->markdown, report_gate_markdown(result), err)) &&
           (!gate->html || put_html(options, result, err));
}

/* That they can be written is known before the work. */
static bool check_files(const struct options *options, struct sim_err *err) {
    const struct options_gate *gate = &options->gate;
    const char *const files[] = {options->json, options->junit, gate->sarif, gate->markdown,
                                 gate->html};
    char path[1024];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] && options_out_path(options, files[i], path, sizeof path) &&
            !outfile_check(path, err))
            return false;
    return true;
}

static int judge(const struct board *board, const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct gate_result result;
    if (!verb_gate_run(options, board, &result, &err))
        return verbs_fail(&err);
    repeat(options, &result);
    report_gate_text(&result, stdout, report_colour(stdout));
    bool good = put_files(options, &result, &err);
    int code = gate_exit_code(&result, options->strict);
    gate_finish(&result);
    return good ? code : verbs_fail(&err);
}

/* Survivors are no failure of the board: the exit code tells that every fault was judged. */
static int self_test(const struct board *board, const struct options *options) {
    struct progress progress;
    struct self_test result;
    struct sim_err err = SIM_ERR_INIT;
    char command[8192], path[1024];
    options_repeat_gate(options, command, sizeof command);
    progress_begin(&progress, "faults", 0, options->quiet);
    const struct self_test_request request = {
        .board = board,
        .source = verbs_board(options),
        .seed = options->seed,
        .jobs = options->jobs,
        .firmware = options->firmware,
        .progress = tell_progress,
        .user = &progress,
    };
    bool good = self_test_run(&request, &result, &err);
    progress_end(&progress);
    if (!good)
        return verbs_fail(&err);
    self_test_report(&result, command);
    good = !options->json || (options_out_path(options, options->json, path, sizeof path) &&
                              self_test_json(&result, path, &err));
    int code = result.interrupted                       ? 1
               : result.outcomes[SELF_TEST_NOT_RUN] > 0 ? SIM_ERR_UNMODELLED
                                                        : 0;
    self_test_finish(&result);
    return good ? code : verbs_fail(&err);
}

int verb_gate(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    enum check_profile profile;
    if (options->gate.list) {
        gate_profile(options->gate.profile, &profile);
        list_checks(profile);
        return 0;
    }
    if (options->gate.git)
        return verb_gate_history(options);
    bool loaded =
        check_files(options, &err) && verb_gate_load(options, options->board, &board, &err);
    int code = !loaded                   ? verbs_fail(&err)
               : options->gate.self_test ? self_test(&board, options)
                                         : judge(&board, options);
    if (loaded)
        board_finish(&board);
    return options->gate.bisect && code > 1 ? BISECT_SKIP : code;
}
