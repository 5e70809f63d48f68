#include "harness/nearest.h"

#include <ctype.h>
#include <string.h>

#define NEAREST_MAX 63

static unsigned min3(unsigned a, unsigned b, unsigned c) {
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein distance of the first NEAREST_MAX characters. */
static unsigned distance(const char *a, const char *b) {
    unsigned row[NEAREST_MAX + 1];
    size_t na = strnlen(a, NEAREST_MAX), nb = strnlen(b, NEAREST_MAX);
    for (size_t j = 0; j <= nb; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            unsigned best = min3(row[j] + 1, row[j - 1] + 1, diagonal + !same);
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[nb];
}

const char *nearest_word(const char *word, const char *const *words, size_t n) {
    const char *best = NULL;
    unsigned best_distance = (unsigned)(strnlen(word, NEAREST_MAX) + 1) / 2 + 1;
    for (size_t i = 0; i < n; i++) {
        unsigned d = distance(word, words[i]);
        if (d < best_distance) {
            best_distance = d;
            best = words[i];
        }
    }
    return best;
}
