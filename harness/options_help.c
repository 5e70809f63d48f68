#include <getopt.h>
#include <string.h>

#include "harness/options_table.h"

#define HELP_WIDTH 80

/* From `column` on, where the cursor stands already; broken at blanks. */
static void print_wrapped(const char *text, int column, FILE *out) {
    int left = HELP_WIDTH - column;
    for (;;) {
        int n = (int)strlen(text);
        if (n > left)
            for (n = left; n > 0 && text[n] != ' '; n--)
                ;
        fprintf(out, "%.*s\n", n, text);
        text += n;
        if (!*text)
            return;
        fprintf(out, "%*s", column, "");
        text++;
    }
}

static void print_option(const struct option_row *row, FILE *out) {
    char left[64];
    snprintf(left, sizeof left, "  %c%c%c --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ',' : ' ', row->name,
             row->argument && options_has_argument(row) == required_argument ? " " : "",
             row->argument ? row->argument : "");
    fprintf(out, "%-28s ", left);
    print_wrapped(row->help, 29, out);
}

static void print_verbs(FILE *out) {
    fputs("linkpulse simulates a discrete-logic 10BASE-T adapter from its KiCad netlist.\n\n"
          "usage: linkpulse VERB [options] [arguments]\n\nverbs:\n",
          out);
    for (size_t i = 0; i < options_n_verbs; i++)
        if (options_verbs[i].summary)
            fprintf(out, "  %-10s %-11s %s\n", options_verbs[i].name, options_verbs[i].arguments,
                    options_verbs[i].summary);
    fputs("  test                   ./linkpulse test, from a checkout: the project's tests\n\n"
          "linkpulse VERB --help lists the verb's options. To begin with:\n"
          "  linkpulse run captures/*.pcap\n"
          "  linkpulse run captures/dns.pcap --edit \"value R5=680\"\n\n"
          "exit codes: 0 every check passed; 1 a check failed; 2 wrong usage or bad input;\n"
          "3 something is not modelled, or an internal error; 4 the environment lacks\n"
          "something.\n",
          out);
}

void options_print_help(const struct options *options, FILE *out) {
    if (options->verb == OPTIONS_NO_VERB) {
        print_verbs(out);
        return;
    }
    const struct verb_row *verb = options_verb_row(options->verb);
    fprintf(out, "usage: linkpulse %s [options] %s\n\n%s\n\noptions:\n", verb->name,
            verb->arguments, verb->summary);
    for (size_t i = 0; i < options_n_rows; i++)
        if (options_rows[i].help && (options_rows[i].verbs & (1u << options->verb)))
            print_option(&options_rows[i], out);
}
