/* linkpulse crosscheck. */
#include "harness/verbs.h"

int verb_crosscheck(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    sim_err_set(&err, SIM_ERR_UNMODELLED, "crosscheck %s", options->files[0]);
    return verbs_fail(&err);
}
