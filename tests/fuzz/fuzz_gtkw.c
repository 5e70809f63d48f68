/* Any octets as GTKWave's save file over a small wave: a lawful view, or one clear line. */
#include "harness/view/gtkw.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct view view;
    fuzz_view_begin(&view);
    char *text = fuzz_text(data, size);
    bool taken = gtkw_apply(&view, "fuzz", text, strlen(text), &err);
    fuzz_expect(taken == !err.text[0] && !strchr(err.text, '\n'));
    fuzz_view_end(&view);
    free(text);
    return 0;
}
