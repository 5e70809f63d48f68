/* The 8 kB stack, spoken to in frames that are written out here, not by its own functions. */
#include <criterion/criterion.h>
#include <string.h>

#include "firmware/tiny/tiny.h"

static const uint8_t US[6] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66};
static const uint8_t PEER[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
#define OUR_IP  0xc0a80107u /* 192.168.1.7 */
#define PEER_IP 0xc0a80101u

struct bench {
    struct tiny tiny;
    uint8_t in[1514], out[TINY_REPLY];
    size_t length;
};

static void word(uint8_t *p, uint32_t value, int octets) {
    for (int i = 0; i < octets; i++)
        p[i] = (uint8_t)(value >> 8 * (octets - 1 - i));
}
static uint32_t word_of(const uint8_t *p, int octets) {
    uint32_t value = 0;
    for (int i = 0; i < octets; i++)
        value = value << 8 | p[i];
    return value;
}

/* One's complement sum of 16-bit words, as RFC 1071 has it; 0xffff when a checksum is in it. */
static uint32_t sum(const uint8_t *p, size_t n, uint32_t s) {
    for (size_t i = 0; i < n; i++)
        s += (uint32_t)p[i] << (i % 2 ? 0 : 8);
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s;
}
static uint32_t pseudo(const uint8_t *ip, size_t length) {
    return sum(ip + 12, 8, ip[9] + (uint32_t)length);
}

static void ethernet(struct bench *b, const uint8_t *to, uint32_t type) {
    memset(b->in, 0, sizeof b->in);
    memcpy(b->in, to, 6);
    memcpy(b->in + 6, PEER, 6);
    word(b->in + 12, type, 2);
}

/* An IP header before `length` octets that stand in b->in + 34. */
static void ip(struct bench *b, uint32_t to, int protocol, size_t length) {
    uint8_t *p = b->in + 14;
    word(p, 0x4500, 2);
    word(p + 2, (uint32_t)(20 + length), 2);
    p[8] = 64;
    p[9] = (uint8_t)protocol;
    word(p + 10, 0, 2);
    word(p + 12, PEER_IP, 4);
    word(p + 16, to, 4);
    word(p + 10, ~sum(p, 20, 0), 2);
    b->length = 34 + length;
}

static size_t put(struct bench *b, uint32_t now) {
    return tiny_input(&b->tiny, b->in, b->length, now, b->out);
}

static void begin(struct bench *b) {
    memset(b, 0, sizeof *b);
    tiny_init(&b->tiny, US, 1);
}
static void begin_bound(struct bench *b) {
    begin(b);
    b->tiny.ip = OUR_IP;
    b->tiny.dhcp = TINY_BOUND;
    b->tiny.next_ms = 1000000;
    b->tiny.expiry_ms = 2000000;
}

/* --- ARP and ping ----------------------------------------------------------- */

static void arp(struct bench *b, uint32_t asked) {
    static const uint8_t HEAD[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    static const uint8_t EVERYONE[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    ethernet(b, EVERYONE, 0x0806);
    memcpy(b->in + 14, HEAD, 8);
    memcpy(b->in + 22, PEER, 6);
    word(b->in + 28, PEER_IP, 4);
    word(b->in + 38, asked, 4);
    b->length = 60;
}

Test(tiny, answers_arp) {
    struct bench b;
    begin_bound(&b);
    arp(&b, OUR_IP);
    cr_assert_eq(put(&b, 0), 42);
    cr_assert_arr_eq(b.out, PEER, 6);
    cr_assert_arr_eq(b.out + 6, US, 6);
    cr_assert_eq(word_of(b.out + 12, 4), 0x08060001);
    cr_assert_eq(word_of(b.out + 20, 2), 2);
    cr_assert_arr_eq(b.out + 22, US, 6);
    cr_assert_eq(word_of(b.out + 28, 4), OUR_IP);
    cr_assert_arr_eq(b.out + 32, PEER, 6);
    cr_assert_eq(word_of(b.out + 38, 4), PEER_IP);
}

Test(tiny, ignores_arp_for_others_and_before_a_lease) {
    struct bench b;
    begin_bound(&b);
    arp(&b, OUR_IP + 1);
    cr_assert_eq(put(&b, 0), 0);
    arp(&b, OUR_IP);
    b.length = 41;
    cr_assert_eq(put(&b, 0), 0);
    b.length = 60;
    b.in[21] = 2; /* a reply */
    cr_assert_eq(put(&b, 0), 0);
    begin(&b);
    arp(&b, 0);
    cr_assert_eq(put(&b, 0), 0);
}

static void ping(struct bench *b, size_t data) {
    ethernet(b, US, 0x0800);
    uint8_t *icmp = b->in + 34;
    icmp[0] = 8;
    word(icmp + 4, 0x12340001, 4);
    for (size_t i = 0; i < data; i++)
        icmp[8 + i] = (uint8_t)(i * 7);
    word(icmp + 2, ~sum(icmp, 8 + data, 0), 2);
    ip(b, OUR_IP, 1, 8 + data);
}

Test(tiny, answers_pings_of_every_size) {
    for (size_t data = 0; data <= 1472; data++) {
        struct bench b;
        begin_bound(&b);
        ping(&b, data);
        cr_assert_eq(put(&b, 0), 42 + data, "%zu", data);
        const uint8_t *out = b.out;
        cr_assert_eq(sum(out + 14, 20, 0), 0xffff);
        cr_assert_eq(word_of(out + 26, 4), OUR_IP);
        cr_assert_eq(word_of(out + 30, 4), PEER_IP);
        cr_assert_eq(out[34], 0);
        cr_assert_eq(sum(out + 34, 8 + data, 0), 0xffff);
        cr_assert_arr_eq(out + 38, b.in + 38, 4 + data);
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
        ping(&b, 20);
        b.in[SPOILT[i].at] = (uint8_t)SPOILT[i].value;
        if (SPOILT[i].header) {
            word(b.in + 24, 0, 2);
            word(b.in + 24, ~sum(b.in + 14, 20, 0), 2);
        }
        cr_assert_eq(put(&b, 0), 0, "%s", SPOILT[i].what);
    }
}

/* --- DHCP ------------------------------------------------------------------- */

enum { BOOTP = 42, OPTIONS = BOOTP + 240 };

static const uint8_t *option(const uint8_t *frame, size_t length, int code) {
    for (const uint8_t *p = frame + OPTIONS; p < frame + length && *p != 255; p += 2 + p[1])
        if (*p == code)
            return p + 2;
    return NULL;
}

static void check_request(const struct bench *b, size_t length, int type) {
    const uint8_t *out = b->out;
    cr_assert_geq(length, BOOTP + 300);
    cr_assert_eq(word_of(out, 4), 0xffffffffu);
    cr_assert_eq(sum(out + 14, 20, 0), 0xffff);
    cr_assert_eq(word_of(out + 30, 4), 0xffffffffu);
    cr_assert_eq(word_of(out + 34, 4), 68u << 16 | 67);
    cr_assert_eq(sum(out + 34, length - 34, pseudo(out + 14, length - 34)), 0xffff);
    cr_assert_arr_eq(out + BOOTP + 28, US, 6);
    cr_assert_eq(word_of(out + OPTIONS - 4, 4), 0x63825363);
    cr_assert_eq(*option(out, length, 53), type);
}

/* A server's answer: type, address, lease in seconds. */
static void server(struct bench *b, int type, uint32_t address, uint32_t lease) {
    const uint8_t head[] = {53, 1, (uint8_t)type, 0, 54, 4, 192, 168, 1, 1, 1, 4, 255, 255, 255, 0};
    ethernet(b, US, 0x0800);
    uint8_t *udp = b->in + 34, *bootp = b->in + BOOTP;
    bootp[0] = 2;
    word(bootp + 4, b->tiny.xid, 4);
    word(bootp + 16, address, 4);
    memcpy(bootp + 28, US, 6);
    word(bootp + 236, 0x63825363, 4);
    memcpy(bootp + 240, head, sizeof head);
    bootp[256] = 51;
    bootp[257] = 4;
    word(bootp + 258, lease, 4);
    bootp[262] = 255;
    word(udp, 67u << 16 | 68, 4);
    word(udp + 4, 8 + 300, 2);
    ip(b, address, 17, 8 + 300);
    word(udp + 6, ~sum(udp, 308, pseudo(b->in + 14, 308)), 2);
}

static void get_lease(struct bench *b, uint32_t seconds) {
    begin(b);
    check_request(b, tiny_tick(&b->tiny, 0, b->out), 1);
    server(b, 2, OUR_IP, seconds);
    size_t length = put(b, 10);
    check_request(b, length, 3);
    cr_assert_eq(word_of(option(b->out, length, 50), 4), OUR_IP);
    cr_assert_eq(word_of(option(b->out, length, 54), 4), PEER_IP);
    cr_assert_eq(b->tiny.ip, 0);
    server(b, 5, OUR_IP, seconds);
    cr_assert_eq(put(b, 20), 0);
    cr_assert_eq(b->tiny.ip, OUR_IP);
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
    cr_assert_eq(word_of(b.out + BOOTP + 12, 4), OUR_IP);
    cr_assert_null(option(b.out, length, 50));
    cr_assert_null(option(b.out, length, 54));
    struct bench again = b;
    server(&again, 5, OUR_IP, 100);
    put(&again, 50030);
    cr_assert_eq(tiny_tick(&again.tiny, 100029, again.out), 0);
    check_request(&again, tiny_tick(&again.tiny, 100030, again.out), 3);
    cr_assert_eq(again.tiny.ip, OUR_IP);
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
    server(&b, 2, OUR_IP, 100);
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
        server(&b, 2, OUR_IP, 100);
        word(b.in + 40, 0, 2);
        b.in[BAD_OFFERS[i].at] = (uint8_t)BAD_OFFERS[i].value;
        cr_assert_eq(put(&b, 10), 0, "%s", BAD_OFFERS[i].what);
        cr_assert_eq(b.tiny.dhcp, TINY_DISCOVER, "%s", BAD_OFFERS[i].what);
    }
    struct bench b;
    begin(&b);
    tiny_tick(&b.tiny, 0, b.out);
    server(&b, 2, OUR_IP, 100);
    b.in[40] ^= 1;
    cr_assert_eq(put(&b, 10), 0, "a bad UDP checksum");
}

/* --- the page --------------------------------------------------------------- */

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static size_t segment(struct bench *b, int port, int flags, uint32_t sequence, uint32_t ack,
                      const char *data) {
    ethernet(b, US, 0x0800);
    uint8_t *tcp = b->in + 34;
    size_t length = 20 + strlen(data);
    word(tcp, 40000u << 16 | (uint32_t)port, 4);
    word(tcp + 4, sequence, 4);
    word(tcp + 8, ack, 4);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)flags;
    memcpy(tcp + 20, data, strlen(data));
    ip(b, OUR_IP, 6, length);
    word(tcp + 16, ~sum(tcp, length, pseudo(b->in + 14, length)), 2);
    size_t reply = put(b, 0);
    if (reply)
        cr_assert_eq(sum(b->out + 34, reply - 34, pseudo(b->out + 14, reply - 34)), 0xffff);
    return reply;
}
static uint32_t their_sequence(const struct bench *b) {
    return word_of(b->out + 38, 4);
}
static uint32_t their_ack(const struct bench *b) {
    return word_of(b->out + 42, 4);
}

Test(http, serves_the_page_and_closes) {
    struct bench b;
    begin_bound(&b);
    cr_assert_eq(segment(&b, 80, SYN, 1000, 0, ""), 58);
    cr_assert_eq(b.out[47], SYN | ACK);
    cr_assert_eq(word_of(b.out + 54, 4), 0x020405b4);
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
    b.in[45] ^= 1;
    cr_assert_eq(put(&b, 0), 0);
    segment(&b, 80, SYN, 1000, 0, "");
    b.in[46] = 0xf0;
    word(b.in + 50, 0, 2);
    word(b.in + 50, ~sum(b.in + 34, 20, pseudo(b.in + 14, 20)), 2);
    cr_assert_eq(put(&b, 0), 0);
}
