/* `linkpulse gate [BOARD]` */
#include "harness/verbs.h"

#include <stdio.h>
#include <string.h>

#include "harness/board.h"
#include "harness/gate/gate.h"

static void list_checks(enum check_profile profile) {
    static const char *const severities[] = {"-", "reservation", "failure"};
    for (size_t i = 0; checks[i]; i++) {
        const struct check *check = checks[i];
        printf("%-22s %-9s %-12s %s\n%-22s source: %s\n", check->id, check_class_name(check->of),
               severities[check->severity[profile]], check->title, "", check->source);
    }
}

static int judge(const struct board *board, const struct options *options,
                 enum check_profile profile) {
    struct sim_err err = SIM_ERR_INIT;
    struct gate_result result;
    struct gate_request request = {
        .board = board,
        .profile = profile,
        .only = options->gate.n_only ? options->gate.only : NULL,
        .fail_on_reservations = options->gate.fail_on_reservations,
        .seed = options->seed,
        .firmware = options->firmware,
        .engine = options->engine,
        .min_yield = options->gate.min_yield,
    };
    if (!gate_run(&request, &result, &err))
        return verbs_fail(&err);
    options_repeat_gate(options, result.repeat, sizeof result.repeat);
    gate_print(&result, stdout);
    int code = gate_exit_code(&result, options->strict);
    gate_finish(&result);
    return code;
}

int verb_gate(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    enum check_profile profile;
    struct board_request request = {
        .board = options->board,
        .ini = options->ini,
        .sets = options->sets,
        .n_sets = options->n_sets,
        .edits = options->edits,
        .n_edits = options->n_edits,
    };
    gate_profile(options->gate.profile, &profile);
    if (options->gate.list) {
        list_checks(profile);
        return 0;
    }
    if (!board_load(&board, &request, &err))
        return verbs_fail(&err);
    int code = judge(&board, options, profile);
    board_finish(&board);
    return code;
}
