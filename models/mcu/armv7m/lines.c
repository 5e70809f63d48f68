/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->filled; i++)
        cache->held[cache->cached[i].line] = NULL;
    cache->filled = 0;
}

static struct armv7m_cached *take_one(struct armv7m_cache *cache) {
    if (cache->filled == 0)
        cache->ends.older = cache->ends.newer = &cache->ends;
    if (cache->filled < cache->size)
        return &cache->cached[cache->filled++];
    struct armv7m_cached *oldest = cache->ends.newer;
    armv7m_cache_unlink(oldest);
    cache->held[oldest->line] = NULL;
    return oldest;
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    struct armv7m_cached *one = take_one(cache);
    cache->fills++;
    one->line = line;
    cache->held[line] = one;
    armv7m_cache_push(cache, one);
}
