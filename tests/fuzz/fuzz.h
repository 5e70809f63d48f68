/* Shared by the fuzz harnesses: each is one file with LLVMFuzzerTestOneInput, built with
 * libFuzzer (meson option `fuzz`, clang) or with replay_main.c over its corpus. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise ends the process in any build, NDEBUG or not. */
static inline void fuzz_expect(int holds) {
    if (!holds)
        abort();
}

/* The input as a string; it ends at the first NUL. The caller frees. */
static inline char *fuzz_text(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    fuzz_expect(text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

#endif
