#include <stdlib.h>
#include <string.h>

#include "harness/options_values.h"

static bool one_of(const char *name, const char *value, const char *const *words, size_t *which,
                   struct sim_err *err) {
    char all[128] = "";
    for (*which = 0; words[*which]; (*which)++)
        if (strcmp(value, words[*which]) == 0)
            return true;
    for (size_t i = 0; words[i]; i++) {
        size_t used = strlen(all);
        sim_format(all + used, (unsigned)(sizeof all - used), "%s%s",
                   i == 0         ? ""
                   : words[i + 1] ? ", "
                                  : " or ",
                   words[i]);
    }
    return sim_err_set(err, SIM_ERR_INPUT, "--%s %s: expected %s", name, value, all);
}

/* As SDL and PNG readers take them everywhere. */
static bool take_size(struct options_wave *wave, const char *value, struct sim_err *err) {
    char *end = NULL;
    unsigned long width = strtoul(value, &end, 10);
    unsigned long height =
        *end == 'x' && end[1] >= '0' && end[1] <= '9' ? strtoul(end + 1, &end, 10) : 0;
    if (value[0] < '0' || value[0] > '9' || *end || width < 320 || width > 16384 || height < 200 ||
        height > 16384)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--size %s: expected WIDTHxHEIGHT, 320x200 to 16384x16384", value);
    wave->width = (unsigned)width;
    wave->height = (unsigned)height;
    wave->sized = true;
    return true;
}

static bool take_scale(struct options_wave *wave, const char *value, struct sim_err *err) {
    if (value[0] < '1' || value[0] > '4' || value[1])
        return sim_err_set(err, SIM_ERR_INPUT, "--scale %s: expected 1, 2, 3 or 4", value);
    wave->scale = (unsigned)(value[0] - '0');
    return true;
}

static bool take_theme(struct options_wave *wave, const char *value, struct sim_err *err) {
    static const char *const themes[] = {"dark", "light", NULL};
    size_t which;
    if (!one_of("theme", value, themes, &which, err))
        return false;
    wave->dark = which == 0;
    wave->light = which == 1;
    return true;
}

static bool take_panel(struct options_wave *wave, const char *value, struct sim_err *err) {
    static const char *const panels[] = {"help", "search", "measure", "signals", NULL};
    size_t which;
    wave->panel = value;
    return one_of("panel", value, panels, &which, err);
}

bool options_take_wave(struct options_wave *wave, const char *name, const char *value,
                       struct sim_err *err) {
    if (strcmp(name, "size") == 0)
        return take_size(wave, value, err);
    if (strcmp(name, "scale") == 0)
        return take_scale(wave, value, err);
    if (strcmp(name, "theme") == 0)
        return take_theme(wave, value, err);
    if (strcmp(name, "panel") == 0)
        return take_panel(wave, value, err);
    if (strcmp(name, "screenshot") == 0)
        wave->screenshot = value;
    else if (strcmp(name, "svg") == 0)
        wave->svg = value;
    else if (strcmp(name, "signals") == 0)
        wave->signals = value;
    else if (strcmp(name, "view") == 0)
        wave->view = value;
    else if (strcmp(name, "wave") == 0)
        wave->after_run = true;
    else if (strcmp(name, "decode") == 0)
        wave->decode = value;
    else if (strcmp(name, "details") == 0)
        wave->details = true;
    else if (strcmp(name, "no-index") == 0)
        wave->no_index = true;
    else if (strcmp(name, "from") == 0)
        wave->from = value;
    else if (strcmp(name, "to") == 0)
        wave->to = value;
    else if (strcmp(name, "cursor") == 0)
        wave->cursor = value;
    else if (strcmp(name, "cursor2") == 0)
        wave->cursor2 = value;
    else
        return options_no_meaning(name, err);
    return true;
}

bool options_check_wave(const struct options *options, struct sim_err *err) {
    if (options->n_files == 0)
        return sim_err_set(err, SIM_ERR_INPUT, "wave needs a wave file, VCD or FST");
    if (options->n_files > 1)
        return sim_err_set(err, SIM_ERR_INPUT, "wave takes one wave file, found also %s",
                           options->files[1]);
    const struct options_wave *wave = &options->wave;
    if (wave->decode && (wave->screenshot || wave->svg))
        return sim_err_set(err, SIM_ERR_INPUT, "wave: either --decode or a picture");
    if (options->json && !wave->decode)
        return sim_err_set(err, SIM_ERR_INPUT, "wave: --json needs --decode");
    return true;
}
