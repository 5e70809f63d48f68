/* A cache of lines against a list of when each was used: what it holds is what was used last. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/mcu/armv7m/lines.h"

#define LINES 400
#define LOOKS 60000

struct truth {
    unsigned used[LINES]; /* number of the last use; 0: not held */
    unsigned held;
};

static void drop_oldest(struct truth *t) {
    unsigned oldest = LINES;
    for (unsigned i = 0; i < LINES; i++)
        if (t->used[i] && (oldest == LINES || t->used[i] < t->used[oldest]))
            oldest = i;
    t->used[oldest] = 0;
    t->held--;
}

static void look(struct armv7m_cache *cache, struct truth *t, unsigned line, unsigned number) {
    cr_assert_eq(armv7m_cache_has(cache, line), t->used[line] != 0, "line %u, look %u", line,
                 number);
    if (t->used[line]) {
        armv7m_cache_use(cache, line);
    } else {
        armv7m_cache_fill(cache, line);
        if (t->held == cache->size)
            drop_oldest(t);
        t->held++;
    }
    t->used[line] = number;
}

/* In loops of `loop` lines, every other look somewhere else. */
static void walk(unsigned size, unsigned loop) {
    static struct armv7m_cached *held[LINES];
    struct armv7m_cache cache = {.on = true, .size = size, .held = held};
    struct truth truth = {0};
    uint32_t draw = 1;
    memset(held, 0, sizeof held);
    for (unsigned i = 1; i <= LOOKS; i++) {
        draw = draw * 1664525 + 1013904223;
        look(&cache, &truth, draw >> 8 & 1 ? i % loop : (draw >> 10) % LINES, i);
        if (i % 20000 == 0) {
            armv7m_cache_clear(&cache);
            truth = (struct truth){0};
        }
    }
}

Test(armv7m_lines, holds_what_was_used_last) {
    static const unsigned sizes[] = {1, 2, 8, ARMV7M_CACHE_MAX};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        walk(sizes[i], sizes[i] + 1);
        walk(sizes[i], LINES);
        walk(sizes[i], sizes[i] / 2 + 1);
    }
}
