/* Where a board's settings come from: an .ini through libinih, or --set. */
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "harness/board_config_keys.h"
#include "harness/slurp.h"

#define MAX_SECTION 48 /* libinih cuts longer section names silently */

/* The text handed to libinih line by line: its own buffers cut long lines and join
 * indented ones, here the first is an error and blanks in front are dropped. */
struct source {
    const char *at;
    struct board_config *config;
    struct config_place place;
    bool failed;
};

bool board_config_fail(const struct config_place *place, const char *format, ...) {
    va_list args;
    va_start(args, format);
    sim_err_vset(place->err, SIM_ERR_INPUT, format, args);
    va_end(args);
    if (place->assignment) {
        char text[sizeof place->err->text];
        memcpy(text, place->err->text, sizeof text);
        return sim_err_set(place->err, SIM_ERR_INPUT, "--set %s: %s", place->assignment, text);
    }
    sim_format(place->err->file, sizeof place->err->file, "%s", place->file);
    place->err->line = place->line;
    return false;
}

static char *stop(struct source *source, const char *text) {
    board_config_fail(&source->place, "%s", text);
    source->failed = true;
    return NULL;
}

/* As fgets() for libinih: the next line into `out`, or NULL at the end. */
static char *next_line(char *out, int size, void *stream) {
    struct source *source = stream;
    if (source->failed || !*source->at)
        return NULL;
    source->place.line++;
    const char *start = source->at;
    size_t n = strcspn(start, "\n");
    source->at += n + (start[n] == '\n');
    while (n && (*start == ' ' || *start == '\t')) {
        start++;
        n--;
    }
    if (n + 2 > (size_t)size)
        return stop(source, "the line is too long; expected at most 190 characters");
    if (*start == '[' && n && memchr(start, ']', n) &&
        (size_t)((const char *)memchr(start, ']', n) - start) > MAX_SECTION)
        return stop(source, "the section's name is too long; expected at most 48 characters");
    memcpy(out, start, n);
    memcpy(out + n, "\n", 2);
    return out;
}

static int take(void *user, const char *section, const char *name, const char *value) {
    struct source *source = user;
    if (!source->failed &&
        !board_config_apply(source->config, section, name, value, &source->place))
        source->failed = true;
    return !source->failed;
}

static bool parse(struct board_config *config, const char *text, const char *name,
                  bool waivers_only, struct sim_err *err) {
    long seen[BOARD_CONFIG_MAX_KEYS] = {0};
    unsigned waivers = config->n_waivers;
    struct source source = {
        .at = text,
        .config = config,
        .place = {.file = name, .seen = seen, .waivers_only = waivers_only, .err = err}};
    /* ini_parse_stream() gives its reader one pointer and its handler another: both need
     * the same source. */
    int line = ini_parse_stream(next_line, &source, take, &source);
    /* libinih goes on behind a line it cannot read: the first mistake is the one to name. */
    if (line && (!source.failed || line < err->line))
        return sim_err_at(err, SIM_ERR_INPUT, name, line > 0 ? line : 0,
                          "neither a [section] nor key = value");
    return !source.failed && board_config_waivers_whole(config, waivers, &source.place);
}

bool board_config_parse(struct board_config *config, const char *text, const char *name,
                        struct sim_err *err) {
    if (!parse(config, text, name, false, err))
        return false;
    sim_format(config->file, sizeof config->file, "%s", name);
    return true;
}

static bool read_file(struct board_config *config, const char *path, bool waivers_only,
                      struct sim_err *err) {
    size_t size;
    char *text = slurp_file(path, SLURP_CONFIG_MAX, &size, err);
    if (!text)
        return false;
    bool good = strlen(text) == size;
    if (!good)
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "holds a NUL octet; expected text");
    else if (waivers_only)
        good = parse(config, text, path, true, err);
    else
        good = board_config_parse(config, text, path, err);
    free(text);
    return good;
}

bool board_config_read(struct board_config *config, const char *path, struct sim_err *err) {
    return read_file(config, path, false, err);
}

bool board_config_read_waivers(struct board_config *config, const char *path, struct sim_err *err) {
    return read_file(config, path, true, err);
}

/* `text` without blanks at its ends, in `out`; false when it does not fit. */
static bool trimmed(char *out, size_t size, const char *text, size_t n) {
    while (n && (*text == ' ' || *text == '\t')) {
        text++;
        n--;
    }
    while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    if (n >= size)
        return false;
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

/* The last dot in front of '=' parts section and key: sections may hold dots. */
bool board_config_set(struct board_config *config, const char *assignment, struct sim_err *err) {
    struct config_place place = {.assignment = assignment, .err = err};
    const char *equals = strchr(assignment, '='), *dot = equals;
    while (dot && dot > assignment && *dot != '.')
        dot--;
    if (!equals || *dot != '.')
        return board_config_fail(&place, "expected section.key=value");
    char section[128], key[128], value[512];
    if (!trimmed(section, sizeof section, assignment, (size_t)(dot - assignment)) ||
        !trimmed(key, sizeof key, dot + 1, (size_t)(equals - dot - 1)) ||
        !trimmed(value, sizeof value, equals + 1, strlen(equals + 1)))
        return board_config_fail(&place, "is too long");
    return board_config_apply(config, section, key, value, &place);
}
