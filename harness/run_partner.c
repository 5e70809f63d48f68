#include "harness/run_partner.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/far_end.h"

struct run_partner {
    const struct partner_limits *limits;
    struct partner *partner;
    struct far_end end;
    struct run_heard heard[RUN_MAX_HEARD]; /* the first ones */
    size_t n_heard;
};

static void on_frame(void *user, const struct partner_frame *frame) {
    struct run_partner *p = user;
    if (p->n_heard == RUN_MAX_HEARD)
        return;
    p->heard[p->n_heard++] = (struct run_heard){
        .time = frame->start - p->end.cable.delay,
        .octets = frame->n,
        .why = frame->damage == PARTNER_GOOD ? NULL : partner_damage_text(frame->damage),
        .tp_idl_ns = (double)frame->tp_idl * 1e-3,
        .rate_ppm = frame->rate_ppm,
    };
}

static void on_output(void *user, const struct partner_output *output) {
    (void)user, (void)output; /* the run itself sends the capture and the link pulses */
}

struct run_partner *run_partner_open(const struct board *board, const char *profile,
                                     struct sim_err *err) {
    struct run_partner *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->limits = partner_profile(profile ? profile : "tolerant");
    p->partner = partner_create(&(struct partner_settings){
        .limits = p->limits,
        .full_duplex = true,
        .linked = true, /* the run begins long after somebody plugged in the cable */
        .user = p,
        .on_frame = on_frame,
        .on_output = on_output,
    });
    if (!p->partner)
        abort();
    if (far_end_init(&p->end, &board->config.line, p->limits, p->partner, err))
        return p;
    run_partner_close(p);
    return NULL;
}

void run_partner_close(struct run_partner *p) {
    if (!p)
        return;
    partner_destroy(p->partner);
    free(p);
}

struct transmitter_sink run_partner_sink(struct run_partner *p) {
    return far_end_sink(&p->end);
}

void run_partner_finish(struct run_partner *p, sim_time time, struct run_port *out) {
    partner_run_until(p->partner, time + p->end.cable.delay);
    const struct partner_counters *c = partner_counters(p->partner);
    *out = (struct run_port){
        .present = true,
        .link_up = partner_link_is_up(p->partner),
        .link_downs = c->link_downs,
        .pulses = c->pulses,
        .inverted_pulses = c->inverted_pulses,
        .odd_pulses = c->odd_pulses,
        .frames = c->frames,
        .taken = c->damaged[PARTNER_GOOD],
        .n_heard = p->n_heard,
        .heard = malloc((p->n_heard + 1) * sizeof *out->heard),
    };
    if (!out->heard)
        abort();
    for (size_t i = 0; i < p->n_heard; i++)
        out->heard[i] = p->heard[i];
    snprintf(out->profile, sizeof out->profile, "%s", p->limits->name);
}
