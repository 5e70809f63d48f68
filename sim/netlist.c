#include "sim/netlist.h"

#include <stdlib.h>
#include <string.h>

#include "sim/grow.h"

/* Strings are kept in chunks that never move; names are found through one open-addressed
 * hash table whose entries are part or net indices. */
struct chunk {
    struct chunk *next;
    size_t used, size;
    char text[];
};

struct table {
    uint32_t *slots; /* index + 1; 0 = free */
    uint32_t size;   /* power of two */
    uint32_t used;
};

struct netlist_store {
    struct chunk *chunks;
    struct table parts, nets;
    uint32_t parts_capacity, pins_capacity, nets_capacity;
};

static const char *keep(struct netlist_store *store, const char *text) {
    size_t n = strlen(text ? text : "") + 1;
    if (!store->chunks || store->chunks->size - store->chunks->used < n) {
        size_t size = n > 16384 ? n : 16384;
        struct chunk *chunk = malloc(sizeof *chunk + size);
        if (!chunk)
            abort();
        *chunk = (struct chunk){.next = store->chunks, .size = size};
        store->chunks = chunk;
    }
    char *copy = store->chunks->text + store->chunks->used;
    memcpy(copy, text ? text : "", n);
    store->chunks->used += n;
    return copy;
}

static uint32_t hash(const char *text) {
    uint32_t h = 2166136261u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h ^ h >> 15;
}

static const char *name_of(const struct netlist *netlist, const struct table *table, uint32_t i) {
    return table == &netlist->store->parts ? netlist->parts[i].ref : netlist->nets[i].name;
}

/* The slot that holds `name`, or the free one where it belongs. */
static uint32_t slot_of(const struct netlist *netlist, const struct table *table,
                        const char *name) {
    uint32_t slot = hash(name) & (table->size - 1);
    while (table->slots[slot] && strcmp(name_of(netlist, table, table->slots[slot] - 1), name) != 0)
        slot = (slot + 1) & (table->size - 1);
    return slot;
}

static void table_resize(struct netlist *netlist, struct table *table, uint32_t size) {
    uint32_t *old = table->slots, old_size = table->size;
    table->slots = calloc(size, sizeof *table->slots);
    if (!table->slots)
        abort();
    table->size = size;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i])
            table->slots[slot_of(netlist, table, name_of(netlist, table, old[i] - 1))] = old[i];
    free(old);
}

static void table_add(struct netlist *netlist, struct table *table, uint32_t index) {
    if (2 * (table->used + 1) > table->size)
        table_resize(netlist, table, table->size ? table->size * 2 : 128);
    table->slots[slot_of(netlist, table, name_of(netlist, table, index))] = index + 1;
    table->used++;
}

static uint32_t table_find(const struct netlist *netlist, const struct table *table,
                           const char *name) {
    if (!table->size)
        return NETLIST_NONE;
    uint32_t found = table->slots[slot_of(netlist, table, name)];
    return found ? found - 1 : NETLIST_NONE;
}

struct netlist *netlist_create(void) {
    struct netlist *netlist = calloc(1, sizeof *netlist);
    struct netlist_store *store = calloc(1, sizeof *store);
    if (!netlist || !store)
        abort();
    netlist->store = store;
    return netlist;
}

void netlist_destroy(struct netlist *netlist) {
    if (!netlist)
        return;
    for (struct chunk *chunk = netlist->store->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(netlist->store->parts.slots);
    free(netlist->store->nets.slots);
    free(netlist->store);
    free(netlist->parts);
    free(netlist->pins);
    free(netlist->nets);
    free(netlist);
}

uint32_t netlist_add_part(struct netlist *netlist, const char *ref, const char *value,
                          const char *footprint, const char *library) {
    struct netlist_store *store = netlist->store;
    if (netlist_find_part(netlist, ref ? ref : "") != NETLIST_NONE)
        return NETLIST_NONE;
    netlist->parts =
        sim_grow(netlist->parts, netlist->n_parts, &store->parts_capacity, sizeof *netlist->parts);
    uint32_t index = netlist->n_parts++;
    netlist->parts[index] = (struct netlist_part){
        .ref = keep(store, ref),
        .value = keep(store, value),
        .footprint = keep(store, footprint),
        .library = keep(store, library),
        .first_pin = NETLIST_NONE,
        .last_pin = NETLIST_NONE,
    };
    table_add(netlist, &store->parts, index);
    return index;
}

uint32_t netlist_add_net(struct netlist *netlist, const char *name) {
    struct netlist_store *store = netlist->store;
    uint32_t index = netlist_find_net(netlist, name ? name : "");
    if (index != NETLIST_NONE)
        return index;
    netlist->nets =
        sim_grow(netlist->nets, netlist->n_nets, &store->nets_capacity, sizeof *netlist->nets);
    index = netlist->n_nets++;
    netlist->nets[index].name = keep(store, name);
    table_add(netlist, &store->nets, index);
    return index;
}

uint32_t netlist_add_pin(struct netlist *netlist, uint32_t part, const char *number,
                         const char *name, uint32_t net) {
    struct netlist_store *store = netlist->store;
    netlist->pins =
        sim_grow(netlist->pins, netlist->n_pins, &store->pins_capacity, sizeof *netlist->pins);
    uint32_t index = netlist->n_pins++;
    netlist->pins[index] = (struct netlist_pin){
        .part = part,
        .net = net,
        .next = NETLIST_NONE,
        .number = keep(store, number),
        .name = keep(store, name),
    };
    struct netlist_part *owner = &netlist->parts[part];
    if (owner->first_pin == NETLIST_NONE)
        owner->first_pin = index;
    else
        netlist->pins[owner->last_pin].next = index;
    owner->last_pin = index;
    return index;
}

void netlist_set_value(struct netlist *netlist, uint32_t part, const char *value) {
    netlist->parts[part].value = keep(netlist->store, value);
}

uint32_t netlist_find_part(const struct netlist *netlist, const char *ref) {
    return table_find(netlist, &netlist->store->parts, ref);
}

uint32_t netlist_find_net(const struct netlist *netlist, const char *name) {
    return table_find(netlist, &netlist->store->nets, name);
}

uint32_t netlist_find_pin(const struct netlist *netlist, uint32_t part, const char *number) {
    if (part >= netlist->n_parts || !number)
        return NETLIST_NONE;
    uint32_t pin = netlist->parts[part].first_pin;
    while (pin != NETLIST_NONE && strcmp(netlist->pins[pin].number, number) != 0)
        pin = netlist->pins[pin].next;
    return pin;
}

uint32_t netlist_pin_net(const struct netlist *netlist, uint32_t part, const char *number) {
    uint32_t pin = netlist_find_pin(netlist, part, number);
    return pin == NETLIST_NONE ? NETLIST_NONE : netlist->pins[pin].net;
}
