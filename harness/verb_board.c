/* `linkpulse board [BOARD]` */
#include <stdio.h>

#include "harness/board.h"
#include "harness/verbs.h"

int verb_board(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board = {0};
    struct board_request request = {
        .board = options->board,
        .ini = options->ini,
        .sets = options->sets,
        .n_sets = options->n_sets,
        .edits = options->edits,
        .n_edits = options->n_edits,
    };
    if (!board_load(&board, &request, &err))
        return verbs_fail(&err);
    if (options->init)
        board_init(&board, stdout);
    else
        board_show(&board, stdout);
    board_finish(&board);
    return 0;
}
