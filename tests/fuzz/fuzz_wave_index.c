/* An index of waves. Its hash is made right, as one who means harm would do. */
#include "harness/view/store_internal.h"
#include "tests/fuzz/wave_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct layout_head head;
    uint8_t *copy = malloc(size + 1);
    fuzz_expect(copy != NULL);
    if (size)
        memcpy(copy, data, size);
    if (size >= sizeof head) {
        memcpy(&head, copy, sizeof head);
        head.size = size;
        if (head.tables <= size)
            head.tables_hash = layout_hash(0, copy + head.tables, size - head.tables);
        memcpy(copy, &head, sizeof head);
    }
    struct store *store = store_adopt("fuzz", copy, size, false, &err);
    fuzz_expect(store || err.text[0]);
    if (store)
        wave_look(store);
    store_close(store);
    return 0;
}
