/* The revisions of a file, from the git program: called with its arguments, never by a shell. */
#ifndef HARNESS_GATE_GIT_H
#define HARNESS_GATE_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"

struct git_revision {
    char hash[65], date[11]; /* date: of the commit, YYYY-MM-DD */
    char subject[128];
    char path[512]; /* of the file then, from the repository's top */
};

/* Those that changed `path` (relative to `repo`), renames followed, the newest first; *out is
 * the caller's to free. SIM_ERR_INPUT: no repository, or no such file in it;
 * SIM_ERR_ENVIRONMENT: no git. */
bool git_revisions(const char *repo, const char *path, struct git_revision **out, size_t *n,
                   struct sim_err *err);

/* The file `path` (from the top) as of `hash`, NUL-terminated, the caller frees; NULL with `err`
 * when there is none, or it is larger than `limit`. */
char *git_show(const char *repo, const char *hash, const char *path, size_t limit, size_t *size,
               struct sim_err *err);

#endif
