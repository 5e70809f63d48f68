#include "harness/live_taps.h"

#include <stdlib.h>
#include <string.h>

#include "harness/compare.h"
#include "harness/transmit.h"
#include "models/line/decode.h"
#include "models/line/source.h"

#define VERDICTS 64
#define LEAST    64 /* octets of a frame: what one of which none was seen counts for */
/* The frame judged begins so near the time said: before the partner's first edge, with what the
 * wires delay. Frames are 60 us apart and more. */
#define BEFORE (2 * SIM_US)
#define BEHIND (1 * SIM_US)
/* By then the frame has been told of, too: the longest takes 14 ms. */
#define KNOWN_AFTER (20 * SIM_MS)

struct verdict {
    sim_time start;
    enum partner_damage damage;
};

struct live_taps {
    struct taps *taps;
    struct transmit *transmit;
    bool framed; /* the MCU sees preamble and SFD */
    struct verdict verdicts[VERDICTS];
    size_t n;
    bool failed; /* `err` says why */
    struct sim_err err;
};

static void add(struct live_taps *live, const struct taps_packet *packet) {
    live->failed = live->failed || !taps_frame(live->taps, packet, &live->err);
}

/* A burst in which no frame begins has no octets, and is damage all the same. */
static void add_burst(struct live_taps *live, enum taps_place tap,
                      const struct transmit_burst *burst) {
    if (burst->kind != TRANSMIT_PULSE)
        add(live, &(struct taps_packet){.tap = tap,
                                        .time = burst->start,
                                        .octets = burst->octets,
                                        .n = burst->n,
                                        .whole = burst->n ? 0 : LEAST,
                                        .comment = burst->why});
}

static void on_line(void *user, const struct transmit_burst *burst) {
    add_burst(user, TAP_LINE_OUT, burst);
}

static void on_sent(void *user, const struct transmit_burst *burst) {
    add_burst(user, TAP_MCU_TX, burst);
}

struct live_taps *live_taps_create(const struct board *board, const char *path,
                                   struct sim_err *err) {
    struct transmit_driver driver;
    char why[160];
    if (!transmit_find_driver(board, &driver, why, sizeof why)) {
        sim_err_set(err, SIM_ERR_INPUT, "--taps-out: %s", why);
        return NULL;
    }
    struct live_taps *live = calloc(1, sizeof *live);
    if (!live) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    live->err = SIM_ERR_INIT;
    live->framed = strcmp(board->config.attach.framing, "preamble") == 0;
    live->transmit = transmit_create(&(struct transmit_settings){
        .swapped = driver.swapped, .user = live, .on_line = on_line, .on_sent = on_sent});
    if (!live->transmit)
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    else
        live->taps = taps_create(path, true, err);
    if (live->taps)
        return live;
    live_taps_destroy(live);
    return NULL;
}

void live_taps_destroy(struct live_taps *live) {
    if (!live)
        return;
    taps_destroy(live->taps);
    transmit_destroy(live->transmit);
    free(live);
}

struct taps *live_taps_file(struct live_taps *live) {
    return live ? live->taps : NULL;
}

void live_taps_driver(struct live_taps *live, sim_time time, bool enable, int level) {
    if (live)
        transmit_edge(live->transmit, time, enable ? TRANSMIT_DE : TRANSMIT_D, level);
}

void live_taps_spi(struct live_taps *live, sim_time time, bool clock, int level) {
    if (live)
        transmit_spi(live->transmit, time, clock, level);
}

void live_taps_sent(struct live_taps *live, sim_time start, const uint8_t *octets, size_t sent,
                    size_t n) {
    bool cut = sent < n;
    if (live)
        add(live, &(struct taps_packet){.tap = TAP_LINE_IN,
                                        .time = start,
                                        .octets = octets,
                                        .n = sent,
                                        .whole = n,
                                        .comment = cut ? "cut: collision, a jam follows" : NULL});
}

void live_taps_received(struct live_taps *live, const struct replay_burst *burst, bool cut) {
    size_t skip = 0, sfd;
    if (!live)
        return;
    if (live->framed)
        skip = compare_strip(burst->octets, burst->n, &sfd);
    const uint8_t *octets = burst->octets + skip;
    size_t n = burst->n - skip;
    const char *why = cut ? "cut: collision, a jam at its end" : "the FCS is wrong";
    if (burst->n) /* without a clock there is no octet, as behind a link pulse */
        add(live, &(struct taps_packet){.tap = TAP_MCU_RX,
                                        .time = burst->select_fell,
                                        .octets = octets,
                                        .n = n,
                                        .whole = n ? 0 : LEAST,
                                        .comment = line_fcs_ok(octets, n) ? NULL : why});
}

/* More than there is room for are gone with the oldest: none is that close behind the other. */
void live_taps_judged(struct live_taps *live, sim_time start, enum partner_damage damage) {
    if (!live || damage == PARTNER_GOOD)
        return;
    if (live->n == VERDICTS)
        memmove(live->verdicts, live->verdicts + 1, --live->n * sizeof *live->verdicts);
    live->verdicts[live->n++] = (struct verdict){start, damage};
}

void live_taps_host(struct live_taps *live, sim_time time, const uint8_t *octets, size_t n,
                    const char *lost) {
    if (live)
        add(live, &(struct taps_packet){
                      .tap = TAP_HOST, .time = time, .octets = octets, .n = n, .comment = lost});
}

static void pass_verdicts(struct live_taps *live, sim_time until) {
    size_t done = 0;
    for (; done < live->n && live->verdicts[done].start < until; done++) {
        const struct verdict *v = &live->verdicts[done];
        char comment[128];
        sim_format(comment, sizeof comment, "refused by the partner: %s",
                   partner_damage_text(v->damage));
        taps_comment(live->taps, TAP_LINE_OUT, v->start - BEFORE, v->start + BEHIND, comment);
    }
    live->n -= done;
    if (done)
        memmove(live->verdicts, live->verdicts + done, live->n * sizeof *live->verdicts);
}

static bool sound(const struct live_taps *live, struct sim_err *err) {
    if (live->failed)
        *err = live->err;
    return !live->failed;
}

bool live_taps_now(struct live_taps *live, sim_time now, struct sim_err *err) {
    if (!live)
        return true;
    transmit_until(live->transmit, now);
    pass_verdicts(live, now - KNOWN_AFTER);
    taps_now(live->taps, now);
    return sound(live, err);
}

bool live_taps_commit(struct live_taps *live, sim_time now, struct sim_err *err) {
    if (!live)
        return true;
    transmit_finish(live->transmit, now);
    pass_verdicts(live, SIM_NEVER);
    return sound(live, err) && taps_commit(live->taps, err);
}
