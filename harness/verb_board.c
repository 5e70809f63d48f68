/* `linkpulse board [BOARD]` */
#include "harness/verbs.h"

#include "harness/board.h"
#include "harness/outfile.h"

static bool write_output(const struct board *board, const struct options *options,
                         struct sim_err *err) {
    void (*print)(const struct board *, FILE *) = options->init ? board_init : board_show;
    if (!options->output) {
        print(board, stdout);
        return true;
    }
    struct outfile file;
    if (!outfile_open(&file, options->output, err))
        return false;
    print(board, file.stream);
    return outfile_commit(&file, err);
}

int verb_board(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    const struct board_request request = verbs_board(options);
    if (!board_load(&board, &request, &err))
        return verbs_fail(&err);
    bool good = write_output(&board, options, &err);
    board_finish(&board);
    return good ? 0 : verbs_fail(&err);
}
