#include "harness/outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refuse(const char *path, const char *what, struct sim_err *err) {
    return sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot %s: %s", what, strerror(errno));
}

static bool open_direct(struct outfile *file, struct sim_err *err) {
    file->direct = true;
    memcpy(file->temp, file->path, sizeof file->path);
    file->stream = fopen(file->path, "w");
    return file->stream || refuse(file->path, "write the file", err);
}

/* mkstemp makes it 0600; the finished file gets what open() would have given. */
static void usual_mode(int fd) {
    mode_t mask = umask(0);
    umask(mask);
    (void)!fchmod(fd, 0666 & ~mask);
}

bool outfile_open(struct outfile *file, const char *path, struct sim_err *err) {
    struct stat existing;
    *file = (struct outfile){0};
    if (strlen(path) >= sizeof file->path)
        return sim_err_at(err, SIM_ERR_INPUT, path, 0, "the path is too long");
    memcpy(file->path, path, strlen(path) + 1);
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode))
        return open_direct(file, err);
    /* rename() would replace a file that its owner made read-only. */
    if (access(path, F_OK) == 0 && access(path, W_OK) != 0)
        return refuse(path, "write the file", err);
    snprintf(file->temp, sizeof file->temp, "%s.part-XXXXXX", path);
    int fd = mkstemp(file->temp);
    if (fd < 0) {
        file->temp[0] = 0;
        return refuse(path, "write the file", err);
    }
    usual_mode(fd);
    file->stream = fdopen(fd, "w");
    if (file->stream)
        return true;
    close(fd);
    unlink(file->temp);
    return refuse(path, "write the file", err);
}

static bool close_stream(struct outfile *file) {
    FILE *stream = file->stream;
    if (!stream)
        return true;
    file->stream = NULL;
    bool good = fflush(stream) == 0 && !ferror(stream);
    return (fclose(stream) == 0) && good;
}

bool outfile_commit(struct outfile *file, struct sim_err *err) {
    bool good = close_stream(file);
    if (good && !file->direct)
        good = rename(file->temp, file->path) == 0;
    if (!good)
        refuse(file->path, "write the whole file", err);
    if (!good && !file->direct)
        unlink(file->temp);
    file->temp[0] = 0;
    return good;
}

void outfile_abandon(struct outfile *file) {
    close_stream(file);
    if (file->temp[0] && !file->direct)
        unlink(file->temp);
    file->temp[0] = 0;
}

bool outfile_check(const char *path, struct sim_err *err) {
    struct outfile file;
    struct stat existing;
    if (stat(path, &existing) == 0 && S_ISDIR(existing.st_mode)) {
        errno = EISDIR;
        return refuse(path, "write the file", err);
    }
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode))
        return true; /* opening a pipe or a device has effects */
    if (!outfile_open(&file, path, err))
        return false;
    outfile_abandon(&file);
    return true;
}

bool outfile_remove(const char *path, struct sim_err *err) {
    struct stat existing;
    if (stat(path, &existing) != 0 || !S_ISREG(existing.st_mode))
        return true;
    return (access(path, W_OK) == 0 && unlink(path) == 0) ||
           refuse(path, "remove the file of an earlier run", err);
}

bool outfile_write(const char *path, const char *text, struct sim_err *err) {
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    fputs(text, file.stream); /* its error is seen by commit */
    return outfile_commit(&file, err);
}
