#include "harness/checks/talk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/checks/http_get.h"
#include "harness/live.h"
#include "harness/live_board.h"
#include "harness/interrupt.h"

#define STEP        SIM_MS      /* between two looks at what is due */
#define LINK_WITHIN (3 * SIM_S) /* link_loss ends after a few pulses of 16 ms */
#define SPEAKS      (5 * SIM_S) /* a firmware that has sent nothing by then does not talk */
#define DHCP_WITHIN (6 * SIM_S) /* RFC 2131 4.1: a second try 4 s after the first */
#define ARP_WITHIN  SIM_S
#define PING_WITHIN SIM_S
#define PINGS       3
#define PING_DATA   56
#define PAGE_WITHIN (10 * SIM_S)
#define PORT        49152 /* the first dynamic one, RFC 6335 */

struct talk {
    struct live_rig *rig;
    struct live *live;
    struct check_nominal *nominal;
    struct packet_ends ends;
    struct http_get get;
    bool has_mac, echoed;
    uint16_t echo; /* the request that waits */
    bool asked_for_us;
    sim_time answered; /* the last step's answer */
    struct sim_err *err;
};

static void send(struct talk *t, const uint8_t *frame, size_t n) {
    if (n && live_room(t->live))
        live_from_host(t->live, frame, n);
}

static bool is_pattern(const struct packet *p) {
    for (size_t i = 0; i < p->n; i++)
        if (p->data[i] != (uint8_t)i)
            return false;
    return p->n == PING_DATA;
}

static void to_host(void *user, sim_time time, const uint8_t *frame, size_t n) {
    struct talk *t = user;
    struct packet p = packet_read(&t->ends, frame, n);
    switch (p.kind) {
    case PACKET_ARP_REQUEST:
        t->asked_for_us = true;
        break;
    case PACKET_ARP_REPLY:
        memcpy(t->ends.peer_mac, p.mac, sizeof p.mac);
        t->has_mac = true;
        t->answered = time;
        break;
    case PACKET_ECHO_REPLY:
        t->echoed = t->echoed || (p.sequence == t->echo && is_pattern(&p));
        t->answered = time;
        break;
    case PACKET_TCP:
        http_get_take(&t->get, &p);
        t->answered = time;
        break;
    default:
        break;
    }
}

/* One step of time; the host answers when it is asked. */
static bool step(struct talk *t) {
    uint8_t frame[PACKET_MAX];
    if (!live_run_until(t->live, live_now(t->live) + STEP, t->err))
        return false;
    if (t->asked_for_us && t->has_mac)
        send(t, frame, packet_arp(&t->ends, true, frame));
    t->asked_for_us = false;
    return true;
}

static bool wait_for(struct talk *t, bool (*done)(const struct talk *t), sim_time within,
                     bool *came) {
    sim_time until = live_now(t->live) + within;
    while (!done(t) && live_now(t->live) < until && !interrupted)
        if (!step(t))
            return false;
    *came = done(t);
    return true;
}

static void note(struct check_talk *talk, bool answered, sim_time took, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void note(struct check_talk *talk, bool answered, sim_time took, const char *format, ...) {
    va_list args;
    talk->asked = true;
    talk->answered = answered;
    talk->seconds = (double)took / (double)SIM_S;
    va_start(args, format);
    vsnprintf(talk->detail, sizeof talk->detail, format, args);
    va_end(args);
}

static void skip(struct check_nominal *nominal, const char *why) {
    struct check_talk *steps[] = {&nominal->dhcp, &nominal->ping, &nominal->page};
    for (int i = 0; i < 3; i++)
        if (!steps[i]->asked && !steps[i]->detail[0])
            snprintf(steps[i]->detail, sizeof steps[i]->detail, "%s", why);
}

/* --- the steps --------------------------------------------------------------------------- */

static bool is_linked(const struct talk *t) {
    return live_link(t->live);
}

static bool has_spoken(const struct talk *t) {
    return live_rig_sent(t->rig) > 2 * 8 * 64; /* the shortest frame */
}

static bool is_leased(const struct talk *t) {
    return live_leased(t->live);
}

static bool has_mac(const struct talk *t) {
    return t->has_mac;
}

static bool is_echoed(const struct talk *t) {
    return t->echoed;
}

static void no_lease(struct talk *t) {
    const struct partner_counters *c = live_counters(t->live);
    uint64_t good = c->damaged[PARTNER_GOOD];
    if (!live_link(t->live))
        note(&t->nominal->dhcp, false, 0,
             "no link: %" PRIu64 " link pulses taken, %" PRIu64 " inverted, %" PRIu64 " odd",
             c->pulses, c->inverted_pulses, c->odd_pulses);
    else
        note(&t->nominal->dhcp, false, 0,
             "no lease within %d s: of the board's frames the partner heard %" PRIu64
             " good ones and %" PRIu64 " damaged",
             (int)(DHCP_WITHIN / SIM_S), good, c->frames - good);
}

/* `*on`: there is somebody to go on talking with. */
static bool get_address(struct talk *t, bool *on) {
    bool linked, spoken;
    if (!wait_for(t, is_linked, LINK_WITHIN, &linked) || !wait_for(t, has_spoken, SPEAKS, &spoken))
        return false;
    *on = false;
    if (!spoken) {
        skip(t->nominal, "the firmware sends nothing by itself: it does not talk");
        return true;
    }
    if (linked && !wait_for(t, is_leased, DHCP_WITHIN, on))
        return false;
    if (*on)
        note(&t->nominal->dhcp, true, live_now(t->live), "leased");
    else
        no_lease(t);
    return true;
}

static bool resolve(struct talk *t, bool *on) {
    uint8_t frame[PACKET_MAX];
    for (int i = 0; i < PINGS && !t->has_mac; i++) {
        send(t, frame, packet_arp(&t->ends, false, frame));
        if (!wait_for(t, has_mac, ARP_WITHIN, on))
            return false;
    }
    if (!t->has_mac)
        note(&t->nominal->ping, false, 0, "no answer to %d ARP requests", PINGS);
    return true;
}

/* One that is lost is asked again: a partner that begins to send while the board does is no
 * fault of the board. */
static bool ping(struct talk *t) {
    uint8_t frame[PACKET_MAX];
    bool came = false;
    for (int i = 0; i < PINGS && !came; i++) {
        sim_time asked = live_now(t->live);
        t->echo = (uint16_t)(i + 1);
        send(t, frame, packet_echo(&t->ends, t->echo, PING_DATA, frame));
        if (!wait_for(t, is_echoed, PING_WITHIN, &came))
            return false;
        if (came)
            note(&t->nominal->ping, true, t->answered - asked, "request %d of %d", i + 1, PINGS);
    }
    if (!came)
        note(&t->nominal->ping, false, 0, "no answer to %d echo requests", PINGS);
    return true;
}

static bool drive_page(struct talk *t, sim_time until) {
    uint8_t frame[PACKET_MAX];
    while (!http_get_over(&t->get) && live_now(t->live) < until && !interrupted) {
        send(t, frame, http_get_next(&t->get, live_now(t->live), frame));
        if (!step(t))
            return false;
    }
    return true;
}

static bool page(struct talk *t) {
    static const char *const SAYS[] = {
        [HTTP_GET_CONNECTING] = "no answer to SYN",
        [HTTP_GET_ASKING] = "the page does not end",
        [HTTP_GET_LEAVING] = "FIN is not acknowledged",
        [HTTP_GET_DONE] = "whole",
        [HTTP_GET_REFUSED] = "the board resets",
        [HTTP_GET_SILENT] = "the board falls silent",
    };
    sim_time asked = live_now(t->live);
    http_get_begin(&t->get, &t->ends, PORT);
    if (!drive_page(t, asked + PAGE_WITHIN))
        return false;
    int status = http_get_status(&t->get);
    bool good = t->get.state == HTTP_GET_DONE && status == 200;
    note(&t->nominal->page, good, t->answered - asked, "port 80: %s, status %d, %zu octets",
         SAYS[t->get.state], status, t->get.octets);
    return true;
}

static bool converse(struct talk *t) {
    bool on;
    if (!get_address(t, &on) || (on && !resolve(t, &on)))
        return false;
    if (t->has_mac && (!ping(t) || !page(t)))
        return false;
    skip(t->nominal, "not asked: an earlier step failed");
    return true;
}

/* --- life ------------------------------------------------------------------------------- */

static bool open_live(struct talk *t, const struct board *board, const struct options *options) {
    const struct partner_limits *profile = partner_profile("tolerant");
    struct live_settings settings = {
        .profile = profile,
        .full_duplex = true, /* collisions are no matter of the board's wiring */
        .dhcp = true,
        .ppm = board->config.line.ppm,
        .delay = live_rig_delay(t->rig),
        .seed = options->seed,
        .quantum = (sim_time)(board->config.mcu_quantum_us * (double)SIM_US),
        .board = live_rig_board(t->rig),
        .user = t,
        .to_host = to_host,
    };
    memcpy(settings.mac, t->ends.mac, sizeof settings.mac);
    memcpy(settings.server, t->ends.address, sizeof settings.server);
    memcpy(settings.address, t->ends.peer_address, sizeof settings.address);
    t->live = live_create(&settings);
    if (!t->live)
        return sim_err_set(t->err, SIM_ERR_ENVIRONMENT, "out of memory");
    live_rig_attach(t->rig, t->live, profile);
    return true;
}

bool check_talk_run(const struct board *board, const char *image, const struct options *options,
                    struct check_nominal *nominal, struct sim_err *err) {
    struct talk t = {.nominal = nominal,
                     .err = err,
                     .ends = {.mac = {0x02, 0x4c, 0x50, 0, 0, 1},
                              .address = {192, 168, 77, 1},
                              .peer_address = {192, 168, 77, 2}}};
    t.rig = live_rig_create(&(struct live_board_settings){board, image, options}, err);
    bool ok = t.rig && open_live(&t, board, options) && converse(&t);
    if (t.rig)
        check_nominal_add(nominal, live_rig_cosim(t.rig));
    if (t.rig && live_rig_ended(t.rig)) {
        snprintf(nominal->ended, sizeof nominal->ended, "%.250s", err->text);
        skip(nominal, "the firmware ended");
        *err = SIM_ERR_INIT;
        ok = true;
    }
    live_destroy(t.live);
    live_rig_destroy(t.rig);
    return ok;
}
