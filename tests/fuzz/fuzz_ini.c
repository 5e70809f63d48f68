/* The .ini and, for every line of it, --set. */
#include "harness/board_config.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct board_config config;
    struct sim_err err = SIM_ERR_INIT;
    char *text = fuzz_text(data, size);
    board_config_defaults(&config);
    bool good = board_config_parse(&config, text, "fuzz", &err);
    fuzz_expect(good || (err.cls == SIM_ERR_INPUT && err.text[0] && err.line > 0));
    board_config_defaults(&config);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        err = SIM_ERR_INIT;
        fuzz_expect(board_config_set(&config, line, &err) || err.text[0]);
    }
    free(text);
    return 0;
}
