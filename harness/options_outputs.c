#include <string.h>
#include <sys/stat.h>

#include "harness/options.h"

struct output {
    const char *option, *path;
};

static bool same_file(const char *a, const char *b) {
    struct stat one, other;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static bool overwrites_input(const struct options *options, const struct output *output,
                             const char *path, struct sim_err *err) {
    const char *input = NULL;
    /* the words of a live session are a command */
    size_t n_files = options->verb == OPTIONS_LIVE ? 0 : options->n_files;
    for (size_t i = 0; i < n_files && !input; i++)
        if (same_file(path, options->files[i]))
            input = options->files[i];
    if (!input && options->ini && same_file(path, options->ini))
        input = options->ini;
    if (!input && options->board && same_file(path, options->board))
        input = options->board;
    if (!input && options->firmware && same_file(path, options->firmware))
        input = options->firmware;
    if (!input && options->gate.waivers && same_file(path, options->gate.waivers))
        input = options->gate.waivers;
    if (!input && options->wave.view && same_file(path, options->wave.view))
        input = options->wave.view;
    if (!input)
        return false;
    sim_err_set(err, SIM_ERR_INPUT, "--%s %s would overwrite the input %s", output->option,
                output->path, input);
    return true;
}

bool options_check_outputs(const struct options *options, struct sim_err *err) {
    const struct output outputs[] = {
        {"json", options->json},         {"junit", options->junit},
        {"vcd", options->vcd},           {"fst", options->fst},
        {"pcap-out", options->pcap_out}, {"taps-out", options->taps_out},
        {"output", options->output},     {"itm", options->mcu.itm},
        {"swo", options->mcu.swo},       {"html", options->gate.html},
        {"sarif", options->gate.sarif},  {"markdown", options->gate.markdown},
        {"svg", options->wave.svg},      {"screenshot", options->wave.screenshot}};
    char path[1024];
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        if (!outputs[i].path)
            continue;
        if (!options_out_path(options, outputs[i].path, path, sizeof path))
            return sim_err_set(err, SIM_ERR_INPUT, "--%s: the path is too long", outputs[i].option);
        if (overwrites_input(options, &outputs[i], path, err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (outputs[j].path && strcmp(outputs[j].path, outputs[i].path) == 0 &&
                strcmp(outputs[i].path, "/dev/null") != 0)
                return sim_err_set(err, SIM_ERR_INPUT, "--%s and --%s name the same file %s",
                                   outputs[j].option, outputs[i].option, outputs[i].path);
    }
    return true;
}
