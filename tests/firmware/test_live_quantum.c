/* The whole of a live session but its TAP device: the reference board with its firmware, the
 * partner, and a host that is a function of simulated time. However time is cut, the same frames
 * come at the same picosecond. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/board.h"
#include "harness/live_board.h"
#include "models/line/source.h"

#define QUANTUM   SIM_MS
#define LASTS     (2200 * SIM_MS) /* the address is there after two seconds */
#define MOST      4096
#define MAX_PINGS 64

static const struct variant {
    bool full_duplex;
    const char *sets[3];
} VARIANTS[] = {
    {false, {"line.cable_m=0"}},
    {false, {"line.cable_m=100", "line.ppm=80"}},
    {true, {"line.cable_m=100"}},
};
enum { N_VARIANTS = sizeof VARIANTS / sizeof *VARIANTS };
static size_t variants[N_VARIANTS];

/* --- what is compared */

enum kind { SENT, JUDGED, TO_HOST };
struct entry {
    sim_time time, end;
    enum kind kind;
    unsigned detail; /* octets sent, damage */
    uint32_t sum;    /* of the octets */
};

struct session {
    struct live_board inner;
    struct live *live;
    struct entry entries[MOST];
    size_t n, answers;
    sim_time pings[MAX_PINGS]; /* still to be sent, one of each time */
    size_t n_pings;
    unsigned sequence;
};

static void note(struct session *s, enum kind kind, sim_time time, sim_time end, unsigned detail,
                 const uint8_t *octets, size_t n) {
    cr_assert_lt(s->n, MOST);
    s->entries[s->n++] = (struct entry){time, end, kind, detail, line_fcs(octets, n)};
}

/* --- the board, listened to */

static bool idle_until(void *user, sim_time time, struct sim_err *err) {
    const struct session *s = user;
    return s->inner.idle_until(s->inner.user, time, err);
}

static bool pulse(void *user, sim_time start, struct sim_err *err) {
    const struct session *s = user;
    return s->inner.pulse(s->inner.user, start, err);
}

static bool frame(void *user, const uint8_t *octets, size_t n, sim_time start,
                  size_t (*whole)(struct live *live, sim_time now), struct live *live,
                  struct sim_err *err) {
    struct session *s = user;
    note(s, SENT, start, 0, (unsigned)n, octets, n);
    cr_assert_geq(start, s->inner.now(s->inner.user), "begun %.3f us late",
                  (double)(s->inner.now(s->inner.user) - start) / (double)SIM_US);
    return s->inner.frame(s->inner.user, octets, n, start, whole, live, err);
}

static sim_time now(void *user) {
    const struct session *s = user;
    return s->inner.now(s->inner.user);
}

static void on_frame(void *user, const struct partner_frame *got) {
    note(user, JUDGED, got->start, got->end, (unsigned)got->damage, got->octets, got->n);
}

/* --- the host: it pings at set times, two at once, and 3 ms behind each of the first answers */

static void ping_at(struct session *s, sim_time time) {
    if (s->n_pings == MAX_PINGS)
        return;
    size_t at = s->n_pings++;
    for (; at > 0 && s->pings[at - 1] > time; at--)
        s->pings[at] = s->pings[at - 1];
    s->pings[at] = time;
}

static void to_host(void *user, sim_time time, const uint8_t *octets, size_t n) {
    struct session *s = user;
    note(s, TO_HOST, time, 0, (unsigned)n, octets, n);
    bool answer = n > 34 && octets[12] == 8 && octets[13] == 0 && octets[23] == 1;
    s->answers += answer;
    if (answer && s->answers <= 8)
        ping_at(s, time + 3 * SIM_MS);
}

static uint16_t checksum(const uint8_t *octets, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? octets[i] : (uint32_t)octets[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* "Who has 192.168.77.2? Tell 192.168.77.1", so that the board knows where to answer. */
static void send_arp(struct session *s) {
    static const uint8_t request[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,   0x4c, 0x50, 0, 0,
                                      1,    8,    6,    0,    1,    8,    0,   6,    4,    0, 1,
                                      2,    0x4c, 0x50, 0,    0,    1,    192, 168,  77,   1, 0,
                                      0,    0,    0,    0,    0,    192,  168, 77,   2};
    cr_assert(live_from_host(s->live, request, sizeof request));
}

/* An echo request of a size that differs from one to the next. */
static void send_ping(struct session *s) {
    uint8_t out[1514] = {6, 0x22, 0x33, 0x44, 0x55, 0x66, 2, 0x4c, 0x50, 0, 0, 1, 8, 0};
    size_t n = 60 + s->sequence * 211 % 1400;
    uint8_t *ip = out + 14, *icmp = ip + 20;
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)n - 14);
    ip[8] = 64;
    ip[9] = 1;
    memcpy(ip + 12, (uint8_t[]){192, 168, 77, 1, 192, 168, 77, 2}, 8);
    put16(ip + 10, checksum(ip, 20));
    icmp[0] = 8;
    put16(icmp + 6, s->sequence);
    put16(icmp + 2, checksum(icmp, n - 34));
    cr_assert(live_from_host(s->live, out, n));
}

static void script(struct session *s) {
    ping_at(s, 100 * SIM_US); /* waits for the link */
    for (int i = 0; i < 24; i++) {
        sim_time time = 2050 * SIM_MS + i * 5919 * SIM_US;
        ping_at(s, time);
        ping_at(s, time + i * 70 * SIM_US);
    }
}

static void run(struct session *s, sim_time slice) {
    struct sim_err err = SIM_ERR_INIT;
    while (live_now(s->live) < LASTS) {
        sim_time until = live_now(s->live) + slice;
        until = s->n_pings && s->pings[0] < until ? s->pings[0] : until;
        bool ok = live_run_until(s->live, until, &err);
        cr_assert(ok, "%s", err.text);
        while (s->n_pings && s->pings[0] <= live_now(s->live)) {
            memmove(s->pings, s->pings + 1, --s->n_pings * sizeof *s->pings);
            if (s->sequence++ % 8 == 0)
                send_arp(s);
            else
                send_ping(s);
        }
    }
}

/* --- sessions */

static struct session *run_session(const struct variant *v, sim_time quantum) {
    struct session *s = calloc(1, sizeof *s);
    struct sim_err err = SIM_ERR_INIT;
    struct board board;
    char image[512], cut[64];
    const char *sets[4] = {cut, v->sets[0], v->sets[1], v->sets[2]};
    size_t n_sets = 1;
    while (n_sets < 4 && sets[n_sets])
        n_sets++;
    snprintf(image, sizeof image, "%s/netif_f401.elf", FIRMWARE_DIR);
    snprintf(cut, sizeof cut, "mcu.quantum_us=%.6f", (double)quantum / (double)SIM_US);
    const struct options options = {.seed = 1, .strict = true};
    const struct board_request request = {.board = "nucleo_shield", .sets = sets, .n_sets = n_sets};
    bool loaded = board_load(&board, &request, &err);
    cr_assert(loaded, "%s", err.text);
    struct live_rig *rig =
        live_rig_create(&(struct live_board_settings){&board, image, &options}, &err);
    cr_assert(rig, "%s", err.text);
    s->inner = live_rig_board(rig);
    s->live = live_create(&(struct live_settings){
        .profile = partner_profile("tolerant"),
        .full_duplex = v->full_duplex,
        .autoneg = !v->full_duplex,
        .dhcp = true,
        .mac = {2, 0x4c, 0x50, 0, 0, 1},
        .server = {192, 168, 77, 1},
        .address = {192, 168, 77, 2},
        .ppm = board.config.line.ppm,
        .delay = live_rig_delay(rig),
        .seed = 1,
        .quantum = quantum,
        .board = {s, idle_until, pulse, frame, now},
        .user = s,
        .to_host = to_host,
        .on_frame = on_frame,
    });
    cr_assert(s->live);
    live_rig_attach(rig, s->live, partner_profile("tolerant"));
    script(s);
    run(s, quantum);
    printf("%zu frames, %zu answers, %u collisions, %u deferred\n", s->n, s->answers,
           (unsigned)live_counters(s->live)->collisions,
           (unsigned)live_counters(s->live)->deferred);
    if (!v->full_duplex)
        cr_assert_gt(live_counters(s->live)->collisions, 0, "the script is to make some");
    if (!v->full_duplex)
        cr_assert_gt(live_counters(s->live)->deferred, 0, "and some frames are to wait");
    cr_assert_geq(s->answers, 10);
    live_destroy(s->live);
    live_rig_destroy(rig);
    board_finish(&board);
    return s;
}

static void compare(const struct session *a, const struct session *b, const char *which) {
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        const struct entry *x = &a->entries[i], *y = &b->entries[i];
        cr_assert(x->time == y->time && x->end == y->end && x->kind == y->kind &&
                      x->detail == y->detail && x->sum == y->sum,
                  "%s, entry %zu: kind %d at %.6f us, kind %d at %.6f us", which, i, x->kind,
                  (double)x->time / (double)SIM_US, y->kind, (double)y->time / (double)SIM_US);
    }
    cr_assert_eq(a->n, b->n, "%s: %zu frames, %zu frames", which, a->n, b->n);
}

ParameterizedTestParameters(live_quantum, same_frames_at_the_same_times) {
    for (size_t i = 0; i < N_VARIANTS; i++)
        variants[i] = i;
    return cr_make_param_array(size_t, variants, N_VARIANTS);
}

ParameterizedTest(size_t *index, live_quantum, same_frames_at_the_same_times) {
    const struct variant *v = &VARIANTS[*index];
    struct session *whole = run_session(v, QUANTUM);
    struct session *half = run_session(v, QUANTUM / 2);
    struct session *seventh = run_session(v, QUANTUM / 7);
    compare(whole, half, "half");
    compare(whole, seventh, "a seventh");
    free(whole);
    free(half);
    free(seventh);
}
