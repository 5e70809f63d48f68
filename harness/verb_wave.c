/* `linkpulse wave FILE` */
#include "harness/verbs.h"

#ifndef LINKPULSE_VIEW

int verb_wave(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    (void)options;
    sim_err_set(&err, SIM_ERR_ENVIRONMENT,
                "this program was built without the waveform viewer; install " LINKPULSE_NO_VIEW
                " and build again");
    return verbs_fail(&err);
}

#else

int verb_wave(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    sim_err_at(&err, SIM_ERR_UNMODELLED, options->files[0], 0, "no reader yet");
    return verbs_fail(&err);
}

#endif
