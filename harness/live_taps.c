#include "harness/live_taps.h"

#include <stdlib.h>

#include "models/line/decode.h"
#include "models/line/source.h"
#include "models/line/partner.h"

#define NEAR  (2 * SIM_US) /* no two frames of one side begin as close */
#define NOTES 8            /* damages whose frame has not been reported yet */

struct note {
    sim_time start;
    const char *why; /* static; NULL: free */
};

struct live_taps {
    struct taps *taps;
    struct transmit *transmit;
    struct note notes[NOTES];
    size_t next_note;
    bool failed;
    struct sim_err err;
};

static void put(struct live_taps *t, enum taps_place tap, sim_time time, const uint8_t *octets,
                size_t n, const char *comment) {
    if (n && !t->failed)
        t->failed = !taps_frame(t->taps, tap, time, octets, n, comment, &t->err);
}

/* What was already said of this frame; forgotten with that. */
static const char *noted(struct live_taps *t, sim_time start) {
    for (size_t i = 0; i < NOTES; i++) {
        struct note *note = &t->notes[i];
        const char *why = note->why;
        if (!why || start > note->start + NEAR || start < note->start - NEAR)
            continue;
        note->why = NULL;
        return why;
    }
    return NULL;
}

static void on_line(void *user, const struct transmit_burst *burst) {
    struct live_taps *t = user;
    const char *why = noted(t, burst->start);
    put(t, TAP_LINE_OUT, burst->start, burst->octets, burst->n, why ? why : burst->why);
}

static void on_sent(void *user, const struct transmit_burst *burst) {
    put(user, TAP_MCU_TX, burst->start, burst->octets, burst->n, burst->why);
}

struct live_taps *live_taps_open(const char *path, bool swapped, struct sim_err *err) {
    struct live_taps *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->err = SIM_ERR_INIT;
    t->taps = taps_create(path, TAPS_LIVE, err);
    t->transmit = transmit_create(&(struct transmit_settings){
        .swapped = swapped, .user = t, .on_line = on_line, .on_sent = on_sent});
    if (t->taps && t->transmit)
        return t;
    live_taps_close(t);
    return NULL;
}

void live_taps_close(struct live_taps *t) {
    if (!t)
        return;
    taps_destroy(t->taps);
    transmit_destroy(t->transmit);
    free(t);
}

void live_taps_line_in(struct live_taps *t, sim_time start, const uint8_t *octets, size_t came,
                       size_t n) {
    if (t)
        put(t, TAP_LINE_IN, start, octets, came, came < n ? "cut: collision" : NULL);
}

void live_taps_rx(struct live_taps *t, const struct replay_burst *burst) {
    if (t)
        put(t, TAP_MCU_RX, burst->select_fell, burst->octets, burst->n,
            line_fcs_ok(burst->octets, burst->n) ? NULL : "the FCS is wrong");
}

void live_taps_spi(struct live_taps *t, sim_time time, bool clock, int level) {
    if (t)
        transmit_spi(t->transmit, time, clock, level);
}

void live_taps_driver(struct live_taps *t, sim_time time, enum transmit_net net, int level) {
    if (t)
        transmit_edge(t->transmit, time, net, level);
}

void live_taps_damaged(struct live_taps *t, sim_time start, const char *why) {
    if (!t || taps_comment_near(t->taps, TAP_LINE_OUT, start - NEAR, start + NEAR, why))
        return;
    t->notes[t->next_note] = (struct note){start, why};
    t->next_note = (t->next_note + 1) % NOTES;
}

void live_taps_host(struct live_taps *t, sim_time time, const uint8_t *frame, size_t n) {
    uint8_t whole[PARTNER_MAX_OCTETS];
    if (t && n <= sizeof whole - 4)
        put(t, TAP_HOST, time, whole, line_frame_finish(frame, n, whole), NULL);
}

bool live_taps_now(struct live_taps *t, sim_time now, struct sim_err *err) {
    if (!t)
        return true;
    transmit_until(t->transmit, now);
    if (!t->failed)
        t->failed = !taps_flush(t->taps, now, &t->err);
    if (t->failed)
        *err = t->err;
    return !t->failed;
}

bool live_taps_commit(struct live_taps *t, sim_time now, struct sim_err *err) {
    if (!t)
        return true;
    transmit_finish(t->transmit, now);
    if (t->failed)
        *err = t->err;
    return !t->failed && taps_commit(t->taps, err);
}
