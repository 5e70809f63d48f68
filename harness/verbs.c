#include "harness/verbs.h"

#include <stdio.h>

int verbs_fail(const struct sim_err *err) {
    fputs("linkpulse: ", stderr);
    if (err->file[0]) {
        fputs(err->file, stderr);
        if (err->line > 0)
            fprintf(stderr, ":%ld", err->line);
        else if (err->offset >= 0)
            fprintf(stderr, " at offset %ld", err->offset);
        fputs(": ", stderr);
    }
    fprintf(stderr, "%s\n", err->text);
    return err->cls == SIM_ERR_NONE ? SIM_ERR_UNMODELLED : (int)err->cls;
}

struct board_request verbs_board(const struct options *options) {
    return (struct board_request){
        .board = options->board,
        .ini = options->ini,
        .sets = options->sets,
        .n_sets = options->n_sets,
        .edits = options->edits,
        .n_edits = options->n_edits,
    };
}
