/* Any octets as a saved view over a small wave: a lawful view, or one clear line. */
#include "harness/view/view_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct view view;
    fuzz_view_begin(&view);
    bool taken = view_file_apply(&view, "fuzz", (const char *)data, size, &err);
    fuzz_expect(taken == !err.text[0] && !strchr(err.text, '\n'));
    if (taken) {
        char *again = view_file_dump(&view); /* what was read can be written */
        fuzz_expect(again && view_file_apply(&view, "again", again, strlen(again), &err));
        free(again);
    }
    fuzz_view_end(&view);
    return 0;
}
