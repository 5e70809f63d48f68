#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/options.h"
#include "harness/verbs.h"

static int dispatch(const struct options *options) {
    if (options->version)
        return puts("linkpulse " LINKPULSE_VERSION) < 0 ? SIM_ERR_ENVIRONMENT : 0;
    if (options->help) {
        options_print_help(options, stdout);
        return 0;
    }
    switch (options->verb) {
    case OPTIONS_RUN:
        return verb_run(options);
    case OPTIONS_BOARD:
        return verb_board(options);
    case OPTIONS_EXPORT:
        return verb_export(options);
    case OPTIONS_GATE:
        return verb_gate(options);
    case OPTIONS_MCU:
        return verb_mcu(options);
    case OPTIONS_CROSSCHECK:
        return verb_crosscheck(options);
    case OPTIONS_LIVE:
        return verb_live(options);
    case OPTIONS_SWEEP:
        return verb_sweep(options);
    case OPTIONS_MERGE:
        return verb_merge(options);
    case OPTIONS_XDP:
        return verb_xdp(options);
    case OPTIONS_WAVE:
        return verb_wave(options);
    case OPTIONS_NO_VERB:
        break;
    }
    return SIM_ERR_UNMODELLED;
}

/* Results that did not reach stdout (a full disk, a closed pipe) are not a success. */
static int flush_results(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("linkpulse: cannot write the results to standard output\n", stderr);
    return code ? code : SIM_ERR_ENVIRONMENT;
}

/* A closed standard descriptor would become that of the first file opened, and what is
 * printed would land in it. Read-only: printing still fails, and is told. */
static void hold_standard_descriptors(void) {
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = dup(fd);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv) {
    struct sim_err err = SIM_ERR_INIT;
    struct options options;
    hold_standard_descriptors();
    interrupt_install();
    int code = options_parse(&options, argc, argv, &err) ? flush_results(dispatch(&options))
                                                         : verbs_fail(&err);
    options_finish(&options);
    return code;
}
