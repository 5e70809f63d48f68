/* The link integrity test function of IEEE 802.3 14.2.1.7, figure 14-6. The states that only
 * wait for the end of a pulse, which is none here, are drawn together:
 *
 *   FAIL    LINK TEST FAIL RESET, WAIT and FAIL: counts pulses
 *   EXTEND  LINK TEST FAIL EXTEND: passes as soon as nothing is received
 *   PASS    IDLE TEST, also called LINK TEST PASS
 */
#ifndef MODELS_LINE_PARTNER_LINK_H
#define MODELS_LINE_PARTNER_LINK_H

#include "models/line/partner.h"

enum link_state { LINK_FAIL, LINK_EXTEND, LINK_PASS };

struct link_test {
    const struct partner_limits *limits;
    enum link_state state;
    unsigned count;     /* link_count */
    sim_time loss_from; /* start of link_loss_timer (PASS) or link_test_max_timer (FAIL) */
    sim_time min_from;  /* start of link_test_min_timer */
    bool active;        /* RD = active */
};

void link_test_init(struct link_test *test, const struct partner_limits *limits);
/* link_test_rcv: a link pulse of the right polarity. */
void link_test_pulse(struct link_test *test, sim_time time);
/* RD becomes active or idle. */
void link_test_active(struct link_test *test, sim_time time, bool active);
/* The timer that runs out next, SIM_NEVER while RD is active. */
sim_time link_test_next(const struct link_test *test);
void link_test_timeout(struct link_test *test, sim_time time);

#endif
