/* The gate over the revisions of a board's file in a git repository. */
#ifndef HARNESS_GATE_HISTORY_H
#define HARNESS_GATE_HISTORY_H

#include <stdio.h>

#include "harness/gate/gate.h"
#include "harness/gate/git.h"

struct history_row {
    struct git_revision revision;
    bool read; /* else `reason` says why not */
    enum gate_verdict verdict;
    int code; /* exit code; set by judge(), of sim_err's class when not read */
    char reason[256];
};

struct history_request {
    const char *repo, *path;
    bool ini; /* take the .ini beside the board of the same revision, when there is one */
    void *user;
    /* Judges the board file, which is in a folder of its own: verdict and reason, or false with
     * `err`: it cannot be read. */
    bool (*judge)(void *user, const char *board, struct history_row *row, struct sim_err *err);
    void (*done)(void *user, const struct history_row *row); /* NULL: not wanted */
};

/* Every revision, the newest first; *rows is the caller's to free. `partial`: by Ctrl-C, and
 * the rest was left out. False with `err` when there is no history to go over. */
bool history_run(const struct history_request *request, struct history_row **rows, size_t *n,
                 bool *partial, struct sim_err *err);

#endif
