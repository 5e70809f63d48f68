/* The tables behind the command line, and the help printed from them: private to options*.c. */
#ifndef HARNESS_OPTIONS_HELP_H
#define HARNESS_OPTIONS_HELP_H

#include "harness/options.h"

struct options_verb_row {
    const char *name;
    enum options_verb verb; /* OPTIONS_NO_VERB: known, but of a later version */
    const char *arguments;
    const char *summary;
};

struct options_row {
    const char *name;
    int code;
    char letter;          /* 0: none */
    unsigned verbs;       /* set of 1 << enum options_verb */
    const char *argument; /* NULL: takes none; "[=PORT]": may be left out */
    const char *help;     /* NULL: of a later version, not listed */
};

struct options_tables {
    const struct options_verb_row *verbs;
    size_t n_verbs;
    const struct options_row *rows;
    size_t n_rows;
};

/* As getopt_long() names it. */
int options_has_argument(const struct options_row *row);
/* The general help for OPTIONS_NO_VERB, else that verb's. */
void options_print_tables(const struct options_tables *tables, enum options_verb verb, FILE *out);

#endif
