#include "harness/options_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool options_u64(const char *text, uint64_t *value) {
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    /* strtoull would take spaces and a sign; a seed has neither. */
    if (!*digits || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits))
        return false;
    errno = 0;
    *value = strtoull(digits, NULL, hex ? 16 : 10);
    return errno == 0;
}

bool options_octets(const char *text, unsigned *octets, struct sim_err *err) {
    uint64_t value;
    if (!options_u64(text, &value) || value < 14 || value > 1514)
        return sim_err_set(err, SIM_ERR_INPUT, "--octets %s: expected a number from 14 to 1514",
                           text);
    *octets = (unsigned)value;
    return true;
}

bool options_jobs(const char *text, unsigned *jobs, struct sim_err *err) {
    uint64_t value;
    if (!options_u64(text, &value) || value < 1 || value > 1024)
        return sim_err_set(err, SIM_ERR_INPUT, "--jobs %s: expected a number from 1 to 1024", text);
    *jobs = (unsigned)value;
    return true;
}

/* Microseconds with up to six decimals, exactly, as picoseconds. */
static bool microseconds(const char **text, sim_time *time) {
    int64_t whole = 0, scale = SIM_US, fraction = 0;
    const char *p = *text;
    size_t digits = strspn(p, "0123456789");
    if (digits < 1 || digits > 12)
        return false;
    for (; digits; digits--)
        whole = whole * 10 + (*p++ - '0');
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9' && scale > 1; p++) {
            scale /= 10;
            fraction += (*p - '0') * scale;
        }
    *time = whole * SIM_US + fraction;
    *text = p;
    return true;
}

bool options_window(const char *text, struct options_window *window, struct sim_err *err) {
    const char *p = text;
    *window = (struct options_window){0};
    if (strcmp(text, "auto") == 0) {
        window->kind = OPTIONS_WINDOW_AUTO;
        return true;
    }
    if (!strchr(text, ':') && options_u64(text, &window->frame) && window->frame > 0) {
        window->kind = OPTIONS_WINDOW_FRAME;
        return true;
    }
    window->kind = OPTIONS_WINDOW_TIME;
    if (microseconds(&p, &window->start) && *p++ == ':' && microseconds(&p, &window->end) && !*p &&
        window->end > window->start)
        return true;
    return sim_err_set(err, SIM_ERR_INPUT,
                       "--trace-window %s: expected auto, a frame number from 1, or START:END in "
                       "microseconds",
                       text);
}

bool options_engine(const char *value, struct sim_err *err) {
    return strcmp(value, "event") == 0 || strcmp(value, "rtl") == 0 ||
           sim_err_set(err, SIM_ERR_INPUT, "--engine %s: expected event or rtl", value);
}

bool options_is_rtl(const struct options *options) {
    return options->engine && strcmp(options->engine, "rtl") == 0;
}

bool options_seed(const char *text, uint64_t *seed, struct sim_err *err) {
    if (options_u64(text, seed))
        return true;
    return sim_err_set(err, SIM_ERR_INPUT,
                       "--seed %s: expected 0 to 18446744073709551615, decimal or 0x", text);
}

bool options_no_meaning(const char *name, struct sim_err *err) {
    return sim_err_set(err, SIM_ERR_UNMODELLED, "option %s has a row and no meaning", name);
}
