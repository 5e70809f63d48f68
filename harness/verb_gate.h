/* Private to the two files of `linkpulse gate`. */
#ifndef HARNESS_VERB_GATE_H
#define HARNESS_VERB_GATE_H

#include "harness/board.h"
#include "harness/gate/gate.h"
#include "harness/options.h"

/* As the options say; to be followed by board_finish() and gate_finish(). */
bool verb_gate_load(const struct options *options, const char *path, struct board *board,
                    struct sim_err *err);
bool verb_gate_run(const struct options *options, const struct board *board,
                   struct gate_result *result, struct sim_err *err);

/* --git: the table of verdicts; the exit code is the newest revision's. */
int verb_gate_history(const struct options *options);

#endif
