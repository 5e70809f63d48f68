/* A partner on the bench: what it is fed with, and what it said. */
#ifndef TESTS_MODELS_PARTNER_BENCH_H
#define TESTS_MODELS_PARTNER_BENCH_H

#include "models/line/partner.h"
#include "models/line/source.h"

#define BENCH_MOST 4096

struct bench {
    struct partner *partner;
    struct partner_settings settings;
    struct line_settings line; /* of bench_frame() */
    sim_time now;
    /* what it received; the last frame's octets */
    struct partner_frame frames[BENCH_MOST];
    size_t n_frames;
    uint8_t octets[PARTNER_MAX_OCTETS];
    /* link changes */
    sim_time link_at[BENCH_MOST];
    bool link[BENCH_MOST];
    size_t n_links;
    /* what it sent */
    struct partner_output outputs[BENCH_MOST];
    size_t n_outputs;
    uint8_t source_octets[LINE_MAX_FRAME];
};

/* Half duplex, no auto-negotiation, a plain line. Change `settings` and `line`, then open. */
void bench_init(struct bench *bench, const char *profile);
void bench_open(struct bench *bench);
void bench_close(struct bench *bench);

/* A pulse of `level` (PARTNER_SQUELCH positive) from `time` on, ended by idle. */
void bench_pulse(struct bench *bench, sim_time time, sim_time width, int level);
/* Pulses 16 ms apart until the link is up; fails the test when it does not come. */
void bench_link_up(struct bench *bench);
/* `n` octets of a frame with a good FCS. */
size_t bench_make(struct bench *bench, size_t n);
/* The made octets as bench->line sends them; bits cut off the end of the data leave dribble.
 * Returns the end of the last bit cell. */
sim_time bench_frame(struct bench *bench, sim_time start, size_t n);
/* The edges of such a frame, to be changed and fed one by one. */
size_t bench_edges(struct bench *bench, sim_time start, size_t n, struct line_edge *edges);
void bench_feed(struct bench *bench, const struct line_edge *edges, size_t n);
/* Both, 64 octets at now + 1 ms, and 2 ms more: the damage it is found to have. */
enum partner_damage bench_verdict(struct bench *bench);
void bench_run(struct bench *bench, sim_time until);
/* The last thing of this kind that was sent, NULL: none. */
const struct partner_output *bench_sent(const struct bench *bench, enum partner_sent kind);
size_t bench_count(const struct bench *bench, enum partner_sent kind);

#endif
