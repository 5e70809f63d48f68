#include "tests/models/partner_bench.h"

#include <criterion/criterion.h>
#include <string.h>

#include "sim/rng.h"

static void on_frame(void *user, const struct partner_frame *frame) {
    struct bench *b = user;
    cr_assert_lt(b->n_frames, BENCH_MOST);
    memcpy(b->octets, frame->octets, frame->n);
    b->frames[b->n_frames++] = *frame;
}

static void on_link(void *user, bool up, sim_time time) {
    struct bench *b = user;
    cr_assert_lt(b->n_links, BENCH_MOST);
    b->link[b->n_links] = up;
    b->link_at[b->n_links++] = time;
}

static void on_output(void *user, const struct partner_output *output) {
    struct bench *b = user;
    cr_assert_lt(b->n_outputs, BENCH_MOST);
    b->outputs[b->n_outputs++] = *output;
}

void bench_init(struct bench *b, const char *profile) {
    *b = (struct bench){
        .settings = {.limits = partner_profile(profile),
                     .seed = 1,
                     .user = b,
                     .on_frame = on_frame,
                     .on_link = on_link,
                     .on_output = on_output},
        .line = {.amplitude_v = 2.5, .tp_idl_ps = 300000, .seed = 1},
    };
    cr_assert_not_null(b->settings.limits);
}

void bench_open(struct bench *b) {
    b->partner = partner_create(&b->settings);
    cr_assert_not_null(b->partner);
}

void bench_close(struct bench *b) {
    partner_destroy(b->partner);
}

void bench_pulse(struct bench *b, sim_time time, sim_time width, int level) {
    partner_edge(b->partner, time, level);
    partner_edge(b->partner, time + width, PARTNER_IDLE);
    b->now = time + width;
}

void bench_link_up(struct bench *b) {
    for (int i = 0; i < 80 && !partner_link_is_up(b->partner); i++)
        bench_pulse(b, b->now + 16 * SIM_MS, 100 * SIM_NS, PARTNER_SQUELCH);
    bench_run(b, b->now + SIM_MS);
    cr_assert(partner_link_is_up(b->partner));
}

size_t bench_make(struct bench *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        b->source_octets[i] = (uint8_t)rng_u64(9, 0, i);
    b->source_octets[12] = 0x08;
    uint32_t fcs = line_fcs(b->source_octets, n - 4);
    for (int i = 0; i < 4; i++)
        b->source_octets[n - 4 + (size_t)i] = (uint8_t)(fcs >> 8 * i);
    return n;
}

static int level_of(uint8_t level) {
    return level == LINE_IDLE ? PARTNER_IDLE : level ? PARTNER_SQUELCH : -PARTNER_SQUELCH;
}

size_t bench_edges(struct bench *b, sim_time start, size_t n, struct line_edge *edges) {
    struct line_source *source = line_source_create(&b->line);
    struct line_burst burst;
    const struct line_edge *drawn;
    cr_assert_not_null(source);
    cr_assert(line_source_frame(source, b->source_octets, n, start, &burst));
    size_t count = line_source_edges(source, &burst, &drawn);
    memcpy(edges, drawn, count * sizeof *edges);
    b->now = burst.data_end;
    line_source_destroy(source);
    return count;
}

void bench_feed(struct bench *b, const struct line_edge *edges, size_t n) {
    for (size_t i = 0; i < n; i++)
        partner_edge(b->partner, edges[i].time, level_of(edges[i].level));
}

sim_time bench_frame(struct bench *b, sim_time start, size_t n) {
    static struct line_edge edges[20 * (LINE_MAX_FRAME + 600)];
    bench_feed(b, edges, bench_edges(b, start, n, edges));
    return b->now;
}

enum partner_damage bench_verdict(struct bench *b) {
    size_t before = b->n_frames;
    bench_frame(b, b->now + SIM_MS, bench_make(b, 64));
    bench_run(b, b->now + 2 * SIM_MS);
    cr_assert_eq(b->n_frames, before + 1);
    return b->frames[before].damage;
}

void bench_run(struct bench *b, sim_time until) {
    partner_run_until(b->partner, until);
    b->now = until;
}

const struct partner_output *bench_sent(const struct bench *b, enum partner_sent kind) {
    for (size_t i = b->n_outputs; i > 0; i--)
        if (b->outputs[i - 1].kind == kind)
            return &b->outputs[i - 1];
    return NULL;
}

size_t bench_count(const struct bench *b, enum partner_sent kind) {
    size_t count = 0;
    for (size_t i = 0; i < b->n_outputs; i++)
        count += b->outputs[i].kind == kind;
    return count;
}
