#include "harness/gate/git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/report.h"

#define LOG_MAX  ((size_t)64 << 20)
#define NO_GIT   127
#define MAX_ARGS 16

struct buffer {
    char *text;
    size_t n, capacity, limit;
};

/* Within a hook these would name another repository than REPO. */
static void child(const char *const *arguments, int out, int complaints) {
    static const char *const local[] = {"GIT_DIR",    "GIT_WORK_TREE",        "GIT_INDEX_FILE",
                                        "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"};
    int nothing = open("/dev/null", O_RDONLY);
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        unsetenv(local[i]);
    setenv("LC_ALL", "C", 1);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(complaints, STDERR_FILENO) >= 0)
        execvp("git", (char *const *)(uintptr_t)arguments);
    _exit(NO_GIT);
}

/* False when memory or the limit is out; the reader then goes on without keeping. */
static bool keep(struct buffer *b, const char *octets, size_t n) {
    if (n > b->limit - b->n)
        return false;
    if (b->n + n + 1 > b->capacity) {
        size_t capacity = 2 * (b->n + n + 1);
        char *text = realloc(b->text, capacity);
        if (!text)
            return false;
        b->text = text;
        b->capacity = capacity;
    }
    memcpy(b->text + b->n, octets, n);
    b->n += n;
    b->text[b->n] = 0;
    return true;
}

static bool read_all(int fd, struct buffer *b) {
    char octets[65536];
    bool good = keep(b, "", 0);
    for (;;) {
        ssize_t n = read(fd, octets, sizeof octets);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return good && n == 0;
        good = good && keep(b, octets, (size_t)n);
    }
}

static int wait_for(pid_t pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What git complained of, its first line. */
static bool refuse(FILE *complaints, const char *repo, struct sim_err *err) {
    char line[512] = "git failed";
    rewind(complaints);
    if (fgets(line, sizeof line, complaints))
        line[strcspn(line, "\n")] = 0;
    return sim_err_at(err, SIM_ERR_INPUT, repo, 0, "%s", line);
}

static bool run(const char *const *arguments, const char *repo, struct buffer *b,
                struct sim_err *err) {
    int ends[2];
    FILE *complaints = tmpfile();
    if (!complaints || pipe(ends) < 0) {
        if (complaints)
            fclose(complaints);
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "cannot run git: %s", strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0)
        child(arguments, ends[1], fileno(complaints));
    close(ends[1]);
    bool whole = pid > 0 && read_all(ends[0], b);
    close(ends[0]);
    int status = pid > 0 ? wait_for(pid) : NO_GIT;
    bool good = whole && status == 0;
    if (status == NO_GIT)
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "git is not installed, or cannot be run");
    else if (status != 0)
        refuse(complaints, repo, err);
    else if (!whole)
        sim_err_at(err, SIM_ERR_INPUT, repo, 0, "git gives more than %u MB",
                   (unsigned)(b->limit >> 20));
    fclose(complaints);
    return good;
}

/* --- the log ------------------------------------------------------------------------------ */

/* The next field up to a NUL; NULL at the end. */
static const char *field(const struct buffer *b, size_t *at) {
    if (*at >= b->n)
        return NULL;
    const char *text = b->text + *at;
    *at += strlen(text) + 1;
    return text;
}

static bool take(struct git_revision *r, const char *hash, const char *date, const char *subject) {
    if (!hash || !date || !subject || strlen(hash) >= sizeof r->hash || strlen(date) != 10)
        return false;
    memcpy(r->hash, hash, strlen(hash) + 1);
    memcpy(r->date, date, 11);
    report_clean(subject, r->subject, sizeof r->subject);
    return true;
}

/* \1HASH, DATE, SUBJECT, then "\nPATH" when the commit changed the file. */
static size_t parse(const struct buffer *b, struct git_revision *list) {
    size_t n = 0, at = 0;
    for (const char *text = field(b, &at); text; text = field(b, &at)) {
        if (text[0] == '\1') {
            const char *date = field(b, &at), *subject = field(b, &at);
            n += take(&list[n], text + 1, date, subject);
        } else if (text[0] == '\n' && n && strlen(text + 1) < sizeof list->path) {
            memcpy(list[n - 1].path, text + 1, strlen(text + 1) + 1);
        }
    }
    return n;
}

bool git_revisions(const char *repo, const char *path, struct git_revision **out, size_t *n,
                   struct sim_err *err) {
    const char *const arguments[MAX_ARGS] = {"git",
                                             "-C",
                                             repo,
                                             "--literal-pathspecs",
                                             "--no-pager",
                                             "log",
                                             "--follow",
                                             "--no-color",
                                             "--name-only",
                                             "-z",
                                             "--format=%x01%H%x00%cs%x00%s",
                                             "--",
                                             path,
                                             NULL};
    struct buffer b = {.limit = LOG_MAX};
    size_t starts = 0;
    bool good = run(arguments, repo, &b, err);
    *n = 0;
    for (size_t i = 0; good && i < b.n; i++)
        starts += b.text[i] == '\1';
    *out = good ? calloc(starts + 1, sizeof **out) : NULL;
    if (*out)
        *n = parse(&b, *out);
    free(b.text);
    if (good && !*out)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (good && !*n) {
        free(*out);
        *out = NULL;
        return sim_err_at(err, SIM_ERR_INPUT, repo, 0, "no revision has a file %s", path);
    }
    return good;
}

char *git_show(const char *repo, const char *hash, const char *path, size_t limit, size_t *size,
               struct sim_err *err) {
    char object[640];
    struct buffer b = {.limit = limit};
    const char *const arguments[MAX_ARGS] = {"git",  "-C",         repo,   "--no-pager",
                                             "show", "--no-color", object, NULL};
    snprintf(object, sizeof object, "%s:%s", hash, path);
    if (run(arguments, repo, &b, err)) {
        *size = b.n;
        return b.text;
    }
    free(b.text);
    return NULL;
}
