/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->size; i++) {
        if (cache->used[i])
            cache->slot[cache->line[i]] = 0;
        cache->used[i] = 0;
    }
}

/* The slot that was used longest ago, empty ones first. In two halves that do not wait for each
 * other; a use and its slot are one number. */
static unsigned oldest(const struct armv7m_cache *cache) {
    uint64_t even = UINT64_MAX, odd = UINT64_MAX;
    for (unsigned i = 0; i < cache->size; i += 2) {
        uint64_t one = cache->used[i] << 6 | i;
        uint64_t other = i + 1 < cache->size ? cache->used[i + 1] << 6 | (i + 1) : UINT64_MAX;
        even = one < even ? one : even;
        odd = other < odd ? other : odd;
    }
    return (unsigned)(even < odd ? even : odd) % ARMV7M_CACHE_MAX;
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    unsigned slot = oldest(cache);
    if (cache->used[slot])
        cache->slot[cache->line[slot]] = 0;
    cache->line[slot] = line;
    cache->slot[line] = (uint8_t)(slot + 1);
    armv7m_cache_use(cache, line);
}
