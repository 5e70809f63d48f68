/* A live session without its operating system: a host's frames go through the link partner into
 * the board, what the board sends comes back through the partner's judgement.
 *
 *   host -> partner's MAC -> live_board.frame -> the board
 *   host <- partner's receiver <- live_edge() <- the board's transmit pair
 *
 * In simulated time. A step is never longer than the shortest way by which one side can
 * answer the other: while a frame waits for the line, less than an interframe gap; while one is
 * sent in half duplex, an octet.
 */
#ifndef HARNESS_LIVE_H
#define HARNESS_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/live_dhcp.h"
#include "harness/live_tcp.h"
#include "models/line/partner.h"
#include "sim/err.h"

struct live;

/* The board and its MCU. Times are the board's own. Each function returns false with `err` when
 * the session cannot go on. While they run, the crossings of the transmit pair up to where the
 * MCU stands are told to live_edge(), in the order of time. */
struct live_board {
    void *user;
    bool (*idle_until)(void *user, sim_time time, struct sim_err *err);
    bool (*pulse)(void *user, sim_time start, struct sim_err *err);
    /* Destination address to FCS. With `whole` set it is asked after each octet, the MCU
     * standing at its end: how many octets are sent before the jam, SIZE_MAX: all. */
    bool (*frame)(void *user, const uint8_t *octets, size_t n, sim_time start,
                  size_t (*whole)(struct live *live, sim_time now), struct live *live,
                  struct sim_err *err);
    sim_time (*now)(void *user);
};

struct live_settings {
    const struct partner_limits *profile;
    bool full_duplex, autoneg;
    bool dhcp; /* answer the board's DHCP; else the host must */
    uint8_t mac[6], server[4], address[4];
    double ppm;     /* of the partner's clock */
    sim_time delay; /* of the cable, one way */
    uint64_t seed;
    sim_time quantum; /* the longest step, up to 1 ms; 0: that. Results do not depend on it */
    struct live_board board;
    void *user;
    void (*to_host)(void *user, sim_time time, const uint8_t *frame, size_t n); /* without FCS */
    /* Everything the board sends, good or not; NULL: not wanted. */
    void (*on_frame)(void *user, const struct partner_frame *frame);
};

/* Echo requests of the host and the board's answers, in simulated time. */
struct live_pings {
    uint64_t sent, answered;
    sim_time least, most, sum;
};

struct live *live_create(const struct live_settings *settings); /* NULL: out of memory */
void live_destroy(struct live *live);                           /* accepts NULL */

/* One crossing of the board's transmit pair, at the board: a level of partner.h. */
void live_edge(struct live *live, sim_time time, int level);
/* A frame of the host, without FCS, now. False when there is no room: ask live_room() first. */
bool live_from_host(struct live *live, const uint8_t *frame, size_t n);
bool live_room(const struct live *live);
/* The session goes on; a frame begun is finished, so that it may end later than `time`. */
bool live_run_until(struct live *live, sim_time time, struct sim_err *err);

sim_time live_now(const struct live *live);
bool live_link(const struct live *live);
bool live_carrier(const struct live *live); /* the partner's squelch is open */
bool live_leased(const struct live *live);  /* the board took the address */
struct live_pings live_pings(const struct live *live);
struct live_tcp_sums live_tcp_sums(const struct live *live);
const struct partner_counters *live_counters(const struct live *live);

#endif
