/* A VCD, whole or cut off. */
#include "tests/fuzz/wave_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int allow_end = 0; allow_end < 2; allow_end++) {
        struct store_settings settings = {.quiet = true, .allow_end = allow_end};
        struct sim_err err = SIM_ERR_INIT;
        struct store *store = store_open_memory("fuzz", data, size, &settings, &err);
        fuzz_expect(store || (err.cls == SIM_ERR_INPUT && err.text[0] && err.line > 0));
        if (store)
            wave_look(store);
        store_close(store);
    }
    return 0;
}
