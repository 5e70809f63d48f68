#include "harness/gate/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/slurp.h"

/* A revision's files: DIR/NAME and, beside it, its .ini. */
struct folder {
    char dir[256], board[800], ini[800];
};

static bool make(struct folder *f, const char *path, struct sim_err *err) {
    const char *tmp = getenv("TMPDIR"), *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    int n = snprintf(f->dir, sizeof f->dir, "%s/linkpulse-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= sizeof f->dir || !mkdtemp(f->dir)) {
        f->dir[0] = 0;
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "cannot make a temporary folder: %s",
                           strerror(errno));
    }
    snprintf(f->board, sizeof f->board, "%s/%s", f->dir, name);
    snprintf(f->ini, sizeof f->ini, "%s/%s", f->dir, name);
    char *dot = strrchr(f->ini, '.');
    if (dot && strchr(dot, '/') == NULL && strlen(dot) >= 4)
        memcpy(dot, ".ini", sizeof ".ini");
    else
        f->ini[0] = 0;
    return true;
}

static void clear(struct folder *f) {
    if (!f->dir[0])
        return;
    unlink(f->board);
    if (f->ini[0])
        unlink(f->ini);
    rmdir(f->dir);
}

static bool write_file(const char *path, const char *text, size_t n, struct sim_err *err) {
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(text, 1, n, file) == n;
    if (file && fclose(file) != 0)
        good = false;
    return good || sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0, "%s", strerror(errno));
}

/* `path`, as of the row's revision, into `to`. */
static bool extract(const struct history_request *request, const struct history_row *row,
                    const char *path, size_t limit, const char *to, struct sim_err *err) {
    size_t size;
    char *text = git_show(request->repo, row->revision.hash, path, limit, &size, err);
    bool good = text && write_file(to, text, size, err);
    free(text);
    return good;
}

/* A revision without an .ini is judged without one. */
static bool extract_both(const struct history_request *request, const struct history_row *row,
                         const struct folder *f, struct sim_err *err) {
    const char *path = row->revision.path, *dot = strrchr(path, '.');
    struct sim_err absent = SIM_ERR_INIT;
    char ini[600];
    if (!extract(request, row, path, SLURP_BOARD_MAX, f->board, err))
        return false;
    if (!request->ini || !f->ini[0] || !dot)
        return true;
    snprintf(ini, sizeof ini, "%.*s.ini", (int)(dot - path), path);
    if (extract(request, row, ini, SLURP_CONFIG_MAX, f->ini, &absent))
        return true;
    if (absent.cls == SIM_ERR_ENVIRONMENT)
        *err = absent;
    return absent.cls != SIM_ERR_ENVIRONMENT;
}

static bool judge(const struct history_request *request, struct history_row *row,
                  struct sim_err *err) {
    struct folder f = {0};
    bool good = make(&f, row->revision.path, err) && extract_both(request, row, &f, err) &&
                request->judge(request->user, f.board, row, err);
    clear(&f);
    row->read = good;
    if (!good) {
        row->code = (int)err->cls;
        snprintf(row->reason, sizeof row->reason, "%.255s", err->text);
    }
    return good || err->cls != SIM_ERR_ENVIRONMENT;
}

/* A commit without a name of its own (a merge) has the file where the next older one has it. */
static void fill_paths(struct git_revision *revisions, size_t n) {
    for (size_t i = n; i-- > 0;)
        if (!revisions[i].path[0] && i + 1 < n)
            memcpy(revisions[i].path, revisions[i + 1].path, sizeof revisions[i].path);
}

bool history_run(const struct history_request *request, struct history_row **rows, size_t *n,
                 bool *partial, struct sim_err *err) {
    struct git_revision *revisions;
    size_t n_revisions;
    *n = 0;
    *rows = NULL;
    *partial = false;
    if (!git_revisions(request->repo, request->path, &revisions, &n_revisions, err))
        return false;
    fill_paths(revisions, n_revisions);
    *rows = calloc(n_revisions, sizeof **rows);
    bool good = *rows || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    while (good && *n < n_revisions && !(*partial = interrupted)) {
        struct history_row *row = &(*rows)[(*n)++];
        struct sim_err own = SIM_ERR_INIT;
        row->revision = revisions[*n - 1];
        good = judge(request, row, &own);
        if (!good)
            *err = own;
        else if (request->done)
            request->done(request->user, row);
    }
    free(revisions);
    return good;
}
