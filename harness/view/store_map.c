/* Takes an index as it lies in memory, after checking that nothing in it points elsewhere. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/view/store_internal.h"

static bool within(const struct store *store, uint64_t place, uint64_t n, uint64_t each) {
    const struct layout_head *head = &store->head;
    return place % 8 == 0 && place >= head->tables && place <= store->size &&
           n <= (store->size - place) / each;
}

static bool sound_head(const struct store *store) {
    const struct layout_head *head = &store->head;
    return memcmp(head->magic, LAYOUT_MAGIC, sizeof head->magic) == 0 &&
           head->version == LAYOUT_VERSION && head->size == store->size && head->tables % 8 == 0 &&
           head->tables >= sizeof *head + LAYOUT_PAD && head->tables <= store->size &&
           head->exponent >= -18 && head->exponent <= 2 && head->begin >= 0 &&
           head->begin <= head->end && head->end < INT64_MAX && !store->base[head->tables - 1];
}

static bool sound_tables(const struct store *store) {
    const struct layout_head *head = &store->head;
    if (!within(store, head->scopes, head->n_scopes, sizeof(struct layout_scope)) ||
        !within(store, head->signals, head->n_signals, sizeof(struct layout_signal)) ||
        !within(store, head->datas, head->n_datas, sizeof(struct layout_data)) ||
        !within(store, head->names, head->names_size, 1))
        return false;
    bool ends = !head->names_size || !store->base[head->names + head->names_size - 1];
    bool noted = !head->note || (head->note >= head->tables && head->note < store->size &&
                                 memchr(store->base + head->note, 0, store->size - head->note));
    return ends && noted &&
           layout_hash(0, store->base + head->tables, store->size - head->tables) ==
               head->tables_hash;
}

/* Nodes of a pyramid over n leaves. */
static uint64_t pyramid_size(uint64_t n) {
    uint64_t size = n;
    while (n > 1) {
        n = (n + LAYOUT_FAN - 1) / LAYOUT_FAN;
        size += n;
    }
    return size;
}

static bool sound_data(const struct store *store, const struct layout_data *data) {
    uint64_t n = layout_blocks(data->n_changes);
    bool ranges = n && (data->kind == STORE_VECTOR || data->kind == STORE_REAL);
    bool seen = n && data->kind == STORE_BIT;
    return data->kind <= STORE_EVENT && data->width <= STORE_MAX_WIDTH &&
           (data->kind != STORE_BIT || data->width == 1) && n <= store->size &&
           within(store, data->times, n, sizeof(int64_t)) &&
           within(store, data->places, n, sizeof(uint64_t)) &&
           (!seen || within(store, data->seen, n, 1)) &&
           (!ranges || within(store, data->ranges, pyramid_size(n), sizeof(struct layout_range)));
}

static bool take_datas(struct store *store) {
    store->datas = (const struct layout_data *)(const void *)(store->base + store->head.datas);
    for (uint32_t i = 0; i < store->head.n_datas; i++)
        if (!sound_data(store, &store->datas[i]))
            return false;
    uint32_t clock = store->head.clock;
    return clock < store->head.n_datas && store->datas[clock].kind == STORE_EVENT;
}

static bool take_scopes(struct store *store) {
    const uint8_t *row = store->base + store->head.scopes;
    uint32_t n = store->head.n_scopes;
    store->scopes = calloc(n ? n : 1, sizeof *store->scopes);
    for (uint32_t i = 0; store->scopes && i < n; i++, row += sizeof(struct layout_scope)) {
        struct layout_scope scope;
        memcpy(&scope, row, sizeof scope);
        if (scope.name >= store->head.names_size ||
            (scope.parent != STORE_NONE && scope.parent >= i))
            return false;
        const char *name = (const char *)store->base + store->head.names + scope.name;
        store->scopes[i] = (struct store_scope){name, scope.parent};
    }
    return store->scopes != NULL;
}

static bool take_signals(struct store *store) {
    const uint8_t *row = store->base + store->head.signals;
    uint32_t n = store->head.n_signals;
    store->signals = calloc(n ? n : 1, sizeof *store->signals);
    for (uint32_t i = 0; store->signals && i < n; i++, row += sizeof(struct layout_signal)) {
        struct layout_signal signal;
        memcpy(&signal, row, sizeof signal);
        if (signal.name >= store->head.names_size || signal.data >= store->head.n_datas ||
            (signal.scope != STORE_NONE && signal.scope >= store->head.n_scopes))
            return false;
        const struct layout_data *data = &store->datas[signal.data];
        store->signals[i] = (struct store_signal){
            .name = (const char *)store->base + store->head.names + signal.name,
            .scope = signal.scope,
            .width = data->width,
            .kind = (enum store_kind)data->kind,
            .data = signal.data,
        };
    }
    return store->signals != NULL;
}

struct store *store_adopt(const char *path, uint8_t *base, uint64_t size, bool mapped,
                          struct sim_err *err) {
    struct store *store = calloc(1, sizeof *store);
    bool good = store && size >= sizeof store->head;
    if (store) {
        store->base = base;
        store->size = size;
        store->mapped = mapped;
        store->path = strdup(path);
        store->grid = calloc(1, sizeof *store->grid);
        store->names = calloc(1, sizeof *store->names);
    } else if (mapped) {
        munmap(base, size);
    } else {
        free(base);
    }
    if (good)
        memcpy(&store->head, base, sizeof store->head);
    if (good && store->path && store->grid && store->names && sound_head(store) &&
        sound_tables(store) && take_datas(store) && take_scopes(store) && take_signals(store))
        return store;
    store_close(store);
    sim_err_at(err, SIM_ERR_INPUT, path, 0, "the index of the waves is damaged");
    return NULL;
}

void store_close(struct store *store) {
    if (!store)
        return;
    if (store->mapped)
        munmap((void *)(uintptr_t)store->base, store->size);
    else
        free((void *)(uintptr_t)store->base);
    free(store->scopes);
    free(store->signals);
    free(store->path);
    free(store->grid);
    store_names_finish(store->names);
    free(store);
}
