#include "harness/verbs.h"

#include <stdio.h>

#include "harness/outfile.h"

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

static bool check_picture(const struct options *options, const char *name, struct sim_err *err) {
    char path[1024];
    if (!name)
        return true;
    if (!options_out_path(options, name, path, sizeof path))
        return sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", name);
    return outfile_check(path, err);
}

bool verbs_check_pictures(const struct options *options, struct sim_err *err) {
    return check_picture(options, options->wave.screenshot, err) &&
           check_picture(options, options->wave.svg, err);
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
