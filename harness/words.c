#include "harness/words.h"

#include <string.h>

#include "sim/err.h"

#define LONGEST 63

char words_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool words_equal_nocase(const char *a, const char *b) {
    while (*a && words_lower(*a) == words_lower(*b)) {
        a++;
        b++;
    }
    return words_lower(*a) == words_lower(*b);
}

bool words_contain_nocase(const char *text, const char *part) {
    for (; *text; text++) {
        size_t i = 0;
        while (part[i] && words_lower(text[i]) == words_lower(part[i]))
            i++;
        if (!part[i])
            return true;
    }
    return !*part;
}

static unsigned smallest(unsigned a, unsigned b, unsigned c) {
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

unsigned words_distance(const char *a, const char *b) {
    unsigned row[LONGEST + 1];
    size_t n = strnlen(b, LONGEST);
    for (size_t j = 0; j <= n; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i] && i < LONGEST; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t j = 1; j <= n; j++) {
            unsigned cost = words_lower(a[i]) != words_lower(b[j - 1]);
            unsigned here = smallest(row[j] + 1, row[j - 1] + 1, diagonal + cost);
            diagonal = row[j];
            row[j] = here;
        }
    }
    return row[n];
}

void words_near_offer(struct words_near *near, const char *candidate) {
    unsigned distance = words_distance(near->wanted, candidate);
    if (near->best && distance >= near->distance)
        return;
    near->best = candidate;
    near->distance = distance;
}

const char *words_near_hint(const struct words_near *near, char *out, size_t size) {
    if (near->best)
        sim_format(out, (unsigned)size, "; nearest is \"%s\"", near->best);
    else if (size)
        out[0] = '\0';
    return out;
}

const char *words_nearest(const char *word, const char *const *words, size_t n) {
    struct words_near near = {.wanted = word};
    for (size_t i = 0; i < n; i++)
        words_near_offer(&near, words[i]);
    return near.distance <= (strnlen(word, LONGEST) + 1) / 2 ? near.best : NULL;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t digits_of(const char **text) {
    while (**text == '0' && is_digit((*text)[1]))
        (*text)++;
    size_t n = 0;
    while (is_digit((*text)[n]))
        n++;
    return n;
}

int words_natural_compare(const char *a, const char *b) {
    const char *whole_a = a, *whole_b = b;
    while (*a && *b) {
        if (!is_digit(*a) || !is_digit(*b)) {
            if (*a != *b)
                return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
            continue;
        }
        size_t n = digits_of(&a), m = digits_of(&b);
        int order = n != m ? (n < m ? -1 : 1) : memcmp(a, b, n);
        if (order)
            return order;
        a += n;
        b += m;
    }
    if (*a || *b)
        return *a ? 1 : -1;
    return strcmp(whole_a, whole_b); /* "C02" and "C2": still one fixed order */
}
