/* What a cache of lines does when it does not hold one. */
#include "models/mcu/armv7m/lines.h"

void armv7m_cache_clear(struct armv7m_cache *cache) {
    for (unsigned i = 0; i < cache->filled; i++)
        cache->slot[cache->line[i]] = 0;
    cache->filled = cache->logged = 0;
}

static void unlink_slot(struct armv7m_cache *cache, unsigned slot) {
    struct armv7m_cache_link gone = cache->link[slot];
    cache->link[gone.newer].older = gone.older;
    cache->link[gone.older].newer = gone.newer;
}

/* As the one that was used last before `newer`. */
static void link_slot(struct armv7m_cache *cache, unsigned slot, unsigned newer) {
    unsigned older = cache->link[newer].older;
    cache->link[slot] = (struct armv7m_cache_link){(uint8_t)older, (uint8_t)newer};
    cache->link[older].newer = (uint8_t)slot;
    cache->link[newer].older = (uint8_t)slot;
}

/* Backwards, so that of each slot the last use counts. */
void armv7m_cache_settle(struct armv7m_cache *cache) {
    uint64_t seen = 0;
    unsigned newer = ARMV7M_CACHE_MAX;
    while (cache->logged > 0) {
        unsigned slot = cache->log[--cache->logged];
        if (seen >> slot & 1)
            continue;
        seen |= UINT64_C(1) << slot;
        if (cache->link[newer].older != slot) {
            unlink_slot(cache, slot);
            link_slot(cache, slot, newer);
        }
        newer = slot;
    }
}

static unsigned free_slot(struct armv7m_cache *cache) {
    armv7m_cache_settle(cache);
    if (cache->filled == 0)
        cache->link[ARMV7M_CACHE_MAX] =
            (struct armv7m_cache_link){ARMV7M_CACHE_MAX, ARMV7M_CACHE_MAX};
    if (cache->filled < cache->size)
        return cache->filled++;
    unsigned oldest = cache->link[ARMV7M_CACHE_MAX].newer;
    unlink_slot(cache, oldest);
    cache->slot[cache->line[oldest]] = 0;
    return oldest;
}

void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line) {
    unsigned slot = free_slot(cache);
    cache->fills++;
    cache->line[slot] = line;
    cache->slot[line] = (uint8_t)(slot + 1);
    link_slot(cache, slot, ARMV7M_CACHE_MAX);
}
