/* Text within XML and HTML. */
#ifndef HARNESS_MARKUP_H
#define HARNESS_MARKUP_H

#include <stdio.h>

/* Escaped for text and attribute values; control characters and broken UTF-8 become '?'. */
void markup_put(FILE *out, const char *text);
/* ` name="value"`, the value escaped. */
void markup_attribute(FILE *out, const char *name, const char *value);

#endif
