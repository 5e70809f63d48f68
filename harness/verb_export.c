#include "harness/verbs.h"

#include <stdio.h>

int verb_export(const struct options *options) {
    (void)options;
    fputs("linkpulse: export is not built yet\n", stderr);
    return SIM_ERR_UNMODELLED;
}
