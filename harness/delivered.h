/* Sent frames against what the firmware delivers: in order, by content, since a driver may
 * check and deliver a frame while the next one is on the line. A frame is
 *   recovered  when it is delivered, octet for octet, before any later one;
 *   lost       when a later one is delivered first, or nothing comes in time; it counts as
 *              corrupt when it was damaged before it reached the MCU;
 *   refused    when it is longer than the firmware accepts and does not come: rightly so.
 * A delivered frame that nobody sent, or that was delivered before, is extra.
 */
#ifndef HARNESS_DELIVERED_H
#define HARNESS_DELIVERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/run_result.h"
#include "sim/simtime.h"

#define DELIVERED_PENDING  256           /* frames at most under way in the firmware */
#define DELIVERED_PATIENCE (50 * SIM_MS) /* a frame that old is lost */
#define DELIVERED_LONGEST  1522          /* octets with FCS: longer ones may be refused */

/* A frame that was not delivered, or (number 0) one that nobody sent. */
struct delivered_failure {
    enum run_failure_kind kind;
    size_t capture;
    uint64_t frame;      /* in its capture */
    uint64_t ordinal;    /* of the run, 1-based */
    sim_time start, end; /* of the frame on the line; of the delivery */
    size_t n;
};
/* Returns what a frame that was not delivered counts as: lost, or corrupt when the board
 * damaged it. */
typedef enum run_failure_kind delivered_failed(void *user, const struct delivered_failure *failure);

/* Whether the board damaged a frame: one that is too long is then not rightly refused. */
typedef bool delivered_damaged(void *user, uint64_t ordinal);

struct delivered;

/* NULL: out of memory. */
struct delivered *delivered_create(struct run_result *result, delivered_failed *failed,
                                   delivered_damaged *damaged, void *user);
void delivered_destroy(struct delivered *delivered); /* accepts NULL */
/* A frame (with FCS) is on the line from `start` to `end`. */
void delivered_sent(struct delivered *delivered, size_t capture, uint64_t frame,
                    const uint8_t *octets, size_t n, sim_time start, sim_time end);
/* The firmware delivered a frame, without FCS. Returns its ordinal, 0 for an extra one. */
uint64_t delivered_take(struct delivered *delivered, const uint8_t *octets, size_t n,
                        sim_time time);
/* It dropped the frame that it delivered last. */
void delivered_drop(struct delivered *delivered);
/* Nothing more will come: what is pending is lost or refused. */
void delivered_finish(struct delivered *delivered);

#endif
