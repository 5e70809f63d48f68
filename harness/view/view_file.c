#include "harness/view/view_file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/json_value.h"
#include "harness/outfile.h"
#include "harness/slurp.h"
#include "harness/view/undo.h"

#define SCHEMA   "linkpulse.view/1"
#define MAX_SIZE ((size_t)8 << 20)

/* The index is the enum's value. */
static const char *const RADICES[] = {"hex", "binary", "decimal", "signed", "ascii", "real"};
static const char *const STYLES[] = {"auto", "step", "linear"};
static const char *const THEMES[] = {"dark", "light"};
#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static bool path_of(const struct view *view, char *out, size_t size) {
    int n = snprintf(out, size, "%s.lpview", store_path(view->store));
    return n > 0 && (size_t)n < size;
}

/* --- writing ------------------------------------------------------------------------------- */

static json_t *time_value(int64_t time) {
    return time == VIEW_NO_TIME ? json_null() : json_integer(time);
}

static json_t *signal_value(const struct view *view, uint32_t signal) {
    char name[VIEW_NAME];
    if (signal == STORE_NONE)
        return json_null();
    store_full_name(view->store, signal, name, sizeof name);
    return json_value_text(name);
}

static json_t *row_value(const struct view *view, const struct view_row *row) {
    json_t *out = json_object();
    if (row->kind == VIEW_LABEL) {
        json_object_set_new(out, "comment", json_value_text(row->label));
        return out;
    }
    if (row->kind == VIEW_DECODER) {
        json_t *inputs = json_array();
        for (size_t i = 0; i < DECODE_MAX_INPUTS; i++)
            json_array_append_new(inputs, signal_value(view, row->inputs[i]));
        json_object_set_new(out, "decoder", json_string(row->decoder->name));
        json_object_set_new(out, "inputs", inputs);
    } else {
        json_object_set_new(out, "signal", signal_value(view, row->signal));
        json_object_set_new(out, "radix", json_string(RADICES[row->radix]));
        json_object_set_new(out, "style", json_string(STYLES[row->style]));
    }
    json_object_set_new(out, "height", json_integer(row->height));
    if (row->label[0])
        json_object_set_new(out, "label", json_value_text(row->label));
    return out;
}

static json_t *markers_value(const struct view *view) {
    json_t *out = json_object();
    for (int i = 0; i < VIEW_MARKERS; i++)
        if (view->markers[i] != VIEW_NO_TIME)
            json_object_set_new(out, (char[]){(char)('a' + i), 0}, json_integer(view->markers[i]));
    return out;
}

char *view_file_dump(const struct view *view) {
    json_t *root = json_object(), *rows = json_array();
    for (size_t i = 0; i < view->n_rows; i++)
        json_array_append_new(rows, row_value(view, &view->rows[i]));
    json_object_set_new(root, "schema", json_string(SCHEMA));
    json_object_set_new(root, "tick", json_integer(store_exponent(view->store)));
    json_object_set_new(root, "from", json_integer(view->from));
    json_object_set_new(root, "span", json_integer(view->span));
    json_object_set_new(
        root, "cursors",
        json_pack("[oo]", time_value(view->cursors[0]), time_value(view->cursors[1])));
    json_object_set_new(root, "cursor", json_integer(view->cursor));
    json_object_set_new(root, "snap", json_boolean(view->snap));
    json_object_set_new(root, "markers", markers_value(view));
    json_object_set_new(root, "theme", json_string(THEMES[view->theme]));
    json_object_set_new(root, "names_width", json_integer(view->names_width));
    json_object_set_new(root, "details", json_boolean(view->details));
    json_object_set_new(root, "top", json_integer((json_int_t)view->top));
    json_object_set_new(root, "active", json_integer((json_int_t)view->active));
    json_object_set_new(root, "rows", rows);
    return json_value_dump(root);
}

static bool can_write(const char *path) {
    char folder[VIEW_NAME];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
             slash ? path : ".");
    return access(folder, W_OK) == 0;
}

bool view_file_save(const struct view *view, struct sim_err *err) {
    char path[VIEW_NAME];
    if (!path_of(view, path, sizeof path))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "the path of the view file is too long");
    if (!can_write(path))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: its folder cannot be written", path);
    char *text = view_file_dump(view);
    if (!text)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: not enough memory", path);
    bool ok = outfile_write(path, text, err);
    free(text);
    return ok;
}

/* --- reading ------------------------------------------------------------------------------- */

struct reader {
    struct view *view; /* filled; not the one that is shown */
    const char *name;
    int tick;
    size_t n_unknown;
    char unknown[96]; /* the first of them */
    struct sim_err *err;
};

static bool wrong(struct reader *r, const char *key, const char *expected) {
    return sim_err_at(r->err, SIM_ERR_INPUT, r->name, 0, "%s: expected %s", key, expected);
}

/* From the ticks it was saved with to those of the file now; saturates. */
static int64_t rescale(const struct reader *r, int64_t ticks) {
    int to = store_exponent(r->view->store), e = r->tick;
    for (; e > to && ticks; e--) {
        if (ticks > INT64_MAX / 20 || ticks < INT64_MIN / 20)
            return ticks < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
        ticks *= 10;
    }
    for (; e < to && ticks; e++)
        ticks /= 10;
    return ticks;
}

static bool read_integer(struct reader *r, const json_t *object, const char *key, int64_t least,
                         int64_t most, int64_t *out) {
    const json_t *value = json_object_get(object, key);
    if (!value)
        return true; /* what is not there stays as it is */
    if (!json_is_integer(value))
        return wrong(r, key, "a whole number");
    *out = json_integer_value(value);
    if (*out < least || *out > most)
        return wrong(r, key, "a number within its bounds");
    return true;
}

static bool read_flag(struct reader *r, const json_t *object, const char *key, bool *out) {
    const json_t *value = json_object_get(object, key);
    if (value && !json_is_boolean(value))
        return wrong(r, key, "true or false");
    if (value)
        *out = json_is_true(value);
    return true;
}

/* One of a list of words; its index. */
static bool read_word(struct reader *r, const json_t *object, const char *key,
                      const char *const *words, size_t n, size_t *out) {
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    if (!value)
        return true;
    for (*out = 0; text && *out < n; ++*out)
        if (strcmp(words[*out], text) == 0)
            return true;
    char expected[128] = "one of";
    for (size_t i = 0; i < n; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, " %s", words[i]);
    }
    return wrong(r, key, expected);
}

static bool read_time(struct reader *r, const json_t *value, const char *key, int64_t *out) {
    if (!json_is_null(value) && !json_is_integer(value))
        return wrong(r, key, "a time in ticks, or null");
    *out = VIEW_NO_TIME;
    if (!json_is_null(value))
        *out = view_within(r->view, rescale(r, json_integer_value(value)));
    return true;
}

static void miss(struct reader *r, const char *name) {
    if (!r->n_unknown++)
        snprintf(r->unknown, sizeof r->unknown, "%s", name);
}

static bool find_signal(struct reader *r, const json_t *value, uint32_t *signal) {
    const char *name = json_string_value(value);
    *signal = STORE_NONE;
    if (!name)
        return json_is_null(value) || wrong(r, "rows", "names of signals");
    *signal = store_find(r->view->store, name);
    if (*signal == STORE_NONE)
        miss(r, name);
    return true;
}

static bool read_signal_row(struct reader *r, const json_t *object, struct view_row *row,
                            bool *known) {
    size_t radix, style;
    if (!find_signal(r, json_object_get(object, "signal"), &row->signal))
        return false;
    *known = row->signal != STORE_NONE;
    if (*known)
        *row = view_signal_row(r->view, row->signal);
    radix = row->radix;
    style = row->style;
    if (!read_word(r, object, "radix", RADICES, LENGTH(RADICES), &radix) ||
        !read_word(r, object, "style", STYLES, LENGTH(STYLES), &style))
        return false;
    row->radix = (enum view_radix)radix;
    row->style = (enum view_style)style;
    return true;
}

static bool read_decoder_row(struct reader *r, const json_t *object, struct view_row *row,
                             bool *known) {
    const char *name = json_string_value(json_object_get(object, "decoder"));
    const json_t *inputs = json_object_get(object, "inputs");
    size_t unknown = r->n_unknown;
    row->kind = VIEW_DECODER;
    if (!name || !json_is_array(inputs) || json_array_size(inputs) > DECODE_MAX_INPUTS)
        return wrong(r, "rows", "decoders with a name and at most 4 inputs");
    decoder_disconnect(row->inputs);
    for (size_t i = 0; i < json_array_size(inputs); i++)
        if (!find_signal(r, json_array_get(inputs, i), &row->inputs[i]))
            return false;
    row->decoder = decoder_find(name);
    if (!row->decoder)
        miss(r, name);
    *known = unknown == r->n_unknown;
    return true;
}

static bool read_label(struct reader *r, const json_t *value, struct view_row *row) {
    if (value && !json_is_string(value))
        return wrong(r, "label", "a text");
    if (value)
        snprintf(row->label, sizeof row->label, "%s", json_string_value(value));
    return true;
}

static bool read_row(struct reader *r, const json_t *object) {
    struct view_row row = {.kind = VIEW_LABEL, .signal = STORE_NONE, .height = 1};
    const json_t *comment = json_object_get(object, "comment");
    bool known = true, ok = true;
    int64_t height;
    if (comment)
        ok = read_label(r, comment, &row);
    else if (json_object_get(object, "decoder"))
        ok = read_decoder_row(r, object, &row, &known);
    else if (json_object_get(object, "signal"))
        ok = read_signal_row(r, object, &row, &known);
    else
        return wrong(r, "rows", "objects with a signal, a decoder or a comment");
    height = row.height;
    if (!ok || !read_integer(r, object, "height", 1, VIEW_HEIGHT, &height) ||
        (!comment && !read_label(r, json_object_get(object, "label"), &row)))
        return false;
    row.height = (unsigned)height;
    return !known || view_add(r->view, r->view->n_rows, &row) ||
           sim_err_set(r->err, SIM_ERR_ENVIRONMENT, "%s: not enough memory", r->name);
}

static bool read_rows(struct reader *r, const json_t *root) {
    const json_t *rows = json_object_get(root, "rows");
    if (!json_is_array(rows) || json_array_size(rows) > VIEW_MAX_ROWS)
        return wrong(r, "rows", "a list of at most 20000");
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (!read_row(r, json_array_get(rows, i)))
            return false;
    return true;
}

static bool read_marks(struct reader *r, const json_t *root) {
    const json_t *cursors = json_object_get(root, "cursors");
    json_t *markers = json_object_get(root, "markers"), *value;
    const char *key;
    if (cursors && json_array_size(cursors) != 2)
        return wrong(r, "cursors", "two times");
    for (size_t i = 0; i < json_array_size(cursors); i++)
        if (!read_time(r, json_array_get(cursors, i), "cursors", &r->view->cursors[i]))
            return false;
    if (markers && !json_is_object(markers))
        return wrong(r, "markers", "times by letter");
    for (size_t i = 0; i < VIEW_MARKERS; i++)
        r->view->markers[i] = VIEW_NO_TIME;
    json_object_foreach(markers, key, value) {
        if (key[0] < 'a' || key[0] > 'z' || key[1])
            return wrong(r, "markers", "letters a to z");
        if (!read_time(r, value, "markers", &r->view->markers[key[0] - 'a']))
            return false;
    }
    return true;
}

static bool read_range(struct reader *r, const json_t *root) {
    int64_t from = 0, span = 1, tick = 0;
    if (!json_is_integer(json_object_get(root, "from")) ||
        !json_is_integer(json_object_get(root, "span")))
        return wrong(r, "from, span", "times in ticks");
    if (!read_integer(r, root, "tick", -30, 10, &tick) ||
        !read_integer(r, root, "from", INT64_MIN, INT64_MAX, &from) ||
        !read_integer(r, root, "span", 1, INT64_MAX, &span))
        return false;
    r->tick = (int)tick;
    view_set_range(r->view, rescale(r, from), rescale(r, span));
    return true;
}

static bool read_looks(struct reader *r, const json_t *root) {
    struct view *view = r->view;
    int64_t cursor = view->cursor, width = view->names_width, top = 0, active = INT64_MAX;
    size_t theme = view->theme;
    if (!read_integer(r, root, "cursor", 0, 1, &cursor) ||
        !read_flag(r, root, "snap", &view->snap) ||
        !read_flag(r, root, "details", &view->details) ||
        !read_word(r, root, "theme", THEMES, LENGTH(THEMES), &theme) ||
        !read_integer(r, root, "names_width", 0, 4000, &width) ||
        !read_integer(r, root, "top", 0, INT64_MAX, &top) ||
        !read_integer(r, root, "active", 0, INT64_MAX, &active))
        return false;
    view->cursor = (unsigned)cursor;
    view->theme = (enum view_theme)theme;
    view->names_width = (unsigned)width;
    view->active = (size_t)active < view->n_rows ? (size_t)active : view->n_rows;
    view->top = (size_t)top < view->n_rows ? (size_t)top : 0;
    return true;
}

static bool read_root(struct reader *r, const json_t *root) {
    const char *schema = json_string_value(json_object_get(root, "schema"));
    if (!schema)
        return wrong(r, "schema", "\"" SCHEMA "\"");
    if (strcmp(schema, SCHEMA) != 0)
        return sim_err_at(r->err, SIM_ERR_INPUT, r->name, 0,
                          "found schema \"%s\", expected \"" SCHEMA "\"", schema);
    return read_range(r, root) && read_marks(r, root) && read_rows(r, root) && read_looks(r, root);
}

static void say_unknown(struct view *view, const struct reader *r) {
    if (r->n_unknown == 1)
        view_say(view, "the saved view has %s, which this file has not", r->unknown);
    else if (r->n_unknown)
        view_say(view, "the saved view has %s and %zu others, which this file has not", r->unknown,
                 r->n_unknown - 1);
}

/* What was read takes the place of what is shown. */
static void commit(struct view *view, struct view *fresh, const struct reader *r) {
    free(view->rows);
    past_clear(view);
    *view = *fresh;
    view->past = NULL;
    say_unknown(view, r);
}

bool view_file_apply(struct view *view, const char *name, const char *text, size_t size,
                     struct sim_err *err) {
    json_error_t at;
    struct view fresh = view_without_rows(view);
    struct reader r = {.view = &fresh, .name = name, .err = err};
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
    if (!root)
        return sim_err_at(err, SIM_ERR_INPUT, name, at.line > 0 ? at.line : 0, "%s", at.text);
    fresh.past = NULL;
    bool ok = read_root(&r, root);
    if (ok)
        commit(view, &fresh, &r);
    else
        free(fresh.rows);
    json_decref(root);
    return ok;
}

bool view_file_take(struct view *view, const char *path,
                    bool (*apply)(struct view *view, const char *name, const char *text,
                                  size_t size, struct sim_err *err),
                    struct sim_err *err) {
    size_t size;
    char *text = slurp_regular(path, MAX_SIZE, &size, err);
    bool ok = text && apply(view, path, text, size, err);
    free(text);
    return ok;
}

bool view_file_load(struct view *view, bool *found, struct sim_err *err) {
    char path[VIEW_NAME];
    *found = path_of(view, path, sizeof path) && access(path, F_OK) == 0;
    return !*found || view_file_take(view, path, view_file_apply, err);
}
