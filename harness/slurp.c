#include "harness/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void say_not_opened(const char *path, struct sim_err *err) {
    sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot be opened: %s", strerror(errno));
}

/* Takes `file` over. */
static char *slurp(FILE *file, const char *path, size_t limit, size_t *size, struct sim_err *err) {
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

char *slurp_file(const char *path, size_t limit, size_t *size, struct sim_err *err) {
    FILE *file = fopen(path, "rb");
    if (file)
        return slurp(file, path, limit, size, err);
    say_not_opened(path, err);
    return NULL;
}

/* O_NONBLOCK: a FIFO without a writer does not hold up the open. */
char *slurp_regular(const char *path, size_t limit, size_t *size, struct sim_err *err) {
    struct stat is;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    bool regular = fd >= 0 && fstat(fd, &is) == 0 && S_ISREG(is.st_mode);
    FILE *file = regular ? fdopen(fd, "rb") : NULL;
    if (file)
        return slurp(file, path, limit, size, err);
    if (fd < 0 || regular)
        say_not_opened(path, err);
    else
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "is not a regular file");
    if (fd >= 0)
        close(fd);
    return NULL;
}
