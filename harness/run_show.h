/* `run --wave`: the viewer on the waves of the run. */
#ifndef HARNESS_RUN_SHOW_H
#define HARNESS_RUN_SHOW_H

#include "harness/options.h"

struct run_show {
    char folder[64]; /* "": the waves were given a name */
    char path[4096]; /* of the waves */
};

/* Before the run: where its waves go and which they are, into `options`, which point into `show`
 * from then on. SIM_ERR_ENVIRONMENT when there is no place for them. */
bool run_show_begin(struct run_show *show, struct options *options, struct sim_err *err);
/* After it; what cannot be shown is told on stderr. Leaves nothing in a folder of its own. */
void run_show_end(struct run_show *show, const struct options *options);

#endif
