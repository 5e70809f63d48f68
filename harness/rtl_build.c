#include "harness/rtl_build.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/outfile.h"
#include "harness/slurp.h"

#define PATH_SIZE 1024
#define CELL_MAX  ((size_t)1 << 20)

/* FNV-1a, 64 bits. */
static uint64_t add(uint64_t hash, const char *octets, size_t n) {
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (uint8_t)octets[i]) * 0x100000001b3u;
    return hash;
}

/* Where cells, wrapper and script are: rtl/ of the sources, or LINKPULSE_RTL. */
static const char *sources(void) {
    const char *dir = getenv("LINKPULSE_RTL");
    return dir && *dir ? dir : LINKPULSE_DATA_DIR "/rtl";
}

static bool add_file(uint64_t *hash, const char *dir, const char *name, struct sim_err *err) {
    char path[PATH_SIZE];
    size_t n;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    char *text = slurp_file(path, CELL_MAX, &n, err);
    if (!text)
        return false;
    *hash = add(add(*hash, name, strlen(name) + 1), text, n);
    free(text);
    return true;
}

static int is_cell(const struct dirent *entry) {
    size_t n = strlen(entry->d_name);
    return n > 2 &&
           (strcmp(entry->d_name + n - 2, ".v") == 0 || strcmp(entry->d_name + n - 3, ".vh") == 0);
}

static bool add_cells(uint64_t *hash, struct sim_err *err) {
    char dir[PATH_SIZE];
    struct dirent **entries;
    snprintf(dir, sizeof dir, "%s/parts", sources());
    int n = scandir(dir, &entries, is_cell, alphasort);
    if (n < 0)
        return sim_err_at(err, SIM_ERR_ENVIRONMENT, dir, 0, "the Verilog cells: %s",
                          strerror(errno));
    bool good = true;
    for (int i = 0; i < n; i++) {
        good = good && add_file(hash, dir, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* Options for verilator, for measurements: -GSTEP_PS=250. */
static const char *flags(void) {
    const char *text = getenv("LINKPULSE_RTL_FLAGS");
    return text ? text : "";
}

static bool design_of(const char *text, size_t size, const char *option, uint64_t *design,
                      struct sim_err *err) {
    *design = add(0xcbf29ce484222325u, text, size);
    *design = add(*design, option, strlen(option));
    *design = add(*design, flags(), strlen(flags()));
    return add_cells(design, err) && add_file(design, sources(), "verilate.cc", err) &&
           add_file(design, sources(), "verilate.h", err) &&
           add_file(design, sources(), "compile.sh", err);
}

static void design_line(uint64_t design, char line[RTL_DESIGN_LINE]) {
    snprintf(line, RTL_DESIGN_LINE, "// design %016" PRIx64 "\n", design);
}

bool rtl_build_design(const char *text, size_t size, char line[RTL_DESIGN_LINE],
                      struct sim_err *err) {
    uint64_t design;
    if (!design_of(text, size, "", &design, err))
        return false;
    design_line(design, line);
    return true;
}

static const struct rtl_interface *load(const char *path, uint64_t design, void **handle) {
    char wanted[24];
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!*handle)
        return NULL;
    const struct rtl_interface *rtl = dlsym(*handle, "rtl_interface");
    const char *found = dlsym(*handle, "rtl_design");
    snprintf(wanted, sizeof wanted, "%016" PRIx64, design);
    if (rtl && found && rtl->version == RTL_VERSION && strcmp(found, wanted) == 0)
        return rtl;
    dlclose(*handle);
    *handle = NULL;
    return NULL;
}

/* What was compiled with the project: every object in its directory is asked. */
static const struct rtl_interface *load_built(uint64_t design, void **handle) {
    static const char *const dirs[] = {LINKPULSE_RTL_DIR};
    for (size_t d = 0; d < sizeof dirs / sizeof *dirs; d++) {
        DIR *dir = opendir(dirs[d]);
        const struct rtl_interface *rtl = NULL;
        for (struct dirent *entry; !rtl && dir && (entry = readdir(dir));) {
            char path[PATH_SIZE];
            size_t n = strlen(entry->d_name);
            if (n < 4 || strcmp(entry->d_name + n - 3, ".so") != 0)
                continue;
            snprintf(path, sizeof path, "%s/%s", dirs[d], entry->d_name);
            rtl = load(path, design, handle);
        }
        if (dir)
            closedir(dir);
        if (rtl)
            return rtl;
    }
    return NULL;
}

static bool make_directories(char *path) {
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        bool there = mkdir(path, 0777) == 0 || errno == EEXIST;
        *p = '/';
        if (!there)
            return false;
    }
    return true;
}

/* A directory we may write: $XDG_CACHE_HOME/linkpulse/, ~/.cache/linkpulse/. */
static bool cache_path(uint64_t design, const char *ending, char *path, struct sim_err *err) {
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool stated = xdg && xdg[0] == '/';
    int n = snprintf(path, PATH_SIZE, "%s%s/linkpulse/%016" PRIx64 "%s",
                     stated ? xdg
                     : home ? home
                            : "",
                     stated ? "" : "/.cache", design, ending);
    if ((!stated && (!home || home[0] != '/')) || n >= PATH_SIZE)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT,
                           "the rtl engine needs a cache: set XDG_CACHE_HOME to a directory");
    return make_directories(path) ||
           sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0, "%s", strerror(errno));
}

static void become_compiler(const char *script, const char *top, const char *object,
                            const char *option) {
    const char *arguments[4 + 16] = {script, top, object, option};
    size_t n = option[0] ? 4 : 3;
    char *words = strdup(flags());
    for (char *word = words ? strtok(words, " ") : NULL; word && n < 18; word = strtok(NULL, " "))
        arguments[n++] = word;
    char **list = malloc((n + 1) * sizeof *list);
    for (size_t i = 0; list && i <= n; i++)
        list[i] = i < n ? strdup(arguments[i]) : NULL;
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (list)
        execv(script, list);
    _exit(126);
}

static bool compile(const char *top, const char *object, const char *option, struct sim_err *err) {
    char script[PATH_SIZE];
    int status = -1;
    snprintf(script, sizeof script, "%s/compile.sh", sources());
    pid_t child = fork();
    if (child == 0)
        become_compiler(script, top, object, option);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 126))
        return sim_err_at(err, SIM_ERR_ENVIRONMENT, script, 0, "cannot be run");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 4)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT,
                           "the rtl engine compiles this board on first use, with verilator and a "
                           "C++ compiler: apt install verilator g++ make");
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           sim_err_at(err, SIM_ERR_UNMODELLED, top, 0, "verilator does not compile it, see above");
}

static bool write_top(const char *path, const char *text, const char *line, struct sim_err *err) {
    struct outfile file = {0};
    if (!outfile_open(&file, path, err))
        return false;
    fputs(line, file.stream);
    fputs(text, file.stream);
    return outfile_commit(&file, err);
}

const struct rtl_interface *rtl_build(const char *text, size_t size, const char *option,
                                      void **handle, struct sim_err *err) {
    char top[PATH_SIZE], object[PATH_SIZE], line[RTL_DESIGN_LINE];
    uint64_t design;
    const struct rtl_interface *rtl;
    if (!design_of(text, size, option, &design, err))
        return NULL;
    design_line(design, line);
    if ((rtl = load_built(design, handle)))
        return rtl;
    if (!cache_path(design, ".so", object, err) || !cache_path(design, ".v", top, err))
        return NULL;
    if ((rtl = load(object, design, handle)))
        return rtl;
    fputs("linkpulse: compiling this board for the rtl engine\n", stderr);
    if (!write_top(top, text, line, err) || !compile(top, object, option, err))
        return NULL;
    rtl = load(object, design, handle);
    if (!rtl) {
        const char *why = dlerror();
        sim_err_at(err, SIM_ERR_UNMODELLED, object, 0, "cannot be loaded: %s", why ? why : "?");
    }
    return rtl;
}
