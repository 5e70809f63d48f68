/* The 8 kB stack, spoken to in frames that are written out here, not by its own functions. */
#include <criterion/criterion.h>
#include <string.h>

#include "firmware/tiny/tiny.h"
#include "tests/firmware/wire.h"

struct bench {
    struct tiny tiny;
    struct wire in;
    uint8_t out[TINY_REPLY];
};

static size_t put(struct bench *b, uint32_t now) {
    return tiny_input(&b->tiny, b->in.octets, b->in.length, now, b->out);
}

static void begin(struct bench *b) {
    memset(b, 0, sizeof *b);
    tiny_init(&b->tiny, WIRE_US, 1);
}
static void begin_bound(struct bench *b) {
    begin(b);
    b->tiny.ip = WIRE_OUR_IP;
    b->tiny.dhcp = TINY_BOUND;
    b->tiny.next_ms = 1000000;
    b->tiny.expiry_ms = 2000000;
}

/* --- ARP and ping ----------------------------------------------------------- */

Test(tiny, answers_arp) {
    struct bench b;
    begin_bound(&b);
    wire_arp(&b.in, WIRE_OUR_IP);
    cr_assert_eq(put(&b, 0), 42);
    cr_assert_arr_eq(b.out, WIRE_PEER, 6);
    cr_assert_arr_eq(b.out + 6, WIRE_US, 6);
    cr_assert_eq(wire_word(b.out + 12, 4), 0x08060001);
    cr_assert_eq(wire_word(b.out + 20, 2), 2);
    cr_assert_arr_eq(b.out + 22, WIRE_US, 6);
    cr_assert_eq(wire_word(b.out + 28, 4), WIRE_OUR_IP);
    cr_assert_arr_eq(b.out + 32, WIRE_PEER, 6);
    cr_assert_eq(wire_word(b.out + 38, 4), WIRE_PEER_IP);
}

Test(tiny, ignores_arp_for_others_and_before_a_lease) {
    struct bench b;
    begin_bound(&b);
    wire_arp(&b.in, WIRE_OUR_IP + 1);
    cr_assert_eq(put(&b, 0), 0);
    wire_arp(&b.in, WIRE_OUR_IP);
    b.in.length = 41;
    cr_assert_eq(put(&b, 0), 0);
    b.in.length = 60;
    b.in.octets[21] = 2; /* a reply */
    cr_assert_eq(put(&b, 0), 0);
    begin(&b);
    wire_arp(&b.in, 0);
    cr_assert_eq(put(&b, 0), 0);
}

Test(tiny, answers_pings_of_every_size) {
    for (size_t data = 0; data <= 1472; data++) {
        struct bench b;
        begin_bound(&b);
        wire_ping(&b.in, data);
        cr_assert_eq(put(&b, 0), 42 + data, "%zu", data);
        const uint8_t *out = b.out;
        cr_assert_eq(wire_sum(out + 14, 20, 0), 0xffff);
        cr_assert_eq(wire_word(out + 26, 4), WIRE_OUR_IP);
        cr_assert_eq(wire_word(out + 30, 4), WIRE_PEER_IP);
        cr_assert_eq(out[34], 0);
        cr_assert_eq(wire_sum(out + 34, 8 + data, 0), 0xffff);
        cr_assert_arr_eq(out + 38, b.in.octets + 38, 4 + data);
        cr_assert_eq(b.tiny.pings, 1);
    }
}

/* Each spoils a good ping at one octet. */
static const struct {
    const char *what;
    int at, value;
    bool header; /* whose checksum is then made good again */
} SPOILT[] = {
    {"another station's", 0, 0x0a, false},
    {"not IP", 13, 5, false},
    {"version 6", 14, 0x65, true},
    {"a header too short", 14, 0x44, true},
    {"a header beyond the end", 14, 0x4f, false},
    {"longer than the frame", 16, 9, true},
    {"shorter than its header", 17, 19, true},
    {"more fragments", 20, 0x20, true},
    {"a later fragment", 21, 1, true},
    {"a bad header checksum", 24, 0x5a, false},
    {"for another address", 33, 9, true},
    {"not an echo request", 34, 13, false},
    {"bad data", 45, 0xee, false},
};

Test(tiny, ignores_spoilt_pings) {
    for (size_t i = 0; i < sizeof SPOILT / sizeof *SPOILT; i++) {
        struct bench b;
        begin_bound(&b);
        wire_ping(&b.in, 20);
        b.in.octets[SPOILT[i].at] = (uint8_t)SPOILT[i].value;
        if (SPOILT[i].header) {
            wire_put(b.in.octets + 24, 0, 2);
            wire_put(b.in.octets + 24, ~wire_sum(b.in.octets + 14, 20, 0), 2);
        }
        cr_assert_eq(put(&b, 0), 0, "%s", SPOILT[i].what);
    }
}

/* --- DHCP ------------------------------------------------------------------- */

enum { BOOTP = WIRE_BOOTP, OPTIONS = WIRE_OPTIONS };

static void check_request(const struct bench *b, size_t length, int type) {
    const uint8_t *out = b->out;
    cr_assert_geq(length, BOOTP + 300);
    cr_assert_eq(wire_word(out, 4), 0xffffffffu);
    cr_assert_eq(wire_sum(out + 14, 20, 0), 0xffff);
    cr_assert_eq(wire_word(out + 30, 4), 0xffffffffu);
    cr_assert_eq(wire_word(out + 34, 4), 68u << 16 | 67);
    cr_assert_eq(wire_sum(out + 34, length - 34, wire_pseudo(out + 14, length - 34)), 0xffff);
    cr_assert_arr_eq(out + BOOTP + 28, WIRE_US, 6);
    cr_assert_eq(wire_word(out + OPTIONS - 4, 4), 0x63825363);
    cr_assert_eq(*wire_option(out, length, 53), type);
}

static void server(struct bench *b, int type, uint32_t address, uint32_t lease) {
    wire_dhcp(&b->in, b->tiny.xid, type, address, lease);
}

static void get_lease(struct bench *b, uint32_t seconds) {
    begin(b);
    check_request(b, tiny_tick(&b->tiny, 0, b->out), 1);
    server(b, 2, WIRE_OUR_IP, seconds);
    size_t length = put(b, 10);
    check_request(b, length, 3);
    cr_assert_eq(wire_word(wire_option(b->out, length, 50), 4), WIRE_OUR_IP);
    cr_assert_eq(wire_word(wire_option(b->out, length, 54), 4), WIRE_PEER_IP);
    cr_assert_eq(b->tiny.ip, 0);
    server(b, 5, WIRE_OUR_IP, seconds);
    cr_assert_eq(put(b, 20), 0);
    cr_assert_eq(b->tiny.ip, WIRE_OUR_IP);
    cr_assert_eq(b->tiny.mask, 0xffffff00u);
}

Test(dhcp, gets_a_lease) {
    struct bench b;
    get_lease(&b, 3600);
    cr_assert_eq(tiny_tick(&b.tiny, 1799000, b.out), 0);
}

Test(dhcp, renews_at_half_time_and_gives_up_at_the_end) {
    struct bench b;
    get_lease(&b, 100);
    size_t length = tiny_tick(&b.tiny, 50020, b.out);
    check_request(&b, length, 3);
    cr_assert_eq(wire_word(b.out + BOOTP + 12, 4), WIRE_OUR_IP);
    cr_assert_null(wire_option(b.out, length, 50));
    cr_assert_null(wire_option(b.out, length, 54));
    struct bench again = b;
    server(&again, 5, WIRE_OUR_IP, 100);
    put(&again, 50030);
    cr_assert_eq(tiny_tick(&again.tiny, 100029, again.out), 0);
    check_request(&again, tiny_tick(&again.tiny, 100030, again.out), 3);
    cr_assert_eq(again.tiny.ip, WIRE_OUR_IP);
    uint32_t now = 50020;
    for (; b.tiny.ip && now < 200000; now += 100)
        tiny_tick(&b.tiny, now, b.out);
    cr_assert_geq(now, 100020);
    cr_assert_lt(now, 165000);
}

Test(dhcp, asks_again_with_doubling_waits) {
    struct bench b;
    begin(&b);
    uint32_t times[5], n = 0;
    for (uint32_t now = 0; now < 100000 && n < 5; now += 100)
        if (tiny_tick(&b.tiny, now, b.out))
            times[n++] = now;
    const uint32_t want[] = {0, 4000, 12000, 28000, 60000};
    cr_assert_arr_eq(times, want, sizeof want);
}

Test(dhcp, begins_again_when_refused_or_ignored) {
    struct bench b;
    begin(&b);
    tiny_tick(&b.tiny, 0, b.out);
    server(&b, 2, WIRE_OUR_IP, 100);
    put(&b, 10);
    struct bench refused = b;
    server(&refused, 6, 0, 0);
    cr_assert_eq(put(&refused, 20), 0);
    check_request(&refused, tiny_tick(&refused.tiny, 100, refused.out), 1);
    uint32_t now = 10;
    while (now < 100000 && b.tiny.dhcp == TINY_REQUEST)
        tiny_tick(&b.tiny, now += 100, b.out);
    cr_assert_eq(b.tiny.dhcp, TINY_DISCOVER);
}

/* Each spoils a good offer at one octet, without its UDP checksum. */
static const struct {
    const char *what;
    int at, value;
} BAD_OFFERS[] = {
    {"another port", 37, 69},           {"a request", BOOTP, 1},
    {"another exchange", BOOTP + 7, 0}, {"another station", BOOTP + 33, 0},
    {"no cookie", BOOTP + 236, 0},      {"UDP shorter than BOOTP", 38, 0},
    {"UDP longer than IP", 38, 2},      {"no type", OPTIONS, 99},
    {"no server", OPTIONS + 4, 99},     {"an option beyond the end", OPTIONS + 1, 255},
};

Test(dhcp, ignores_spoilt_offers) {
    for (size_t i = 0; i < sizeof BAD_OFFERS / sizeof *BAD_OFFERS; i++) {
        struct bench b;
        begin(&b);
        tiny_tick(&b.tiny, 0, b.out);
        b.tiny.xid |= 0xff;
        server(&b, 2, WIRE_OUR_IP, 100);
        wire_put(b.in.octets + 40, 0, 2);
        b.in.octets[BAD_OFFERS[i].at] = (uint8_t)BAD_OFFERS[i].value;
        cr_assert_eq(put(&b, 10), 0, "%s", BAD_OFFERS[i].what);
        cr_assert_eq(b.tiny.dhcp, TINY_DISCOVER, "%s", BAD_OFFERS[i].what);
    }
    struct bench b;
    begin(&b);
    tiny_tick(&b.tiny, 0, b.out);
    server(&b, 2, WIRE_OUR_IP, 100);
    b.in.octets[40] ^= 1;
    cr_assert_eq(put(&b, 10), 0, "a bad UDP checksum");
}

/* --- the page --------------------------------------------------------------- */

enum { FIN = WIRE_FIN, SYN = WIRE_SYN, RST = WIRE_RST, PSH = WIRE_PSH, ACK = WIRE_ACK };

static size_t segment(struct bench *b, uint32_t port, int flags, uint32_t sequence, uint32_t ack,
                      const char *data) {
    wire_tcp(&b->in, 40000, port, flags, sequence, ack, data);
    size_t reply = put(b, 0);
    if (reply)
        cr_assert_eq(wire_sum(b->out + 34, reply - 34, wire_pseudo(b->out + 14, reply - 34)),
                     0xffff);
    return reply;
}
static uint32_t their_sequence(const struct bench *b) {
    return wire_word(b->out + 38, 4);
}
static uint32_t their_ack(const struct bench *b) {
    return wire_word(b->out + 42, 4);
}

Test(http, serves_the_page_and_closes) {
    struct bench b;
    begin_bound(&b);
    cr_assert_eq(segment(&b, 80, SYN, 1000, 0, ""), 58);
    cr_assert_eq(b.out[47], SYN | ACK);
    cr_assert_eq(wire_word(b.out + 54, 4), 0x020405b4);
    cr_assert_eq(their_ack(&b), 1001);
    uint32_t first = their_sequence(&b);
    cr_assert_eq(segment(&b, 80, ACK, 1001, first + 1, ""), 0);
    size_t n = segment(&b, 80, PSH | ACK, 1001, first + 1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    cr_assert_eq(b.out[47], FIN | PSH | ACK);
    cr_assert_eq(their_sequence(&b), first + 1);
    cr_assert_eq(their_ack(&b), 1001 + 27);
    cr_assert_eq(memcmp(b.out + 54, "HTTP/1.0 200 OK\r\n", 17), 0);
    uint32_t end = first + 1 + (uint32_t)n - 54 + 1;
    cr_assert_eq(segment(&b, 80, ACK, 1028, end, ""), 0);
    cr_assert_eq(segment(&b, 80, FIN | ACK, 1028, end, ""), 54);
    cr_assert_eq(b.out[47], ACK);
    cr_assert_eq(their_sequence(&b), end);
    cr_assert_eq(their_ack(&b), 1029);
}

Test(http, repeats_what_was_lost) {
    struct bench b, again;
    begin_bound(&b);
    segment(&b, 80, SYN, 1000, 0, "");
    uint32_t first = their_sequence(&b);
    segment(&b, 80, SYN, 1000, 0, "");
    cr_assert_eq(their_sequence(&b), first);
    size_t n = segment(&b, 80, ACK, 1001, first + 1, "GET / HTTP/1.0\r\n\r\n");
    again = b;
    cr_assert_eq(segment(&again, 80, ACK, 1001, first + 1, "GET / HTTP/1.0\r\n\r\n"), n);
    cr_assert_eq(their_sequence(&again), their_sequence(&b));
}

Test(http, refuses_what_it_does_not_have) {
    struct bench b;
    begin_bound(&b);
    segment(&b, 80, SYN, 1000, 0, "");
    uint32_t first = their_sequence(&b);
    segment(&b, 80, ACK, 1001, first + 1, "GET /secret HTTP/1.0\r\n\r\n");
    cr_assert_eq(memcmp(b.out + 54, "HTTP/1.0 404", 12), 0);
    segment(&b, 80, ACK, 1001, first + 1, "POST / HTTP/1.0\r\n\r\n");
    cr_assert_eq(memcmp(b.out + 54, "HTTP/1.0 501", 12), 0);
    cr_assert_eq(segment(&b, 81, SYN, 1000, 0, ""), 54);
    cr_assert_eq(b.out[47], RST | ACK);
    cr_assert_eq(their_ack(&b), 1001);
    cr_assert_eq(segment(&b, 80, ACK, 1001, first + 77, "GET / HTTP/1.0\r\n\r\n"), 54);
    cr_assert_eq(b.out[47], RST);
    cr_assert_eq(their_sequence(&b), first + 77);
    cr_assert_eq(segment(&b, 80, RST, 1001, 0, ""), 0);
}

Test(http, ignores_a_bad_checksum_and_a_bad_header) {
    struct bench b;
    begin_bound(&b);
    segment(&b, 80, SYN, 1000, 0, "");
    b.in.octets[45] ^= 1;
    cr_assert_eq(put(&b, 0), 0);
    segment(&b, 80, SYN, 1000, 0, "");
    b.in.octets[46] = 0xf0;
    wire_put(b.in.octets + 50, 0, 2);
    wire_put(b.in.octets + 50, ~wire_sum(b.in.octets + 34, 20, wire_pseudo(b.in.octets + 14, 20)),
             2);
    cr_assert_eq(put(&b, 0), 0);
}
