/* linkpulse export: a board in another simulator's language. */
#include "harness/verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/board.h"
#include "harness/export_spice.h"
#include "harness/export_verilog.h"
#include "harness/outfile.h"

#define MAX_OCTETS    1514
#define RESULTS       "linkpulse_spice.vcd"
#define WAVEFORM      "linkpulse_line.txt"
#define TRANSMIT_TAIL (12 * SIM_US) /* the core has let go by then */

static bool write_deck(const struct board *board, const struct options *options, FILE *out,
                       struct sim_err *err) {
    if (options->verilog)
        return export_verilog(board, out, err);
    if (options->dot)
        return export_dot(board, out, err);
    uint8_t octets[MAX_OCTETS + 4];
    struct spice_stimulus stimulus = {.octets = octets,
                                      .n = export_spice_frame(options->octets, octets),
                                      .lead = 2 * SIM_US,
                                      .tail = 2 * SIM_US};
    if (!options->transmit)
        return export_spice(board, &stimulus, RESULTS, out, err);
    stimulus.tail = TRANSMIT_TAIL;
    return export_spice_transmit(board, &stimulus, RESULTS, WAVEFORM, out, err);
}

/* In memory first: half a deck on standard output would look like a whole one. */
static bool write_stdout(const struct board *board, const struct options *options,
                         struct sim_err *err) {
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    bool good = write_deck(board, options, memory, err);
    if (fclose(memory) != 0 && good)
        good = sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (good)
        fwrite(text, 1, size, stdout);
    free(text);
    return good;
}

static bool write_file(const struct board *board, const struct options *options,
                       struct sim_err *err) {
    char path[1024];
    struct outfile file = {0};
    if (!options_out_path(options, options->output, path, sizeof path))
        return sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", options->output);
    if (!outfile_open(&file, path, err))
        return false;
    if (write_deck(board, options, file.stream, err) && outfile_commit(&file, err))
        return true;
    outfile_abandon(&file);
    return false;
}

int verb_export(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    const struct board_request request = verbs_board(options);
    if (!board_load(&board, &request, &err))
        return verbs_fail(&err);
    bool good = (options->output ? write_file : write_stdout)(&board, options, &err);
    board_finish(&board);
    return good ? 0 : verbs_fail(&err);
}
