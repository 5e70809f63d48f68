/* What a live session's TCP connections carry, in simulated time. IPv4; frames as they pass the
 * partner, those of the board when they came whole. */
#ifndef HARNESS_LIVE_TCP_H
#define HARNESS_LIVE_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simtime.h"

#define LIVE_TCP_FLOWS 32 /* at a time; of more, the oldest begins anew */

enum live_tcp_way { LIVE_TCP_TO_BOARD, LIVE_TCP_FROM_BOARD, LIVE_TCP_WAYS };

struct live_tcp_sums {
    uint64_t connections;
    uint64_t octets[LIVE_TCP_WAYS];  /* payload that the other side acknowledged, */
    uint64_t carried[LIVE_TCP_WAYS]; /* and all that was carried: some of it twice */
    sim_time taken;   /* by all of them: each from its first frame to its last acknowledgement */
    sim_time longest; /* of one */
};

/* Zeroed: nothing yet. */
struct live_tcp {
    struct live_tcp_flow {
        bool used, began[LIVE_TCP_WAYS], ended[LIVE_TCP_WAYS];
        uint8_t key[12]; /* host's and board's address, host's and board's port */
        uint32_t first[LIVE_TCP_WAYS], acknowledged[LIVE_TCP_WAYS], fin[LIVE_TCP_WAYS];
        sim_time from, to;
    } flows[LIVE_TCP_FLOWS];
    size_t next_flow;
    struct live_tcp_sums sums;
};

/* A frame without FCS; anything but TCP is passed over. */
void live_tcp_frame(struct live_tcp *tcp, enum live_tcp_way way, const uint8_t *frame, size_t n,
                    sim_time time);

#endif
