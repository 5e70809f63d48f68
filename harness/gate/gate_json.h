/* Values of the gate's JSON and SARIF. */
#ifndef HARNESS_GATE_GATE_JSON_H
#define HARNESS_GATE_GATE_JSON_H

#include <jansson.h>
#include <stdint.h>

/* 15 significant digits: every decimal figure of a datasheet comes back as written. */
#define GATE_JSON_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

json_t *gate_json_text(const char *string); /* cleaned, see report_clean() */
json_t *gate_json_text_or_null(const char *string);
json_t *gate_json_count(uint64_t n);
json_t *gate_json_number(double x); /* null when not finite */
/* With one newline at the end; consumes `root`. NULL: out of memory. */
char *gate_json_dump(json_t *root);

#endif
