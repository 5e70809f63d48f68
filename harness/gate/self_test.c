#define _GNU_SOURCE
#include "harness/gate/self_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/gate/gate.h"
#include "harness/gate/observe.h"
#include "harness/interrupt.h"
#include "harness/progress.h"
#include "harness/words.h"

#define MAX_JOBS 64

/* Shared by the workers, each of which writes the rows it takes. */
struct pool {
    const struct self_test_request *request;
    const struct fault *faults;
    struct self_test_row *rows; /* in shared memory, as is: */
    size_t *next;
    size_t n;
    struct check_report plain; /* of the board as it is */
    struct observation *seen;
    const char *only[128]; /* the checks that are asked */
};

/* Sweeping the line's figures for every fault would take hours, and no talk is held. */
static bool choose_checks(struct pool *pool) {
    const unsigned slow = CHECK_NEEDS_CURVES | CHECK_NEEDS_CONVERSATION;
    size_t n = 0;
    for (size_t i = 0; checks[i]; i++) {
        if (checks[i]->needs & slow)
            continue;
        if (n + 1 == sizeof pool->only / sizeof *pool->only)
            return false;
        pool->only[n++] = checks[i]->id;
    }
    return true;
}

static bool judge(const struct pool *pool, const struct board *board, struct gate_result *result,
                  struct sim_err *err) {
    const struct gate_request request = {
        .board = board,
        .profile = CHECK_STANDARD, /* asks for more than the other */
        .only = pool->only,
        .seed = pool->request->seed,
        .firmware = pool->request->firmware,
        .brief = true,
    };
    return gate_run(&request, result, err);
}

/* --- one fault ------------------------------------------------------------------------------ */

/* A finding of the same check about the same place was there before, and was as grave. */
static bool is_known(const struct check_report *before, const struct check_finding *finding) {
    for (size_t i = 0; i < before->n_findings; i++) {
        const struct check_finding *f = &before->findings[i];
        if (f->check == finding->check && f->severity >= finding->severity &&
            strcmp(f->part, finding->part) == 0 && strcmp(f->net, finding->net) == 0)
            return true;
    }
    return false;
}

/* The gate's own bookkeeping (a waiver without use) catches no fault. */
static const struct check_finding *first_new(const struct pool *pool,
                                             const struct check_report *report) {
    for (size_t i = 0; i < report->n_findings; i++)
        if (report->findings[i].severity != CHECK_IGNORED &&
            check_find(report->findings[i].check->id) &&
            !is_known(&pool->plain, &report->findings[i]))
            return &report->findings[i];
    return NULL;
}

static void set_row(struct self_test_row *row, enum self_test_outcome outcome, const char *by,
                    const char *text) {
    sim_format(row->by, sizeof row->by, "%s", by);
    sim_format(row->text, sizeof row->text, "%s", text);
    row->outcome = outcome;
}

/* Nobody finds it: does it do anything at all? */
static void look_closer(const struct pool *pool, const struct board *board,
                        struct self_test_row *row) {
    struct sim_err err = SIM_ERR_INIT;
    char difference[256];
    struct observation *seen = observe(board, &err);
    if (!seen)
        set_row(row, SELF_TEST_REFUSED, "", err.text);
    else if (observation_same(pool->seen, seen, difference, sizeof difference))
        set_row(row, SELF_TEST_EQUIVALENT, "", "no observed net does anything else");
    else
        set_row(row, SELF_TEST_SURVIVED, "", difference);
    observation_destroy(seen);
}

static void judge_row(const struct pool *pool, const struct board *board,
                      struct self_test_row *row) {
    struct sim_err err = SIM_ERR_INIT;
    struct gate_result result;
    if (board->n_unmodelled > pool->request->board->n_unmodelled) {
        set_row(row, SELF_TEST_REFUSED, "", board->unmodelled[board->n_unmodelled - 1].text);
        return;
    }
    if (!judge(pool, board, &result, &err)) {
        set_row(row, SELF_TEST_REFUSED, "", err.text);
        return;
    }
    const struct check_finding *found = first_new(pool, &result.report);
    if (found)
        set_row(row, SELF_TEST_CAUGHT, found->check->id, found->text);
    else if (result.nominal && !result.nominal->run)
        set_row(row, SELF_TEST_REFUSED, "", result.nominal->why_not);
    else
        look_closer(pool, board, row);
    gate_finish(&result);
}

static void plant(const struct pool *pool, const struct fault *fault, struct self_test_row *row) {
    struct board_request request = pool->request->source;
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    const char **edits = calloc(request.n_edits + FAULT_EDITS, sizeof *edits);
    if (!edits)
        abort();
    if (request.n_edits)
        memcpy(edits, request.edits, request.n_edits * sizeof *edits);
    for (unsigned i = 0; i < fault->n_edits; i++)
        edits[request.n_edits + i] = fault->edits[i];
    request.edits = edits;
    request.n_edits += fault->n_edits;
    if (board_load(&board, &request, &err)) {
        judge_row(pool, &board, row);
        board_finish(&board);
    } else {
        set_row(row, SELF_TEST_REFUSED, "", err.text);
    }
    free(edits);
}

/* --- workers -------------------------------------------------------------------------------- */

static void work(const struct pool *pool) {
    for (size_t i;
         !interrupted && (i = __atomic_fetch_add(pool->next, 1, __ATOMIC_RELAXED)) < pool->n;)
        plant(pool, &pool->faults[i], &pool->rows[i]);
}

static unsigned start_workers(const struct pool *pool, unsigned jobs) {
    unsigned started = 0;
    fflush(NULL);
    for (; started < jobs; started++) {
        pid_t child = fork();
        if (child < 0)
            break;
        if (child == 0) {
            work(pool);
            _exit(0);
        }
    }
    return started;
}

static void tell(const struct pool *pool) {
    const struct self_test_request *request = pool->request;
    uint64_t done = 0, survived = 0;
    for (size_t i = 0; i < pool->n; i++) {
        done += pool->rows[i].outcome != SELF_TEST_NOT_RUN;
        survived += pool->rows[i].outcome == SELF_TEST_SURVIVED;
    }
    if (request->progress)
        request->progress(request->user, done, survived);
}

static void wait_for(const struct pool *pool, unsigned workers) {
    const struct timespec step = {.tv_nsec = 200000000};
    while (workers > 0) {
        pid_t ended = waitpid(-1, NULL, WNOHANG);
        if (ended > 0)
            workers--;
        else if (ended < 0 && errno != EINTR)
            return;
        else
            nanosleep(&step, NULL);
        tell(pool);
    }
}

static void sum_up(struct self_test *out) {
    for (size_t i = 0; i < out->n; i++)
        out->outcomes[out->rows[i].outcome]++;
    size_t found = out->outcomes[SELF_TEST_CAUGHT] + out->outcomes[SELF_TEST_REFUSED];
    size_t judged = out->n - out->outcomes[SELF_TEST_NOT_RUN];
    size_t real = judged - out->outcomes[SELF_TEST_EQUIVALENT];
    out->raw = judged ? (double)found / (double)judged : 0;
    out->adjusted = real ? (double)found / (double)real : 0;
    out->interrupted = interrupted;
}

static bool look_at_plain(struct pool *pool, struct gate_result *plain, struct sim_err *err) {
    const struct board *board = pool->request->board;
    if (!choose_checks(pool))
        return sim_err_set(err, SIM_ERR_UNMODELLED, "more checks than the self-test can ask");
    if (!judge(pool, board, plain, err))
        return false;
    pool->plain = plain->report;
    if (!plain->nominal || !plain->nominal->run)
        return sim_err_set(
            err, SIM_ERR_UNMODELLED, "%s: the board as it is cannot be simulated%s%s", board->path,
            plain->nominal ? ": " : "", plain->nominal ? plain->nominal->why_not : "");
    pool->seen = observe(board, err);
    return pool->seen;
}

static void *shared(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

bool self_test_run(const struct self_test_request *request, struct self_test *out,
                   struct sim_err *err) {
    struct pool pool = {.request = request};
    struct gate_result plain = {0};
    double start = progress_now();
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = request->jobs ? request->jobs : processors > 0 ? (unsigned)processors : 1;
    *out = (struct self_test){.board = request->board};
    bool good = look_at_plain(&pool, &plain, err);
    out->n = pool.n = good ? faults_list(request->board, &out->faults) : 0;
    if (good && pool.n) {
        pool.faults = out->faults;
        out->rows = pool.rows = shared(pool.n * sizeof *pool.rows);
        pool.next = shared(sizeof *pool.next);
        unsigned workers = start_workers(&pool, jobs < MAX_JOBS ? jobs : MAX_JOBS);
        good = workers || sim_err_set(err, SIM_ERR_ENVIRONMENT, "no worker could be started");
        wait_for(&pool, workers);
        munmap(pool.next, sizeof *pool.next);
        sum_up(out);
    }
    out->wall_s = progress_now() - start;
    observation_destroy(pool.seen);
    gate_finish(&plain);
    if (!good)
        self_test_finish(out);
    return good;
}

void self_test_finish(struct self_test *result) {
    if (result->rows)
        munmap(result->rows, result->n * sizeof *result->rows);
    free(result->faults);
    *result = (struct self_test){0};
}
