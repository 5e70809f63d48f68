/* The wait states of a memory that is read by lines, as a flash is. A line takes `latency`
 * more cycles to fetch from, unless the cache of instructions holds it, or it is the one behind
 * the line fetched before and was prefetched meanwhile; a data read takes as many, unless the
 * cache of data holds its line. Caches are fully associative and replace the line used longest
 * ago. The prefetch starts when the core reaches a line; a data read does not delay it.
 *
 * The owner sets up what is under "set-up", zeroed at first (no wait states), and calls
 * armv7m_flush_fetch() after each change; the rest is the core's. Regions that show the same
 * octets share one struct. Lines are numbered from the region's base. A look-up is done every
 * few instructions, hence inline here and a fill apart in lines.c.
 */
#ifndef MODELS_MCU_ARMV7M_LINES_H
#define MODELS_MCU_ARMV7M_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARMV7M_CACHE_MAX 64 /* lines a cache can hold */
#define ARMV7M_NO_LINE   UINT32_MAX

/* In the order of their last use, a ring. */
struct armv7m_cached {
    struct armv7m_cached *older, *newer;
    uint32_t line;
};
struct armv7m_cache {
    /* set-up */
    bool on; /* while it is off, what it holds stays */
    unsigned size;
    struct armv7m_cached **held; /* by line of the memory, and one more; NULL: it is not */
    /* the core's */
    unsigned filled; /* of `cached`, from the first on */
    uint32_t fills;  /* ever */
    struct armv7m_cached cached[ARMV7M_CACHE_MAX];
    struct armv7m_cached ends; /* stands between the newest and the oldest */
};

struct armv7m_lines {
    /* set-up */
    unsigned shift; /* log2 of a line's octets, 2 and more */
    unsigned latency;
    bool prefetch;
    struct armv7m_cache code, data;
    /* the core's */
    uint32_t prefetched; /* line number, or ARMV7M_NO_LINE */
    uint64_t ready;      /* cycle from which it is there */
};

/* Empties a cache. */
void armv7m_cache_clear(struct armv7m_cache *cache);
/* Takes a line in, in the place of the one used longest ago. */
void armv7m_cache_fill(struct armv7m_cache *cache, uint32_t line);

static inline bool armv7m_cache_has(const struct armv7m_cache *cache, uint32_t line) {
    return cache->on && cache->held[line];
}
static inline void armv7m_cache_unlink(const struct armv7m_cached *gone) {
    gone->newer->older = gone->older;
    gone->older->newer = gone->newer;
}
static inline void armv7m_cache_push(struct armv7m_cache *cache, struct armv7m_cached *newest) {
    newest->older = cache->ends.older;
    newest->newer = &cache->ends;
    newest->older->newer = cache->ends.older = newest;
}
/* Translated code does the same: see region_lines.c. */
static inline void armv7m_cache_use(struct armv7m_cache *cache, uint32_t line) {
    struct armv7m_cached *used = cache->held[line];
    if (cache->ends.older == used)
        return;
    armv7m_cache_unlink(used);
    armv7m_cache_push(cache, used);
}

/* Wait states of fetching from `line`, coming from another one, at `cycle`. */
static inline unsigned armv7m_lines_fetch(struct armv7m_lines *lines, uint32_t line,
                                          uint64_t cycle) {
    unsigned waits = 0;
    if (!lines->latency)
        return 0;
    if (armv7m_cache_has(&lines->code, line)) {
        armv7m_cache_use(&lines->code, line);
    } else {
        waits = lines->latency;
        if (lines->prefetched == line)
            waits = lines->ready > cycle ? (unsigned)(lines->ready - cycle) : 0;
        if (lines->code.on)
            armv7m_cache_fill(&lines->code, line);
    }
    if (lines->prefetch && lines->prefetched != line + 1 &&
        !armv7m_cache_has(&lines->code, line + 1)) {
        lines->prefetched = line + 1;
        lines->ready = cycle + waits + lines->latency + 1;
    }
    return waits;
}

/* Wait states of a data read from `line`. */
static inline unsigned armv7m_lines_read(struct armv7m_lines *lines, uint32_t line) {
    if (!lines->latency)
        return 0;
    if (armv7m_cache_has(&lines->data, line)) {
        armv7m_cache_use(&lines->data, line);
        return 0;
    }
    if (lines->data.on)
        armv7m_cache_fill(&lines->data, line);
    return lines->latency;
}

#endif
