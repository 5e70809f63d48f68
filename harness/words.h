/* Work on names: the nearest of a list (for messages), natural order. */
#ifndef HARNESS_WORDS_H
#define HARNESS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Levenshtein distance without regard to ASCII case, over the first 63 characters. */
unsigned words_distance(const char *a, const char *b);

/* Search for the name nearest to `wanted`: set `wanted`, offer every candidate. */
struct words_near {
    const char *wanted;
    const char *best; /* NULL until one was offered */
    unsigned distance;
};
void words_near_offer(struct words_near *near, const char *candidate);
/* The text to append to an error: `; nearest is "X"`, or "" when nothing was offered. */
const char *words_near_hint(const struct words_near *near, char *out, size_t size);

/* The nearest of n known words, the first of equals; NULL when n is 0 or nothing is nearer
 * than rewriting half of `word`. */
const char *words_nearest(const char *word, const char *const *words, size_t n);

/* "C2" before "C10": digit runs compare as numbers. Like strcmp in its result. */
int words_natural_compare(const char *a, const char *b);

bool words_equal_nocase(const char *a, const char *b);
bool words_contain_nocase(const char *text, const char *part);
char words_lower(char c); /* ASCII only, whatever the locale */

#endif
