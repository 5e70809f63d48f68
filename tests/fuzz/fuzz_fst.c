/* The parts of an FST that are not left to fstapi: blocks, lengths, hierarchy. */
#define _POSIX_C_SOURCE 200809L
#include "harness/view/fst_build.h"
#include "tests/fuzz/fuzz.h"

#ifdef LINKPULSE_FST
static bool take(struct fst_file *file, FILE *stream, struct store_build *build,
                 struct sim_err *err) {
    struct wave_input input = {.path = "fuzz"};
    struct wave_read read = {.input = &input, .build = build, .err = err};
    if (!fst_file_open(file, stream, "fuzz", err))
        return false;
    uint32_t *datas = malloc((file->n_handles + 1) * sizeof *datas);
    fuzz_expect(datas != NULL);
    bool good =
        fst_hierarchy(&read, file, datas) && store_build_begin(build) && store_build_end(build);
    free(datas);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct store_build build;
    struct fst_file file = {0};
    FILE *stream = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
    if (!stream)
        return 0;
    store_build_init(&build, NULL, &err);
    bool good = take(&file, stream, &build, &err);
    fuzz_expect(good || err.text[0]);
    fst_file_finish(&file);
    store_build_finish(&build);
    free(build.sink.memory);
    fclose(stream);
    return 0;
}
#else
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)data, (void)size;
    return 0;
}
#endif
