#include "harness/view/decoders/wire_burst.h"

#define BIT_NS    100.0
#define IDLE_NS   100.0 /* less than a bit between the thresholds is a slow edge, or noise */
#define GAP_NS    200.0 /* edges come at most a bit apart, and two times 30 ns of jitter */
#define LEAST_BIT 4     /* ticks: two per half */
#define PULSE_NS  400.0 /* pulses longer than that are no pulse of a link */

/* Levels are asked for last: of most edges the time says enough. */
static bool begins(struct segments *segments, const struct store_cursor *before,
                   const struct store_cursor *at) {
    const struct wire_bursts *bursts = segments->self;
    int64_t since = at->time - before->time;
    if (since < bursts->idle)
        return false;
    return (since >= bursts->gap || decode_level(before) < 0) && decode_level(at) >= 0;
}

bool wire_bursts_init(struct wire_bursts *bursts, const struct store *store, uint32_t signal) {
    *bursts = (struct wire_bursts){.segments = {.store = store, .signal = signal, .begins = begins},
                                   .bit = decode_ticks(store, BIT_NS),
                                   .idle = (int64_t)decode_ticks(store, IDLE_NS),
                                   .gap = (int64_t)decode_ticks(store, GAP_NS)};
    bursts->segments.self = bursts;
    return bursts->bit >= LEAST_BIT;
}

static void set_next(struct wire_bursts *bursts, struct wire_burst *burst) {
    burst->next = burst->at;
    burst->last = !store_next(&burst->next);
    burst->ended = burst->last ||
                   !segment_goes_on(&bursts->segments, &burst->segment, &burst->at, &burst->next);
}

static void start(struct wire_bursts *bursts, struct wire_burst *burst) {
    burst->at = burst->segment.start;
    burst->level = -1;
    burst->started = burst->idle = false;
    burst->edge_time = burst->end = burst->at.time;
    set_next(bursts, burst);
}

bool wire_burst_seek(struct wire_bursts *bursts, int64_t time, struct wire_burst *burst) {
    *burst = (struct wire_burst){0};
    if (!segment_seek(&bursts->segments, time, &burst->segment))
        return false;
    start(bursts, burst);
    return true;
}

/* The change at `at`: an edge? Otherwise it may be the end. */
static bool take_change(struct wire_bursts *bursts, struct wire_burst *burst) {
    int level = decode_level(&burst->at);
    if (level >= 0 && level != burst->level) {
        burst->level = level;
        burst->end = burst->edge_time = burst->at.time;
        burst->idle = false;
        return true;
    }
    if (level < 0 && (burst->last || burst->next.time - burst->at.time >= bursts->idle)) {
        burst->end = burst->at.time;
        burst->idle = true;
    }
    return false;
}

bool wire_burst_edge(struct wire_bursts *bursts, struct wire_burst *burst, struct wire_edge *edge) {
    for (;;) {
        if (burst->started) {
            if (burst->ended)
                return false;
            burst->at = burst->next;
            set_next(bursts, burst);
        }
        burst->started = true;
        if (take_change(bursts, burst)) {
            *edge = (struct wire_edge){burst->at.time, burst->level == 1};
            return true;
        }
    }
}

bool wire_burst_next(struct wire_bursts *bursts, struct wire_burst *burst) {
    if (burst->last)
        return false;
    bool cut = !begins(&bursts->segments, &burst->at, &burst->next);
    burst->segment = (struct segment){.start = burst->next, .cut = cut};
    start(bursts, burst);
    return true;
}

bool wire_burst_is_pulse(struct wire_bursts *bursts, const struct wire_burst *burst,
                         struct wire_pulse *pulse) {
    struct wire_burst walk = *burst;
    struct wire_edge edge[3] = {{0, false}};
    size_t n = 0;
    while (n < 3 && wire_burst_edge(bursts, &walk, &edge[n]))
        n++;
    if (n == 0 || n == 3 || walk.segment.cut)
        return false;
    /* From rest at z: up, and back to z or below it. Of 0 and 1 alone: up and down. */
    int64_t to = n == 2 ? edge[1].time : walk.end;
    *pulse = (struct wire_pulse){edge[0].time, to, edge[0].high, n == 2 || walk.idle};
    return to - pulse->from <= (int64_t)decode_ticks(bursts->segments.store, PULSE_NS);
}
