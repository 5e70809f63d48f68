#include "harness/verbs.h"

#include <stdio.h>

int verb_board(const struct options *options) {
    (void)options;
    fputs("linkpulse: board is not built yet\n", stderr);
    return SIM_ERR_UNMODELLED;
}
