#include <stdlib.h>
#include <string.h>

#include "harness/options_values.h"

static bool take_cpus(unsigned *cpus, const char *value, struct sim_err *err) {
    char *end;
    long n = strtol(value, &end, 10);
    *cpus = (unsigned)n;
    return (*value && !*end && n >= 1 && n <= 64) ||
           sim_err_set(err, SIM_ERR_INPUT, "--cpus %s: expected a whole number from 1 to 64",
                       value);
}

static bool one_of(const char *name, const char *value, const char *const *words, const char **out,
                   struct sim_err *err) {
    char all[128] = "";
    for (size_t i = 0; words[i]; i++) {
        size_t used = strlen(all);
        if (strcmp(value, words[i]) == 0) {
            *out = words[i];
            return true;
        }
        sim_format(all + used, (unsigned)(sizeof all - used), "%s%s",
                   i == 0         ? ""
                   : words[i + 1] ? ", "
                                  : " or ",
                   words[i]);
    }
    return sim_err_set(err, SIM_ERR_INPUT, "--%s %s: expected %s", name, value, all);
}

bool options_take_xdp(struct options_xdp *xdp, const char *name, const char *value,
                      struct sim_err *err) {
    static const char *const programs[] = {"flow", "reference", NULL};
    static const char *const hashes[] = {"xxh32", "crc", "toeplitz", "halfsiphash", NULL};
    if (strcmp(name, "cpus") == 0)
        return take_cpus(&xdp->cpus, value, err);
    if (strcmp(name, "program") == 0)
        return one_of(name, value, programs, &xdp->program, err);
    if (strcmp(name, "hash") == 0)
        return one_of(name, value, hashes, &xdp->hash, err);
    if (strcmp(name, "install") == 0)
        xdp->install = value;
    else if (strcmp(name, "uninstall") == 0)
        xdp->uninstall = value;
    else if (strcmp(name, "symmetric") == 0)
        xdp->symmetric = true;
    else if (strcmp(name, "require-kernel") == 0)
        xdp->require_kernel = true;
    else if (strcmp(name, "force") == 0)
        xdp->force = true;
    else if (strcmp(name, "no-watch") == 0)
        xdp->no_watch = true;
    else
        return options_no_meaning(name, err);
    return true;
}
