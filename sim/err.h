/* One error, as data: what went wrong, where, and with which exit code.
 *
 * Fallible functions take `struct sim_err *` (never NULL) and return false after
 * filling it. Nothing below the harness prints. The harness prints it as one line,
 *     FILE:LINE: TEXT
 * and exits with `cls`.
 */
#ifndef SIM_ERR_H
#define SIM_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum sim_err_class {
    SIM_ERR_NONE = 0,
    SIM_ERR_INPUT = 2,       /* bad input file, wrong usage, nothing to replay */
    SIM_ERR_UNMODELLED = 3,  /* a part or topology without a model; internal error */
    SIM_ERR_ENVIRONMENT = 4, /* a tool, a privilege or memory is missing */
};

struct sim_err {
    enum sim_err_class cls;
    char file[256]; /* "" when the error has no file */
    long line;      /* 1-based; 0 when unknown */
    long offset;    /* byte offset in a binary file; -1 when unknown */
    char text[768]; /* what was found, what was expected; one line, no newline */
};

#define SIM_ERR_INIT ((struct sim_err){.offset = -1})

/* Fill `err`. The format knows %s (NULL prints as "?"), %d (int), %u (unsigned), %ld, %c, %g
 * (6 significant digits at most, no exponent below 1e9) and %%; control characters in
 * strings become '?', what does not fit is cut. Always returns false, so that a caller
 * can write `return sim_err_set(err, ...)`. */
bool sim_err_set(struct sim_err *err, enum sim_err_class cls, const char *format, ...);
bool sim_err_vset(struct sim_err *err, enum sim_err_class cls, const char *format, va_list args);

/* The same with a place: `file` may be NULL, `line` 0. */
bool sim_err_at(struct sim_err *err, enum sim_err_class cls, const char *file, long line,
                const char *format, ...);

/* The small formatter itself, for sim, which has no stdio. Returns the length written,
 * at most size - 1; always terminates. */
unsigned sim_format(char *out, unsigned size, const char *format, ...);
unsigned sim_vformat(char *out, unsigned size, const char *format, va_list args);

#endif
