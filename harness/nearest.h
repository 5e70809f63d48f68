/* The known word nearest to a mistyped one. */
#ifndef HARNESS_NEAREST_H
#define HARNESS_NEAREST_H

#include <stddef.h>

/* The word at the smallest edit distance (insert, delete, replace; letter case does not
 * count); the first of equals. NULL when n is 0 or nothing is nearer than rewriting the
 * word half. `words` needs no order. */
const char *nearest_word(const char *word, const char *const *words, size_t n);

#endif
