/* The adapters on the emulated chip, spoken to over their SPI pins by a partner that has an
 * address for them, pings them and reads their page. O10: the one with 8 kB as well. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "firmware/drivers/rx.h"
#include "tests/firmware/bench.h"
#include "tests/firmware/wire.h"

#define GAP (9600 * SIM_NS)

enum { ARP = 0x0806, IPV4 = 0x0800 };

struct net {
    struct bench b;
    struct wire out;
    uint8_t in[1600];
    size_t length; /* of the last frame from the adapter */
};

static const struct {
    const char *image, *chip;
} ADAPTERS[] = {
    {"netif_f100", "f100rb"},
    {"netif_f401", "f401re"},
    {"netif_f401_rearm", "f401re"},
    {"netif_f401_hsi", "f401re"}, /* an HSI without error: 10 MHz as well */
};

static bool deliver_any(struct bench *b, const uint8_t *frame, size_t length) {
    (void)b, (void)frame, (void)length;
    return true;
}

static void put(struct net *n) {
    size_t length = n->out.length < 60 ? 60 : n->out.length;
    bench_send(&n->b, n->out.octets, length, GAP);
}

static uint32_t type(const struct net *n) {
    return wire_word(n->in + 12, 2);
}

/* An ARP question for the partner is answered; other ARP of the adapter's own accord ignored. */
static bool is_arp_question(struct net *n) {
    if (type(n) != ARP || n->in[21] != 1)
        return false;
    if (wire_word(n->in + 38, 4) == WIRE_PEER_IP) {
        wire_arp_reply(&n->out);
        put(n);
    }
    return true;
}

/* The next frame that is not an ARP question; false when none comes in time. */
static bool get(struct net *n, sim_time limit) {
    sim_time until = stm32_time(n->b.mcu) + limit;
    while (stm32_time(n->b.mcu) < until) {
        bench_run(&n->b, 10 * SIM_US);
        n->length = bench_sent(&n->b, n->in);
        if (n->length > 0 && !is_arp_question(n))
            return true;
    }
    return false;
}

static uint32_t dhcp_type(const struct net *n) {
    const uint8_t *value = wire_option(n->in, n->length, 53);
    return value ? *value : 0;
}

static void lease(struct net *n) {
    cr_assert(get(n, SIM_S), "no DHCP discover");
    cr_assert_eq(dhcp_type(n), 1);
    wire_dhcp(&n->out, wire_word(n->in + WIRE_BOOTP + 4, 4), 2, WIRE_OUR_IP, 3600);
    put(n);
    cr_assert(get(n, SIM_S), "no DHCP request");
    cr_assert_eq(dhcp_type(n), 3);
    cr_assert_eq(wire_word(wire_option(n->in, n->length, 50), 4), WIRE_OUR_IP);
    wire_dhcp(&n->out, wire_word(n->in + WIRE_BOOTP + 4, 4), 5, WIRE_OUR_IP, 3600);
    put(n);
    get(n, 5 * SIM_MS); /* nothing to come, but time to print */
}

static void resolve(struct net *n) {
    wire_arp(&n->out, WIRE_OUR_IP);
    put(n);
    cr_assert(get(n, 10 * SIM_MS), "no answer to ARP");
    cr_assert_eq(type(n), ARP);
    cr_assert_eq(n->in[21], 2);
    cr_assert_arr_eq(n->in + 22, WIRE_US, 6);
    cr_assert_eq(wire_word(n->in + 28, 4), WIRE_OUR_IP);
}

static void ping(struct net *n, size_t data) {
    wire_ping(&n->out, data);
    put(n);
    sim_time asked = stm32_time(n->b.mcu);
    cr_assert(get(n, 20 * SIM_MS), "no answer to a ping of %zu octets", data);
    printf("# ping of %zu octets answered after %d us\n", data,
           (int)((n->b.tx_fell - asked) / SIM_US));
    cr_assert_eq(type(n), IPV4);
    cr_assert_eq(n->in[34], 0);
    cr_assert_eq(wire_sum(n->in + 34, 8 + data, 0), 0xffff);
    cr_assert_arr_eq(n->in + 38, n->out.octets + 38, 4 + data);
}

/* --- a web client that acknowledges what comes in order ------------------------- */

struct client {
    uint32_t port, sequence, expected;
    char page[2000];
    size_t length;
    bool finished;
};

static void take_segment(struct net *n, struct client *c) {
    const uint8_t *tcp = n->in + 34;
    size_t total = wire_word(n->in + 16, 2), header = (tcp[12] >> 4) * 4u;
    size_t length = total - 20 - header;
    cr_assert_eq(wire_sum(tcp, total - 20, wire_pseudo(n->in + 14, total - 20)), 0xffff);
    if (wire_word(tcp + 4, 4) != c->expected)
        return;
    cr_assert_lt(c->length + length, sizeof c->page);
    memcpy(c->page + c->length, tcp + header, length);
    c->length += length;
    c->expected += (uint32_t)length + (tcp[13] & WIRE_FIN);
    c->finished = c->finished || tcp[13] & WIRE_FIN;
}

static void fetch(struct net *n, uint32_t port, const char *request, struct client *c) {
    *c = (struct client){.port = port, .sequence = 1000};
    wire_tcp(&n->out, c->port, 80, WIRE_SYN, c->sequence++, 0, "");
    put(n);
    cr_assert(get(n, 20 * SIM_MS), "no answer to SYN");
    cr_assert_eq(n->in[47] & (WIRE_SYN | WIRE_ACK), WIRE_SYN | WIRE_ACK);
    c->expected = wire_word(n->in + 38, 4) + 1;
    wire_tcp(&n->out, c->port, 80, WIRE_ACK, c->sequence, c->expected, "");
    put(n);
    wire_tcp(&n->out, c->port, 80, WIRE_PSH | WIRE_ACK, c->sequence, c->expected, request);
    put(n);
    c->sequence += (uint32_t)strlen(request);
    for (int i = 0; i < 10 && !c->finished; i++) {
        cr_assert(get(n, SIM_S), "the page does not end");
        take_segment(n, c);
        wire_tcp(&n->out, c->port, 80, WIRE_ACK, c->sequence, c->expected, "");
        put(n);
    }
    wire_tcp(&n->out, c->port, 80, WIRE_FIN | WIRE_ACK, c->sequence, c->expected, "");
    put(n);
    cr_assert(get(n, 20 * SIM_MS), "no answer to FIN");
    cr_assert_eq(wire_word(n->in + 42, 4), c->sequence + 1);
}

static void browse(struct net *n) {
    struct client c;
    fetch(n, 40000, "GET / HTTP/1.1\r\nHost: 192.168.1.7\r\n\r\n", &c);
    cr_assert_eq(memcmp(c.page, "HTTP/1.0 200 ", 13), 0);
    cr_assert_not_null(strstr(c.page, "linkpulse"));
    fetch(n, 40001, "GET /nothing HTTP/1.1\r\n\r\n", &c);
    cr_assert_eq(memcmp(c.page, "HTTP/1.0 404 ", 13), 0);
}

static void strangers(struct net *n) {
    uint8_t frame[200];
    bench_fill(frame, sizeof frame, 3);
    frame[0] &= 0xfe;
    for (int i = 0; i < 20; i++)
        bench_send(&n->b, frame, sizeof frame, GAP);
    cr_assert(!get(n, 5 * SIM_MS), "a frame for others was answered");
}

/* Back to back and for everybody: what the main loop does not manage is dropped and counted,
 * and the driver receives each. */
static void flood(struct net *n, bool ring) {
    uint8_t frame[60];
    uint32_t before = bench_word(&n->b, "rx_counters", offsetof(struct rx_counters, delivered));
    for (unsigned i = 0; i < 300; i++) {
        bench_fill(frame, sizeof frame, i + 1);
        memset(frame, 0xff, 6);
        memcpy(frame + 12, "\x08\x00\x45\x00", 4);
        bench_send(&n->b, frame, sizeof frame, GAP);
    }
    cr_assert(!get(n, 10 * SIM_MS), "noise was answered");
    uint32_t after = bench_word(&n->b, "rx_counters", offsetof(struct rx_counters, delivered));
    if (ring)
        cr_expect_eq(after - before, 300);
    else
        cr_expect_gt(after - before, 100);
    ping(n, 56);
}

/* Frames for us while it sends: each ping is asked before the one before is answered. */
static void pings(struct net *n) {
    unsigned answers = 0;
    wire_ping(&n->out, 200);
    for (int i = 0; i < 20; i++) {
        put(n);
        bench_run(&n->b, 100 * SIM_US);
    }
    while (get(n, 5 * SIM_MS))
        answers += type(n) == IPV4 && n->in[34] == 0 && n->length == 242;
    cr_expect_eq(answers, 20);
}

ParameterizedTestParameters(netif, serves) {
    static size_t rows[sizeof ADAPTERS / sizeof *ADAPTERS];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(size_t *row, netif, serves, .timeout = 300) {
    static struct net n;
    const char *image = ADAPTERS[*row].image;
    bool ring = strstr(image, "rearm") == NULL;
    if (!bench_open(&n.b, image, ADAPTERS[*row].chip))
        cr_skip_test("%s was not built", image);
    n.b.on_frame = deliver_any;
    printf("# %s\n", image);
    lease(&n);
    resolve(&n);
    ping(&n, 56);
    strangers(&n);
    ping(&n, 1472);
    pings(&n);
    flood(&n, ring);
    browse(&n);
    cr_expect_not_null(strstr(n.b.itm, "ip 192.168.1.7\n"), "%s logs: %s", image, n.b.itm);
    cr_expect_not_null(strstr(n.b.itm, "page"), "%s", image);
    cr_expect_eq(n.b.tx_period_min, 100 * SIM_NS, "%s", image);
    cr_expect_eq(n.b.tx_period_max, 100 * SIM_NS, "%s", image);
    cr_expect_geq(n.b.tx_gap_min, GAP, "%s", image);
    if (ring) /* else the SPI overruns while the DMA stands */
        cr_expect_eq(n.b.misuse, 0, "%s", image);
    bench_close(&n.b);
}
