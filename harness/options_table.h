/* The verbs and options as rows. Private to the options_*.c files. */
#ifndef HARNESS_OPTIONS_TABLE_H
#define HARNESS_OPTIONS_TABLE_H

#include "harness/options.h"

#define OPTIONS_DEFAULT_BOARD "nucleo_shield"

struct verb_row {
    const char *name;
    enum options_verb verb; /* OPTIONS_NO_VERB: known, but of a later version */
    const char *arguments;
    const char *summary;
};

enum options_code {
    CODE_NONE, /* an option of a family's own */
    CODE_BOARD,
    CODE_INI,
    CODE_FIRMWARE,
    CODE_DELIVER,
    CODE_ENGINE,
    CODE_SEED,
    CODE_JOBS,
    CODE_SET,
    CODE_EDIT,
    CODE_STRICT,
    CODE_NO_STRICT,
    CODE_OUT,
    CODE_JSON,
    CODE_JUNIT,
    CODE_VCD,
    CODE_FST,
    CODE_PCAP_OUT,
    CODE_TAPS_OUT,
    CODE_TRACE_WINDOW,
    CODE_NO_CACHE,
    CODE_NO_HOST,
    CODE_XDP,
    CODE_INIT,
    CODE_SPICE,
    CODE_TRANSMIT,
    CODE_VERILOG,
    CODE_DOT,
    CODE_UNDECIDED,
    CODE_OCTETS,
    CODE_OUTPUT,
    CODE_VERBOSE,
    CODE_QUIET,
    CODE_HELP,
    CODE_VERSION,
};

/* Who takes the option's value: the families know theirs by name. */
enum options_family {
    OPTIONS_COMMON,
    OPTIONS_OF_MCU,
    OPTIONS_OF_LIVE,
    OPTIONS_OF_GATE,
    OPTIONS_OF_SWEEP,
    OPTIONS_OF_XDP,
    OPTIONS_OF_WAVE
};

struct option_row {
    const char *name;
    enum options_family family;
    enum options_code code; /* OPTIONS_COMMON */
    char letter;            /* 0: none */
    unsigned verbs;         /* set of 1 << enum options_verb */
    const char *argument;   /* NULL: takes none; "[=PORT]": may be left out */
    const char *help;
};

extern const struct verb_row options_verbs[];
extern const size_t options_n_verbs;
#define OPTIONS_MAX_ROWS 160 /* no fewer than there are rows */
extern const struct option_row options_rows[];
extern const size_t options_n_rows;

const struct verb_row *options_verb_row(enum options_verb verb);
int options_has_argument(const struct option_row *row); /* getopt's no_argument and the like */

#endif
