#include "sim/response.h"

#include <stdlib.h>
#include <string.h>

static bool allocate(struct response *r) {
    size_t size = r->machine.state_size;
    r->table = calloc((size_t)r->max_states * r->n_symbols, sizeof *r->table);
    r->short_next = malloc((size_t)r->max_states * r->n_symbols * sizeof *r->short_next);
    r->shorts = calloc((size_t)r->max_states * r->n_symbols, sizeof *r->shorts);
    r->states = malloc((size_t)r->max_states * size);
    r->state_hash = calloc(r->hash_size, sizeof *r->state_hash);
    r->scratch_state = malloc(size);
    for (size_t i = 0; r->short_next && i < (size_t)r->max_states * r->n_symbols; i++)
        r->short_next[i] = RESPONSE_NO_SHORT;
    return r->table && r->short_next && r->shorts && r->states && r->state_hash && r->scratch_state;
}

struct response *response_create(const struct response_machine *machine, uint32_t n_symbols,
                                 uint32_t max_states) {
    struct response *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->machine = *machine;
    r->n_symbols = n_symbols;
    r->max_states = max_states < RESPONSE_MAX_STATES ? max_states : RESPONSE_MAX_STATES;
    r->state = RESPONSE_NONE;
    for (r->hash_size = 64; r->hash_size < 4 * r->max_states;)
        r->hash_size *= 2;
    if (!allocate(r)) {
        response_destroy(r);
        return NULL;
    }
    return r;
}

void response_destroy(struct response *r) {
    if (!r)
        return;
    free(r->table);
    free(r->short_next);
    free(r->shorts);
    free(r->states);
    free(r->state_hash);
    free(r->scratch_state);
    free(r);
}

/* Eight octets at a time; no answer depends on how well it spreads. */
static uint32_t hash(const uint8_t *bytes, size_t n) {
    uint64_t h = UINT64_C(0xcbf29ce484222325), word;
    for (; n >= sizeof word; n -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    for (size_t i = 0; i < n; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

/* The number of the machine's state at `now`, or RESPONSE_NONE when the table is full. */
static uint32_t intern(struct response *r, sim_time now) {
    size_t size = r->machine.state_size;
    r->machine.save(r->machine.self, now, r->scratch_state);
    uint32_t slot = hash(r->scratch_state, size) & (r->hash_size - 1);
    for (; r->state_hash[slot]; slot = (slot + 1) & (r->hash_size - 1)) {
        uint32_t known = r->state_hash[slot] - 1;
        if (memcmp(r->states + known * size, r->scratch_state, size) == 0)
            return known;
    }
    if (r->n_states == r->max_states)
        return RESPONSE_NONE;
    memcpy(r->states + r->n_states * size, r->scratch_state, size);
    r->state_hash[slot] = r->n_states + 1;
    return r->n_states++;
}

void response_reset(struct response *r) {
    size_t used = (size_t)r->n_states * r->n_symbols;
    memset(r->table, 0, used * sizeof *r->table);
    memset(r->short_next, 0xff, used * sizeof *r->short_next);
    memset(r->shorts, 0, used * sizeof *r->shorts);
    memset(r->state_hash, 0, r->hash_size * sizeof *r->state_hash);
    r->n_states = 0;
    r->state = RESPONSE_NONE;
    r->live = false;
    r->misses = 0;
}

void response_enter(struct response *r, sim_time now) {
    r->state = intern(r, now);
    r->live = true;
}

void response_leave(struct response *r, sim_time now) {
    if (r->live || r->state == RESPONSE_NONE)
        return;
    r->machine.load(r->machine.self, now, r->states + r->state * r->machine.state_size);
    r->live = true;
}

const struct response_entry *response_miss(struct response *r, uint32_t symbol, sim_time start) {
    uint32_t from = r->state;
    sim_time end = start;
    response_leave(r, start);
    r->misses++;
    r->scratch = (struct response_entry){.next = RESPONSE_NONE, .uses = 1};
    bool keep = r->machine.run(r->machine.self, symbol, start, &r->scratch, &end);
    response_enter(r, end);
    r->scratch.next = r->state;
    if (!keep || from == RESPONSE_NONE || r->state == RESPONSE_NONE)
        return &r->scratch;
    struct response_entry *entry = &r->table[(size_t)from * r->n_symbols + symbol];
    *entry = r->scratch;
    if (!(entry->flags & RESPONSE_MORE)) {
        r->short_next[entry - r->table] = (uint16_t)entry->next;
        r->shorts[entry - r->table] =
            (struct response_short){.bits = entry->bits, .n_bits = entry->n_bits};
    }
    return entry;
}
