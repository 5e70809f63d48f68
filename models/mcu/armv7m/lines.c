/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->size; i++) {
        if (cache->used[i])
            cache->slot[cache->line[i]] = 0;
        cache->used[i] = 0;
    }
    cache->filled = cache->sorted = cache->passed = 0;
}

/* By insertion: mostly they go on in the order they had. */
static void sort(struct armv7m_cache *cache) {
    uint64_t *order = cache->order;
    for (unsigned i = 0; i < cache->size; i++) {
        uint64_t used = cache->used[cache->sorted ? order[i] % ARMV7M_CACHE_MAX : i];
        unsigned at = i;
        for (; at > 0 && order[at - 1] > used; at--)
            order[at] = order[at - 1];
        order[at] = used;
    }
    cache->sorted = cache->size;
    cache->passed = 0;
}

/* The slot that was used longest ago, of a full cache: the first in the order of the last sort that
 * was not used since. */
static unsigned oldest(struct armv7m_cache *cache) {
    for (;; sort(cache)) {
        while (cache->passed < cache->sorted) {
            uint64_t used = cache->order[cache->passed++];
            if (cache->used[used % ARMV7M_CACHE_MAX] == used)
                return used % ARMV7M_CACHE_MAX;
        }
    }
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    unsigned slot = cache->filled < cache->size ? cache->filled++ : oldest(cache);
    if (cache->used[slot])
        cache->slot[cache->line[slot]] = 0;
    cache->line[slot] = line;
    cache->slot[line] = (uint8_t)(slot + 1);
    armv7m_cache_use(cache, line);
}
