#include "harness/view/view_open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/view/gtkw.h"
#include "harness/view/search.h"
#include "harness/view/view_file.h"

static void note(struct view *view, const char *text) {
    if (!view->message[0])
        view_say(view, "%s", text);
}

bool view_open_waves(struct view *view, const char *path, const struct store_settings *settings,
                     struct view_notes *notes, struct sim_err *err) {
    struct sidecar *sidecar = NULL;
    struct store *store = store_open(path, settings, err);
    *notes = (struct view_notes){.sidecar = SIM_ERR_INIT};
    if (!store)
        return false;
    if (!sidecar_load(path, store, &sidecar, &notes->sidecar))
        sidecar = NULL;
    struct code *code = sidecar ? code_open(sidecar, path, notes->code, sizeof notes->code) : NULL;
    view_init(view, store, sidecar, code);
    view->settings = *settings;
    return true;
}

/* The rows that someone made for GTKWave. */
static bool take_gtkw(struct view *view) {
    char path[VIEW_NAME];
    struct sim_err err = SIM_ERR_INIT;
    if (view_is_own(view) || !gtkw_beside(view, path, sizeof path))
        return false;
    if (!gtkw_load(view, path, &err))
        note(view, err.text);
    return view->n_rows > 0;
}

void view_set_up(struct view *view, bool saved) {
    struct sim_err err = SIM_ERR_INIT;
    bool found = false;
    if (saved && !view_file_load(view, &found, &err))
        note(view, err.text);
    if (found && !err.text[0])
        return;
    if (take_gtkw(view))
        return;
    view_default_rows(view);
    view_default_range(view);
}

/* --- the file again ------------------------------------------------------------------------ */

/* What belongs to the window and not to the file. */
static void take_window(struct view *to, const struct view *from) {
    to->width = from->width;
    to->height = from->height;
    to->scale = from->scale;
    to->theme = from->theme;
    to->verbose = from->verbose;
    to->pointer = VIEW_NO_TIME;
}

static void take_panels(struct view *to, const struct view *from) {
    to->panel = from->panel;
    to->detail = from->detail;
    to->measure.level = from->measure.level;
    memcpy(to->query, from->query, sizeof to->query);
    memcpy(to->value, from->value, sizeof to->value);
    if (view_lists(to))
        search_run(to);
}

static void follow_end(struct view *to, const struct view *from) {
    int64_t begin = store_begin(from->store), end = store_end(from->store);
    int64_t now = store_end(to->store);
    bool at_end = from->from + from->span >= end;
    if (at_end && from->from <= begin)
        view_set_whole(to);
    else if (at_end)
        view_set_range(to, view_sum(from->from, view_difference(now, end)), from->span);
}

/* Behind a window there is nowhere else to tell what was left out. */
static bool open_again(struct view *view, const char *path, const struct store_settings *settings,
                       struct sim_err *err) {
    struct view_notes notes;
    if (!view_open_waves(view, path, settings, &notes, err))
        return false;
    note(view, notes.sidecar.text);
    note(view, store_note(view->store) ? store_note(view->store) : "");
    note(view, notes.code);
    return true;
}

bool view_reopen(struct view *view, const char *path, struct sim_err *err) {
    struct view fresh;
    struct sim_err fault = SIM_ERR_INIT;
    char name[VIEW_NAME];
    bool same = !path || strcmp(path, store_path(view->store)) == 0;
    snprintf(name, sizeof name, "%s", same ? store_path(view->store) : path);
    if (!open_again(&fresh, name, &view->settings, err))
        return false;
    take_window(&fresh, view);
    if (same) {
        char *text = view_file_dump(view);
        if (!text || !view_file_apply(&fresh, name, text, strlen(text), &fault))
            view_set_up(&fresh, false);
        free(text);
        take_panels(&fresh, view);
        follow_end(&fresh, view);
    } else {
        view_set_up(&fresh, true);
    }
    view_finish(view);
    *view = fresh;
    return true;
}
