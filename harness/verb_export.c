/* linkpulse export: a board in another simulator's language. */
#include "harness/verbs.h"

#include <stdio.h>

#include "harness/board.h"
#include "harness/export_spice.h"
#include "harness/outfile.h"

#define FRAME_OCTETS 40 /* a short frame: a deck takes seconds, not minutes */
#define RESULTS      "linkpulse_spice.vcd"

static bool write_deck(const struct board *board, FILE *out, struct sim_err *err) {
    uint8_t octets[FRAME_OCTETS + 4];
    struct spice_stimulus stimulus = {.octets = octets,
                                      .n = export_spice_frame(FRAME_OCTETS, octets),
                                      .lead = 2 * SIM_US,
                                      .tail = 2 * SIM_US};
    return export_spice(board, &stimulus, RESULTS, out, err);
}

static bool write_file(const struct board *board, const struct options *options,
                       struct sim_err *err) {
    char path[1024];
    struct outfile file = {0};
    if (!options->output)
        return write_deck(board, stdout, err);
    if (!options_out_path(options, options->output, path, sizeof path))
        return sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", options->output);
    if (!outfile_open(&file, path, err))
        return false;
    if (write_deck(board, file.stream, err) && outfile_commit(&file, err))
        return true;
    outfile_abandon(&file);
    return false;
}

int verb_export(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    const struct board_request request = {
        .board = options->board,
        .ini = options->ini,
        .sets = options->sets,
        .n_sets = options->n_sets,
        .edits = options->edits,
        .n_edits = options->n_edits,
    };
    if (!board_load(&board, &request, &err))
        return verbs_fail(&err);
    bool good = write_file(&board, options, &err);
    board_finish(&board);
    return good ? 0 : verbs_fail(&err);
}
