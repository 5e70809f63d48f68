/* What symbols do to the MCU's pins. Few lists of edges are different, however many answers there
 * are: each is kept once, so that they and their digests stay in a near cache. */
#include <stdlib.h>
#include <string.h>

#include "harness/replay_internal.h"

#define LIST_MAX  256                /* the most edges at a time for on_pins */
#define HASH_SIZE (2u * MAX_DETAILS) /* a power of two */

bool replay_pins_create(struct replay *r) {
    struct pin_pool *pool = &r->pins_done;
    if (!r->settings.on_pins)
        return true;
    pool->edges = malloc(MAX_OPS * sizeof *pool->edges);
    pool->answers = malloc((MAX_DETAILS + 1) * sizeof *pool->answers); /* and the empty one */
    pool->hash = calloc(HASH_SIZE, sizeof *pool->hash);
    return pool->edges && pool->answers && pool->hash;
}

void replay_pins_destroy(struct replay *r) {
    free(r->pins_done.edges);
    free(r->pins_done.answers);
    free(r->pins_done.hash);
}

void replay_pins_add(struct replay *r, uint32_t pin, int level, int32_t dt) {
    struct pin_pool *pool = &r->pins_done;
    pool->edges[pool->n_edges++] =
        (struct pin_edge){.dt = dt, .pin = (uint8_t)pin, .level = (uint8_t)level};
}

static uint32_t list_length(uint32_t n) {
    return n < LIST_MAX ? n : LIST_MAX;
}

/* From the order of time into that of a list of pin edges, which is short. */
static void sort(struct pin_edge *edges, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        struct pin_edge edge = edges[i];
        uint32_t at = i;
        edge.rank = (uint16_t)i;
        for (; at > 0 && edges[at - 1].pin > edge.pin; at--)
            edges[at] = edges[at - 1];
        edges[at] = edge;
    }
}

static uint32_t hash(const struct pin_edge *edges, uint32_t n) {
    uint64_t h = n;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t word;
        memcpy(&word, &edges[i], sizeof word);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    return (uint32_t)h & (HASH_SIZE - 1);
}
_Static_assert(sizeof(struct pin_edge) == sizeof(uint64_t), "an edge without padding");

static bool same(const struct pin_pool *pool, const struct pin_answer *answer,
                 const struct pin_answer *other) {
    return answer->n == other->n && memcmp(pool->edges + answer->first, pool->edges + other->first,
                                           answer->n * sizeof *pool->edges) == 0;
}

uint32_t replay_pins_keep(struct replay *r, uint32_t first) {
    struct pin_pool *pool = &r->pins_done;
    struct pin_edge *edges = pool->edges + first;
    struct pin_answer answer = {.first = first, .n = pool->n_edges - first};
    for (uint32_t i = 0; i < answer.n; i += LIST_MAX)
        sort(edges + i, list_length(answer.n - i));
    uint32_t slot = hash(edges, answer.n);
    for (; pool->hash[slot]; slot = (slot + 1) & (HASH_SIZE - 1)) {
        uint32_t known = pool->hash[slot] - 1;
        if (!same(pool, &pool->answers[known], &answer))
            continue;
        pool->n_edges = first;
        return known;
    }
    pin_digest_make(&answer.digest, edges, list_length(answer.n));
    pool->answers[pool->n_answers] = answer;
    pool->hash[slot] = pool->n_answers + 1;
    return pool->n_answers++;
}

void replay_pins_tell(struct replay *r, uint32_t number, sim_time start) {
    const struct pin_answer *answer = &r->pins_done.answers[number];
    struct pin_list list = {.digest = answer->digest.n ? &answer->digest : NULL};
    for (uint32_t i = 0; i < answer->n; i += LIST_MAX, list.digest = NULL) {
        list.edges = r->pins_done.edges + answer->first + i;
        list.n = list_length(answer->n - i);
        r->settings.on_pins(r->settings.user, start, &list);
    }
}
