/* A fuzz harness as an ordinary test: runs it over every file of a corpus folder, and over
 * every prefix of the small ones. Fails when the folder holds none. */
#include <dirent.h>
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

#define LARGEST (1u << 20)
#define SMALL   4096u

static uint8_t data[LARGEST];

static size_t read_input(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    return size;
}

static void run(size_t size) {
    /* An exact copy, so that reading past its end is an error under ASan. */
    uint8_t *copy = malloc(size ? size : 1);
    fuzz_expect(copy != NULL);
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

int main(int argc, char **argv) {
    DIR *corpus = argc == 2 ? opendir(argv[1]) : NULL;
    unsigned inputs = 0;
    if (!corpus) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    for (struct dirent *entry; (entry = readdir(corpus));) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        size_t size = read_input(path);
        for (size_t n = 0; size <= SMALL && n < size; n++)
            run(n);
        run(size);
        inputs++;
    }
    closedir(corpus);
    printf("%u inputs\n", inputs);
    return inputs ? 0 : 1;
}
