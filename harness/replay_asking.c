/* A frame sent octet by octet, so that a collision can cut it. */
#include <string.h>

#include "harness/replay_internal.h"

#define JAM_OCTETS 4    /* 32 bits, IEEE 802.3 4.2.3.2.4: any pattern but the frame's own FCS */
#define JAM_OCTET  0x55 /* as preamble: a second edge at each boundary tells least */

/* How far the burst is sent: symbols, or edges where the engine is driven directly. */
struct sender {
    struct replay *r;
    size_t head; /* symbols up to the SFD */
    size_t symbol, edge;
};

static void send_symbols(struct sender *s, size_t until) {
    struct replay *r = s->r;
    for (; s->symbol < until; s->symbol++) {
        struct line_burst one = r->burst;
        one.symbols += s->symbol;
        one.n_symbols = 1;
        replay_send(r, &one);
    }
}

/* The next `n` symbols, or with them their edges. */
static void send_part(struct sender *s, size_t n) {
    struct replay *r = s->r;
    if (r->response) {
        send_symbols(s, s->symbol + n);
        return;
    }
    sim_time end = r->now;
    for (size_t i = 0; i < n; i++)
        end += r->lengths[r->burst.symbols[s->symbol++]];
    s->edge = replay_send_edges(r, &r->burst, s->edge, end);
    replay_run_directly(r, end);
}

static void send_rest(struct sender *s) {
    struct replay *r = s->r;
    if (r->response) {
        send_symbols(s, r->burst.n_symbols);
        return;
    }
    replay_send_edges(r, &r->burst, s->edge, SIM_NEVER);
    replay_run_directly(r, r->burst.end);
}

/* What was sent is the beginning of a shorter burst, too. Drawn anew, an edge of the same place
 * may have other jitter: none is sent twice. */
static void turn_into_jam(struct sender *s, const uint8_t *octets, size_t sent) {
    struct replay *r = s->r;
    const struct line_edge *edges;
    uint8_t cut[LINE_MAX_FRAME + JAM_OCTETS];
    memcpy(cut, octets, sent);
    memset(cut + sent, JAM_OCTET, JAM_OCTETS);
    line_source_frame(r->source, cut, sent + JAM_OCTETS, r->burst.start, &r->burst);
    if (r->response)
        return;
    size_t n = line_source_edges(r->source, &r->burst, &edges);
    for (s->edge = 0; s->edge < n && edges[s->edge].time < r->now;)
        s->edge++;
}

sim_time replay_frame_asking(struct replay *r, const uint8_t *octets, size_t n, sim_time start,
                             bool (*go_on)(void *user, sim_time now, size_t sent), void *user) {
    if (n > LINE_MAX_FRAME - JAM_OCTETS ||
        !line_source_frame(r->source, octets, n, replay_approach(r, start), &r->burst))
        return r->now;
    struct sender sender = {.r = r, .head = r->burst.n_symbols - 1 - n};
    send_part(&sender, sender.head);
    for (size_t sent = 0; sent <= n; sent++) {
        replay_settle(r);
        if (!go_on(user, r->now, sent)) {
            turn_into_jam(&sender, octets, sent);
            break;
        }
        if (sent < n)
            send_part(&sender, 1);
    }
    send_rest(&sender);
    return r->now;
}
