#include "harness/markup.h"

#include "harness/report.h"

/* What report_clean() leaves needs the five named entities alone (XML 1.0, 2.2 and 2.4);
 * &apos; is known to HTML since its version 5. */
void markup_put(FILE *out, const char *text) {
    char clean[RUN_MAX_REPEAT]; /* the longest text there is */
    report_clean(text, clean, sizeof clean);
    for (const char *p = clean; *p; p++) {
        switch (*p) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&apos;", out);
            break;
        default:
            fputc(*p, out);
        }
    }
}

void markup_attribute(FILE *out, const char *name, const char *value) {
    fprintf(out, " %s=\"", name);
    markup_put(out, value);
    fputc('"', out);
}
