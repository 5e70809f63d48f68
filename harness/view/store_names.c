/* Names of signals: scopes and name joined by dots. */
#include <stdlib.h>
#include <string.h>

#include "harness/view/siphash.h"
#include "harness/view/store_internal.h"

static uint32_t parent_of(const struct store *store, uint32_t scope) {
    return store->scopes[scope].parent;
}

static size_t whole_length(const struct store *store, uint32_t signal) {
    const struct store_signal *found = &store->signals[signal];
    size_t length = strlen(found->name);
    for (uint32_t scope = found->scope; scope != STORE_NONE; scope = parent_of(store, scope))
        length += strlen(store->scopes[scope].name) + 1;
    return length;
}

/* Writes `text` so that it ends before *end in the whole name, as far as that lies within. */
static void put_before(char *out, size_t room, size_t *end, const char *text, size_t n) {
    size_t at = *end - n;
    if (at < room)
        memcpy(out + at, text, n < room - at ? n : room - at);
    *end = at;
}

size_t store_full_name(const struct store *store, uint32_t signal, char *out, size_t size) {
    const struct store_signal *found = &store->signals[signal];
    size_t length = whole_length(store, signal), end = length, room = size ? size - 1 : 0;
    put_before(out, room, &end, found->name, strlen(found->name));
    for (uint32_t scope = found->scope; scope != STORE_NONE; scope = parent_of(store, scope)) {
        put_before(out, room, &end, ".", 1);
        put_before(out, room, &end, store->scopes[scope].name, strlen(store->scopes[scope].name));
    }
    if (size)
        out[length < room ? length : room] = '\0';
    return length;
}

/* Does `name` up to *n end in `tail`? Then *n becomes what is before. */
static bool take_tail(const char *name, size_t *n, const char *tail, size_t tail_n) {
    if (tail_n > *n || memcmp(name + *n - tail_n, tail, tail_n) != 0)
        return false;
    *n -= tail_n;
    return true;
}

/* The length of a name without the range of its bits at the end. */
static size_t without_range(const char *name) {
    size_t n = strlen(name);
    const char *open = n && name[n - 1] == ']' ? strrchr(name, '[') : NULL;
    return open && open > name && strchr(open, ':') ? (size_t)(open - name) : n;
}

/* Scopes too, or the name alone; `own` octets of the signal's name count. */
static bool is_named(const struct store *store, const struct store_signal *signal, size_t own,
                     const char *name, bool full) {
    size_t n = strlen(name);
    if (!take_tail(name, &n, signal->name, own))
        return false;
    for (uint32_t scope = signal->scope; full && scope != STORE_NONE;
         scope = parent_of(store, scope)) {
        const char *text = store->scopes[scope].name;
        if (!take_tail(name, &n, ".", 1) || !take_tail(name, &n, text, strlen(text)))
            return false;
    }
    return n == 0;
}

/* --- finding one by its name ----------------------------------------------------------------- */

static uint32_t row_of(const struct store_names *names, const char *name, size_t n) {
    return (uint32_t)siphash(names->key, name, n) & names->mask;
}

/* False when memory ran out. */
static bool has_tables(const struct store *store) {
    struct store_names *names = store->names;
    uint32_t n = store->head.n_signals, rows = 64;
    if (names->heads && names->next)
        return true;
    while (rows < n && rows < UINT32_C(1) << 30)
        rows *= 2;
    names->mask = rows - 1;
    siphash_new_key(names->key);
    free(names->heads);
    free(names->next);
    names->heads = malloc(rows * sizeof *names->heads);
    names->next = malloc(((size_t)n + 1) * sizeof *names->next);
    if (!names->heads || !names->next)
        return false;
    memset(names->heads, 0xff, rows * sizeof *names->heads);
    for (uint32_t i = 0; i < n; i++) {
        const char *name = store->signals[i].name;
        uint32_t *head = &names->heads[row_of(names, name, without_range(name))];
        names->next[i] = *head;
        *head = i;
    }
    return true;
}

void store_names_finish(struct store_names *names) {
    if (!names)
        return;
    free(names->heads);
    free(names->next);
    free(names);
}

#define WAYS 4 /* with scopes before without, with the range before without */

struct finding {
    const struct store *store;
    const char *name;
    uint32_t signal;
    unsigned way; /* that it was found in; WAYS: not yet */
};

/* The first signal in the first way. */
static void consider(struct finding *finding, uint32_t i) {
    const struct store_signal *signal = &finding->store->signals[i];
    for (unsigned way = 0; way < WAYS && way <= finding->way; way++) {
        size_t own = way & 1 ? without_range(signal->name) : strlen(signal->name);
        if ((way < finding->way || i < finding->signal) &&
            is_named(finding->store, signal, own, finding->name, way < 2)) {
            finding->way = way;
            finding->signal = i;
            return;
        }
    }
}

static void consider_all_of(struct finding *finding, const char *own, size_t n) {
    const struct store_names *names = finding->store->names;
    for (uint32_t i = names->heads[row_of(names, own, n)]; i != STORE_NONE; i = names->next[i])
        consider(finding, i);
}

/* A name's scopes may have dots in their own names: what is behind any dot may be the signal's. */
uint32_t store_find(const struct store *store, const char *name) {
    struct finding finding = {store, name, STORE_NONE, WAYS};
    if (!has_tables(store)) {
        for (uint32_t i = 0; i < store->head.n_signals; i++)
            consider(&finding, i);
        return finding.signal;
    }
    for (const char *own = name; own; own = strchr(own, '.') ? strchr(own, '.') + 1 : NULL) {
        size_t n = strlen(own), bare = without_range(own);
        consider_all_of(&finding, own, n);
        if (bare < n)
            consider_all_of(&finding, own, bare);
    }
    return finding.signal;
}
