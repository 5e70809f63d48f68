/* Values of the reports' JSON. */
#ifndef HARNESS_JSON_VALUE_H
#define HARNESS_JSON_VALUE_H

#include <jansson.h>
#include <stdint.h>

/* 15 significant digits: every decimal figure of a datasheet comes back as written. */
#define JSON_VALUE_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

json_t *json_value_text(const char *string); /* cleaned, see report_clean() */
json_t *json_value_text_or_null(const char *string);
json_t *json_value_count(uint64_t n);
json_t *json_value_number(double x); /* null when not finite */
/* With one newline at the end; consumes `root`. NULL: out of memory. */
char *json_value_dump(json_t *root);

/* The seed is an integer of the full 64 bits, which jansson's signed one cannot hold: it is
 * dumped as a string and loses its quotes here. The first such key is the right one, since
 * only fixed text may stand before it. NULL is accepted. */
void json_value_unquote_seed(char *json);

#endif
