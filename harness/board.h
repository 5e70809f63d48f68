/* A board ready for use: its netlist with the edits in, its configuration, and every part
 * resolved to a model, a variant, figures and a value.
 */
#ifndef HARNESS_BOARD_H
#define HARNESS_BOARD_H

#include <stddef.h>
#include <stdio.h>

#include "harness/board_config.h"
#include "sim/netlist.h"
#include "sim/part.h"

/* What the command line says. Borrowed; NULL arrays when their counts are 0. */
struct board_request {
    const char *board; /* a built-in board's name, or a path ending in .net or .kicad_pcb */
    const char *ini;   /* --ini FILE; NULL: the file beside the board, if there is one */
    const char *const *sets;
    size_t n_sets; /* --set, in order */
    const char *const *edits;
    size_t n_edits; /* --edit, in order */
};

/* A part that cannot be simulated, in words: reference, value, pins with nets, why. */
struct board_unmodelled {
    uint32_t part;
    char text[512];
};

struct board {
    struct netlist *netlist;
    struct board_config config;
    char path[512];              /* the board file read */
    struct part_use *uses;       /* one per netlist part; model NULL: not fitted, or not modelled */
    struct part_figure *figures; /* those of parts with overrides; `uses` points into it */
    struct board_unmodelled *unmodelled;
    size_t n_unmodelled;
};

/* Where models/boards/ and captures/ are: LINKPULSE_DATA (environment), or the directory given
 * at build time. */
const char *board_data_dir(void);

/* Reads the files, applies edits and settings, matches the parts. Parts without a model do
 * not fail here: whoever simulates looks at `unmodelled`. On failure nothing is left to
 * finish. Built-in boards are models/boards/NAME.net below board_data_dir(). */
bool board_load(struct board *board, const struct board_request *request, struct sim_err *err);
void board_finish(struct board *board); /* accepts a zeroed one */

/* An attachment a run needs and nobody stated. */
struct board_missing {
    const char *key; /* "attach.spi_clk" */
    const char *what;
    char set[BOARD_NAME_MAX + 64]; /* "--set attach.spi_clk=/sck", "=NET" without a guess */
};
#define BOARD_MAX_MISSING 8
/* Returns the count; 0 = a run has all it needs. */
size_t board_missing_attachments(const struct board *board, struct board_missing *missing);

/* False with SIM_ERR_UNMODELLED and the first such part's text, when there is one. */
bool board_require_models(const struct board *board, struct sim_err *err);

/* The text of `linkpulse board`, and the .ini that `--init` proposes. */
void board_show(const struct board *board, FILE *out);
void board_init(const struct board *board, FILE *out);

#endif
