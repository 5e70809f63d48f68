#include "harness/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report.h"

json_t *json_value_text(const char *string) {
    size_t size = strlen(string) + 1; /* cleaned it is no longer */
    char *clean = malloc(size);
    if (!clean)
        return NULL; /* as json_string() */
    report_clean(string, clean, size);
    json_t *value = json_string(clean);
    free(clean);
    return value;
}

json_t *json_value_text_or_null(const char *string) {
    return string[0] ? json_value_text(string) : json_null();
}

json_t *json_value_count(uint64_t n) {
    return json_integer((json_int_t)n);
}

json_t *json_value_number(double x) {
    if (!isfinite(x))
        return json_null();
    return json_real(x == 0 ? 0 : x); /* never -0 */
}

char *json_value_dump(json_t *root) {
    char *dump = json_dumps(root, JSON_VALUE_FLAGS);
    json_decref(root);
    size_t length = dump ? strlen(dump) : 0;
    char *line = dump ? realloc(dump, length + 2) : NULL;
    if (line)
        memcpy(line + length, "\n", 2);
    else
        free(dump);
    return line;
}

void json_value_unquote_seed(char *json) {
    static const char key[] = "\"seed\": \"";
    char *open = json ? strstr(json, key) : NULL;
    if (!open)
        return;
    open += sizeof key - 2;
    char *close = strchr(open + 1, '"');
    memmove(close, close + 1, strlen(close));
    memmove(open, open + 1, strlen(open));
}
