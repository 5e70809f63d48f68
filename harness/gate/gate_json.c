#include "harness/gate/gate_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report.h"

json_t *gate_json_text(const char *string) {
    char clean[1100];
    report_clean(string, clean, sizeof clean);
    return json_string(clean);
}

json_t *gate_json_text_or_null(const char *string) {
    return string[0] ? gate_json_text(string) : json_null();
}

json_t *gate_json_count(uint64_t n) {
    return json_integer((json_int_t)n);
}

json_t *gate_json_number(double x) {
    if (!isfinite(x))
        return json_null();
    return json_real(x == 0 ? 0 : x); /* never -0 */
}

char *gate_json_dump(json_t *root) {
    char *dump = json_dumps(root, GATE_JSON_FLAGS);
    json_decref(root);
    size_t length = dump ? strlen(dump) : 0;
    char *line = dump ? realloc(dump, length + 2) : NULL;
    if (line)
        memcpy(line + length, "\n", 2);
    else
        free(dump);
    return line;
}
