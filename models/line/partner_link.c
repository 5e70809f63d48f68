#include "models/line/partner_link.h"

void link_test_init(struct link_test *test, const struct partner_limits *limits) {
    *test = (struct link_test){.limits = limits};
}

/* "start link_loss_timer" or "link_test_max_timer", and "start link_test_min_timer" */
static void start_timers(struct link_test *test, sim_time time) {
    test->loss_from = test->min_from = time;
}

static void fail_reset(struct link_test *test, sim_time time) {
    test->state = LINK_FAIL;
    test->count = 0;
    start_timers(test, time);
}

static void pass(struct link_test *test, sim_time time) {
    test->state = LINK_PASS;
    start_timers(test, time);
}

void link_test_pulse(struct link_test *test, sim_time time) {
    bool early = time - test->min_from < test->limits->link_test_min;
    if (test->state == LINK_PASS && !early)
        start_timers(test, time);
    if (test->state != LINK_FAIL)
        return;
    if (early) {
        fail_reset(test, time);
        return;
    }
    start_timers(test, time);
    if (++test->count >= test->limits->lc_max)
        pass(test, time);
}

void link_test_active(struct link_test *test, sim_time time, bool active) {
    test->active = active;
    if (test->state == LINK_FAIL && active)
        test->state = LINK_EXTEND;
    else if (test->state == LINK_EXTEND && !active)
        pass(test, time);
    else if (test->state == LINK_PASS)
        start_timers(test, time);
}

sim_time link_test_next(const struct link_test *test) {
    if (test->active)
        return SIM_NEVER;
    bool passing = test->state == LINK_PASS;
    return test->loss_from + (passing ? test->limits->link_loss : test->limits->link_test_max);
}

void link_test_timeout(struct link_test *test, sim_time time) {
    fail_reset(test, time);
}
