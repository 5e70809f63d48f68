#include "harness/verbs.h"

#include <stdio.h>

int verb_run(const struct options *options) {
    (void)options;
    fputs("linkpulse: run is not built yet\n", stderr);
    return SIM_ERR_UNMODELLED;
}
