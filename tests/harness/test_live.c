/* A live session against a board that is a few lines long: it sends link pulses, asks for an
 * address and answers pings, deaf to whoever else is sending. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/live.h"
#include "models/line/decode.h"
#include "models/line/source.h"

#define EDGES (1 << 16)
#define BIT   (100 * SIM_NS)

static const uint8_t mac[6] = {6, 0x22, 0x33, 0x44, 0x55, 0x66};
static const uint8_t address[4] = {192, 168, 77, 2}, server[4] = {192, 168, 77, 1};

/* --- the board */

struct edge {
    sim_time time;
    int level;
};

static struct fake {
    struct live *live;
    struct line_source *source;
    sim_time now, last_pulse, busy_until, takes;
    struct edge edges[EDGES]; /* still to come */
    size_t next, n_edges;
    size_t frames, jams, pulses;
    uint8_t got[PARTNER_MAX_OCTETS];
    size_t n_got;
    bool silent;
} fake;

static void put(const struct line_burst *burst) {
    const struct line_edge *edges;
    size_t n = line_source_edges(fake.source, burst, &edges);
    if (fake.next == fake.n_edges)
        fake.next = fake.n_edges = 0;
    for (size_t i = 0; i < n && fake.n_edges < EDGES; i++) {
        int level = edges[i].level == LINE_IDLE ? 0 : edges[i].level ? 2 : -2;
        fake.edges[fake.n_edges++] = (struct edge){edges[i].time, level};
    }
    fake.busy_until = burst->end;
}

static void transmit(const uint8_t *frame, size_t n, sim_time start) {
    uint8_t wire[PARTNER_MAX_OCTETS];
    struct line_burst burst;
    size_t length = line_frame_finish(frame, n, wire);
    cr_assert_geq(start, fake.busy_until);
    cr_assert(line_source_frame(fake.source, wire, length, start, &burst));
    put(&burst);
}

/* Address and echo replies, `takes` later. */
static void answer(const uint8_t *frame, size_t n) {
    uint8_t reply[PARTNER_MAX_OCTETS];
    memcpy(reply, frame, n);
    memcpy(reply, frame + 6, 6);
    memcpy(reply + 6, mac, 6);
    if (n < 42 || frame[12] != 8 || frame[23] != 1 || frame[34] != 8)
        return;
    reply[34] = 0;
    transmit(reply, n, fake.now + fake.takes);
}

static void tell_until(sim_time time) {
    while (!fake.silent && fake.last_pulse + 16 * SIM_MS <= time &&
           fake.last_pulse + 16 * SIM_MS > fake.busy_until) {
        struct line_burst burst;
        fake.last_pulse += 16 * SIM_MS;
        cr_assert(line_source_link_pulse(fake.source, fake.last_pulse, &burst));
        put(&burst);
    }
    for (; fake.next < fake.n_edges && fake.edges[fake.next].time <= time; fake.next++)
        live_edge(fake.live, fake.edges[fake.next].time, fake.edges[fake.next].level);
    fake.now = time > fake.now ? time : fake.now;
}

static bool idle_until(void *user, sim_time time, struct sim_err *err) {
    (void)user, (void)err;
    tell_until(time);
    return true;
}

static bool pulse(void *user, sim_time start, struct sim_err *err) {
    (void)user, (void)err;
    cr_assert_geq(start, fake.now);
    tell_until(start + BIT);
    fake.pulses++;
    return true;
}

static bool frame(void *user, const uint8_t *octets, size_t n, sim_time start,
                  size_t (*whole)(struct live *live, sim_time now), struct live *live,
                  struct sim_err *err) {
    (void)user, (void)err;
    cr_assert_geq(start, fake.now, "%ld ns late", (long)((fake.now - start) / SIM_NS));
    tell_until(start + 64 * BIT);
    for (size_t i = 0; i <= n; i++) {
        if (whole && whole(live, fake.now) <= i) {
            tell_until(fake.now + 32 * BIT);
            fake.jams++;
            return true;
        }
        if (i < n)
            tell_until(fake.now + 8 * BIT);
    }
    cr_assert(line_fcs_ok(octets, n));
    fake.frames++;
    memcpy(fake.got, octets, n);
    fake.n_got = n;
    tell_until(fake.now + 3 * BIT);
    answer(octets, n - 4);
    return true;
}

static sim_time now(void *user) {
    (void)user;
    return fake.now;
}

/* --- the host */

static uint8_t host[32][PARTNER_MAX_OCTETS];
static size_t host_n[32], n_host;
static sim_time host_time[32];
static struct live_settings settings;
static struct sim_err err;

static void to_host(void *user, sim_time time, const uint8_t *octets, size_t n) {
    (void)user;
    host_time[n_host % 32] = time;
    memcpy(host[n_host % 32], octets, n);
    host_n[n_host++ % 32] = n;
}

static void open_session(void) {
    const struct line_settings line = {.amplitude_v = 2.5, .tp_idl_ps = 300000, .seed = 1};
    fake = (struct fake){.takes = 500 * SIM_US, .source = line_source_create(&line)};
    fake.live = live_create(&settings);
    n_host = 0;
    err = SIM_ERR_INIT;
    cr_assert(fake.live && fake.source);
}

static void setup(void) {
    settings = (struct live_settings){
        .profile = partner_profile("tolerant"),
        .dhcp = true,
        .seed = 1,
        .board = {NULL, idle_until, pulse, frame, now},
        .to_host = to_host,
    };
    memcpy(settings.server, server, 4);
    memcpy(settings.address, address, 4);
    memcpy(settings.mac, "\x02\0\0\0\0\1", 6);
    open_session();
}

static void teardown(void) {
    live_destroy(fake.live);
    line_source_destroy(fake.source);
}

TestSuite(live, .init = setup, .fini = teardown);

static void run_for(sim_time time) {
    sim_time until = fake.now + time;
    cr_assert(live_run_until(fake.live, until, &err), "%s", err.text);
    cr_assert_geq(fake.now, until);
}

static size_t make_ping(uint8_t *out, unsigned sequence, size_t n) {
    memset(out, 0, n);
    memcpy(out, mac, 6);
    out[12] = 8;
    out[14] = 0x45;
    out[23] = 1;
    out[34] = 8;
    out[40] = (uint8_t)(sequence >> 8);
    out[41] = (uint8_t)sequence;
    return n;
}

static void ping(unsigned sequence, size_t size) {
    uint8_t out[1514];
    size_t n = make_ping(out, sequence, size);
    cr_assert(live_from_host(fake.live, out, n));
}

static void reopen(void) {
    teardown();
    open_session();
}

Test(live, the_boards_pulses_bring_the_link_up) {
    run_for(20 * SIM_MS);
    cr_assert_not(live_link(fake.live));
    run_for(20 * SIM_MS);
    cr_assert(live_link(fake.live));
    cr_assert_eq(fake.pulses, 2, "and the partner's reach the board");
}

Test(live, a_board_without_pulses_gets_no_link_and_no_frame) {
    fake.silent = true;
    ping(1, 60);
    run_for(SIM_S);
    cr_assert_not(live_link(fake.live));
    cr_assert_eq(fake.frames, 0);
}

Test(live, a_ping_goes_there_and_back) {
    run_for(40 * SIM_MS);
    for (unsigned i = 0; i < 20; i++) {
        ping(i, 98);
        run_for(10 * SIM_MS);
        cr_assert_eq(n_host, i + 1);
        cr_assert_eq(host[i % 32][34], 0, "an answer");
        cr_assert_eq(host[i % 32][41], i);
    }
    struct live_pings pings = live_pings(fake.live);
    cr_assert_eq(pings.answered, 20);
    /* two frames of 64 + 816 bits, TP_IDL, and 500 us in between */
    sim_time wanted = 2 * (64 + 102 * 8) * BIT + 300 * SIM_NS + 500 * SIM_US;
    cr_assert(pings.least >= wanted && pings.most <= wanted + SIM_US, "%ld and %ld for %ld",
              (long)pings.least, (long)pings.most, (long)wanted);
}

Test(live, short_frames_are_padded_and_long_ones_refused) {
    run_for(40 * SIM_MS);
    ping(1, 42);
    run_for(5 * SIM_MS);
    cr_assert_eq(fake.n_got, 64);
    uint8_t big[PARTNER_MAX_OCTETS] = {0};
    cr_assert_not(live_from_host(fake.live, big, sizeof big - 3));
    cr_assert_not(live_from_host(fake.live, big, 0));
}

Test(live, a_full_queue_says_so) {
    unsigned n = 0;
    while (live_room(fake.live))
        ping(n++, 60);
    cr_assert_eq(n, PARTNER_QUEUE / 2);
    run_for(SIM_S);
    cr_assert(live_room(fake.live));
}

/* The board answers while the partner sends the next request. */
Test(live, half_duplex_collides_and_recovers) {
    run_for(40 * SIM_MS);
    fake.takes = 300 * SIM_US;
    ping(1, 60);
    for (unsigned i = 2; i <= 6; i++)
        ping(i, 1514);
    bool ok = live_run_until(fake.live, fake.now + 400 * SIM_US, &err);
    cr_assert(ok);
    run_for(200 * SIM_MS);
    cr_assert_gt(live_counters(fake.live)->collisions, 0);
    cr_assert_eq(fake.jams, live_counters(fake.live)->collisions);
    cr_assert_eq(fake.frames, 6, "all come through in the end");
}

Test(live, full_duplex_sends_and_receives_at_once) {
    settings.full_duplex = true;
    reopen();
    run_for(40 * SIM_MS);
    fake.takes = 100 * SIM_US;
    ping(1, 60);
    ping(2, 1514);
    run_for(50 * SIM_MS);
    cr_assert_eq(live_counters(fake.live)->collisions, 0);
    cr_assert_eq(live_pings(fake.live).answered, 2);
}

/* One waits for the link, which an edge of the board's brings up: nobody knows when. */
Test(live, a_frame_that_waits_for_the_link_is_not_late) {
    settings.full_duplex = true;
    for (int i = 0; i < 7; i++) {
        settings.delay = i * 97 * SIM_NS;
        reopen();
        fake.last_pulse = -300 * SIM_US - i * 571 * SIM_NS; /* within a step */
        ping(1, 98);
        run_for(60 * SIM_MS);
        cr_assert_eq(fake.frames, 1);
    }
}

static uint64_t run_cut(sim_time step, sim_time quantum) {
    settings.quantum = quantum;
    reopen();
    uint64_t sum = 0;
    for (int i = 0; i < 400; i++) {
        if (i % 40 < 2)
            ping((unsigned)i, 60 + (size_t)i);
        for (sim_time until = (i + 1) * SIM_MS; fake.now < until;)
            run_for(step < until - fake.now ? step : until - fake.now);
    }
    struct live_pings pings = live_pings(fake.live);
    sum = (uint64_t)pings.sum * 31 + pings.answered * 7 + fake.jams;
    for (size_t i = 0; i < n_host && i < 32; i++)
        sum = sum * 31 + (uint64_t)host_time[i] + host_n[i];
    cr_assert_gt(pings.answered, 10);
    return sum;
}

/* The whole cable's delay both ways, and no frame late for it (asserted in the board). */
Test(live, a_cable_adds_its_delay_twice) {
    settings.delay = 545 * SIM_NS;
    reopen();
    run_for(40 * SIM_MS);
    ping(1, 98);
    run_for(10 * SIM_MS);
    sim_time wanted = 2 * (64 + 102 * 8) * BIT + 300 * SIM_NS + 500 * SIM_US + 2 * 545 * SIM_NS;
    cr_assert_float_eq((double)live_pings(fake.live).sum, (double)wanted, 1e6);
}

Test(live, results_do_not_depend_on_how_time_is_cut) {
    for (int i = 0; i < 2; i++) {
        settings.full_duplex = i;
        uint64_t whole = run_cut(SIM_MS, 0);
        cr_assert_eq(run_cut(SIM_MS / 2, 0), whole);
        cr_assert_eq(run_cut(SIM_MS / 7, 0), whole);
        cr_assert_eq(run_cut(SIM_MS, SIM_MS / 2), whole);
        cr_assert_eq(run_cut(SIM_MS, SIM_MS / 7), whole);
        cr_assert_eq(run_cut(SIM_MS / 7, SIM_US), whole);
    }
}

/* --- DHCP */

static size_t make_dhcp(uint8_t *out, uint8_t type, const uint8_t *wanted, const uint8_t *from) {
    size_t n = 14 + 20 + 8 + 300;
    memset(out, 0, n);
    memset(out, 0xff, 6);
    memcpy(out + 6, mac, 6);
    out[12] = 8;
    uint8_t *ip = out + 14, *bootp = ip + 28, *option = bootp + 240;
    ip[0] = 0x45;
    ip[2] = (uint8_t)((n - 14) >> 8);
    ip[3] = (uint8_t)(n - 14);
    ip[9] = 17;
    ip[23] = 67;
    bootp[0] = bootp[1] = 1;
    bootp[2] = 6;
    memcpy(bootp + 4, "\x12\x34\x56\x78", 4);
    memcpy(bootp + 28, mac, 6);
    memcpy(bootp + 236, "\x63\x82\x53\x63", 4);
    *option++ = 53, *option++ = 1, *option++ = type;
    if (wanted) {
        *option++ = 50, *option++ = 4;
        memcpy(option, wanted, 4);
        option += 4;
    }
    if (from) {
        *option++ = 54, *option++ = 4;
        memcpy(option, from, 4);
        option += 4;
    }
    *option = 255;
    return n;
}

static uint8_t reply_type(const uint8_t *reply) {
    return reply[14 + 28 + 240 + 2];
}

Test(dhcp, offers_acknowledges_and_refuses) {
    struct live_dhcp dhcp = {.lease_s = 3600};
    memcpy(dhcp.server, server, 4);
    memcpy(dhcp.address, address, 4);
    uint8_t out[400], reply[LIVE_DHCP_REPLY];
    size_t n, size = make_dhcp(out, 1, NULL, NULL);
    cr_assert(live_dhcp_take(&dhcp, out, size, reply, &n));
    cr_assert_eq(n, LIVE_DHCP_REPLY);
    cr_assert_eq(reply_type(reply), 2);
    cr_assert_arr_eq(reply + 14 + 28 + 16, address, 4);
    cr_assert_arr_eq(reply + 14 + 28 + 4, "\x12\x34\x56\x78", 4);
    cr_assert_arr_eq(reply + 14 + 28 + 28, mac, 6);
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)(reply[14 + i] << 8 | reply[15 + i]);
    cr_assert_eq((sum & 0xffff) + (sum >> 16), 0xffff, "the IP header's checksum");
    cr_assert(live_dhcp_take(&dhcp, out, make_dhcp(out, 3, address, server), reply, &n));
    cr_assert_eq(reply_type(reply), 5);
    cr_assert_eq(dhcp.leases, 1);
    cr_assert(live_dhcp_take(&dhcp, out, make_dhcp(out, 3, server, server), reply, &n));
    cr_assert_eq(reply_type(reply), 6, "not that address");
    cr_assert(live_dhcp_take(&dhcp, out, make_dhcp(out, 3, address, address), reply, &n));
    cr_assert_eq(n, 0, "another server's");
    cr_assert_eq(dhcp.leases, 1);
}

Test(dhcp, leaves_other_frames_alone_and_survives_cut_ones) {
    struct live_dhcp dhcp = {.lease_s = 3600};
    uint8_t out[400], reply[LIVE_DHCP_REPLY];
    size_t n, size = make_dhcp(out, 1, NULL, NULL);
    for (size_t cut = 0; cut < size; cut++)
        cr_assert_not(live_dhcp_take(&dhcp, out, cut, reply, &n), "%zu octets", cut);
    out[14 + 23] = 68;
    cr_assert_not(live_dhcp_take(&dhcp, out, size, reply, &n));
    for (size_t at = 14; at < size; at++) {
        size = make_dhcp(out, 3, address, server);
        out[at] = 0xff;
        live_dhcp_take(&dhcp, out, size, reply, &n);
    }
}

Test(live, hands_the_board_its_address) {
    uint8_t out[400];
    run_for(40 * SIM_MS);
    size_t n = make_dhcp(out, 1, NULL, NULL);
    transmit(out, n, fake.now + SIM_MS);
    run_for(10 * SIM_MS);
    cr_assert_eq(fake.frames, 1);
    cr_assert_eq(reply_type(fake.got), 2);
    cr_assert_not(live_leased(fake.live));
    n = make_dhcp(out, 3, address, server);
    transmit(out, n, fake.now + SIM_MS);
    run_for(10 * SIM_MS);
    cr_assert_eq(reply_type(fake.got), 5);
    cr_assert(live_leased(fake.live));
    cr_assert_eq(n_host, 0, "the host sees none of it");
}

Test(live, leaves_the_address_to_the_host_when_told_so) {
    settings.dhcp = false;
    reopen();
    uint8_t out[400];
    run_for(40 * SIM_MS);
    size_t n = make_dhcp(out, 1, NULL, NULL);
    transmit(out, n, fake.now + SIM_MS);
    run_for(10 * SIM_MS);
    cr_assert_eq(n_host, 1);
}
