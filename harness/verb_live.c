/* `linkpulse live [-- COMMAND]`: the board on a TAP device, paced by the host's clock. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/live.h"
#include "harness/live_board.h"
#include "harness/live_taps.h"
#include "harness/progress.h"
#include "harness/run_image.h"
#include "harness/run_probe.h"
#include "harness/tap.h"
#include "harness/verbs.h"

#define ADDRESS      "192.168.77.2"
#define HOST         "192.168.77.1"
#define NETMASK      "255.255.255.0"
#define SLICE        SIM_MS       /* between two looks at the host */
#define READY_WITHIN (30 * SIM_S) /* link and address */
#define BEHIND_S     0.2          /* later than this against the wall clock is worth a word */
#define GRACE_S      2.0          /* for a command that Ctrl-C ends */

struct session {
    const struct options *options;
    struct board board;
    struct run_image image;
    struct live_rig *rig;
    struct live *live;
    struct live_taps *taps; /* NULL: not wanted */
    struct tap tap;
    bool has_tap, running, warned;
    bool refused; /* the partner does not take the board as it is: a failed check */
    int status;   /* of the command, once it has ended */
    double origin_s, busy_s, dropped;
    sim_time origin; /* the simulated time of origin_s */
    uint64_t to_board, from_board, lost;
    struct sim_err err;
};

/* --- host ---------------------------------------------------------------------------- */

static void to_host(void *user, sim_time time, const uint8_t *frame, size_t n) {
    struct session *s = user;
    bool taken = tap_write(&s->tap, frame, n);
    s->from_board++;
    s->lost += !taken;
    live_taps_host(s->taps, time, frame, n, taken ? NULL : "lost: the host did not take it");
}

static void from_host(struct session *s) {
    uint8_t frame[TAP_FRAME];
    size_t n;
    while (live_room(s->live) && (n = tap_read(&s->tap, frame, sizeof frame)) > 0) {
        bool taken = live_from_host(s->live, frame, n);
        s->to_board++;
        s->lost += !taken;
        live_taps_host(s->taps, live_now(s->live), frame, n,
                       taken ? NULL : "lost: the partner did not take it");
    }
}

static void on_frame(void *user, const struct partner_frame *frame) {
    const struct session *s = user;
    live_rig_judged(s->rig, frame);
    if (s->options->verbose)
        fprintf(stderr,
                "linkpulse: %.6f ms: %zu octets of the board: %s; TP_IDL %.0f ns, %+.0f ppm\n",
                (double)frame->start / (double)SIM_MS, frame->n, partner_damage_text(frame->damage),
                (double)frame->tp_idl * 1e-3, frame->rate_ppm);
}

/* --- time ------------------------------------------------------------------------------ */

static bool advance(struct session *s, sim_time until) {
    double started = progress_now();
    bool ok = live_run_until(s->live, until, &s->err);
    s->busy_s += progress_now() - started;
    from_host(s);
    return ok && live_taps_now(s->taps, live_now(s->live), &s->err);
}

static void set_origin(struct session *s) {
    s->origin = live_now(s->live);
    s->origin_s = progress_now();
}

static double factor(const struct session *s) {
    return s->busy_s > 0 ? (double)live_now(s->live) / (double)SIM_S / s->busy_s : 0;
}

/* What cannot be kept up with is not caught up with later: the host's timers have run. */
static void note_behind(struct session *s) {
    set_origin(s);
    if (s->warned || s->options->quiet || s->options->mcu.gdb) /* which stops the board's time */
        return;
    s->warned = true;
    fputs("linkpulse: slower than real time: the host's timers (retransmission, ping -W) run "
          "ahead of the board's\n",
          stderr);
}

/* Nobody guesses that a ping may take half a second of the host's time. */
static void say_slowness(const struct session *s) {
    double times = live_rig_slowness(s->rig);
    if (!options_is_rtl(s->options) || s->options->quiet)
        return;
    if (times > 0)
        fprintf(stderr,
                "linkpulse: engine rtl: %.3g times slower than real time while a frame goes to the "
                "board, %.2g times as fast as real time on the whole\n",
                times, factor(s));
    else
        fprintf(stderr,
                "linkpulse: engine rtl: %.2g times as fast as real time, without a frame so far\n",
                factor(s));
}

/* Until a frame comes from the host, or `ms`. */
static void wait_for_host(struct session *s, int ms) {
    struct pollfd poller = {.fd = s->tap.fd, .events = POLLIN};
    (void)!poll(&poller, live_room(s->live) ? 1 : 0, ms);
}

static bool paced(struct session *s) {
    double ahead_s = (double)(live_now(s->live) - s->origin) / (double)SIM_S;
    double late_s = progress_now() - s->origin_s - ahead_s;
    if (s->options->live.max_speed)
        return advance(s, live_now(s->live) + SLICE);
    if (late_s > BEHIND_S)
        note_behind(s);
    if (late_s <= 0) {
        wait_for_host(s, 1 + (int)(-late_s * 1e3));
        from_host(s);
        return true;
    }
    sim_time step = (sim_time)(late_s * (double)SIM_S);
    return advance(s, live_now(s->live) + (step < SLICE ? step : SLICE));
}

/* --- ready, command, end ----------------------------------------------------------------- */

static bool not_ready(struct session *s) {
    const struct partner_counters *c = live_counters(s->live);
    s->refused = true;
    if (!live_link(s->live))
        return sim_err_set(&s->err, SIM_ERR_INPUT,
                           "no link within %d s: the %s partner took %u of the board's link "
                           "pulses, %u were inverted and %u none to it",
                           (int)(READY_WITHIN / SIM_S), s->options->live.partner,
                           (unsigned)c->pulses, (unsigned)c->inverted_pulses,
                           (unsigned)c->odd_pulses);
    return sim_err_set(&s->err, SIM_ERR_INPUT,
                       "no address within %d s: %u of the board's frames were good, %u damaged",
                       (int)(READY_WITHIN / SIM_S), (unsigned)c->damaged[PARTNER_GOOD],
                       (unsigned)(c->frames - c->damaged[PARTNER_GOOD]));
}

/* As fast as it goes: nobody waits for the board's start. */
static bool get_ready(struct session *s) {
    bool dhcp = !s->options->live.no_dhcp;
    while (!interrupted && live_now(s->live) < READY_WITHIN) {
        if (live_link(s->live) && (!dhcp || live_leased(s->live)))
            return true;
        if (!advance(s, live_now(s->live) + SLICE))
            return false;
    }
    return interrupted || not_ready(s);
}

static bool start_command(struct session *s) {
    char address[64], device[64];
    snprintf(address, sizeof address, "LINKPULSE_ADDRESS=%s", ADDRESS);
    snprintf(device, sizeof device, "LINKPULSE_IFACE=%s", s->tap.name);
    char *environment[] = {address, device, NULL};
    char **command = calloc(s->options->n_files + 1, sizeof *command);
    if (!command)
        return sim_err_set(&s->err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (size_t i = 0; i < s->options->n_files; i++)
        command[i] = (char *)(uintptr_t)s->options->files[i];
    s->running = tap_exec(&s->tap, command, environment);
    free(command);
    return s->running || sim_err_set(&s->err, SIM_ERR_ENVIRONMENT, "the command cannot be started");
}

static void say_where(const struct session *s) {
    if (s->options->quiet)
        return;
    fprintf(stderr, "linkpulse: the board is %s on %s", ADDRESS, s->tap.name);
    if (!s->options->live.tap && !s->options->live.netns)
        fprintf(stderr, "; beside it: nsenter %s-n -t %ld COMMAND",
                s->tap.user_namespace ? "--preserve-credentials -U " : "", (long)s->tap.child);
    fputs("; Ctrl-C ends\n", stderr);
}

/* The terminal's Ctrl-C has reached the command, too: it may have something to say. */
static void let_end(struct session *s) {
    double until = progress_now() + GRACE_S;
    while (s->running && progress_now() < until) {
        wait_for_host(s, 10);
        s->running = !tap_ended(&s->tap, &s->status);
    }
}

static bool go_on(struct session *s) {
    bool ok = true;
    set_origin(s);
    while (ok && !interrupted && (s->running || s->options->n_files == 0)) {
        ok = paced(s);
        if (s->running && tap_ended(&s->tap, &s->status))
            s->running = false;
    }
    if (interrupted)
        let_end(s);
    return ok;
}

static void print_pings(const struct live_pings *p) {
    const double ms = (double)SIM_MS;
    if (p->sent == 0)
        return;
    fprintf(stderr, "linkpulse: %" PRIu64 " of %" PRIu64 " echo requests answered", p->answered,
            p->sent);
    if (p->answered)
        fprintf(stderr, "; round trip in simulated time %.3f, %.3f, %.3f ms (least, mean, most)",
                (double)p->least / ms, (double)p->sum / (double)p->answered / ms,
                (double)p->most / ms);
    fputc('\n', stderr);
}

static void print_tcp(const struct live_tcp_sums *t) {
    double seconds = (double)t->taken / (double)SIM_S;
    uint64_t octets = t->octets[LIVE_TCP_TO_BOARD] + t->octets[LIVE_TCP_FROM_BOARD];
    if (octets == 0)
        return;
    fprintf(stderr,
            "linkpulse: TCP in simulated time: %" PRIu64 " connections, %" PRIu64
            " octets to the board (%" PRIu64 " carried), %" PRIu64 " from it (%" PRIu64
            ") in %.3f s, %.3f Mbit/s; the longest %.1f ms\n",
            t->connections, t->octets[LIVE_TCP_TO_BOARD], t->carried[LIVE_TCP_TO_BOARD],
            t->octets[LIVE_TCP_FROM_BOARD], t->carried[LIVE_TCP_FROM_BOARD], seconds,
            seconds > 0 ? (double)octets * 8e-6 / seconds : 0, (double)t->longest / (double)SIM_MS);
}

static void print_damage(const struct partner_counters *c) {
    for (int d = PARTNER_GOOD + 1; d <= PARTNER_TP_IDL; d++)
        if (c->damaged[d])
            fprintf(stderr, "linkpulse: %" PRIu64 " of the board's frames damaged: %s\n",
                    c->damaged[d], partner_damage_text((enum partner_damage)d));
}

static void print_end(const struct session *s) {
    const struct partner_counters *c = live_counters(s->live);
    struct live_pings pings = live_pings(s->live);
    struct live_tcp_sums tcp = live_tcp_sums(s->live);
    char text[512];
    if (s->options->quiet)
        return;
    fprintf(stderr,
            "linkpulse: %.3f s simulated, at up to %.1f times real time; %" PRIu64
            " frames to the board, %" PRIu64 " from it, %" PRIu64 " collisions, %" PRIu64
            " given up, %" PRIu64 " lost to the host\n",
            (double)live_now(s->live) / (double)SIM_S, factor(s), c->sent, c->damaged[PARTNER_GOOD],
            c->collisions, c->excessive, s->lost);
    say_slowness(s);
    print_damage(c);
    print_pings(&pings);
    print_tcp(&tcp);
    if (live_rig_misuse(s->rig, text, sizeof text))
        fprintf(stderr, "linkpulse: firmware mistake: %s\n", text);
}

/* --- opening ------------------------------------------------------------------------------ */

static bool open_board(struct session *s) {
    const struct options *o = s->options;
    const struct board_request request = verbs_board(o);
    if (!board_load(&s->board, &request, &s->err) || !board_require_models(&s->board, &s->err) ||
        !run_image_choose(&s->image, o, &s->board, &s->err))
        return false;
    if (s->image.instead[0]) /* what runs in its place never asks for an address */
        return sim_err_set(&s->err, SIM_ERR_ENVIRONMENT, "live needs the firmware %s: %s",
                           s->image.instead, s->image.why);
    if (!s->image.name[0])
        return sim_err_set(&s->err, SIM_ERR_INPUT, "live needs a firmware: %s", s->image.why);
    s->rig = live_rig_create(&(struct live_board_settings){&s->board, s->image.path, o}, &s->err);
    return s->rig != NULL;
}

static bool open_live(struct session *s) {
    const struct options_live *o = &s->options->live;
    s->live = live_create(&(struct live_settings){
        .profile = partner_profile(o->partner),
        .full_duplex = o->full_duplex,
        .autoneg = !o->full_duplex, /* full duplex is what nobody negotiates with this board */
        .dhcp = !o->no_dhcp,
        .mac = {0x02, 0x4c, 0x50, 0, 0, 1},
        .server = {192, 168, 77, 1},
        .address = {192, 168, 77, 2},
        .ppm = s->board.config.line.ppm,
        .delay = live_rig_delay(s->rig),
        .seed = s->options->seed,
        .quantum = (sim_time)(s->board.config.mcu_quantum_us * (double)SIM_US),
        .board = live_rig_board(s->rig),
        .user = s,
        .to_host = to_host,
        .on_frame = on_frame,
    });
    if (!s->live)
        return sim_err_set(&s->err, SIM_ERR_ENVIRONMENT, "out of memory");
    live_rig_attach(s->rig, s->live, partner_profile(o->partner));
    return true;
}

static bool open_tap(struct session *s) {
    const char *hint;
    struct tap_settings settings = {.device = s->options->live.tap,
                                    .netns = s->options->live.netns,
                                    .address = HOST,
                                    .netmask = NETMASK};
    s->has_tap = tap_open(&s->tap, &settings, &s->err, &hint);
    if (!s->has_tap && hint) {
        verbs_fail(&s->err);
        fprintf(stderr, "linkpulse: what would help:\n%s", hint);
        s->err.text[0] = 0;
    }
    return s->has_tap;
}

/* Who reads the FIFO is to see all. */
static void await_reader(const struct session *s, const char *path) {
    const struct timespec pause = {.tv_nsec = 20000000};
    struct taps *taps = live_taps_file(s->taps);
    if (!taps_read(taps))
        fprintf(stderr, "linkpulse: waiting for a reader of %s\n", path);
    while (!interrupted && !taps_read(taps))
        nanosleep(&pause, NULL);
}

static bool open_taps(struct session *s) {
    const char *wanted;
    char path[1024];
    if (!s->options->taps_out)
        return true;
    if (!run_probe_place(s->options, s->options->taps_out, path, &wanted, &s->err))
        return false;
    s->taps = live_taps_create(&s->board, wanted, &s->err);
    if (!s->taps)
        return false;
    live_rig_tap(s->rig, s->taps);
    await_reader(s, wanted);
    return true;
}

static void print_dropped(const struct session *s) {
    uint64_t n = s->taps ? taps_dropped(live_taps_file(s->taps)) : 0;
    if (n && !s->options->quiet)
        fprintf(stderr, "linkpulse: %" PRIu64 " frames were not taken by who reads %s\n", n,
                s->options->taps_out);
}

/* What was seen until then is wanted most when something went wrong. */
static bool commit(struct session *s, bool ok) {
    struct sim_err err = SIM_ERR_INIT;
    if (s->live && !live_taps_commit(s->taps, live_now(s->live), ok ? &s->err : &err))
        ok = false;
    print_dropped(s);
    return ok && (!s->rig || live_rig_commit(s->rig, &s->err));
}

static bool session(struct session *s) {
    if (!open_board(s) || !open_tap(s) || !open_taps(s) || !open_live(s) || !get_ready(s))
        return false;
    if (interrupted)
        return true;
    say_slowness(s);
    if (s->options->n_files == 0)
        say_where(s);
    else if (!start_command(s))
        return false;
    return go_on(s);
}

int verb_live(const struct options *options) {
    struct session s = {.options = options, .err = SIM_ERR_INIT};
    bool ok = session(&s);
    int status = s.status;
    if (s.live)
        print_end(&s);
    ok = commit(&s, ok);
    if (!ok)
        status = s.err.text[0] ? verbs_fail(&s.err) : SIM_ERR_ENVIRONMENT;
    else if (interrupted && (s.running || options->n_files == 0))
        status = 130;
    if (s.refused)
        status = 1;
    if (s.has_tap)
        tap_close(&s.tap);
    live_destroy(s.live);
    live_taps_destroy(s.taps);
    live_rig_destroy(s.rig);
    board_finish(&s.board);
    return status;
}
