/* Names of signals: scopes and name joined by dots. */
#include <string.h>

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

uint32_t store_find(const struct store *store, const char *name) {
    for (unsigned way = 0; way < 4; way++) {
        for (uint32_t i = 0; i < store->head.n_signals; i++) {
            const struct store_signal *signal = &store->signals[i];
            size_t own = way & 1 ? without_range(signal->name) : strlen(signal->name);
            if (is_named(store, signal, own, name, way < 2))
                return i;
        }
    }
    return STORE_NONE;
}
