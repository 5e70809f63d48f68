#include "harness/view/wave_setup.h"

#include <string.h>

#include "harness/view/gtkw.h"
#include "harness/view/measure.h"
#include "harness/view/search.h"
#include "harness/view/view_open.h"
#include "harness/words.h"

#define NAME 1024

/* --- the file --------------------------------------------------------------------------------- */

static bool open_file(struct view *view, const struct options *options, FILE *notes,
                      struct sim_err *err) {
    const char *path = options->files[0];
    struct store_settings settings = {
        .quiet = options->quiet, .no_index = options->wave.no_index, .allow_end = true};
    struct view_notes found;
    const struct sim_err *fault = &found.sidecar;
    if (!view_open_waves(view, path, &settings, &found, err))
        return false;
    if (store_note(view->store))
        fprintf(notes, "linkpulse: %s: %s\n", path, store_note(view->store));
    if (fault->text[0])
        fprintf(notes, "linkpulse: %s%s%s\n", fault->file, fault->file[0] ? ": " : "", fault->text);
    if (found.code[0])
        fprintf(notes, "linkpulse: %s\n", found.code);
    view->settings.quiet = true; /* a progress bar is of no use behind a window */
    view->verbose = options->verbose;
    return true;
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool unknown_signal(const struct view *view, const char *name, struct sim_err *err) {
    char best[NAME] = "", full[NAME], hint[NAME + 32];
    struct words_near near = {.wanted = name};
    for (uint32_t i = 0; i < store_n_signals(view->store); i++) {
        store_full_name(view->store, i, full, sizeof full);
        words_near_offer(&near, full);
        if (near.best == full) {
            memcpy(best, full, strlen(full) + 1);
            near.best = best;
        }
    }
    return sim_err_set(err, SIM_ERR_INPUT, "--signals: %s has no signal %s%s",
                       store_path(view->store), name, words_near_hint(&near, hint, sizeof hint));
}

static bool decoder_row(const struct view *view, const char *name, struct view_row *row,
                        struct sim_err *err) {
    char hint[NAME];
    *row = (struct view_row){.kind = VIEW_DECODER, .decoder = decoder_find(name), .height = 1};
    if (!row->decoder)
        return sim_err_set(err, SIM_ERR_INPUT, "--signals: no decoder :%s%s", name,
                           decoder_near(name, hint, sizeof hint));
    return decoder_connect(row->decoder, view->store, row->inputs) ||
           sim_err_set(err, SIM_ERR_INPUT, "--signals :%s: %s has nothing by the names it needs",
                       name, store_path(view->store));
}

static bool add_row(struct view *view, const char *name, struct sim_err *err) {
    struct view_row row;
    if (name[0] == ':') {
        if (!decoder_row(view, name + 1, &row, err))
            return false;
    } else {
        uint32_t signal = store_find(view->store, name);
        if (signal == STORE_NONE)
            return unknown_signal(view, name, err);
        row = view_signal_row(view, signal);
    }
    return view_add(view, view->n_rows, &row) ||
           sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
}

static bool add_rows(struct view *view, const char *list, struct sim_err *err) {
    while (*list) {
        char name[NAME];
        size_t length = strcspn(list, ",");
        if (!length || length >= sizeof name)
            return sim_err_set(err, SIM_ERR_INPUT,
                               "--signals: expected names with commas between them");
        memcpy(name, list, length);
        name[length] = 0;
        if (!add_row(view, name, err))
            return false;
        list += length + (list[length] == ',');
    }
    return true;
}

/* --- time ------------------------------------------------------------------------------------- */

static bool take_time(const struct view *view, const char *option, const char *text, int64_t *time,
                      struct sim_err *err) {
    return !text || view_time_read(view, text, time) ||
           sim_err_set(err, SIM_ERR_INPUT,
                       "--%s %s: expected a time like 12.5us, within what the file can count to",
                       option, text);
}

bool wave_range(const struct view *view, const struct options_wave *wave, int64_t *from,
                int64_t *to, struct sim_err *err) {
    *from = store_begin(view->store);
    *to = store_end(view->store);
    if (!take_time(view, "from", wave->from, from, err) ||
        !take_time(view, "to", wave->to, to, err))
        return false;
    return *from < *to ||
           sim_err_set(err, SIM_ERR_INPUT, "--from %s is not before --to %s",
                       wave->from ? wave->from : "the beginning", wave->to ? wave->to : "the end");
}

static bool take_range(struct view *view, const struct options_wave *wave, struct sim_err *err) {
    int64_t from, to;
    if (!wave->from && !wave->to)
        return true;
    if (!wave_range(view, wave, &from, &to, err))
        return false;
    view_set_range(view, from, view_difference(to, from));
    view->message[0] = 0;
    return true;
}

static bool take_cursor(struct view *view, unsigned i, const char *option, const char *text,
                        struct sim_err *err) {
    if (!take_time(view, option, text, &view->cursors[i], err))
        return false;
    view->cursors[i] = view_within(view, view->cursors[i]);
    return true;
}

/* --- panels ----------------------------------------------------------------------------------- */

static void open_panel(struct view *view, const char *name) {
    static const struct {
        const char *name;
        enum view_panel panel;
    } panels[] = {{"help", VIEW_HELP},
                  {"search", VIEW_SEARCH},
                  {"measure", VIEW_MEASURE},
                  {"signals", VIEW_SIGNALS}};
    for (size_t i = 0; name && i < sizeof panels / sizeof panels[0]; i++)
        if (strcmp(name, panels[i].name) == 0)
            view->panel = panels[i].panel;
    if (view->panel == VIEW_MEASURE)
        measure_run(view);
    if (view_lists(view))
        search_run(view);
}

/* What the command line names goes before what was saved. */
static bool choose_rows(struct view *view, const struct options *options, struct sim_err *err) {
    const struct options_wave *wave = &options->wave;
    if (wave->view || wave->signals) {
        view_default_range(view);
        view->active = 0;
        if (wave->view)
            return gtkw_load(view, wave->view, err);
        if (!add_rows(view, wave->signals, err))
            return false;
        view_set_active(view, 0);
        return true;
    }
    view_set_up(view, true);
    if (options->verb == OPTIONS_RUN) /* what just failed, not what was looked at before */
        view_default_range(view);
    return true;
}

static bool set_up(struct view *view, const struct options *options, struct sim_err *err) {
    const struct options_wave *wave = &options->wave;
    bool window = !wave->screenshot && !wave->svg; /* which asks the display */
    view->width = wave->width;
    view->height = wave->height;
    view->scale = wave->scale ? wave->scale : window ? 0 : 1;
    if (!choose_rows(view, options, err))
        return false;
    view->details = wave->details || (window && view->details);
    if (!take_range(view, wave, err) || !take_cursor(view, 0, "cursor", wave->cursor, err) ||
        !take_cursor(view, 1, "cursor2", wave->cursor2, err))
        return false;
    if (wave->light || wave->dark)
        view->theme = wave->light ? VIEW_LIGHT : VIEW_DARK;
    open_panel(view, wave->panel);
    return true;
}

bool wave_setup(struct view *view, const struct options *options, FILE *notes,
                struct sim_err *err) {
    if (!open_file(view, options, notes, err))
        return false;
    if (set_up(view, options, err))
        return true;
    view_finish(view);
    return false;
}
