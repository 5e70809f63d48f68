/* Two passes over the same changes: the second knows the bounds of the histogram. */
#include "harness/view/measure.h"

#include <math.h>

#define SEEN_BUDGET 500000   /* changes; also while panning */
#define FAST_BUDGET 20000000 /* between cursors, which stay: about a second */

/* Goes from pulse to pulse. */
struct pulses {
    struct store_cursor cursor;
    bool bits;
    char level, before, now;
    int64_t start, to;
    uint64_t budget;
};

static char level_of(const struct store_cursor *cursor) {
    char c = store_bit(cursor);
    return c == 'h' ? '1' : c == 'l' ? '0' : c;
}

static void note(struct pulses *p) {
    p->before = p->now;
    p->now = p->bits ? level_of(&p->cursor) : '*';
    p->start = p->cursor.time;
}

static bool step(struct pulses *p) {
    if (!p->budget || !store_next(&p->cursor) || p->cursor.time > p->to)
        return false;
    p->budget--;
    return true;
}

static bool is_level(char c) {
    return c == '0' || c == '1' || c == '*';
}

/* The next whole pulse's width; -1: there is none. */
static int64_t next_pulse(struct pulses *p) {
    while (step(p)) {
        int64_t start = p->start;
        char before = p->before, level = p->now;
        note(p);
        bool whole = is_level(before) && is_level(p->now);
        if (whole && (level == p->level || level == '*'))
            return view_difference(p->cursor.time, start);
    }
    return -1;
}

/* Stands on the last change before the range; a pulse that began there is not whole. */
static void begin(struct pulses *p, const struct store *store, uint32_t signal, int64_t from) {
    enum store_kind kind = store_signal(store, signal)->kind;
    p->bits = kind == STORE_BIT;
    p->start = from;
    bool any = store_seek(store, signal, from > INT64_MIN ? from - 1 : from, &p->cursor);
    if (any)
        p->now = p->bits ? level_of(&p->cursor) : '*';
    else if (kind == STORE_EVENT)
        p->now = '*'; /* even the first is a change */
}

static int64_t smallest(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void count(struct view_measure *m, int64_t width) {
    double off = (double)width - m->mean;
    m->least = m->n ? smallest(m->least, width) : width;
    m->most = width > m->most ? width : m->most;
    m->n++;
    m->mean += off / (double)m->n; /* Welford */
    m->deviation += off * ((double)width - m->mean);
}

static void sort_into_bins(struct view_measure *m, struct pulses *p) {
    m->bin_from = m->least;
    m->bin_width = (m->most - m->least) / VIEW_BINS + 1;
    for (int64_t width; (width = next_pulse(p)) >= 0;)
        m->bins[(width - m->bin_from) / m->bin_width]++;
}

static char level_for(const struct store *store, uint32_t signal, char level) {
    return store_signal(store, signal)->kind != STORE_BIT ? '*' : level == '0' ? '0' : '1';
}

void measure_pulses(const struct store *store, uint32_t signal, char level, int64_t from,
                    int64_t to, uint64_t budget, struct view_measure *out) {
    struct pulses first = {.level = level_for(store, signal, level), .to = to, .budget = budget};
    begin(&first, store, signal, from);
    struct pulses second = first;
    *out = (struct view_measure){
        .signal = signal, .level = first.level, .from = from, .to = to, .bin_width = 1};
    for (int64_t width; (width = next_pulse(&first)) >= 0;)
        count(out, width);
    out->cut = first.budget == 0;
    out->deviation = out->n ? sqrt(out->deviation / (double)out->n) : 0;
    if (out->n)
        sort_into_bins(out, &second);
}

static bool is_known(const struct view_measure *m, const struct view_measure *wanted) {
    return m->signal == wanted->signal && m->level == wanted->level && m->from == wanted->from &&
           m->to == wanted->to;
}

void measure_run(struct view *view) {
    uint32_t signal = view_row_signal(view, view->active);
    const int64_t *c = view->cursors;
    struct view_measure *m = &view->measure;
    struct view_measure wanted = {.signal = signal, .level = m->level, .bin_width = 1};
    bool between = c[0] != VIEW_NO_TIME && c[1] != VIEW_NO_TIME && c[0] != c[1];
    wanted.from = between ? smallest(c[0], c[1]) : view->from;
    wanted.to = between ? (c[0] > c[1] ? c[0] : c[1]) : view->from + view->span;
    if (signal == STORE_NONE) {
        *m = wanted;
        return;
    }
    wanted.level = level_for(view->store, signal, m->level);
    if (!is_known(m, &wanted))
        measure_pulses(view->store, signal, wanted.level, wanted.from, wanted.to,
                       between ? FAST_BUDGET : SEEN_BUDGET, m);
}
