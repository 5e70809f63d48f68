/* A picture's columns. The directory tells which block a column's end lies in and what whole
 * blocks within a column hold, so that a column costs one search in one block, whatever the
 * time that it stands for. */
#include "harness/view/store_walk.h"

/* Changes `from` up to, not with, `to` lie between these stops. */
struct stretch {
    const struct store_walk *walk;
    const struct store_stop *from, *to;
};

/* How a stretch lies over blocks: `first` up to, not with, `last` are in it whole. If first is
 * beyond last, it is changes `head` up to, not with, `tail` of block last; else the changes from
 * `head` on of the block before first also, unless that is 0, and those of last before `tail`. */
struct cover {
    uint64_t first, last;
    uint32_t head, tail;
};

static inline struct cover cover_of(const struct stretch *stretch) {
    uint64_t from = stretch->from->at, to = stretch->to->at;
    uint32_t head = from % LAYOUT_BLOCK;
    return (struct cover){from / LAYOUT_BLOCK + (head != 0), to / LAYOUT_BLOCK, head,
                          to % LAYOUT_BLOCK};
}

/* --- what was seen of a bit ------------------------------------------------------------------ */

static char seen_of(char c) {
    unsigned bit = (unsigned char)c ^ '0';
    return (char)(bit > 1 ? 4 : bit + 1);
}

static char seen_in_part(const struct store_block *block, uint32_t from, uint32_t to) {
    char seen = 0;
    for (uint32_t i = from; i < to; i++) {
        seen |= seen_of(store_block_char(block, i));
        if (block->encoding == LAYOUT_ALTERNATE && i > from)
            break; /* more of the same */
    }
    return seen;
}

static char seen_in_blocks(const uint8_t *whole, uint64_t first, uint64_t last) {
    uint64_t all = 0;
    if (first + sizeof all > last) { /* first may be beyond last */
        for (; first < last; first++)
            all |= whole[first];
        return all & 7;
    }
    for (; first + sizeof all < last; first += sizeof all)
        all |= layout_load(whole + first);
    all |= layout_load(whole + last - sizeof all); /* some twice */
    all |= all >> 32;
    all |= all >> 16;
    all |= all >> 8;
    return all & 7;
}

/* Parts are left out that have nothing which was not seen elsewhere. */
static char seen_between(const struct stretch *stretch, char seen) {
    const struct store_walk *walk = stretch->walk;
    const uint8_t *whole = walk->store->base + walk->data->seen;
    struct cover cover = cover_of(stretch);
    bool one = cover.first > cover.last;
    seen |= seen_in_blocks(whole, cover.first, cover.last);
    if (cover.tail && whole[cover.last] & ~seen)
        seen |= seen_in_part(stretch->to->block, one ? cover.head : 0, cover.tail);
    if (cover.head && !one && whole[cover.first - 1] & ~seen)
        seen |= seen_in_part(stretch->from->block, cover.head, LAYOUT_BLOCK);
    return seen;
}

/* --- the range of numbers -------------------------------------------------------------------- */

static const struct layout_range *leaves(const struct store_walk *walk) {
    return (const struct layout_range *)(const void *)(walk->store->base + walk->data->ranges);
}

/* Whole blocks `from` up to, not with, `to`: by the coarsest nodes that fit. */
static void range_of_blocks(const struct store_walk *walk, uint64_t from, uint64_t to,
                            struct layout_range *range) {
    const struct layout_range *level = leaves(walk);
    uint64_t n = walk->n_blocks;
    while (from < to) {
        while (from < to && from % LAYOUT_FAN) {
            store_range_widen(range, level[from].low, level[from].high);
            from++;
        }
        while (from < to && to % LAYOUT_FAN) {
            to--;
            store_range_widen(range, level[to].low, level[to].high);
        }
        level += n;
        n = (n + LAYOUT_FAN - 1) / LAYOUT_FAN;
        from /= LAYOUT_FAN;
        to /= LAYOUT_FAN;
    }
}

/* The changes from `head` on of one block, those before `tail` of another. What is told at once
 * comes before what may be left out because of it. */
static void range_of_ends(const struct stretch *stretch, const struct cover *cover,
                          struct layout_range *range) {
    const struct store_block *from = stretch->from->block, *to = stretch->to->block;
    uint32_t first = layout_groups(cover->head), last = cover->tail / LAYOUT_GROUP;
    if (cover->head)
        store_block_range_groups(from, first, LAYOUT_BLOCK / LAYOUT_GROUP, range);
    if (cover->tail)
        store_block_range_groups(to, 0, last, range);
    if (cover->head)
        store_block_range_edge(from, cover->head, first * LAYOUT_GROUP, range);
    if (cover->tail)
        store_block_range_edge(to, last * LAYOUT_GROUP, cover->tail, range);
}

static void range_between(const struct stretch *stretch, struct layout_range *range) {
    const struct layout_range *whole = leaves(stretch->walk);
    struct cover cover = cover_of(stretch);
    if (cover.first > cover.last) {
        if (!store_range_holds(range, &whole[cover.last]))
            store_block_range(stretch->to->block, cover.head, cover.tail, range);
        return;
    }
    range_of_blocks(stretch->walk, cover.first, cover.last, range);
    if (cover.head && store_range_holds(range, &whole[cover.first - 1]))
        cover.head = 0;
    if (cover.tail && store_range_holds(range, &whole[cover.last]))
        cover.tail = 0;
    range_of_ends(stretch, &cover, range);
}

/* --- columns -------------------------------------------------------------------------------- */

/* What holds between changes. */
struct held {
    char value; /* as store_column.last */
    struct layout_range range;
};

static bool has_numbers(const struct layout_data *data) {
    return data->kind == STORE_VECTOR || data->kind == STORE_REAL;
}

/* What the last change before the stop left; *held stays where there is none. */
static void hold(const struct layout_data *data, const struct store_stop *stop, struct held *held) {
    uint32_t place = (stop->at - 1) % LAYOUT_BLOCK;
    if (!stop->block)
        return;
    held->value = store_block_char(stop->block, place);
    if (!has_numbers(data))
        return;
    held->range = store_range_none();
    store_block_range_changes(stop->block, place, place + 1, &held->range);
}

/* The column of a stretch; *held, what held before it, becomes what holds after it. */
static void fill(const struct stretch *stretch, struct held *held, struct store_column *column) {
    const struct layout_data *data = stretch->walk->data;
    uint64_t n = stretch->to->at - stretch->from->at;
    struct layout_range range = held->range;
    column->changes = n > 1 ? 2 : (uint8_t)n;
    column->first = held->value;
    column->seen = 0;
    if (n && has_numbers(data))
        range_between(stretch, &range);
    if (n > 1 && data->kind == STORE_BIT)
        column->seen = seen_between(stretch, held->value ? seen_of(held->value) : 0);
    if (n)
        hold(data, stretch->to, held);
    column->last = held->value;
    column->low = range.low;
    column->high = range.high;
}

/* The first tick of each column in turn: from + i * span / n without overflow. */
struct ticks {
    int64_t now, step, rest, n, remainder;
};

static struct ticks first_tick(int64_t from, int64_t span, size_t n) {
    return (struct ticks){
        .now = from, .step = span / (int64_t)n, .n = (int64_t)n, .remainder = span % (int64_t)n};
}

static void next_tick(struct ticks *ticks) {
    int64_t step = ticks->step;
    ticks->rest += ticks->remainder;
    if (ticks->rest >= ticks->n) {
        ticks->rest -= ticks->n;
        step++;
    }
    if (__builtin_add_overflow(ticks->now, step, &ticks->now))
        ticks->now = INT64_MAX;
}

/* The numbers of the next n times, from one tick after the other. */
static void next_whens(struct store_walk *clock, struct ticks *ticks, size_t n, int64_t *whens) {
    struct store_stop stops[STORE_WALK + 1];
    int64_t times[STORE_WALK];
    for (size_t i = 0; i < n; i++) {
        times[i] = ticks->now;
        next_tick(ticks);
    }
    store_walk_on(clock, times, n, stops);
    for (size_t i = 0; i < n; i++)
        whens[i] = times[i] == INT64_MAX ? INT64_MAX : (int64_t)stops[i + 1].at;
}

static size_t at_most(size_t n, size_t most) {
    return n < most ? n : most;
}

/* Columns `first` to first + STORE_GRID of those asked for. */
static const int64_t *grid_of(const struct store *store, int64_t from, int64_t span, size_t n,
                              size_t first) {
    struct store_grid *grid = store->grid;
    if (grid->filled && grid->from == from && grid->span == span && grid->n == n &&
        grid->first == first)
        return grid->whens;
    struct store_walk clock;
    struct ticks ticks = first_tick(from, span, n);
    store_walk_begin(&clock, store, &store->datas[store->head.clock]);
    for (size_t i = 0; i < first; i++)
        next_tick(&ticks);
    size_t ends = at_most(n - first, STORE_GRID) + 1;
    for (size_t i = 0; i < ends; i += STORE_WALK)
        next_whens(&clock, &ticks, at_most(ends - i, STORE_WALK), grid->whens + i);
    grid->from = from;
    grid->span = span;
    grid->n = n;
    grid->first = first;
    grid->filled = true;
    return grid->whens;
}

void store_columns(const struct store *store, uint32_t signal, int64_t from, int64_t span, size_t n,
                   struct store_column *columns) {
    struct store_walk walk;
    struct store_stop stops[STORE_WALK + 1];
    store_walk_begin(&walk, store, &store->datas[store->signals[signal].data]);
    store_walk_on(&walk, grid_of(store, from, span, n, 0), 1, stops);
    struct held held = {.range = store_range_none()};
    hold(walk.data, &stops[1], &held);
    for (size_t i = 0; i < n; i += STORE_WALK) {
        size_t batch = at_most(n - i, STORE_WALK);
        const int64_t *whens = grid_of(store, from, span, n, i - i % STORE_GRID) + i % STORE_GRID;
        store_walk_on(&walk, whens + 1, batch, stops);
        for (size_t k = 0; k < batch; k++) {
            struct stretch stretch = {&walk, &stops[k], &stops[k + 1]};
            fill(&stretch, &held, &columns[i + k]);
        }
    }
}
