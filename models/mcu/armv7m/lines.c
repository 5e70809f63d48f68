/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->size; i++) {
        if (cache->used[i])
            cache->slot[cache->line[i]] = 0;
        cache->used[i] = 0;
    }
    cache->filled = 0;
}

static inline uint64_t lesser(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* The slot that was used longest ago, of a full cache: four searches that do not wait for each
 * other. */
static unsigned oldest(const struct armv7m_cache *cache) {
    const uint64_t *used = cache->used;
    uint64_t least[4] = {used[0], used[0], used[0], used[0]};
    unsigned i = 0;
    for (; i + 4 <= cache->size; i += 4) {
        least[0] = lesser(least[0], used[i]);
        least[1] = lesser(least[1], used[i + 1]);
        least[2] = lesser(least[2], used[i + 2]);
        least[3] = lesser(least[3], used[i + 3]);
    }
    for (; i < cache->size; i++)
        least[0] = lesser(least[0], used[i]);
    return lesser(lesser(least[0], least[1]), lesser(least[2], least[3])) % ARMV7M_CACHE_MAX;
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    unsigned slot = cache->filled < cache->size ? cache->filled++ : oldest(cache);
    if (cache->used[slot])
        cache->slot[cache->line[slot]] = 0;
    cache->line[slot] = line;
    cache->slot[line] = (uint8_t)(slot + 1);
    armv7m_cache_use(cache, line);
}
