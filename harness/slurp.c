#include "harness/slurp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Read in growing steps: a pipe or a /proc file has no size to ask for. */
static char *read_all(FILE *file, size_t limit, size_t *size) {
    size_t capacity = 65536, used = 0;
    char *text = malloc(capacity + 1);
    while (text) {
        used += fread(text + used, 1, capacity - used, file);
        if (used < capacity || used > limit)
            break;
        capacity *= 2;
        char *bigger = realloc(text, capacity + 1);
        if (!bigger)
            free(text);
        text = bigger;
    }
    *size = used;
    if (text)
        text[used] = '\0';
    return text;
}

char *slurp_file(const char *path, size_t limit, size_t *size, struct sim_err *err) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    errno = 0;
    char *text = read_all(file, limit, size);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (text && !failed && *size <= limit)
        return text;
    if (!text)
        sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0, "out of memory");
    else if (failed)
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot be read: %s", strerror(failed));
    else
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "is larger than %u kB, the most that is read",
                   (unsigned)(limit >> 10));
    free(text);
    return NULL;
}
