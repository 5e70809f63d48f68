#include "harness/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/outfile.h"

const char *report_kind(enum run_failure_kind kind) {
    static const char *const names[] = {
        [RUN_LOST] = "lost", [RUN_CORRUPT] = "corrupt", [RUN_EXTRA] = "extra"};
    return names[kind];
}

bool report_colour(FILE *out) {
    const char *never = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
    if (never && *never)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return isatty(fileno(out)) == 1;
}

/* Length of the valid UTF-8 sequence at `s` (RFC 3629: no overlong forms, no surrogates,
 * nothing above U+10FFFF, and no noncharacters U+FFFE/F, which XML forbids), or 0. */
static size_t sequence(const unsigned char *s) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    uint32_t code = s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    bool bad = code < least[n] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff ||
               (code & 0xfffe) == 0xfffe;
    return bad ? 0 : n;
}

void report_clean(const char *text, char *out, size_t size) {
    const unsigned char *s = (const unsigned char *)text;
    size_t used = 0;
    while (*s) {
        size_t n = sequence(s);
        bool keep = n > 1 || (n == 1 && *s >= 0x20 && *s != 0x7f);
        if (used + (keep ? n : 1) >= size)
            break;
        if (keep)
            memcpy(out + used, s, n);
        else
            out[used] = '?';
        used += keep ? n : 1;
        s += n ? n : 1;
    }
    out[used] = 0;
}

void run_result_total(const struct run_result *result, struct run_capture *total) {
    *total = (struct run_capture){0};
    for (size_t i = 0; i < result->n_captures; i++) {
        const struct run_capture *c = &result->captures[i];
        total->frames += c->frames;
        total->sent += c->sent;
        total->recovered += c->recovered;
        total->lost += c->lost;
        total->corrupt += c->corrupt;
        total->extra += c->extra;
        total->delivered += c->delivered;
        total->refused += c->refused;
        total->dropped_after += c->dropped_after;
    }
}

char *report_close(FILE *out, char **text) {
    bool bad = ferror(out) != 0;
    if (fclose(out) == 0 && !bad)
        return *text;
    free(*text);
    return NULL;
}

bool report_write(char *text, const char *path, struct sim_err *err) {
    bool good = text ? outfile_write(path, text, err)
                     : sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory for %s", path);
    free(text);
    return good;
}

bool report_json_write(const struct run_result *result, const char *path, bool no_host,
                       struct sim_err *err) {
    return report_write(report_json(result, no_host), path, err);
}

bool report_junit_write(const struct run_result *result, const char *path, struct sim_err *err) {
    return report_write(report_junit(result), path, err);
}
