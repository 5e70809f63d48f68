/* Wave files on disk: packed ones, FST, and the index beside them. */
#define _DEFAULT_SOURCE
#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/view/store_internal.h"
#include "tests/harness/wave_model.h"

static char dir[64];

static void setup(void) {
    strcpy(dir, "/tmp/test-view-files-XXXXXX");
    cr_assert(mkdtemp(dir));
    setenv("XDG_CACHE_HOME", dir, 1);
}

static void teardown(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(view_files, .init = setup, .fini = teardown, .timeout = 300);

static const char *in_dir(const char *name) {
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void write_file(const char *path, const void *octets, size_t n) {
    FILE *out = fopen(path, "w");
    cr_assert(out && fwrite(octets, 1, n, out) == n && fclose(out) == 0);
}

static uint8_t *read_whole(const char *path, size_t *n) {
    struct stat status;
    cr_assert_eq(stat(path, &status), 0, "%s", path);
    *n = (size_t)status.st_size;
    uint8_t *octets = malloc(*n + 1);
    FILE *in = fopen(path, "r");
    cr_assert_eq(fread(octets, 1, *n, in), *n);
    fclose(in);
    return octets;
}

static struct store *try_open(const char *path, bool allow_end, struct sim_err *err) {
    struct store_settings settings = {.quiet = true, .allow_end = allow_end};
    *err = SIM_ERR_INIT;
    return store_open(path, &settings, err);
}

static struct store *open_from(const char *path, const char *origin) {
    struct sim_err err;
    struct store *store = try_open(path, false, &err);
    cr_assert(store, "%s: line %ld: %s", path, err.line, err.text);
    cr_assert_str_eq(store_origin(store), origin);
    return store;
}

static bool same_value(const struct store_cursor *a, const struct store_cursor *b,
                       enum store_kind kind) {
    static char bits[2][STORE_MAX_WIDTH + 1];
    if (kind == STORE_REAL)
        return store_real(a) == store_real(b) || isnan(store_real(a));
    if (kind == STORE_STRING)
        return strcmp(store_text(a), store_text(b)) == 0;
    store_bits(a, bits[0]);
    store_bits(b, bits[1]);
    return strcmp(bits[0], bits[1]) == 0;
}

/* An FST tells values from its first time on, also of signals that have none yet: x, 0. */
static bool nothing_yet(const struct store *store, const struct store_cursor *cursor,
                        enum store_kind kind) {
    static char bits[STORE_MAX_WIDTH + 1];
    store_bits(cursor, bits);
    bool unknown = bits[strspn(bits, "x")] == '\0';
    return cursor->index == 0 && cursor->time == store_begin(store) &&
           (kind == STORE_REAL || kind == STORE_STRING || kind == STORE_EVENT || unknown);
}

static void expect_same_signal(const struct store *a, const struct store *b, uint32_t i, bool fst) {
    struct store_cursor at, bt;
    enum store_kind kind = store_signal(a, i)->kind;
    cr_assert_eq(kind, store_signal(b, i)->kind);
    cr_assert_eq(store_signal(a, i)->width, store_signal(b, i)->width);
    cr_assert_str_eq(store_signal(a, i)->name, store_signal(b, i)->name);
    store_seek(a, i, INT64_MIN, &at);
    store_seek(b, i, INT64_MIN, &bt);
    uint64_t n = store_n_changes(a, i), extra = 0;
    if (fst && store_n_changes(b, i) == n + 1 && store_next(&bt))
        extra = nothing_yet(b, &bt, kind);
    cr_assert_eq(store_n_changes(b, i), n + extra, "%s", store_signal(a, i)->name);
    for (uint64_t k = 0; k < n; k++) {
        cr_assert(store_next(&at) && store_next(&bt));
        cr_assert_eq(at.time, bt.time, "%s: %zu", store_signal(a, i)->name, (size_t)k);
        cr_assert(same_value(&at, &bt, kind), "%s: %zu", store_signal(a, i)->name, (size_t)k);
    }
}

static void expect_same_columns(const struct store *a, const struct store *b, uint32_t i) {
    static struct store_column columns[2][STORE_GRID + 100];
    static const size_t ns[] = {1, 7, 1920, STORE_GRID + 100};
    int64_t begin = store_begin(a), span = store_end(a) - begin + 1;
    for (size_t k = 0; k < sizeof ns / sizeof *ns; k++) {
        store_columns(a, i, begin + (int64_t)k, span, ns[k], columns[0]);
        store_columns(b, i, begin + (int64_t)k, span, ns[k], columns[1]);
        for (size_t c = 0; c < ns[k]; c++) {
            const struct store_column *x = &columns[0][c], *y = &columns[1][c];
            cr_assert(x->changes == y->changes && x->first == y->first && x->last == y->last &&
                      x->seen == y->seen && x->low == y->low && x->high == y->high);
        }
    }
}

static void expect_same(const struct store *a, const struct store *b, bool fst) {
    cr_assert_eq(store_n_signals(a), store_n_signals(b));
    cr_assert_eq(store_end(a), store_end(b));
    cr_assert_eq(store_exponent(a), store_exponent(b));
    for (uint32_t i = 0; i < store_n_signals(a); i++) {
        expect_same_signal(a, b, i, fst);
        if (!fst)
            expect_same_columns(a, b, i);
    }
}

/* --- packed --------------------------------------------------------------------------------- */

static void write_gzip(const char *path, const void *octets, size_t n) {
    gzFile out = gzopen(path, "wb");
    cr_assert(gzwrite(out, octets, (unsigned)n) == (int)n && gzclose(out) == Z_OK);
}

Test(view_files, gzip_whatever_its_name) {
    struct wave_model model = wave_model_make(5, 9, 400, 1);
    write_file(in_dir("a.vcd"), model.vcd, model.vcd_n);
    write_gzip(in_dir("b.vcd"), model.vcd, model.vcd_n);
    struct store *a = open_from(in_dir("a.vcd"), "memory");
    struct store *b = open_from(in_dir("b.vcd"), "memory");
    expect_same(a, b, false);
    store_close(a);
    store_close(b);
    wave_model_free(&model);
}

Test(view_files, gzip_cut_off_and_damaged) {
    struct wave_model model = wave_model_make(6, 9, 4000, 1);
    struct sim_err err;
    size_t n;
    write_gzip(in_dir("a.vcd.gz"), model.vcd, model.vcd_n);
    uint8_t *packed = read_whole(in_dir("a.vcd.gz"), &n);
    write_file(in_dir("b.vcd.gz"), packed, n / 2);
    cr_assert_null(try_open(in_dir("b.vcd.gz"), false, &err));
    cr_assert(strstr(err.text, "cut off"), "%s", err.text);
    struct store *store = try_open(in_dir("b.vcd.gz"), true, &err);
    cr_assert(store && strstr(store_note(store), "cut off"), "%s", err.text);
    cr_assert_gt(store_n_changes(store, 0), 100);
    store_close(store);
    memset(packed + n / 2, 0x55, 64);
    write_file(in_dir("c.vcd.gz"), packed, n);
    cr_assert_null(try_open(in_dir("c.vcd.gz"), true, &err));
    cr_assert(err.text[0]);
    free(packed);
    wave_model_free(&model);
}

Test(view_files, what_is_no_file) {
    struct sim_err err;
    cr_assert_null(try_open(in_dir("none.vcd"), false, &err));
    cr_assert(strstr(err.text, "No such file"), "%s", err.text);
    cr_assert_null(try_open(dir, false, &err));
    cr_assert(strstr(err.text, "no regular file"), "%s", err.text);
    cr_assert_null(try_open("/dev/zero", false, &err));
    write_file(in_dir("empty"), "", 0);
    cr_assert_null(try_open(in_dir("empty"), true, &err));
    cr_assert(strstr(err.text, "ends in its header"), "%s", err.text);
}

/* --- FST ------------------------------------------------------------------------------------ */

static bool to_fst(const char *vcd, const char *fst) {
    char command[600];
    snprintf(command, sizeof command, "vcd2fst %s %s >/dev/null 2>&1", vcd, fst);
    return system(command) == 0;
}

Test(view_files, fst_equals_vcd) {
    for (uint32_t seed = 0; seed < 4; seed++) {
        struct wave_model model = wave_model_make(seed + 40, 12, 2000, seed & 1);
        write_file(in_dir("a.vcd"), model.vcd, model.vcd_n);
        if (!to_fst(in_dir("a.vcd"), in_dir("a.fst")))
            cr_skip_test("vcd2fst is not installed");
        struct store *vcd = open_from(in_dir("a.vcd"), "memory");
        struct store *fst = open_from(in_dir("a.fst"), "memory");
        expect_same(vcd, fst, true);
        store_close(fst);
        size_t n;
        uint8_t *octets = read_whole(in_dir("a.fst"), &n);
        write_gzip(in_dir("packed"), octets, n);
        fst = open_from(in_dir("packed"), "memory");
        expect_same(vcd, fst, true);
        store_close(fst);
        store_close(vcd);
        free(octets);
        wave_model_free(&model);
    }
}

static unsigned entries(void) {
    unsigned n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

/* 300 MB of an FST's head and zeros, packed to a thousandth. */
Test(view_files, fst_bomb) {
    static uint8_t zeros[1 << 20];
    static const uint8_t head[] = {0, 0, 0, 0, 0, 0, 0, 1, 0x49};
    struct sim_err err;
    gzFile out = gzopen(in_dir("bomb.fst"), "wb9");
    cr_assert(out && gzwrite(out, head, sizeof head) == sizeof head);
    for (unsigned i = 0; i < 300; i++)
        cr_assert_eq(gzwrite(out, zeros, sizeof zeros), sizeof zeros);
    cr_assert_eq(gzclose(out), Z_OK);
    cr_assert_null(try_open(in_dir("bomb.fst"), true, &err));
    if (err.cls == SIM_ERR_ENVIRONMENT)
        cr_skip_test("no FST in this build");
    cr_assert(strstr(err.text, "too long"), "%s", err.text);
}

/* Cut off or with octets changed: a store or one line, and nothing left behind. */
Test(view_files, hostile_fst) {
    struct wave_model model = wave_model_make(77, 8, 300, 1);
    struct sim_err err;
    size_t n;
    uint32_t random = 12345;
    write_file(in_dir("a.vcd"), model.vcd, model.vcd_n);
    if (!to_fst(in_dir("a.vcd"), in_dir("a.fst")))
        cr_skip_test("vcd2fst is not installed");
    uint8_t *octets = read_whole(in_dir("a.fst"), &n);
    for (unsigned i = 0; i < 120; i++) {
        uint8_t *bad = malloc(n);
        memcpy(bad, octets, n);
        size_t length = i % 4 ? n : n * i / 120;
        for (unsigned k = 0; i % 4 && k < i % 4 * 2; k++) {
            random = random * 1664525 + 1013904223;
            bad[(random >> 8) % (i % 8 < 4 ? 400 : n)] = (uint8_t)(random >> 3);
        }
        write_file(in_dir("b.fst"), bad, length);
        struct store *store = try_open(in_dir("b.fst"), true, &err);
        cr_assert(store || (err.text[0] && !strchr(err.text, '\n')));
        store_close(store);
        free(bad);
    }
    cr_assert_eq(entries(), 3);
    free(octets);
    wave_model_free(&model);
}

/* --- the index ------------------------------------------------------------------------------ */

/* A VCD that is worth an index. */
static struct wave_model large_model(const char *path) {
    struct wave_model model = wave_model_make(9, 40, 100000, 1);
    cr_assert_gt(model.vcd_n, STORE_INDEX_FROM, "%zu", model.vcd_n);
    write_file(path, model.vcd, model.vcd_n);
    return model;
}

Test(view_files, index_is_built_used_and_rebuilt) {
    struct store_settings in_memory = {.quiet = true, .no_index = true};
    struct sim_err err = SIM_ERR_INIT;
    struct wave_model model = large_model(in_dir("a.vcd"));
    struct store *memory = store_open(in_dir("a.vcd"), &in_memory, &err);
    cr_assert(memory);
    cr_assert_str_eq(store_origin(memory), "memory");
    cr_assert_eq(entries(), 1);
    struct store *built = open_from(in_dir("a.vcd"), "built");
    expect_same(memory, built, false);
    cr_assert_eq(entries(), 2);
    store_close(built);
    struct store *used = open_from(in_dir("a.vcd"), "index");
    expect_same(memory, used, false);
    cr_assert_not(store_is_stale(used));
    FILE *more = fopen(in_dir("a.vcd"), "a");
    fprintf(more, "#%lld\n", (long long)model.end + 5);
    fclose(more);
    cr_assert(store_is_stale(used));
    store_close(used);
    used = open_from(in_dir("a.vcd"), "built");
    cr_assert_eq(store_end(used), model.end + 5);
    store_close(used);
    store_close(open_from(in_dir("a.vcd"), "index"));
    store_close(memory);
    wave_model_free(&model);
}

/* Damaged tables are noticed; damaged blocks read as something, within the index. */
Test(view_files, damaged_index) {
    struct wave_model model = large_model(in_dir("a.vcd"));
    struct layout_head head;
    size_t n;
    store_close(open_from(in_dir("a.vcd"), "built"));
    uint8_t *octets = read_whole(in_dir("a.vcd.lpindex"), &n);
    memcpy(&head, octets, sizeof head);
    size_t places[] = {0,           8,     12,         offsetof(struct layout_head, size),
                       head.tables, n - 1, head.names, head.datas + 8};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        octets[places[i]] ^= 0x41;
        write_file(in_dir("a.vcd.lpindex"), octets, n);
        octets[places[i]] ^= 0x41;
        store_close(open_from(in_dir("a.vcd"), "built"));
    }
    write_file(in_dir("a.vcd.lpindex"), octets, n / 2);
    store_close(open_from(in_dir("a.vcd"), "built"));
    write_file(in_dir("a.vcd.lpindex"), "", 0);
    store_close(open_from(in_dir("a.vcd"), "built"));
    free(octets);
    wave_model_free(&model);
}

Test(view_files, index_in_the_cache) {
    char command[300];
    struct wave_model model;
    cr_assert_eq(mkdir(in_dir("waves"), 0755), 0);
    model = large_model(in_dir("waves/a.vcd"));
    /* Root may write everywhere, but not over a folder. */
    cr_assert_eq(mkdir(in_dir("waves/a.vcd.lpindex"), 0555), 0);
    store_close(open_from(in_dir("waves/a.vcd"), "built"));
    store_close(open_from(in_dir("waves/a.vcd"), "index"));
    snprintf(command, sizeof command, "ls %s | grep -q lpindex", in_dir("linkpulse"));
    cr_assert_eq(system(command), 0);
    wave_model_free(&model);
}

/* No file may be longer than 1 MB, as if the disks were full: then in memory. */
Test(view_files, index_on_a_full_disk) {
    struct store_settings in_memory = {.quiet = true, .no_index = true};
    struct sim_err err = SIM_ERR_INIT;
    struct wave_model model = large_model(in_dir("a.vcd"));
    struct rlimit limit = {1 << 20, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct store *store = open_from(in_dir("a.vcd"), "memory");
    struct store *memory = store_open(in_dir("a.vcd"), &in_memory, &err);
    expect_same(memory, store, false);
    cr_assert_eq(entries(), 2); /* the file, and an empty folder in the cache */
    store_close(store);
    store_close(memory);
    wave_model_free(&model);
}

/* --- an index made to deceive ---------------------------------------------------------------- */

static void look_everywhere(const struct store *store) {
    static struct store_column columns[64];
    static char bits[STORE_MAX_WIDTH + 1];
    char name[64];
    for (uint32_t i = 0; i < store_n_signals(store); i++) {
        struct store_cursor cursor;
        uint64_t number;
        store_full_name(store, i, name, sizeof name);
        store_seek(store, i, store_begin(store), &cursor);
        for (unsigned k = 0; k < 300 && store_next(&cursor); k++) {
            store_bits(&cursor, bits);
            store_bit(&cursor);
            store_number(&cursor, &number);
            store_real(&cursor);
            cr_assert(strlen(store_text(&cursor)) <= store->size);
        }
        store_columns(store, i, store_begin(store), store_end(store) / 2 + 1, 64, columns);
        store_previous(&cursor);
    }
}

static const char *small_index(size_t *n, uint8_t **octets) {
    static struct wave_model model;
    struct sim_err err;
    struct store_settings settings = {.quiet = true};
    model = wave_model_make(3, 10, 600, 1);
    struct store *store = store_open_memory("a", model.vcd, model.vcd_n, &settings, &err);
    cr_assert(store);
    *n = store->size;
    *octets = malloc(*n);
    memcpy(*octets, store->base, *n);
    store_close(store);
    wave_model_free(&model);
    return "a";
}

Test(view_files, forged_index) {
    size_t n, taken = 0;
    uint8_t *octets;
    uint32_t random = 99;
    const char *name = small_index(&n, &octets);
    for (unsigned i = 0; i < 3000; i++) {
        struct sim_err err;
        struct layout_head head;
        uint8_t *copy = malloc(n);
        memcpy(copy, octets, n);
        memcpy(&head, copy, sizeof head);
        for (unsigned k = 0; k <= i % 3; k++) {
            random = random * 1664525 + 1013904223;
            size_t tables = n - head.tables, part = i % 4 ? tables : head.tables - sizeof head;
            size_t at = (i % 4 ? head.tables : sizeof head) + (random >> 8) % part;
            copy[at] = random & 1 ? 0xff : (uint8_t)(copy[at] + (random >> 4));
        }
        head.tables_hash = layout_hash(0, copy + head.tables, n - head.tables);
        memcpy(copy, &head, sizeof head);
        struct store *store = store_adopt(name, copy, n, false, &err);
        if (store)
            look_everywhere(store);
        taken += store != NULL;
        store_close(store);
    }
    cr_assert(taken > 500 && taken < 3000, "%zu", taken);
    free(octets);
}

/* Times that no reader gives, and with which sums of times would overflow. */
Test(view_files, index_of_absurd_times) {
    static const int64_t times[][2] = {{-1, 10}, {INT64_MIN, 10}, {0, INT64_MAX}, {3, 2}};
    size_t n;
    uint8_t *octets;
    const char *name = small_index(&n, &octets);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct sim_err err;
        struct layout_head head;
        uint8_t *copy = malloc(n);
        memcpy(copy, octets, n);
        memcpy(&head, copy, sizeof head);
        head.begin = times[i][0];
        head.end = times[i][1];
        memcpy(copy, &head, sizeof head);
        cr_assert_null(store_adopt(name, copy, n, false, &err), "%zu", i);
    }
    free(octets);
}

/* --- Ctrl-C ------------------------------------------------------------------------------------
 */

static bool has_part(void) {
    bool found = false;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));)
        found |= strstr(e->d_name, ".part-") != NULL;
    closedir(d);
    return found;
}

/* A pipe into the middle of the build would need a pipe to be a wave file; so it is raced, with
 * the signal sent as soon as the index is begun. */
Test(view_files, interrupted_leaves_nothing) {
    struct wave_model model = large_model(in_dir("a.vcd"));
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct sim_err err;
        struct store *store = try_open(in_dir("a.vcd"), false, &err);
        _exit(store ? 9 : strcmp(err.text, "interrupted") == 0 ? 5 : 6);
    }
    while (!has_part() && waitpid(pid, &status, WNOHANG) == 0)
        usleep(200);
    kill(pid, SIGINT);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 5, "%d", status);
    cr_assert_eq(entries(), 1);
    wave_model_free(&model);
}
