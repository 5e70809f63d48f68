/* What a run found, for people and for machines. Nothing here decides anything: the
 * verdict is in the result. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/run_result.h"
#include "sim/err.h"

/* Readable text; the last line is the verdict and the command that repeats it. */
void report_text(const struct run_result *result, FILE *out, bool colour);
/* Whether `out` gets colour: NO_COLOR over CLICOLOR_FORCE over a terminal. */
bool report_colour(FILE *out);

/* JSON, schema linkpulse.run/1, keys in a fixed order, one newline at the end; malloc'ed,
 * NULL when out of memory. `no_host`: without what differs between machines (`host` left
 * out, real_time_factor null). Numbers that are not finite become null. Only a damaged
 * capture has `partial` and `damage`, only an interrupted run a `partial` of its own. */
char *report_json(const struct run_result *result, bool no_host);
/* JUnit XML, likewise malloc'ed: one test case per capture. */
char *report_junit(const struct run_result *result);

bool report_json_write(const struct run_result *result, const char *path, bool no_host,
                       struct sim_err *err);
bool report_junit_write(const struct run_result *result, const char *path, struct sim_err *err);

/* Closes `out`, which open_memstream() opened on *text: the text, malloc'ed; NULL when out of
 * memory. */
char *report_close(FILE *out, char **text);
/* Writes `text` as the whole file `path` and frees it; NULL is out of memory. */
bool report_write(char *text, const char *path, struct sim_err *err);

/* "lost", "corrupt", "extra". */
const char *report_kind(enum run_failure_kind kind);

/* Copy with every octet that is not part of valid UTF-8 (RFC 3629), and every control
 * character, replaced by '?'; cut at a character boundary. */
void report_clean(const char *text, char *out, size_t size);

#endif
