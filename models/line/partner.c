/* The partner as a whole: its timers in order, what one part finds handed to the others. */
#include "models/line/partner_internal.h"

#include <stdlib.h>

#define NOMINAL_BIT_PS ((double)PARTNER_BIT_PS)

struct partner *partner_create(const struct partner_settings *settings) {
    struct partner *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->settings = *settings;
    p->mac.bit_ps = NOMINAL_BIT_PS / (1 + settings->ppm * 1e-6);
    p->mac.queue = calloc(PARTNER_QUEUE, sizeof *p->mac.queue);
    if (!p->mac.queue) {
        partner_destroy(p);
        return NULL;
    }
    link_test_init(&p->link, settings->limits);
    if (settings->linked) {
        p->link.state = LINK_PASS;
        p->passing = p->up = true;
    }
    return p;
}

void partner_destroy(struct partner *p) {
    if (!p)
        return;
    free(p->mac.queue);
    free(p);
}

int partner_level(const struct partner_limits *limits, double volt) {
    double size = volt < 0 ? -volt : volt;
    int level = size > limits->squelch_v ? PARTNER_SQUELCH
                                         : (size > limits->slice_v ? PARTNER_SLICE : PARTNER_IDLE);
    return volt < 0 ? -level : level;
}

const char *partner_damage_text(enum partner_damage damage) {
    static const char *const texts[] = {
        [PARTNER_GOOD] = "good",
        [PARTNER_LINK_DOWN] = "the link was down",
        [PARTNER_COLLISION] = "collision",
        [PARTNER_PREAMBLE] = "preamble too short",
        [PARTNER_NO_SFD] = "no start of frame found",
        [PARTNER_POLARITY] = "polarity inverted",
        [PARTNER_CLOCK] = "an edge off its place",
        [PARTNER_RATE] = "bit rate off",
        [PARTNER_SHORT] = "too short",
        [PARTNER_LONG] = "too long",
        [PARTNER_ALIGNMENT] = "FCS wrong, no whole number of octets",
        [PARTNER_FCS] = "FCS wrong",
        [PARTNER_GAP] = "too close behind the frame before",
        [PARTNER_TP_IDL] = "end of frame too short",
    };
    return texts[damage];
}

/* --- the link */

static void set_up(struct partner *p, sim_time time, bool up) {
    p->up = up;
    if (up) {
        p->counters.link_ups++;
        /* An edge may be what brings the link up; whoever drives the line learns of it later. */
        p->mac.gap_from = time > p->mac.gap_from ? time : p->mac.gap_from;
    } else {
        p->counters.link_downs++;
        p->swapped = false; /* Intel 8254x manual, 11.13.4 */
    }
    if (p->settings.on_link)
        p->settings.on_link(p->settings.user, up, time);
}

static void follow_link(struct partner *p, sim_time time) {
    bool passing = p->link.state == LINK_PASS;
    if (passing && !p->passing)
        p->up_at = time + (p->settings.autoneg ? p->settings.limits->parallel_wait : 0);
    p->passing = passing;
    if (!passing && p->up)
        set_up(p, time, false);
    if (passing && !p->up && time >= p->up_at)
        set_up(p, time, true);
}

static sim_time up_next(const struct partner *p) {
    return p->passing && !p->up ? p->up_at : SIM_NEVER;
}

/* --- what the receiver found */

void partner_carrier_changed(struct partner *p, sim_time time, bool on) {
    if (on) {
        p->up_at_start = p->up;
        p->collided = p->mac.state != MAC_READY && !p->settings.full_duplex;
    }
    link_test_active(&p->link, time, on);
    follow_link(p, time);
    mac_carrier(p, time, on);
}

/* Counts what came inverted in a row, and swaps the pair when it is enough. */
static void note_polarity(struct partner *p, unsigned *count, unsigned limit, bool inverted) {
    *count = inverted ? *count + 1 : 0;
    if (limit == 0 || *count < limit)
        return;
    *count = 0;
    p->swapped = !p->swapped;
}

void partner_pulse(struct partner *p, sim_time time, int sign) {
    bool inverted = sign < 0;
    p->counters.pulses += !inverted;
    p->counters.inverted_pulses += inverted;
    note_polarity(p, &p->inverted_pulses, p->settings.limits->inverted_pulses, inverted);
    if (!inverted)
        link_test_pulse(&p->link, time);
    follow_link(p, time);
}

void partner_frame_end(struct partner *p, sim_time time, struct partner_frame *frame,
                       bool inverted_end) {
    (void)time;
    if (p->collided)
        frame->damage = PARTNER_COLLISION;
    else if (!p->up_at_start)
        frame->damage = PARTNER_LINK_DOWN;
    if (inverted_end || frame->tp_idl > 0)
        note_polarity(p, &p->inverted_ends, p->settings.limits->inverted_ends, inverted_end);
    p->last_frame_end = p->collided ? 0 : frame->end; /* a fragment has no gap to keep */
    p->counters.frames++;
    p->counters.damaged[frame->damage]++;
    p->counters.dribbles += frame->dribble > 0;
    p->counters.false_carriers += !p->rx.locked;
    if (p->settings.on_frame)
        p->settings.on_frame(p->settings.user, frame);
}

/* --- time */

static sim_time least(sim_time a, sim_time b) {
    return a < b ? a : b;
}

sim_time partner_next(const struct partner *p) {
    sim_time link = least(link_test_next(&p->link), up_next(p));
    sim_time next = least(least(receiver_next(p), mac_next(p)), link);
    return next < p->now ? p->now : next;
}

/* One timer. At the same time the receiver's comes first: the MAC acts on what is there. */
static void timeout(struct partner *p) {
    sim_time time = partner_next(p);
    p->now = time;
    if (receiver_next(p) <= time) {
        receiver_timeout(p, time);
    } else if (link_test_next(&p->link) <= time) {
        link_test_timeout(&p->link, time);
        follow_link(p, time);
    } else if (up_next(p) <= time) {
        follow_link(p, time);
    } else {
        mac_timeout(p, time);
    }
}

void partner_run_until(struct partner *p, sim_time time) {
    while (partner_next(p) <= time)
        timeout(p);
    p->now = time > p->now ? time : p->now;
}

void partner_edge(struct partner *p, sim_time time, int level) {
    partner_run_until(p, time);
    receiver_edge(p, p->now, level);
}

size_t partner_waiting(const struct partner *p) {
    return p->mac.n_queued;
}

bool partner_link_is_up(const struct partner *p) {
    return p->up;
}

bool partner_carrier(const struct partner *p) {
    return p->rx.active && p->rx.open && !p->rx.ended;
}

bool partner_sending(const struct partner *p) {
    return p->mac.state != MAC_READY;
}

const struct partner_counters *partner_counters(const struct partner *p) {
    return &p->counters;
}
