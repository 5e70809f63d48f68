#include "harness/gate/sweep_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/interrupt.h"

#define CHUNK    32
#define MAX_JOBS 256

struct pool {
    const struct sweep_batch *batch;
    pthread_mutex_t lock;
    pthread_cond_t news;
    uint64_t next, n_chunks;
    bool *finished; /* per chunk */
    unsigned running;
    bool stop, failed;
    struct sim_err err;
};

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static bool take(struct pool *pool, uint64_t *chunk) {
    pthread_mutex_lock(&pool->lock);
    bool more = !pool->stop && !interrupted && pool->next < pool->n_chunks;
    if (more)
        *chunk = pool->next++;
    pthread_mutex_unlock(&pool->lock);
    return more;
}

static void finish(struct pool *pool, uint64_t chunk) {
    pthread_mutex_lock(&pool->lock);
    pool->finished[chunk] = true;
    pthread_cond_signal(&pool->news);
    pthread_mutex_unlock(&pool->lock);
}

static void leave(struct pool *pool, const struct sim_err *err) {
    pthread_mutex_lock(&pool->lock);
    if (err && !pool->failed) {
        pool->failed = true;
        pool->err = *err;
    }
    pool->stop |= err != NULL;
    pool->running--;
    pthread_cond_signal(&pool->news);
    pthread_mutex_unlock(&pool->lock);
}

static void *work(void *user) {
    struct pool *pool = user;
    const struct sweep_batch *batch = pool->batch;
    struct sim_err err = SIM_ERR_INIT;
    struct sweep_worker *worker = sweep_worker_create(batch->plan, &err);
    for (uint64_t chunk; worker && take(pool, &chunk);) {
        uint64_t end = least((chunk + 1) * CHUNK, batch->n);
        for (uint64_t i = chunk * CHUNK; i < end; i++)
            sweep_worker_sample(worker, batch->first + i, &batch->out[i]);
        finish(pool, chunk);
    }
    leave(pool, worker ? NULL : &err);
    sweep_worker_destroy(worker);
    return NULL;
}

/* Hands on what is finished, in order, until nothing more comes. */
static uint64_t collect(struct pool *pool) {
    const struct sweep_batch *batch = pool->batch;
    uint64_t chunk = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        uint64_t from = chunk;
        while (chunk < pool->n_chunks && pool->finished[chunk])
            chunk++;
        if (chunk == from) {
            if (!pool->running)
                break;
            pthread_cond_wait(&pool->news, &pool->lock);
            continue;
        }
        pthread_mutex_unlock(&pool->lock);
        bool go_on =
            !batch->done || batch->done(batch->user, from * CHUNK, least(chunk * CHUNK, batch->n));
        pthread_mutex_lock(&pool->lock);
        pool->stop |= !go_on;
    }
    pthread_mutex_unlock(&pool->lock);
    return least(chunk * CHUNK, batch->n);
}

static unsigned jobs_of(const struct sweep_batch *batch, uint64_t n_chunks) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = batch->jobs ? batch->jobs : processors > 0 ? (uint64_t)processors : 1;
    return (unsigned)least(least(jobs, n_chunks), MAX_JOBS);
}

static bool start(struct pool *pool, pthread_t *threads, unsigned *jobs, struct sim_err *err) {
    unsigned wanted = *jobs;
    for (*jobs = 0; *jobs < wanted; ++*jobs) {
        pthread_mutex_lock(&pool->lock);
        pool->running++;
        pthread_mutex_unlock(&pool->lock);
        if (pthread_create(&threads[*jobs], NULL, work, pool) == 0)
            continue;
        leave(pool, NULL);
        return *jobs > 0 || sim_err_set(err, SIM_ERR_ENVIRONMENT, "no thread could be started");
    }
    return true;
}

bool sweep_batch_run(const struct sweep_batch *batch, uint64_t *completed, struct sim_err *err) {
    struct pool pool = {.batch = batch, .n_chunks = (batch->n + CHUNK - 1) / CHUNK};
    pthread_t threads[MAX_JOBS];
    unsigned jobs = jobs_of(batch, pool.n_chunks);
    *completed = 0;
    if (!batch->n)
        return true;
    pool.finished = calloc(pool.n_chunks, sizeof *pool.finished);
    if (!pool.finished)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.news, NULL);
    bool good = start(&pool, threads, &jobs, err);
    if (good)
        *completed = collect(&pool);
    for (unsigned i = 0; i < jobs; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&pool.news);
    pthread_mutex_destroy(&pool.lock);
    free(pool.finished);
    if (pool.failed)
        *err = pool.err;
    return good && !pool.failed;
}
