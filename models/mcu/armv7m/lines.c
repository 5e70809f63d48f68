/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->filled; i++)
        cache->slot[cache->line[i]] = 0;
    cache->filled = 0;
}

static unsigned free_slot(struct armv7m_cache *cache) {
    if (cache->filled == 0)
        cache->link[ARMV7M_CACHE_MAX] =
            (struct armv7m_cache_link){ARMV7M_CACHE_MAX, ARMV7M_CACHE_MAX};
    if (cache->filled < cache->size)
        return cache->filled++;
    unsigned oldest = cache->link[ARMV7M_CACHE_MAX].newer;
    armv7m_cache_unlink(cache, oldest);
    cache->slot[cache->line[oldest]] = 0;
    return oldest;
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    unsigned slot = free_slot(cache);
    cache->fills++;
    cache->line[slot] = line;
    cache->slot[line] = (uint8_t)(slot + 1);
    armv7m_cache_push(cache, slot);
}
