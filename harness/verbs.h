/* The verbs: each fills no more than its exit code (0 pass, 1 a check failed, 2 bad input,
 * 3 not modelled or internal, 4 environment) and prints its own results. */
#ifndef HARNESS_VERBS_H
#define HARNESS_VERBS_H

#include "harness/board.h"
#include "harness/options.h"

int verb_run(const struct options *options);
int verb_board(const struct options *options);
int verb_gate(const struct options *options);
int verb_export(const struct options *options);
int verb_mcu(const struct options *options);
int verb_crosscheck(const struct options *options);
int verb_live(const struct options *options);
int verb_sweep(const struct options *options);
int verb_merge(const struct options *options);
int verb_xdp(const struct options *options);
int verb_wave(const struct options *options);

/* Print `err` as one line on stderr, "linkpulse: FILE:LINE: TEXT", and return its exit
 * code. */
int verbs_fail(const struct sim_err *err);

/* Before the work: could --screenshot and --svg be written now? */
bool verbs_check_pictures(const struct options *options, struct sim_err *err);

/* The board the command line asks for; borrows from `options`. */
struct board_request verbs_board(const struct options *options);

#endif
