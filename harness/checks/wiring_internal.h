/* Private to wiring*.c: the phases of wiring_create(), in their order. */
#ifndef HARNESS_CHECKS_WIRING_INTERNAL_H
#define HARNESS_CHECKS_WIRING_INTERNAL_H

#include "harness/checks/wiring.h"

enum { WIRING_CAN_LOW = 1, WIRING_CAN_HIGH = 2, WIRING_CAN_BOTH = 3 };
enum { WIRING_FOLLOWS = 4, WIRING_INVERTS = 8 };

void *wiring_zeroed(size_t n, size_t size); /* never NULL */

/* Union-find over indices, the lower index being the root. */
uint32_t wiring_root(uint32_t *parent, uint32_t i);
void wiring_join(uint32_t *parent, uint32_t a, uint32_t b);

/* The other pin's node of a part of two pins (R, C), or of a FET's channel. */
uint32_t wiring_other_end(const struct wiring *w, uint32_t pin);
enum part_unit_kind wiring_kind(const struct wiring *w, uint32_t pin); /* PASSIVE: no unit */

/* What a connector's pin does to its node: WIRING_BY_..., 0 when it only hears. */
uint8_t wiring_outside_by(const struct wiring *w, uint32_t pin, uint32_t node);
/* The board states that the MCU sends here, and no pad of an MCU says otherwise. */
bool wiring_sent_here(const struct wiring *w, uint32_t node);

/* A first-in first-out list of pools, each in it at most once at a time. */
struct wiring_queue {
    uint32_t *ring;
    bool *queued;
    uint32_t size, head, n;
};
struct wiring_queue wiring_queue(uint32_t size);
void wiring_queue_put(struct wiring_queue *q, uint32_t pool);
uint32_t wiring_queue_take(struct wiring_queue *q);
void wiring_queue_finish(struct wiring_queue *q);
/* Every pool that depends on this one, into the queue. */
void wiring_wake(const struct wiring *w, struct wiring_queue *q, uint32_t pool);

/* Pins looked at before a phase gives up on a file made to be slow: without a claim. */
#define WIRING_BUDGET 20000000u
/* Takes a pool's pins off `left`; false when nothing is left. */
bool wiring_spend(const struct wiring *w, uint64_t *left, uint32_t pool);

void wiring_find_pools(struct wiring *w);
void wiring_find_levels(struct wiring *w);
void wiring_find_rings(struct wiring *w);
void wiring_find_toggles(struct wiring *w);
void wiring_find_used(struct wiring *w);

#endif
