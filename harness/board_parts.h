/* Private to board*.c: from netlist parts to part uses, and guesses from net names. */
#ifndef HARNESS_BOARD_PARTS_H
#define HARNESS_BOARD_PARTS_H

#include "harness/board.h"

/* Fills uses, figures and unmodelled; `values` holds the values before the edits, one
 * per part, so that a value that an edit made unreadable is the edit's error. */
bool board_parts_resolve(struct board *board, const char *const *values, struct sim_err *err);
/* Overrides and variants of one part, in `use`; `figures` has room for its figures, `used`
 * (one per config.figures) is set where an entry meant this part. */
bool board_figures_apply(const struct board *board, uint32_t part, struct part_use *use,
                         struct part_figure *figures, bool *used, struct sim_err *err);
/* Every [part.NAME] must name something on the board. */
bool board_figures_check(const struct board *board, const bool *used, struct sim_err *err);
/* Switches and jumpers to throw numbers. */
bool board_positions_apply(struct board *board, struct sim_err *err);

/* board_supply.c: fills in supply nets that the configuration leaves open. */
void board_supply_infer(struct board *board);

/* An error about the .ini's line (0: --set). Always false. */
bool board_config_error(const struct board *board, long line, struct sim_err *err,
                        const char *format, ...);

/* What a run needs from the configuration, and how nets for it tend to be named. */
struct board_need {
    const char *key, *what;
    size_t offset; /* of the net name in struct board_config */
    bool for_run;  /* needed to receive; otherwise only proposed by --init */
};
extern const struct board_need board_needs[];
extern const size_t board_n_needs;

/* The net that looks like need `need`, or NULL and the reason in `why`. */
const char *board_guess_net(const struct board *board, const struct board_need *need, char *why,
                            size_t why_size);

/* The board's parts in natural order of reference: n_parts indices, the caller frees. */
uint32_t *board_sorted_parts(const struct netlist *netlist);

/* board_elements.c: delays and islands, or why the board is not simulated. */
void board_show_elements(const struct board *board, FILE *out);

#endif
