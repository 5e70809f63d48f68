/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->size; i++) {
        if (cache->used[i])
            cache->slot[cache->line[i]] = 0;
        cache->used[i] = 0;
    }
}

/* The slot that was used longest ago, empty ones first. */
static unsigned oldest(const struct armv7m_cache *cache) {
    unsigned best = 0;
    for (unsigned i = 1; i < cache->size; i++)
        if (cache->used[i] < cache->used[best])
            best = i;
    return best;
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    unsigned slot = oldest(cache);
    if (cache->used[slot])
        cache->slot[cache->line[slot]] = 0;
    cache->line[slot] = line;
    cache->slot[line] = (uint8_t)(slot + 1);
    armv7m_cache_use(cache, line);
}
