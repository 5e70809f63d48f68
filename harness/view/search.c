#include "harness/view/search.h"

#include <stdlib.h>
#include <string.h>

#include "harness/words.h"

#define NAME 1024 /* longer full names are searched as far as this */

/* Goes back to the last star only: time is name times pattern, never exponential. */
static bool glob(const char *name, const char *pattern, const char *end) {
    const char *star = NULL, *mark = NULL;
    while (*name) {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            mark = name;
        } else if (pattern < end &&
                   (*pattern == '?' || words_lower(*pattern) == words_lower(*name))) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++mark;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

static bool contains(const char *name, const char *word, size_t n) {
    for (; *name; name++) {
        size_t i = 0;
        while (i < n && words_lower(name[i]) == words_lower(word[i]))
            i++;
        if (i == n)
            return true;
    }
    return n == 0;
}

static bool word_matches(const char *name, const char *word, size_t n) {
    if (!memchr(word, '*', n) && !memchr(word, '?', n))
        return contains(name, word, n);
    for (const char *part = name; part; part = strchr(part, '.')) {
        part += *part == '.';
        if (glob(part, word, word + n))
            return true;
    }
    return false;
}

bool search_matches(const char *name, const char *query) {
    for (;;) {
        query += strspn(query, " ");
        size_t n = strcspn(query, " ");
        if (!n)
            return true;
        if (!word_matches(name, query, n))
            return false;
        query += n;
    }
}

void search_run(struct view *view) {
    char name[NAME];
    size_t n = store_n_signals(view->store);
    uint32_t was = view->chosen < view->n_found ? view->found[view->chosen] : STORE_NONE;
    if (!view->found)
        view->found = malloc((n ? n : 1) * sizeof *view->found);
    view->n_found = view->chosen = 0;
    for (uint32_t i = 0; view->found && i < n; i++) {
        store_full_name(view->store, i, name, sizeof name);
        if (!search_matches(name, view->query))
            continue;
        if (i == was)
            view->chosen = view->n_found;
        view->found[view->n_found++] = i;
    }
}
