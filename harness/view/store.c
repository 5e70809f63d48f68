/* Opening a wave file, and what is known of its signals. */
#include "harness/view/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/progress.h"
#include "harness/view/fst_read.h"
#include "harness/view/store_index.h"
#include "harness/view/wave_read.h"

/* How much longer the VCD of as many changes is, about: what decides whether an index pays. */
#define GZIP_RATIO 8
#define FST_RATIO  16

static const struct store_settings usual;

struct opening {
    const char *path;
    const struct store_settings *settings;
    struct wave_input input;
    struct layout_source source;
    struct progress progress;
    bool fst;
    struct sim_err *err;
};

/* --- reading -------------------------------------------------------------------------------- */

static bool tick(void *context, uint64_t done) {
    struct opening *opening = context;
    progress_update(&opening->progress, done / 1000000, PROGRESS_NO_FAILURES);
    return !interrupted;
}

static bool read_waves(struct opening *opening, struct store_build *build) {
    struct wave_read read = {.input = &opening->input,
                             .build = build,
                             .allow_end = opening->settings->allow_end,
                             .tick = tick,
                             .context = opening,
                             .err = opening->err};
    progress_begin(&opening->progress, "MB", opening->input.size / 1000000,
                   opening->settings->quiet);
    build->source = opening->source;
    bool good = opening->fst ? fst_read(&read) : vcd_read(&read) && store_build_end(build);
    progress_end(&opening->progress);
    return good;
}

static struct store *build_in_memory(struct opening *opening) {
    struct store_build build;
    struct store *store = NULL;
    store_build_init(&build, NULL, opening->err);
    if (read_waves(opening, &build)) {
        store = store_adopt(opening->path, build.sink.memory, build.sink.size, false, opening->err);
        if (store)
            store->origin = "memory";
    } else {
        free(build.sink.memory);
    }
    store_build_finish(&build);
    return store;
}

/* *full: nothing is wrong with the waves, but they cannot be written here. */
static struct store *build_index(struct opening *opening, struct outfile *file, bool *full) {
    struct store_build build;
    struct store *store = NULL;
    setvbuf(file->stream, NULL, _IOFBF, 1 << 20);
    store_build_init(&build, file->stream, opening->err);
    bool good = read_waves(opening, &build);
    *full = !good && opening->err->cls == SIM_ERR_ENVIRONMENT;
    if (good) {
        int fd = open(file->temp, O_RDONLY | O_CLOEXEC);
        *full = !outfile_commit(file, opening->err);
        if (!*full)
            store = store_index_map(opening->path, fd, opening->err);
        close(fd);
        if (store)
            store->origin = "built";
    }
    outfile_abandon(file);
    store_build_finish(&build);
    return store;
}

/* In the first place that has room, at last in memory. */
static struct store *build_anywhere(struct opening *opening) {
    for (unsigned place = 0; place < STORE_INDEX_PLACES; place++) {
        struct outfile file = {0};
        bool full;
        if (!store_index_create(opening->path, place, &file))
            continue;
        struct store *store = build_index(opening, &file, &full);
        if (store || !full || !wave_input_rewind(&opening->input, opening->err))
            return store;
        *opening->err = SIM_ERR_INIT;
    }
    return build_in_memory(opening);
}

static struct store *open_input(struct opening *opening) {
    uint64_t ratio = opening->fst ? FST_RATIO : opening->input.packed ? GZIP_RATIO : 1;
    bool large = opening->source.size >= STORE_INDEX_FROM / ratio;
    if (!large || opening->settings->no_index)
        return build_in_memory(opening);
    struct store *store = store_index_find(opening->path, &opening->source);
    return store ? store : build_anywhere(opening);
}

/* With Ctrl-C watched, so that no half index stays behind. */
static struct store *open_watched(struct opening *opening) {
    struct sigaction old_int, old_term;
    sigaction(SIGINT, NULL, &old_int);
    sigaction(SIGTERM, NULL, &old_term);
    interrupt_install();
    struct store *store = open_input(opening);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    return store;
}

struct store *store_open(const char *path, const struct store_settings *settings,
                         struct sim_err *err) {
    struct opening opening = {.path = path, .settings = settings ? settings : &usual, .err = err};
    struct store *store = NULL;
    if (!wave_input_open(&opening.input, path, err))
        return NULL;
    if (!store_index_source(opening.input.fd, &opening.source))
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot read the file");
    else if (wave_input_is_fst(&opening.input, &opening.fst, err))
        store = open_watched(&opening);
    wave_input_close(&opening.input);
    return store;
}

struct store *store_open_memory(const char *name, const void *octets, size_t n,
                                const struct store_settings *settings, struct sim_err *err) {
    struct opening opening = {.path = name, .settings = settings ? settings : &usual, .err = err};
    wave_input_memory(&opening.input, name, octets, n);
    return build_in_memory(&opening);
}

/* --- what it is ----------------------------------------------------------------------------- */

bool store_is_stale(const struct store *store) {
    struct stat status;
    const struct layout_source *source = &store->head.source;
    if (stat(store->path, &status) != 0)
        return false; /* gone: what was read of it stays */
    return (uint64_t)status.st_size != source->size ||
           status.st_mtim.tv_sec != source->modified_s ||
           status.st_mtim.tv_nsec != source->modified_ns;
}

const char *store_path(const struct store *store) {
    return store->path;
}

const char *store_origin(const struct store *store) {
    return store->origin;
}

const char *store_note(const struct store *store) {
    return store->head.note ? (const char *)store->base + store->head.note : NULL;
}

size_t store_n_scopes(const struct store *store) {
    return store->head.n_scopes;
}

const struct store_scope *store_scope(const struct store *store, uint32_t scope) {
    return &store->scopes[scope];
}

size_t store_n_signals(const struct store *store) {
    return store->head.n_signals;
}

const struct store_signal *store_signal(const struct store *store, uint32_t signal) {
    return &store->signals[signal];
}

int store_exponent(const struct store *store) {
    return store->head.exponent;
}

int64_t store_begin(const struct store *store) {
    return store->head.begin;
}

int64_t store_end(const struct store *store) {
    return store->head.end;
}

uint64_t store_n_changes(const struct store *store, uint32_t signal) {
    return store->datas[store->signals[signal].data].n_changes;
}
