/* Arguments, one a line. What is accepted has a verb, help or version, and a command that
 * repeats it fits any buffer it is given. */
#include "harness/options.h"
#include "tests/fuzz/fuzz.h"

#define MAX_ARGS 64

static void repeat(const struct options *options, size_t size) {
    char small[64];
    size = size % sizeof small;
    if (size < sizeof " ...")
        size = sizeof " ...";
    options_repeat(options, "none", small, size);
    fuzz_expect(strlen(small) < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char program[] = "linkpulse", *argv[MAX_ARGS + 1] = {program};
    int argc = 1;
    struct sim_err err = SIM_ERR_INIT;
    struct options options;
    char *text = fuzz_text(data, size);
    for (char *line = strtok(text, "\n"); line && argc < MAX_ARGS; line = strtok(NULL, "\n"))
        argv[argc++] = line;
    if (options_parse(&options, argc, argv, &err)) {
        fuzz_expect(options.help || options.version || options.verb != OPTIONS_NO_VERB);
        if (options.verb != OPTIONS_NO_VERB && options.board)
            repeat(&options, size);
    } else {
        fuzz_expect(err.text[0] && err.cls != SIM_ERR_NONE && !strchr(err.text, '\n'));
    }
    options_finish(&options);
    free(text);
    return 0;
}
