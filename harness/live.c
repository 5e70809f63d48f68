#include "harness/live.h"

#include <stdlib.h>
#include <string.h>

#include "models/line/source.h"

#define STEP         (1 * SIM_MS)
#define STEP_WAITING (4 * SIM_US) /* less than the gap of 9.6 us, in which nobody may begin */
/* Longer than a step, for the board may have gone on as far as that when a frame of its ends:
 * the answer's time must not depend on the steps. */
#define DHCP_TAKES (STEP + SIM_MS)
#define OUTPUTS    8  /* of one step: a frame or a pulse, and what follows it closely */
#define ECHOES     64 /* requests on the way */
#define HOST_FRAME (PARTNER_MAX_OCTETS - 4)

struct output {
    enum partner_sent kind;
    sim_time time;
    size_t n;
    uint8_t octets[PARTNER_MAX_OCTETS];
};

struct echo {
    bool used;
    uint32_t id; /* identifier and sequence number */
    sim_time sent;
};

struct live {
    struct live_settings settings;
    struct partner *partner;
    struct live_dhcp dhcp;
    struct output outputs[OUTPUTS];
    size_t first, n_outputs;
    bool overrun;
    size_t cut; /* of the frame under way: octets before the jam */
    struct echo echoes[ECHOES];
    size_t next_echo;
    struct live_pings pings;
    struct live_tcp tcp;
    uint8_t wire[PARTNER_MAX_OCTETS];
};

/* --- pings ------------------------------------------------------------------------------ */

/* Identifier and sequence number of an ICMP echo of this type (RFC 792); false: none. */
static bool echo_of(const uint8_t *frame, size_t n, uint8_t type, uint32_t *id) {
    if (n < 34 || frame[12] != 0x08 || frame[13] != 0x00 || frame[23] != 1)
        return false;
    size_t icmp = 14 + (size_t)(frame[14] & 15) * 4;
    if (icmp + 8 > n || frame[icmp] != type)
        return false;
    const uint8_t *at = frame + icmp + 4;
    *id = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return true;
}

static void note_request(struct live *live, const uint8_t *frame, size_t n) {
    struct echo *echo = &live->echoes[live->next_echo];
    if (!echo_of(frame, n, 8, &echo->id))
        return;
    echo->used = true;
    echo->sent = live_now(live);
    live->next_echo = (live->next_echo + 1) % ECHOES;
    live->pings.sent++;
}

static void note_answer(struct live *live, const uint8_t *frame, size_t n, sim_time time) {
    struct live_pings *pings = &live->pings;
    uint32_t id;
    if (!echo_of(frame, n, 0, &id))
        return;
    for (size_t i = 0; i < ECHOES; i++) {
        struct echo *echo = &live->echoes[i];
        if (!echo->used || echo->id != id)
            continue;
        sim_time took = time - echo->sent;
        echo->used = false;
        pings->least = !pings->answered || took < pings->least ? took : pings->least;
        pings->most = took > pings->most ? took : pings->most;
        pings->sum += took;
        pings->answered++;
        return;
    }
}

/* --- between host and partner ------------------------------------------------------------ */

static bool queue(struct live *live, const uint8_t *frame, size_t n, sim_time time) {
    size_t length = line_frame_finish(frame, n, live->wire);
    return partner_send(live->partner, time, live->wire, length);
}

bool live_from_host(struct live *live, const uint8_t *frame, size_t n) {
    if (n == 0 || n > HOST_FRAME || !queue(live, frame, n, live_now(live) + live->settings.delay))
        return false;
    note_request(live, frame, n);
    live_tcp_frame(&live->tcp, LIVE_TCP_TO_BOARD, frame, n, live_now(live));
    return true;
}

bool live_room(const struct live *live) {
    return partner_waiting(live->partner) < PARTNER_QUEUE / 2; /* the rest is for DHCP */
}

static void on_frame(void *user, const struct partner_frame *frame) {
    struct live *live = user;
    uint8_t reply[LIVE_DHCP_REPLY];
    size_t n = frame->n - 4, n_reply;
    if (live->settings.on_frame)
        live->settings.on_frame(live->settings.user, frame);
    if (frame->damage != PARTNER_GOOD)
        return;
    if (live->settings.dhcp && live_dhcp_take(&live->dhcp, frame->octets, n, reply, &n_reply)) {
        if (n_reply)
            queue(live, reply, n_reply, frame->end + DHCP_TAKES);
        return;
    }
    note_answer(live, frame->octets, n, frame->end - live->settings.delay);
    live_tcp_frame(&live->tcp, LIVE_TCP_FROM_BOARD, frame->octets, n,
                   frame->end - live->settings.delay);
    live->settings.to_host(live->settings.user, frame->end, frame->octets, n);
}

/* --- between partner and board ----------------------------------------------------------- */

static void on_output(void *user, const struct partner_output *put) {
    struct live *live = user;
    if (put->kind == PARTNER_SENDS_JAM) {
        live->cut = put->n;
        return;
    }
    if (live->n_outputs == OUTPUTS) {
        live->overrun = true;
        return;
    }
    struct output *out = &live->outputs[(live->first + live->n_outputs++) % OUTPUTS];
    out->kind = put->kind;
    out->time = put->time;
    out->n = put->n;
    if (put->n)
        memcpy(out->octets, put->octets, put->n);
}

void live_edge(struct live *live, sim_time time, int level) {
    partner_edge(live->partner, time + live->settings.delay, level);
}

/* The partner's time is the board's, a cable's delay on: all it hears by then is known. */
static void partner_follow(struct live *live, sim_time now) {
    partner_run_until(live->partner, now + live->settings.delay);
}

static size_t whole_octets(struct live *live, sim_time now) {
    partner_follow(live, now);
    return live->cut;
}

static bool send_output(struct live *live, const struct output *out, struct sim_err *err) {
    const struct live_board *board = &live->settings.board;
    sim_time start = out->time + live->settings.delay;
    if (out->kind == PARTNER_SENDS_PULSE)
        return board->pulse(board->user, start, err);
    live->cut = SIZE_MAX;
    return board->frame(board->user, out->octets, out->n, start,
                        live->settings.full_duplex ? NULL : whole_octets, live, err);
}

static bool send_outputs(struct live *live, struct sim_err *err) {
    while (live->n_outputs > 0) {
        const struct output *out = &live->outputs[live->first];
        if (!send_output(live, out, err))
            return false;
        live->first = (live->first + 1) % OUTPUTS;
        live->n_outputs--;
        partner_follow(live, live_now(live));
    }
    return !live->overrun ||
           sim_err_set(err, SIM_ERR_UNMODELLED, "the partner sends faster than its line takes it");
}

/* No further than where the partner may do something on its own account. */
static sim_time step_to(const struct live *live, sim_time time) {
    sim_time now = live_now(live);
    sim_time most = live->settings.quantum;
    if (partner_waiting(live->partner) && most > STEP_WAITING)
        most = STEP_WAITING;
    most += now;
    sim_time next = partner_next(live->partner);
    next = next == SIM_NEVER ? SIM_NEVER : next - live->settings.delay;
    time = time < most ? time : most;
    time = time < next ? time : next;
    return time > now ? time : now;
}

bool live_run_until(struct live *live, sim_time time, struct sim_err *err) {
    const struct live_board *board = &live->settings.board;
    while (live_now(live) < time) {
        sim_time to = step_to(live, time);
        if (!board->idle_until(board->user, to, err))
            return false;
        partner_follow(live, to);
        if (!send_outputs(live, err))
            return false;
    }
    return true;
}

/* --- life ---------------------------------------------------------------------------------- */

struct live *live_create(const struct live_settings *settings) {
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->settings = *settings;
    if (settings->quantum <= 0 || settings->quantum > STEP)
        live->settings.quantum = STEP;
    live->dhcp.lease_s = 86400;
    memcpy(live->dhcp.mac, settings->mac, sizeof live->dhcp.mac);
    memcpy(live->dhcp.server, settings->server, sizeof live->dhcp.server);
    memcpy(live->dhcp.address, settings->address, sizeof live->dhcp.address);
    live->partner = partner_create(&(struct partner_settings){
        .limits = settings->profile,
        .full_duplex = settings->full_duplex,
        .autoneg = settings->autoneg,
        .ppm = settings->ppm,
        .seed = settings->seed,
        .user = live,
        .on_frame = on_frame,
        .on_output = on_output,
    });
    if (live->partner)
        return live;
    free(live);
    return NULL;
}

void live_destroy(struct live *live) {
    if (!live)
        return;
    partner_destroy(live->partner);
    free(live);
}

sim_time live_now(const struct live *live) {
    return live->settings.board.now(live->settings.board.user);
}

bool live_link(const struct live *live) {
    return partner_link_is_up(live->partner);
}

bool live_carrier(const struct live *live) {
    return partner_carrier(live->partner);
}

bool live_leased(const struct live *live) {
    return live->dhcp.leases > 0;
}

struct live_pings live_pings(const struct live *live) {
    return live->pings;
}

struct live_tcp_sums live_tcp_sums(const struct live *live) {
    return live->tcp.sums;
}

const struct partner_counters *live_counters(const struct live *live) {
    return partner_counters(live->partner);
}
