#define _XOPEN_SOURCE 700 /* realpath */
#include "harness/view/store_index.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t sample(int fd, uint64_t at) {
    uint8_t octets[LAYOUT_SAMPLE];
    ssize_t n = pread(fd, octets, sizeof octets, (off_t)at);
    return layout_hash((uint64_t)n, octets, n > 0 ? (uint64_t)n : 0);
}

bool store_index_source(int fd, struct layout_source *source) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    uint64_t size = (uint64_t)status.st_size;
    *source = (struct layout_source){
        .size = size,
        .modified_s = status.st_mtim.tv_sec,
        .modified_ns = status.st_mtim.tv_nsec,
        .first = sample(fd, 0),
        .last = sample(fd, size > LAYOUT_SAMPLE ? size - LAYOUT_SAMPLE : 0),
    };
    return true;
}

bool store_index_same(const struct layout_source *a, const struct layout_source *b) {
    return a->size == b->size && a->modified_s == b->modified_s &&
           a->modified_ns == b->modified_ns && a->first == b->first && a->last == b->last;
}

/* The user's cache for linkpulse. */
static bool cache_folder(char *out, size_t size) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n = -1;
    if (cache && cache[0] == '/')
        n = snprintf(out, size, "%s", cache);
    else if (home && home[0] == '/')
        n = snprintf(out, size, "%s/.cache", home);
    if (n < 0 || (size_t)n + sizeof "/linkpulse" > size)
        return false;
    memcpy(out + n, "/linkpulse", sizeof "/linkpulse");
    return true;
}

static bool cache_path(const char *wave, char out[STORE_INDEX_PATH]) {
    char folder[STORE_INDEX_PATH], *whole = realpath(wave, NULL);
    bool good = whole && cache_folder(folder, sizeof folder);
    if (good) {
        uint64_t hash = layout_hash(0, whole, strlen(whole));
        int n =
            snprintf(out, STORE_INDEX_PATH, "%s/%016llx.lpindex", folder, (unsigned long long)hash);
        good = n > 0 && n < STORE_INDEX_PATH;
    }
    free(whole);
    return good;
}

bool store_index_path(const char *wave, unsigned i, char out[STORE_INDEX_PATH]) {
    if (i)
        return cache_path(wave, out);
    int n = snprintf(out, STORE_INDEX_PATH, "%s.lpindex", wave);
    return n > 0 && n < STORE_INDEX_PATH;
}

struct store *store_index_map(const char *wave, int fd, struct sim_err *err) {
    struct stat status;
    void *base = MAP_FAILED;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        base = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (base != MAP_FAILED)
        return store_adopt(wave, base, (uint64_t)status.st_size, true, err);
    sim_err_at(err, SIM_ERR_ENVIRONMENT, wave, 0, "cannot map the index of the waves");
    return NULL;
}

struct store *store_index_find(const char *wave, const struct layout_source *source) {
    char path[STORE_INDEX_PATH];
    struct sim_err ignored = SIM_ERR_INIT; /* a damaged one is made anew */
    for (unsigned i = 0; i < STORE_INDEX_PLACES; i++) {
        int fd =
            store_index_path(wave, i, path) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
        if (fd < 0)
            continue;
        struct store *store = store_index_map(wave, fd, &ignored);
        close(fd);
        if (store && store_index_same(&store->head.source, source)) {
            store->origin = "index";
            return store;
        }
        store_close(store);
    }
    return NULL;
}

/* The folder that `path` lies in and the one that this lies in, where they are not there. */
static void make_folders(const char *path) {
    char folder[STORE_INDEX_PATH];
    memcpy(folder, path, strlen(path) + 1);
    *strrchr(folder, '/') = '\0';
    if (access(folder, F_OK) == 0)
        return;
    char *last = strrchr(folder, '/');
    *last = '\0';
    mkdir(folder, 0700);
    *last = '/';
    mkdir(folder, 0700);
}

/* An index may be written here: there is none, or a file. */
static bool free_place(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

bool store_index_create(const char *wave, unsigned i, struct outfile *file) {
    char path[STORE_INDEX_PATH];
    struct sim_err ignored = SIM_ERR_INIT; /* then in the next place */
    if (!store_index_path(wave, i, path))
        return false;
    if (i)
        make_folders(path);
    return free_place(path) && outfile_open(file, path, &ignored);
}
