/* Output files, whole or not at all: written to a temporary file beside the target and
 * renamed over it by commit. A target that exists and is no regular file (/dev/null, a
 * pipe) is written directly. */
#ifndef HARNESS_OUTFILE_H
#define HARNESS_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/err.h"

struct outfile {
    FILE *stream;    /* NULL when not open */
    char path[1024]; /* the target */
    char temp[1056]; /* the file written; the same as `path` when written directly */
    bool direct;
};

/* SIM_ERR_INPUT when the path cannot be written: missing directory, no permission, a
 * directory. */
bool outfile_open(struct outfile *file, const char *path, struct sim_err *err);

/* Flush, close and rename. On failure (a full disk) nothing is left behind. Closed by
 * the caller already (stream set to NULL, as when a library owned it): only renames. */
bool outfile_commit(struct outfile *file, struct sim_err *err);

/* Close and delete; does nothing on a zeroed, committed or abandoned file. */
void outfile_abandon(struct outfile *file);

/* Could it be written now? Leaves nothing behind; devices and pipes are not tried. */
bool outfile_check(const char *path, struct sim_err *err);

/* Delete what an earlier run left at `path`, if it is a regular file: a result that this run
 * does not have. SIM_ERR_INPUT when it is there and stays. */
bool outfile_remove(const char *path, struct sim_err *err);

/* Write `text` as the whole file `path`. */
bool outfile_write(const char *path, const char *text, struct sim_err *err);

#endif
