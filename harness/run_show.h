/* `run --wave`: the viewer on the waves of the run. */
#ifndef HARNESS_RUN_SHOW_H
#define HARNESS_RUN_SHOW_H

#include "harness/options.h"

struct run_show {
    char folder[4000]; /* "": the waves were given a name */
    char path[4096];   /* of the waves */
};

/* Before the run: where its waves go and which they are, into `options`, which point into `show`
 * from then on. SIM_ERR_ENVIRONMENT when there is no place for them; SIM_ERR_INPUT when a picture
 * could not be written. */
bool run_show_begin(struct run_show *show, struct options *options, struct sim_err *err);
/* After it, if it wrote waves: returns the viewer's exit code. */
int run_show_waves(const struct run_show *show, const struct options *options);
/* At the end: leaves nothing in a folder of its own. */
void run_show_end(const struct run_show *show);

#endif
