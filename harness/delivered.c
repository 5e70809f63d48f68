#include "harness/delivered.h"

#include <stdlib.h>
#include <string.h>

struct pending {
    size_t capture, n;
    uint64_t frame, ordinal;
    sim_time start, end;
    uint8_t *octets;
    size_t capacity;
};

struct delivered {
    struct run_result *result;
    delivered_failed *failed;
    delivered_damaged *damaged;
    void *user;
    struct pending ring[DELIVERED_PENDING];
    uint64_t first, next;                   /* positions; the ring holds first .. next - 1 */
    size_t last_capture, delivered_capture; /* of the frame sent last; delivered last */
};

struct delivered *delivered_create(struct run_result *result, delivered_failed *failed,
                                   delivered_damaged *damaged, void *user) {
    struct delivered *d = calloc(1, sizeof *d);
    if (d) {
        d->result = result;
        d->failed = failed;
        d->damaged = damaged;
        d->user = user;
    }
    return d;
}

void delivered_destroy(struct delivered *d) {
    for (size_t i = 0; d && i < DELIVERED_PENDING; i++)
        free(d->ring[i].octets);
    free(d);
}

static struct pending *at(struct delivered *d, uint64_t position) {
    return &d->ring[position % DELIVERED_PENDING];
}

static void give_up(struct delivered *d) {
    const struct pending *p = at(d, d->first++);
    struct run_capture *capture = &d->result->captures[p->capture];
    if (p->n > DELIVERED_LONGEST && !d->damaged(d->user, p->ordinal)) {
        capture->refused++;
        return;
    }
    const struct delivered_failure failure = {.kind = RUN_LOST,
                                              .capture = p->capture,
                                              .frame = p->frame,
                                              .ordinal = p->ordinal,
                                              .start = p->start,
                                              .end = p->end,
                                              .n = p->n};
    if (d->failed(d->user, &failure) == RUN_CORRUPT)
        capture->corrupt++;
    else
        capture->lost++;
}

void delivered_sent(struct delivered *d, size_t capture, uint64_t frame, const uint8_t *octets,
                    size_t n, sim_time start, sim_time end) {
    while (d->first < d->next && (d->next - d->first == DELIVERED_PENDING ||
                                  at(d, d->first)->end + DELIVERED_PATIENCE < start))
        give_up(d);
    struct pending *p = at(d, d->next);
    if (p->capacity < n) {
        uint8_t *more = realloc(p->octets, n);
        if (!more)
            abort();
        p->octets = more;
        p->capacity = n;
    }
    memcpy(p->octets, octets, n);
    p->capture = d->last_capture = capture;
    p->frame = frame;
    p->ordinal = ++d->next;
    p->n = n;
    p->start = start;
    p->end = end;
    d->result->captures[capture].sent++;
}

static void extra(struct delivered *d, size_t n, sim_time time) {
    d->result->captures[d->last_capture].extra++;
    const struct delivered_failure failure = {
        .kind = RUN_EXTRA, .capture = d->last_capture, .start = time, .end = time, .n = n};
    d->failed(d->user, &failure);
}

uint64_t delivered_take(struct delivered *d, const uint8_t *octets, size_t n, sim_time time) {
    uint64_t found = d->first;
    for (; found < d->next; found++) {
        const struct pending *p = at(d, found);
        if (p->n == n + 4 && memcmp(p->octets, octets, n) == 0)
            break;
    }
    if (found == d->next) {
        extra(d, n, time);
        return 0;
    }
    while (d->first < found)
        give_up(d);
    const struct pending *p = at(d, d->first++);
    d->delivered_capture = p->capture;
    struct run_capture *capture = &d->result->captures[d->delivered_capture];
    capture->recovered++;
    capture->delivered++;
    return p->ordinal;
}

void delivered_drop(struct delivered *d) {
    d->result->captures[d->delivered_capture].dropped_after++;
}

void delivered_finish(struct delivered *d) {
    while (d->first < d->next)
        give_up(d);
}
