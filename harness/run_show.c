#define _XOPEN_SOURCE 700 /* mkdtemp */

#include "harness/run_show.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/verbs.h"
#include "harness/wave.h"

static bool make_folder(struct run_show *show, struct sim_err *err) {
    const char *temp = getenv("TMPDIR");
    if (!temp || !temp[0])
        temp = "/tmp";
    int n = snprintf(show->folder, sizeof show->folder, "%s/linkpulse-XXXXXX", temp);
    if (n < 0 || (size_t)n >= sizeof show->folder) {
        show->folder[0] = 0;
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "--wave: TMPDIR: the path is too long");
    }
    if (mkdtemp(show->folder))
        return true;
    sim_err_set(err, SIM_ERR_ENVIRONMENT, "--wave: %s: %s", show->folder, strerror(errno));
    show->folder[0] = 0;
    return false;
}

bool run_show_begin(struct run_show *show, struct options *options, struct sim_err *err) {
    *show = (struct run_show){0};
    if (!verbs_check_pictures(options, err))
        return false;
    if (options->window.kind == OPTIONS_WINDOW_ALL)
        options->window.kind = OPTIONS_WINDOW_AUTO;
    const char *given = options->fst ? options->fst : options->vcd;
    if (given)
        return options_out_path(options, given, show->path, sizeof show->path) ||
               sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", given);
    if (!make_folder(show, err))
        return false;
    bool fst = wave_has_fst() && !options_is_rtl(options);
    snprintf(show->path, sizeof show->path, "%s/run.%s", show->folder, fst ? "fst" : "vcd");
    *(fst ? &options->fst : &options->vcd) = show->path;
    return true;
}

/* With what the viewer put beside the waves. */
static void remove_folder(const char *folder) {
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

int run_show_waves(const struct run_show *show, const struct options *options) {
    const char *const files[] = {show->path};
    struct options wave = *options;
    wave.files = files;
    wave.n_files = 1;
    fflush(stdout);
    return verb_wave(&wave);
}

void run_show_end(const struct run_show *show) {
    if (show->folder[0])
        remove_folder(show->folder);
}
