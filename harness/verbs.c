#include "harness/verbs.h"

#include <stdio.h>

int verbs_fail(const struct sim_err *err) {
    fputs("linkpulse: ", stderr);
    if (err->file[0]) {
        fputs(err->file, stderr);
        if (err->line > 0)
            fprintf(stderr, ":%ld", err->line);
        else if (err->offset >= 0)
            fprintf(stderr, " at offset %ld", err->offset);
        fputs(": ", stderr);
    }
    fprintf(stderr, "%s\n", err->text);
    return err->cls == SIM_ERR_NONE ? SIM_ERR_UNMODELLED : (int)err->cls;
}
